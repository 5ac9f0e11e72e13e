// Package registryhttp is the HTTP side of slice registry: stores, sessions,
// brand, keys, audit and test clocks, and how a token becomes a caller.
package registryhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/registry"
)

// DueWork does everything that is due in a store by its present time, and
// returns when it is done.
type DueWork func(ctx context.Context, tenant tenancy.ID) error

type api struct {
	registry *registry.Service
	dueWork  DueWork
}

// Routes registers the slice's operations.
func Routes(s *httpapi.Server, svc *registry.Service, dueWork DueWork) {
	a := api{svc, dueWork}

	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Public: permission == "", Summary: summary, Status: status}
	}
	httpapi.Register(s, httpapi.Platform, op("store.sign_up", http.MethodPost, "/stores", "", "Open a store", 201), a.signUp)
	httpapi.Register(s, httpapi.Platform, op("store.list", http.MethodGet, "/stores", rbac.PlatformStoreRead, "Stores, the newest first", 0), a.stores)
	httpapi.Register(s, httpapi.Platform, op("store.get", http.MethodGet, "/stores/{store_id}", rbac.PlatformStoreRead, "One store", 0), a.store)
	clock := op("store.clock", http.MethodPost, "/stores/{store_id}/clock", rbac.PlatformStoreClock, "Move a store's test clock forward and do what is due", 0)
	clock.Timeout = 10 * time.Minute
	httpapi.Register(s, httpapi.Platform, clock, a.moveClock)

	httpapi.Register(s, httpapi.Merchant, op("session.open", http.MethodPost, "/sessions", "", "Log in to the console", 201), a.logIn)
	httpapi.Register(s, httpapi.Merchant, op("session.end", http.MethodDelete, "/sessions/current", rbac.SessionEnd, "Log out", 0), a.logOut)
	httpapi.Register(s, httpapi.Merchant, op("me.get", http.MethodGet, "/me", rbac.MeRead, "Who I am and what I may do", 0), a.staffMe)
	httpapi.Register(s, httpapi.Merchant, op("store.get", http.MethodGet, "/store", rbac.StoreRead, "The store, its brand and its clock", 0), a.ownStore)
	httpapi.Register(s, httpapi.Merchant, op("store.brand", http.MethodPut, "/store/brand", rbac.StoreBrand, "Change how the store looks", 0), a.setBrand)
	httpapi.Register(s, httpapi.Merchant, op("key.list", http.MethodGet, "/api-keys", rbac.KeyRead, "API keys", 0), a.keys)
	httpapi.Register(s, httpapi.Merchant, op("key.create", http.MethodPost, "/api-keys", rbac.KeyCreate, "Make an API key; it is shown once", 201), a.createKey)
	httpapi.Register(s, httpapi.Merchant, op("key.revoke", http.MethodDelete, "/api-keys/{id}", rbac.KeyRevoke, "End an API key", 0), a.revokeKey)
	httpapi.Register(s, httpapi.Merchant, op("staff.list", http.MethodGet, "/staff", rbac.StaffRead, "Who works in this store", 0), a.staff)
	httpapi.Register(s, httpapi.Merchant, op("staff.role", http.MethodPut, "/staff/{id}/role", rbac.StaffRole, "Give somebody another role; nobody changes their own", 0), a.setRole)
	httpapi.Register(s, httpapi.Merchant, op("staff.remove", http.MethodDelete, "/staff/{id}", rbac.StaffRemove, "Remove somebody from the staff and end their sessions", 0), a.removeStaff)
	httpapi.Register(s, httpapi.Merchant, op("invitation.list", http.MethodGet, "/staff-invitations", rbac.StaffRead, "Invitations to the staff, the newest first", 0), a.invitations)
	httpapi.Register(s, httpapi.Merchant, op("invitation.create", http.MethodPost, "/staff-invitations", rbac.StaffInvite, "Invite somebody to the staff; the code is shown once", 201), a.invite)
	httpapi.Register(s, httpapi.Merchant, op("invitation.revoke", http.MethodDelete, "/staff-invitations/{id}", rbac.StaffInvite, "Take an invitation back", 0), a.revokeInvitation)
	httpapi.Register(s, httpapi.Merchant, op("invitation.look", http.MethodPost, "/invited", "", "What a code invites to", 0), a.invited)
	httpapi.Register(s, httpapi.Merchant, op("invitation.join", http.MethodPost, "/joined", "", "Join the staff by a code, and log in", 201), a.join)
	httpapi.Register(s, httpapi.Merchant, op("audit.list", http.MethodGet, "/audit", rbac.AuditRead, "Who did what, the newest first", 0), a.audit)

	httpapi.Register(s, httpapi.Store, op("store.get", http.MethodGet, "/store", "", "The shop's name and looks", 0), a.shop)
	httpapi.Register(s, httpapi.Store, op("session.open", http.MethodPost, "/sessions", "", "Log in to the shop, or register", 201), a.enter)
	httpapi.Register(s, httpapi.Store, op("session.end", http.MethodDelete, "/sessions/current", rbac.SessionEnd, "Log out", 0), a.logOut)
	httpapi.Register(s, httpapi.Store, op("me.get", http.MethodGet, "/me", rbac.MeRead, "Who I am in this shop", 0), a.shopMe)
}
