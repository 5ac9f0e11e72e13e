package order

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

type dueKind string

const (
	closeUnpaid dueKind = "close_unpaid"
	autoReceive dueKind = "auto_receive"
)

// due is what the clock will do to an order.
type due struct {
	OrderID ID
	Kind    dueKind
	DueAt   time.Time
}

func setDue(tx *pg.Tx, o ID, k dueKind, at time.Time) { setDues(tx, []due{{o, k, at}}) }

func setDues(tx *pg.Tx, list []due) {
	if len(list) == 0 {
		return
	}
	ids, kinds, ats := make([]ID, len(list)), make([]string, len(list)), make([]time.Time, len(list))
	for i, d := range list {
		ids[i], kinds[i], ats[i] = d.OrderID, string(d.Kind), d.DueAt
	}
	tx.Later("order: set due", `
		insert into order_due (tenant_id, order_id, kind, due_at) select $1, * from unnest($2::uuid[], $3::text[], $4::timestamptz[])
		on conflict (tenant_id, order_id, kind) do nothing`, tx.Tenant(), ids, kinds, ats)
}

func dropDue(ctx context.Context, tx *pg.Tx, o ID, k dueKind) error {
	_, err := tx.Exec(ctx, `delete from order_due where tenant_id = $1 and order_id = $2 and kind = $3`, tx.Tenant(), o, k)
	if err != nil {
		return fmt.Errorf("order: drop due: %w", err)
	}
	return nil
}

// dueBatch is how many due rows one transaction deals with.
const dueBatch = 200

// RunDue does what the store's clock has made due: closes unpaid orders and
// confirms receipts, each at the instant it was due. It returns how many it
// did; zero means that nothing more is due.
func (s *Service) RunDue(ctx context.Context, tenant tenancy.ID) (n int, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := pg.Collect[due](ctx, tx, `
			select order_id, kind, due_at from order_due
			 where tenant_id = $1 and due_at <= $2 order by due_at, order_id limit $3`, tx.Tenant(), tx.Now(), dueBatch)
		if err != nil {
			return fmt.Errorf("order: read due: %w", err)
		}
		n = len(rows)
		ids := make([]ID, n)
		for i, r := range rows {
			ids[i] = r.OrderID
		}
		locked, err := Lock(ctx, tx, ids) // all at once, so that two sweeps cannot lock crosswise
		if err != nil {
			return err
		}
		byID := make(map[ID]Order, n)
		for _, o := range locked {
			byID[o.ID] = o
		}
		for _, r := range rows {
			if err := s.runDue(ctx, tx, byID[r.OrderID], r.Kind, r.DueAt); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (s *Service) runDue(ctx context.Context, tx *pg.Tx, o Order, k dueKind, at time.Time) error {
	switch k {
	case closeUnpaid:
		if o.PaidAt.IsZero() && o.ShippedAt.IsZero() && o.ReceivedAt.IsZero() && o.ClosedAt.IsZero() {
			return s.closeLocked(ctx, tx, o, at)
		}
	case autoReceive:
		if o.ReceivedAt.IsZero() && o.ClosedAt.IsZero() {
			return s.receiveLocked(ctx, tx, o, at)
		}
	}
	return dropDue(ctx, tx, o.ID, k)
}

// NextDue is when the store's clock has something to do next; found is false
// when nothing is scheduled.
func NextDue(ctx context.Context, tx *pg.Tx) (at time.Time, found bool, err error) {
	var next *time.Time
	err = tx.QueryRow(ctx, `select min(due_at) from order_due where tenant_id = $1`, tx.Tenant()).Scan(&next)
	if err != nil || next == nil {
		return time.Time{}, false, err
	}
	return next.UTC(), true, nil
}
