package conformance

import (
	"slices"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Facts are the facts that a strategy may declare, each with what clutters a
// request's part when it is not declared: its answer must not change.
var Facts = map[string]func(*strategyv1.Order){
	"order.lines":       nil, // an award names a line, so a line is always there
	"order.channel":     func(o *strategyv1.Order) { o.Channel = "clutter" },
	"order.region":      func(o *strategyv1.Order) { o.Region = "999999" },
	"line.category":     eachLine(func(l *strategyv1.Line) { l.Category = "clutter/clutter" }),
	"line.unit_cost":    eachLine(func(l *strategyv1.Line) { l.UnitCost = new(int64(7)) }),
	"chain":             nil, // recipients are positions in it
	"chain.grade":       eachMember(func(m *strategyv1.Member) { m.Grade = "clutter" }),
	"chain.stats":       eachMember(func(m *strategyv1.Member) { stats(m).Sales, stats(m).Orders = 77_777_777, 77_777 }),
	"chain.awarded":     eachMember(func(m *strategyv1.Member) { stats(m).Awarded = 77_777_777 }),
	"role.invitee":      role("invitee"),
	"role.team_lead":    role("team_lead"),
	"role.city_partner": role("city_partner"),
	"buyer.first_order": func(o *strategyv1.Order) { buyer(o).FirstOrder = !buyer(o).FirstOrder },
	"buyer.distributor": func(o *strategyv1.Order) { buyer(o).Distributor = !buyer(o).Distributor },
	"group_buy": func(o *strategyv1.Order) {
		o.GroupBuy = &strategyv1.GroupBuy{State: strategyv1.GroupBuyState_GROUP_BUY_STATE_FAILED}
	},
	"period.team":    nil,
	"period.growth":  nil,
	"period.awarded": nil,
}

func (s *session) declares(fact string) bool {
	return slices.ContainsFunc(s.described.GetFacts(), func(f *strategyv1.Fact) bool { return f.GetName() == fact })
}

func eachLine(do func(*strategyv1.Line)) func(*strategyv1.Order) {
	return func(o *strategyv1.Order) {
		for _, l := range o.GetLines() {
			do(l)
		}
	}
}

func eachMember(do func(*strategyv1.Member)) func(*strategyv1.Order) {
	return func(o *strategyv1.Order) {
		for _, m := range o.GetChain() {
			do(m)
		}
	}
}

func stats(m *strategyv1.Member) *strategyv1.Stats {
	if m.Stats == nil {
		m.Stats = &strategyv1.Stats{}
	}
	return m.Stats
}

func buyer(o *strategyv1.Order) *strategyv1.Buyer {
	if o.Buyer == nil {
		o.Buyer = &strategyv1.Buyer{}
	}
	return o.Buyer
}

// role adds a role behind those that are there, so that nobody's position
// changes.
func role(name string) func(*strategyv1.Order) {
	return func(o *strategyv1.Order) {
		o.Roles = append(o.Roles, &strategyv1.Role{Name: name, Handle: "clutter-" + name, Grade: "clutter"})
	}
}
