// Package attributionhttp is the HTTP side of attribution: touches,
// applications, and customers with the timeline of who they belong to and why.
package attributionhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/program"
)

type api struct {
	db       *pg.DB
	svc      *attribution.Service
	programs *program.Service
	rulesOf  func(program.Settings) attribution.Rules
	bought   Bought
}

// Bought tells what customers have bought; nil shows nothing. Who has bought
// nothing may be absent. A later step of an order's life knows it.
type Bought func(ctx context.Context, tx *pg.Tx, who []customer.ID) (map[customer.ID]Purchases, error)

// Purchases are one customer's, of orders that were paid.
type Purchases struct {
	Orders int
	Spent  money.Amount // on goods, less refunds
	First  time.Time
}

// Routes registers the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *attribution.Service, programs *program.Service, rulesOf func(program.Settings) attribution.Rules, bought Bought) {
	a := api{db, svc, programs, rulesOf, bought}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}
	httpapi.Register(s, httpapi.Merchant, op("customer.list", http.MethodGet, "/customers", rbac.CustomerRead, "Customers, the newest first, and whose they are", 0), a.customers)
	httpapi.Register(s, httpapi.Merchant, op("customer.get", http.MethodGet, "/customers/{id}", rbac.CustomerRead, "One customer with every touch and bind", 0), a.customer)

	httpapi.Register(s, httpapi.Store, op("touch.record", http.MethodPost, "/touches", rbac.OwnTouch, "I opened a distributor's link", 0), a.ownTouch)
	httpapi.Register(s, httpapi.Store, op("application.create", http.MethodPost, "/applications", rbac.OwnApplication, "I want to become a distributor", 201), a.apply)
	httpapi.Register(s, httpapi.Store, op("me.customers", http.MethodGet, "/me/customers", rbac.OwnCustomerRead, "My customers", 0), a.ownCustomers)

	httpapi.Register(s, httpapi.Open, op("touch.record", http.MethodPost, "/touches", rbac.TouchRecord, "A buyer opened a distributor's link elsewhere", 0), a.reportTouch)
}

// rules are the store's as they are now.
func (a api) rules(ctx context.Context, tx *pg.Tx) (attribution.Rules, error) {
	now, err := a.programs.InForce(ctx, tx, tx.Now())
	return a.rulesOf(now.Settings), err
}

func (a api) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return a.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}
