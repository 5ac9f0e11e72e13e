package ledger_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
)

func somebody() ledger.Party { return ledger.Party(id.New[other](pgtest.Start)) }

type other struct{}

func (other) Prefix() string { return "oth" }

func move(t testing.TB, db *pgtest.Database, tenant tenancy.ID, movements ...ledger.Movement) error {
	t.Helper()
	return db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
		var parties []ledger.Party
		for _, m := range movements {
			parties = append(parties, ledger.PartyOf(m))
		}
		book, err := ledger.Open(ctx, tx, parties, ledger.Money, ledger.Points)
		if err != nil {
			return err
		}
		for _, m := range movements {
			if err := book.Move(m); err != nil {
				return err
			}
		}
		return book.Post(ctx)
	})
}

func balance(t testing.TB, db *pgtest.Database, tenant tenancy.ID, p ledger.Party) (b ledger.Balance) {
	t.Helper()
	err := db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = ledger.BalanceOf(ctx, tx, p, ledger.Money)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustBalance(t testing.TB, db *pgtest.Database) {
	t.Helper()
	for _, tenant := range []tenancy.ID{db.A, db.B} {
		err := db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
			differences, err := ledger.Check(ctx, tx)
			for _, d := range differences {
				t.Error(d)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestBook(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	wang := somebody()

	t.Run("MoneyTravelsFromHeldToPaid", func(t *testing.T) {
		err := move(t, db, db.A,
			ledger.HoldCommission{Payee: wang, Amount: 1990},
			ledger.Mature{Payee: wang, Amount: 1990},
			ledger.Reserve{Payee: wang, Amount: 1000},
			ledger.WithholdTax{Payee: wang, Amount: 100}, ledger.KeepFee{Payee: wang, Amount: 10}, ledger.PayOut{Payee: wang, Amount: 890})
		if err != nil {
			t.Fatal(err)
		}
		b := balance(t, db, db.A, wang)
		if b.Available != 990 || b.Withdrawn() != 1000 || b.Paid != 890 || b.Expense != -1990 {
			t.Fatalf("%+v", b)
		}
	})
	t.Run("NothingFallsBelowItsFloor", func(t *testing.T) {
		before := balance(t, db, db.A, wang)
		err := move(t, db, db.A, ledger.Reserve{Payee: wang, Amount: 991})
		if fault.Of(err).Code != "ledger.below_floor" {
			t.Fatalf("got %v", err)
		}
		if after := balance(t, db, db.A, wang); after != before {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
	t.Run("DebtIsOwedAndNetted", func(t *testing.T) {
		li := somebody()
		if err := move(t, db, db.A, ledger.ReverseIntoDebt{Payee: li, Amount: 300}); err != nil {
			t.Fatal(err)
		}
		if b := balance(t, db, db.A, li); b.Owed() != 300 {
			t.Fatalf("%+v", b)
		}
		err := move(t, db, db.A, ledger.HoldCommission{Payee: li, Amount: 500}, ledger.Mature{Payee: li, Amount: 500}, ledger.NetDebt{Payee: li, Amount: 300})
		if err != nil {
			t.Fatal(err)
		}
		if b := balance(t, db, db.A, li); b.Owed() != 0 || b.Available != 200 {
			t.Fatalf("%+v", b)
		}
		if err := move(t, db, db.A, ledger.NetDebt{Payee: li, Amount: 1}); err == nil {
			t.Fatal("more debt was netted than owed")
		}
	})
	t.Run("StoresDoNotShareAParty", func(t *testing.T) {
		if b := balance(t, db, db.B, wang); b != (ledger.Balance{}) {
			t.Fatalf("store B sees %+v", b)
		}
	})
	mustBalance(t, db)
}

func TestBook_SixtyFourAtOnceCannotSpendTheSameBalance(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, pg.MaxConns(16))
	for range 5 { // one race may be won by luck
		wang := somebody()
		if err := move(t, db, db.A, ledger.HoldCommission{Payee: wang, Amount: 1000}, ledger.Mature{Payee: wang, Amount: 1000}); err != nil {
			t.Fatal(err)
		}
		if wins, losses := spendAtOnce(t, db, wang, 64); wins != 1 || losses != 63 {
			t.Fatalf("%d won and %d lost", wins, losses)
		}
	}
	mustBalance(t, db)
}

// spendAtOnce lets n transactions reserve the whole balance.
func spendAtOnce(t *testing.T, db *pgtest.Database, who ledger.Party, n int) (wins, losses int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			err := move(t, db, db.A, ledger.Reserve{Payee: who, Amount: 1000})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				wins++
			case fault.Of(err).Code == "ledger.below_floor":
				losses++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	return wins, losses
}

// Whatever is moved, the journal balances and no account is below its floor.
func TestBook_RandomMovementsBalance(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	people := []ledger.Party{somebody(), somebody(), somebody()}
	soak.Check(t, func(r *rapid.T) {
		p := rapid.SampledFrom(people).Draw(r, "payee")
		n := rapid.Int64Range(0, 1_000_000_000_000).Draw(r, "amount")
		m := rapid.SampledFrom([]ledger.Movement{
			ledger.HoldCommission{Payee: p, Amount: n}, ledger.ReverseHeld{Payee: p, Amount: n}, ledger.ReverseAvailable{Payee: p, Amount: n},
			ledger.ReverseIntoDebt{Payee: p, Amount: n}, ledger.Mature{Payee: p, Amount: n}, ledger.NetDebt{Payee: p, Amount: n},
			ledger.Reserve{Payee: p, Amount: n}, ledger.ReturnReserved{Payee: p, Amount: n}, ledger.PayOut{Payee: p, Amount: n},
			ledger.WithholdTax{Payee: p, Amount: n}, ledger.KeepFee{Payee: p, Amount: n},
			ledger.BookPeriodAward{Payee: p, Amount: n},
			ledger.EarnPoints{Payee: p, Amount: n}, ledger.ReversePoints{Payee: p, Amount: n},
		}).Draw(r, "movement")
		if err := move(t, db, db.A, m); err != nil && fault.Of(err).Code != "ledger.below_floor" {
			r.Fatal(err)
		}
		b := balance(t, db, db.A, p)
		if b.Held < 0 || b.Available < 0 || b.Reserved < 0 || b.Paid < 0 || b.Debt > 0 {
			r.Fatalf("%+v", b)
		}
	})
	mustBalance(t, db)
}

func TestJournal(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	wang := somebody()
	if err := move(t, db, db.A, ledger.HoldCommission{Payee: wang, Amount: 100}); err != nil {
		t.Fatal(err)
	}

	t.Run("IsAppendOnlyForTheProduct", func(t *testing.T) {
		for _, sql := range []string{
			`update ledger_movement set amount = 1 where tenant_id = $1`,
			`delete from ledger_movement where tenant_id = $1`,
		} {
			err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, sql, db.A)
				return err
			})
			if err == nil {
				t.Errorf("the product could %s", sql)
			}
		}
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `truncate ledger_movement`)
			return err
		})
		if err == nil {
			t.Error("the product could truncate the journal")
		}
	})
	t.Run("TheDatabaseRefusesAnUnbalancedRow", func(t *testing.T) {
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update ledger_balance set available = available + 1 where tenant_id = $1`, db.A)
			return err
		})
		if err == nil {
			t.Error("money came from nowhere")
		}
	})
	t.Run("CheckFindsARowChangedByHand", func(t *testing.T) {
		db.Owner(t, `update ledger_movement set amount = 99 where party = $1`, wang)
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			differences, err := ledger.Check(ctx, tx)
			if len(differences) != 2 {
				t.Errorf("found %q", differences)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("EntriesComeNewestFirst", func(t *testing.T) {
		_ = move(t, db, db.A, ledger.Mature{Payee: wang, Amount: 50})
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			entries, err := ledger.Entries(ctx, tx, wang, 0, 10)
			if len(entries) != 2 || entries[0].Kind != "mature" {
				t.Errorf("%+v", entries)
			}
			return err
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	})
}
