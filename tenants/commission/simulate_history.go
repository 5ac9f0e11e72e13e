package commission

import (
	"context"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// dayBook sums what people did by store day. Every window of a strategy is a
// row of whole days.
type dayBook struct {
	zone *time.Location
	days map[distributor.ID][]daySum // by day
}

type daySum struct {
	day  int64 // its first instant, Unix seconds
	sold order.Sold
}

func newDayBook(zone *time.Location) *dayBook {
	return &dayBook{zone, map[distributor.ID][]daySum{}}
}

func byDay(d daySum, day int64) int {
	switch {
	case d.day < day:
		return -1
	case d.day > day:
		return 1
	}
	return 0
}

func (b *dayBook) add(who distributor.ID, at time.Time, s order.Sold) {
	from, _ := windowAround(at, "day", b.zone)
	list := b.days[who]
	i, found := slices.BinarySearchFunc(list, from.Unix(), byDay)
	if !found {
		list = slices.Insert(list, i, daySum{day: from.Unix()})
	}
	list[i].sold.Net += s.Net
	list[i].sold.Orders += s.Orders
	b.days[who] = list
}

// within sums the window that an instant lies in.
func (b *dayBook) within(who distributor.ID, at time.Time, window string) (sum order.Sold) {
	from, to := windowAround(at, window, b.zone)
	list := b.days[who]
	i, _ := slices.BinarySearchFunc(list, from.Unix(), byDay)
	for ; i < len(list) && list[i].day < to.Unix(); i++ {
		sum.Net += list[i].sold.Net
		sum.Orders += list[i].sold.Orders
	}
	return sum
}

// history is what everybody had sold, moved forward seq by seq: the same
// figures as [order.SoldBefore] gives, for a hundred thousand orders in a row.
type history struct {
	steps  []order.Step // by seq
	at     int          // steps before this one are in the book
	book   *dayBook
	window string
}

// readHistory reads the steps of every window that an order of the simulation
// may look into.
func readHistory(ctx context.Context, tx *pg.Tx, m *Simulation, since time.Time) (*history, error) {
	steps, err := order.Steps(ctx, tx, since, Never)
	return &history{steps: steps, book: newDayBook(m.zone), window: m.told.window}, err
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
				all[seat{w.order.ID, p.id}] = h.book.within(p.id, w.order.PaidAt, h.window)
			}
		}
	}
	return all
}

// moveTo takes in every step with a smaller seq.
func (h *history) moveTo(seq int64) {
	for ; h.at < len(h.steps) && h.steps[h.at].Seq < seq; h.at++ {
		s := h.steps[h.at]
		h.book.add(s.Seller, s.PaidAt, order.Sold{Net: s.Net, Orders: s.Orders})
	}
}
