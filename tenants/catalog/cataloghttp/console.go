package cataloghttp

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/registry"
)

type productAnswer struct{ Body Product }

type listRequest struct {
	httpapi.PageQuery
	State string `query:"state" enum:"listed,unlisted,archived"`
	Query string `query:"q" maxLength:"100" doc:"Part of a title or SKU code"`
}

type listAnswer struct{ Body httpapi.Page[Product] }

func (a api) list(ctx context.Context, in *listRequest) (*listAnswer, error) {
	page, currency, err := a.page(ctx, in.PageQuery, catalog.Filter{State: catalog.State(in.State), Query: in.Query})
	if err != nil {
		return nil, err
	}
	return &listAnswer{httpapi.MapPage(page, func(p catalog.Product) Product { return productShape(p, currency) })}, nil
}

// page reads a page of products and the store's currency.
func (a api) page(ctx context.Context, q httpapi.PageQuery, f catalog.Filter) (page httpapi.Page[catalog.Product], currency string, err error) {
	parts, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return page, "", err
	}
	if parts != nil && f.After.UnmarshalText([]byte(parts[0])) != nil {
		return page, "", httpapi.BadCursor()
	}
	f.Limit = q.Limit + 1
	var rows []catalog.Product
	currency, err = a.within(ctx, func(ctx context.Context, tx *pg.Tx, _ string) (err error) {
		rows, err = catalog.List(ctx, tx, f)
		return err
	})
	return httpapi.PageOf(rows, q.Limit, func(p catalog.Product) []string { return []string{p.ID.String()} }), currency, err
}

// within runs fn in a transaction of the caller's store, with its currency.
func (a api) within(ctx context.Context, fn func(ctx context.Context, tx *pg.Tx, currency string) error) (currency string, err error) {
	store, err := a.stores.ByID(ctx, httpapi.TenantOf(ctx))
	if err != nil {
		return "", err
	}
	return store.Currency, a.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error { return fn(ctx, tx, store.Currency) })
}

// ProductRequest names a product. It is exported because the door reads the
// fields of exported embedded types alone.
type ProductRequest struct {
	ID catalog.ID `path:"id"`
}

func (a api) get(ctx context.Context, in *ProductRequest) (*productAnswer, error) {
	return a.one(ctx, func(ctx context.Context, tx *pg.Tx, _ string) (catalog.Product, error) {
		return catalog.Get(ctx, tx, in.ID)
	})
}

func (a api) one(ctx context.Context, fn func(ctx context.Context, tx *pg.Tx, currency string) (catalog.Product, error)) (*productAnswer, error) {
	var p catalog.Product
	currency, err := a.within(ctx, func(ctx context.Context, tx *pg.Tx, currency string) (err error) {
		p, err = fn(ctx, tx, currency)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &productAnswer{productShape(p, currency)}, nil
}

func (a api) create(ctx context.Context, in *struct{ Body ProductChange }) (*productAnswer, error) {
	return a.one(ctx, func(ctx context.Context, tx *pg.Tx, currency string) (catalog.Product, error) {
		draft, err := in.Body.draft(currency)
		if err != nil {
			return catalog.Product{}, err
		}
		p, err := catalog.Create(ctx, tx, draft)
		if err != nil {
			return p, err
		}
		return p, note(ctx, tx, "product.create", p.ID.String(), nil)
	})
}

func (a api) change(ctx context.Context, in *struct {
	ProductRequest
	Body ProductChange
}) (*productAnswer, error) {
	return a.one(ctx, func(ctx context.Context, tx *pg.Tx, currency string) (catalog.Product, error) {
		draft, err := in.Body.draft(currency)
		if err != nil {
			return catalog.Product{}, err
		}
		p, err := catalog.Edit(ctx, tx, in.ID, draft)
		if err != nil {
			return p, err
		}
		return p, note(ctx, tx, "product.change", p.ID.String(), nil)
	})
}

// become is the handler that takes a product to a state.
func (a api) become(to catalog.State, action string) func(context.Context, *ProductRequest) (*productAnswer, error) {
	return func(ctx context.Context, in *ProductRequest) (*productAnswer, error) {
		return a.one(ctx, func(ctx context.Context, tx *pg.Tx, _ string) (catalog.Product, error) {
			p, err := catalog.SetState(ctx, tx, in.ID, to)
			if err != nil {
				return p, err
			}
			return p, note(ctx, tx, action, p.ID.String(), nil)
		})
	}
}

type skuAnswer struct{ Body SKU }

func (a api) adjust(ctx context.Context, in *struct {
	Code string `path:"code" maxLength:"64"`
	Body struct {
		Delta  int    `json:"delta" doc:"Negative takes away"`
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}) (*skuAnswer, error) {
	var sku catalog.SKU
	currency, err := a.within(ctx, func(ctx context.Context, tx *pg.Tx, _ string) (err error) {
		if sku, err = catalog.Restock(ctx, tx, in.Code, in.Body.Delta); err != nil {
			return err
		}
		return note(ctx, tx, "stock.adjust", in.Code, map[string]any{"delta": in.Body.Delta, "reason": in.Body.Reason, "stock": sku.Stock})
	})
	if err != nil {
		return nil, err
	}
	return &skuAnswer{skuShape(sku, currency)}, nil
}

func note(ctx context.Context, tx *pg.Tx, action, subject string, detail any) error {
	return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, subject, detail)
}

func skuField(i int, name string) string { return fmt.Sprintf("skus[%d].%s", i, name) }
