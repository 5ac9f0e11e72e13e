// Package tieredsales pays the seller by their own sales in a window: the rate
// reached before the order, the rate reached with it, each part of it at the
// rate of the tier it falls into, or the rate reached before it and, when the
// month closes, what is missing to the rate that the month has reached.
package tieredsales

import (
	"slices"

	"fmt"
	"math"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form. The host reads window to know which sales to sum.
type Config struct {
	Window string `json:"window" title:"统计周期" title_en:"Window" enum:"day,week,month,quarter,year,all" words:"day=日/Day,week=周/Week,month=月/Month,quarter=季/Quarter,year=年/Year,all=全部/All time"`
	Mode   string `json:"mode" title:"跨档计算" title_en:"Crossing a tier" help:"跨档补差：平时按本单之前的档位，月末结账时按全月达到的档位补足差额，统计周期须为月" help_en:"Topping up: orders are paid by the sales before them; closing the month brings the difference to the rate that the month has reached. The window must be the month" enum:"before_order,including_order,slab,retroactive" words:"before_order=按本单之前/By sales before the order,including_order=含本单/Including the order,slab=分段/Each part at its own rate,retroactive=跨档补差/The new rate for all of the window"`
	Tiers  []Tier `json:"tiers" title:"档位" title_en:"Tiers" widget:"tier-table" min_items:"1"`
}

// Tier is a rate and the sales, in minor units, from which it holds.
type Tier struct {
	From int64      `json:"from" title:"销售额起" title_en:"Sales from" widget:"money"`
	Rate money.Rate `json:"rate" title:"比例" title_en:"Rate"`
}

// Strategy is "tiered-sales".
var Strategy = strategy.Plugin[Config]{
	ID: "tiered-sales", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"), strategy.MemberStats.For("needs_sales"),
		strategy.PeriodOrders.For("needs_orders"),
	},
	Locales:     sentences,
	Validate:    validate,
	Evaluate:    evaluate,
	ClosePeriod: closePeriod,
}

const retroactive = "retroactive"

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	if c.Mode == retroactive && c.Window != "month" {
		problems.Add("/window", "months_are_closed")
	}
	for i := 1; i < len(c.Tiers); i++ {
		if c.Tiers[i].From <= c.Tiers[i-1].From {
			problems.Add(fmt.Sprintf("/tiers/%d/from", i), "tiers_must_rise")
		}
		if c.Mode == retroactive && c.Tiers[i].Rate < c.Tiers[i-1].Rate {
			problems.Add(fmt.Sprintf("/tiers/%d/rate", i), "rates_must_not_fall")
		}
	}
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for _, member := range o.Chain() {
		if member.Level() != 1 {
			out.Decline(member, "seller_alone")
			continue
		}
		if err := c.paySeller(o, member, out); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) paySeller(o strategy.Order, seller strategy.Member, out *strategy.Awards) error {
	before, total := max(seller.Sales(), 0), int64(0)
	for _, line := range o.Lines() {
		total += line.Net()
	}
	if c.Mode == "slab" {
		return c.paySlabs(o, seller, before, total, out)
	}
	reached := before
	if c.Mode == "including_order" {
		reached += total
	}
	rate, found := c.at(reached)
	for _, line := range o.Lines() {
		if found {
			out.PayRate(seller, line, rate).Because("tier", "rate", rate, "sales", o.Money(reached))
		} else {
			out.Decline(seller, "below_the_first_tier", "sales", o.Money(reached))
		}
	}
	return nil
}

// closePeriod brings everything sold in the month to the rate that the month
// has reached. Below the first tier the rate was zero.
func closePeriod(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
	if c.Mode != retroactive {
		out.None("paid_with_the_orders")
		return nil
	}
	for _, m := range p.Members() {
		if err := c.topUp(p, m, out); err != nil {
			return err
		}
	}
	return nil
}

// topUp rounds once, over the whole month, and gives each order the part of
// the difference that it caused.
func (c Config) topUp(p strategy.Period, m strategy.PeriodMember, out *strategy.PeriodAwards) error {
	sales := m.Sales().Paid
	rate, found := c.at(sales)
	if !found {
		out.Decline(m, "below_the_first_tier", "sales", p.Money(sales))
		return nil
	}
	var net, awarded int64
	missing := make([]int64, len(m.Sold()))
	for i, o := range m.Sold() {
		due, err := rate.Of(o.Net, money.Floor)
		if err != nil {
			return err
		}
		net, awarded, missing[i] = net+o.Net, awarded+o.Awarded, max(due-o.Awarded, 0)
	}
	due, err := rate.Of(net, p.Rounding())
	if err != nil {
		return err
	}
	if due <= awarded {
		out.Decline(m, "nothing_to_top_up", "sales", p.Money(sales), "rate", rate)
		return nil
	}
	if slices.Max(missing) == 0 { // what is due is only what rounding each order lost
		for i, o := range m.Sold() {
			missing[i] = max(o.Net, 0)
		}
	}
	shares, err := money.Split(due-awarded, missing)
	if err != nil {
		return err
	}
	out.PayOrders(m, shares).Kind("top_up").Of(net, rate).Because("topped_up", "sales", p.Money(sales), "rate", rate, "awarded", p.Money(awarded))
	return nil
}

