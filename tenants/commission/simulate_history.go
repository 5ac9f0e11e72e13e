package commission

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// history is what everybody had sold, moved forward seq by seq: the same
// figures as [order.SoldBefore] gives, for a hundred thousand orders in a row.
type history struct {
	steps  []order.Step // by seq
	at     int          // steps before this one are in the sums
	sums   map[counter]order.Sold
	length string
	zone   *time.Location
}

// counter is one seller's day, week, month … by its first instant.
type counter struct {
	seller distributor.ID
	from   int64
}

// readHistory reads the steps of every window that an order of the simulation
// may look into.
func readHistory(ctx context.Context, tx *pg.Tx, m *Simulation) (*history, error) {
	h := &history{sums: map[counter]order.Sold{}, length: m.told.window, zone: m.zone}
	since := m.from
	if since.IsZero() {
		at, found, err := order.EarliestPaid(ctx, tx, m.after)
		if err != nil || !found {
			return h, err
		}
		since = at
	}
	since, _ = windowAround(since, h.length, m.zone)
	var err error
	h.steps, err = order.Steps(ctx, tx, since, Never)
	return h, err
}

func (h *history) counter(seller distributor.ID, paidAt time.Time) counter {
	from, _ := windowAround(paidAt, h.length, h.zone)
	return counter{seller, from.Unix()}
}

// before answers for everybody in the chain of every order, each at the
// order's own seq. The orders come in the order of seq.
func (h *history) before(list []*work) map[seat]order.Sold {
	if h == nil {
		return nil
	}
	all := make(map[seat]order.Sold, 3*len(list))
	for _, w := range list {
		h.moveTo(w.seq)
		for _, p := range w.people() {
			if p.role == "" {
				all[seat{w.order.ID, p.id}] = h.sums[h.counter(p.id, w.order.PaidAt)]
			}
		}
	}
	return all
}

// moveTo takes in every step with a smaller seq.
func (h *history) moveTo(seq int64) {
	for ; h.at < len(h.steps) && h.steps[h.at].Seq < seq; h.at++ {
		s := h.steps[h.at]
		k := h.counter(s.Seller, s.PaidAt)
		sum := h.sums[k]
		sum.Net += s.Net
		sum.Orders += s.Orders
		h.sums[k] = sum
	}
}
