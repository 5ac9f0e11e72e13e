package app

import (
	"context"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/host"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// turns shares the background work out among stores. Few may work in the
// database at once; whoever waits for a strategy gives the turn to another
// store meanwhile, so that no number of stuck or busy strategies keeps other
// stores' orders from being decided. A store has one piece of work in hand at
// a time: what it asks for meanwhile is done afterwards, in another turn.
type turns struct {
	working chan struct{}
	pause   time.Duration // between the beginnings of two pieces of a store's work
	waiting chan struct{} // for strategies, at once: each holds a batch in memory

	mu     sync.Mutex
	inHand map[tenancy.ID]bool // whether there is more to do afterwards
	all    sync.WaitGroup
}

// waitingAtMost bounds the memory that stuck strategies hold, not the turns.
const waitingAtMost = 128

func newTurns(working int) *turns {
	return &turns{working: make(chan struct{}, working), waiting: make(chan struct{}, waitingAtMost), inHand: map[tenancy.ID]bool{}}
}

// do does a store's work in a goroutine as soon as it is its turn, for which
// it waits. If the store's work is in hand already nothing is done, or, when
// asked to, it is done once more after that.
func (t *turns) do(ctx context.Context, tenant tenancy.ID, again bool, work func(context.Context)) error {
	if !t.take(tenant, again) {
		return nil
	}
	mine := &turn{of: t}
	if err := mine.begin(ctx); err != nil {
		t.giveUp(tenant)
		return err
	}
	t.all.Go(func() {
		for {
			begun := clock.Real()
			work(context.WithValue(ctx, turnKey{}, mine))
			mine.end()
			t.rest(ctx, begun)
			if !t.more(tenant) {
				return
			}
			if mine.begin(ctx) != nil { // behind whoever waits already
				t.giveUp(tenant)
				return
			}
		}
	})
	return nil
}

// rest lets a busy store's work gather, so that it is done in fewer and larger
// pieces. A store that has been quiet for longer waits for nothing.
func (t *turns) rest(ctx context.Context, begun time.Time) {
	left := t.pause - clock.Real().Sub(begun)
	if left <= 0 {
		return
	}
	enough := time.NewTimer(left)
	defer enough.Stop()
	select {
	case <-enough.C:
	case <-ctx.Done():
	}
}

// wait returns when nothing is in hand: whoever closes the database afterwards
// finds nobody using it.
func (t *turns) wait() { t.all.Wait() }

func (t *turns) take(tenant tenancy.ID, again bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	more, busy := t.inHand[tenant]
	t.inHand[tenant] = busy && (more || again)
	return !busy
}

func (t *turns) more(tenant tenancy.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inHand[tenant] {
		t.inHand[tenant] = false
		return true
	}
	delete(t.inHand, tenant)
	return false
}

func (t *turns) giveUp(tenant tenancy.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.inHand, tenant)
}

// turn is one store's leave to work.
type turn struct {
	of   *turns
	mu   sync.Mutex
	away int  // questions to strategies in flight
	held bool // the leave itself
}

type turnKey struct{}

func (t *turn) begin(ctx context.Context) error {
	select {
	case t.of.working <- struct{}{}:
		t.held = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turn) end() {
	if t.held {
		t.held = false
		<-t.of.working
	}
}

// leave gives the turn back before the first question in flight.
func (t *turn) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away++; t.away == 1 {
		t.end()
	}
}

// back waits for a turn after the last.
func (t *turn) back(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away--; t.away == 0 {
		_ = t.begin(ctx) // without it the context has ended, and so does the work
	}
}

// away asks a strategy without keeping the turn that the context may carry.
func away[A any](ctx context.Context, ask func() (A, error)) (A, error) {
	mine, working := ctx.Value(turnKey{}).(*turn)
	if !working {
		return ask()
	}
	select {
	case mine.of.waiting <- struct{}{}:
	case <-ctx.Done():
		var none A
		return none, ctx.Err()
	}
	mine.leave()
	defer func() {
		<-mine.of.waiting
		mine.back(ctx)
	}()
	return ask()
}

// courteous is the host for whoever works in turns. A strategy that has crashed
// is asked as soon as somebody has given it another chance.
type courteous struct {
	*host.Host
	chances *chances
}

func (c courteous) Evaluate(ctx context.Context, sha string, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	c.chances.take(ctx, sha)
	return away(ctx, func() (*strategyv1.EvaluateResponse, error) { return c.Host.Evaluate(ctx, sha, req) })
}

func (c courteous) ClosePeriod(ctx context.Context, sha string, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	c.chances.take(ctx, sha)
	return away(ctx, func() (*strategyv1.ClosePeriodResponse, error) { return c.Host.ClosePeriod(ctx, sha, req) })
}

func (c courteous) EvaluateTier(ctx context.Context, sha string, req *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	c.chances.take(ctx, sha)
	return away(ctx, func() (*strategyv1.EvaluateTierResponse, error) { return c.Host.EvaluateTier(ctx, sha, req) })
}

func (c courteous) Incentives(ctx context.Context, sha string, req *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	c.chances.take(ctx, sha)
	return away(ctx, func() (*strategyv1.IncentivesResponse, error) { return c.Host.Incentives(ctx, sha, req) })
}
