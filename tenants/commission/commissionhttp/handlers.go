package commissionhttp

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/order/orderhttp"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
)

var (
	errForeign = fault.New(fault.Invalid, "money.foreign_currency", "本店使用 {currency}，不接受其他币种", "this store uses {currency} and no other currency")
	errPrice   = fault.New(fault.Invalid, "order.negative_amount", "金额不能为负", "an amount cannot be negative")
	errLarge   = fault.New(fault.Invalid, "order.amount_too_large", "金额超出可表示的范围", "the amount is beyond what can be represented")
	errBadID   = fault.New(fault.Invalid, "request.bad_id", "{id} 不是有效的编号", "{id} is not an id of that kind")
)

// samplePrice keeps a sample's sum within what can be represented.
const samplePrice = 1_000_000_000

type explained struct{ Body Explanation }

// tell explains in the caller's language and the store's currency.
func (h *handlers) tell(ctx context.Context, to commission.Reader, read func(ctx context.Context, tx *pg.Tx) (commission.Explanation, error)) (*explained, error) {
	out := &explained{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		x, err := read(ctx, tx)
		if err != nil {
			return err
		}
		currency, err := h.Currency(ctx, tx)
		out.Body = teller(currency).explanation(x, to, httpapi.LangOf(ctx))
		return err
	})
	return out, err
}

func (h *handlers) explain(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*explained, error) {
	return h.tell(ctx, commission.Merchant, func(ctx context.Context, tx *pg.Tx) (x commission.Explanation, err error) {
		which, err := order.ParseID(in.ID)
		if err != nil {
			return x, err
		}
		return h.Commission.Explain(ctx, tx, which, httpapi.LangOf(ctx))
	})
}

func (h *handlers) explainReported(ctx context.Context, in *struct{ orderhttp.Reference }) (*explained, error) {
	return h.tell(ctx, commission.Merchant, func(ctx context.Context, tx *pg.Tx) (x commission.Explanation, err error) {
		o, err := in.Find(ctx, tx)
		if err != nil {
			return x, err
		}
		return h.Commission.Explain(ctx, tx, o.ID, httpapi.LangOf(ctx))
	})
}

func (h *handlers) ownOf(ctx context.Context, in *struct {
	OrderID string `path:"order_id" maxLength:"60"`
}) (*explained, error) {
	return h.tell(ctx, commission.Earner, func(ctx context.Context, tx *pg.Tx) (x commission.Explanation, err error) {
		who, err := caller(ctx)
		if err != nil {
			return x, err
		}
		which, err := order.ParseID(in.OrderID)
		if err != nil {
			return x, err
		}
		return h.Commission.ExplainTo(ctx, tx, which, who, httpapi.LangOf(ctx))
	})
}

type alternatives struct {
	Body struct {
		Items []Alternative `json:"items"`
	}
}

func (h *handlers) otherwise(ctx context.Context, text string, who distributor.ID) (*alternatives, error) {
	which, err := order.ParseID(text)
	if err != nil {
		return nil, err
	}
	found, err := h.Commission.Alternatives(ctx, httpapi.TenantOf(ctx), which, who, httpapi.LangOf(ctx))
	if err != nil {
		return nil, err
	}
	currency, err := h.currency(ctx)
	out := &alternatives{}
	out.Body.Items = teller(currency).alternatives(found)
	return out, err
}

func (h *handlers) alternatives(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*alternatives, error) {
	return h.otherwise(ctx, in.ID, distributor.ID{})
}

func (h *handlers) ownAlternatives(ctx context.Context, in *struct {
	OrderID string `path:"order_id" maxLength:"60"`
}) (*alternatives, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.otherwise(ctx, in.OrderID, who)
}

type recorded struct{ Body commission.TestCase }

func (h *handlers) recorded(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*recorded, error) {
	which, err := order.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	out := &recorded{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body, err = h.Commission.Redacted(ctx, tx, which)
		return err
	})
	return out, err
}

type listedAnswer struct{ Body httpapi.Page[Listed] }

func (h *handlers) list(ctx context.Context, q httpapi.PageQuery, who distributor.ID, status string) (*listedAnswer, error) {
	f := commission.Filter{Payee: who, Status: commission.Status(status), Limit: q.Limit + 1}
	parts, err := httpapi.ReadCursor(q.Cursor, 2)
	if err != nil {
		return nil, err
	}
	if parts != nil && (f.After.Order.UnmarshalText([]byte(parts[0])) != nil || f.After.Payee.UnmarshalText([]byte(parts[1])) != nil) {
		return nil, httpapi.BadCursor()
	}
	out := &listedAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := h.Commission.Awards(ctx, tx, f, httpapi.LangOf(ctx))
		if err != nil {
			return err
		}
		page := httpapi.PageOf(found, q.Limit, func(l commission.Listed) []string { return []string{l.Order.String(), l.Payee.ID.String()} })
		currency, err := h.Currency(ctx, tx)
		out.Body = httpapi.MapPage(page, teller(currency).listed)
		return err
	})
	return out, err
}

