package migrations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Querier is a connection or a pool: Audit only reads the catalog, so any role
// may run it.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// platformTables carry no tenant. Whatever else has no tenant_id is a finding.
// A trailing % covers a family.
var platformTables = []string{
	"registry_store", "registry_host", "registry_person",
	"program_artifact",
	"marketplace_%",
	"commission_chance",                            // a strategy's, and no store's
	"payer_entity", "payer_method", "payer_income", // a legal entity's, behind a wall of its own
	"fenli_migration", // goose
	"river_%",         // job arguments are ids only, the worker re-reads within the store
}

// payerTables belong to a legal entity that several stores may share: no store
// is named there, the payer is.
var payerTables = []string{"payer_entity", "payer_method", "payer_income"}

// appendOnly tables keep what was once written: the product inserts and
// selects.
var appendOnly = []string{
	"ledger_movement", "ledger_seal", "ledger_head", "commission_decision", "commission_period_award", "program_revision", "program_cancelled",
	"order_number", "attribution_touch", "registry_audit", "dispute_entry", "grading_run", "grading_change", "payee_profile", "payee_account", "withdrawal_event",
	"settlement_period", "settlement_statement", "settlement_day",
}

// sweeps are the tables in which fenli_platform may see every store's rows,
// each with the one caller that needs it.
var sweeps = []struct{ Table, Caller string }{
	{"httpapi_idempotency", "httpapi: finds stores with answers to forget; the answers themselves are not granted"},
	{"order_change", "commission: finds stores whose lane has work"},
	{"order_due", "order: finds stores whose unpaid orders close or whose parcels count as received"},
	{"commission_award", "settlement: finds stores in which something has matured"},
	{"commission_mark", "settlement: compares what has matured with the store's mark"},
	{"program_revision", "program: tells operators which stores use a version of a strategy; its settings and configuration are not granted"},
	{"ledger_unsealed", "ledger: finds stores whose journal has entries to number"},
	{"leaderboard_dirty", "leaderboard: finds stores whose boards lag behind"},
	{"program_canary", "trial: finds stores that try a candidate, to watch over it"},
	{"grading_store", "grading: finds stores whose day is over"},
	{"settlement_calendar", "settlement: finds stores in which a period may have closed"},
	{"settlement_making", "settlement: finds stores whose statements are being made"},
	{"payout_account", "payout: finds stores that pay by a provider, to look for a restore"},
	{"payout_due", "payout: finds stores with a transfer to look at"},
	{"trial_run", "trial: finds stores in which a trial waits to be gone on with"},
}

// definers are the functions that run with their owner's rights.
var definers = []string{"fenli_open_month"}

// Audit walks the catalog and describes, one sentence each, what the rules of
// tenancy forbid; nothing means that no row of one store can be read, written
// or referenced by another, as far as the schema decides it.
func Audit(ctx context.Context, db Querier) ([]string, error) {
	swept := make([]string, len(sweeps))
	for i, s := range sweeps {
		swept[i] = s.Table
	}
	lists := pgx.NamedArgs{"platform": platformTables, "payers": payerTables, "append_only": appendOnly, "sweeps": swept, "definers": definers}

	var findings []string
	for _, rule := range rules {
		rows, err := db.Query(ctx, catalog+rule.sql, lists)
		if err != nil {
			return nil, fmt.Errorf("migrations: audit: %s: %w", rule.name, err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("migrations: audit: %s: %w", rule.name, err)
		}
		findings = append(findings, found...)
	}
	return findings, nil
}
