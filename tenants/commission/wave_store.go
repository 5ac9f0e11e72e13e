package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// awarded reads, for the orders that need it, what each of the chain was given
// by smaller seqs within the configuration's window, before refunds.
func awarded(ctx context.Context, tx *pg.Tx, list []*work, zone *time.Location) (map[seat]int64, error) {
	var seats []seat
	var payees []distributor.ID
	var seqs []int64
	var from, to []time.Time
	for _, w := range list {
		since, until := windowAround(w.order.PaidAt, w.plan.window, zone)
		for _, p := range w.people() {
			if p.role == "" {
				seats, payees, seqs = append(seats, seat{w.order.ID, p.id}), append(payees, p.id), append(seqs, w.seq)
				from, to = append(from, since), append(to, until)
			}
		}
	}
	sums, err := pg.Column[int64](ctx, tx, `
		select coalesce(s.granted, 0)::bigint
		  from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) with ordinality as q(payee, seq, since, until, nth)
		  left join lateral (
		    select sum(a.granted) as granted from commission_award a
		     where a.tenant_id = $1 and a.payee = q.payee and a.paid_at >= q.since and a.paid_at < q.until and a.seq < q.seq
		  ) s on true
		 order by q.nth`, tx.Tenant(), payees, seqs, from, to)
	if err != nil {
		return nil, fmt.Errorf("commission: what was awarded before: %w", err)
	}
	all := make(map[seat]int64, len(seats))
	for i, at := range seats {
		all[at] = sums[i]
	}
	return all, nil
}

// openOrders reads, by member, the smallest seq of an order that waits
// undecided outside of the batch.
func openOrders(ctx context.Context, tx *pg.Tx, b *batch, who []distributor.ID) (map[distributor.ID]int64, error) {
	here := make([]order.ID, len(b.work))
	for i, w := range b.work {
		here[i] = w.order.ID
	}
	rows, err := pg.Collect[struct {
		MemberID distributor.ID
		Seq      int64
	}](ctx, tx, `
		select member_id, min(seq) as seq from commission_open
		 where tenant_id = $1 and member_id = any($2::uuid[]) and not order_id = any($3::uuid[]) group by member_id`, tx.Tenant(), who, here)
	if err != nil {
		return nil, fmt.Errorf("commission: open orders: %w", err)
	}
	first := make(map[distributor.ID]int64, len(rows))
	for _, r := range rows {
		first[r.MemberID] = r.Seq
	}
	return first, nil
}

// keepOpen writes down whom the orders of a batch that wait may still pay, and
// lets go those that were decided after all; whoever waited behind them is
// tried at once.
func keepOpen(ctx context.Context, tx *pg.Tx, b *batch) error {
	var decided, orders []order.ID
	var members []distributor.ID
	var seqs []int64
	for _, w := range b.work {
		switch {
		case w.undecided() && w.blocked != nil:
			for _, p := range w.people() {
				members, orders, seqs = append(members, p.id), append(orders, w.order.ID), append(seqs, w.seq)
			}
		case w.decision != nil && w.decision.isNew && w.change.BlockedCode != "":
			decided = append(decided, w.order.ID)
		}
	}
	if len(orders) > 0 {
		_, err := tx.Exec(ctx, `
			insert into commission_open (tenant_id, member_id, order_id, seq)
			select $1, m, o, s from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as x(m, o, s)
			on conflict do nothing`, tx.Tenant(), members, orders, seqs)
		if err != nil {
			return fmt.Errorf("commission: keep orders open: %w", err)
		}
	}
	if len(decided) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `delete from commission_open where tenant_id = $1 and order_id = any($2::uuid[])`, tx.Tenant(), decided); err != nil {
		return fmt.Errorf("commission: let open orders go: %w", err)
	}
	b.left = true // whoever waited behind them is next
	return order.Unblock(ctx, tx, codeBehind)
}
