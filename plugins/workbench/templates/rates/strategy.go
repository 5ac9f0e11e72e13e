// Package rates pays each level of the chain its own rate of every line.
package rates

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// Config is the settings form that the merchant fills in.
type Config struct {
	Rates strategy.Rates `json:"rates,omitempty" title:"各级佣金比例" title_en:"Rate of each level" help:"第一项给卖出的人，第二项给其上级，依此类推" help_en:"The first is the seller's, the second that of whoever stands behind them" max_items:"3"`
}

// Strategy is what the platform sees.
var Strategy = strategy.Plugin[Config]{
	ID: "rates", Version: "0.1.0",
	Needs:    []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain")},
	Locales:  sentences,
	Default:  Config{Rates: strategy.Rates{100_000, 50_000}}, // parts per million: 10 % and 5 %
	Evaluate: evaluate,
}

// evaluate decides one order. It depends on its arguments alone: no clock, no
// network, no memory of other orders.
func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		if rate, given := c.Rates.At(member.Level()); given {
			out.PayRate(member, line, rate).Because("level_rate", "level", member.Level(), "rate", rate)
		} else {
			out.Decline(member, "level_without_rate", "level", member.Level())
		}
	}
	return nil
}
