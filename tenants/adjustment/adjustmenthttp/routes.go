// Package adjustmenthttp lets staff give and take money by hand, with a second
// person where the store asks for one, and shows distributors what was done.
package adjustmenthttp

import (
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/adjustment"
)

type handlers struct {
	db     *pg.DB
	svc    *adjustment.Service
	stores adjustment.Stores
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *adjustment.Service, stores adjustment.Stores) {
	h := &handlers{db, svc, stores}
	op := func(id, method, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary}
	}
	get, post := http.MethodGet, http.MethodPost

	httpapi.Register(s, httpapi.Merchant, op("adjustment.list", get, "/adjustments", rbac.AdjustmentRead, "Bonuses and deductions by hand, the newest first"), h.list)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.read", get, "/adjustments/{id}", rbac.AdjustmentRead, "One bonus or deduction"), h.read)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.preview", post, "/adjustments/preview", rbac.AdjustmentPropose, "What would become of the balance and the budget; nothing is written"), h.preview)
	proposed := op("adjustment.propose", post, "/adjustments", rbac.AdjustmentPropose, "Give or take by hand. What is more than the store's threshold waits for a second person")
	proposed.Status = http.StatusCreated
	httpapi.Register(s, httpapi.Merchant, proposed, h.propose)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.approve", post, "/adjustments/{id}/approve", rbac.AdjustmentApprove, "Book what another person has proposed"), h.approve)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.refuse", post, "/adjustments/{id}/refuse", rbac.AdjustmentApprove, "Refuse what another person has proposed"), h.refuse)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.withdraw", post, "/adjustments/{id}/withdraw", rbac.AdjustmentPropose, "Take back one's own proposal"), h.withdraw)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.rules", get, "/adjustment-rules", rbac.AdjustmentRead, "The budget, what of it is left, and what needs a second person"), h.rules)
	httpapi.Register(s, httpapi.Merchant, op("adjustment.rules.change", http.MethodPut, "/adjustment-rules", rbac.AdjustmentRules, "Change the budget and what needs a second person"), h.changeRules)

	httpapi.Register(s, httpapi.Store, op("me.adjustments", get, "/me/adjustments", rbac.OwnAwardRead, "What was given to me or taken by hand, the newest first"), h.own)
}
