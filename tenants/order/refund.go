package order

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
)

// RefundRequest is a refund that somebody reports or makes.
type RefundRequest struct {
	ExternalID string    `json:"external_id"`
	Amount     int64     `json:"amount"` // of goods
	Freight    int64     `json:"freight,omitempty"`
	Line       string    `json:"line,omitempty"` // "" spreads over the lines
	Reason     string    `json:"reason,omitempty"`
	OccurredAt time.Time `json:"occurred_at,omitzero"` // zero: now
}

// Refund records a refund of a paid order. The same external id with the same
// content is the same refund; with other content it is refused.
func (s *Service) Refund(ctx context.Context, tx *pg.Tx, o ID, r RefundRequest) (Refund, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Refund{}, err
	}
	return s.refundLocked(ctx, tx, locked, r, hashOf(r))
}

func (s *Service) refundLocked(ctx context.Context, tx *pg.Tx, o Order, r RefundRequest, hash []byte) (Refund, error) {
	past, err := RefundsOf(ctx, tx, []ID{o.ID})
	if err != nil {
		return Refund{}, err
	}
	for _, p := range past[o.ID] {
		if p.ExternalID == r.ExternalID {
			if !bytes.Equal(p.bodyHash, hash) {
				return Refund{}, errRefundReused.With("external_id", r.ExternalID).At("external_id")
			}
			return p, nil
		}
	}
	if err := checkRefund(o, r, tx.Now()); err != nil {
		return Refund{}, err
	}
	parts, err := spread(r.Amount, r.Line, o.Lines, o.Remaining(past[o.ID], len(past[o.ID])))
	if err != nil {
		return Refund{}, err
	}
	made := Refund{
		ID: id.New[refundKind](tx.Now()), Order: o.ID, ExternalID: r.ExternalID, Amount: r.Amount, Freight: r.Freight, Spread: parts,
		Reason: r.Reason, Nth: len(past[o.ID]) + 1, OccurredAt: occurred(r.OccurredAt, tx.Now()), bodyHash: hash,
	}
	if err := insertRefund(ctx, tx, made); err != nil {
		return Refund{}, err
	}
	o.Refunded += r.Amount
	if err := save(ctx, tx, o); err != nil {
		return Refund{}, err
	}
	s.note(tx, o.ID)
	return made, nil
}

func checkRefund(o Order, r RefundRequest, now time.Time) error {
	switch {
	case o.PaidAt.IsZero():
		return errNotPaid
	case r.Amount < 0:
		return errNegative.At("amount")
	case r.Amount == 0:
		return errNoAmount.At("amount")
	case r.Freight < 0:
		return errNegative.At("freight")
	}
	return checkTime(r.OccurredAt, now, "occurred_at")
}

type refundRow struct {
	ID         RefundID
	OrderID    ID
	ExternalID string
	BodyHash   []byte
	Amount     int64
	Freight    int64
	Spread     json.RawMessage
	Reason     string
	Nth        int
	Seq        int64
	OccurredAt time.Time
}

// RefundsOf reads the refunds of orders, each order's in the order they were
// recorded.
func RefundsOf(ctx context.Context, tx *pg.Tx, orders []ID) (map[ID][]Refund, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	rows, err := pg.Collect[refundRow](ctx, tx, `
		select id, order_id, external_id, body_hash, amount, freight, spread, reason, nth, coalesce(seq, 0) as seq, occurred_at
		  from order_refund where tenant_id = $1 and order_id = any($2::uuid[]) order by order_id, nth`, tx.Tenant(), orders)
	if err != nil {
		return nil, fmt.Errorf("order: read refunds: %w", err)
	}
	all := map[ID][]Refund{}
	for _, r := range rows {
		f := Refund{ID: r.ID, Order: r.OrderID, ExternalID: r.ExternalID, Amount: r.Amount, Freight: r.Freight, Reason: r.Reason,
			Nth: r.Nth, Seq: r.Seq, OccurredAt: r.OccurredAt, bodyHash: r.BodyHash}
		if err := json.Unmarshal(r.Spread, &f.Spread); err != nil {
			return nil, fmt.Errorf("order: spread of refund %s: %w", r.ID, err)
		}
		all[r.OrderID] = append(all[r.OrderID], f)
	}
	return all, nil
}

func insertRefund(ctx context.Context, tx *pg.Tx, r Refund) error {
	parts, err := json.Marshal(r.Spread)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into order_refund (tenant_id, order_id, id, external_id, body_hash, amount, freight, spread, reason, nth, occurred_at, recorded_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.Tenant(), r.Order, r.ID, r.ExternalID, r.bodyHash, r.Amount, r.Freight, parts, r.Reason, r.Nth, r.OccurredAt, tx.Now())
	if err != nil {
		return fmt.Errorf("order: insert refund: %w", err)
	}
	return nil
}

// NumberRefunds writes the seq that the lane has given to refunds.
func NumberRefunds(tx *pg.Tx, orders []ID, nths []int, seqs []int64) {
	if len(orders) == 0 {
		return
	}
	tx.Later("order: number refunds", `
		update order_refund r set seq = x.seq from unnest($2::uuid[], $3::int[], $4::bigint[]) as x(order_id, nth, seq)
		 where r.tenant_id = $1 and r.order_id = x.order_id and r.nth = x.nth`, tx.Tenant(), orders, nths, seqs)
}
