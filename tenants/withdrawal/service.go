package withdrawal

import (
	"context"
	"slices"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
)

// Service carries the verbs. In each the payee's balance is locked first and
// the request's row after it, so nothing else of the payee moves meanwhile.
type Service struct {
	db    *pg.DB
	rules func(context.Context, *pg.Tx) (Rules, error)

	approved []func(context.Context, *pg.Tx, Withdrawal) error

	// Payees tell which distributors are one person before the law; without
	// them each is a person of their own.
	Payees *payee.Service

	// Alarm is told, after the commit, of every withdrawal that needs a person.
	Alarm func(tenancy.ID, Withdrawal)
}

// New makes the service; rules reads the store's rules in force at tx.Now().
func New(db *pg.DB, rules func(context.Context, *pg.Tx) (Rules, error)) *Service {
	return &Service{db: db, rules: rules, Alarm: func(tenancy.ID, Withdrawal) {}}
}

// Rules are the store's rules in force.
func (s *Service) Rules(ctx context.Context, tx *pg.Tx) (Rules, error) { return s.rules(ctx, tx) }

// Estimate is what would become of an amount.
type Estimate struct {
	Quote   // of all parts together
	Parts   []Quote
	Basis   payer.Basis // of the amount as one
	Refusal error       // why it cannot be asked for now; nil when it can
}

// Preview tells what would become of an amount, by the same figures as a
// request, and why it could not be asked for now.
func (s *Service) Preview(ctx context.Context, tx *pg.Tx, ask Ask) (Estimate, error) {
	if ask.Amount <= 0 {
		return Estimate{}, ErrAmount
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return Estimate{}, err
	}
	balance, err := ledger.BalanceOf(ctx, tx, ledger.Party(ask.Distributor), ledger.Money)
	if err != nil {
		return Estimate{}, err
	}
	w := Withdrawal{Distributor: ask.Distributor}
	refusal := mayAsk(ctx, tx, ask.Distributor)
	if err := w.goesTo(ctx, tx, rules, ask); refusal == nil {
		refusal = err
	}
	if err := refuse(ctx, tx, balance, rules, ask); refusal == nil {
		refusal = err
	}
	e, err := s.estimate(ctx, tx, rules, w, ask.Amount)
	if refusal == nil {
		refusal = err
	}
	e.Refusal = refusal
	if refusal != nil && fault.Of(refusal).Kind == fault.Internal {
		return e, refusal
	}
	return e, nil
}

// estimate works out the parts of an amount. When it cannot be cut into
// transfers the figures are those of one.
func (s *Service) estimate(ctx context.Context, tx *pg.Tx, rules Rules, w Withdrawal, amount int64) (e Estimate, err error) {
	parts, refusal := s.parts(ctx, tx, rules, w, amount)
	if refusal != nil {
		return e, refusal
	}
	for _, p := range parts {
		e.Parts = append(e.Parts, p.Quote)
		e.Gross, e.Tax, e.Fee, e.Net = e.Gross+p.Gross, e.Tax+p.Tax, e.Fee+p.Fee, e.Net+p.Net
	}
	first, last := parts[0].Basis, parts[len(parts)-1].Basis
	last.Before, last.Withheld, last.Tax = first.Before, first.Withheld, e.Tax
	e.Basis = last
	return e, nil
}

