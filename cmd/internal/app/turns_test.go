package app

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// storesOf are stores that nobody knows.
func storesOf(n int) (list []tenancy.ID) {
	for range n {
		list = append(list, tenancy.ID(uuid.New()))
	}
	return list
}

// Twenty stores wait for strategies that never answer, with two turns for all.
// Another store's orders are decided all the same, every one, before any of
// the twenty has its answer.
func TestTurns_StuckStrategiesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	const stuck, orders = 20, 200
	turns := newTurns(2)
	release := make(chan struct{})
	var hanging, answered, lane, decided atomic.Int64
	list := storesOf(stuck + 1)
	for _, tenant := range list[:stuck] {
		err := turns.do(t.Context(), tenant, true, func(ctx context.Context) {
			_, _ = away(ctx, func() (any, error) {
				hanging.Add(1)
				<-release
				answered.Add(1)
				return nil, nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	within(t, func() bool { return hanging.Load() == stuck })
	for range orders { // each rings, and its lane is drained
		lane.Add(1)
		err := turns.do(t.Context(), list[stuck], true, func(ctx context.Context) {
			taken := lane.Swap(0)
			_, _ = away(ctx, func() (any, error) { return nil, nil })
			decided.Add(taken)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	within(t, func() bool { return decided.Load() == orders })
	if answered.Load() != 0 {
		t.Error("a stuck strategy answered")
	}
	close(release)
	turns.wait()
	if answered.Load() != stuck || len(turns.working) != 0 || len(turns.waiting) != 0 || len(turns.inHand) != 0 {
		t.Errorf("%d answered; left: %d working, %d waiting, %d in hand", answered.Load(), len(turns.working), len(turns.waiting), len(turns.inHand))
	}
}

// A store has one piece of work in hand, however often it rings, and what rang
// meanwhile is looked at once more.
func TestTurns_AStoreTakesOneTurnAtATime(t *testing.T) {
	t.Parallel()
	turns := newTurns(2)
	me := storesOf(1)[0]
	go_, begun := make(chan struct{}), make(chan struct{}, 100)
	var at, most, runs atomic.Int64
	ring := func() {
		t.Helper()
		err := turns.do(t.Context(), me, true, func(context.Context) {
			most.Store(max(most.Load(), at.Add(1)))
			begun <- struct{}{}
			<-go_
			at.Add(-1)
			runs.Add(1)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ring()
	<-begun
	for range 50 {
		ring()
	}
	close(go_)
	turns.wait()
	if runs.Load() != 2 || most.Load() != 1 {
		t.Errorf("%d runs, %d at once; want 2, one after the other", runs.Load(), most.Load())
	}
}

// No more than the turns work at once, those back from a strategy included.
func TestTurns_FewWorkAtOnce(t *testing.T) {
	t.Parallel()
	turns := newTurns(2)
	var at, most atomic.Int64
	work := func() {
		n := at.Add(1)
		for {
			was := most.Load()
			if n <= was || most.CompareAndSwap(was, n) {
				break
			}
		}
		time.Sleep(time.Millisecond)
		at.Add(-1)
	}
	for _, tenant := range storesOf(30) {
		err := turns.do(t.Context(), tenant, false, func(ctx context.Context) {
			work()
			_, _ = away(ctx, func() (any, error) { time.Sleep(time.Millisecond); return nil, nil })
			work()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	turns.wait()
	if most.Load() > 2 {
		t.Errorf("%d worked at once", most.Load())
	}
}

func within(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within ten seconds")
		}
	}
}
