package commission

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// soldOrder is an order that a period's strategy is told of, by its seller.
type soldOrder struct {
	id     order.ID
	seller distributor.ID
	left   int64 // what refunds have left of it
	gives  int64 // to its seller
	room   int64 // what the order cap would still allow
}

// soldOrders are those of the month that the closing strategy has decided, as
// far as their seller could earn from them when they were placed. It is told
// of no other: what another plan paid is that plan's.
func (s *Service) soldOrders(ctx context.Context, tx *pg.Tx, c *closing) ([]soldOrder, error) {
	if !c.plan.has(program.FactPeriodOrders) {
		return nil, nil
	}
	all, err := order.SoldWithin(ctx, tx, c.from, c.to)
	if err != nil {
		return nil, err
	}
	ids := make([]order.ID, len(all))
	for i, o := range all {
		ids[i] = o.ID
	}
	awards, err := awardsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	strategies := map[int]string{}
	var list []soldOrder
	for _, o := range all {
		rev, err := s.programs.Revision(ctx, tx, o.Revision)
		if err != nil {
			return nil, err
		}
		if _, known := strategies[o.Revision]; !known {
			artifact, err := s.programs.Artifact(ctx, tx, rev.Artifact)
			if err != nil {
				return nil, err
			}
			strategies[o.Revision] = artifact.Strategy
		}
		by, earns := seller(o.Order, rev.Settings)
		if strategies[o.Revision] != c.strategy || !earns || !by.mayEarn() {
			continue
		}
		most, err := rev.Settings.OrderCap.Of(o.Left, money.Floor)
		if err != nil {
			return nil, fmt.Errorf("commission: order cap: %w", err)
		}
		sold := soldOrder{id: o.ID, seller: by.id, left: o.Left, gives: awards[o.ID][by.id].Standing, room: most}
		for _, a := range awards[o.ID] {
			sold.room -= a.Standing
		}
		list = append(list, sold)
	}
	return list, nil
}

// tellSold puts the orders into the question, each with its seller.
func tellSold(members []Deed, list []soldOrder) {
	at := make(map[distributor.ID]*strategyv1.PeriodMember, len(members))
	for _, m := range members {
		at[m.ID] = m.Did
	}
	for _, o := range list {
		if m := at[o.seller]; m != nil {
			m.Sold = append(m.Sold, &strategyv1.PeriodOrder{Net: o.left, Awarded: o.gives})
		}
	}
}

// share is a part of a period's award that belongs to one order.
type share struct {
	OrderID  order.ID
	Payee    distributor.ID
	Period   string
	ID       periodID  // of the period, for the journal
	ClosedAt time.Time // of the period: from then on it was available
	Remains  int64     // of the order, as the period closed
	Granted  int64
	Standing int64
}

// shares are what the answer gives for single orders, within what the cap of
// each order allows. cut is what it took, by payee.
func (c *closing) shares() (list []share, cut map[distributor.ID]int64, err error) {
	orders := map[distributor.ID][]soldOrder{}
	for _, o := range c.sold {
		orders[o.seller] = append(orders[o.seller], o)
	}
	cut = map[distributor.ID]int64{}
	for _, a := range c.answer.GetClosed().GetAwards() {
		if len(a.GetShares()) == 0 {
			continue
		}
		var payee distributor.ID
		if err := payee.Scan(c.request.GetMembers()[a.GetMember()].GetHandle()); err != nil {
			return nil, nil, fmt.Errorf("commission: member %d of a period: %w", a.GetMember(), err)
		}
		for i, amount := range a.GetShares() {
			o := orders[payee][i] // the rail has counted them
			granted := min(amount, max(o.room, 0))
			cut[payee] += amount - granted
			if granted > 0 {
				list = append(list, share{OrderID: o.id, Payee: payee, Period: c.key, Remains: o.left, Granted: granted, Standing: granted})
			}
		}
	}
	return list, cut, nil
}

// auditShares wants all of an award divided among its member's orders, or none
// of it; twice for one member would be for the same orders.
func auditShares(q *strategyv1.ClosePeriodRequest, a *strategyv1.PeriodAward, shared map[int32]bool) *violation {
	if len(a.GetShares()) == 0 {
		return nil
	}
	sold := q.GetMembers()[a.GetMember()].GetSold()
	switch {
	case shared[a.GetMember()]:
		return &violation{codeShares, "two awards for the same orders"}
	case len(a.GetShares()) != len(sold):
		return &violation{codeShares, fmt.Sprintf("shares of %d orders where %d were sold", len(a.GetShares()), len(sold))}
	}
	shared[a.GetMember()] = true
	left := a.GetAmount()
	for i, s := range a.GetShares() {
		if s < 0 || s > left || s > 0 && sold[i].GetNet() <= 0 {
			return &violation{codeShares, fmt.Sprintf("a share of %d of an order of %d", s, sold[i].GetNet())}
		}
		left -= s
	}
	if left != 0 {
		return &violation{codeShares, fmt.Sprintf("%d of the amount belongs to no order", left)}
	}
	return nil
}

// concerning is how many of the order's refunds take something from the share;
// late ones the store may bear, as for awards.
func (s share) concerning(refunds []order.Refund, set program.Settings) int {
	if set.BearReversalsAfterDays == 0 {
		return len(refunds)
	}
	return before(refunds, s.ClosedAt, set.BearReversalsAfterDays)
}

