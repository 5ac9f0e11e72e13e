package orderhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

type buying struct {
	httpapi.Idempotent
	Body struct {
		Lines []struct {
			SKU string `json:"sku" maxLength:"100"`
			Qty int    `json:"qty"`
		} `json:"lines" maxItems:"200"`
		Channel string        `json:"channel,omitempty" maxLength:"40"`
		Region  string        `json:"region,omitempty" maxLength:"100" doc:"Where it goes: 440305, or 广东/深圳/南山"`
		Via     string        `json:"via,omitempty" maxLength:"40" doc:"Code of the distributor whose link the buyer came by"`
		Freight *money.Amount `json:"freight,omitempty"`
	}
}

type purchaseAnswer struct{ Body Purchase }

// Form is what a checkout asks for.
type Form struct {
	Region bool `json:"region" doc:"Whether the commission depends on where the goods go: the region is then asked for"`
}

func (h *handlers) form(ctx context.Context, _ *struct{}) (*struct{ Body Form }, error) {
	out := &struct{ Body Form }{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body.Region, err = h.Orders.AsksRegion(ctx, tx)
		return err
	})
	return out, err
}

func (h *handlers) buy(ctx context.Context, in *buying) (*purchaseAnswer, error) {
	body, err := httpapi.Once(ctx, h.DB, "order.place", in.IdempotencyKey, in.Body, func(ctx context.Context, tx *pg.Tx) (shape Purchase, err error) {
		buyer, err := buyerOf(ctx)
		if err != nil {
			return shape, err
		}
		currency, err := h.Currency(ctx, tx)
		if err != nil {
			return shape, err
		}
		wallet := &purse{currency: currency}
		p := order.Purchase{Buyer: buyer, Channel: in.Body.Channel, Region: in.Body.Region, Code: in.Body.Via, Freight: wallet.optional(in.Body.Freight, "freight", 0)}
		if wallet.err != nil {
			return shape, wallet.err
		}
		for _, l := range in.Body.Lines {
			p.Lines = append(p.Lines, catalog.Line{SKU: l.SKU, Qty: l.Qty})
		}
		o, err := h.Orders.Buy(ctx, tx, p)
		return teller(currency).purchase(o, h.Orders.Sandbox), err
	})
	return &purchaseAnswer{body}, err
}

// own does something to an order of the buyer who asks, and shows it.
func (h *handlers) own(ctx context.Context, text string, do verb) (*purchaseAnswer, error) {
	out := &purchaseAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		buyer, err := buyerOf(ctx)
		if err != nil {
			return err
		}
		which, err := order.ParseID(text)
		if err != nil {
			return err
		}
		o, err := order.OwnedBy(ctx, tx, which, buyer)
		if err != nil {
			return err
		}
		if do != nil {
			if err := do(ctx, tx, which); err != nil {
				return err
			}
			if o, err = order.Get(ctx, tx, which); err != nil {
				return err
			}
		}
		currency, err := h.Currency(ctx, tx)
		out.Body = teller(currency).purchase(o, h.Orders.Sandbox)
		return err
	})
	return out, err
}

func (h *handlers) purchase(ctx context.Context, in *one) (*purchaseAnswer, error) {
	return h.own(ctx, in.ID, nil)
}

func (h *handlers) payInSandbox(ctx context.Context, in *one) (*purchaseAnswer, error) {
	return h.own(ctx, in.ID, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.PayInSandbox(ctx, tx, o)
		return err
	})
}

func (h *handlers) receiveOwn(ctx context.Context, in *one) (*purchaseAnswer, error) {
	return h.own(ctx, in.ID, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.ReceiveOwn(ctx, tx, o)
		return err
	})
}

func (h *handlers) closeOwn(ctx context.Context, in *one) (*purchaseAnswer, error) {
	return h.own(ctx, in.ID, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Close(ctx, tx, o)
		return err
	})
}

type ownListing struct {
	httpapi.PageQuery
	State string `query:"state" enum:"placed,paid,shipped,received,closed"`
}

type purchasesAnswer struct{ Body httpapi.Page[Purchase] }

func (h *handlers) purchases(ctx context.Context, in *ownListing) (*purchasesAnswer, error) {
	buyer, err := buyerOf(ctx)
	if err != nil {
		return nil, err
	}
	out := &purchasesAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		page, err := read(ctx, tx, order.Filter{State: order.State(in.State), Buyer: buyer}, in.PageQuery)
		if err != nil {
			return err
		}
		currency, err := h.Currency(ctx, tx)
		out.Body = httpapi.MapPage(page, func(o order.Order) Purchase { return teller(currency).purchase(o, h.Orders.Sandbox) })
		return err
	})
	return out, err
}

type promotedAnswer struct{ Body httpapi.Page[Promoted] }

func (h *handlers) promoted(ctx context.Context, in *ownListing) (*promotedAnswer, error) {
	who, err := distributorOf(ctx)
	if err != nil {
		return nil, err
	}
	out := &promotedAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		page, err := read(ctx, tx, order.Filter{State: order.State(in.State), Seller: who}, in.PageQuery)
		if err != nil {
			return err
		}
		buyers := make([]customer.ID, len(page.Items))
		for i, o := range page.Items {
			buyers[i] = o.Buyer
		}
		names, err := customer.Names(ctx, tx, buyers)
		if err != nil {
			return err
		}
		currency, err := h.Currency(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = httpapi.MapPage(page, func(o order.Order) Promoted { return teller(currency).promoted(o, names[o.Buyer]) })
		if h.Earned == nil || len(page.Items) == 0 {
			return nil
		}
		earned, err := h.Earned(ctx, tx, page.Items, who)
		for i, o := range page.Items {
			out.Body.Items[i].Commission = &OwnCommission{earned[o.ID].State, teller(currency).money(earned[o.ID].Total)}
		}
		return err
	})
	return out, err
}

func buyerOf(ctx context.Context) (who customer.ID, err error) {
	b := httpapi.CallerOf(ctx).Buyer
	if b == "" {
		return who, customer.ErrUnknown
	}
	return who, who.Scan(b)
}

func distributorOf(ctx context.Context) (who distributor.ID, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return who, distributor.ErrUnknown
	}
	return who, who.Scan(d)
}
