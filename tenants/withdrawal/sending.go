package withdrawal

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payee"
)

// The verbs below are for whoever pays. A provider is never called inside the
// transaction: first Send and commit, then call, then say what came of it.
// What has been sent runs on, whatever happens to the person meanwhile; money
// that comes back nets what they owe.

// Send takes an approved withdrawal on its way: from here on somebody is told
// to pay, and Gross, Tax, Fee and Net are final: tax is that of the month in
// which it is sent, worked out once more. Look at the state of the answer: of somebody in debt everything
// unsent has been given back instead, and it is [Returned]. Who may not be
// paid now is refused with [ErrNotAllowed] or [payee.ErrPaused], and stays
// approved. One that is on its way already, or paid, is answered as it is.
func (s *Service) Send(ctx context.Context, tx *pg.Tx, which ID, by string) (Withdrawal, error) {
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State.underway() || w.State == Paid {
		return w, err
	}
	return s.send(ctx, tx, book, w, by)
}

func (s *Service) send(ctx context.Context, tx *pg.Tx, book *ledger.Book, w Withdrawal, by string) (Withdrawal, error) {
	if w.State != Approved {
		return w, ErrWrongState.With("from", w.State).With("to", Sending)
	}
	if book.Balance(w.payee()).Owed() > 0 {
		return returnForDebt(ctx, tx, book, w)
	}
	if err := Allowed(ctx, tx, w.Distributor); err != nil {
		return w, err
	}
	if err := payee.MayBeSent(ctx, tx, w.Distributor, w.AccountRevision); err != nil {
		return w, err
	}
	before := w.Tax
	changed, err := s.tax(ctx, tx, &w)
	if err != nil {
		return w, err
	}
	words := ""
	if changed {
		words = fmt.Sprintf("%s %d %d", Requoted, before, w.Tax)
	}
	at := tx.Now()
	w.State, w.SentAt = Sending, &at
	return w, save(ctx, tx, &w, by, words)
}

// AwaitUser says that the payee has to confirm. Once it is known how a
// withdrawal ended this is old news and changes nothing.
func (s *Service) AwaitUser(ctx context.Context, tx *pg.Tx, which ID, by string) (Withdrawal, error) {
	w, _, err := take(ctx, tx, which)
	if err != nil || w.State == Waiting || w.State == Paid || w.State == Failed || w.State == Cancelled {
		return w, err
	}
	if !w.State.underway() {
		return w, ErrWrongState.With("from", w.State).With("to", Waiting)
	}
	w.State, w.Reason = Waiting, ""
	return w, save(ctx, tx, &w, by, "")
}

// Complete says that the money has left, with the proof, and books it. One
// that was given back cannot be paid any more: [ErrWrongState] is then a
// contradiction that a person has to look at.
func (s *Service) Complete(ctx context.Context, tx *pg.Tx, which ID, voucher, by string) (Withdrawal, error) {
	if voucher == "" {
		return Withdrawal{}, ErrVoucherMissing
	}
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Paid {
		return w, err
	}
	return s.complete(ctx, tx, book, w, voucher, by)
}

func (s *Service) complete(ctx context.Context, tx *pg.Tx, book *ledger.Book, w Withdrawal, voucher, by string) (Withdrawal, error) {
	if !w.State.underway() {
		return w, ErrWrongState.With("from", w.State).With("to", Paid)
	}
	at := tx.Now()
	w.State, w.Reason, w.Voucher, w.PaidAt, w.PaidBy = Paid, "", voucher, &at, by
	for _, m := range []ledger.Movement{
		ledger.WithholdTax{Payee: w.payee(), Amount: w.Tax, Withdrawal: w.ref()},
		ledger.KeepFee{Payee: w.payee(), Amount: w.Fee, Withdrawal: w.ref()},
		ledger.PayOut{Payee: w.payee(), Amount: w.Net, Withdrawal: w.ref()},
	} {
		if err := book.Move(m); err != nil {
			return w, err
		}
	}
	if err := save(ctx, tx, &w, by, voucher); err != nil {
		return w, err
	}
	return w, book.Post(ctx)
}

// Fail says that it could not be paid and never will be, and gives the money
// back. Only what the provider has answered for certain is a failure; of
// everything else see [Service.NeedsPerson].
func (s *Service) Fail(ctx context.Context, tx *pg.Tx, which ID, reason, by string) (Withdrawal, error) {
	return s.end(ctx, tx, which, Failed, reason, by)
}

// Cancel says that the provider, or the payee there, has called it off, and
// gives the money back.
func (s *Service) Cancel(ctx context.Context, tx *pg.Tx, which ID, reason, by string) (Withdrawal, error) {
	return s.end(ctx, tx, which, Cancelled, reason, by)
}

// end gives the money of a sent withdrawal back, once.
func (s *Service) end(ctx context.Context, tx *pg.Tx, which ID, as State, reason, by string) (Withdrawal, error) {
	if reason == "" {
		return Withdrawal{}, ErrReasonMissing
	}
	w, book, err := take(ctx, tx, which)
	if err != nil || w.State == Failed || w.State == Cancelled {
		return w, err
	}
	if !w.State.underway() {
		return w, ErrWrongState.With("from", w.State).With("to", as)
	}
	w.State, w.Reason = as, reason
	if err := w.count(ctx, tx, -1); err != nil {
		return w, err
	}
	return w, s.giveBack(ctx, tx, book, w, by)
}

// NeedsPerson says that nobody knows whether it was paid: the money stays
// reserved until a person has looked, and the alarm goes off. Once the end is
// known this is old news and changes nothing.
func (s *Service) NeedsPerson(ctx context.Context, tx *pg.Tx, which ID, reason, by string) (Withdrawal, error) {
	if reason == "" {
		return Withdrawal{}, ErrReasonMissing
	}
	w, _, err := take(ctx, tx, which)
	if err != nil || w.State == InDoubt || w.State == Paid || w.State == Failed || w.State == Cancelled {
		return w, err
	}
	if !w.State.underway() {
		return w, ErrWrongState.With("from", w.State).With("to", InDoubt)
	}
	w.State, w.Reason = InDoubt, reason
	if err := save(ctx, tx, &w, by, reason); err != nil {
		return w, err
	}
	tenant := tx.Tenant()
	tx.AfterCommit(func() { s.Alarm(tenant, w) })
	return w, nil
}

// Recall is its owner calling off what has not been sent yet. Somebody else's
// is unknown to them.
func (s *Service) Recall(ctx context.Context, tx *pg.Tx, which ID, who distributor.ID, by string) (Withdrawal, error) {
	w, book, err := take(ctx, tx, which)
	switch {
	case err != nil:
		return w, err
	case w.Distributor != who:
		return Withdrawal{}, ErrUnknown
	case w.State == Cancelled:
		return w, nil
	case !w.State.unsent():
		return w, ErrWrongState.With("from", w.State).With("to", Cancelled)
	}
	w.decide(Cancelled, Recalled, by, tx.Now())
	return w, s.giveBack(ctx, tx, book, w, by)
}

// giveBack makes the money of a withdrawal available again and writes down
// what it has become.
func (s *Service) giveBack(ctx context.Context, tx *pg.Tx, book *ledger.Book, w Withdrawal, by string) error {
	if err := giveBack(book, w); err != nil {
		return err
	}
	if err := save(ctx, tx, &w, by, w.Reason); err != nil {
		return err
	}
	return book.Post(ctx)
}
