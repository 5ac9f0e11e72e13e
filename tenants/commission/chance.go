package commission

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/order"
)

// A strategy is shared, and any merchant may ask that it be tried again: what
// crashes again is left alone twice as long each time. Chances that were long
// ago are forgotten.
const (
	chancePause  = 30 * time.Second
	chancesFade  = time.Hour
	longestPause = 10 * time.Minute
)

// chance is what is known of a strategy that has crashed.
type chance struct {
	Artifact  string
	CrashedAt time.Time
	GivenAt   *time.Time
	NextAt    *time.Time
	InRow     int
}

// failed tells whether the strategy has crashed since its last chance.
func (c chance) failed() bool { return c.GivenAt == nil || c.CrashedAt.After(*c.GivenAt) }

// give makes the next chance one at the given instant.
func (c chance) give(now time.Time) chance {
	if c.GivenAt != nil && now.Sub(*c.GivenAt) > chancesFade {
		c.InRow = 0
	}
	next := now.Add(min(chancePause<<min(c.InRow, 10), longestPause))
	c.GivenAt, c.NextAt = &now, &next
	c.InRow++
	return c
}

// ForgiveStrategies gives the strategies that the store's waiting orders need
// another chance, also one in quarantine. One whose last chance failed a moment
// ago gets none, and then nothing is done at all: the fault says when.
func (s *Service) ForgiveStrategies(ctx context.Context, tenant tenancy.ID) error {
	needed, zone, err := s.strategiesInNeed(ctx, tenant)
	if err != nil || len(needed) == 0 {
		return err
	}
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		troubled, err := pg.Collect[chance](ctx, tx, `
			select artifact, crashed_at, given_at, next_at, in_row from commission_chance
			 where artifact = any($1) order by artifact for update`, slices.Sorted(maps.Keys(needed)))
		if err != nil {
			return fmt.Errorf("commission: chances: %w", err)
		}
		for _, c := range troubled {
			if !c.failed() {
				continue // it is just being tried
			}
			if c.NextAt != nil && tx.Now().Before(*c.NextAt) {
				return errRetryLater.With("strategy", needed[c.Artifact]).With("at", c.NextAt.In(zone).Format(time.DateTime))
			}
			c = c.give(tx.Now())
			if _, err := tx.Exec(ctx, `update commission_chance set given_at = $2, next_at = $3, in_row = $4 where artifact = $1`,
				c.Artifact, c.GivenAt, c.NextAt, c.InRow); err != nil {
				return fmt.Errorf("commission: give a chance: %w", err)
			}
		}
		return nil
	})
}

// strategiesInNeed are those that the store's waiting orders were frozen with,
// by artifact, and the store's zone.
func (s *Service) strategiesInNeed(ctx context.Context, tenant tenancy.ID) (needed map[string]string, zone *time.Location, err error) {
	needed = map[string]string{}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, zone, err = s.stores.Money(ctx, tx); err != nil {
			return err
		}
		waiting, err := order.Waiting(ctx, tx, order.ID{}, 1000)
		if err != nil {
			return err
		}
		ids := make([]order.ID, len(waiting))
		for i, c := range waiting {
			ids[i] = c.OrderID
		}
		orders, err := order.Load(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, o := range orders {
			rev, err := s.programs.Revision(ctx, tx, o.Revision)
			if err != nil {
				return err
			}
			needed[rev.Artifact] = rev.Strategy
		}
		return nil
	})
	return needed, zone, err
}

// NoteTrouble keeps that strategies crashed, by artifact.
func (s *Service) NoteTrouble(ctx context.Context, at map[string]time.Time) error {
	artifacts := slices.Sorted(maps.Keys(at)) // in one order, so that two processes do not wait for each other
	times := make([]time.Time, len(artifacts))
	for i, a := range artifacts {
		times[i] = at[a]
	}
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into commission_chance (artifact, crashed_at) select * from unnest($1::text[], $2::timestamptz[])
			on conflict (artifact) do update set crashed_at = greatest(commission_chance.crashed_at, excluded.crashed_at)`, artifacts, times)
		return err
	})
}

// ChanceGiven is when a strategy was last given a chance, zero for never.
func (s *Service) ChanceGiven(ctx context.Context, artifact string) (at time.Time, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var given *time.Time
		err := tx.QueryRow(ctx, `select given_at from commission_chance where artifact = $1`, artifact).Scan(&given)
		if given != nil {
			at = *given
		}
		if errors.Is(err, pg.ErrNoRows) {
			err = nil
		}
		return err
	})
	return at, err
}
