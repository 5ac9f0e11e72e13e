package order

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
)

// ReportRefund records a refund that a shop's own system tells about. One that
// comes before its order, or before the order's payment, is kept and applied
// when the order is paid; kept is then true and there is no refund yet.
func (s *Service) ReportRefund(ctx context.Context, tx *pg.Tx, source, externalID string, r RefundRequest) (f Refund, kept bool, err error) {
	if r.ExternalID == "" {
		return Refund{}, false, errNoExternalID.At("external_id")
	}
	o, paid, err := paidOrder(ctx, tx, source, externalID)
	if err == nil && !paid {
		// Whoever pays or places now is waited for, and waits for us.
		lockEarlyLater(tx, []string{source}, []string{externalID})
		o, paid, err = paidOrder(ctx, tx, source, externalID)
	}
	switch {
	case err != nil:
		return Refund{}, false, err
	case paid:
		f, err = s.Refund(ctx, tx, o.ID, r)
		return f, false, err
	case !o.ClosedAt.IsZero():
		return Refund{}, false, errNotPaid
	}
	if err := checkRefund(Order{PaidAt: tx.Now()}, r, tx.Now()); err != nil {
		return Refund{}, false, err
	}
	return Refund{}, true, s.KeepEarlyRefund(ctx, tx, source, externalID, r)
}

// paidOrder finds the order, zero when nobody has told about it yet.
func paidOrder(ctx context.Context, tx *pg.Tx, source, externalID string) (o Order, paid bool, err error) {
	o, err = ByExternal(ctx, tx, source, externalID)
	if errors.Is(err, errUnknown) {
		return Order{}, false, nil
	}
	return o, !o.PaidAt.IsZero(), err
}

// lockEarlyLater makes a payment and an early refund of the same order wait for one
// another, so that the refund is either found by the payment or finds it. The
// locks are taken in one order, as two batches could otherwise wait for one
// another for ever.
func lockEarlyLater(tx *pg.Tx, sources, externalIDs []string) {
	tx.Later("order: wait for early refunds", `
		select pg_advisory_xact_lock(k) from (
		  select distinct hashtextextended($1 || x.source || chr(31) || x.external_id, 0) as k
		    from unnest($2::text[], $3::text[]) as x(source, external_id) order by k) keys`,
		"order_early_refund\x1f"+tx.Tenant().UUID()+"\x1f", sources, externalIDs)
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

// earlyRefund is one that was kept.
type earlyRefund struct {
	Source          string
	OrderExternalID string
	Request         json.RawMessage
}

// askEarly takes the refunds that came before some orders' payment; until the
// transaction ends, whoever tells about another waits.
func askEarly(tx *pg.Tx, paid []Order) *pg.Answer[earlyRefund] {
	sources, externals := make([]string, len(paid)), make([]string, len(paid))
	for i, o := range paid {
		sources[i], externals[i] = o.Source, o.ExternalID
	}
	lockEarlyLater(tx, sources, externals)
	return pg.Ask[earlyRefund](tx, `
		delete from order_early_refund e using unnest($2::text[], $3::text[]) as x(source, external_id)
		 where e.tenant_id = $1 and e.source = x.source and e.order_external_id = x.external_id
		returning e.source, e.order_external_id, e.request`, tx.Tenant(), sources, externals)
}

// applyEarlyRefunds gives orders that have just been paid the refunds that
// came before them, and tells which have got some.
func (s *Service) applyEarlyRefunds(ctx context.Context, tx *pg.Tx, paid []Order, kept []earlyRefund) (map[ID]bool, error) {
	byName := make(map[[2]string]ID, len(paid))
	for _, o := range paid {
		byName[[2]string{o.Source, o.ExternalID}] = o.ID
	}
	refunded := map[ID]bool{}
	for _, k := range kept {
		var r RefundRequest
		if err := json.Unmarshal(k.Request, &r); err != nil {
			return nil, err
		}
		o := byName[[2]string{k.Source, k.OrderExternalID}]
		if err := s.applyEarly(ctx, tx, o, r); err != nil {
			return nil, err
		}
		refunded[o] = true
	}
	return refunded, nil
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
