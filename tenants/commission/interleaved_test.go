package commission_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// M12: what happens to an order while the strategy thinks about its neighbour
// is not lost, and leaves no order without a lane.
func TestDrain_WhileTheStrategyThinks(t *testing.T) {
	t.Parallel()
	meanwhile := func(s *storetest.Stores, do func()) {
		s.Strategy.Before = func(*strategyv1.EvaluateRequest) error {
			s.Strategy.Before = nil
			do()
			return nil
		}
	}
	t.Run("AReceivedOrderThatIsPaidKeepsItsWorkRow", func(t *testing.T) {
		t.Parallel()
		s := storetest.Open(t)
		team := s.Team(t, s.A, "a")
		var cash order.ID
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			o, err := s.Place(ctx, tx, storetest.Sale{ID: "COD", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
			cash = o.ID
			return err
		})
		s.Receive(t, s.A, cash)
		s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "wu", Via: team["a"], Nets: []int64{20000}})
		meanwhile(s, func() { pay(t, s, cash) })
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 3000)
		s.MustBalance(t)
	})
	t.Run("AGroupThatSucceedsKeepsItsWorkRow", func(t *testing.T) {
		t.Parallel()
		s := storetest.Open(t)
		team := s.Team(t, s.A, "a")
		s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		s.Work(t, s.A)
		group := groupBuy(t, s, "lin", 10000)
		s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "wu", Via: team["a"], Nets: []int64{20000}})
		meanwhile(s, func() {
			s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
				_, err := s.Orders.DecideGroup(ctx, tx, group, order.GroupSucceeded)
				return err
			})
		})
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 4000)
		s.MustBalance(t)
	})
}

func pay(t *testing.T, s *storetest.Stores, o order.ID) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.Pay(ctx, tx, o, time.Time{})
		return err
	})
}

// groupBuy places and pays an order of a group that is still open, for a buyer
// who is known.
func groupBuy(t *testing.T, s *storetest.Stores, buyer string, net int64) (made order.ID) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		b, err := customer.ByExternal(ctx, tx, buyer)
		if err != nil {
			return err
		}
		o, _, err := s.Orders.Place(ctx, tx, order.Placement{Source: "test", ExternalID: "G", Buyer: b.ID, GroupBuy: true,
			Lines: order.Lines{{ID: "1", SKU: "S1", Qty: 1, UnitPrice: net, Cost: -1}}})
		made = o.ID
		return err
	})
	pay(t, s, made)
	return made
}

// M13: an order that had to wait for its strategy is its buyer's first by its
// seq, as if it had not waited.
func TestFirstOrder_SurvivesARetry(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "first", Facts: []string{program.FactChain, program.FactFirstOrder},
		Decide: func([]byte, *strategyv1.Order) *strategyv1.Decision { return storetest.PaysNobody() }})
	s.ProposeStrategy(t, s.A, "first", `{}`, nil)
	team := s.Team(t, s.A, "a")
	for _, id := range []string{"O1", "O2"} {
		s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	}
	s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("down") }
	s.Work(t, s.A)
	var first []bool
	s.Strategy.Before = func(r *strategyv1.EvaluateRequest) error {
		for _, o := range r.GetOrders() {
			first = append(first, o.GetBuyer().GetFirstOrder())
		}
		return nil
	}
	if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	s.Work(t, s.A)
	if len(first) != 2 || !first[0] || first[1] {
		t.Errorf("first orders: %v, want [true false]", first)
	}
	if n := s.Int(t, `select sum(customers) from performance_day where tenant_id = $1`, s.A); n != 1 {
		t.Errorf("%d new customers, want 1", n)
	}
}

// Points that came without money go back like any others.
func TestRefund_TakesBackPointsThatCameAlone(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Propose(t, s.A, func(p *program.Settings) { p.OrderCap = 0 })
	team := s.Team(t, s.A, "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Receive(t, s.A, o)
	s.Work(t, s.A)
	s.Clock.Advance(7 * 24 * time.Hour)
	s.Work(t, s.A)
	if p := points(t, s, team["a"]); p != 100 {
		t.Fatalf("%d points, want 100", p)
	}
	s.Refund(t, s.A, o, "R1", 10000, "")
	s.Work(t, s.A)
	if p := points(t, s, team["a"]); p != 0 {
		t.Errorf("%d points stand after a full refund", p)
	}
	s.MustBalance(t)
}

func points(t *testing.T, s *storetest.Stores, who distributor.ID) (n int64) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		b, err := ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Points)
		n = b.Available
		return err
	})
	return n
}

// What stands after some refunds is the same whether the lane looked once or
// after each of them, also where the cap bites again: nothing that has been
// taken back is raised.
func TestRefund_HowOftenTheLaneLooksDoesNotChangeAFen(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	s.Strategy.After = func(r *strategyv1.EvaluateResponse) { // 80 % of line 1 to the seller, 10 % of line 2 to the upline
		for _, d := range r.GetDecisions() {
			awards := d.GetPaid().GetAwards()
			why := awards[0].GetWhy()
			d.GetPaid().Awards = []*strategyv1.Award{
				{Recipient: 0, Line: 0, Level: 1, Amount: 80, Why: why}, {Recipient: 1, Line: 1, Level: 2, Amount: 10, Why: why}}
		}
	}
	for i, patient := range []bool{false, true} {
		o := s.Sell(t, s.A, storetest.Sale{ID: []string{"O1", "O2"}[i], Buyer: "lin", Via: team["a"], Nets: []int64{100, 100}})
		s.Work(t, s.A)
		before := s.Balance(t, s.A, team["b"]).Held - 10
		s.Refund(t, s.A, o, "R1", 50, "2")
		if !patient {
			s.Work(t, s.A)
		}
		s.Refund(t, s.A, o, "R2", 50, "1")
		s.Work(t, s.A)
		if stands := s.Balance(t, s.A, team["b"]).Held - before; stands != 4 {
			t.Errorf("patient %v: %d stands, want 4", patient, stands)
		}
	}
	s.MustBalance(t)
}

// Money that was on hold is released by the sweep alone, also in a store where
// nothing else matures.
func TestStoresMaturing_FindsWhatIsOnHold(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Receive(t, s.A, o)
	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["a"], "test"); err != nil {
		t.Fatal(err)
	}
	s.Work(t, s.A)
	s.Clock.Advance(8 * 24 * time.Hour)
	s.Work(t, s.A)
	if _, err := s.Distributors.Unfreeze(t.Context(), s.A, team["a"]); err != nil {
		t.Fatal(err)
	}
	var stores []tenancy.ID
	if err := s.Platform(t.Context(), func(ctx context.Context, tx *pg.Tx) (err error) {
		stores, err = commission.StoresMaturing(ctx, tx, clock.Real())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(stores) != 1 || stores[0] != s.A {
		t.Errorf("the sweep finds %v, want %v", stores, s.A)
	}
}

func TestStrategyThatDecidesTwice_IsNotBelieved(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	s.Strategy.After = func(r *strategyv1.EvaluateResponse) { r.Decisions = append(r.Decisions, r.GetDecisions()[0]) }
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	wantHeld(t, s, team["a"], 0)
	if x := explain(t, s, s.A, o, "en"); x.Waits == nil || x.Waits.Code != "plugin.malformed_answer" {
		t.Errorf("%+v", x.Waits)
	}
}
