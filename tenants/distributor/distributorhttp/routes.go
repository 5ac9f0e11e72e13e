// Package distributorhttp is the HTTP side of slice distributor: the people of
// a store for the console, their own link and team for themselves, and
// synchronising by the merchant's own ids.
package distributorhttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Sales is what a distributor sold in the last 30 days, less refunds.
type Sales struct {
	Net    int64 // minor units
	Orders int
}

// Outside is what the pages show and this slice does not know.
type Outside struct {
	// Sales reads the last 30 days of each; nil shows zeros.
	Sales func(ctx context.Context, tx *pg.Tx, who []distributor.ID) (map[distributor.ID]Sales, error)

	// Link is the address of the shop with a distributor's code, and of the
	// page that recruits for them.
	Link func(ctx context.Context, tenant tenancy.ID, code string) (shop, recruit string, err error)
}

type api struct {
	db           *pg.DB
	distributors *distributor.Service
	programs     *program.Service
	stores       *registry.Service
	outside      Outside
}

// Routes registers the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *distributor.Service, programs *program.Service, stores *registry.Service, outside Outside) {
	a := api{db, svc, programs, stores, outside}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}
	m := httpapi.Merchant
	httpapi.Register(s, m, op("distributor.list", http.MethodGet, "/distributors", rbac.DistributorRead, "Distributors, the newest first", 0), a.list)
	httpapi.Register(s, m, op("distributor.create", http.MethodPost, "/distributors", rbac.DistributorCreate, "Add a distributor who is active at once", 201), a.create)
	httpapi.Register(s, m, op("distributor.get", http.MethodGet, "/distributors/{id}", rbac.DistributorRead, "One distributor", 0), a.get)
	httpapi.Register(s, m, op("distributor.approve", http.MethodPost, "/distributors/{id}/approve", rbac.DistributorApprove, "Let an applicant sell", 0), a.approve)
	httpapi.Register(s, m, op("distributor.reject", http.MethodPost, "/distributors/{id}/reject", rbac.DistributorReject, "Refuse an applicant, with the reason they will see", 0), a.stop(distributor.Rejected, "distributor.reject", distributor.Applied))
	httpapi.Register(s, m, op("distributor.freeze", http.MethodPost, "/distributors/{id}/freeze", rbac.DistributorFreeze, "Stop a distributor from earning for a while", 0), a.stop(distributor.Frozen, "distributor.freeze", distributor.Active))
	httpapi.Register(s, m, op("distributor.unfreeze", http.MethodPost, "/distributors/{id}/unfreeze", rbac.DistributorUnfreeze, "Let a frozen distributor earn again", 0), a.unfreeze)
	httpapi.Register(s, m, op("distributor.ban", http.MethodPost, "/distributors/{id}/ban", rbac.DistributorBan, "Kill a distributor's links and release the customers", 0), a.stop(distributor.Banned, "distributor.ban", distributor.Active, distributor.Frozen))
	httpapi.Register(s, m, op("distributor.move", http.MethodPut, "/distributors/{id}/upline", rbac.DistributorMove, "Put a distributor, with the whole team below, under another upline", 0), a.move)
	httpapi.Register(s, m, op("distributor.grade", http.MethodPut, "/distributors/{id}/grade", rbac.DistributorGrade, "Set a distributor's grade by hand", 0), a.grade)
	httpapi.Register(s, m, op("distributor.lead", http.MethodPut, "/distributors/{id}/lead", rbac.DistributorPost, "Make a distributor a team lead, or end it, for later orders", 0), a.lead)
	httpapi.Register(s, m, op("distributor.partners", http.MethodGet, "/region-partners", rbac.DistributorRead, "Regions that have a city partner", 0), a.partners)
	httpapi.Register(s, m, op("distributor.partner", http.MethodPut, "/region-partners", rbac.DistributorPost, "Give a region to a city partner, or to nobody, for later orders", 0), a.setPartner)
	httpapi.Register(s, m, op("distributor.team", http.MethodGet, "/distributors/{id}/team", rbac.DistributorRead, "Those below a distributor at one depth, with counts", 0), a.team)
	httpapi.Register(s, m, op("distributor.tree", http.MethodGet, "/tree", rbac.DistributorRead, "One level of the store's tree, with counts", 0), a.tree)
	httpapi.Register(s, m, op("distributor.movements", http.MethodGet, "/distributors/{id}/movements", rbac.BalanceRead, "A distributor's journal, the newest first", 0), a.movements)

	httpapi.Register(s, httpapi.Open, op("distributor.sync", http.MethodPut, "/distributors/{external_id}", rbac.DistributorSync, "Create or change a distributor by the merchant's own id", 0), a.sync)
	httpapi.Register(s, httpapi.Open, op("distributor.balance", http.MethodGet, "/distributors/{external_id}/balance", rbac.BalanceRead, "What a distributor has: held, available, reserved, debt, paid", 0), a.balance)

	httpapi.Register(s, httpapi.Store, op("me.link", http.MethodGet, "/me/link", rbac.OwnLinkRead, "My link, as address and QR code", 0), a.ownLink)
	httpapi.Register(s, httpapi.Store, op("me.balance", http.MethodGet, "/me/balance", rbac.OwnBalanceRead, "What I have, and my points", 0), a.ownBalance)
	httpapi.Register(s, httpapi.Store, op("me.team", http.MethodGet, "/me/team", rbac.OwnTeamRead, "Those below me, with counts", 0), a.ownTeam)
}
