// Package compose pays by rules that a merchant puts together without code:
// each says when it holds and what it pays then. Either the first rule that
// speaks about a person and a line decides, or all of them add up.
package compose

import (
	"fmt"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Mode  string `json:"mode" title:"多条规则" title_en:"Several rules" enum:"first,sum" words:"first=只按第一条符合的/The first that fits decides,sum=符合的都给/All that fit add up"`
	Rules []Rule `json:"rules" title:"规则" title_en:"Rules" help:"从上到下；没有写到的条件不限" help_en:"From top to bottom; a condition left out does not limit" min_items:"1" max_items:"40"`
}

// Rule pays something when its conditions hold.
type Rule struct {
	Name string `json:"name" title:"名称" title_en:"Name"`
	When When   `json:"when,omitempty" title:"什么时候" title_en:"When"`
	Pay  Pay    `json:"pay" title:"给多少" title_en:"What it pays"`
}

// Pay is what a rule says about each position: a rate or an amount a piece by
// level, and the roles' rates. What is absent is not spoken of; 0 is zero.
type Pay struct {
	Rates       strategy.Rates `json:"rates,omitempty" title:"各级比例" title_en:"Rate of each level" max_items:"3"`
	Fixed       []int64        `json:"fixed,omitempty" title:"各级每件固定金额" title_en:"Fixed amount a piece, by level" widget:"money-list" max_items:"3"`
	TeamLead    *money.Rate    `json:"team_lead" title:"团队长比例" title_en:"Team leader's rate"`
	CityPartner *money.Rate    `json:"city_partner" title:"城市合伙人比例" title_en:"City partner's rate"`
}

// Strategy is "compose".
var Strategy = strategy.Plugin[Config]{
	ID: "compose", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Category.For("needs_category"), strategy.Channel.For("needs_channel"),
		strategy.Region.For("needs_region"), strategy.Chain.For("needs_chain"), strategy.Grade.For("needs_grade"),
		strategy.FirstOrder.For("needs_first_order"), strategy.TeamLead.For("needs_team_lead"), strategy.CityPartner.For("needs_city_partner"),
	},
	Locales:      sentences,
	Validate:     validate,
	Evaluate:     evaluate,
	CanRecompute: true, // validate sees to it that a smaller order cannot reach a rule that pays more
}

// person is somebody who may earn: of the chain, with a level, or in a role.
type person struct {
	strategy.Recipient
	grade string
	level int
	role  string
}

func people(o strategy.Order) (all []person) {
	for _, m := range o.Chain() {
		all = append(all, person{m, m.Grade(), m.Level(), ""})
	}
	for _, fact := range []strategy.Fact{strategy.TeamLead, strategy.CityPartner} {
		if r, found := o.Role(fact); found {
			all = append(all, person{r, r.Grade(), 0, r.Name()})
		}
	}
	return all
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	lines, everybody := o.Lines(), people(o)
	var total int64
	for _, line := range lines {
		total += line.Net()
	}
	for _, line := range lines {
		for _, who := range everybody {
			c.pay(facts{o, line, who, total}, out)
		}
	}
	return nil
}

// pay lets the rules speak about one person and one line.
func (c Config) pay(f facts, out *strategy.Awards) {
	fits := false
	for _, rule := range c.Rules {
		rate, each, spoken := rule.Pay.to(f.who)
		if !spoken || !rule.When.holds(f) {
			continue
		}
		fits = true
		switch {
		case rate != nil:
			out.PayRate(f.who, f.line, *rate).Because("rule_rate", "rule", rule.Name, "rate", *rate)
		case f.line.Net() == 0:
			out.Decline(f.who, "fixed_on_free_line", "rule", rule.Name, "sku", f.line.SKU())
		default:
			out.PayPerPiece(f.who, f.line, each).Because("rule_fixed", "rule", rule.Name, "amount", f.order.Money(each), "quantity", f.line.Quantity())
		}
		if c.Mode == "first" {
			return
		}
	}
	if !fits {
		out.Decline(f.who, "no_rule_fits")
	}
}

// to is what a rule says about a person: a rate, or else an amount a piece.
func (p Pay) to(who person) (rate *money.Rate, each int64, spoken bool) {
	switch {
	case who.role == "team_lead":
		return p.TeamLead, 0, p.TeamLead != nil
	case who.role == "city_partner":
		return p.CityPartner, 0, p.CityPartner != nil
	case who.level <= len(p.Fixed):
		return nil, p.Fixed[who.level-1], true
	}
	of, given := p.Rates.At(who.level)
	return &of, 0, given
}

const mostThatAdd = 8 // the host takes that many awards for one person and line

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	if c.Mode == "sum" && len(c.Rules) > mostThatAdd {
		problems.Add("/rules", "too_many_to_add", "most", mostThatAdd)
	}
	for i, rule := range c.Rules {
		at := fmt.Sprintf("/rules/%d", i)
		w := rule.When
		switch {
		case len(rule.Pay.Rates)+len(rule.Pay.Fixed) == 0 && rule.Pay.TeamLead == nil && rule.Pay.CityPartner == nil:
			problems.Add(at+"/pay", "rule_pays_nobody", "rule", rule.Name)
		case len(rule.Pay.Rates) > 0 && len(rule.Pay.Fixed) > 0:
			problems.Add(at+"/pay", "rates_or_fixed", "rule", rule.Name)
		case !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To):
			problems.Add(at+"/when/to", "ends_before_it_begins", "rule", rule.Name)
		}
		for _, later := range c.Rules[i+1:] {
			if c.Mode == "first" && w.MinTotal > 0 && !rule.Pay.atLeast(later.Pay) {
				problems.Add(at+"/when/min_total", "small_orders_pay_more", "rule", rule.Name, "later", later.Name)
				break
			}
		}
	}
}

// atLeast tells whether, wherever both speak, this pays no less. A rate and an
// amount a piece cannot be compared.
func (p Pay) atLeast(other Pay) bool {
	for _, who := range []person{{level: 1}, {level: 2}, {level: 3}, {role: "team_lead"}, {role: "city_partner"}} {
		rate, each, spoken := p.to(who)
		otherRate, otherEach, otherSpeaks := other.to(who)
		switch {
		case !spoken || !otherSpeaks:
		case (rate == nil) != (otherRate == nil):
			return false
		case rate == nil && each < otherEach, rate != nil && *rate < *otherRate:
			return false
		}
	}
	return true
}