func (h *handlers) awards(ctx context.Context, in *struct {
	httpapi.PageQuery
	PayeeID string `query:"payee_id" maxLength:"60"`
	Status  string `query:"status" enum:"held,settled,on_hold"`
}) (*listedAnswer, error) {
	var who distributor.ID
	if who.UnmarshalText([]byte(in.PayeeID)) != nil {
		return nil, errBadID.With("id", in.PayeeID).At("payee_id")
	}
	return h.list(ctx, in.PageQuery, who, in.Status)
}

func (h *handlers) awardsOf(ctx context.Context, in *struct {
	httpapi.PageQuery
	ID     string `path:"id" maxLength:"60"`
	Status string `query:"status" enum:"held,settled,on_hold"`
}) (*listedAnswer, error) {
	who, err := distributor.ParseID(in.ID)
	if err != nil {
		return nil, distributor.ErrUnknown.Because(err)
	}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		_, err := distributor.Get(ctx, tx, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h.list(ctx, in.PageQuery, who, in.Status)
}

func (h *handlers) own(ctx context.Context, in *struct {
	httpapi.PageQuery
	Status string `query:"status" enum:"held,settled,on_hold"`
}) (*listedAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.list(ctx, in.PageQuery, who, in.Status)
}

type waitingAnswer struct{ Body httpapi.Page[Waiting] }

func (h *handlers) awaiting(ctx context.Context, in *struct{ httpapi.PageQuery }) (*waitingAnswer, error) {
	var after order.ID
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && after.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &waitingAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := commission.WaitingOrders(ctx, tx, after, in.Limit+1, httpapi.LangOf(ctx))
		if err != nil {
			return err
		}
		page := httpapi.PageOf(found, in.Limit, func(w commission.Waiting) []string { return []string{w.Order.ID.String()} })
		currency, err := h.Currency(ctx, tx)
		out.Body = httpapi.MapPage(page, func(w commission.Waiting) Waiting {
			return Waiting{w.Order.ID, w.Order.ExternalID, teller(currency).money(w.Order.Goods), wait(w.Wait)}
		})
		return err
	})
	return out, err
}

func (h *handlers) retry(ctx context.Context, _ *struct{}) (*struct{}, error) {
	if err := h.Commission.ForgiveStrategies(ctx, httpapi.TenantOf(ctx)); err != nil {
		return nil, err
	}
	return nil, h.Orders.RetryNow(ctx, httpapi.TenantOf(ctx))
}

type previewed struct {
	Body struct {
		Items []Sample `json:"items"`
	}
}

func (h *handlers) preview(ctx context.Context, in *struct {
	Body struct {
		programhttp.Draft
		Order *struct {
			Lines []SampleLine `json:"lines" minItems:"1" maxItems:"50"`
		} `json:"order,omitempty" doc:"An order of one's own to try beside the samples"`
	}
}) (*previewed, error) {
	draft, err := in.Body.Over(ctx, h.DB, h.Programs)
	if err != nil {
		return nil, err
	}
	currency, err := h.currency(ctx)
	if err != nil {
		return nil, err
	}
	var own []commission.SampleLine
	if in.Body.Order != nil {
		if own, err = sampleLines(in.Body.Order.Lines, currency); err != nil {
			return nil, err
		}
	}
	samples, err := h.Commission.Preview(ctx, httpapi.TenantOf(ctx), draft, own, httpapi.LangOf(ctx))
	out := &previewed{}
	out.Body.Items = make([]Sample, len(samples))
	for i, s := range samples {
		out.Body.Items[i] = teller(currency).sample(s, httpapi.LangOf(ctx))
	}
	return out, err
}

func sampleLines(from []SampleLine, currency string) (lines []commission.SampleLine, err error) {
	for i, l := range from {
		field := fmt.Sprintf("order.lines[%d].unit_price", i)
		switch {
		case l.UnitPrice.Currency != currency:
			return nil, errForeign.With("currency", currency).At(field + ".currency")
		case l.UnitPrice.Minor < 0:
			return nil, errPrice.At(field)
		case l.UnitPrice.Minor > samplePrice:
			return nil, errLarge.At(field)
		}
		lines = append(lines, commission.SampleLine{SKU: l.SKU, Category: l.Category, Qty: l.Qty, UnitPrice: l.UnitPrice.Minor})
	}
	return lines, nil
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.DB.Within(ctx, httpapi.TenantOf(ctx), fn)
}

func (h *handlers) currency(ctx context.Context) (currency string, err error) {
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		currency, err = h.Currency(ctx, tx)
		return err
	})
	return currency, err
}

// caller is the distributor who asks.
func caller(ctx context.Context) (who distributor.ID, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return who, distributor.ErrUnknown
	}
	return who, who.Scan(d)
}
