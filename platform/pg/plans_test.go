package pg_test

import (
	"context"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
)

func TestOften(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	read := func(how func(func(context.Context, *pg.Tx) error) error) (set string) {
		err := how(func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select current_setting('plan_cache_mode') || ', seqscan ' || current_setting('enable_seqscan')`).Scan(&set)
		})
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	t.Run("PlansOnceAndByIndex_AndLeavesNothingToTheNext", func(t *testing.T) {
		for range 70 { // past three times at which plans are made anew
			often := read(func(f func(context.Context, *pg.Tx) error) error { return db.Often(t.Context(), db.A, f) })
			within := read(func(f func(context.Context, *pg.Tx) error) error { return db.Within(t.Context(), db.A, f) })
			if often != "force_generic_plan, seqscan off" || within != "auto, seqscan on" {
				t.Fatalf("often %s, within %s", often, within)
			}
		}
	})
}
