package pg_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

func put(t *testing.T, db *pgtest.Database, tenant tenancy.ID, rowOf tenancy.ID) error {
	t.Helper()
	return db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into commission_mark (tenant_id, mark) values ($1, $2)`, rowOf, tx.Now())
		return err
	})
}

func count(t *testing.T, db *pgtest.Database, tenant tenancy.ID) (n int) {
	t.Helper()
	err := db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from commission_mark`).Scan(&n) // no filter: the wall alone
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWithin(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)

	t.Run("SeesItsOwnRowsOnly", func(t *testing.T) {
		if err := put(t, db, db.A, db.A); err != nil {
			t.Fatal(err)
		}
		if a, b := count(t, db, db.A), count(t, db, db.B); a != 1 || b != 0 {
			t.Fatalf("A sees %d rows, B sees %d", a, b)
		}
	})
	t.Run("CannotWriteAnotherStoresRow", func(t *testing.T) {
		if err := put(t, db, db.A, db.B); err == nil {
			t.Fatal("A wrote a row of B")
		}
	})
	t.Run("RollsBackOnErrorAndOnPanic", func(t *testing.T) {
		boom := errors.New("boom")
		err := db.Within(t.Context(), db.B, func(ctx context.Context, tx *pg.Tx) error {
			_, _ = tx.Exec(ctx, `insert into commission_mark (tenant_id) values ($1)`, db.B)
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.Within(t.Context(), db.B, func(ctx context.Context, tx *pg.Tx) error {
				_, _ = tx.Exec(ctx, `insert into commission_mark (tenant_id) values ($1)`, db.B)
				panic("boom")
			})
		}()
		if n := count(t, db, db.B); n != 0 {
			t.Fatalf("%d rows survived a rollback", n)
		}
	})
	t.Run("TheConnectionForgetsItsStore", func(t *testing.T) {
		_ = count(t, db, db.A)
		if _, err := db.Pool().Exec(t.Context(), `select count(*) from commission_mark`); err == nil {
			t.Fatal("a query without a store was answered")
		}
	})
	t.Run("BunAndPgxShareTheTransaction", func(t *testing.T) {
		err := db.Within(t.Context(), db.B, func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `insert into commission_mark (tenant_id) values ($1)`, db.B); err != nil {
				return err
			}
			n, err := tx.Bun().NewSelect().Table("commission_mark").Where("tenant_id = ?", db.B).Count(ctx)
			if err != nil || n != 1 {
				t.Errorf("bun sees %d rows, %v", n, err)
			}
			return errors.New("undo")
		})
		if err == nil || err.Error() != "undo" {
			t.Fatal(err)
		}
	})
	t.Run("ACancelledContextLeavesNothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Within(ctx, db.B, func(ctx context.Context, tx *pg.Tx) error {
			_, _ = tx.Exec(ctx, `insert into commission_mark (tenant_id) values ($1)`, db.B)
			cancel()
			_, err := tx.Exec(ctx, `select 1`)
			return err
		})
		if err == nil || count(t, db, db.B) != 0 {
			t.Fatalf("err = %v, rows = %d", err, count(t, db, db.B))
		}
	})
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	if err := put(t, db, db.A, db.A); err != nil {
		t.Fatal(err)
	}
	t.Run("SweepsAcrossStoresButMayNotWrite", func(t *testing.T) {
		err := db.Platform(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			var n int
			if err := tx.QueryRow(ctx, `select count(*) from commission_mark`).Scan(&n); err != nil || n != 1 {
				t.Errorf("a sweep sees %d rows, %v", n, err)
			}
			_, err := tx.Exec(ctx, `update commission_mark set mark = now()`)
			return err
		})
		if err == nil {
			t.Fatal("a sweep changed a store's row")
		}
	})
}

func TestOpen(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	t.Run("RefusesTheSuperuser", func(t *testing.T) {
		_, err := pg.Open(t.Context(), db.OwnerURL, clock.System{})
		var bypass *pg.BypassError
		if !errors.As(err, &bypass) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestFind(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	if err := put(t, db, db.A, db.A); err != nil {
		t.Fatal(err)
	}
	type row struct{ TenantID tenancy.ID }
	find := func(tenant tenancy.ID, text string) (rows []row) {
		err := db.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			rows, err = pg.Find[row](ctx, tx, tx.Select("commission_mark", "tenant_id").Where("? <> 'x'", text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	t.Run("NamesTheStoreByItself", func(t *testing.T) {
		if a, b := find(db.A, ""), find(db.B, ""); len(a) != 1 || a[0].TenantID != db.A || len(b) != 0 {
			t.Fatalf("A finds %v, B finds %v", a, b)
		}
	})
	t.Run("TakesWhateverIsWrittenAsText", func(t *testing.T) {
		for _, text := range []string{`'; drop table commission_mark; --`, `\'`, `?`, `$1`, "换行\n"} {
			if rows := find(db.A, text); len(rows) != 1 {
				t.Fatalf("%q: %v", text, rows)
			}
		}
	})
}

func TestUnhurried_WaitsForTheDiskWhereItIsToldTo(t *testing.T) {
	t.Parallel()
	database := pgtest.Open(t)
	db, err := pg.Open(t.Context(), database.AppURL, clock.System{}, pg.Unhurried(), pg.MaxConns(1))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	waits := func(db *pg.DB, keep bool) (setting string) {
		err := db.Within(t.Context(), database.A, func(ctx context.Context, tx *pg.Tx) error {
			if keep {
				tx.Keep()
			}
			return tx.QueryRow(ctx, "select setting || ', said by the ' || source from pg_settings where name = 'synchronous_commit'").Scan(&setting)
		})
		if err != nil {
			t.Fatal(err)
		}
		return setting
	}
	for _, keep := range []bool{false, true, false} {
		if got, want := waits(db, keep), map[bool]string{false: "off, said by the client", true: "on, said by the session"}[keep]; got != want {
			t.Errorf("it waits: %s; want %s", got, want)
		}
	}
	if got := waits(database.DB, false); strings.Contains(got, "client") {
		t.Errorf("everybody else waits: %s", got)
	}
}
