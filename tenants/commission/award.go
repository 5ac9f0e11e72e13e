package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// award is what one order gives one person. Lines and reasons stand in the
// decision.
type award struct {
	OrderID   order.ID
	Payee     distributor.ID
	Level     int
	Granted   int64
	Standing  int64 // what refunds have left of it
	Points    int64 // standing points
	DueAt     time.Time
	MaturesAt time.Time
	Hold      string
	Seq       int64     // its order's; written once
	PaidAt    time.Time // its order's; written once
}

func (a award) settled(mark time.Time) bool { return !a.MaturesAt.After(mark) }

const awardColumns = "order_id, payee, level, granted, standing, points, due_at, matures_at, hold, seq, coalesce(paid_at, 'epoch') as paid_at"

func awardsOf(ctx context.Context, tx *pg.Tx, orders []order.ID) (map[order.ID]map[distributor.ID]award, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	rows, err := pg.Collect[award](ctx, tx, `
		select `+awardColumns+` from commission_award where tenant_id = $1 and order_id = any($2::uuid[])`, tx.Tenant(), orders)
	if err != nil {
		return nil, fmt.Errorf("commission: read awards: %w", err)
	}
	all := map[order.ID]map[distributor.ID]award{}
	for _, a := range rows {
		a.DueAt, a.MaturesAt, a.PaidAt = a.DueAt.UTC(), a.MaturesAt.UTC(), a.PaidAt.UTC()
		if all[a.OrderID] == nil {
			all[a.OrderID] = map[distributor.ID]award{}
		}
		all[a.OrderID][a.Payee] = a
	}
	return all, nil
}

func saveAwards(tx *pg.Tx, list []award) {
	if len(list) == 0 {
		return
	}
	n := len(list)
	orders, payees, levels := make([]order.ID, n), make([]distributor.ID, n), make([]int32, n)
	granted, standing, points := make([]int64, n), make([]int64, n), make([]int64, n)
	dues, matures, holds := make([]time.Time, n), make([]time.Time, n), make([]string, n)
	seqs, paid := make([]int64, n), make([]time.Time, n)
	for i, a := range list {
		seqs[i], paid[i] = a.Seq, a.PaidAt
		orders[i], payees[i], levels[i] = a.OrderID, a.Payee, int32(a.Level)
		granted[i], standing[i], points[i] = a.Granted, a.Standing, a.Points
		dues[i], matures[i], holds[i] = a.DueAt, a.MaturesAt, a.Hold
	}
	tx.Later("commission: save awards", `
		insert into commission_award (tenant_id, order_id, payee, level, granted, standing, points, due_at, matures_at, hold, seq, paid_at)
		select $1, o, p, l, g, s, pt, d, m, h, q, pa
		  from unnest($2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::bigint[], $12::timestamptz[])
		       as x(o, p, l, g, s, pt, d, m, h, q, pa)
		on conflict (tenant_id, order_id, payee) do update
		   set standing = excluded.standing, points = excluded.points, due_at = excluded.due_at,
		       matures_at = excluded.matures_at, hold = excluded.hold`,
		tx.Tenant(), orders, payees, levels, granted, standing, points, dues, matures, holds, seqs, paid)
}