// parts are the transfers of an amount, each with its figures; the tax of a
// part counts those before it.
func (s *Service) parts(ctx context.Context, tx *pg.Tx, rules Rules, like Withdrawal, amount int64) ([]Withdrawal, error) {
	sizes, err := rules.sizes(like.Method, amount)
	if err != nil {
		return nil, err
	}
	l, err := s.levied(ctx, tx, rules, like)
	if err != nil {
		return nil, err
	}
	history, err := l.history(ctx, tx, true, false)
	if err != nil {
		return nil, err
	}
	parts := make([]Withdrawal, len(sizes))
	for i, size := range sizes {
		w := like
		w.Whole, w.Part, w.Parts, w.Gross = amount, i+1, len(sizes), size
		if w.Fee, err = rules.fee(size); err != nil {
			return nil, err
		}
		if err := l.apply(&w, history); err != nil {
			return nil, err
		}
		history = append(history, payer.Income{Month: l.month, Gross: w.Gross, Tax: w.Tax})
		parts[i] = w
	}
	return parts, nil
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
// order. An amount above what one transfer may carry becomes several, of which
// this is the first.
func (s *Service) Request(ctx context.Context, tx *pg.Tx, ask Ask) (Withdrawal, error) {
	if ask.Amount <= 0 {
		return Withdrawal{}, ErrAmount
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return Withdrawal{}, err
	}
	if err := mayAsk(ctx, tx, ask.Distributor); err != nil {
		return Withdrawal{}, err
	}
	w := Withdrawal{Distributor: ask.Distributor, State: Requested, RequestedAt: tx.Now(), ChangedAt: tx.Now()}
	if err := w.goesTo(ctx, tx, rules, ask); err != nil {
		return Withdrawal{}, err
	}
	book, err := ledger.Open(ctx, tx, []ledger.Party{w.payee()})
	if err != nil {
		return Withdrawal{}, err
	}
	if err := refuse(ctx, tx, book.Balance(w.payee()), rules, ask); err != nil {
		return Withdrawal{}, err
	}
	parts, err := s.parts(ctx, tx, rules, w, ask.Amount)
	if err != nil {
		return Withdrawal{}, err
	}
	for i := range parts {
		parts[i].ID = id.New[kind](tx.Now())
		if len(parts) > 1 {
			parts[i].Split = parts[0].ID
		}
		if err := begin(ctx, tx, book, &parts[i], rules, ask); err != nil {
			return Withdrawal{}, err
		}
		if parts[i].State == Approved && !ask.Paid {
			if err := s.tellApproved(ctx, tx, parts[i]); err != nil {
				return Withdrawal{}, err
			}
		}
	}
	return parts[0], book.Post(ctx)
}

// begin reserves and writes down a part, and approves it at once when nobody
// has to look at it.
func begin(ctx context.Context, tx *pg.Tx, book *ledger.Book, w *Withdrawal, rules Rules, ask Ask) error {
	if err := book.Move(ledger.Reserve{Payee: w.payee(), Amount: w.Gross, Withdrawal: w.ref()}); err != nil {
		return err
	}
	if err := insert(ctx, tx, *w); err != nil || !rules.byItself(w.Whole) && !ask.Paid {
		return err
	}
	w.decide(Approved, "", "system", tx.Now())
	return save(ctx, tx, w, "system", "")
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

// refuse says why an amount cannot be asked for. A request reads under the lock
// of the balance, so no other of the same person can pass between looking and
// reserving.
func refuse(ctx context.Context, tx *pg.Tx, balance ledger.Balance, rules Rules, ask Ask) error {
	if owed := balance.Owed(); owed > 0 {
		return ErrInDebt.With("debt", rules.text(owed))
	}
	if ask.Amount > balance.Available {
		return ErrInsufficientBalance.With("available", rules.text(balance.Available))
	}
	from, to := rules.month(tx.Now())
	asked, err := askedBetween(ctx, tx, ask.Distributor, from, to)
	if err != nil {
		return err
	}
	return rules.refuse(ask.Amount, asked, tx.Now())
}

// Approve lets a request be paid. Above the store's threshold two different
// people have to: after the first it is still requested. Of somebody in debt
// it is given back instead: see the state of the answer.
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
	if err := Allowed(ctx, tx, w.Distributor); err != nil {
		return w, err
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return w, err
	}
	switch {
	case !rules.FourEyes(w.Whole):
	case w.FirstApprovedBy == "":
		at := tx.Now()
		w.FirstApprovedBy, w.FirstApprovedAt = by, &at
		return w, save(ctx, tx, &w, by, FirstOfTwo)
	case w.FirstApprovedBy == by:
		return w, ErrSecondPerson.With("above", rules.text(rules.TwoAbove))
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
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return Withdrawal{}, err
	}
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Paid && w.Voucher == voucher {
		return w, err
	}
	switch {
	case w.State == Approved:
		w.Method = Manual
		seen := w.Net
		if w, err = s.send(ctx, tx, book, w, by); err != nil || w.State != Sending {
			return w, err
		}
		if w.Net != seen { // somebody has sent what they saw
			return w, ErrRequoted.With("net", rules.text(w.Net))
		}
	case w.State == Sending && (w.Method == Manual || w.Method == BankFile):
	default:
		return w, ErrWrongState.With("from", w.State).With("to", Paid)
	}
	return s.complete(ctx, tx, book, w, voucher, by)
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
