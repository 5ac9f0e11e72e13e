package withdrawal

import (
	"context"
	"slices"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payee"
)

// Service carries the verbs. In each the payee's balance is locked first and
// the request's row after it, so nothing else of the payee moves meanwhile.
type Service struct {
	db    *pg.DB
	rules func(context.Context, *pg.Tx) (Rules, error)

	approved []func(context.Context, *pg.Tx, Withdrawal) error

	// Alarm is told, after the commit, of every withdrawal that needs a person.
	Alarm func(tenancy.ID, Withdrawal)
}

// New makes the service; rules reads the store's rules in force at tx.Now().
func New(db *pg.DB, rules func(context.Context, *pg.Tx) (Rules, error)) *Service {
	return &Service{db: db, rules: rules, Alarm: func(tenancy.ID, Withdrawal) {}}
}

// Rules are the store's rules in force.
func (s *Service) Rules(ctx context.Context, tx *pg.Tx) (Rules, error) { return s.rules(ctx, tx) }

// Preview tells what would become of an amount, whether or not it may be asked
// for.
func (s *Service) Preview(ctx context.Context, tx *pg.Tx, amount int64) (Quote, error) {
	if amount <= 0 {
		return Quote{}, ErrAmount
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return Quote{}, err
	}
	return rules.Quote(amount)
}

// Ask is what somebody asks for.
type Ask struct {
	Distributor distributor.ID
	Amount      int64
	Method      Method // "" is the store's first
	Paid        bool   // it was paid elsewhere long ago: an imported history needs no real name
}

// Request asks for an amount of the distributor's available money and reserves
// it. It is refused with [ErrNotAllowed], what is missing of the payee,
// [ErrInDebt], [ErrInsufficientBalance] or one of the store's limits, in this
// order.
func (s *Service) Request(ctx context.Context, tx *pg.Tx, ask Ask) (Withdrawal, error) {
	if ask.Amount <= 0 {
		return Withdrawal{}, ErrAmount
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return Withdrawal{}, err
	}
	if err := allowed(ctx, tx, ask.Distributor); err != nil {
		return Withdrawal{}, err
	}
	w := Withdrawal{ID: id.New[kind](tx.Now()), Distributor: ask.Distributor, State: Requested, RequestedAt: tx.Now(), ChangedAt: tx.Now()}
	if err := w.goesTo(ctx, tx, rules, ask); err != nil {
		return Withdrawal{}, err
	}
	book, err := ledger.Open(ctx, tx, []ledger.Party{w.payee()})
	if err != nil {
		return Withdrawal{}, err
	}
	if err := s.refuse(ctx, tx, book, rules, ask.Distributor, ask.Amount); err != nil {
		return Withdrawal{}, err
	}
	if w.Quote, err = rules.Quote(ask.Amount); err != nil {
		return Withdrawal{}, err
	}
	if err := book.Move(ledger.Reserve{Payee: w.payee(), Amount: w.Gross, Withdrawal: w.ref()}); err != nil {
		return Withdrawal{}, err
	}
	if err := insert(ctx, tx, w); err != nil {
		return Withdrawal{}, err
	}
	return w, book.Post(ctx)
}

// goesTo chooses the method and the revision of the payee.
func (w *Withdrawal) goesTo(ctx context.Context, tx *pg.Tx, rules Rules, ask Ask) error {
	w.Method = ask.Method
	if w.Method == "" {
		w.Method = rules.methods()[0]
	}
	if !slices.Contains(rules.methods(), w.Method) {
		return ErrMethod.With("method", w.Method)
	}
	p, err := payee.Current(ctx, tx, w.Distributor)
	if err != nil {
		return err
	}
	needed := w.Method.channel()
	if p.Profile == nil {
		if (rules.RealName || needed != "") && !ask.Paid {
			return payee.ErrNoIdentity
		}
		return nil
	}
	w.ProfileRevision = p.Profile.Revision
	if needed == "" {
		w.AccountRevision = preferred(p)
		return nil
	}
	a, ok := p.Account(needed)
	if !ok && !ask.Paid {
		return payee.ErrNoAccount.With("channel", needed)
	}
	w.AccountRevision = a.Revision
	return nil
}

