package program

import (
	"maps"
	"slices"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Cost is what it takes to tell a strategy a fact.
type Cost string

const (
	CostFree  Cost = "free"                // it stands on the order
	CostQuery Cost = "one_query_a_batch"   // one statement more, however many orders
	CostWaves Cost = "one_query_and_waves" // and orders of the same people wait for one another
)

// The facts that this platform can tell. A strategy names those it needs, and
// learns nothing else.
const (
	FactLines              = "order.lines"
	FactChannel            = "order.channel"
	FactRegion             = "order.region"
	FactCategory           = "line.category"
	FactUnitCost           = "line.unit_cost"
	FactChain              = "chain"
	FactGrade              = "chain.grade"
	FactStats              = "chain.stats"
	FactAwarded            = "chain.awarded"
	FactInvitee            = "role.invitee"
	FactTeamLead           = "role.team_lead"
	FactCityPartner        = "role.city_partner"
	FactFirstOrder         = "buyer.first_order"
	FactBuyerIsDistributor = "buyer.distributor"
	FactGroupBuy           = "group_buy"
	FactPeriodTeam         = "period.team"
	FactPeriodGrowth       = "period.growth"
	FactPeriodAwarded      = "period.awarded"
	FactPeriodOrders       = "period.orders"
)

var costs = map[string]Cost{
	FactLines: CostFree, FactChannel: CostFree, FactRegion: CostFree, FactCategory: CostFree, FactUnitCost: CostFree,
	FactChain: CostFree, FactGrade: CostFree, FactStats: CostQuery, FactAwarded: CostWaves,
	FactInvitee: CostFree, FactTeamLead: CostFree, FactCityPartner: CostFree,
	FactFirstOrder: CostQuery, FactBuyerIsDistributor: CostFree, FactGroupBuy: CostFree,
	FactPeriodTeam: CostQuery, FactPeriodGrowth: CostQuery, FactPeriodAwarded: CostQuery, FactPeriodOrders: CostQuery,
}

// CostOf tells what a fact costs; known is false when the platform has no such
// fact.
func CostOf(fact string) (cost Cost, known bool) {
	cost, known = costs[fact]
	return cost, known
}

// Facts are the names of all that the platform can tell, sorted.
func Facts() []string { return slices.Sorted(maps.Keys(costs)) }

// FactsOf are the names that a strategy has declared, each once, sorted.
func FactsOf(d *strategyv1.DescribeResponse) []string {
	names := make([]string, 0, len(d.GetFacts()))
	for _, f := range d.GetFacts() {
		names = append(names, f.GetName())
	}
	slices.Sort(names)
	return slices.Compact(names)
}
