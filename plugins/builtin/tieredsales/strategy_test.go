package tieredsales_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, tieredsales.Strategy, stest.Golden("testdata/golden.json"))
}

// However a month's sales fall into orders, the close ends at all of them at
// the rate reached, to the last unit, and no order gets more than it lacked and
// what rounding once leaves over of all orders.
func TestTheCloseEndsAtTheRateReached(t *testing.T) {
	t.Parallel()
	server, dice := tieredsales.Strategy.Server(), rand.New(rand.NewPCG(1, 1))
	config := []byte(`{"window":"month","mode":"retroactive","tiers":[{"from":0,"rate":"0.10"},{"from":100000,"rate":"0.123456"},{"from":200000,"rate":"0.14"}]}`)
	for range 200 {
		var sales, paid int64
		member := &strategyv1.PeriodMember{Handle: "a"}
		for range 1 + dice.IntN(12) {
			net := dice.Int64N(60_000)
			out, err := server.Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: config, Orders: []*strategyv1.Order{{
				Currency: "CNY", Lines: []*strategyv1.Line{{Sku: "X", Quantity: 1, Net: net}},
				Chain: []*strategyv1.Member{{Handle: "a", Level: 1, Stats: &strategyv1.Stats{Sales: sales}}},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			var awarded int64
			for _, a := range out.Decisions[0].GetPaid().GetAwards() {
				awarded += a.Amount
			}
			member.Sold = append(member.Sold, &strategyv1.PeriodOrder{Net: net, Awarded: awarded})
			sales, paid = sales+net, paid+awarded
		}
		member.Sales = &strategyv1.PeriodSales{Paid: sales}
		closed, err := server.ClosePeriod(context.Background(), &strategyv1.ClosePeriodRequest{Config: config, Currency: "CNY", Members: []*strategyv1.PeriodMember{member}})
		if err != nil || closed.GetFailed() != nil {
			t.Fatal(closed, err)
		}
		rate := int64(100_000)
		switch {
		case sales >= 200_000:
			rate = 140_000
		case sales >= 100_000:
			rate = 123_456
		}
		for _, a := range closed.GetClosed().GetAwards() {
			paid += a.Amount
			for i, share := range a.Shares {
				if o := member.Sold[i]; share > max(o.Net*rate/1_000_000-o.Awarded, 0)+int64(len(a.Shares)) {
					t.Fatalf("an order of %d that gave %d gets %d at %d ppm", o.Net, o.Awarded, share, rate)
				}
			}
		}
		if want := sales * rate / 1_000_000; paid != want && len(closed.GetClosed().GetAwards()) > 0 {
			t.Fatalf("sales of %d at %d ppm are %d, not %d", sales, rate, want, paid)
		}
	}
}
