// Package teamcity pays the chain by level and, beside it, the seller's team
// leader 团队长 and the partner of the city the order goes to 城市合伙人, each at a
// rate of their own. Who they are, the host resolves when the order is placed.
package teamcity

import (
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Rates       strategy.Rates `json:"rates" title:"各级比例" title_en:"Rate of each level" help:"第一项给卖出的人，第二项给其上级，依此类推" help_en:"The first is the seller's, the second that of whoever stands behind them" max_items:"3"`
	TeamLead    money.Rate     `json:"team_lead" title:"团队长比例" title_en:"Team leader's rate"`
	CityPartner money.Rate     `json:"city_partner" title:"城市合伙人比例" title_en:"City partner's rate" help:"按收货地区，每笔订单只有一位" help_en:"Of the region the goods go to; one partner an order"`
	NotOwn      bool           `json:"not_own,omitempty" title:"自己卖出的不重复拿" title_en:"Not for own sales" help:"卖出的人自己就是团队长或城市合伙人时，只拿各级比例" help_en:"A seller who is the team leader or city partner earns the level's rate alone"`
}

// Strategy is "team-city".
var Strategy = strategy.Plugin[Config]{
	ID: "team-city", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"),
		strategy.TeamLead.For("needs_team_lead"), strategy.CityPartner.For("needs_city_partner"),
	},
	Locales:      sentences,
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
	c.payRole(o, strategy.TeamLead, c.TeamLead, "team_lead", out)
	c.payRole(o, strategy.CityPartner, c.CityPartner, "city_partner", out)
	return nil
}

func (c Config) payRole(o strategy.Order, who strategy.Fact, rate money.Rate, reason string, out *strategy.Awards) {
	role, found := o.Role(who)
	if !found {
		return
	}
	if chain := o.Chain(); c.NotOwn && len(chain) > 0 && chain[0].Handle() == role.Handle() {
		out.Decline(role, "own_sale")
		return
	}
	for _, line := range o.Lines() {
		out.PayRate(role, line, rate).Because(reason, "rate", rate)
	}
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "团队长与城市合伙人",
		"summary":            "按层级给推广链，另给团队长和收货城市的合伙人各一份",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"needs_team_lead":    "知道卖出的人属于哪位团队长",
		"needs_city_partner": "知道收货城市的合伙人是谁",
		"level_rate":         "第 {level} 级，{rate}",
		"level_without_rate": "第 {level} 级没有设置比例",
		"team_lead":          "团队长，{rate}",
		"city_partner":       "城市合伙人，{rate}",
		"own_sale":           "这笔由本人卖出，只拿各级比例，不再重复拿",
	},
	"en": {
		"title":              "Team leader and city partner",
		"summary":            "The chain by level, and beside it the team leader and the partner of the city the goods go to",
		"needs_lines":        "to share what was paid for each line",
		"needs_chain":        "to know who sold it and who stands behind them",
		"needs_team_lead":    "to know whose team the seller belongs to",
		"needs_city_partner": "to know the partner of the city the goods go to",
		"level_rate":         "level {level}, {rate}",
		"level_without_rate": "level {level} has no rate",
		"team_lead":          "team leader, {rate}",
		"city_partner":       "city partner, {rate}",
		"own_sale":           "sold it themselves and earns the level's rate alone",
	},
}
