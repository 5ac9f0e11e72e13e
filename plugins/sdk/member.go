package strategy

import (
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Span is a named stretch of time, half-open and in UTC.
type Span struct {
	Key      string    // as the store names it: "2026-03"
	From, To time.Time // the first instant, and the first after it
}

func spanOf(p *strategyv1.Period) Span {
	return Span{p.GetKey(), time.UnixMilli(p.GetFromMs()).UTC(), time.UnixMilli(p.GetToMs()).UTC()}
}

// Sales are the goods of orders paid within a period, in minor units.
type Sales struct {
	Paid    int64 // less refunded
	Settled int64 // of that, received and past the days in which goods may come back
}

func salesOf(s *strategyv1.PeriodSales) Sales { return Sales{s.GetPaid(), s.GetSettled()} }

// PeriodMember is somebody who sells here, and what they did within a span of
// time. Handle, grade, own sales and own orders are always there; the rest
// wants declaring.
type PeriodMember struct {
	did   *strategyv1.PeriodMember
	at    int32
	facts declared
}

// Handle is an opaque name, stable within a store. It says nothing of a person.
func (m PeriodMember) Handle() string { return m.did.GetHandle() }

// Grade is the member's grade: as the period closes, or before grading.
func (m PeriodMember) Grade() string { return m.did.GetGrade() }

// Sales is what the member sold personally.
func (m PeriodMember) Sales() Sales { return salesOf(m.did.GetSales()) }

// Orders is how many orders those sales are.
func (m PeriodMember) Orders() int64 { return m.did.GetOrders() }

// Team is what everybody below sold, without the member. Needs [PeriodTeam].
func (m PeriodMember) Team() Sales {
	m.facts.must(PeriodTeam)
	return salesOf(m.did.GetTeam())
}

// NewCustomers is how many buyers' first paid order here the member sold.
// Needs [PeriodGrowth].
func (m PeriodMember) NewCustomers() int64 {
	m.facts.must(PeriodGrowth)
	return m.did.GetNewCustomers()
}

// Recruits is how many members joined right below. No money may be paid for
// them; a badge may be given. Needs [PeriodGrowth].
func (m PeriodMember) Recruits() int64 {
	m.facts.must(PeriodGrowth)
	return m.did.GetRecruits()
}

// Awarded is what the period's orders give the member, less what refunds took
// back, in minor units. Needs [PeriodAwarded].
func (m PeriodMember) Awarded() int64 {
	m.facts.must(PeriodAwarded)
	return m.did.GetAwarded()
}

// Sold is one order of a period, as far as its seller is concerned.
type Sold struct {
	Net     int64 // what refunds have left of the goods that pay commission
	Awarded int64 // what it gives the seller, less what refunds took
}

// Sold lists the orders that the strategy has decided of those that the member
// sold, by their place in time. Only a period that is closed has them. Needs
// [PeriodOrders].
func (m PeriodMember) Sold() []Sold {
	m.facts.must(PeriodOrders)
	list := make([]Sold, len(m.did.GetSold()))
	for i, o := range m.did.GetSold() {
		list[i] = Sold{o.GetNet(), o.GetAwarded()}
	}
	return list
}
