// Package cataloghttp is the HTTP side of slice catalog: products for the
// console, and the shop window with what a distributor would earn.
package cataloghttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Earn tells what a distributor would get as the seller of one of each SKU, in
// minor units by SKU code; a SKU that pays nothing, or that cannot be told, is
// absent. It may ask a strategy, so it is called outside any transaction.
// distributor is a UUID in its 36-character form.
type Earn func(ctx context.Context, tenant tenancy.ID, distributor string, products []catalog.Product) (map[string]int64, error)

type api struct {
	db     *pg.DB
	stores *registry.Service
	earn   Earn
}

// Routes registers the slice's operations. A nil earn shows nobody what they
// would earn.
func Routes(s *httpapi.Server, db *pg.DB, stores *registry.Service, earn Earn) {
	a := api{db, stores, earn}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Public: permission == "", Summary: summary, Status: status}
	}
	m := httpapi.Merchant
	httpapi.Register(s, m, op("product.list", http.MethodGet, "/products", rbac.ProductRead, "Products, the newest first", 0), a.list)
	httpapi.Register(s, m, op("product.create", http.MethodPost, "/products", rbac.ProductCreate, "Put a product on sale", 201), a.create)
	httpapi.Register(s, m, op("product.get", http.MethodGet, "/products/{id}", rbac.ProductRead, "One product", 0), a.get)
	httpapi.Register(s, m, op("product.change", http.MethodPut, "/products/{id}", rbac.ProductChange, "Rewrite a product; the stock of its SKUs stays", 0), a.change)
	httpapi.Register(s, m, op("product.show", http.MethodPost, "/products/{id}/list", rbac.ProductList, "Show a product to buyers", 0), a.become(catalog.Listed, "product.list"))
	httpapi.Register(s, m, op("product.unlist", http.MethodPost, "/products/{id}/unlist", rbac.ProductUnlist, "Hide a product from buyers", 0), a.become(catalog.Unlisted, "product.unlist"))
	httpapi.Register(s, m, op("product.archive", http.MethodPost, "/products/{id}/archive", rbac.ProductArchive, "Archive a product for good", 0), a.become(catalog.Archived, "product.archive"))
	httpapi.Register(s, m, op("stock.adjust", http.MethodPost, "/skus/{code}/stock", rbac.StockAdjust, "Add to a SKU's stock, or take from it", 0), a.adjust)

	httpapi.Register(s, httpapi.Store, op("product.list", http.MethodGet, "/products", "", "What is on sale", 0), a.window)
	httpapi.Register(s, httpapi.Store, op("product.get", http.MethodGet, "/products/{id}", "", "One product on sale", 0), a.windowItem)
	httpapi.Register(s, httpapi.Store, op("category.list", http.MethodGet, "/categories", "", "The categories on sale", 0), a.categories)
}
