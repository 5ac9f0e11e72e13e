// Package payeehttp lets people say who they are and where they want their
// money, and shows staff the masked answer.
package payeehttp

import (
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/payee"
)

type handlers struct {
	db  *pg.DB
	svc *payee.Service
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *payee.Service) {
	h := &handlers{db, svc}
	op := func(id, method, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary}
	}
	httpapi.Register(s, httpapi.Merchant, op("payee.read", http.MethodGet, "/distributors/{id}/payee", rbac.PayeeRead, "Whom a distributor's withdrawals pay, masked, with every revision"), h.read)

	httpapi.Register(s, httpapi.Store, op("me.payee", http.MethodGet, "/me/payee", rbac.OwnPayeeRead, "Who I am as a payee, and my accounts, masked"), h.own)
	httpapi.Register(s, httpapi.Store, op("me.payee.identify", http.MethodPut, "/me/payee", rbac.OwnPayeeChange, "Enter my real name, or my business. Another name, number or phone pauses payouts for 72 hours"), h.identify)
	httpapi.Register(s, httpapi.Store, op("me.payee.account", http.MethodPut, "/me/payee/accounts/{channel}", rbac.OwnPayeeChange, "Enter an account to be paid on. Another one pauses payouts for 72 hours"), h.payTo)

	httpapi.Register(s, httpapi.Open, op("payee.sync", http.MethodPut, "/distributors/{external_id}/payee", rbac.PayeeSync, "Enter a distributor's identity and accounts, as the shop knows them"), h.sync)
}
