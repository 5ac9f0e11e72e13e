// Package trialhttp lets staff try programmes on the store's own orders, prove
// what was decided, and let some teams try a candidate first.
package trialhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/trial"
)

// Config is what the routes need.
type Config struct {
	DB         *pg.DB
	Trials     *trial.Service
	Commission *commission.Service
	Programs   *program.Service

	// Currency is the store's one currency.
	Currency func(ctx context.Context, tx *pg.Tx) (string, error)
}

type handlers struct{ Config }

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, c Config) {
	h := &handlers{c}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}
	const get, post, made = http.MethodGet, http.MethodPost, http.StatusCreated

	httpapi.Register(s, httpapi.Merchant, op("trial.backtest", post, "/trials/backtests", rbac.TrialRun, "Try a draft on the orders paid within a period", made), h.backtest)
	httpapi.Register(s, httpapi.Merchant, op("trial.prove", post, "/trials/proofs", rbac.TrialRun, "Ask again about everything decided for a month, and hold it against the journal", made), h.prove)
	httpapi.Register(s, httpapi.Merchant, op("trial.shadow", post, "/trials/shadows", rbac.TrialRun, "Let a draft run beside the programme in force; it pays nothing", made), h.shadow)
	httpapi.Register(s, httpapi.Merchant, op("trial.list", get, "/trials", rbac.TrialRead, "Trials, the newest first", 0), h.list)
	httpapi.Register(s, httpapi.Merchant, op("trial.read", get, "/trials/{id}", rbac.TrialRead, "A trial, how far it is and what it has found", 0), h.read)
	httpapi.Register(s, httpapi.Merchant, op("trial.cancel", post, "/trials/{id}/cancel", rbac.TrialRun, "End a trial; what it has found stands. So a shadow ends", 0), h.cancel)
	httpapi.Register(s, httpapi.Merchant, op("trial.resume", post, "/trials/{id}/resume", rbac.TrialRun, "Go on with a trial that was cancelled or has failed, from where it stood", 0), h.resume)
	httpapi.Register(s, httpapi.Merchant, op("trial.people", get, "/trials/{id}/people", rbac.TrialRead, "Who would get more, or less, the most first", 0), h.people)
	httpapi.Register(s, httpapi.Merchant, op("trial.orders", get, "/trials/{id}/orders", rbac.TrialRead, "The trial's orders, in the store's order of money", 0), h.orders)
	csv := op("trial.csv", get, "/trials/{id}/orders.csv", rbac.TrialRead, "The trial's orders as a table", 0)
	csv.Timeout = time.Minute
	httpapi.Register(s, httpapi.Merchant, csv, h.csv)

	httpapi.Register(s, httpapi.Merchant, op("canary.start", post, "/program/canaries", rbac.CanaryRun, "Let a share of the teams try a draft first", made), h.startCanary)
	httpapi.Register(s, httpapi.Merchant, op("canary.list", get, "/program/canaries", rbac.ProgramRead, "Small-scale tries, the newest first", 0), h.canaries)
	httpapi.Register(s, httpapi.Merchant, op("canary.read", get, "/program/canaries/{id}", rbac.ProgramRead, "A small-scale try and how it has come out so far", 0), h.canary)
	httpapi.Register(s, httpapi.Merchant, op("canary.ramp", post, "/program/canaries/{id}/ramp", rbac.CanaryRun, "Let more teams try, or go on after a pause", 0), h.ramp)
	httpapi.Register(s, httpapi.Merchant, op("canary.pause", post, "/program/canaries/{id}/pause", rbac.CanaryRun, "Place new orders as everybody's until it goes on", 0), h.pause)
	httpapi.Register(s, httpapi.Merchant, op("canary.stop", post, "/program/canaries/{id}/stop", rbac.CanaryRun, "End it: new orders are everybody's, those placed keep what they have", 0), h.stop)
	httpapi.Register(s, httpapi.Merchant, op("canary.promote", post, "/program/canaries/{id}/promote", rbac.CanaryRun, "Put the candidate in force for everybody", 0), h.promote)
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.DB.Within(ctx, httpapi.TenantOf(ctx), fn)
}

// author is who asks, by name where there is one.
func author(ctx context.Context) string {
	c := httpapi.CallerOf(ctx)
	if c.Name != "" {
		return c.Name
	}
	return c.Actor
}
