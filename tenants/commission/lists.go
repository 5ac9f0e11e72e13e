package commission

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Filter chooses awards of a list; zero fields choose all.
type Filter struct {
	Payee  distributor.ID
	Status Status
	After  Place // the last award of the page before
	Limit  int
}

// Place is an award's place in a list.
type Place struct {
	Order order.ID
	Payee distributor.ID
}

// Listed is one award in a list.
type Listed struct {
	Order      order.ID
	ExternalID string
	PlacedAt   time.Time
	Payee      distributor.Label
	Level      int
	Granted    int64
	Standing   int64
	Status     Status
	MaturesAt  time.Time // zero when nobody can tell yet
	Why        string    // the reasons of its lines, each once
}

// Awards lists awards, those of the newest orders first; one payee's by when
// they were paid for.
func (s *Service) Awards(ctx context.Context, tx *pg.Tx, f Filter, lang string) ([]Listed, error) {
	mark, err := Mark(ctx, tx)
	if err != nil {
		return nil, err
	}
	const listed = `
		select ` + awardColumns + ` from commission_award
		 where tenant_id = $1 and granted > 0
		   and ($2 = '' or $2 = case when matures_at <= $3 then 'settled' when hold <> '' then 'on_hold' else 'held' end)`
	of := `
		   and ($5::uuid is null or (order_id, payee) < ($5, $6))
		 order by order_id desc, payee desc limit $4`
	args := []any{tx.Tenant(), string(f.Status), mark, f.Limit, f.After.Order, f.After.Payee}
	if !f.Payee.IsZero() {
		of = `
		   and payee = $6
		   and ($5::uuid is null or (paid_at, order_id) < ((select a.paid_at from commission_award a where a.tenant_id = $1 and a.order_id = $5 and a.payee = $6), $5))
		 order by paid_at desc, order_id desc limit $4`
		args[5] = f.Payee
	}
	rows, err := pg.Collect[award](ctx, tx, listed+of, args...)
	if err != nil {
		return nil, fmt.Errorf("commission: list awards: %w", err)
	}
	return s.listed(ctx, tx, rows, lang)
}

func (s *Service) listed(ctx context.Context, tx *pg.Tx, rows []award, lang string) ([]Listed, error) {
	ids := make([]order.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.OrderID
	}
	orders, err := order.Load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	explained, err := s.explain(ctx, tx, orders, lang)
	if err != nil {
		return nil, err
	}
	of := make(map[order.ID]Explanation, len(explained))
	for _, x := range explained {
		of[x.Order.ID] = x
	}
	list := make([]Listed, 0, len(rows))
	for _, r := range rows {
		x := of[r.OrderID].of(r.Payee)
		for _, a := range x.Awards {
			list = append(list, Listed{Order: r.OrderID, ExternalID: x.Order.ExternalID, PlacedAt: x.Order.PlacedAt, Payee: a.Payee, Level: r.Level,
				Granted: r.Granted, Standing: r.Standing, Status: a.Status, MaturesAt: a.MaturesAt, Why: reasons(a.Lines, lang)})
		}
	}
	return list, nil
}

// reasons joins the lines' reasons, each once.
func reasons(lines []ExplainedLine, lang string) string {
	var all []string
	said := map[string]bool{}
	for _, l := range lines {
		if !said[l.Why] {
			said[l.Why] = true
			all = append(all, l.Why)
		}
	}
	return strings.Join(all, [2]string{"; ", "；"}[zh(lang)])
}

// Total is what became of an order's commission.
type Total struct {
	State    State
	Standing int64 // for everybody, or for whom it was asked
}

// Totals sums several orders' commission. A payee is told their own part
// alone; a zero one asks for everybody's.
func Totals(ctx context.Context, tx *pg.Tx, orders []order.Order, payee distributor.ID) (map[order.ID]Total, error) {
	totals, err := states(ctx, tx, orders)
	if err != nil {
		return nil, err
	}
	ids := make([]order.ID, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	type sum struct {
		OrderID  order.ID
		Standing int64
	}
	sums, err := pg.Collect[sum](ctx, tx, `
		select order_id, sum(standing)::bigint as standing from commission_award
		 where tenant_id = $1 and order_id = any($2::uuid[]) and ($3::uuid is null or payee = $3)
		 group by order_id`, tx.Tenant(), ids, payee)
	if err != nil {
		return nil, fmt.Errorf("commission: sum awards: %w", err)
	}
	for _, x := range sums {
		t := totals[x.OrderID]
		t.Standing = x.Standing
		totals[x.OrderID] = t
	}
	return totals, nil
}

// states tells of each order whether its commission is decided, is still to
// come, or cannot be yet.
func states(ctx context.Context, tx *pg.Tx, orders []order.Order) (map[order.ID]Total, error) {
	months := map[time.Time][]order.ID{}
	totals := make(map[order.ID]Total, len(orders))
	for _, o := range orders {
		months[o.Month] = append(months[o.Month], o.ID)
		totals[o.ID] = Total{State: None}
		if !o.PaidAt.IsZero() {
			totals[o.ID] = Total{State: Awaiting}
		}
	}
	for month, in := range months {
		type row struct{ OrderID order.ID }
		rows, err := pg.Collect[row](ctx, tx, `
			select order_id from commission_decision
			 where tenant_id = $1 and month = $2::date and order_id = any($3::uuid[])`, tx.Tenant(), month, in)
		if err != nil {
			return nil, fmt.Errorf("commission: which are decided: %w", err)
		}
		for _, r := range rows {
			totals[r.OrderID] = Total{State: Decided}
		}
	}
	return totals, nil
}

// Waiting is one order that no strategy could decide.
type Waiting struct {
	Order order.Order
	Wait
}

// WaitingOrders lists what waits, after the given order.
func WaitingOrders(ctx context.Context, tx *pg.Tx, after order.ID, limit int, lang string) ([]Waiting, error) {
	changes, err := order.Waiting(ctx, tx, after, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]order.ID, len(changes))
	for i, c := range changes {
		ids[i] = c.OrderID
	}
	orders, err := order.Load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Waiting, len(orders)) // both are in the order of ids
	for i, o := range orders {
		list[i] = Waiting{o, waitOf(changes[i], lang)}
	}
	return list, nil
}
