package httpapi_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

func TestForgetAnswers(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	keep := func(tenant tenancy.ID, key string, age time.Duration) {
		t.Helper()
		err := db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `
				insert into httpapi_idempotency (tenant_id, scope, key, body_hash, status, answer, created_at) values ($1, 's', $2, '', 200, 'secret', $3)`,
				tenant, key, tx.Now().Add(-age))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	left := func(tenant tenancy.ID) int64 {
		return db.Int(t, "select count(*) from httpapi_idempotency where tenant_id = $1", tenant)
	}
	for _, tenant := range []tenancy.ID{db.A, db.B} {
		for i := range 25 {
			keep(tenant, fmt.Sprint("old", i), httpapi.AnswersKept+time.Hour)
		}
		keep(tenant, "young", httpapi.AnswersKept-time.Hour)
	}
	n, err := httpapi.ForgetAnswers(t.Context(), db.DB, db.A, 10)
	if err != nil || n != 25 || left(db.A) != 1 || left(db.B) != 26 {
		t.Fatalf("forgot %d (%v); A keeps %d, B %d", n, err, left(db.A), left(db.B))
	}
	err = db.Platform(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
		stores, err := httpapi.StoresWithOldAnswers(ctx, tx, clock.Real())
		if err != nil {
			return err
		}
		// The tests' clock stands still in the past: by real time the young one of A is old too.
		if !slices.Contains(stores, db.B) {
			t.Errorf("found %v", stores)
		}
		if stores, err = httpapi.StoresWithOldAnswers(ctx, tx, pgtest.Start); err != nil || len(stores) != 1 || stores[0] != db.B {
			t.Errorf("at the tests' time found %v, %v", stores, err)
		}
		_, err = tx.Exec(ctx, "select answer from httpapi_idempotency")
		return err
	})
	if err == nil {
		t.Error("a sweep reads what was answered")
	}
}
