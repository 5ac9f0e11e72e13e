// Package flat is the vector strategy: small, fully specified in
// vectors/README.md, and written once in every language that has an SDK. Its
// answers must be the same bytes in all of them.
package flat

import (
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings.
type Config struct {
	Rates    strategy.Rates `json:"rates" title:"各级比例" title_en:"Rates" max_items:"3"`
	Times    *money.Rate    `json:"times" title:"倍数" title_en:"Multiplier"`
	PerPiece []int64        `json:"per_piece,omitempty" title:"每件固定金额" title_en:"Fixed amount a piece" max_items:"3"`
	Welcome  *int64         `json:"welcome" title:"首单奖励" title_en:"First order bonus"`
	Invitee  *money.Rate    `json:"invitee" title:"被邀请人比例" title_en:"Invitee's rate"`
	Only     *string        `json:"only" title:"仅限渠道" title_en:"Only this channel"`
	Fail     *string        `json:"fail" title:"失败代码" title_en:"Code to fail with"`
	Period   *money.Rate    `json:"period" title:"月度比例" title_en:"Rate of the month"`
}

// Strategy is "vector-flat".
var Strategy = strategy.Plugin[Config]{
	ID: "vector-flat", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs"), strategy.Chain.For("needs"), strategy.Channel.For("needs"),
		strategy.FirstOrder.For("needs"), strategy.Invitee.For("needs"),
	},
	Locales:     sentences,
	Evaluate:    evaluate,
	ClosePeriod: closePeriod,
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	if c.Fail != nil {
		return strategy.Fail(*c.Fail, "as the settings say")
	}
	if c.Only != nil && *c.Only != o.Channel() {
		out.None("other_channel", "channel", o.Channel())
		return nil
	}
	for line, m := range o.Each() {
		c.payMember(line, m, out)
	}
	c.welcome(o, out)
	if invitee, found := o.Role(strategy.Invitee); found && c.Invitee != nil {
		for _, line := range o.Lines() {
			out.PayRate(invitee, line, *c.Invitee).Because("invitee", "rate", *c.Invitee)
		}
	}
	return nil
}

func (c Config) payMember(line strategy.Line, m strategy.Member, out *strategy.Awards) {
	rate, given := c.Rates.At(m.Level())
	switch {
	case !given:
		out.Decline(m, "level_without_rate", "level", m.Level())
	case c.Times != nil:
		out.PayRate(m, line, rate, *c.Times).Because("times", "level", m.Level(), "rate", rate, "times", c.Times.String())
	default:
		out.PayRate(m, line, rate).Because("rate", "level", m.Level(), "rate", rate)
	}
	if m.Level() <= len(c.PerPiece) {
		out.PayPerPiece(m, line, c.PerPiece[m.Level()-1]).Kind("piece").Because("piece", "pieces", line.Quantity())
	}
}

// welcome pays the seller for the order as a whole.
func (c Config) welcome(o strategy.Order, out *strategy.Awards) {
	if c.Welcome == nil || !o.FirstOrder() {
		return
	}
	for _, m := range o.Chain() {
		if m.Level() == 1 {
			out.PayOrder(m, *c.Welcome).Kind("welcome").Because("welcome", "amount", o.Money(*c.Welcome))
		}
	}
}

func closePeriod(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
	if c.Period == nil {
		out.None("no_period_rate")
		return nil
	}
	for _, m := range p.Members() {
		amount, err := c.Period.Of(m.Sales().Settled, p.Rounding())
		if err != nil {
			return err
		}
		out.Pay(m, amount).Kind("month").Of(m.Sales().Settled, *c.Period).Because("month", "rate", *c.Period, "sold", p.Money(m.Sales().Settled))
	}
	return nil
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title": "向量", "summary": "用来核对各语言答案一致的方案", "needs": "核对",
		"rate": "第 {level} 级，{rate}", "times": "第 {level} 级，{rate} × {times}", "piece": "{pieces} 件",
		"welcome": "首单 {amount}", "invitee": "被邀请人，{rate}", "level_without_rate": "第 {level} 级没有比例",
		"other_channel": "渠道 {channel} 不参与", "month": "{sold} 的 {rate}", "no_period_rate": "没有月度比例",
	},
	"en": {
		"title": "Vectors", "summary": "A plan that every language must answer alike", "needs": "to compare",
		"rate": "level {level}, {rate}", "times": "level {level}, {rate} × {times}", "piece": "{pieces} pieces",
		"welcome": "first order, {amount}", "invitee": "invitee, {rate}", "level_without_rate": "level {level} has no rate",
		"other_channel": "not for the channel {channel}", "month": "{rate} of {sold}", "no_period_rate": "no rate of the month",
	},
}
