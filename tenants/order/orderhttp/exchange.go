package orderhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/registry"
)

var (
	errBothWays = fault.New(fault.Invalid, "order.difference_both_ways", "差额只能是补款或退回其一", "a difference is either paid or given back")
	errNotAbove = fault.New(fault.Invalid, "order.difference_amount", "差额必须大于 0", "a difference must be above zero")
)

type exchange struct {
	httpapi.Idempotent
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Line       string        `json:"line" maxLength:"100" doc:"That is replaced, or whose price is corrected"`
		SKU        string        `json:"sku,omitempty" maxLength:"100" doc:"What comes instead; without one the same again"`
		Charge     *money.Amount `json:"charge,omitempty" doc:"What the buyer pays more"`
		Refund     *money.Amount `json:"refund,omitempty" doc:"What the buyer gets back"`
		PriceOnly  bool          `json:"price_only,omitempty" doc:"Correct the price; nothing is sent"`
		Reason     string        `json:"reason,omitempty" maxLength:"500"`
		ExternalID string        `json:"external_id,omitempty" maxLength:"200" doc:"Default: the Idempotency-Key"`
	}
}

func (in *exchange) request(currency string) (order.ExchangeRequest, error) {
	p, b := &purse{currency: currency}, in.Body
	r := order.ExchangeRequest{ExternalID: b.ExternalID, Line: b.Line, SKU: b.SKU, PriceOnly: b.PriceOnly, Reason: b.Reason}
	if r.ExternalID == "" {
		r.ExternalID = in.IdempotencyKey
	}
	charge, back := p.optional(b.Charge, "charge", 0), p.optional(b.Refund, "refund", 0)
	switch {
	case p.err != nil:
		return r, p.err
	case b.Charge != nil && b.Refund != nil:
		return r, errBothWays.At("refund")
	case b.Charge != nil && charge <= 0:
		return r, errNotAbove.At("charge")
	case b.Refund != nil && back <= 0:
		return r, errNotAbove.At("refund")
	}
	r.Difference = charge - back
	return r, nil
}

func (h *handlers) exchange(ctx context.Context, in *exchange) (*detailAnswer, error) {
	body, err := httpapi.Once(ctx, h.DB, "order.exchange", in.IdempotencyKey, []any{in.ID, in.Body}, func(ctx context.Context, tx *pg.Tx) (Detail, error) {
		currency, err := h.Currency(ctx, tx)
		if err != nil {
			return Detail{}, err
		}
		r, err := in.request(currency)
		if err != nil {
			return Detail{}, err
		}
		return h.done(ctx, tx, in.ID, "", func(ctx context.Context, tx *pg.Tx, o order.ID) error {
			x, err := h.Orders.Exchange(ctx, tx, o, r)
			if err != nil {
				return err
			}
			return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "order.exchange", o.String(), map[string]any{"exchange": x.ID, "difference": x.Difference})
		})
	})
	return &detailAnswer{body}, err
}

func (c teller) exchange(x order.Exchange) Exchange {
	out := Exchange{ID: x.ID, ExternalID: x.ExternalID, Line: x.Line, SKU: x.SKU, Charged: c.money(max(x.Difference, 0)), Refunded: c.money(max(-x.Difference, 0)),
		PriceOnly: x.PriceOnly, Reason: x.Reason, OccurredAt: x.OccurredAt.UTC()}
	if !x.ExtraID.IsZero() {
		out.ExtraID = &x.ExtraID
	}
	return out
}
