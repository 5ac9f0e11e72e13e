// Package period pays when a month is over: whoever sold enough gets a share
// of what they sold. Orders themselves pay nothing.
package period

import (
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form. Amounts are whole minor units: 1000000 is
// 10,000.00.
type Config struct {
	Least int64      `json:"least,omitempty" title:"当月至少卖出" title_en:"Least sales of the month" widget:"money"`
	Share money.Rate `json:"share,omitempty" title:"奖励占其销售额" title_en:"Share of their sales"`
}

// Strategy is what the platform sees.
var Strategy = strategy.Plugin[Config]{
	ID: "period", Version: "0.1.0",
	Needs:       []strategy.Need{strategy.Chain.For("needs_chain")},
	Locales:     sentences,
	Default:     Config{Least: 1_000_000, Share: 20_000},
	Evaluate:    evaluate,
	ClosePeriod: closePeriod,
}

func evaluate(_ Config, _ strategy.Order, out *strategy.Awards) error {
	out.None("at_the_close")
	return nil
}

// closePeriod decides what a month that is over pays beyond its orders.
func closePeriod(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
	for _, m := range p.Members() {
		sold := m.Sales().Settled
		if sold < c.Least {
			out.Decline(m, "sold_too_little", "sold", p.Money(sold), "least", p.Money(c.Least))
			continue
		}
		amount, err := c.Share.Of(sold, p.Rounding())
		if err != nil {
			return err
		}
		out.Pay(m, amount).Kind("bonus").Of(sold, c.Share).Because("bonus", "sold", p.Money(sold), "rate", c.Share)
	}
	return nil
}
