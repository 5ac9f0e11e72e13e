package trial_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
	"github.com/fenli-io/fenli/tenants/trial"
)

// tried is a store with twelve teams of one and a canary.
type tried struct {
	*bench
	teams  []distributor.ID
	canary program.Canary
	sold   int
}

func openTried(t *testing.T, share int, config string, b program.Bounds) *tried {
	t.Helper()
	w := &tried{bench: open(t)}
	for i := range 12 {
		w.teams = append(w.teams, w.Team(t, w.A, fmt.Sprintf("root%d", i))[fmt.Sprintf("root%d", i)])
	}
	settings := program.Defaults()
	var err error
	w.canary, err = w.trials.StartCanary(t.Context(), w.A, program.Draft{Settings: settings, Strategy: "three-level", Config: json.RawMessage(config), Author: "owner"}, share, b)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// sell places one order of every team and returns the revisions they froze.
func (w *tried) sell() map[distributor.ID]int {
	w.t.Helper()
	all := map[distributor.ID]int{}
	for i, root := range w.teams {
		w.sold++
		o := w.Sell(w.t, w.A, storetest.Sale{ID: fmt.Sprintf("T%d", w.sold), Buyer: fmt.Sprintf("of root%d", i), Via: root, Nets: []int64{10000}})
		w.Do(w.t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			placed, err := order.Get(ctx, tx, o)
			all[root] = placed.Revision
			return err
		})
	}
	w.Work(w.t, w.A)
	if err := w.trials.WatchCanary(w.t.Context(), w.A); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *tried) now() (c program.Canary, watch trial.Watch) {
	w.t.Helper()
	w.Do(w.t, w.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		if c, err = program.GetCanary(ctx, tx, w.canary.ID); err != nil {
			return err
		}
		watch, err = trial.WatchOf(ctx, tx, c.ID)
		return err
	})
	return c, watch
}

func (w *tried) change(do func(context.Context, *pg.Tx) (program.Canary, error)) {
	w.t.Helper()
	w.Do(w.t, w.A, func(ctx context.Context, tx *pg.Tx) error { _, err := do(ctx, tx); return err })
}

// A team that tries the candidate goes on with it, more teams join, a pause
// and a stop return everybody, and every order keeps what it was placed under.
func TestCanary_ATeamStaysWithWhatItTries(t *testing.T) {
	t.Parallel()
	w := openTried(t, 40, `{"rates":["0.2"]}`, program.Bounds{})
	count := func(all map[distributor.ID]int) (n int) {
		for root, r := range all {
			if r == w.canary.Revision {
				n++
				if !w.canary.Takes(root) {
					t.Errorf("%s is not among the teams that try", root)
				}
			}
		}
		return n
	}
	first := count(w.sell())
	if first == 0 || first == len(w.teams) {
		t.Fatalf("%d teams of %d", first, len(w.teams))
	}
	if again := count(w.sell()); again != first {
		t.Errorf("%d teams, then %d", first, again)
	}
	_, watch := w.now()
	if watch.Orders != 2*first || watch.Granted != int64(2*first)*2000 || watch.Goods != int64(2*first)*10000 || watch.OtherOrders != 2*(12-first) || watch.OtherGranted != int64(2*(12-first))*1000 {
		t.Errorf("%+v", watch)
	}
	w.change(func(ctx context.Context, tx *pg.Tx) (program.Canary, error) {
		return program.PauseCanary(ctx, tx, w.canary.ID)
	})
	if n := count(w.sell()); n != 0 {
		t.Errorf("%d while it is paused", n)
	}
	w.change(func(ctx context.Context, tx *pg.Tx) (program.Canary, error) {
		return program.RampCanary(ctx, tx, w.canary.ID, 100)
	})
	w.canary.Share = 100
	if n := count(w.sell()); n != 12 {
		t.Errorf("%d of all", n)
	}
	w.change(func(ctx context.Context, tx *pg.Tx) (program.Canary, error) {
		return program.StopCanary(ctx, tx, w.canary.ID, "enough")
	})
	if n := count(w.sell()); n != 0 {
		t.Errorf("%d after the stop", n)
	}
	if n := w.Int(t, `select count(*) from commission_decision where revision = $1`, w.canary.Revision); int(n) != 2*first+12 {
		t.Errorf("%d decisions under the candidate", n)
	}
	w.MustBalance(t)
}

func TestCanary_StopsByItself(t *testing.T) {
	t.Parallel()
	t.Run("WhenItPaysTooMuchOfSales", func(t *testing.T) {
		t.Parallel()
		w := openTried(t, 100, `{"rates":["0.2"]}`, program.Bounds{MaxPayout: 150_000, MinOrders: 20})
		if w.sell(); w.state() != program.CanaryRunning {
			t.Error("it was judged on twelve orders")
		}
		w.sell()
		if c, _ := w.now(); c.State != program.CanaryStopped || c.Reason != trial.ReasonPayout || c.EndedAt.IsZero() {
			t.Errorf("%+v", c)
		}
		for _, r := range w.sell() {
			if r == w.canary.Revision {
				t.Fatal("an order after the stop")
			}
		}
	})
	t.Run("NotAtTheBoundItself", func(t *testing.T) {
		t.Parallel()
		w := openTried(t, 100, `{"rates":["0.2"]}`, program.Bounds{MaxPayout: 200_000, MinOrders: 1})
		if w.sell(); w.state() != program.CanaryRunning {
			t.Error("20 % is not above 20 %")
		}
	})
	t.Run("WhenTooManyOrdersWait", func(t *testing.T) {
		t.Parallel()
		w := openTried(t, 100, `{"rates":["0.2"]}`, program.Bounds{MaxFailed: 5})
		w.Strategy.After = func(r *strategyv1.EvaluateResponse) {
			for _, d := range r.Decisions {
				d.Outcome = &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "strategy.no_idea"}}
			}
		}
		w.sell()
		if c, watch := w.now(); c.State != program.CanaryStopped || c.Reason != trial.ReasonFailed || watch.Failed != 12 {
			t.Errorf("%+v %+v", c, watch)
		}
	})
}

func (w *tried) state() program.CanaryState { c, _ := w.now(); return c.State }
