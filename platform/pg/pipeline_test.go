package pg_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
)

const giveMark = `insert into commission_mark (tenant_id, mark) values ($1, $2)`

func TestPipeline(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)

	t.Run("WhatWaitsIsRunInItsOrder", func(t *testing.T) {
		undo := errors.New("undo")
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			before := pg.AskColumn[int](tx, `select count(*)::int from commission_mark where tenant_id = $1`, tx.Tenant())
			tx.Later("give a mark", giveMark, tx.Tenant(), tx.Now())
			after := pg.AskColumn[int](tx, `select count(*)::int from commission_mark where tenant_id = $1`, tx.Tenant())
			is, err := after.All(ctx)
			if err != nil || is[0] != 1 {
				t.Errorf("after: %v, %v", is, err)
			}
			if was, err := before.All(ctx); err != nil || was[0] != 0 {
				t.Errorf("before: %v, %v", was, err)
			}
			return undo
		})
		if !errors.Is(err, undo) || count(t, db, db.A) != 0 {
			t.Error(err, count(t, db, db.A))
		}
	})
	t.Run("WhatFailsLaterFailsTheCommitAndSaysWhatItWas", func(t *testing.T) {
		told := false
		err := db.Within(t.Context(), db.A, func(_ context.Context, tx *pg.Tx) error {
			tx.Later("the first", giveMark, tx.Tenant(), tx.Now())
			tx.Later("the second", giveMark, tx.Tenant(), tx.Now())
			tx.AfterCommit(func() { told = true })
			return nil
		})
		if !pg.Violates(err, "commission_mark_pkey") || !strings.Contains(err.Error(), "the second") || told || count(t, db, db.A) != 0 {
			t.Errorf("%v, told %v, %d rows", err, told, count(t, db, db.A))
		}
	})
	t.Run("WhoeverSwallowsAnErrorDoesNotCommit", func(t *testing.T) {
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			tx.Later("give a mark", giveMark, tx.Tenant(), tx.Now())
			_, _ = tx.Exec(ctx, `select 1 / $1::int`, 0)
			return nil
		})
		if err == nil || count(t, db, db.A) != 0 {
			t.Errorf("%v, %d rows", err, count(t, db, db.A))
		}
	})
	t.Run("AnotherStoresRowIsRefusedLaterToo", func(t *testing.T) {
		err := db.Within(t.Context(), db.A, func(_ context.Context, tx *pg.Tx) error {
			tx.Later("give B a mark", giveMark, db.B, tx.Now())
			return nil
		})
		if err == nil || count(t, db, db.B) != 0 {
			t.Errorf("%v, %d rows", err, count(t, db, db.B))
		}
	})
	t.Run("NoRowIsTheReadersMatter", func(t *testing.T) {
		err := db.Within(t.Context(), db.B, func(ctx context.Context, tx *pg.Tx) error {
			var mark time.Time
			const read = `select mark from commission_mark where tenant_id = $1`
			if err := tx.QueryRow(ctx, read, tx.Tenant()).Scan(&mark); !errors.Is(err, pg.ErrNoRows) {
				t.Errorf("got %v", err)
			}
			tx.Later("give a mark", giveMark, tx.Tenant(), tx.Now())
			return tx.QueryRow(ctx, read, tx.Tenant()).Scan(&mark)
		})
		if err != nil || count(t, db, db.B) != 1 {
			t.Errorf("%v, %d rows", err, count(t, db, db.B))
		}
	})
	t.Run("ACommitThatDoesNotWaitForTheDiskIsSeenByOthers", func(t *testing.T) {
		err := db.Forgettable(t.Context(), db.A, func(_ context.Context, tx *pg.Tx) error {
			tx.Later("give a mark", giveMark, tx.Tenant(), tx.Now())
			return nil
		})
		if err != nil || count(t, db, db.A) != 1 || count(t, db, db.B) != 1 {
			t.Errorf("%v, %d and %d rows", err, count(t, db, db.A), count(t, db, db.B))
		}
	})
	t.Run("NothingSaidIsNothingSent", func(t *testing.T) {
		after := false
		err := db.Within(t.Context(), db.A, func(_ context.Context, tx *pg.Tx) error {
			tx.AfterCommit(func() { after = true })
			return nil
		})
		if err != nil || !after {
			t.Error(err, after)
		}
	})
	t.Run("AMigrationUnderAPreparedStatementCostsOneError", func(t *testing.T) {
		db.Owner(t, `create table pipeline_test (tenant_id uuid, a int)`)
		db.Owner(t, `grant select on pipeline_test to fenli_app`)
		read := func() error {
			return db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, `select * from pipeline_test where tenant_id = $1`, tx.Tenant())
				return err
			})
		}
		if err := read(); err != nil {
			t.Fatal(err)
		}
		db.Owner(t, `alter table pipeline_test add column b text`)
		_ = read() // the connection finds out
		if err := read(); err != nil {
			t.Error(err)
		}
	})
}
