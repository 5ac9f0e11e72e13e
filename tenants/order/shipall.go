package order

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// Shipment is an order whose goods are on their way since an instant.
type Shipment struct {
	Order ID
	At    time.Time // zero for now
}

// ShipAll is [Service.Ship] of many orders, in hardly more statements than of
// one.
func (s *Service) ShipAll(ctx context.Context, tx *pg.Tx, list []Shipment) error {
	at := make(map[ID]time.Time, len(list))
	ids := make([]ID, len(list))
	for i, sh := range list {
		at[sh.Order], ids[i] = sh.At, sh.Order
	}
	locked, err := Lock(ctx, tx, ids)
	if err != nil {
		return err
	}
	if len(locked) < len(at) {
		return errUnknown
	}
	var sent []Order
	var receipts []due
	for _, o := range locked {
		switch {
		case !o.ShippedAt.IsZero():
			continue
		case !o.ClosedAt.IsZero():
			return errClosed
		}
		if err := checkTime(at[o.ID], tx.Now(), "shipped_at"); err != nil {
			return err
		}
		o.ShippedAt = occurred(at[o.ID], tx.Now())
		sent = append(sent, o)
		if !o.ReceivedAt.IsZero() {
			continue
		}
		rev, err := s.programs.Revision(ctx, tx, o.Revision)
		if err != nil {
			return err
		}
		receipts = append(receipts, due{o.ID, autoReceive, o.ShippedAt.Add(time.Duration(rev.Settings.AutoReceiveDays) * 24 * time.Hour)})
	}
	saveShipped(tx, sent)
	setDues(tx, receipts)
	return nil
}

// saveShipped writes that locked orders are on their way; none of them waits
// for its payment any more (cash on delivery).
func saveShipped(tx *pg.Tx, list []Order) {
	if len(list) == 0 {
		return
	}
	ids, states, shipped := make([]ID, len(list)), make([]string, len(list)), make([]time.Time, len(list))
	for i, o := range list {
		ids[i], states[i], shipped[i] = o.ID, string(o.state()), o.ShippedAt
	}
	tx.Later("order: ship", `
		update order_record o set state = x.state, shipped_at = x.at
		  from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as x(id, state, at)
		 where o.tenant_id = $1 and o.id = x.id`, tx.Tenant(), ids, states, shipped)
	tx.Later("order: drop due", `delete from order_due where tenant_id = $1 and order_id = any($2::uuid[]) and kind = $3`, tx.Tenant(), ids, string(closeUnpaid))
}
