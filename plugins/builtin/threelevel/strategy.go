// Package threelevel pays each level of the chain its own rate of every line.
package threelevel

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// Config is the settings form.
type Config struct {
	Rates strategy.Rates `json:"rates,omitempty" title:"各级佣金比例" title_en:"Rate of each level" help:"第一项给卖出的人，第二项给其上级，依此类推" help_en:"The first is the seller's, the second that of whoever stands behind them" max_items:"3"`
}

// Strategy is "three-level". Its third level pays nothing until chosen.
var Strategy = strategy.Plugin[Config]{
	ID: "three-level", Version: "1.0.0",
	Needs:        []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain")},
	Locales:      sentences,
	Default:      Config{Rates: strategy.Rates{100_000, 30_000, 0}},
	Evaluate:     evaluate,
	CanRecompute: true,
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		rate, given := c.Rates.At(member.Level())
		if !given {
			out.Decline(member, "level_without_rate", "level", member.Level())
			continue
		}
		out.PayRate(member, line, rate).Because("level_rate", "level", member.Level(), "rate", rate)
	}
	return nil
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "三级分佣",
		"summary":            "按推广层级，各级拿各自的比例",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"level_rate":         "第 {level} 级，{rate}",
		"level_without_rate": "第 {level} 级没有设置比例",
	},
	"en": {
		"title":              "Three levels",
		"summary":            "Each level of the chain earns its own rate",
		"needs_lines":        "to share what was paid for each line",
		"needs_chain":        "to know who sold it and who stands behind them",
		"level_rate":         "level {level}, {rate}",
		"level_without_rate": "level {level} has no rate",
	},
}
