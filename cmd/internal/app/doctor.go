package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/fenli-io/fenli/migrations"
	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/insight"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/payout"
)

// Finding is something the doctor did not like.
type Finding struct {
	Store string // slug; "" is the platform
	What  string
}

// Doctor examines the database's walls and then every store: the journal
// against its balances, its numbers and the newest of its hashes (`fenli ledger
// verify` makes them all again), its statements against the journal, every order against what Reconcile computes from
// scratch, sums against awards, and the boards in Redis against the sums.
// seen hears each store's slug as its examination ends.
func (a *App) Doctor(ctx context.Context, seen func(slug string)) ([]Finding, error) {
	walls, err := migrations.Audit(ctx, a.DB.Pool())
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, w := range walls {
		found = append(found, Finding{What: w})
	}
	for before := (tenancy.ID{}); ; {
		page, err := a.Registry.Stores(ctx, before, 100)
		if err != nil {
			return nil, err
		}
		for _, store := range page {
			list, err := a.examine(ctx, store.ID)
			if err != nil {
				return nil, fmt.Errorf("app: doctor: %s: %w", store.Slug, err)
			}
			for _, what := range list {
				found = append(found, Finding{store.Slug, what})
			}
			seen(store.Slug)
		}
		if len(page) < 100 {
			return found, nil
		}
		before = page[len(page)-1].ID
	}
}

// examine looks at one store. Waiting orders are reported by why they wait:
// they are not wrong, but somebody should know.
func (a *App) examine(ctx context.Context, tenant tenancy.ID) (found []string, err error) {
	if err := a.Boards.Flush(ctx, tenant); err != nil { // what the flusher would do within a second
		return nil, err
	}
	err = a.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		for _, check := range []func(context.Context, *pg.Tx) ([]string, error){
			ledger.Check, a.Commission.Check, adjustment.Check, payout.Check, insight.Check, stranded,
		} {
			list, err := check(ctx, tx)
			if err != nil {
				return err
			}
			found = append(found, list...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sealed, err := a.Journal.Quick(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for _, f := range sealed {
		found = append(found, "journal: "+f.String())
	}
	statements, err := a.Settlement.Check(ctx, tenant)
	if err != nil {
		return nil, err
	}
	found = append(found, statements...)
	boards, err := a.Boards.Check(ctx, tenant)
	return append(found, boards...), err
}

// stranded finds work rows that could be tried now and that nobody takes.
func stranded(ctx context.Context, tx *pg.Tx) ([]string, error) {
	changes, err := order.Noted(ctx, tx, clock.Real(), 1000)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, c := range changes {
		why := "no lane has looked at it yet"
		if c.BlockedCode != "" {
			why = fmt.Sprintf("tried %d times: %s", c.Attempts, c.BlockedCode)
		}
		found = append(found, fmt.Sprintf("order %s has changed and waits: %s", c.OrderID, why))
	}
	return found, nil
}

// Strategy is how an installed strategy fares when the doctor starts it.
type Strategy struct {
	ID, Version string
	Artifact    string
	State       string // as the host says: "serving", "crashed", "quarantined", "revoked" …
	Resident    int64  // bytes
	Problem     string // why it does not serve
}

// Strategies starts every installed strategy and tells how it is. What was
// idle is left to stop by itself.
func (a *App) Strategies(ctx context.Context) (list []Strategy) {
	for _, known := range a.Host.Artifacts() {
		s := Strategy{ID: known.ID, Version: known.Version, Artifact: known.SHA256}
		if err := a.Host.Warm(ctx, known.SHA256); err != nil {
			s.Problem = err.Error()
		}
		now := a.Host.Status(known.SHA256)
		s.State, s.Resident = now.State, now.Resident
		list = append(list, s)
	}
	return list
}

// SandboxLevel is how tightly this machine can hold strategies, and what it
// lacks for more.
func SandboxLevel() string {
	report := host.SandboxReport()
	return strings.Join(append([]string{report.Level.String()}, report.Notes...), "; ")
}
