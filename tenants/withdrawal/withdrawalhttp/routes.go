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
	get, post := http.MethodGet, http.MethodPost

	httpapi.Register(s, httpapi.Merchant, op("withdrawal.list", get, "/withdrawals", rbac.WithdrawalRead, "List withdrawals, the newest first", 0), h.list)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.sums", get, "/withdrawals/sums", rbac.WithdrawalRead, "How many stand in each state and what they come to; of what has ended, those of the last 30 days", 0), h.sums)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.approve_many", post, "/withdrawals/approve", rbac.WithdrawalApprove, "Approve several, each by itself and with its own outcome. Saying it again is harmless", 0), h.approveMany)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.reject_many", post, "/withdrawals/reject", rbac.WithdrawalReject, "Refuse several, each by itself and with its own outcome. Saying it again is harmless", 0), h.rejectMany)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.read", get, "/withdrawals/{id}", rbac.WithdrawalRead, "A withdrawal with its way, its tax and whom it pays", 0), h.read)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.approve", post, "/withdrawals/{id}/approve", rbac.WithdrawalApprove, "Let a request be paid; above the store's threshold the second of two people does. Of somebody in debt it is returned instead", 0), h.approve)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.reject", post, "/withdrawals/{id}/reject", rbac.WithdrawalReject, "Refuse a request and give the money back", 0), h.reject)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.send", post, "/withdrawals/{id}/send", rbac.WithdrawalPay, "Begin to pay by hand: the figures are final from here. Of somebody in debt it is returned instead", 0), h.send)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.reveal", post, "/withdrawals/{id}/reveal", rbac.WithdrawalPay, "Whom and where to pay by hand, in clear. Only while it is being paid by hand, and each look is a line of the audit log", 0), h.reveal)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.pay", post, "/withdrawals/{id}/pay", rbac.WithdrawalPay, "Record a payment by hand; of somebody in debt it is returned instead", 0), h.pay)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.fail", post, "/withdrawals/{id}/fail", rbac.WithdrawalPay, "A payment by hand could not be made: the money goes back", 0), h.fail)

	httpapi.Register(s, httpapi.Merchant, op("withdrawal.forfeits", get, "/distributors/{id}/forfeits", rbac.BalanceRead, "What a person who was stopped has forfeited, the newest first", 0), h.forfeits)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.stake", get, "/distributors/{id}/stake", rbac.BalanceRead, "What a person would lose if it were forfeited now", 0), h.stake)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.forfeit", post, "/distributors/{id}/forfeits", rbac.WithdrawalForfeit, "A frozen or banned person forfeits what is available and unsent, with a reason they see", http.StatusCreated), h.forfeit)
	httpapi.Register(s, httpapi.Merchant, op("withdrawal.restore", post, "/forfeits/{id}/restore", rbac.WithdrawalForfeit, "Give back what was forfeited: the decision was overturned", 0), h.restore)

	httpapi.Register(s, httpapi.Store, op("withdrawal.terms", get, "/me/withdrawals/terms", rbac.OwnWithdrawalRead, "What one can know before asking: methods, limits, days, fee, tax", 0), h.terms)
	httpapi.Register(s, httpapi.Store, op("withdrawal.preview", get, "/me/withdrawals/preview", rbac.OwnWithdrawalRead, "What would become of an amount, and why it could not be asked for now", 0), h.preview)
	httpapi.Register(s, httpapi.Store, op("withdrawal.request", post, "/me/withdrawals", rbac.OwnWithdrawalRequest, "Ask for available money. Above what one transfer may carry it becomes several, of which this is the first", http.StatusCreated), h.request)
	httpapi.Register(s, httpapi.Store, op("withdrawal.own", get, "/me/withdrawals", rbac.OwnWithdrawalRead, "List one's own withdrawals, the newest first", 0), h.own)
	httpapi.Register(s, httpapi.Store, op("withdrawal.own.read", get, "/me/withdrawals/{id}", rbac.OwnWithdrawalRead, "A withdrawal of one's own with its way and its tax", 0), h.readOwn)
	httpapi.Register(s, httpapi.Store, op("withdrawal.recall", post, "/me/withdrawals/{id}/cancel", rbac.OwnWithdrawalRequest, "Call off what has not been sent yet", 0), h.recall)

	httpapi.Register(s, httpapi.Store, op("withdrawal.own.forfeits", get, "/me/forfeits", rbac.OwnWithdrawalRead, "What I have lost and what was given back, each with its reason, the newest first", 0), h.ownForfeits)

	httpapi.Register(s, httpapi.Open, op("withdrawal.request_for", post, "/distributors/{external_id}/withdrawals", rbac.WithdrawalRequestFor, "Ask on a distributor's behalf", http.StatusCreated), h.requestFor)
}
