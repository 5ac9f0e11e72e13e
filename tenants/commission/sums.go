package commission

import (
	"time"

	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/performance"
)

// newRefunds are those that the lane has not seen yet.
func newRefunds(refunds []order.Refund) (list []order.Refund) {
	for _, r := range refunds {
		if r.Seq == 0 {
			list = append(list, r)
		}
	}
	return list
}

// performance books the sale once, with its decision, and every refund once,
// with its seq.
func (r *reconciliation) performance(w *work, refunds []order.Refund, first bool) {
	who, sold := seller(w.order, w.revision.Settings)
	if sold && w.decision.isNew {
		customers := 0
		if first {
			customers = 1
		}
		r.sums = append(r.sums, performance.Change{Member: who.id, Day: performance.Day(w.order.PaidAt, r.zone),
			Sales: w.order.Goods, Orders: 1, Customers: customers, Seq: w.seq})
	}
	for _, f := range newRefunds(refunds) {
		r.lastSeq++
		r.refunds.orders = append(r.refunds.orders, w.order.ID)
		r.refunds.nths = append(r.refunds.nths, f.Nth)
		r.refunds.seqs = append(r.refunds.seqs, r.lastSeq)
		if sold {
			r.sums = append(r.sums, performance.Change{Member: who.id, Day: performance.Day(f.OccurredAt, r.zone), Refunds: f.Amount, Seq: r.lastSeq})
		}
	}
}

// earned books commission on the day it is awarded or taken back.
func (r *reconciliation) earned(w *work, payee distributor.ID, amount int64, at time.Time, seq int64) {
	r.sums = append(r.sums, performance.Change{Member: payee, Day: performance.Day(at, r.zone), Commission: amount, Seq: seq})
}
