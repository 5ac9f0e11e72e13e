// Package commissionhttp says who earns what and why: to staff, to the shop's
// own system, and to each distributor about their own.
package commissionhttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/catalog/cataloghttp"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/order/orderhttp"
	"github.com/fenli-io/fenli/tenants/program"
)

// Config is what the routes need.
type Config struct {
	DB         *pg.DB
	Commission *commission.Service
	Orders     *order.Service
	Programs   *program.Service

	// Currency is the store's one currency.
	Currency func(ctx context.Context, tx *pg.Tx) (string, error)
}

type handlers struct{ Config }

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, c Config) {
	h := &handlers{c}
	op := func(id, method, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary}
	}
	get, post := http.MethodGet, http.MethodPost

	httpapi.Register(s, httpapi.Merchant, op("commission.explain", get, "/orders/{id}/commission", rbac.CommissionRead, "Who earns what for an order, and why; who does not, and why not"), h.explain)
	httpapi.Register(s, httpapi.Merchant, op("commission.alternatives", get, "/orders/{id}/commission/alternatives", rbac.CommissionRead, "What would have earned the people of an order more: the strategy is asked again with one thing changed; nothing is written"), h.alternatives)
	httpapi.Register(s, httpapi.Merchant, op("commission.case", get, "/orders/{id}/commission/case", rbac.CommissionRead, "The decision as a test case that names nobody"), h.recorded)
	httpapi.Register(s, httpapi.Merchant, op("commission.awards", get, "/awards", rbac.CommissionRead, "Awards, those of the newest orders first"), h.awards)
	httpapi.Register(s, httpapi.Merchant, op("commission.awards_of", get, "/distributors/{id}/awards", rbac.CommissionRead, "A distributor's awards"), h.awardsOf)
	httpapi.Register(s, httpapi.Merchant, op("commission.debts_of", get, "/distributors/{id}/debts", rbac.CommissionRead, "How a distributor came to owe, and how it was netted, the newest first"), h.debtsOf)
	httpapi.Register(s, httpapi.Merchant, op("commission.awaiting", get, "/awaiting", rbac.CommissionRead, "Orders that wait for a decision, and why"), h.awaiting)
	httpapi.Register(s, httpapi.Merchant, op("commission.retry", post, "/awaiting/retry", rbac.CommissionRetry, "Try every waiting order again now"), h.retry)
	httpapi.Register(s, httpapi.Merchant, op("program.preview", post, "/program/preview", rbac.ProgramPreview, "What a draft would give for sample orders; nothing is written"), h.preview)

	httpapi.Register(s, httpapi.Merchant, op("program.diff", post, "/program/diff", rbac.ProgramPreview, "What a draft would change on the store's own newest orders; nothing is written"), h.moneyDiff)
	httpapi.Register(s, httpapi.Merchant, op("program.worst_case", post, "/program/worst-case", rbac.ProgramPreview, "The orders that a draft would cost most, searched among orders that never were"), h.worstCases)
	httpapi.Register(s, httpapi.Merchant, op("commission.replay", post, "/orders/{id}/commission/replay", rbac.TrialRun, "Ask the strategy that decided once more and compare, to the byte; nothing is written"), h.replay)

	httpapi.Register(s, httpapi.Merchant, op("period.list", get, "/periods", rbac.PeriodRead, "Closed and held months, the newest first"), h.periods)
	httpapi.Register(s, httpapi.Merchant, op("period.read", get, "/periods/{period}", rbac.PeriodRead, "Who gets what of a closed month, and why"), h.period)
	httpapi.Register(s, httpapi.Merchant, op("period.close", post, "/periods/{period}/close", rbac.PeriodClose, "Close a month that is over: what the plan pays beyond its orders becomes available. Closing again changes nothing"), h.closePeriod)

	httpapi.Register(s, httpapi.Open, op("commission.explain", get, "/orders/{source}/{external_id}/commission", rbac.CommissionRead, "Who earns what for an order, and why"), h.explainReported)

	httpapi.Register(s, httpapi.Store, op("me.awards", get, "/me/awards", rbac.OwnAwardRead, "My awards, those of the newest orders first"), h.own)
	httpapi.Register(s, httpapi.Store, op("me.award", get, "/me/awards/{order_id}", rbac.OwnAwardRead, "What I earn for an order and why, or why nothing"), h.ownOf)
	httpapi.Register(s, httpapi.Store, op("me.debts", get, "/me/debts", rbac.OwnAwardRead, "What I owe because of which refunds, and how it was netted, the newest first"), h.ownDebts)
	httpapi.Register(s, httpapi.Store, op("me.alternatives", get, "/me/awards/{order_id}/alternatives", rbac.OwnAwardRead, "What would have earned me more for an order"), h.ownAlternatives)
	httpapi.Register(s, httpapi.Store, op("me.periods", get, "/me/periods", rbac.OwnAwardRead, "What closed months gave me beyond my orders, and why"), h.ownPeriods)
}

// Earned tells the lists of orders what became of their commission.
func Earned(ctx context.Context, tx *pg.Tx, orders []order.Order, payee distributor.ID) (map[order.ID]orderhttp.Earned, error) {
	totals, err := commission.Totals(ctx, tx, orders, payee)
	earned := make(map[order.ID]orderhttp.Earned, len(totals))
	for o, t := range totals {
		earned[o] = orderhttp.Earned{State: string(t.State), Total: t.Standing}
	}
	return earned, err
}

// Earn is what the shop window asks for a distributor who looks at it.
func Earn(svc *commission.Service) cataloghttp.Earn {
	return func(ctx context.Context, tenant tenancy.ID, who string, products []catalog.Product) (map[string]int64, error) {
		var id distributor.ID
		if err := id.Scan(who); err != nil {
			return nil, err
		}
		return svc.Earn(ctx, tenant, id, products)
	}
}
