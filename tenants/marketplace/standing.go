package marketplace

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/registry"
)

// Standing is the platform's word about an executable.
type Standing struct {
	State  State
	Level  registry.Level
	Reason string
}

// BuiltIn is the standing of what came with the platform and has no row.
var BuiltIn = Standing{State: Approved, Level: registry.NotRevoked}

// Standings are those of every executable that somebody sent in, by its hash.
// What is not among them is built in. Any transaction may ask.
func Standings(ctx context.Context, tx *pg.Tx) (map[string]Standing, error) {
	rows, err := pg.Collect[struct {
		Sha256, State, Level, LevelReason string
	}](ctx, tx, `
		select a.sha256, v.state, v.level, v.level_reason
		  from marketplace_artifact a join marketplace_version v on v.id = a.version_id`)
	if err != nil {
		return nil, fmt.Errorf("marketplace: standings: %w", err)
	}
	all := make(map[string]Standing, len(rows))
	for _, r := range rows {
		all[r.Sha256] = Standing{State(r.State), registry.Level(r.Level), r.LevelReason}
	}
	return all, nil
}

// MayChoose refuses what a store may not choose. uses says that the store's
// programme has this very executable in force.
func (s Standing) MayChoose(uses bool) error {
	switch {
	case s.State != Approved:
		return errNotApproved
	case s.Level == registry.NoNewInstalls && !uses:
		return errNoInstalls.With("reason", s.Reason)
	case s.Level == registry.Drain:
		return errDraining.With("reason", s.Reason)
	case s.Level == registry.StopNow:
		return errStopped.With("reason", s.Reason)
	}
	return nil
}
