// Package performance keeps what each member has done on each day of the
// store: sales, refunds, orders, customers and commission.
//
// The sums are facts for strategies, and what boards and charts show. They are
// written in the transaction that decided an order, so they never lag behind
// the journal. A refund counts on the day it happens: closed days keep their
// figures.
package performance

import (
	"cmp"
	"slices"

	"github.com/fenli-io/fenli/tenants/distributor"
)

// Change is what one event adds to a member's day; amounts are minor units of
// the store's currency. Seq is the event's place in the store's order of
// money.
type Change struct {
	Member     distributor.ID
	Day        Date  // store time, see Day
	Sales      int64 // goods paid, personally sold
	Refunds    int64 // of such sales, as a positive number
	Orders     int
	Customers  int   // first orders of new buyers
	Commission int64 // awarded; negative when taken back
	Seq        int64
}

// Sums are absolute.
type Sums struct {
	Sales      int64
	Refunds    int64
	Orders     int64
	Customers  int64
	Commission int64
}

// Net is sales less refunds.
func (s Sums) Net() int64 { return s.Sales - s.Refunds }

func (s *Sums) add(o Sums) {
	s.Sales += o.Sales
	s.Refunds += o.Refunds
	s.Orders += o.Orders
	s.Customers += o.Customers
	s.Commission += o.Commission
}

// Standing is a member's sums over some days, and when each last changed. Of
// two members with equal sums the one whose sum changed earlier was first.
type Standing struct {
	Member        distributor.ID
	Net           int64
	NetSeq        int64
	Orders        int64
	OrdersSeq     int64
	Commission    int64
	CommissionSeq int64
}

// row is one member's day as changes of one transaction add up.
type row struct {
	member                             distributor.ID
	day                                Date
	sums                               Sums
	salesSeq, ordersSeq, commissionSeq int64
}

// perDay adds up changes of the same member and day, in the order in which
// every transaction locks the rows. A change moves a figure's seq even when a
// later one of the same batch undoes it, so the result does not depend on how
// events were batched.
func perDay(changes []Change) []row {
	type key struct {
		member distributor.ID
		day    Date
	}
	byDay := map[key]*row{}
	var rows []*row
	for _, c := range changes {
		k := key{c.Member, c.Day}
		r := byDay[k]
		if r == nil {
			r = &row{member: c.Member, day: c.Day}
			byDay[k] = r
			rows = append(rows, r)
		}
		r.add(c)
	}
	var sorted []row
	for _, r := range rows {
		if r.salesSeq|r.ordersSeq|r.commissionSeq != 0 || r.sums != (Sums{}) {
			sorted = append(sorted, *r)
		}
	}
	slices.SortFunc(sorted, func(a, b row) int {
		return cmp.Or(slices.Compare(a.member[:], b.member[:]), a.day.Compare(b.day))
	})
	return sorted
}

func (r *row) add(c Change) {
	r.sums.add(Sums{c.Sales, c.Refunds, int64(c.Orders), int64(c.Customers), c.Commission})
	if c.Sales != 0 || c.Refunds != 0 {
		r.salesSeq = max(r.salesSeq, c.Seq)
	}
	if c.Orders != 0 {
		r.ordersSeq = max(r.ordersSeq, c.Seq)
	}
	if c.Commission != 0 {
		r.commissionSeq = max(r.commissionSeq, c.Seq)
	}
}
