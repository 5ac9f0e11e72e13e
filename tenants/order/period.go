package order

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Turnover is the goods of one seller's orders that were paid within a period,
// less every refund of them so far. Seller is zero for what nobody sold.
type Turnover struct {
	Seller  distributor.ID
	Paid    int64
	Settled int64 // of that, received by its revision's cut-off
	Orders  int64
}

// RevisionsPaid are the programmes under which the orders paid within a period
// were placed; the period is half-open.
func RevisionsPaid(ctx context.Context, tx *pg.Tx, from, to time.Time) (revisions []int, err error) {
	revisions, err = pg.Column[int](ctx, tx, `
		select distinct revision from order_record where tenant_id = $1 and paid_at >= $2 and paid_at < $3 order by 1`, tx.Tenant(), from, to)
	if err != nil {
		return nil, fmt.Errorf("order: revisions of a period: %w", err)
	}
	return revisions, nil
}

// Turnovers reads what each seller's orders of a period come to. An order
// received at or before the cut-off of its revision counts as settled.
func Turnovers(ctx context.Context, tx *pg.Tx, from, to time.Time, cutOffs map[int]time.Time) ([]Turnover, error) {
	revisions, instants := make([]int32, 0, len(cutOffs)), make([]time.Time, 0, len(cutOffs))
	for r, at := range cutOffs {
		revisions, instants = append(revisions, int32(r)), append(instants, at)
	}
	all, err := pg.Collect[Turnover](ctx, tx, `
		select o.seller_id as seller, sum(o.goods - o.refunded)::bigint as paid,
		       coalesce(sum(o.goods - o.refunded) filter (where o.received_at <= c.cut_off), 0)::bigint as settled,
		       count(*) as orders
		  from order_record o
		  left join unnest($4::int[], $5::timestamptz[]) as c(revision, cut_off) on c.revision = o.revision
		 where o.tenant_id = $1 and o.paid_at >= $2 and o.paid_at < $3
		 group by o.seller_id order by o.seller_id`, tx.Tenant(), from, to, revisions, instants)
	if err != nil {
		return nil, fmt.Errorf("order: turnovers: %w", err)
	}
	return all, nil
}
