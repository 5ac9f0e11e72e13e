package strategy_test

import (
	"context"
	"testing"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// BenchmarkEvaluate is a batch of 200 orders in process: what the SDK costs
// beside the wire. It reports the cost of one order.
func BenchmarkEvaluate(b *testing.B) {
	rates := func(_ config, o strategy.Order, out *strategy.Awards) error {
		for line, m := range o.Each() {
			out.PayRate(m, line, 100_000).Because("level_rate", "level", m.Level(), "rate", money.Rate(100_000))
		}
		return nil
	}
	for name, c := range map[string]struct {
		f            evaluate
		lines, chain int
	}{
		"Nothing":              {func(config, strategy.Order, *strategy.Awards) error { return nil }, 1, 3},
		"OneLineOneLevel":      {rates, 1, 1},
		"OneLineThreeLevels":   {rates, 1, 3},
		"FiveLinesThreeLevels": {rates, 5, 3},
	} {
		b.Run(name, func(b *testing.B) {
			const batch = 200
			req := &strategyv1.EvaluateRequest{Config: []byte(`{}`)}
			for range batch {
				o := order()
				o.Roles, o.Chain = nil, o.Chain[:c.chain]
				for o.Lines = o.Lines[:1]; len(o.Lines) < c.lines; {
					o.Lines = append(o.Lines, &strategyv1.Line{Sku: "Y", Quantity: 2, Net: 12345})
				}
				req.Orders = append(req.Orders, o)
			}
			server := plugin(c.f).Server()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := server.Evaluate(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/order")
		})
	}
}
