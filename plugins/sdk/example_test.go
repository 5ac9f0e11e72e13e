package strategy_test

import (
	"context"
	"fmt"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// FlatConfig is the settings form: one rate for the seller.
type FlatConfig struct {
	Rates strategy.Rates `json:"rates" title:"比例" title_en:"Rates" max_items:"1"`
}

// Flat is a whole strategy. Its main would be strategy.Serve(Flat).
var Flat = strategy.Plugin[FlatConfig]{
	ID: "flat", Version: "1.0.0",
	Needs: []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain")},
	Locales: strategy.Locales{
		"zh-CN": {"title": "单级", "summary": "只给卖出的人", "needs_lines": "按商品实付计算", "needs_chain": "知道谁卖出", "sold": "卖出，{rate}"},
		"en":    {"title": "Flat", "summary": "The seller alone", "needs_lines": "to share what was paid", "needs_chain": "to know who sold", "sold": "sold it, {rate}"},
	},
	Evaluate: func(c FlatConfig, o strategy.Order, out *strategy.Awards) error {
		for line, member := range o.Each() {
			if rate, given := c.Rates.At(member.Level()); given {
				out.PayRate(member, line, rate).Because("sold", "rate", rate)
			}
		}
		return nil
	},
}

func Example() {
	answer, err := Flat.Server().Evaluate(context.Background(), &strategyv1.EvaluateRequest{
		Config: []byte(`{"rates": ["0.10"]}`),
		Orders: []*strategyv1.Order{{
			Currency: "CNY",
			Lines:    []*strategyv1.Line{{Sku: "TEA", Quantity: 1, Net: 19900}},
			Chain:    []*strategyv1.Member{{Handle: "wang", Level: 1}, {Handle: "zhao", Level: 2}},
		}},
	})
	if err != nil {
		panic(err)
	}
	paid := answer.Decisions[0].GetPaid()
	fmt.Println(paid.Awards[0].Amount, paid.Awards[0].Why.Key)
	fmt.Println(paid.Declined[0].Recipient, paid.Declined[0].Why.Key)
	// Output:
	// 1990 sold
	// 1 sdk.no_award
}
