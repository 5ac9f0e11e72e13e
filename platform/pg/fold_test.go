package pg_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
)

func TestFold(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)

	t.Run("WhoeverWaitsSharesOneTransaction", func(t *testing.T) {
		var transactions atomic.Int64
		hold := make(chan struct{})
		f := &pg.Fold[int, int]{DB: db.DB, Most: 64, Work: func(_ context.Context, _ *pg.Tx, calls []int) ([]int, error) {
			if transactions.Add(1) == 1 {
				<-hold // while the first is at work, everybody else comes
			}
			doubled := make([]int, len(calls))
			for i, n := range calls {
				doubled[i] = 2 * n
			}
			return doubled, nil
		}}
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				if got, err := f.Do(t.Context(), db.A, n); err != nil || got != 2*n {
					t.Errorf("%d became %d, %v", n, got, err)
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
		close(hold)
		all.Wait()
		if n := transactions.Load(); n > 3 {
			t.Errorf("fifty calls took %d transactions", n)
		}
	})
	t.Run("OneBadCallSpoilsNoOther", func(t *testing.T) {
		bad := errors.New("bad")
		f := &pg.Fold[int, int]{DB: db.DB, Most: 64, Work: func(_ context.Context, _ *pg.Tx, calls []int) ([]int, error) {
			time.Sleep(10 * time.Millisecond) // so that they meet
			for _, n := range calls {
				switch n {
				case 3:
					return nil, bad
				case 4:
					panic("worse")
				}
			}
			return calls, nil
		}}
		var all sync.WaitGroup
		for n := range 10 {
			all.Go(func() {
				got, err := f.Do(t.Context(), db.A, n)
				switch {
				case n == 3 && !errors.Is(err, bad), n == 4 && err == nil:
					t.Errorf("the bad call %d was answered with %d, %v", n, got, err)
				case n != 3 && n != 4 && (err != nil || got != n):
					t.Errorf("call %d was answered with %d, %v", n, got, err)
				}
			})
		}
		all.Wait()
	})
	t.Run("StoresDoNotWaitForEachOther", func(t *testing.T) {
		hold := make(chan struct{})
		f := &pg.Fold[int, int]{DB: db.DB, Most: 64, Work: func(_ context.Context, tx *pg.Tx, calls []int) ([]int, error) {
			if tx.Tenant() == db.A {
				<-hold
			}
			return calls, nil
		}}
		var a sync.WaitGroup
		a.Go(func() { _, _ = f.Do(t.Context(), db.A, 1) })
		if got, err := f.Do(t.Context(), db.B, 2); err != nil || got != 2 {
			t.Errorf("%d, %v", got, err)
		}
		close(hold)
		a.Wait()
	})
	t.Run("WhoeverGivesUpLeavesTheOthersAlone", func(t *testing.T) {
		f := &pg.Fold[int, int]{DB: db.DB, Most: 64, Work: func(_ context.Context, _ *pg.Tx, calls []int) ([]int, error) {
			time.Sleep(30 * time.Millisecond)
			return calls, nil
		}}
		impatient, giveUp := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer giveUp()
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				ctx := t.Context()
				if n%2 == 1 {
					ctx = impatient
				}
				if _, err := f.Do(ctx, db.A, n); n%2 == 0 && err != nil {
					t.Errorf("a patient call: %v", err)
				}
			})
		}
		all.Wait()
	})
}
