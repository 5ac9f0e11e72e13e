package tieredsales_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, tieredsales.Strategy, stest.Golden("testdata/golden.json"))
}

// However a window's sales fall into orders, topping up ends at all of them at
// the rate reached, less what rounding down took from each award.
func TestToppingUpEndsAtTheRateReached(t *testing.T) {
	t.Parallel()
	server, dice := tieredsales.Strategy.Server(), rand.New(rand.NewPCG(1, 1))
	config := []byte(`{"window":"month","mode":"retroactive","tiers":[{"from":0,"rate":"0.10"},{"from":100000,"rate":"0.123456"},{"from":200000,"rate":"0.14"}]}`)
	for range 200 {
		var sales, paid, awards int64
		for range 1 + dice.IntN(12) {
			net := dice.Int64N(60_000)
			out, err := server.Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: config, Orders: []*strategyv1.Order{{
				Currency: "CNY", Lines: []*strategyv1.Line{{Sku: "X", Quantity: 1, Net: net}},
				Chain: []*strategyv1.Member{{Handle: "a", Level: 1, Stats: &strategyv1.Stats{Sales: sales}}},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range out.Decisions[0].GetPaid().GetAwards() {
				paid, awards = paid+a.Amount, awards+1
			}
			sales += net
		}
		rate := int64(100_000)
		switch {
		case sales >= 200_000:
			rate = 140_000
		case sales >= 100_000:
			rate = 123_456
		}
		if want := sales * rate / 1_000_000; paid > want || paid < want-awards {
			t.Fatal(fmt.Sprintf("sales of %d at %d ppm are %d; %d awards paid %d", sales, rate, want, awards, paid))
		}
	}
}
