package app

import (
	"context"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
)

// RecordedDecision reads one decision of a store and the strategy that made
// it. It reads and starts nothing: no strategy, no worker.
func RecordedDecision(ctx context.Context, g *Ground, slug string, which order.ID) (r commission.Recorded, by program.Artifact, err error) {
	clk := &registry.Clock{}
	db, err := pg.Open(ctx, g.DatabaseURL, clk)
	if err != nil {
		return r, by, err
	}
	defer db.Close()
	clk.Attach(db.Pool())
	store, err := registry.New(db, registry.Config{Clock: clk}).BySlug(ctx, slug)
	if err != nil {
		return r, by, err
	}
	programs := program.New(db, nil)
	decided := commission.New(db, programs, nil, nil, clock.Real())
	err = db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		if r, err = decided.Recorded(ctx, tx, which); err != nil || r.Artifact == "" {
			return err
		}
		by, err = programs.Artifact(ctx, tx, r.Artifact)
		return err
	})
	return r, by, err
}