// at is the rate that holds at these sales.
func (c Config) at(sales int64) (rate money.Rate, found bool) {
	for _, t := range c.Tiers {
		if t.From <= sales {
			rate, found = t.Rate, true
		}
	}
	return rate, found
}

// paySlabs cuts the order into tiers as a whole, rounds once, and gives every
// line its share, so that the order of lines cannot change the sum.
func (c Config) paySlabs(o strategy.Order, seller strategy.Member, before, total int64, out *strategy.Awards) error {
	amount, err := money.Blend(out.Rounding(), c.slabs(before, before+total)...)
	if err != nil {
		return err
	}
	lines := o.Lines()
	weights := make([]int64, len(lines))
	for i, line := range lines {
		weights[i] = line.Net()
	}
	shares, err := money.Split(amount, weights)
	if err != nil {
		return err
	}
	for i, line := range lines {
		rate, err := money.MulDiv(shares[i], int64(money.Whole), max(line.Net(), 1), money.Floor)
		if err != nil {
			return err
		}
		out.Pay(seller, line, shares[i]).Of(line.Net(), money.Rate(rate)).Because("slabs", "sales", o.Money(before))
	}
	return nil
}

// slabs are the parts of the sales between two sums, each at its tier's rate.
func (c Config) slabs(from, to int64) []money.Part {
	var parts []money.Part
	for i, t := range c.Tiers {
		end := int64(math.MaxInt64)
		if i+1 < len(c.Tiers) {
			end = c.Tiers[i+1].From
		}
		if low, high := max(from, t.From), min(to, end); low < high {
			parts = append(parts, money.Part{Amount: high - low, Rate: t.Rate})
		}
	}
	return parts
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":                "销售额阶梯",
		"summary":              "按卖出人在周期内的销售额决定比例",
		"needs_lines":          "按每件商品的实付金额计算佣金",
		"needs_chain":          "知道谁卖出",
		"needs_sales":          "知道卖出人在周期内、本单之前的销售额",
		"tier":                 "销售额 {sales}，{rate}",
		"slabs":                "此前销售额 {sales}，各段按各档比例",
		"below_the_first_tier": "销售额 {sales} 未到第一档",
		"seller_alone":         "阶梯佣金只给卖出的人",
		"needs_orders":         "月末按每笔订单补足到全月所达档位的差额",
		"topped_up":            "全月销售额 {sales}，达到 {rate}；逐单已计 {awarded}，补足差额",
		"nothing_to_top_up":    "全月销售额 {sales}，{rate}，逐单已经计足",
		"paid_with_the_orders": "本方案随订单计佣，月末没有另外的分配",
		"months_are_closed":    "跨档补差在月末结账，统计周期须为月",
		"rates_must_not_fall":  "跨档补差时，比例不能逐档降低",
		"tiers_must_rise":      "档位的起点必须逐档升高",
	},
	"en": {
		"title":                "Tiers by sales",
		"summary":              "The seller's sales in a window decide the rate",
		"needs_lines":          "to share what was paid for each line",
		"needs_chain":          "to know who sold it",
		"needs_sales":          "to know the seller's sales in the window before this order",
		"tier":                 "sales of {sales}, {rate}",
		"slabs":                "sales of {sales} before, each part at its tier's rate",
		"below_the_first_tier": "sales of {sales} do not reach the first tier",
		"seller_alone":         "tiers pay the seller alone",
		"needs_orders":         "to bring each order, at the month's end, to the rate that the month has reached",
		"topped_up":            "the month's sales of {sales} reach {rate}; {awarded} came with the orders, the difference now",
		"nothing_to_top_up":    "the month's sales of {sales}, {rate}, have been paid in full with the orders",
		"paid_with_the_orders": "this plan pays with the orders and nothing more at the month's end",
		"months_are_closed":    "topping up happens when a month is closed, so the window must be the month",
		"rates_must_not_fall":  "with topping up, no tier may have a lower rate than the one before",
		"tiers_must_rise":      "each tier must start above the one before",
	},
}
