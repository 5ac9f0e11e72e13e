package commission

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// factsVersion is part of every decision: what a fact means may change, and an
// old decision keeps the old meaning.
const factsVersion = 1

// facts are what the host knows about a batch beyond the orders themselves.
type facts struct {
	currency    string
	minorDigits int32
	firstOrder  map[order.ID]bool
	sold        map[seat]order.Sold // for strategies that have declared chain.stats
}

// firstOrders tells which orders of a batch are their buyer's first by seq: an
// order is first when neither the store nor the batch holds an earlier one, so
// splitting the batch is the same, and so is waiting for a strategy.
func firstOrders(ctx context.Context, tx *pg.Tx, batch []*work) (map[order.ID]bool, error) {
	buyers, seqs := make([]customer.ID, len(batch)), make([]int64, len(batch))
	for i, w := range batch {
		buyers[i], seqs[i] = w.order.Buyer, w.seq
	}
	earlier, err := order.EarlierPaid(ctx, tx, buyers, seqs)
	if err != nil {
		return nil, err
	}
	least := make(map[customer.ID]int64, len(batch))
	for _, w := range batch {
		if seq, known := least[w.order.Buyer]; !known || w.seq < seq {
			least[w.order.Buyer] = w.seq
		}
	}
	first := make(map[order.ID]bool, len(batch))
	for i, w := range batch {
		first[w.order.ID] = !earlier[i] && w.seq == least[w.order.Buyer]
	}
	return first, nil
}

// request is what a strategy is asked about one order: handles instead of
// people, nothing that names anyone.
func (f facts) request(o order.Order, seq int64, list []recipient) *strategyv1.Order {
	r := &strategyv1.Order{
		Seq: seq, Currency: f.currency, MinorDigits: f.minorDigits,
		PlacedAtMs: o.PlacedAt.UnixMilli(), PaidAtMs: o.PaidAt.UnixMilli(), Channel: o.Channel,
		Buyer: &strategyv1.Buyer{FirstOrder: f.firstOrder[o.ID], Distributor: !o.Chain.Self.IsZero()},
	}
	for _, at := range shown(o) {
		l := o.Lines[at]
		line := &strategyv1.Line{Sku: l.SKU, Category: l.Category, Quantity: l.Qty, UnitPrice: l.UnitPrice, Net: l.Net}
		if l.Cost >= 0 {
			line.UnitCost = &l.Cost
		}
		r.Lines = append(r.Lines, line)
	}
	for _, p := range list {
		if p.role == "" {
			m := &strategyv1.Member{Handle: p.id.UUID(), Grade: p.grade, Level: int32(p.level)}
			if sold, declared := f.sold[seat{o.ID, p.id}]; declared {
				m.Stats = &strategyv1.Stats{Sales: sold.Net, Orders: sold.Orders}
			}
			r.Chain = append(r.Chain, m)
		} else {
			r.Roles = append(r.Roles, &strategyv1.Role{Name: p.role, Handle: p.id.UUID(), Grade: p.grade})
		}
	}
	switch o.Group {
	case order.GroupSucceeded:
		r.GroupBuy = &strategyv1.GroupBuy{State: strategyv1.GroupBuyState_GROUP_BUY_STATE_SUCCEEDED}
	case order.GroupFailed:
		r.GroupBuy = &strategyv1.GroupBuy{State: strategyv1.GroupBuyState_GROUP_BUY_STATE_FAILED}
	}
	return r
}

// seller is the first of the chain, for sums and points.
func seller(o order.Order, s program.Settings) (recipient, bool) {
	for _, r := range recipients(o, s) {
		if r.role == "" && r.level == 1 {
			return r, true
		}
	}
	return recipient{}, false
}
