package trial_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
	"github.com/fenli-io/fenli/tenants/trial"
)

// bench is two stores with a trial service that writes after every five orders.
type bench struct {
	*storetest.Stores
	trials *trial.Service
	team   map[string]distributor.ID
	orders []order.ID
	t      *testing.T
}

// open has sold twelve orders over three months in store A.
func open(t *testing.T) *bench {
	t.Helper()
	s := storetest.Open(t)
	b := &bench{Stores: s, trials: trial.New(s.DB, s.Commission, s.Programs, storetest.Yuan), t: t}
	b.trials.Page = 5
	b.team = s.Team(t, s.A, "c", "b", "a")
	for i := range 12 {
		via := []string{"a", "b", ""}[i%3]
		b.orders = append(b.orders, s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("O%d", i), Buyer: "buyer of " + via, Via: b.team[via], Nets: []int64{10000, int64(1000 * i)}}))
		s.Clock.Advance(7 * 24 * time.Hour)
	}
	s.Work(t, s.A)
	s.Refund(t, s.A, b.orders[0], "R1", 5000, "1")
	s.Work(t, s.A)
	return b
}

// half is a programme that pays the seller half of what three levels pay.
func (b *bench) half(config string) program.Revision {
	b.t.Helper()
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck = 3, "test"
	plan, err := b.Commission.Plan(b.t.Context(), b.A, program.Draft{Settings: settings, Strategy: "three-level", Config: json.RawMessage(config)})
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

func (b *bench) backtest() trial.Trial {
	b.t.Helper()
	run, err := b.trials.StartBacktest(b.t.Context(), b.A, trial.Wish{Author: "test"}, b.half(`{"rates":["0.05"]}`), pgtest.Start, pgtest.Start.AddDate(1, 0, 0))
	if err != nil {
		b.t.Fatal(err)
	}
	return run
}

func (b *bench) get(which trial.ID) (t trial.Trial) {
	b.t.Helper()
	b.Do(b.t, b.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		t, err = trial.Get(ctx, tx, which)
		return err
	})
	return t
}

func (b *bench) cancel(which trial.ID) error {
	return b.Within(b.t.Context(), b.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := trial.Cancel(ctx, tx, which)
		return err
	})
}

func (b *bench) run(which trial.ID) trial.Trial {
	b.t.Helper()
	if _, err := b.trials.Run(b.t.Context(), b.A, which, 0, nil); err != nil {
		b.t.Fatal(err)
	}
	return b.get(which)
}

func (b *bench) people(which trial.ID, winners bool) (all []trial.Person) {
	b.t.Helper()
	b.Do(b.t, b.A, func(ctx context.Context, tx *pg.Tx) error {
		var after *trial.Person
		for {
			page, err := trial.People(ctx, tx, which, winners, after, 1)
			if err != nil || len(page) == 0 {
				return err
			}
			after, all = &page[0], append(all, page...)
		}
	})
	return all
}

