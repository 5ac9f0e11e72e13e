package commissionhttp

import (
	"context"
	"strconv"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type debtsPage struct{ Body httpapi.Page[Debt] }

// debts lists the movements of somebody's debt.
func (h *handlers) debts(ctx context.Context, q httpapi.PageQuery, who func(context.Context, *pg.Tx) (distributor.ID, error)) (*debtsPage, error) {
	parts, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	var below int64
	if parts != nil {
		if below, err = strconv.ParseInt(parts[0], 10, 64); err != nil || below <= 0 {
			return nil, httpapi.BadCursor()
		}
	}
	out := &debtsPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, err := who(ctx, tx)
		if err != nil {
			return err
		}
		found, err := commission.DebtsOf(ctx, tx, d, below, q.Limit+1)
		if err != nil {
			return err
		}
		currency, err := h.Currency(ctx, tx)
		page := httpapi.PageOf(found, q.Limit, func(d commission.Debt) []string { return []string{strconv.FormatInt(d.ID, 10)} })
		lang := httpapi.LangOf(ctx)
		out.Body = httpapi.MapPage(page, func(d commission.Debt) Debt { return teller(currency).debt(d, lang) })
		return err
	})
	return out, err
}

func (c teller) debt(d commission.Debt, lang string) Debt {
	out := Debt{ID: strconv.FormatInt(d.ID, 10), Cause: d.Cause, Amount: c.money(d.Amount), At: d.At, Said: d.Tell(string(c), lang)}
	if !d.Order.ID.IsZero() {
		out.OrderID, out.OrderExternalID = &d.Order.ID, d.Order.ExternalID
	}
	return out
}

func (h *handlers) ownDebts(ctx context.Context, in *struct{ httpapi.PageQuery }) (*debtsPage, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.debts(ctx, in.PageQuery, func(context.Context, *pg.Tx) (distributor.ID, error) { return who, nil })
}

func (h *handlers) debtsOf(ctx context.Context, in *struct {
	httpapi.PageQuery
	ID string `path:"id" maxLength:"60"`
}) (*debtsPage, error) {
	who, err := distributor.ParseID(in.ID)
	if err != nil {
		return nil, distributor.ErrUnknown.Because(err)
	}
	return h.debts(ctx, in.PageQuery, func(ctx context.Context, tx *pg.Tx) (distributor.ID, error) {
		_, err := distributor.Get(ctx, tx, who)
		return who, err
	})
}
