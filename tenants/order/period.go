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
// received at or before the cut-off of its revision counts as settled. Refunds
// after back do not count; zero is every one there is.
func Turnovers(ctx context.Context, tx *pg.Tx, from, to time.Time, cutOffs map[int]time.Time, back time.Time) ([]Turnover, error) {
	returned, args := `o.refunded`, []any{tx.Tenant(), from, to}
	if !back.IsZero() {
		returned = `case when o.refunded = 0 then 0 else
			(select coalesce(sum(f.amount), 0) from order_refund f where f.tenant_id = $1 and f.order_id = o.id and f.occurred_at <= $6) end`
	}
	revisions, instants := make([]int32, 0, len(cutOffs)), make([]time.Time, 0, len(cutOffs))
	for r, at := range cutOffs {
		revisions, instants = append(revisions, int32(r)), append(instants, at)
	}
	if args = append(args, revisions, instants); !back.IsZero() {
		args = append(args, back)
	}
	all, err := pg.Collect[Turnover](ctx, tx, `
		select o.seller_id as seller, sum(o.goods - `+returned+`)::bigint as paid,
		       coalesce(sum(o.goods - `+returned+`) filter (where o.received_at <= c.cut_off), 0)::bigint as settled,
		       count(*) as orders
		  from order_record o
		  left join unnest($4::int[], $5::timestamptz[]) as c(revision, cut_off) on c.revision = o.revision
		 where o.tenant_id = $1 and o.paid_at >= $2 and o.paid_at < $3
		 group by o.seller_id order by o.seller_id`, args...)
	if err != nil {
		return nil, fmt.Errorf("order: turnovers: %w", err)
	}
	return all, nil
}

// SoldIn is one order of a period, as far as it concerns what its seller is
// paid for the month.
type SoldIn struct {
	Order
	Left int64 // what refunds have left of the goods that pay commission
}

// SoldWithin reads the orders that somebody sold and that were paid within a
// period, in the order of their ids. A group that has not met its fate is left
// out. It reads a page at a time, since lines are large.
func SoldWithin(ctx context.Context, tx *pg.Tx, from, to time.Time) (list []SoldIn, err error) {
	for after := (ID{}); ; {
		page, err := query(ctx, tx, `
			and paid_at >= $2 and paid_at < $3 and seller_id is not null and coalesce(group_state, '') <> 'open'
			and ($4::uuid is null or id > $4) order by id limit 2000`, from, to, after)
		if err != nil || len(page) == 0 {
			return list, err
		}
		after = page[len(page)-1].ID
		var refunded []ID
		for _, o := range page {
			if o.Refunded > 0 {
				refunded = append(refunded, o.ID)
			}
		}
		refunds, err := RefundsOf(ctx, tx, refunded)
		if err != nil {
			return nil, err
		}
		for _, o := range page {
			list = append(list, SoldIn{o, o.Distributed(o.Remaining(refunds[o.ID], len(refunds[o.ID])))})
		}
	}
}

// Unfinished counts the orders paid within a period that the lane has still to
// deal with.
func Unfinished(ctx context.Context, tx *pg.Tx, from, to time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*) from order_change c join order_record o on o.tenant_id = $1 and o.id = c.order_id
		 where c.tenant_id = $1 and o.paid_at >= $2 and o.paid_at < $3`, tx.Tenant(), from, to).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("order: unfinished orders of a period: %w", err)
	}
	return n, nil
}
