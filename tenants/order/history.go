package order

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Span is where the orders paid within a period stand in the store's order of
// money. First and Last are 0 when none has a seq.
type Span struct {
	First, Last int64
	Orders      int // with a seq
	Goods       int64
	Waiting     int // paid, and no lane has given them a seq
}

// SpanOf reads the span of a period, half-open by the time of payment.
func SpanOf(ctx context.Context, tx *pg.Tx, from, to time.Time) (s Span, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(min(n.seq), 0), coalesce(max(n.seq), 0), count(n.seq), coalesce(sum(o.goods) filter (where n.seq is not null), 0)::bigint,
		       count(*) filter (where n.seq is null)
		  from order_record o left join order_number n on n.tenant_id = $1 and n.order_id = o.id
		 where o.tenant_id = $1 and o.paid_at >= $2 and o.paid_at < $3`, tx.Tenant(), from, to).
		Scan(&s.First, &s.Last, &s.Orders, &s.Goods, &s.Waiting)
	if err != nil {
		return s, fmt.Errorf("order: span: %w", err)
	}
	return s, nil
}

// EarliestPaid is the earliest payment among the orders with a greater seq;
// found is false when there are none.
func EarliestPaid(ctx context.Context, tx *pg.Tx, afterSeq int64) (at time.Time, found bool, err error) {
	var paid *time.Time
	err = tx.QueryRow(ctx, `
		select min(o.paid_at) from order_number n join order_record o on o.tenant_id = $1 and o.id = n.order_id
		 where n.tenant_id = $1 and n.seq > $2`, tx.Tenant(), afterSeq).Scan(&paid)
	if err != nil {
		return at, false, fmt.Errorf("order: earliest payment: %w", err)
	}
	return instant(paid), paid != nil, nil
}

// Step is one change of what a seller has sold: an order at its seq, or a
// refund at its own. PaidAt is the order's.
type Step struct {
	Seq    int64
	Seller distributor.ID
	PaidAt time.Time
	Net    int64 // below zero for a refund
	Orders int64
}

// Steps lists, by seq, every change of what anybody has sold of orders paid
// within a period, half-open: what [SoldBefore] sums.
func Steps(ctx context.Context, tx *pg.Tx, from, to time.Time) ([]Step, error) {
	steps, err := pg.Collect[Step](ctx, tx, `
		select n.seq, o.seller_id as seller, o.paid_at, o.goods as net, 1::bigint as orders
		  from order_record o join order_number n on n.tenant_id = $1 and n.order_id = o.id
		 where o.tenant_id = $1 and o.seller_id is not null and o.paid_at >= $2 and o.paid_at < $3
		 union all
		select f.seq, o.seller_id, o.paid_at, -f.amount, 0
		  from order_refund f
		  join order_record o on o.tenant_id = f.tenant_id and o.id = f.order_id
		  join order_number n on n.tenant_id = f.tenant_id and n.order_id = f.order_id
		 where f.tenant_id = $1 and f.seq is not null and o.seller_id is not null and o.paid_at >= $2 and o.paid_at < $3
		 order by 1`, tx.Tenant(), from, to)
	if err != nil {
		return nil, fmt.Errorf("order: steps: %w", err)
	}
	return steps, nil
}
