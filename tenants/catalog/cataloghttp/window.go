package cataloghttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/catalog"
)

type windowRequest struct {
	httpapi.PageQuery
	Category string `query:"category" maxLength:"200" doc:"A path, with everything below it"`
	Query    string `query:"q" maxLength:"100"`
}

type windowAnswer struct{ Body httpapi.Page[WindowItem] }

func (a api) window(ctx context.Context, in *windowRequest) (*windowAnswer, error) {
	page, currency, err := a.page(ctx, in.PageQuery, catalog.Filter{State: catalog.Listed, Category: in.Category, Query: in.Query})
	if err != nil {
		return nil, err
	}
	earns, err := a.earns(ctx, page.Items)
	if err != nil {
		return nil, err
	}
	return &windowAnswer{httpapi.MapPage(page, func(p catalog.Product) WindowItem { return windowShape(p, currency, earns) })}, nil
}

func (a api) windowItem(ctx context.Context, in *ProductRequest) (*struct{ Body WindowItem }, error) {
	var p catalog.Product
	currency, err := a.within(ctx, func(ctx context.Context, tx *pg.Tx, _ string) (err error) {
		if p, err = catalog.Get(ctx, tx, in.ID); err == nil && p.State != catalog.Listed {
			err = catalog.ErrUnknown // to a buyer it is not there
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	earns, err := a.earns(ctx, []catalog.Product{p})
	if err != nil {
		return nil, err
	}
	return &struct{ Body WindowItem }{windowShape(p, currency, earns)}, nil
}

// earns asks only for a distributor: buyers see no commission.
func (a api) earns(ctx context.Context, products []catalog.Product) (map[string]int64, error) {
	who := httpapi.CallerOf(ctx).Distributor
	if who == "" || a.earn == nil || len(products) == 0 {
		return nil, nil
	}
	return a.earn(ctx, httpapi.TenantOf(ctx), who, products)
}

type categoriesAnswer struct {
	Body struct {
		Items []string `json:"items"`
	}
}

func (a api) categories(ctx context.Context, _ *struct{}) (*categoriesAnswer, error) {
	out := &categoriesAnswer{}
	err := a.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body.Items, err = catalog.Categories(ctx, tx)
		return err
	})
	if out.Body.Items == nil {
		out.Body.Items = []string{}
	}
	return out, err
}
