// Package newcustomer pays rates by level and, once per buyer, a fixed amount
// to the seller for the buyer's first paid order.
package newcustomer

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// Config is the settings form.
type Config struct {
	Base       strategy.Rates `json:"base" title:"各级比例" title_en:"Rate of each level" max_items:"3"`
	FirstOrder Bonus          `json:"first_order" title:"首单奖励" title_en:"First order"`
}

// Bonus is what the seller gets on top, in minor units.
type Bonus struct {
	Fixed int64 `json:"fixed" title:"固定金额" title_en:"Fixed amount" widget:"money"`
}

// Strategy is "new-customer".
var Strategy = strategy.Plugin[Config]{
	ID: "new-customer", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"), strategy.FirstOrder.For("needs_first_order"),
	},
	Locales:      sentences,
	Evaluate:     evaluate,
	CanRecompute: true,
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	var paid int64
	for _, line := range o.Lines() {
		paid += line.Net()
	}
	for _, member := range o.Chain() {
		payRates(c, o, member, out)
		if member.Level() == 1 && o.FirstOrder() && paid > 0 { // a free order brings no customer
			out.PayOrder(member, c.FirstOrder.Fixed).Kind("first_order").Because("first_order", "amount", o.Money(c.FirstOrder.Fixed))
		}
	}
	return nil
}

func payRates(c Config, o strategy.Order, member strategy.Member, out *strategy.Awards) {
	rate, given := c.Base.At(member.Level())
	if !given {
		out.Decline(member, "level_without_rate", "level", member.Level())
		return
	}
	for _, line := range o.Lines() {
		out.PayRate(member, line, rate).Because("level_rate", "level", member.Level(), "rate", rate)
	}
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "新客首单",
		"summary":            "按层级比例，买家首单另给卖出的人一笔固定金额",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"needs_first_order":  "知道是不是买家在本店的首单",
		"level_rate":         "第 {level} 级，{rate}",
		"first_order":        "买家首单，另加 {amount}",
		"level_without_rate": "第 {level} 级没有设置比例",
	},
	"en": {
		"title":              "New customer",
		"summary":            "Rates by level, and a fixed amount to the seller for a buyer's first order",
		"needs_lines":        "to share what was paid for each line",
		"needs_chain":        "to know who sold it and who stands behind them",
		"needs_first_order":  "to know whether it is the buyer's first order here",
		"level_rate":         "level {level}, {rate}",
		"first_order":        "the buyer's first order, {amount} on top",
		"level_without_rate": "level {level} has no rate",
	},
}
