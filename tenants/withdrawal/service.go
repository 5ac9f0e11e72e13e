package withdrawal

import (
	"context"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Service carries the verbs. In each the payee's balance is locked first and
// the request's row after it, so nothing else of the payee moves meanwhile.
type Service struct {
	db    *pg.DB
	rules func(context.Context, *pg.Tx) (Rules, error)
}

// New makes the service; rules reads the store's rules in force at tx.Now().
func New(db *pg.DB, rules func(context.Context, *pg.Tx) (Rules, error)) *Service {
	return &Service{db: db, rules: rules}
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

// Request asks for an amount of the distributor's available money and reserves
// it. It is refused with [ErrNotAllowed], [ErrInDebt],
// [ErrInsufficientBalance] or one of the store's limits, in this order.
func (s *Service) Request(ctx context.Context, tx *pg.Tx, who distributor.ID, amount int64) (Withdrawal, error) {
	if amount <= 0 {
		return Withdrawal{}, ErrAmount
	}
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return Withdrawal{}, err
	}
	if err := allowed(ctx, tx, who); err != nil {
		return Withdrawal{}, err
	}
	book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(who)})
	if err != nil {
		return Withdrawal{}, err
	}
	if err := s.refuse(ctx, tx, book, rules, who, amount); err != nil {
		return Withdrawal{}, err
	}
	quote, err := rules.Quote(amount)
	if err != nil {
		return Withdrawal{}, err
	}
	w := Withdrawal{ID: id.New[kind](tx.Now()), Distributor: who, Quote: quote, Method: Manual, State: Requested, RequestedAt: tx.Now()}
	if err := book.Move(ledger.Reserve{Payee: w.payee(), Amount: w.Gross, Withdrawal: w.ref()}); err != nil {
		return Withdrawal{}, err
	}
	if err := insert(ctx, tx, w); err != nil {
		return Withdrawal{}, err
	}
	return w, book.Post(ctx)
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
	return w, save(ctx, tx, w)
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
	if err := giveBack(book, w); err != nil {
		return w, err
	}
	if err := save(ctx, tx, w); err != nil {
		return w, err
	}
	return w, book.Post(ctx)
}

// Pay records that an approved withdrawal has been paid by hand against a
// voucher. Of somebody in debt it is given back instead: see the state of the
// answer, and do not send the money before.
func (s *Service) Pay(ctx context.Context, tx *pg.Tx, which ID, voucher, by string) (Withdrawal, error) {
	if voucher == "" {
		return Withdrawal{}, ErrVoucherMissing
	}
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Paid && w.Voucher == voucher {
		return w, err
	}
	if w.State != Approved {
		return w, ErrWrongState.With("from", w.State).With("to", Paid)
	}
	if book.Balance(w.payee()).Owed() > 0 {
		return returnForDebt(ctx, tx, book, w)
	}
	if err := allowed(ctx, tx, w.Distributor); err != nil {
		return w, err
	}
	at := tx.Now()
	w.State, w.Voucher, w.PaidAt, w.PaidBy = Paid, voucher, &at, by
	for _, m := range []ledger.Movement{
		ledger.WithholdTax{Payee: w.payee(), Amount: w.Tax, Withdrawal: w.ref()},
		ledger.KeepFee{Payee: w.payee(), Amount: w.Fee, Withdrawal: w.ref()},
		ledger.PayOut{Payee: w.payee(), Amount: w.Net, Withdrawal: w.ref()},
	} {
		if err := book.Move(m); err != nil {
			return w, err
		}
	}
	if err := save(ctx, tx, w); err != nil {
		return w, err
	}
	return w, book.Post(ctx)
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
