package pg

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// Fold lets calls of one store that wait in this process share a transaction:
// a hundred requests at once then cost one commit. A call that finds nobody
// waiting begins at once, so an idle store waits for nothing.
//
// The work gets all calls of a transaction and answers each of them; an error
// is everybody's. After an error each call of the transaction is tried alone,
// so that one bad call spoils no other.
type Fold[I, O any] struct {
	DB   *DB
	Most int // calls in one transaction
	Work func(ctx context.Context, tx *Tx, calls []I) ([]O, error)

	mu     sync.Mutex
	queues map[tenancy.ID][]*folded[I, O] // a store without an entry has nobody at work
}

type folded[I, O any] struct {
	in   I
	out  O
	err  error
	done chan struct{}
}

// foldPatience bounds a shared transaction. It does not end with the request
// that happened to begin it.
const foldPatience = 30 * time.Second

// Do waits for the answer to one call. When ctx ends first the call may still
// be dealt with: the caller asks again, and idempotency answers.
func (f *Fold[I, O]) Do(ctx context.Context, tenant tenancy.ID, in I) (O, error) {
	call := &folded[I, O]{in: in, done: make(chan struct{})}
	if f.enqueue(tenant, call) {
		f.turn(ctx, tenant)
	}
	select {
	case <-call.done:
		return call.out, call.err
	case <-ctx.Done():
		var nothing O
		return nothing, ctx.Err()
	}
}

// enqueue reports whether the caller has to do the work.
func (f *Fold[I, O]) enqueue(tenant tenancy.ID, call *folded[I, O]) (first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.queues == nil {
		f.queues = map[tenancy.ID][]*folded[I, O]{}
	}
	waiting, atWork := f.queues[tenant]
	f.queues[tenant] = append(waiting, call)
	return !atWork
}

// take hands out who waits; with nobody left the store has nobody at work.
func (f *Fold[I, O]) take(tenant tenancy.ID) []*folded[I, O] {
	f.mu.Lock()
	defer f.mu.Unlock()
	waiting := f.queues[tenant]
	if len(waiting) == 0 {
		delete(f.queues, tenant)
		return nil
	}
	n := min(len(waiting), f.Most)
	f.queues[tenant] = waiting[n:]
	return waiting[:n]
}

// turn works one transaction off. What has come meanwhile is another
// goroutine's, so that nobody's answer waits for somebody else's work.
func (f *Fold[I, O]) turn(ctx context.Context, tenant tenancy.ID) {
	batch := f.take(tenant)
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), foldPatience)
	defer cancel()
	if !f.run(ctx, tenant, batch) && len(batch) > 1 {
		for _, call := range batch {
			f.run(ctx, tenant, []*folded[I, O]{call})
		}
	}
	for _, call := range batch {
		close(call.done)
	}
	go f.turn(context.WithoutCancel(ctx), tenant)
}

// run does the work of some calls in one transaction.
func (f *Fold[I, O]) run(ctx context.Context, tenant tenancy.ID, batch []*folded[I, O]) (ok bool) {
	in := make([]I, len(batch))
	for i, call := range batch {
		in[i] = call.in
	}
	var out []O
	err := calm(func() error {
		return f.DB.Often(ctx, tenant, func(ctx context.Context, tx *Tx) (err error) {
			if out, err = f.Work(ctx, tx, in); err == nil && len(out) != len(in) {
				err = fmt.Errorf("pg: %d calls were given %d answers", len(in), len(out))
			}
			return err
		})
	})
	for i, call := range batch {
		if call.err = err; err == nil {
			call.out = out[i]
		}
	}
	return err == nil
}

// calm makes a panic an error: it is not this goroutine's request alone.
func calm(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}
