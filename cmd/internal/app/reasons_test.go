package app

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/settlement/settlementhttp"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// What was taken and given back refers to the same forfeit: a statement tells
// of each movement its own reason.
func TestReasonsByHand_AForfeitHasTwo(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	people := distributor.New(db.DB)
	svc := withdrawal.New(db.DB, func(context.Context, *pg.Tx) (withdrawal.Rules, error) {
		return withdrawal.Rules{Currency: "CNY", Zone: time.UTC}, nil
	})
	within := func(fn func(ctx context.Context, tx *pg.Tx) error) {
		t.Helper()
		if err := db.Within(t.Context(), db.A, fn); err != nil {
			t.Fatal(err)
		}
	}
	var wang distributor.Member
	within(func(ctx context.Context, tx *pg.Tx) (err error) {
		if wang, err = people.Enlist(ctx, tx, distributor.Enlistment{Name: "王", Grade: "normal"}); err != nil {
			return err
		}
		party := ledger.Party(wang.ID)
		book, err := ledger.Open(ctx, tx, []ledger.Party{party})
		if err != nil {
			return err
		}
		if err := book.Move(ledger.BookBonus{Payee: party, Amount: 500, Reason: ledger.Ref{15: 1}}); err != nil {
			return err
		}
		return book.Post(ctx)
	})
	if _, err := people.Freeze(t.Context(), db.A, wang.ID, "looked into"); err != nil {
		t.Fatal(err)
	}
	within(func(ctx context.Context, tx *pg.Tx) error {
		f, err := svc.Forfeit(ctx, tx, wang.ID, "forged orders", "staff:1", nil)
		if err != nil {
			return err
		}
		if _, err := svc.Restore(ctx, tx, f.ID, "they were real", "staff:2"); err != nil {
			return err
		}
		taken, given, other := settlementhttp.Cause{Ref: ledger.Ref(f.ID), Kind: "book_deduction"}, settlementhttp.Cause{Ref: ledger.Ref(f.ID), Kind: "book_bonus"}, settlementhttp.Cause{Ref: ledger.Ref{15: 1}, Kind: "book_bonus"}
		why, err := reasonsByHand(ctx, tx, []settlementhttp.Cause{taken, given, other})
		if why[taken] != "forged orders" || why[given] != "they were real" || why[other] != "" {
			t.Errorf("%v", why)
		}
		return err
	})
}
