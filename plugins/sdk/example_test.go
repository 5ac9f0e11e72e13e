package strategy_test

import (
	"context"
	"encoding/json"
	"fmt"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
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

// A whole strategy, asked about one order.
func Example() {
	show(Flat, FlatConfig{Rates: strategy.Rates{100_000}}, &strategyv1.Order{
		Lines: []*strategyv1.Line{{Sku: "TEA", Quantity: 1, Net: 19900}},
		Chain: []*strategyv1.Member{{Handle: "wang"}, {Handle: "zhao"}},
	})
	// Output:
	// wang 19.90: sold it, 10%
	// zhao nothing: this plan pays nothing at this position
}

// Rates by level: rate × what was paid, rounded once per line and person.
func ExampleAwards_PayRate() {
	type Config struct {
		Rates strategy.Rates `json:"rates" title:"各级比例" title_en:"Rates"`
	}
	levels := strategy.Plugin[Config]{
		Needs:   []strategy.Need{strategy.Lines.For("why"), strategy.Chain.For("why")},
		Locales: strategy.Locales{"en": {"level_rate": "level {level}, {rate}", "no_rate": "level {level} has no rate"}},
		Evaluate: func(c Config, o strategy.Order, out *strategy.Awards) error {
			for line, member := range o.Each() {
				rate, given := c.Rates.At(member.Level())
				if !given {
					out.Decline(member, "no_rate", "level", member.Level())
					continue
				}
				out.PayRate(member, line, rate).Because("level_rate", "level", member.Level(), "rate", rate)
			}
			return nil
		},
	}
	show(levels, Config{Rates: strategy.Rates{100_000, 50_000}}, &strategyv1.Order{
		Lines: []*strategyv1.Line{{Sku: "TEA", Quantity: 1, Net: 19900}},
		Chain: []*strategyv1.Member{{Handle: "wang"}, {Handle: "zhao"}, {Handle: "li"}},
	})
	// Output:
	// wang 19.90: level 1, 10%
	// zhao 9.95: level 2, 5%
	// li nothing: level 3 has no rate
}

// A fixed amount for every piece.
func ExampleAwards_PayPerPiece() {
	type Config struct {
		Each int64 `json:"each" title:"每件" title_en:"A piece" widget:"money"`
	}
	pieces := strategy.Plugin[Config]{
		Needs:   []strategy.Need{strategy.Lines.For("why"), strategy.Chain.For("why")},
		Locales: strategy.Locales{"en": {"pieces": "{amount} × {quantity}"}},
		Evaluate: func(c Config, o strategy.Order, out *strategy.Awards) error {
			seller := o.Chain()[0]
			for _, line := range o.Lines() {
				out.PayPerPiece(seller, line, c.Each).Because("pieces", "amount", o.Money(c.Each), "quantity", line.Quantity())
			}
			return nil
		},
	}
	show(pieces, Config{Each: 500}, &strategyv1.Order{
		Lines: []*strategyv1.Line{{Sku: "TEA", Quantity: 3, Net: 19900}},
		Chain: []*strategyv1.Member{{Handle: "wang"}},
	})
	// Output:
	// wang 15.00: 5.00 × 3
}

// Sharing one sum so that nothing is lost: money.Split gives the units left
// over to the largest remainders.
func ExampleAwards_PayOrder() {
	type Config struct {
		Sum    int64   `json:"sum" title:"总额" title_en:"Sum" widget:"money"`
		Shares []int64 `json:"shares" title:"份额" title_en:"Shares"`
	}
	shared := strategy.Plugin[Config]{
		Needs:   []strategy.Need{strategy.Chain.For("why")},
		Locales: strategy.Locales{"en": {"share": "{share} parts of {sum}"}},
		Evaluate: func(c Config, o strategy.Order, out *strategy.Awards) error {
			parts, err := money.Split(c.Sum, c.Shares)
			if err != nil {
				return err
			}
			for i, member := range o.Chain() {
				out.PayOrder(member, parts[i]).Kind("share").Because("share", "share", c.Shares[i], "sum", o.Money(c.Sum))
			}
			return nil
		},
	}
	show(shared, Config{Sum: 1000, Shares: []int64{1, 1, 1}}, &strategyv1.Order{
		Chain: []*strategyv1.Member{{Handle: "wang"}, {Handle: "zhao"}, {Handle: "li"}},
	})
	// Output:
	// wang 3.34: 1 parts of 10.00
	// zhao 3.33: 1 parts of 10.00
	// li 3.33: 1 parts of 10.00
}

// A recipient beside the chain: the host says who it is, if anybody.
func ExampleOrder_Role() {
	type Config struct {
		Rate money.Rate `json:"rate" title:"比例" title_en:"Rate"`
	}
	city := strategy.Plugin[Config]{
		Needs:   []strategy.Need{strategy.Lines.For("why"), strategy.CityPartner.For("why")},
		Locales: strategy.Locales{"en": {"city": "city partner, {rate}", "nobody": "no partner in this city"}},
		Evaluate: func(c Config, o strategy.Order, out *strategy.Awards) error {
			partner, found := o.Role(strategy.CityPartner)
			if !found {
				out.None("nobody")
				return nil
			}
			for _, line := range o.Lines() {
				out.PayRate(partner, line, c.Rate).Because("city", "rate", c.Rate)
			}
			return nil
		},
	}
	lines := []*strategyv1.Line{{Sku: "TEA", Quantity: 1, Net: 20000}}
	show(city, Config{Rate: 30_000}, &strategyv1.Order{Lines: lines, Roles: []*strategyv1.Role{{Name: "city_partner", Handle: "sun"}}})
	show(city, Config{Rate: 30_000}, &strategyv1.Order{Lines: lines})
	// Output:
	// sun 6.00: city partner, 3%
	// nobody: no partner in this city
}

// show asks a strategy about one order and prints the answer in English.
func show[C any](p strategy.Plugin[C], c C, o *strategyv1.Order) {
	for i, m := range o.Chain {
		m.Level = int32(i) + 1
	}
	o.Currency, o.MinorDigits = "CNY", 2
	answer, err := p.Server().Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: settings(c), Orders: []*strategyv1.Order{o}})
	if err != nil {
		panic(err)
	}
	who := func(at int32) string {
		if int(at) < len(o.Chain) {
			return o.Chain[at].Handle
		}
		return o.Roles[int(at)-len(o.Chain)].Handle
	}
	say := sentences(p)
	d := answer.Decisions[0]
	for _, a := range d.GetPaid().GetAwards() {
		fmt.Printf("%s %s: %s\n", who(a.Recipient), money.Format(a.Amount, o.Currency), say(a.Why))
	}
	for _, x := range d.GetPaid().GetDeclined() {
		fmt.Printf("%s nothing: %s\n", who(x.Recipient), say(x.Why))
	}
	if n := d.GetNoCommission(); n != nil {
		fmt.Println("nobody:", say(n.Why))
	}
	if f := d.GetFailed(); f != nil {
		fmt.Println("failed:", f.Code, f.Message)
	}
}

func settings(c any) []byte {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return raw
}
