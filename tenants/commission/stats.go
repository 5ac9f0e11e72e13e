package commission

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// seat is one person's place behind one order.
type seat struct {
	order  order.ID
	member distributor.ID
}

// stats tells what each of the chain has sold in the configuration's window
// before an order, for the orders whose strategy has declared the fact. "Before" is by seq, over the store and this batch alike, so how orders
// fall into batches changes nothing.
func stats(ctx context.Context, tx *pg.Tx, b *batch) (map[seat]order.Sold, error) {
	var seats []seat
	var queries []order.SoldQuery
	for _, w := range b.undecided() {
		if !w.plan.has(program.FactStats) {
			continue
		}
		from, to := windowAround(w.order.PaidAt, w.plan.window, b.zone)
		for _, p := range w.people() {
			if p.role == "" {
				seats = append(seats, seat{w.order.ID, p.id})
				queries = append(queries, order.SoldQuery{Seller: p.id, Seq: w.seq, From: from, To: to})
			}
		}
	}
	sold, err := order.SoldBefore(ctx, tx, queries)
	if err != nil {
		return nil, err
	}
	all := make(map[seat]order.Sold, len(seats))
	for i, at := range seats {
		all[at] = b.add(sold[i], queries[i])
	}
	return all, nil
}

// add counts what this batch itself brings before the query's seq: its sales
// and refunds have seqs that the database does not know yet.
func (b *batch) add(to order.Sold, q order.SoldQuery) order.Sold {
	for _, w := range b.work {
		if w.order.Seller != q.Seller || w.order.PaidAt.Before(q.From) || !w.order.PaidAt.Before(q.To) {
			continue
		}
		if w.order.Seq == 0 && w.seq > 0 && w.seq < q.Seq {
			to.Net += w.order.Goods
			to.Orders++
		}
		if w.seq == 0 || w.seq >= q.Seq {
			continue // what was never counted cannot be taken off
		}
		for _, f := range w.refunds {
			if f.Seq == 0 && w.refundSeqs[f.Nth] < q.Seq {
				to.Net -= f.Amount
			}
		}
	}
	return to
}

// windowAround is the day, week (from Monday), month, quarter or year of the
// store that an instant lies in, half-open; "30d" are the 30 days that end with
// the instant's own, "all" is all time.
func windowAround(at time.Time, window string, zone *time.Location) (from, to time.Time) {
	at = at.In(zone)
	y, m, d := at.Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, zone) }
	if days, rolling := rollingDays(window); rolling {
		return day(y, m, d-days+1), day(y, m, d+1)
	}
	switch window {
	case "day":
		return day(y, m, d), day(y, m, d+1)
	case "week":
		monday := d - (int(at.Weekday())+6)%7
		return day(y, m, monday), day(y, m, monday+7)
	case "quarter":
		first := m - (m-1)%3
		return day(y, first, 1), day(y, first+3, 1)
	case "year":
		return day(y, 1, 1), day(y+1, 1, 1)
	case "all":
		return time.Time{}, Never
	}
	return day(y, m, 1), day(y, m+1, 1)
}

// rollingDays reads "30d".
func rollingDays(window string) (days int, rolling bool) {
	text, rolling := strings.CutSuffix(window, "d")
	if !rolling {
		return 0, false
	}
	days, err := strconv.Atoi(text)
	return days, err == nil && days > 0 && days <= 3660
}

// give hands every order and unnumbered refund of the batch its seq, in the
// order they changed: an order first, then what came back of it.
func (b *batch) give(refunds map[order.ID][]order.Refund) {
	for _, w := range b.work {
		w.refunds = slices.Clone(refunds[w.order.ID])
		w.refundSeqs = map[int]int64{}
		if w.undecided() && w.order.Seq == 0 {
			b.nextSeq++
			w.seq = b.nextSeq
		}
		for _, f := range w.refunds {
			if f.Seq == 0 {
				b.nextSeq++
				w.refundSeqs[f.Nth] = b.nextSeq
			}
		}
	}
}
