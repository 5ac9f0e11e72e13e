package registry

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Clock tells a store's time: its test clock where there is one, else real
// time. Unless Enabled it never asks the database.
//
// It is made before the pool it reads from: Attach gives it the pool.
type Clock struct {
	Enabled bool
	pool    *pgxpool.Pool
}

var _ clock.Clock = (*Clock)(nil)

// Attach says where test clocks are kept.
func (c *Clock) Attach(pool *pgxpool.Pool) { c.pool = pool }

// bornKey carries the time of a store whose row is not committed yet.
type bornKey struct{}

type born struct {
	tenant tenancy.ID
	at     time.Time
}

func (c *Clock) Now(ctx context.Context, tenant tenancy.ID) (time.Time, error) {
	if !c.Enabled {
		return clock.Real(), nil
	}
	if b, ok := ctx.Value(bornKey{}).(born); ok && b.tenant == tenant {
		return b.at, nil
	}
	now, err := readTestClock(ctx, c.pool, tenant)
	if err != nil || now == nil {
		return clock.Real(), err
	}
	return *now, nil
}

// readTestClock is nil for real time. It is no tenant's row, so it needs no
// transaction of a tenant; it runs before one begins.
func readTestClock(ctx context.Context, pool *pgxpool.Pool, tenant tenancy.ID) (now *time.Time, err error) {
	err = pool.QueryRow(ctx, `select test_now from registry_store where id = $1`, tenant.UUID()).Scan(&now)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if now != nil {
		*now = now.UTC()
	}
	return now, err
}

// TimeOf is the store's time and whether it is a test clock's.
func (s *Service) TimeOf(ctx context.Context, tenant tenancy.ID) (now time.Time, test bool, err error) {
	if !s.clock.Enabled {
		return clock.Real(), false, nil
	}
	at, err := readTestClock(ctx, s.db.Pool(), tenant)
	if err != nil || at == nil {
		return clock.Real(), false, err
	}
	return *at, true, nil
}

// SetTestClock moves a store's clock forward: to an instant, or to nil for
// real time. What is due by then is for the caller to do.
func (s *Service) SetTestClock(ctx context.Context, tenant tenancy.ID, to *time.Time) error {
	if !s.clock.Enabled {
		return errClockOff
	}
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var now *time.Time
		err := tx.QueryRow(ctx, `select test_now from registry_store where id = $1 for update`, tenant).Scan(&now)
		if errors.Is(err, pg.ErrNoRows) {
			return errStoreUnknown
		}
		if err != nil {
			return err
		}
		real := clock.Real()
		if now == nil {
			now = &real
		}
		target := real
		if to != nil {
			target = to.UTC().Truncate(time.Microsecond)
			to = &target
		}
		if target.Before(*now) {
			return errClockBackward.With("now", now.UTC().Format(time.RFC3339))
		}
		_, err = tx.Exec(ctx, `update registry_store set test_now = $2 where id = $1`, tenant, to)
		return err
	})
}
