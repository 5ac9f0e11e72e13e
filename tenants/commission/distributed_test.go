package commission_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// mixed is an order of a known buyer whose lines say whether they pay.
func mixed(t *testing.T, s *storetest.Stores, id string, lines ...order.Line) (made order.ID) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		b, err := customer.ByExternal(ctx, tx, "lin")
		if err != nil {
			return err
		}
		for i := range lines {
			lines[i].ID, lines[i].SKU, lines[i].Qty, lines[i].Cost = string(rune('1'+i)), "S", 1, -1
		}
		o, _, err := s.Orders.Place(ctx, tx, order.Placement{Source: "test", ExternalID: id, Buyer: b.ID, Lines: lines})
		made = o.ID
		if err != nil {
			return err
		}
		_, err = s.Orders.Pay(ctx, tx, o.ID, time.Time{})
		return err
	})
	return made
}

func TestNotDistributed(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	s.Sell(t, s.A, storetest.Sale{ID: "O0", Buyer: "lin", Via: team["a"], Nets: []int64{100}}) // binds
	s.Work(t, s.A)
	no := order.NotDistributed

	t.Run("AStrategySeesAndPaysTheOtherLinesAlone", func(t *testing.T) {
		o := mixed(t, s, "O1", order.Line{UnitPrice: 10000, Distribution: no}, order.Line{UnitPrice: 20000}, order.Line{UnitPrice: 30000, Distribution: order.Distributed})
		var seen int
		s.Strategy.Before = func(r *strategyv1.EvaluateRequest) error { seen = len(r.GetOrders()[0].GetLines()); return nil }
		s.Work(t, s.A)
		s.Strategy.Before = nil
		if seen != 2 {
			t.Errorf("the strategy saw %d lines", seen)
		}
		x := explain(t, s, s.A, o, "en")
		if x.Awards[0].Granted != 5000 || x.Awards[0].Points != 500 || x.Awards[0].Lines[0].Line != "2" || x.Awards[0].Lines[1].Line != "3" {
			t.Errorf("%+v", x.Awards[0])
		}
		if len(x.Undistributed) != 1 || x.Undistributed[0].Line != "1" || x.Undistributed[0].Why == x.Undistributed[0].Code {
			t.Errorf("%+v", x.Undistributed)
		}
		s.Refund(t, s.A, o, "R1", 10000, "1")
		s.Work(t, s.A)
		if x := explain(t, s, s.A, o, "en"); x.Awards[0].Standing != 5000 || x.Awards[0].Points != 500 {
			t.Errorf("a refund of what paid nothing took something back: %+v", x.Awards[0])
		}
		s.Refund(t, s.A, o, "R2", 20000, "2")
		s.Work(t, s.A)
		if x := explain(t, s, s.A, o, "en"); x.Awards[0].Standing != 3000 || x.Awards[0].Points != 300 {
			t.Errorf("%+v", x.Awards[0])
		}
	})
	t.Run("AnAwardForTheWholeOrderShrinksWithTheOtherLines", func(t *testing.T) {
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) {
			awards := r.GetDecisions()[0].GetPaid()
			awards.Awards = awards.GetAwards()[:1]
			awards.Awards[0].Line, awards.Awards[0].Amount = -1, 1000
		}
		defer func() { s.Strategy.After = nil }()
		o := mixed(t, s, "O2", order.Line{UnitPrice: 10000, Distribution: no}, order.Line{UnitPrice: 10000})
		s.Work(t, s.A)
		s.Refund(t, s.A, o, "R1", 5000, "1")
		s.Work(t, s.A)
		if x := explain(t, s, s.A, o, "en"); x.Awards[0].Standing != 1000 {
			t.Errorf("%+v", x.Awards[0])
		}
		s.Refund(t, s.A, o, "R2", 5000, "2")
		s.Work(t, s.A)
		if x := explain(t, s, s.A, o, "en"); x.Awards[0].Standing != 500 {
			t.Errorf("%+v", x.Awards[0])
		}
	})
	t.Run("WhenNothingElseIsBoughtNobodyIsAskedOrEarns", func(t *testing.T) {
		o := mixed(t, s, "O3", order.Line{UnitPrice: 10000, Distribution: no})
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, o, "en"), "a commission.not_distributed", "b commission.not_distributed")
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Exec(ctx, `select 1 from commission_award where tenant_id = $1 and order_id = $2`, tx.Tenant(), o)
			if rows != 0 {
				t.Errorf("%d awards", rows)
			}
			return err
		})
	})
	s.MustBalance(t)
}
