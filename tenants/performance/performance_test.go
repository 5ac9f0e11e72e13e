package performance_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	. "github.com/fenli-io/fenli/tenants/performance"
)

type anybody struct{}

func (anybody) Prefix() string { return "any" }

func somebody() distributor.ID { return distributor.ID(id.New[anybody](pgtest.Start)) }

func within(t testing.TB, db *pgtest.Database, tenant tenancy.ID, fn func(ctx context.Context, tx *pg.Tx) error) {
	t.Helper()
	if err := db.Within(t.Context(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

var march = Date{2026, time.March, 1}

func TestDate(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
	if d := Day(late, shanghai); d != march {
		t.Errorf("the store's day is %s", d)
	}
	if d := Day(late.Add(-time.Microsecond), shanghai); d != march.AddDays(-1) {
		t.Errorf("just before midnight it is %s", d)
	}
	for day, monday := range map[string]string{"2026-03-01": "2026-02-23", "2026-03-02": "2026-03-02", "2026-03-08": "2026-03-02"} {
		d, _ := ParseDate(day)
		if d.Monday().String() != monday {
			t.Errorf("the week of %s begins on %s", day, d.Monday())
		}
	}
	if march.MonthEnd().String() != "2026-03-31" || march.AddDays(-1).MonthEnd().String() != "2026-02-28" {
		t.Errorf("months end on %s and %s", march.MonthEnd(), march.AddDays(-1).MonthEnd())
	}
	if _, err := ParseDate("2026-02-30"); err == nil {
		t.Error("30 February was read")
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	wang, li := somebody(), somebody()
	within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
		Add(tx, []Change{
			{Member: wang, Day: march, Sales: 30000, Orders: 1, Customers: 1, Seq: 1},
			{Member: wang, Day: march, Commission: 3000, Seq: 1},
			{Member: li, Day: march, Commission: 600, Seq: 1},
			{Member: wang, Day: march, Sales: 5000, Orders: 1, Seq: 2},
			{Member: somebody(), Day: march, Seq: 2},
		})
		return nil
	})
	within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
		Add(tx, []Change{{Member: wang, Day: march.AddDays(2), Refunds: 5000, Commission: -500, Seq: 3}})
		return nil
	})

	t.Run("SumsByMember", func(t *testing.T) {
		within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			got, err := Range(ctx, tx, []distributor.ID{wang, li, somebody()}, march, march.AddDays(9))
			want := Sums{Sales: 35000, Refunds: 5000, Orders: 2, Customers: 1, Commission: 2500}
			if len(got) != 2 || got[wang] != want || got[wang].Net() != 30000 || got[li] != (Sums{Commission: 600}) {
				t.Errorf("%+v", got)
			}
			return err
		})
	})
	t.Run("RangesIncludeBothEnds", func(t *testing.T) {
		within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			one, err := Total(ctx, tx, march, march.AddDays(1))
			if err != nil {
				return err
			}
			both, err := Total(ctx, tx, march, march.AddDays(2))
			if one.Refunds != 0 || both.Refunds != 5000 || both.Commission != 3100 {
				t.Errorf("%+v, %+v", one, both)
			}
			return err
		})
	})
	t.Run("SeriesHaveEmptyDays", func(t *testing.T) {
		within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			store, err := Series(ctx, tx, distributor.ID{}, march, march.AddDays(2))
			if err != nil {
				return err
			}
			if len(store) != 3 || store[0].Commission != 3600 || store[1].Sums != (Sums{}) || store[1].Day != march.AddDays(1) || store[2].Refunds != 5000 {
				t.Errorf("%+v", store)
			}
			own, err := Series(ctx, tx, li, march, march.AddDays(2))
			if len(own) != 3 || own[0].Commission != 600 || own[0].Sales != 0 {
				t.Errorf("%+v", own)
			}
			return err
		})
	})
	t.Run("EachFigureRemembersWhenItChanged", func(t *testing.T) {
		within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			got, err := StandingsOf(ctx, tx, []distributor.ID{wang}, march, march.AddDays(9))
			want := Standing{Member: wang, Net: 30000, NetSeq: 3, Orders: 2, OrdersSeq: 2, Commission: 2500, CommissionSeq: 3}
			if len(got) != 1 || got[0] != want {
				t.Errorf("%+v", got)
			}
			return err
		})
	})
	t.Run("NothingAddedLeavesNoRow", func(t *testing.T) {
		if n := db.Int(t, `select count(*) from performance_day`); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("StoresDoNotMix", func(t *testing.T) {
		within(t, db, db.B, func(ctx context.Context, tx *pg.Tx) error {
			all, err := Standings(ctx, tx, FirstDay, LastDay)
			if len(all) != 0 {
				t.Errorf("store B sees %+v", all)
			}
			return err
		})
	})
}

// However a sequence of changes is cut into transactions, the same sums and
// the same seqs stand.
func TestAdd_DoesNotDependOnBatching(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	people := []distributor.ID{somebody(), somebody(), somebody()}
	soak.Check(t, func(r *rapid.T) {
		var changes []Change
		for i := range rapid.IntRange(1, 30).Draw(r, "changes") {
			changes = append(changes, Change{
				Member: rapid.SampledFrom(people).Draw(r, "member"), Day: march.AddDays(rapid.IntRange(0, 1).Draw(r, "day")),
				Sales: rapid.Int64Range(0, 2).Draw(r, "sales"), Refunds: rapid.Int64Range(0, 2).Draw(r, "refunds"),
				Orders: rapid.IntRange(0, 1).Draw(r, "orders"), Commission: rapid.Int64Range(-1, 1).Draw(r, "commission"), Seq: int64(i + 1),
			})
		}
		read := func(tenant tenancy.ID) (found map[Standing]bool) {
			found = map[Standing]bool{}
			within(t, db, tenant, func(ctx context.Context, tx *pg.Tx) error {
				all, err := Standings(ctx, tx, FirstDay, LastDay)
				for _, s := range all {
					found[s] = true
				}
				return err
			})
			return found
		}
		db.Owner(t, `truncate performance_day`)
		within(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error { Add(tx, changes); return nil })
		for rest := changes; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(r, "batch")
			within(t, db, db.B, func(ctx context.Context, tx *pg.Tx) error { Add(tx, rest[:n]); return nil })
			rest = rest[n:]
		}
		a, b := read(db.A), read(db.B)
		for s := range a {
			if !b[s] || len(a) != len(b) {
				r.Fatalf("at once %v, in batches %v", a, b)
			}
		}
	})
}
