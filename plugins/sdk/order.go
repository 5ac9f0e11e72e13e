package strategy

import (
	"iter"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Order is one sale to decide. Its methods answer declared facts only.
type Order struct {
	wire  *strategyv1.Order
	facts declared
	rules Rules
}

// Seq is the order's place in the store's order of money.
func (o Order) Seq() int64 { return o.wire.GetSeq() }

// Currency is the ISO 4217 code of every amount of the order.
func (o Order) Currency() string { return o.wire.GetCurrency() }

// PlacedAt is when the buyer ordered, in UTC.
func (o Order) PlacedAt() time.Time { return time.UnixMilli(o.wire.GetPlacedAtMs()).UTC() }

// PaidAt is when the money came, in UTC.
func (o Order) PaidAt() time.Time { return time.UnixMilli(o.wire.GetPaidAtMs()).UTC() }

// CampaignTime is the instant that decides whether a campaign was on: the time
// of placing or of paying, as the store chose.
func (o Order) CampaignTime() time.Time {
	if o.rules.ByPaying {
		return o.PaidAt()
	}
	return o.PlacedAt()
}

// Channel is where the order was placed. Needs [Channel].
func (o Order) Channel() string {
	o.facts.must(Channel)
	return o.wire.GetChannel()
}

// Region is where the order goes, as the store writes it: "440300",
// "广东/深圳". Needs [Region].
func (o Order) Region() string {
	o.facts.must(Region)
	return o.wire.GetRegion()
}

// Lines are what was bought. Needs [Lines].
func (o Order) Lines() []Line {
	o.facts.must(Lines)
	lines := make([]Line, len(o.wire.GetLines()))
	for i, l := range o.wire.GetLines() {
		lines[i] = Line{wire: l, at: int32(i), facts: o.facts}
	}
	return lines
}

// Chain is who stands behind the sale, the seller first. Members beyond the
// levels that the store pays are not in it. Needs [Chain].
func (o Order) Chain() []Member {
	o.facts.must(Chain)
	chain := make([]Member, 0, len(o.wire.GetChain()))
	for i, m := range o.wire.GetChain() {
		if level := levelOf(m, i); int(level) <= o.rules.Levels {
			chain = append(chain, Member{wire: m, at: int32(i), level: level, facts: o.facts})
		}
	}
	return chain
}

// Each walks over every line and, within it, every member of the chain.
func (o Order) Each() iter.Seq2[Line, Member] {
	o.facts.must(Lines)
	o.facts.must(Chain)
	return func(yield func(Line, Member) bool) {
		for i, l := range o.wire.GetLines() {
			line := Line{wire: l, at: int32(i), facts: o.facts}
			for j, m := range o.wire.GetChain() {
				if level := levelOf(m, j); int(level) <= o.rules.Levels && !yield(line, Member{wire: m, at: int32(j), level: level, facts: o.facts}) {
					return
				}
			}
		}
	}
}

// sees tells whether the strategy may know of a recipient, who is then named
// in every answer.
func (o Order) sees(recipient int) bool {
	chain := o.wire.GetChain()
	if recipient < len(chain) {
		return o.facts[Chain] && int(levelOf(chain[recipient], recipient)) <= o.rules.Levels
	}
	return o.facts[roleFact(o.wire.GetRoles()[recipient-len(chain)])]
}

// Role finds a recipient beside the chain, such as [Invitee]; it is false when
// this order has none. Needs the role's own fact.
func (o Order) Role(f Fact) (Role, bool) {
	o.facts.must(f)
	for i, r := range o.wire.GetRoles() {
		if roleFact(r) == f {
			return Role{wire: r, at: int32(len(o.wire.GetChain()) + i)}, true
		}
	}
	return Role{}, false
}

// FirstOrder tells whether this is the buyer's first paid order in the store.
// Needs [FirstOrder].
func (o Order) FirstOrder() bool {
	o.facts.must(FirstOrder)
	return o.wire.GetBuyer().GetFirstOrder()
}

// BuyerIsDistributor tells whether the buyer is one. Needs [BuyerIsDistributor].
func (o Order) BuyerIsDistributor() bool {
	o.facts.must(BuyerIsDistributor)
	return o.wire.GetBuyer().GetDistributor()
}

// GroupBuy is how a group-buy stands.
type GroupBuy int8

// The states of a group-buy. The host asks only once the result is known.
const (
	NoGroupBuy GroupBuy = iota
	GroupOpen
	GroupSucceeded
	GroupFailed
)

// GroupBuy tells how the order's group-buy ended. Needs [GroupBuyResult].
func (o Order) GroupBuy() GroupBuy {
	o.facts.must(GroupBuyResult)
	switch {
	case o.wire.GetGroupBuy() == nil:
		return NoGroupBuy
	case o.wire.GetGroupBuy().GetState() == strategyv1.GroupBuyState_GROUP_BUY_STATE_SUCCEEDED:
		return GroupSucceeded
	case o.wire.GetGroupBuy().GetState() == strategyv1.GroupBuyState_GROUP_BUY_STATE_FAILED:
		return GroupFailed
	}
	return GroupOpen
}

// Money writes an amount for people, in major units: 1990 CNY is "19.90".
func (o Order) Money(minor int64) string { return money.Format(minor, o.Currency()) }

// Line is one line of an order.
type Line struct {
	wire  *strategyv1.Line
	at    int32
	facts declared
}

// SKU is the shop's number of what was sold.
func (l Line) SKU() string { return l.wire.GetSku() }

// Quantity is how many pieces.
func (l Line) Quantity() int64 { return l.wire.GetQuantity() }

// UnitPrice is the price of one piece before discounts, in minor units.
func (l Line) UnitPrice() int64 { return l.wire.GetUnitPrice() }

// Net is what was paid for the whole line after discounts, without freight.
func (l Line) Net() int64 { return l.wire.GetNet() }

// Category is the path of the line's category: "tea/green". Needs [Category].
func (l Line) Category() string {
	l.facts.must(Category)
	return l.wire.GetCategory()
}

// UnitCost is what one piece cost the shop, if it said. Needs [UnitCost].
func (l Line) UnitCost() (cost int64, known bool) {
	l.facts.must(UnitCost)
	return l.wire.GetUnitCost(), l.wire.UnitCost != nil
}

// Member is someone of the chain.
type Member struct {
	wire  *strategyv1.Member
	at    int32
	level int32
	facts declared
}

// Level is 1 for the seller, 2 for whoever stands behind the seller, then 3.
func (m Member) Level() int { return int(m.level) }

// Handle is an opaque name, stable within a store. It says nothing of a person.
func (m Member) Handle() string { return m.wire.GetHandle() }

// Grade is the member's grade when the order was placed. Needs [Grade].
func (m Member) Grade() string {
	m.facts.must(Grade)
	return m.wire.GetGrade()
}

// Sales is what the member sold before this order, paid less refunded, inside
// the window that the configuration names. Needs [MemberStats].
func (m Member) Sales() int64 {
	m.facts.must(MemberStats)
	return m.wire.GetStats().GetSales()
}

// Orders is how many orders the member sold before this one. Needs [MemberStats].
func (m Member) Orders() int64 {
	m.facts.must(MemberStats)
	return m.wire.GetStats().GetOrders()
}

// Awarded is what orders before this one gave the member inside the window,
// before refunds, in minor units. Needs [Awarded].
func (m Member) Awarded() int64 {
	m.facts.must(Awarded)
	return m.wire.GetStats().GetAwarded()
}

func (m Member) recipient() (at, level int32, kind string) { return m.at, m.level, "level" }

// Role is a recipient beside the chain.
type Role struct {
	wire *strategyv1.Role
	at   int32
}

// Name is the role's name: "invitee".
func (r Role) Name() string { return r.wire.GetName() }

// Handle is an opaque name, stable within a store.
func (r Role) Handle() string { return r.wire.GetHandle() }

// Grade is the recipient's grade when the order was placed.
func (r Role) Grade() string { return r.wire.GetGrade() }

func (r Role) recipient() (at, level int32, kind string) { return r.at, 0, r.wire.GetName() }

// Recipient is a [Member] or a [Role].
type Recipient interface {
	recipient() (at, level int32, kind string)
}

func roleFact(r *strategyv1.Role) Fact { return Fact("role." + r.GetName()) }

func levelOf(m *strategyv1.Member, position int) int32 {
	if m.GetLevel() > 0 {
		return m.GetLevel()
	}
	return int32(position) + 1
}