// standsAfter is what refunds leave of a share: its amount times what is left
// of the order over what was left when the period closed, down.
func (s share) standsAfter(o order.Order, refunds []order.Refund) (int64, error) {
	left := o.Distributed(o.Remaining(refunds, len(refunds)))
	if left >= s.Remains {
		return s.Granted, nil
	}
	stands, err := money.MulDiv(s.Granted, left, s.Remains, money.Floor)
	if err != nil {
		return 0, fmt.Errorf("commission: a period's share: %w", err)
	}
	return stands, nil
}

// shrink takes back, of what closed periods gave for the orders of this batch,
// what their refunds have taken. It was available at once, so it comes out of
// what the payee has, or becomes a debt.
func (r *reconciliation) shrink(w *work, refunds []order.Refund, shares []share) error {
	for _, s := range shares {
		stands, err := s.standsAfter(w.order, refunds[:s.concerning(refunds, w.revision.Settings)])
		if err != nil {
			return err
		}
		back := s.Standing - stands
		if back <= 0 {
			continue
		}
		s.Standing = stands
		r.shares = append(r.shares, s)
		r.move(s.Payee, func(b *ledger.Book) error { return reverse(b, ledger.Party(s.Payee), ledger.Ref(s.ID), back, true) })
		r.earned(w, s.Payee, -back, r.now, w.seq)
	}
	return nil
}

const shareColumns = "s.order_id, s.payee, s.period, p.id, p.closed_at, s.remains, s.granted, s.standing"

// sharesOf reads what closed periods gave for single orders.
func sharesOf(ctx context.Context, tx *pg.Tx, orders []order.ID) (map[order.ID][]share, error) {
	all := map[order.ID][]share{}
	if len(orders) == 0 {
		return all, nil
	}
	rows, err := pg.Collect[share](ctx, tx, `
		select `+shareColumns+` from commission_period_share s join commission_period p on p.tenant_id = $1 and p.period = s.period
		 where s.tenant_id = $1 and s.order_id = any($2::uuid[]) order by s.order_id, s.period, s.payee`, tx.Tenant(), orders)
	if err != nil {
		return nil, fmt.Errorf("commission: read shares of periods: %w", err)
	}
	for _, s := range rows {
		all[s.OrderID] = append(all[s.OrderID], s)
	}
	return all, nil
}

// saveShares writes new shares, and what is left of old ones.
func saveShares(tx *pg.Tx, list []share) {
	if len(list) == 0 {
		return
	}
	n := len(list)
	orders, payees, periods := make([]order.ID, n), make([]distributor.ID, n), make([]string, n)
	remains, granted, standing := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, s := range list {
		orders[i], payees[i], periods[i], remains[i], granted[i], standing[i] = s.OrderID, s.Payee, s.Period, s.Remains, s.Granted, s.Standing
	}
	tx.Later("commission: save shares of a period", `
		insert into commission_period_share (tenant_id, order_id, payee, period, remains, granted, standing)
		select $1, o, y, p, r, g, s from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) as x(o, y, p, r, g, s)
		on conflict (tenant_id, order_id, payee, period) do update set standing = excluded.standing`,
		tx.Tenant(), orders, payees, periods, remains, granted, standing)
}

// sharesSums are, by period and payee, what single orders were given.
func sharesSums(ctx context.Context, tx *pg.Tx, keys []string) (map[string]map[distributor.ID]int64, error) {
	rows, err := pg.Collect[struct {
		Period string
		Payee  distributor.ID
		Amount int64
	}](ctx, tx, `
		select period, payee, sum(granted)::bigint as amount from commission_period_share
		 where tenant_id = $1 and period = any($2::text[]) group by period, payee`, tx.Tenant(), keys)
	if err != nil {
		return nil, fmt.Errorf("commission: sum shares of periods: %w", err)
	}
	all := map[string]map[distributor.ID]int64{}
	for _, r := range rows {
		if all[r.Period] == nil {
			all[r.Period] = map[distributor.ID]int64{}
		}
		all[r.Period][r.Payee] = r.Amount
	}
	return all, nil
}

// FromPeriod is what a closed period gave somebody for one order.
type FromPeriod struct {
	Period   string
	Payee    distributor.Label
	Granted  int64
	Standing int64
}

// fromPeriods are what closed periods gave for this order.
func (a account) fromPeriods() (list []FromPeriod) {
	for _, s := range a.shares {
		list = append(list, FromPeriod{s.Period, a.label(s.Payee), s.Granted, s.Standing})
	}
	return list
}

// sharesReversed adds what each refund took of what closed periods gave for
// the order; of one payee it is one sum with the rest.
func (a account) sharesReversed(list []Reversal) ([]Reversal, error) {
	for _, s := range a.shares {
		stood, concern := s.Granted, s.concerning(a.refunds, a.revision.Settings)
		for n, f := range a.refunds {
			if f.Seq == 0 {
				break
			}
			stands, err := s.standsAfter(a.order, a.refunds[:n+1])
			if err != nil {
				return nil, err
			}
			if stands >= stood {
				continue
			}
			took := stood - stands
			stood = stands
			borne := n >= concern
			i := slices.IndexFunc(list, func(r Reversal) bool { return r.Refund.ID == f.ID && r.Payee.ID == s.Payee && r.Borne == borne })
			if i < 0 {
				list = append(list, Reversal{Refund: f, Payee: a.label(s.Payee), Amount: took, Shared: took, Borne: borne})
				continue
			}
			list[i].Amount += took
			list[i].Shared += took
		}
	}
	slices.SortStableFunc(list, func(x, y Reversal) int { return cmp.Compare(x.Refund.Nth, y.Refund.Nth) })
	return list, nil
}
