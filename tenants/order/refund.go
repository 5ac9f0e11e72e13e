package order

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	return made, s.note(ctx, tx, o.ID)
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

// KeepEarlyRefund stores a refund that came before its order, or before the
// order's payment; it is applied when the order is paid.
func (s *Service) KeepEarlyRefund(ctx context.Context, tx *pg.Tx, source, orderExternalID string, r RefundRequest) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	var kept []byte
	err = tx.QueryRow(ctx, `
		insert into order_early_refund as e (tenant_id, source, order_external_id, external_id, body_hash, request, recorded_at)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (tenant_id, source, order_external_id, external_id) do update set body_hash = e.body_hash
		returning body_hash`,
		tx.Tenant(), source, orderExternalID, r.ExternalID, hashOf(r), body, tx.Now()).Scan(&kept)
	if err != nil {
		return fmt.Errorf("order: keep an early refund: %w", err)
	}
	if !bytes.Equal(kept, hashOf(r)) {
		return errRefundReused.With("external_id", r.ExternalID).At("external_id")
	}
	return nil
}

// applyEarlyRefunds gives a just paid order the refunds that came before it.
func (s *Service) applyEarlyRefunds(ctx context.Context, tx *pg.Tx, o Order) error {
	if err := lockEarly(ctx, tx, o.Source, o.ExternalID); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		delete from order_early_refund where tenant_id = $1 and source = $2 and order_external_id = $3
		returning request`, tx.Tenant(), o.Source, o.ExternalID)
	if err != nil {
		return fmt.Errorf("order: early refunds: %w", err)
	}
	var kept []RefundRequest
	for rows.Next() {
		var body []byte
		var r RefundRequest
		if err := rows.Scan(&body); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &r); err != nil {
			return err
		}
		kept = append(kept, r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, r := range kept {
		if err := s.applyEarly(ctx, tx, o.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// applyEarly fits a refund to the order that nobody could hold it against when
// it came: money that was given back cannot keep the order from being paid.
func (s *Service) applyEarly(ctx context.Context, tx *pg.Tx, id ID, r RefundRequest) error {
	o, err := lockOne(ctx, tx, id)
	if err != nil {
		return err
	}
	hash := hashOf(r)
	if !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.ID == r.Line && l.Net >= r.Amount }) {
		r.Line = ""
	}
	if r.Amount = min(r.Amount, o.Goods-o.Refunded); r.Amount == 0 {
		return nil
	}
	_, err = s.refundLocked(ctx, tx, o, r, hash)
	if errors.Is(err, errAboveRemaining) { // of the line; the whole order has room
		r.Line = ""
		_, err = s.refundLocked(ctx, tx, o, r, hash)
	}
	return err
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
func NumberRefunds(ctx context.Context, tx *pg.Tx, orders []ID, nths []int, seqs []int64) error {
	if len(orders) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		update order_refund r set seq = x.seq from unnest($2::uuid[], $3::int[], $4::bigint[]) as x(order_id, nth, seq)
		 where r.tenant_id = $1 and r.order_id = x.order_id and r.nth = x.nth`, tx.Tenant(), orders, nths, seqs)
	if err != nil {
		return fmt.Errorf("order: number refunds: %w", err)
	}
	return nil
}
