package migrations_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
)

// A month is opened beside a transaction that has used the tables of all
// months: neither waits for the other, so the two cannot lock each other out.
func TestOpenMonth_NobodyWaits(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	if err := db.OpenMonth(t.Context(), pgtest.Start); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
		for _, use := range []string{
			`update commission_lane set last_seq = last_seq where tenant_id = $1`,
			`insert into ledger_movement (tenant_id, month, kind, party, asset, source, target, amount, recorded_at) select $1::uuid, date '2026-01-01', 1, $1::uuid, 1, 1, 2, 1, now() where false`,
			`select 1 from commission_decision where tenant_id = $1`,
		} {
			if _, err := tx.Exec(ctx, use, tx.Tenant()); err != nil {
				return err
			}
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		go func() { opened <- db.OpenMonth(ctx, pgtest.Start.AddDate(0, 5, 0)) }()
		return <-opened
	})
	if err != nil {
		t.Fatal(err)
	}
}
