// Package settlementhttp shows statements to staff and to their owners, and
// hands them out as files: reports, statements, vouchers.
package settlementhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/paper"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/settlement"
)

// Config is what the operations need.
type Config struct {
	DB         *pg.DB
	Settlement *settlement.Service
	Commission *commission.Service
	Fonts      *paper.Fonts
	// Store is how the store is called, its currency and in whose days it lives.
	Store func(context.Context, *pg.Tx) (name, currency string, zone *time.Location, err error)
	// Reasons are what movements by hand were for; later slices know.
	Reasons func(context.Context, *pg.Tx, []Cause) (map[Cause]string, error)
}

type handlers struct{ Config }

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, c Config) {
	h := &handlers{c}
	get := func(id, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: http.MethodGet, Path: path, Permission: permission, Summary: summary}
	}
	httpapi.Register(s, httpapi.Merchant, get("statement.periods", "/statements", rbac.StatementRead, "Closed periods, the newest first"), h.periods)
	httpapi.Register(s, httpapi.Merchant, get("statement.now", "/statements/now", rbac.StatementRead, "The open period, and the one whose statements are being made"), h.now)
	httpapi.Register(s, httpapi.Merchant, get("statement.period", "/statements/{period}", rbac.StatementRead, "A closed period: sums by kind, and where the store's accounts stood"), h.period)
	httpapi.Register(s, httpapi.Merchant, get("statement.list", "/statements/{period}/distributors", rbac.StatementRead, "The statements of a closed period"), h.list)
	httpapi.Register(s, httpapi.Merchant, get("statement.report", "/statements/{period}/report", rbac.StatementExport, "The detailed report as CSV: order, line, beneficiary, level, rate, base, amount"), h.report)
	httpapi.Register(s, httpapi.Merchant, get("statement.vouchers", "/statements/{period}/vouchers", rbac.StatementExport, "Vouchers for a finance system as CSV, one a day"), h.vouchers)
	httpapi.Register(s, httpapi.Merchant, get("statement.history", "/distributors/{id}/statements", rbac.StatementRead, "A distributor's statements, the newest first"), h.history)
	httpapi.Register(s, httpapi.Merchant, get("statement.read", "/distributors/{id}/statement", rbac.StatementRead, "A distributor's statement of a closed period"), h.read)
	httpapi.Register(s, httpapi.Merchant, get("statement.lines", "/distributors/{id}/statement/lines", rbac.StatementRead, "Its lines, each with what explains it"), h.lines)
	httpapi.Register(s, httpapi.Merchant, get("statement.csv", "/distributors/{id}/statement/csv", rbac.StatementExport, "A statement as CSV"), h.csv)
	httpapi.Register(s, httpapi.Merchant, get("statement.pdf", "/distributors/{id}/statement/pdf", rbac.StatementExport, "A statement as PDF"), h.pdf)
	httpapi.Register(s, httpapi.Merchant, get("statement.accounts", "/voucher-accounts", rbac.StatementRead, "The codes of vouchers"), h.accounts)
	change := get("statement.accounts.change", "/voucher-accounts", rbac.StatementAccounts, "Change codes of vouchers")
	change.Method = http.MethodPut
	httpapi.Register(s, httpapi.Merchant, change, h.changeAccounts)

	httpapi.Register(s, httpapi.Store, get("me.statements", "/me/statements", rbac.OwnStatementRead, "My statements, the newest first"), h.ownHistory)
	httpapi.Register(s, httpapi.Store, get("me.statement", "/me/statements/{period}", rbac.OwnStatementRead, "My statement of a closed period"), h.ownRead)
	httpapi.Register(s, httpapi.Store, get("me.statement.lines", "/me/statements/{period}/lines", rbac.OwnStatementRead, "Its lines, each with what explains it"), h.ownLines)
	httpapi.Register(s, httpapi.Store, get("me.statement.csv", "/me/statements/{period}/csv", rbac.OwnStatementRead, "My statement as CSV"), h.ownCSV)
	httpapi.Register(s, httpapi.Store, get("me.statement.pdf", "/me/statements/{period}/pdf", rbac.OwnStatementRead, "My statement as PDF"), h.ownPDF)
}
