// Package withdrawalhttp shows withdrawals to staff and to their owners, and
// takes requests from owners and, on their behalf, from the shop's system.
package withdrawalhttp

import (
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type handlers struct {
	db  *pg.DB
	svc *withdrawal.Service
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *withdrawal.Service) {
	h := &handlers{db, svc}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}

	httpapi.Register(s, httpapi.Merchant, op("withdrawal.list", http.MethodGet, "/withdrawals", rbac.WithdrawalRead, "List withdrawals, the newest first", 0), h.list)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.approve", http.MethodPost, "/withdrawals/{id}/approve", rbac.WithdrawalApprove, "Let a request be paid; of somebody in debt it is returned instead", 0), h.approve)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.reject", http.MethodPost, "/withdrawals/{id}/reject", rbac.WithdrawalReject, "Refuse a request and give the money back", 0), h.reject)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.pay", http.MethodPost, "/withdrawals/{id}/pay", rbac.WithdrawalPay, "Record a payment by hand; of somebody in debt it is returned instead", 0), h.pay)

	httpapi.Register(s, httpapi.Store, op("withdrawal.request", http.MethodPost, "/me/withdrawals", rbac.OwnWithdrawalRequest, "Ask for available money", http.StatusCreated), h.request)
	httpapi.Register(s, httpapi.Store, op("withdrawal.preview", http.MethodGet, "/me/withdrawals/preview", rbac.OwnWithdrawalRead, "What would become of an amount", 0), h.preview)
	httpapi.Register(s, httpapi.Store, op("withdrawal.own", http.MethodGet, "/me/withdrawals", rbac.OwnWithdrawalRead, "List one's own withdrawals, the newest first", 0), h.own)

	httpapi.Register(s, httpapi.Open, op("withdrawal.request_for", http.MethodPost, "/distributors/{external_id}/withdrawals", rbac.WithdrawalRequestFor, "Ask on a distributor's behalf", http.StatusCreated), h.requestFor)
}
