package strategy

import "fmt"

// Fact names one thing a strategy may ask to know. The host fetches only what
// is declared; everything else is absent, and reading it fails the order, the period, the
// grading or the tasks with "strategy.undeclared_fact".
type Fact string

// The facts of version 1. An order's seq, currency, placing and paying times
// and its whole-order total need no declaration.
const (
	Lines              Fact = "order.lines"       // SKU, quantity, unit price, net
	Region             Fact = "order.region"      // where it goes, as the store writes it
	Channel            Fact = "order.channel"     // where it was sold: "h5", "mini", "offline"
	Category           Fact = "line.category"     // the path "tea/green"
	UnitCost           Fact = "line.unit_cost"    // when the shop keeps it
	Chain              Fact = "chain"             // who stands behind the sale
	Grade              Fact = "chain.grade"       // each member's grade when the order was placed
	MemberStats        Fact = "chain.stats"       // running sums before this order
	Awarded            Fact = "chain.awarded"     // what earlier orders of the window gave each member
	Invitee            Fact = "role.invitee"      // the buyer, if a distributor
	TeamLead           Fact = "role.team_lead"    //
	CityPartner        Fact = "role.city_partner" //
	FirstOrder         Fact = "buyer.first_order" // is this the buyer's first paid order here
	BuyerIsDistributor Fact = "buyer.distributor" //
	GroupBuyResult     Fact = "group_buy"         // whether it is a group-buy, and how it ended
	PeriodTeam         Fact = "period.team"       // what everybody below a member sold
	PeriodGrowth       Fact = "period.growth"     // new customers and recruits of a member
	PeriodAwarded      Fact = "period.awarded"    // what the period's orders give a member
	PeriodOrders       Fact = "period.orders"     // each order a member sold in the period
)

// Need is a declared fact and the reason for it.
type Need struct {
	Fact    Fact
	Purpose string // message key of the sentence the merchant reads
}

// For declares the fact. purpose is a message key of the strategy's locales.
func (f Fact) For(purpose string) Need { return Need{Fact: f, Purpose: purpose} }

type declared map[Fact]bool

// must stops the order when the author reads what the strategy did not declare.
func (d declared) must(f Fact) {
	if !d[f] {
		panic(Failure{Code: "strategy.undeclared_fact", Message: fmt.Sprintf("the strategy reads %q without declaring it: add it to Needs", f)})
	}
}
