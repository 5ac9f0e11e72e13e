package commission

import (
	"time"

	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/performance"
)

// number gives the refunds that have none their seq: the one that take has
// set aside, or the next for a refund that has come since. It returns those.
func (r *reconciliation) number(w *work, refunds []order.Refund) (fresh []order.Refund) {
	for _, f := range refunds {
		if f.Seq > 0 {
			continue
		}
		if f.Seq = w.refundSeqs[f.Nth]; f.Seq == 0 {
			r.lastSeq++
			f.Seq = r.lastSeq
		}
		r.refunds.orders = append(r.refunds.orders, w.order.ID)
		r.refunds.nths = append(r.refunds.nths, f.Nth)
		r.refunds.seqs = append(r.refunds.seqs, f.Seq)
		fresh = append(fresh, f)
	}
	return fresh
}

// performance books the sale once, with its decision, and every refund once:
// with the decision those that came before it, later ones as they come.
func (r *reconciliation) performance(w *work, refunds, fresh []order.Refund, first bool) {
	who, sold := seller(w.order, w.revision.Settings)
	if !sold {
		return
	}
	if w.decision.isNew {
		customers := 0
		if first {
			customers = 1
		}
		r.sums = append(r.sums, performance.Change{Member: who.id, Day: performance.Day(w.order.PaidAt, r.zone),
			Sales: w.order.Goods, Orders: 1, Customers: customers, Seq: w.seq})
		fresh = refunds
	}
	for _, f := range fresh {
		r.sums = append(r.sums, performance.Change{Member: who.id, Day: performance.Day(f.OccurredAt, r.zone), Refunds: f.Amount, Seq: max(f.Seq, w.seq)})
	}
}

// earned books commission on the day it is awarded or taken back.
func (r *reconciliation) earned(w *work, payee distributor.ID, amount int64, at time.Time, seq int64) {
	r.sums = append(r.sums, performance.Change{Member: payee, Day: performance.Day(at, r.zone), Commission: amount, Seq: seq})
}
