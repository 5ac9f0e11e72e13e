package jobs_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/jobs"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

type greet struct {
	Store tenancy.ID `json:"store"`
}

func (greet) Kind() string { return "jobs_test.greet" }

func TestJobExistsExactlyWhenItsReasonDoes(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	done := make(chan tenancy.ID, 10)
	w := jobs.NewWorkers()
	attempts := 0
	jobs.Do(w, func(_ context.Context, g greet) error {
		if attempts++; attempts == 1 {
			return errors.New("not yet") // tried again after a second
		}
		done <- g.Store
		return nil
	})
	q, err := jobs.Open(db.DB, w, 2, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	insert := func(store tenancy.ID, then error) error {
		return db.Within(t.Context(), store, func(ctx context.Context, tx *pg.Tx) error {
			if err := q.Insert(ctx, tx, greet{store}); err != nil {
				return err
			}
			return then
		})
	}
	if err := insert(db.A, nil); err != nil {
		t.Fatal(err)
	}
	undo := errors.New("undo")
	if err := insert(db.B, undo); !errors.Is(err, undo) {
		t.Fatal(err)
	}
	if n := db.Int(t, `select count(*) from river_job`); n != 1 {
		t.Fatalf("%d jobs", n)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case store := <-done:
		if store != db.A {
			t.Fatal("another store's job ran")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the job did not run")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Fatal(err)
	}
}
