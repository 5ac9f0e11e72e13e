package orderhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/registry"
)

type listing struct {
	httpapi.PageQuery
	State    string `query:"state" enum:"placed,paid,shipped,received,closed"`
	SellerID string `query:"seller_id" maxLength:"60"`
	BuyerID  string `query:"buyer_id" maxLength:"60"`
	Query    string `query:"q" maxLength:"200" doc:"The external id"`
}

type ordersAnswer struct{ Body httpapi.Page[Order] }

var errBadID = fault.New(fault.Invalid, "request.bad_id", "{id} 不是有效的编号", "{id} is not an id of that kind")

func (h *handlers) list(ctx context.Context, in *listing) (*ordersAnswer, error) {
	f := order.Filter{State: order.State(in.State), Query: in.Query}
	if err := readID(in.SellerID, &f.Seller, "seller_id"); err != nil {
		return nil, err
	}
	if err := readID(in.BuyerID, &f.Buyer, "buyer_id"); err != nil {
		return nil, err
	}
	out := &ordersAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		page, err := read(ctx, tx, f, in.PageQuery)
		if err != nil {
			return err
		}
		shapes, err := h.shapes(ctx, tx, page.Items)
		if err != nil {
			return err
		}
		out.Body = httpapi.Page[Order]{Items: shapes, NextCursor: page.NextCursor}
		return h.earned(ctx, tx, page.Items, shapes)
	})
	return out, err
}

// readID reads an id of a query; none is none.
func readID[K id.Kind](text string, into *id.Of[K], field string) error {
	if into.UnmarshalText([]byte(text)) != nil {
		return errBadID.With("id", text).At(field)
	}
	return nil
}

// read is one page of orders, the newest first.
func read(ctx context.Context, tx *pg.Tx, f order.Filter, q httpapi.PageQuery) (httpapi.Page[order.Order], error) {
	var before time.Time
	var beforeID order.ID
	parts, err := httpapi.ReadCursor(q.Cursor, 2)
	if err != nil {
		return httpapi.Page[order.Order]{}, err
	}
	if parts != nil {
		at, err := time.Parse(time.RFC3339Nano, parts[0])
		if err != nil || beforeID.UnmarshalText([]byte(parts[1])) != nil {
			return httpapi.Page[order.Order]{}, httpapi.BadCursor()
		}
		before = at
	}
	found, err := order.List(ctx, tx, f, before, beforeID, q.Limit+1)
	if err != nil {
		return httpapi.Page[order.Order]{}, err
	}
	return httpapi.PageOf(found, q.Limit, func(o order.Order) []string {
		return []string{o.PlacedAt.UTC().Format(time.RFC3339Nano), o.ID.String()}
	}), nil
}

type one struct {
	ID string `path:"id" maxLength:"60"`
}

func (h *handlers) get(ctx context.Context, in *one) (*detailAnswer, error) {
	out := &detailAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body, err = h.done(ctx, tx, in.ID, "", nil)
		return err
	})
	return out, err
}

type verb func(ctx context.Context, tx *pg.Tx, o order.ID) error

// done does something to an order on a member of staff's word, writes it into
// the audit log and shows the order.
func (h *handlers) done(ctx context.Context, tx *pg.Tx, text, action string, do verb) (Detail, error) {
	which, err := order.ParseID(text)
	if err != nil {
		return Detail{}, err
	}
	if do != nil {
		if err := do(ctx, tx, which); err != nil {
			return Detail{}, err
		}
		if action != "" { // else do has noted more
			if err := registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, which.String(), nil); err != nil {
				return Detail{}, err
			}
		}
	}
	o, err := order.Get(ctx, tx, which)
	if err != nil {
		return Detail{}, err
	}
	return h.detail(ctx, tx, o)
}

func (h *handlers) decide(ctx context.Context, text, action string, do verb) (*detailAnswer, error) {
	out := &detailAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body, err = h.done(ctx, tx, text, action, do)
		return err
	})
	return out, err
}

func (h *handlers) ship(ctx context.Context, in *one) (*detailAnswer, error) {
	return h.decide(ctx, in.ID, "order.ship", func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Ship(ctx, tx, o, time.Time{})
		return err
	})
}

func (h *handlers) receive(ctx context.Context, in *one) (*detailAnswer, error) {
	return h.decide(ctx, in.ID, "order.receive", func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Receive(ctx, tx, o, time.Time{})
		return err
	})
}

func (h *handlers) close(ctx context.Context, in *one) (*detailAnswer, error) {
	return h.decide(ctx, in.ID, "order.close", func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Close(ctx, tx, o)
		return err
	})
}

type payment struct {
	httpapi.Idempotent
	ID string `path:"id" maxLength:"60"`
}

func (h *handlers) pay(ctx context.Context, in *payment) (*detailAnswer, error) {
	body, err := httpapi.Once(ctx, h.DB, "order.pay", in.IdempotencyKey, in.ID, func(ctx context.Context, tx *pg.Tx) (Detail, error) {
		return h.done(ctx, tx, in.ID, "order.pay", func(ctx context.Context, tx *pg.Tx, o order.ID) error {
			_, err := h.Orders.Pay(ctx, tx, o, time.Time{})
			return err
		})
	})
	return &detailAnswer{body}, err
}

type refund struct {
	httpapi.Idempotent
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Amount     money.Amount  `json:"amount" doc:"Of goods"`
		Line       string        `json:"line,omitempty" maxLength:"100" doc:"Without one the amount spreads over what is left of the lines"`
		Freight    *money.Amount `json:"freight,omitempty" doc:"Reverses nothing"`
		Reason     string        `json:"reason,omitempty" maxLength:"500"`
		ExternalID string        `json:"external_id,omitempty" maxLength:"200" doc:"Default: the Idempotency-Key"`
	}
}

type refundAnswer struct{ Body Refund }

func (h *handlers) refund(ctx context.Context, in *refund) (*refundAnswer, error) {
	body, err := httpapi.Once(ctx, h.DB, "order.refund", in.IdempotencyKey, []any{in.ID, in.Body}, func(ctx context.Context, tx *pg.Tx) (shape Refund, err error) {
		currency, err := h.Currency(ctx, tx)
		if err != nil {
			return shape, err
		}
		which, err := order.ParseID(in.ID)
		if err != nil {
			return shape, err
		}
		p, b := &purse{currency: currency}, in.Body
		r := order.RefundRequest{ExternalID: b.ExternalID, Amount: p.minor(b.Amount, "amount"), Freight: p.optional(b.Freight, "freight", 0), Line: b.Line, Reason: b.Reason}
		if r.ExternalID == "" {
			r.ExternalID = in.IdempotencyKey
		}
		if p.err != nil {
			return shape, p.err
		}
		f, err := h.Orders.Refund(ctx, tx, which, r)
		if err != nil {
			return shape, err
		}
		if err := registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "order.refund", which.String(), map[string]any{"refund": f.ID, "amount": f.Amount}); err != nil {
			return shape, err
		}
		o, err := order.Get(ctx, tx, which)
		return teller(currency).refund(o, f), err
	})
	return &refundAnswer{body}, err
}
