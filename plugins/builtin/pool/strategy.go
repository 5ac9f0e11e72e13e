// Package pool is the partner dividend 合伙人分红: a share of the store's sales of
// a month, divided among members by their grade when the month closes. Orders
// themselves pay nothing.
package pool

import (
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Share  money.Rate            `json:"share" title:"分红池占销售额" title_en:"Share of sales"`
	Mode   string                `json:"mode" title:"分法" title_en:"How it is divided" help:"weights：按等级权重全部分完；scale_down：各拿等级比例，合计超过分红池时同比缩小" help_en:"weights: all of it, by the weight of each grade; scale_down: each gets the rate of their grade, scaled down when together they exceed the pool" enum:"weights,scale_down" words:"weights=按权重全部分完/All of it by weights,scale_down=按比例，超出时同比缩小/By rates scaled to the pool"`
	Basis  string                `json:"basis,omitempty" title:"按什么销售额" title_en:"Which sales" help:"settled：已结算；paid：已付减已退" help_en:"settled: received and past returns; paid: paid less refunded" enum:"settled,paid" words:"settled=已结算/Received and past returns,paid=已付减已退/Paid less refunded"`
	Grades map[string]money.Rate `json:"grades" title:"各等级的权重或比例" title_en:"Weight or rate of each grade" keys:"grade"`
}

// Strategy is "pool".
var Strategy = strategy.Plugin[Config]{
	ID: "pool", Version: "1.0.0",
	Needs:       []strategy.Need{strategy.Chain.For("needs_chain")},
	Locales:     sentences,
	Default:     Config{Basis: "settled"},
	Validate:    validate,
	Evaluate:    evaluate,
	ClosePeriod: closePeriod,
}

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	if c.Share > money.Whole {
		problems.Add("/share", "more_than_sales")
	}
}

func evaluate(_ Config, _ strategy.Order, out *strategy.Awards) error {
	out.None("at_the_close")
	return nil
}

func closePeriod(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
	sales := p.Sales().Settled
	if c.Basis == "paid" {
		sales = p.Sales().Paid
	}
	pool, err := c.Share.Of(sales, money.Floor)
	if err != nil {
		return err
	}
	if pool == 0 {
		out.None("empty_pool", "sales", p.Money(sales), "share", c.Share)
		return nil
	}
	total := c.sum(p.Members())
	for _, m := range p.Members() {
		if err := c.pay(p, out, m, pool, total); err != nil {
			return err
		}
	}
	return nil
}

// sum is what the members' grades come to together.
func (c Config) sum(members []strategy.PeriodMember) (total int64) {
	for _, m := range members {
		total += int64(c.Grades[m.Grade()])
	}
	return total
}

// pay gives a member pool × rate ÷ total, down. With scale_down the divisor is
// the whole until the rates exceed it: that is both the plain rate and the
// exact fraction.
func (c Config) pay(p strategy.Period, out *strategy.PeriodAwards, m strategy.PeriodMember, pool, total int64) error {
	rate, known := c.Grades[m.Grade()]
	switch {
	case !known:
		out.Decline(m, "grade_without_weight", "grade", m.Grade())
		return nil
	case rate == 0:
		out.Decline(m, "grade_weighs_nothing", "grade", m.Grade())
		return nil
	}
	divisor, reason := total, "by_weight"
	if c.Mode == "scale_down" {
		if divisor, reason = max(total, int64(money.Whole)), "by_rate"; total > int64(money.Whole) {
			reason = "scaled_down"
		}
	}
	amount, err := money.MulDiv(pool, int64(rate), divisor, money.Floor)
	if err != nil {
		return err
	}
	out.Pay(m, amount).Kind("pool").Of(pool, rate).
		Because(reason, "grade", m.Grade(), "rate", rate, "total", money.Rate(total), "pool", p.Money(pool))
	return nil
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":                "合伙人分红",
		"summary":              "每月从销售额中提取分红池，月末按等级分给合伙人；订单本身不分佣",
		"needs_chain":          "说明订单的推广人为何没有逐单佣金",
		"at_the_close":         "本方案不按订单分佣，月末统一分红",
		"empty_pool":           "本期销售额 {sales}，按 {share} 计提后分红池为 0",
		"by_weight":            "分红池 {pool}，等级 {grade} 权重 {rate}，全体权重合计 {total}",
		"by_rate":              "分红池 {pool}，等级 {grade} 占 {rate}",
		"scaled_down":          "分红池 {pool}，等级 {grade} 占 {rate}，全体合计 {total} 超过分红池，同比缩小",
		"grade_without_weight": "等级“{grade}”不参与分红",
		"grade_weighs_nothing": "等级“{grade}”的权重为 0",
		"more_than_sales":      "分红池不能超过销售额",
	},
	"en": {
		"title":                "Partner dividend",
		"summary":              "A share of the month's sales is divided among partners by grade at the month's end; orders themselves pay nothing",
		"needs_chain":          "to say why whoever sold an order earns nothing for it alone",
		"at_the_close":         "this plan pays nothing by order; the dividend comes at the month's end",
		"empty_pool":           "sales of {sales} leave nothing in a pool of {share}",
		"by_weight":            "grade {grade} weighs {rate} of {total} in a pool of {pool}",
		"by_rate":              "grade {grade} gets {rate} of a pool of {pool}",
		"scaled_down":          "grade {grade} gets {rate} of a pool of {pool}, scaled down because everybody's rates come to {total}",
		"grade_without_weight": "grade {grade} has no part in the dividend",
		"grade_weighs_nothing": "grade {grade} weighs nothing",
		"more_than_sales":      "the pool cannot exceed the sales",
	},
}