// preferred is what is paid on by hand: the card when there is one.
func preferred(p payee.Payee) int {
	for _, c := range []payee.Channel{payee.BankCard, payee.Alipay, payee.WeChat} {
		if a, ok := p.Account(c); ok {
			return a.Revision
		}
	}
	return 0
}

// refuse reads under the lock of the balance, so no other request of the same
// person can pass between looking and reserving.
func (s *Service) refuse(ctx context.Context, tx *pg.Tx, book *ledger.Book, rules Rules, who distributor.ID, amount int64) error {
	balance := book.Balance(ledger.Party(who))
	if owed := balance.Owed(); owed > 0 {
		return ErrInDebt.With("debt", rules.text(owed))
	}
	if amount > balance.Available {
		return ErrInsufficientBalance.With("available", rules.text(balance.Available))
	}
	from, to := rules.month(tx.Now())
	asked, err := askedBetween(ctx, tx, who, from, to)
	if err != nil {
		return err
	}
	return rules.refuse(amount, asked, tx.Now())
}

// Approve lets a request be paid. Of somebody in debt it is given back
// instead: see the state of the answer.
func (s *Service) Approve(ctx context.Context, tx *pg.Tx, which ID, by string) (Withdrawal, error) {
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Approved {
		return w, err
	}
	if w.State != Requested {
		return w, ErrWrongState.With("from", w.State).With("to", Approved)
	}
	if book.Balance(w.payee()).Owed() > 0 {
		return returnForDebt(ctx, tx, book, w)
	}
	if err := allowed(ctx, tx, w.Distributor); err != nil {
		return w, err
	}
	w.decide(Approved, "", by, tx.Now())
	if err := save(ctx, tx, &w, by, ""); err != nil {
		return w, err
	}
	return w, s.tellApproved(ctx, tx, w)
}

// Reject refuses an unsent withdrawal and gives the money back with the reason.
func (s *Service) Reject(ctx context.Context, tx *pg.Tx, which ID, reason, by string) (Withdrawal, error) {
	if reason == "" {
		return Withdrawal{}, ErrReasonMissing
	}
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Rejected {
		return w, err
	}
	if !w.State.unsent() {
		return w, ErrWrongState.With("from", w.State).With("to", Rejected)
	}
	w.decide(Rejected, reason, by, tx.Now())
	return w, s.giveBack(ctx, tx, book, w, by)
}

// Pay records that a withdrawal has been paid by hand against a voucher: one
// that is approved, or one by hand or by file that is on its way. Of somebody
// in debt what is not on its way is given back instead: see the state of the
// answer, and do not send the money before.
func (s *Service) Pay(ctx context.Context, tx *pg.Tx, which ID, voucher, by string) (Withdrawal, error) {
	if voucher == "" {
		return Withdrawal{}, ErrVoucherMissing
	}
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Paid && w.Voucher == voucher {
		return w, err
	}
	switch {
	case w.State == Approved:
		w.Method = Manual
		if w, err = s.send(ctx, tx, book, w, by); err != nil || w.State != Sending {
			return w, err
		}
	case w.State == Sending && (w.Method == Manual || w.Method == BankFile):
	default:
		return w, ErrWrongState.With("from", w.State).With("to", Paid)
	}
	return s.complete(ctx, tx, book, w, voucher, by)
}

// allowed reads the distributor's state in the transaction that moves money.
func allowed(ctx context.Context, tx *pg.Tx, who distributor.ID) error {
	m, err := distributor.Get(ctx, tx, who)
	if err != nil {
		return err
	}
	if !mayWithdraw(m.State) {
		return ErrNotAllowed.With("state", m.State)
	}
	return nil
}

// take locks the payee's balance, then the withdrawal.
func take(ctx context.Context, tx *pg.Tx, which ID) (Withdrawal, *ledger.Book, error) {
	w, err := Get(ctx, tx, which)
	if err != nil {
		return w, nil, err
	}
	book, err := ledger.Open(ctx, tx, []ledger.Party{w.payee()})
	if err != nil {
		return w, nil, err
	}
	w, err = lock(ctx, tx, which)
	return w, book, err
}
