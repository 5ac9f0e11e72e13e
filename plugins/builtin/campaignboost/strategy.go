// Package campaignboost pays rates by level and, while a campaign is on,
// multiplies those of the levels that the campaign names.
package campaignboost

import (
	"slices"
	"time"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Base  strategy.Rates `json:"base" title:"平时各级比例" title_en:"Usual rate of each level" max_items:"3"`
	Boost *Boost         `json:"boost" title:"活动加成" title_en:"Campaign"`
}

// Boost is one campaign. It begins at From and is over at To.
type Boost struct {
	Levels     []int      `json:"levels" title:"哪几级" title_en:"Levels" min:"1" max:"3" min_items:"1" max_items:"3" widget:"levels"`
	Multiplier money.Rate `json:"multiplier" title:"倍数" title_en:"Multiplier" widget:"multiplier"`
	From       time.Time  `json:"from" title:"开始" title_en:"From"`
	To         time.Time  `json:"to" title:"结束（不含）" title_en:"Until (not included)"`
}

// Strategy is "campaign-boost".
var Strategy = strategy.Plugin[Config]{
	ID: "campaign-boost", Version: "1.0.0",
	Needs:        []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain")},
	Locales:      sentences,
	Validate:     validate,
	Evaluate:     evaluate,
	CanRecompute: true,
}

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	if c.Boost != nil && !c.Boost.From.Before(c.Boost.To) {
		problems.Add("/boost/to", "ends_before_it_begins")
	}
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		rate, given := c.Base.At(member.Level())
		switch {
		case !given:
			out.Decline(member, "level_without_rate", "level", member.Level())
		case c.Boost.on(o.CampaignTime(), member.Level()):
			times := c.Boost.Multiplier
			out.PayRate(member, line, rate, times).Because("boosted", "level", member.Level(), "rate", rate, "times", times.String())
		default:
			out.PayRate(member, line, rate).Because("level_rate", "level", member.Level(), "rate", rate)
		}
	}
	return nil
}

func (b *Boost) on(at time.Time, level int) bool {
	return b != nil && slices.Contains(b.Levels, level) && !at.Before(b.From) && at.Before(b.To)
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":                 "活动加成",
		"summary":               "平时按层级比例，活动期间指定层级乘以倍数",
		"needs_lines":           "按每件商品的实付金额计算佣金",
		"needs_chain":           "知道这笔订单由谁推广、上级是谁",
		"level_rate":            "第 {level} 级，{rate}",
		"boosted":               "第 {level} 级，{rate} × {times}（活动）",
		"level_without_rate":    "第 {level} 级没有设置比例",
		"ends_before_it_begins": "结束时间必须晚于开始时间",
	},
	"en": {
		"title":                 "Campaign boost",
		"summary":               "Rates by level, multiplied for some levels while a campaign is on",
		"needs_lines":           "to share what was paid for each line",
		"needs_chain":           "to know who sold it and who stands behind them",
		"level_rate":            "level {level}, {rate}",
		"boosted":               "level {level}, {rate} × {times} (campaign)",
		"level_without_rate":    "level {level} has no rate",
		"ends_before_it_begins": "the end must be after the beginning",
	},
}
