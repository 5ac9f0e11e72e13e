// Package tiers pays the seller by what they have sold so far: the more, the
// higher the rate.
package tiers

import (
	"fmt"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form. The platform reads window to know which sales
// to sum.
type Config struct {
	Window string `json:"window,omitempty" title:"统计周期" title_en:"Window" enum:"day,week,month,quarter,year,all"`
	Tiers  []Tier `json:"tiers,omitempty" title:"档位" title_en:"Tiers" widget:"tier-table" min_items:"1"`
}

// Tier is a rate and the sales, in minor units, from which it holds.
type Tier struct {
	From int64      `json:"from" title:"销售额起" title_en:"Sales from" widget:"money"`
	Rate money.Rate `json:"rate" title:"比例" title_en:"Rate"`
}

// Strategy is what the platform sees.
var Strategy = strategy.Plugin[Config]{
	ID: "tiers", Version: "0.1.0",
	Needs:    []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"), strategy.MemberStats.For("needs_sales")},
	Locales:  sentences,
	Default:  Config{Window: "month", Tiers: []Tier{{From: 0, Rate: 50_000}, {From: 1_000_000, Rate: 80_000}}},
	Validate: validate,
	Evaluate: evaluate,
}

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	for i := 1; i < len(c.Tiers); i++ {
		if c.Tiers[i].From <= c.Tiers[i-1].From {
			problems.Add(fmt.Sprintf("/tiers/%d/from", i), "tiers_must_rise")
		}
	}
}

// evaluate decides one order. It depends on its arguments alone.
func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		if member.Level() > 1 {
			out.Decline(member, "seller_alone")
			continue
		}
		sold := member.Sales() // before this order
		if rate, reached := c.reached(sold); reached {
			out.PayRate(member, line, rate).Because("tier_rate", "sold", o.Money(sold), "rate", rate)
		} else {
			out.Decline(member, "below_tiers", "sold", o.Money(sold))
		}
	}
	return nil
}

func (c Config) reached(sold int64) (rate money.Rate, reached bool) {
	for _, t := range c.Tiers {
		if sold >= t.From {
			rate, reached = t.Rate, true
		}
	}
	return rate, reached
}