func TestBacktest(t *testing.T) {
	t.Parallel()
	b := open(t)
	movements := b.Int(t, `select count(*) from ledger_movement`)
	done := b.run(b.backtest().ID)

	t.Run("SumsUpToTheFen", func(t *testing.T) {
		// Four orders a month apart each for a, b and nobody: i = 0, 3, 6, 9 and 1, 4, 7, 10.
		var sales, a, bSales int64
		for i := range 12 {
			goods := int64(10000 + 1000*i)
			sales += goods
			switch i % 3 {
			case 0:
				a += goods
			case 1:
				bSales += goods
			}
		}
		was := sum(a, 100_000, 50_000, 30_000) + sum(bSales, 100_000, 50_000)
		got := done.Tally
		if done.State != trial.Done || got.Orders != 12 || got.Compared != 12 || got.Sales != sales || got.Unasked != 4 || got.Less != 8 || got.More != 0 ||
			got.Was.Granted != was || got.Would.Granted != (a+bSales)/20 {
			t.Errorf("%+v", got)
		}
		if got.Was.Standing != was-500-250-150 || got.Would.Standing != (a+bSales)/20-250 {
			t.Errorf("%+v %+v", got.Was, got.Would)
		}
		var months trial.Month
		for _, m := range got.Months {
			months.Orders, months.Sales, months.Would.Granted = months.Orders+m.Orders, months.Sales+m.Sales, months.Would.Granted+m.Would.Granted
		}
		if len(got.Months) < 3 || !slices.IsSortedFunc(got.Months, func(x, y trial.Month) int { return int(x.Month[6]) - int(y.Month[6]) }) ||
			months.Orders != 12 || months.Sales != sales || months.Would.Granted != got.Would.Granted {
			t.Errorf("%+v", got.Months)
		}
		if got.Shares[0] != (trial.Bar{Was: 4, Would: 4}) || got.Shares[2].Would != 8 || got.Shares[5].Was != 4 || got.Shares[4].Was != 4 {
			t.Errorf("%+v", got.Shares)
		}
		if got.Coverage[0] != (trial.Coverage{Fact: "line.unit_cost", Missing: 24}) || got.Coverage[3].Known != 8 {
			t.Errorf("%+v", got.Coverage)
		}
	})
	t.Run("NamesWhoLosesTheMostFirst", func(t *testing.T) {
		losers := b.people(done.ID, false)
		var sum int64
		for i, p := range losers {
			if sum += p.Difference; i > 0 && p.Difference < losers[i-1].Difference {
				t.Errorf("%+v", losers)
			}
		}
		if len(losers) != 3 || len(b.people(done.ID, true)) != 0 || sum != done.Tally.Would.Standing-done.Tally.Was.Standing {
			t.Errorf("%+v %d", losers, sum)
		}
	})
	t.Run("MovesNoMoney", func(t *testing.T) {
		if n := b.Int(t, `select count(*) from ledger_movement`); n != movements {
			t.Errorf("%d movements became %d", movements, n)
		}
		b.MustBalance(t)
	})
	t.Run("OfAnotherStoreIsUnknown", func(t *testing.T) {
		b.Do(t, b.B, func(ctx context.Context, tx *pg.Tx) error {
			if _, err := trial.Get(ctx, tx, done.ID); !errors.Is(err, trial.ErrUnknown) {
				t.Error(err)
			}
			return nil
		})
	})
}

func sum(goods int64, rates ...int64) (all int64) {
	for _, r := range rates {
		all += goods * r / 1_000_000
	}
	return all
}

// A process that dies in the middle loses nothing but the page at hand, and
// the result is what it would have been.
func TestBacktest_GoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	b := open(t)
	whole := b.run(b.backtest().ID)
	killed := b.backtest()
	ctx, kill := context.WithCancel(t.Context())
	if _, err := b.trials.Run(ctx, b.A, killed.ID, 0, func(trial.Trial) { kill() }); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if at := b.get(killed.ID); at.State != trial.Running || at.Done != 5 {
		t.Fatalf("%+v", at)
	}
	other := trial.New(b.DB, b.Commission, b.Programs, storetest.Yuan)
	if ended, err := other.Run(t.Context(), b.A, killed.ID, 0, nil); err != nil || !ended {
		t.Fatal(ended, err)
	}
	after := b.get(killed.ID)
	if after.State != trial.Done || after.Done != 12 || !reflect.DeepEqual(after.Tally, whole.Tally) || !reflect.DeepEqual(b.people(after.ID, false), b.people(whole.ID, false)) {
		t.Errorf("%+v\nwant %+v", after.Tally, whole.Tally)
	}
	if n := b.Int(t, `select count(*) from trial_order where trial_id = $1`, killed.ID); n != 12 {
		t.Errorf("%d orders", n)
	}
}

