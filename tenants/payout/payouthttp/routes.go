// Package payouthttp shows staff where payouts stand and what the provider's
// bill says, keeps payout accounts, and hands a payee's phone what it needs to
// confirm. Providers call at /hooks.
package payouthttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/payout"
)

type handlers struct {
	db  *pg.DB
	svc *payout.Service
	cfg Config
}

// Config is the installation's.
type Config struct {
	// Simulate opens an account at a simulator and says how to reach it; nil
	// outside of a demo.
	Simulate func(context.Context) (payout.Settings, error)
	// Confirm is the page of the simulator where a payee confirms; "" for none.
	Confirm string
}

// Routes adds the slice's operations, and the hooks of providers.
func Routes(s *httpapi.Server, db *pg.DB, svc *payout.Service, cfg Config) {
	h := &handlers{db, svc, cfg}
	op := func(id, method, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary}
	}
	get, post, put, m := http.MethodGet, http.MethodPost, http.MethodPut, httpapi.Merchant

	httpapi.Register(s, m, op("payout.list", get, "/payouts", rbac.PayoutRead, "List payouts, the newest first"), h.list)
	httpapi.Register(s, m, op("payout.overview", get, "/payouts/overview", rbac.PayoutRead, "How payouts stand: on their way, in trouble, on hold"), h.overview)
	httpapi.Register(s, m, op("payout.read", get, "/payouts/{id}", rbac.PayoutRead, "A payout with everything that was done and heard"), h.read)
	httpapi.Register(s, m, op("payout.of", get, "/withdrawals/{id}/payout", rbac.PayoutRead, "The payout of a withdrawal"), h.of)
	httpapi.Register(s, m, op("payout.start", post, "/payouts/start", rbac.PayoutSend, "Send what is approved and waits for a click"), h.start)
	httpapi.Register(s, m, op("payout.look", post, "/payouts/{id}/look", rbac.PayoutSend, "Ask the provider now"), h.look)
	httpapi.Register(s, m, op("payout.cancel", post, "/payouts/{id}/cancel", rbac.PayoutSend, "Call a payout back; whether it comes, the provider says"), h.cancel)
	httpapi.Register(s, m, op("payout.give_back", post, "/payouts/{id}/give-back", rbac.PayoutSend, "Give the money back, if the provider cannot pay any more"), h.giveBack)
	httpapi.Register(s, m, op("payout.paid", post, "/payouts/{id}/paid", rbac.PayoutSend, "Record that a person has paid it, with the proof"), h.paid)

	httpapi.Register(s, m, op("payout.methods", get, "/payout-methods", rbac.PayoutRead, "The ways to pay out, and what each needs to know"), h.methods)
	httpapi.Register(s, m, op("payout.accounts", get, "/payout-accounts", rbac.PayoutRead, "The accounts the store pays out of, without their secrets"), h.accounts)
	httpapi.Register(s, m, created(op("payout.account.create", post, "/payout-accounts", rbac.PayoutAccountChange, "Add an account; of a method one is active")), h.createAccount)
	httpapi.Register(s, m, created(op("payout.account.simulate", post, "/payout-accounts/simulated", rbac.PayoutAccountChange, "In a demo: an account at a simulator of WeChat Pay, which pays with nothing")), h.simulate)
	httpapi.Register(s, m, op("payout.account.change", put, "/payout-accounts/{id}", rbac.PayoutAccountChange, "Change an account; a secret left empty stays as it was"), h.changeAccount)

	httpapi.Register(s, m, created(op("payout.batch.create", post, "/payout-batches", rbac.PayoutSend, "Take what waits on its way in one file for the bank")), h.createBatch)
	httpapi.Register(s, m, op("payout.batches", get, "/payout-batches", rbac.PayoutRead, "Files for the bank, the newest first"), h.batches)
	httpapi.Register(s, m, op("payout.batch.file", get, "/payout-batches/{id}/file", rbac.PayoutSend, "The file, the same bytes every time"), h.batchFile)
	httpapi.Register(s, m, op("payout.return", post, "/payout-accounts/{id}/returns", rbac.PayoutSend, "Read the file that came back from the bank"), h.takeReturn)

	httpapi.Register(s, m, op("payout.reconcile", post, "/payout-accounts/{id}/bills", rbac.PayoutReconcile, "Compare our book with the provider's bill: fetched, or a file. Nothing is booked"), h.reconcile)
	httpapi.Register(s, m, op("payout.runs", get, "/payout-runs", rbac.PayoutRead, "Reconciliations, the newest first"), h.runs)
	httpapi.Register(s, m, op("payout.differences", get, "/payout-differences", rbac.PayoutRead, "Differences between our book and the bill, the newest first"), h.differences)
	httpapi.Register(s, m, op("payout.resolve", post, "/payout-differences/{id}/resolve", rbac.PayoutReconcile, "Close a difference with a reason; nothing is booked"), h.resolve)
	httpapi.Register(s, m, op("payout.book", post, "/payout-differences/{id}/book", rbac.PayoutReconcile, "Book a payment that the bill alone knows, to the distributor who got it"), h.book)

	httpapi.Register(s, m, op("payout.hold", post, "/payout-hold", rbac.PayoutHold, "Send nothing until released"), h.hold)
	httpapi.Register(s, m, op("payout.release", post, "/payout-hold/release", rbac.PayoutHold, "Let payouts go on"), h.release)

	httpapi.Register(s, httpapi.Store, op("me.payout", get, "/me/withdrawals/{id}/payout", rbac.OwnWithdrawalRead, "Where the payout of my withdrawal stands, and what my phone needs to confirm it"), h.own)
	h.hooks(s.Fiber())
}

func created(o httpapi.Operation) httpapi.Operation {
	o.Status = http.StatusCreated
	return o
}
