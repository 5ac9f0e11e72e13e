package withdrawal

import (
	"context"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// SettleDebts gives back the unsent withdrawals of everybody in the store who
// is in debt and nets the debt with them. Call it after a refund has been
// reconciled: a refund comes out of the next payout, never out of the bank. It
// costs one read when nobody waits for money, and is harmless when repeated.
func (s *Service) SettleDebts(ctx context.Context, tenant tenancy.ID) error {
	var payees []distributor.ID
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		payees, err = indebted(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var failed error
	for _, p := range payees {
		failed = errors.Join(failed, s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
			return settleDebtOf(ctx, tx, p)
		}))
	}
	return failed
}

func indebted(ctx context.Context, tx *pg.Tx) ([]distributor.ID, error) {
	waiting, err := waitingPayees(ctx, tx)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	parties := make([]ledger.Party, len(waiting))
	for i, p := range waiting {
		parties[i] = ledger.Party(p)
	}
	balances, err := ledger.BalancesOf(ctx, tx, parties, ledger.Money)
	var owing []distributor.ID
	for _, p := range waiting {
		if b := balances[ledger.Party(p)]; b.Owed() > 0 {
			owing = append(owing, p)
		}
	}
	return owing, err
}

func settleDebtOf(ctx context.Context, tx *pg.Tx, who distributor.ID) error {
	book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(who)})
	if err != nil || book.Balance(ledger.Party(who)).Owed() == 0 {
		return err // meanwhile netted
	}
	if err := returnUnsent(ctx, tx, book, who, Returned, InDebt, "system"); err != nil {
		return err
	}
	return book.Post(ctx)
}

// returnForDebt gives back every unsent withdrawal of w's owner, w among them.
func returnForDebt(ctx context.Context, tx *pg.Tx, book *ledger.Book, w Withdrawal) (Withdrawal, error) {
	if err := returnUnsent(ctx, tx, book, w.Distributor, Returned, InDebt, "system"); err != nil {
		return w, err
	}
	if err := book.Post(ctx); err != nil {
		return w, err
	}
	return Get(ctx, tx, w.ID)
}

// returnUnsent gives every unsent withdrawal of a person back, without posting.
func returnUnsent(ctx context.Context, tx *pg.Tx, book *ledger.Book, who distributor.ID, as State, reason, by string) error {
	unsent, err := lockUnsent(ctx, tx, who)
	if err != nil {
		return err
	}
	for _, w := range unsent {
		w.decide(as, reason, by, tx.Now())
		if err := giveBack(book, w); err != nil {
			return err
		}
		if err := save(ctx, tx, &w, by, reason); err != nil {
			return err
		}
	}
	return nil
}

// giveBack makes reserved money available again and nets at once what its
// owner owes: debt and available are never both above zero.
func giveBack(book *ledger.Book, w Withdrawal) error {
	if err := book.Move(ledger.ReturnReserved{Payee: w.payee(), Amount: w.Gross, Withdrawal: w.ref()}); err != nil {
		return err
	}
	b := book.Balance(w.payee())
	return book.Move(ledger.NetDebt{Payee: w.payee(), Amount: min(b.Owed(), b.Available)})
}