func TestBacktest_IsWorkedAtByOneOnly(t *testing.T) {
	t.Parallel()
	b := open(t)
	run := b.backtest()
	other := trial.New(b.DB, b.Commission, b.Programs, storetest.Yuan)
	if _, err := b.trials.Run(t.Context(), b.A, run.ID, 0, func(trial.Trial) {
		if ended, err := other.Run(t.Context(), b.A, run.ID, 0, func(trial.Trial) { t.Error("two at once") }); !ended || err != nil {
			t.Error(ended, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

func TestBacktest_Cancelled(t *testing.T) {
	t.Parallel()
	b := open(t)
	run := b.backtest()
	_, err := b.trials.Run(t.Context(), b.A, run.ID, 0, func(trial.Trial) {
		if err := b.cancel(run.ID); err != nil {
			t.Error(err)
		}
	})
	if after := b.get(run.ID); err != nil || after.State != trial.Cancelled || after.Done != 5 || after.Tally.Orders != 5 || after.EndedAt.IsZero() {
		t.Errorf("%v %+v", err, after)
	}
	if err := b.cancel(run.ID); fault.Of(err).Code != "trial.ended" {
		t.Error(err)
	}
}

func TestBacktest_GoesOnAfterItWasCancelled(t *testing.T) {
	t.Parallel()
	b := open(t)
	run, whole := b.backtest(), b.backtest()
	goOn := func() error {
		return b.DB.Within(t.Context(), b.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := b.trials.Continue(ctx, tx, run.ID)
			return err
		})
	}
	if err := goOn(); fault.Of(err).Code != "trial.not_stopped" {
		t.Errorf("what waits goes on: %v", err)
	}
	if _, err := b.trials.Run(t.Context(), b.A, run.ID, 0, func(trial.Trial) { _ = b.cancel(run.ID) }); err != nil {
		t.Fatal(err)
	}
	if half := b.get(run.ID); half.State != trial.Cancelled || half.Done == 0 || half.Done == half.Total {
		t.Fatalf("%+v", half)
	}
	if err := goOn(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []trial.Trial{run, whole} {
		if _, err := b.trials.Run(t.Context(), b.A, x.ID, 0, nil); err != nil {
			t.Fatal(err)
		}
	}
	after, want := b.get(run.ID), b.get(whole.ID)
	if after.State != trial.Done || !reflect.DeepEqual(after.Tally, want.Tally) {
		t.Errorf("%+v, not %+v", after, want)
	}
}

func TestBacktest_AGapIsNotZero(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.Strategy.After = func(r *strategyv1.EvaluateResponse) { // the first of every page
		r.Decisions[0].Outcome = &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "strategy.no_idea", Message: "what is this"}}
	}
	tally := b.run(b.backtest().ID).Tally
	if len(tally.Undecided) != 1 || tally.Undecided[0].Orders != 3 || tally.Compared+tally.Undecided[0].Orders != 12 || tally.Undecided[0].Code != "strategy.no_idea" ||
		tally.Undecided[0].Was == 0 || len(tally.Undecided[0].Sample) == 0 || tally.Undecided[0].Rail {
		t.Errorf("%+v", tally)
	}
	if n := b.Int(t, `select count(*) from trial_order where would is null and code = 'strategy.no_idea'`); int(n) != tally.Undecided[0].Orders {
		t.Errorf("%d rows", n)
	}
}

func TestBacktest_WaitsWhileTheStrategyIsAway(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("down") }
	run := b.backtest()
	after := b.run(run.ID)
	if after.State != trial.Running || after.Done != 0 || after.Code != "commission.strategy_away" {
		t.Errorf("%+v", after)
	}
}

func TestProof(t *testing.T) {
	t.Parallel()
	b := open(t)
	month := pgtest.Start.In(time.FixedZone("", 8*3600)).Format("2006-01")
	prove := func(t *testing.T) trial.Trial {
		t.Helper()
		run, err := b.trials.StartProof(t.Context(), b.A, trial.Wish{Author: "test"}, month)
		if err != nil {
			t.Fatal(err)
		}
		return b.run(run.ID)
	}
	t.Run("EveryByteAndTheJournalAgree", func(t *testing.T) {
		p := prove(t)
		if p.State != trial.Done || p.Proof.Decisions == 0 || p.Proof.Decisions == 12 || p.Proof.Equal != p.Proof.Decisions || !p.Proof.Proven || p.Proof.Granted-900 != p.Proof.Journal {
			t.Errorf("%+v", p.Proof)
		}
	})
	t.Run("ARefundThatTheLaneHasNotSeenChangesNothing", func(t *testing.T) {
		b.Refund(t, b.A, b.orders[1], "R2", 1000, "1")
		if p := prove(t); !p.Proof.Proven {
			t.Errorf("%+v", p.Proof)
		}
		b.Work(t, b.A)
		if p := prove(t); !p.Proof.Proven || p.Proof.Granted-900-150 != p.Proof.Journal {
			t.Errorf("%+v", p.Proof)
		}
	})
	t.Run("FindsMoneyThatNoDecisionGave", func(t *testing.T) {
		owner, err := pgx.Connect(t.Context(), b.OwnerURL)
		if err != nil {
			t.Fatal(err)
		}
		defer owner.Close(t.Context())
		if _, err := owner.Exec(t.Context(), `update ledger_movement set amount = amount + 7 where id = (select min(id) from ledger_movement where ref = $1)`, b.orders[0].UUID()); err != nil {
			t.Fatal(err)
		}
		p := prove(t)
		if p.Proof.Proven || p.Proof.Journal != p.Proof.Replayed+7 || len(p.Proof.Differs) != 1 || p.Proof.Differs[0].What != "journal" || p.Proof.Differs[0].Order != b.orders[0] {
			t.Errorf("%+v", p.Proof)
		}
	})
	t.Run("RefusesWhatIsNoMonth", func(t *testing.T) {
		for month, code := range map[string]string{"March": "trial.month", "2001-01": "trial.no_orders"} {
			if _, err := b.trials.StartProof(t.Context(), b.A, trial.Wish{}, month); fault.Of(err).Code != code {
				t.Errorf("%s: %v", month, err)
			}
		}
	})
}

// A shadow sees what is decided after its start, pays nothing and ends when
// somebody says so.
func TestShadow(t *testing.T) {
	t.Parallel()
	b := open(t)
	run, err := b.trials.StartShadow(t.Context(), b.A, trial.Wish{Author: "test"}, b.half(`{"rates":["0.05"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.trials.StartShadow(t.Context(), b.A, trial.Wish{}, b.half(`{"rates":["0.05"]}`)); fault.Of(err).Code != "trial.shadow_runs" {
		t.Error(err)
	}
	for i := range 7 {
		b.Sell(t, b.A, storetest.Sale{ID: fmt.Sprintf("N%d", i), Buyer: "new", Via: b.team["a"], Nets: []int64{20000}})
		b.Work(t, b.A)
		if err := b.trials.Resume(t.Context(), b.A); err != nil {
			t.Fatal(err)
		}
		if at := b.get(run.ID); at.Done != i+1 || at.Tally.Was.Granted != int64(i+1)*3600 || at.Tally.Would.Granted != int64(i+1)*1000 || at.State != trial.Running {
			t.Fatalf("%d: %+v", i, at)
		}
	}
	if held := b.Balance(t, b.A, b.team["c"]).Held; held == 0 {
		t.Error("the programme in force has paid nobody")
	}
	if err := b.cancel(run.ID); err != nil {
		t.Fatal(err)
	}
	b.Sell(t, b.A, storetest.Sale{ID: "N9", Buyer: "new", Via: b.team["a"], Nets: []int64{20000}})
	b.Work(t, b.A)
	if err := b.trials.Resume(t.Context(), b.A); err != nil {
		t.Fatal(err)
	}
	if after := b.get(run.ID); after.State != trial.Cancelled || after.Done != 7 {
		t.Errorf("%+v", after)
	}
	b.MustBalance(t)
}
