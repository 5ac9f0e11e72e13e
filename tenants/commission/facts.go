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
//
//	1  everything that stood on an order was told, whether declared or not
//	2  a strategy is told what it has declared
const factsVersion = 2

// facts are what the host knows about a batch beyond the orders themselves.
type facts struct {
	currency    string
	minorDigits int32
	plan        *plan // of the strategy that is asked
	firstOrder  map[order.ID]bool
	sold        map[seat]order.Sold // for strategies that have declared chain.stats
	awarded     map[seat]int64      // for those that have declared chain.awarded
}

// firstOrders is also the host's own: who has won a new customer. It tells which orders of a batch are their buyer's first by seq: an
// order is first when neither the store nor the batch holds an earlier one, so
// splitting the batch is the same, and so is waiting for a strategy.
func firstOrders(ctx context.Context, tx *pg.Tx, batch []*work) (map[order.ID]bool, error) {
	var numbered []*work // of the others, reading them has told
	for _, w := range batch {
		if w.order.Seq > 0 {
			numbered = append(numbered, w)
		}
	}
	earlier, err := earlierPaid(ctx, tx, numbered)
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
	for _, w := range batch {
		first[w.order.ID] = !w.returns && !earlier[w.order.ID] && w.seq == least[w.order.Buyer]
	}
	return first, nil
}

func earlierPaid(ctx context.Context, tx *pg.Tx, list []*work) (map[order.ID]bool, error) {
	if len(list) == 0 {
		return nil, nil
	}
	buyers, seqs := make([]customer.ID, len(list)), make([]int64, len(list))
	for i, w := range list {
		buyers[i], seqs[i] = w.order.Buyer, w.seq
	}
	found, err := order.EarlierPaid(ctx, tx, buyers, seqs)
	if err != nil {
		return nil, err
	}
	earlier := make(map[order.ID]bool, len(list))
	for i, w := range list {
		earlier[w.order.ID] = found[i]
	}
	return earlier, nil
}

// request is what a strategy is asked about one order: what it has declared,
// handles instead of people, nothing that names anyone.
func (f facts) request(o order.Order, seq int64, list []recipient) *strategyv1.Order {
	r := &strategyv1.Order{
		Seq: seq, Currency: f.currency, MinorDigits: f.minorDigits,
		PlacedAtMs: o.PlacedAt.UnixMilli(), PaidAtMs: o.PaidAt.UnixMilli(),
		Lines: f.lines(o), Buyer: f.buyer(o),
	}
	if f.plan.has(program.FactRegion) {
		r.Region = o.Region
	}
	if f.plan.has(program.FactChannel) {
		r.Channel = o.Channel
	}
	for _, p := range list {
		if p.role == "" {
			r.Chain = append(r.Chain, f.member(o, p))
		} else {
			r.Roles = append(r.Roles, &strategyv1.Role{Name: p.role, Handle: p.id.UUID(), Grade: p.grade})
		}
	}
	if f.plan.has(program.FactGroupBuy) {
		r.GroupBuy = groupBuy(o)
	}
	return r
}

func (f facts) lines(o order.Order) (lines []*strategyv1.Line) {
	if !f.plan.has(program.FactLines) {
		return nil
	}
	for _, at := range shown(o) {
		l := o.Lines[at]
		line := &strategyv1.Line{Sku: l.SKU, Quantity: l.Qty, UnitPrice: l.UnitPrice, Net: l.Net}
		if f.plan.has(program.FactCategory) {
			line.Category = l.Category
		}
		if f.plan.has(program.FactUnitCost) && l.Cost >= 0 {
			line.UnitCost = &l.Cost
		}
		lines = append(lines, line)
	}
	return lines
}

func (f facts) buyer(o order.Order) *strategyv1.Buyer {
	first, distributes := f.plan.has(program.FactFirstOrder), f.plan.has(program.FactBuyerIsDistributor)
	if !first && !distributes {
		return nil
	}
	return &strategyv1.Buyer{FirstOrder: first && f.firstOrder[o.ID], Distributor: distributes && !o.Chain.Self.IsZero()}
}

func (f facts) member(o order.Order, p recipient) *strategyv1.Member {
	m := &strategyv1.Member{Handle: p.id.UUID(), Level: int32(p.level)}
	if f.plan.has(program.FactGrade) {
		m.Grade = p.grade
	}
	at := seat{o.ID, p.id}
	if sold, told := f.sold[at]; told && f.plan.has(program.FactStats) {
		m.Stats = &strategyv1.Stats{Sales: sold.Net, Orders: sold.Orders}
	}
	if given, told := f.awarded[at]; told && f.plan.waves() {
		if m.Stats == nil {
			m.Stats = &strategyv1.Stats{}
		}
		m.Stats.Awarded = given
	}
	return m
}

func groupBuy(o order.Order) *strategyv1.GroupBuy {
	switch o.Group {
	case order.GroupSucceeded:
		return &strategyv1.GroupBuy{State: strategyv1.GroupBuyState_GROUP_BUY_STATE_SUCCEEDED}
	case order.GroupFailed:
		return &strategyv1.GroupBuy{State: strategyv1.GroupBuyState_GROUP_BUY_STATE_FAILED}
	}
	return nil
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
