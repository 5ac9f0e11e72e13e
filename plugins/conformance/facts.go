package conformance

import (
	"slices"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// fact is how a fact stands in a question: clear takes it out, as the host
// does for who has not declared it, and clutter puts in what nobody would
// expect. Neither may change an answer of a strategy that has not declared it.
// A fact without them is always there, since answers count by it.
type fact struct {
	clear, clutter func(*strategyv1.Order)
	member         func(m *strategyv1.PeriodMember, clutter bool)
}

// Facts are those that a strategy may declare, by name.
var Facts = map[string]fact{
	"order.lines": {},
	"chain":       {},
	"order.channel": {
		clear:   func(o *strategyv1.Order) { o.Channel = "" },
		clutter: func(o *strategyv1.Order) { o.Channel = "clutter" }},
	"order.region": {
		clear:   func(o *strategyv1.Order) { o.Region = "" },
		clutter: func(o *strategyv1.Order) { o.Region = "999999" }},
	"line.category": {
		clear:   eachLine(func(l *strategyv1.Line) { l.Category = "" }),
		clutter: eachLine(func(l *strategyv1.Line) { l.Category = "clutter/clutter" })},
	"line.unit_cost": {
		clear:   eachLine(func(l *strategyv1.Line) { l.UnitCost = nil }),
		clutter: eachLine(func(l *strategyv1.Line) { l.UnitCost = new(int64(7)) })},
	"chain.grade": {
		clear:   eachMember(func(m *strategyv1.Member) { m.Grade = "" }),
		clutter: eachMember(func(m *strategyv1.Member) { m.Grade = "clutter" })},
	"chain.stats": {
		clear:   eachMember(func(m *strategyv1.Member) { stats(m).Sales, stats(m).Orders = 0, 0 }),
		clutter: eachMember(func(m *strategyv1.Member) { stats(m).Sales, stats(m).Orders = 77_777_777, 77_777 })},
	"chain.awarded": {
		clear:   eachMember(func(m *strategyv1.Member) { stats(m).Awarded = 0 }),
		clutter: eachMember(func(m *strategyv1.Member) { stats(m).Awarded = 77_777_777 })},
	"role.invitee":      roleFact("invitee"),
	"role.team_lead":    roleFact("team_lead"),
	"role.city_partner": roleFact("city_partner"),
	"buyer.first_order": {
		clear:   func(o *strategyv1.Order) { buyer(o).FirstOrder = false },
		clutter: func(o *strategyv1.Order) { buyer(o).FirstOrder = true }},
	"buyer.distributor": {
		clear:   func(o *strategyv1.Order) { buyer(o).Distributor = false },
		clutter: func(o *strategyv1.Order) { buyer(o).Distributor = true }},
	"group_buy": {
		clear: func(o *strategyv1.Order) { o.GroupBuy = nil },
		clutter: func(o *strategyv1.Order) {
			o.GroupBuy = &strategyv1.GroupBuy{State: strategyv1.GroupBuyState_GROUP_BUY_STATE_FAILED}
		}},
	"period.team": {member: func(m *strategyv1.PeriodMember, clutter bool) {
		if m.Team = nil; clutter {
			m.Team = &strategyv1.PeriodSales{Paid: 77_777_777, Settled: 66_666_666}
		}
	}},
	"period.growth": {member: func(m *strategyv1.PeriodMember, clutter bool) {
		if m.NewCustomers, m.Recruits = 0, 0; clutter {
			m.NewCustomers, m.Recruits = 777, 77
		}
	}},
	"period.awarded": {member: func(m *strategyv1.PeriodMember, clutter bool) {
		if m.Awarded = 0; clutter {
			m.Awarded = 77_777_777
		}
	}},
	"period.orders": {member: func(m *strategyv1.PeriodMember, clutter bool) {
		if m.Sold = nil; clutter {
			m.Sold = []*strategyv1.PeriodOrder{{Net: 77_777_777, Awarded: 7_777_777}}
		}
	}},
}

func (s *session) declares(fact string) bool {
	return slices.ContainsFunc(s.described.GetFacts(), func(f *strategyv1.Fact) bool { return f.GetName() == fact })
}

// undeclared lists the facts that the strategy does not ask for.
func (s *session) undeclared() (names []string) {
	for name := range Facts {
		if !s.declares(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// fetched is the order as the host shows it to this strategy: declared facts
// alone.
func (s *session) fetched(o *strategyv1.Order) *strategyv1.Order {
	o = proto.CloneOf(o)
	for _, name := range s.undeclared() {
		if clear := Facts[name].clear; clear != nil {
			clear(o)
		}
	}
	return o
}

// cluttered is the order with some facts that nobody asked for.
func cluttered(o *strategyv1.Order, with ...string) *strategyv1.Order {
	o = proto.CloneOf(o)
	for _, name := range with {
		if clutter := Facts[name].clutter; clutter != nil {
			clutter(o)
		}
	}
	return o
}

// members shows or clutters what a period's members did.
func (s *session) members(list []*strategyv1.PeriodMember, clutter bool) {
	for _, name := range s.undeclared() {
		for _, m := range list {
			if change := Facts[name].member; change != nil {
				change(m, clutter)
			}
		}
	}
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

// roleFact puts its clutter behind the roles that are there, so that nobody's
// position changes.
func roleFact(name string) fact {
	return fact{
		clear: func(o *strategyv1.Order) {
			o.Roles = slices.DeleteFunc(o.Roles, func(r *strategyv1.Role) bool { return r.GetName() == name })
		},
		clutter: func(o *strategyv1.Order) {
			o.Roles = append(o.Roles, &strategyv1.Role{Name: name, Handle: "clutter-" + name, Grade: "clutter"})
		},
	}
}
