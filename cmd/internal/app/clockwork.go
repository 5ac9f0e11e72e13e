package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/telemetry"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/grading"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/settlement"
	"github.com/fenli-io/fenli/tenants/trial"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Clockwork does what nobody asks for: it works the lanes, does what time has
// made due, settles, and keeps the boards. Each part sweeps for stores with
// something to do, so ten thousand idle stores cost one query; a doorbell only
// makes the lanes quicker.
type Clockwork struct {
	db          *pg.DB
	stores      *registry.Service
	orders      *order.Service
	lanes       *commission.Service
	grading     *grading.Service
	settlement  *settlement.Service
	withdrawals *withdrawal.Service
	payouts     *payout.Service
	trials      *trial.Service
	boards      *leaderboard.Service
	journal     *ledger.Journal
	bell        Bell
	log         *slog.Logger
	traces      trace.TracerProvider // nil for none

	laneTurns *turns // of the bell and of the sweep: a store's lane is worked once

	owing  sync.Map // stores in which somebody may owe what a withdrawal has not sent yet
	looked sync.Map // stores that this process has looked at once: another may have died before it did
}

// Bell carries "this store's lane has work" between processes.
type Bell interface {
	Ring(ctx context.Context, tenant string)
	Listen(ctx context.Context) <-chan string
}

// How often each sweep looks. The lanes' is the net under the doorbell.
const (
	laneEvery       = time.Second
	dueEvery        = 5 * time.Second
	settlementEvery = 10 * time.Second
	boardEvery      = time.Second
	trialEvery      = 2 * time.Second
	gradingEvery    = time.Minute
	sealingEvery    = 5 * time.Second
	closingEvery    = 10 * time.Second
	payoutEvery     = time.Second
	hourly          = time.Hour
)

// How many stores a sweep, and the lanes, work for in the database at once.
const sweepAtOnce = 2

// lanePause is how long a busy store's orders gather before its lane looks at
// them again: a tenth of the second in which people expect to see a commission.
const lanePause = 100 * time.Millisecond

// laneTurns share the lanes' work out.
func laneTurns() *turns {
	t := newTurns(lanesAtOnce())
	t.pause = lanePause
	return t
}

func lanesAtOnce() int { return max(2, runtime.NumCPU()) }

// Run works until the context ends.
func (w *Clockwork) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.answerBell(ctx) })
	g.Go(func() error { return w.sweep(ctx, "lanes", laneEvery, w.laneTurns, order.StoresWithChanges, w.drain) })
	g.Go(func() error {
		return w.sweep(ctx, "due", dueEvery, newTurns(sweepAtOnce), order.StoresWithDue, w.runDue)
	})
	g.Go(func() error {
		return w.sweep(ctx, "settlement", settlementEvery, newTurns(sweepAtOnce), commission.StoresMaturing, w.mature)
	})
	g.Go(func() error {
		return w.sweep(ctx, "trials", trialEvery, newTurns(sweepAtOnce), trial.StoresWaiting, w.trials.Resume)
	})
	g.Go(func() error {
		return w.sweep(ctx, "canaries", trialEvery, newTurns(sweepAtOnce), program.StoresTrying, w.trials.WatchCanary)
	})
	g.Go(func() error {
		return w.sweep(ctx, "grading", gradingEvery, newTurns(sweepAtOnce), grading.StoresDue, w.grade)
	})
	g.Go(func() error {
		return w.sweep(ctx, "sealing", sealingEvery, newTurns(sweepAtOnce), ledger.StoresUnsealed, w.seal)
	})
	g.Go(func() error {
		return w.sweep(ctx, "statements", closingEvery, newTurns(sweepAtOnce), settlement.StoresClosing, w.closePeriods)
	})
	g.Go(func() error {
		return w.sweep(ctx, "payouts", payoutEvery, newTurns(sweepAtOnce), payout.StoresDue, w.payOut)
	})
	g.Go(func() error {
		return w.sweep(ctx, "old answers", hourly, newTurns(1), httpapi.StoresWithOldAnswers, w.forgetAnswers)
	})
	g.Go(func() error {
		return w.every(ctx, "months", hourly, func(ctx context.Context) error { return w.openNextMonth(ctx, clock.Real()) })
	})
	g.Go(func() error { return w.every(ctx, "boards", boardEvery, w.boards.Sweep) })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Settle does everything that is due in a store now, until nothing is. The mark
// moves last: an award whose order has just been received by itself would
// otherwise mature behind it, a cut-off late, and only in some runs.
func (w *Clockwork) Settle(ctx context.Context, tenant tenancy.ID) error {
	for {
		drained, err := w.drainPatiently(ctx, tenant)
		if err != nil {
			return err
		}
		due, err := w.orders.RunDue(ctx, tenant)
		if err != nil {
			return err
		}
		if drained+due > 0 {
			continue
		}
		matured, err := w.settlement.Mature(ctx, tenant)
		if err != nil {
			return err
		}
		if matured == 0 {
			return errors.Join(w.grade(ctx, tenant), w.settleDebts(ctx, tenant), w.closePeriods(ctx, tenant), w.boards.Flush(ctx, tenant))
		}
	}
}

// drainPatiently waits for another process that works the lane.
func (w *Clockwork) drainPatiently(ctx context.Context, tenant tenancy.ID) (int, error) {
	wait := time.NewTicker(20 * time.Millisecond)
	defer wait.Stop()
	for {
		n, err := w.lanes.Drain(ctx, tenant)
		if !errors.Is(err, commission.ErrBusy) {
			return n, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-wait.C:
		}
	}
}

// answerBell drains the lanes that have rung. It returns when the last of them
// has ended: whoever closes the database afterwards finds nobody using it.
func (w *Clockwork) answerBell(ctx context.Context) error {
	defer w.laneTurns.wait()
	for rung := range w.bell.Listen(ctx) {
		tenant, err := tenancy.Parse(rung)
		if err != nil {
			continue // not ours
		}
		if err := w.inTurn(ctx, w.laneTurns, "lanes", tenant, true, w.drain); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// inTurn does a store's work when it is its turn. What it logs carries a trace
// of its own.
func (w *Clockwork) inTurn(ctx context.Context, t *turns, duty string, tenant tenancy.ID, again bool, do func(context.Context, tenancy.ID) error) error {
	return t.do(ctx, tenant, again, func(ctx context.Context) {
		ctx, span := telemetry.Trace(ctx, w.traces, duty, attribute.String("store", tenant.String()))
		ctx = telemetry.With(ctx, slog.String("trace", cmp.Or(telemetry.TraceID(ctx), uuid.NewString())), slog.String("store", tenant.String()))
		err := calmly(ctx, tenant, do)
		span.Done(err)
		w.report(ctx, duty, tenant, err)
	})
}

func (w *Clockwork) drain(ctx context.Context, tenant tenancy.ID) error {
	n, err := w.lanes.Drain(ctx, tenant)
	if errors.Is(err, commission.ErrBusy) {
		return nil // whoever is at it sees the rows, or the next sweep does
	}
	if n > 0 && w.mayOwe(tenant) {
		err = errors.Join(err, w.settleDebts(ctx, tenant))
	}
	return err
}

// owes is what the lanes say when somebody is in debt.
func (w *Clockwork) owes(tenant tenancy.ID) { w.owing.Store(tenant, true) }

func (w *Clockwork) mayOwe(tenant tenancy.ID) bool {
	_, owing := w.owing.LoadAndDelete(tenant)
	_, looked := w.looked.LoadOrStore(tenant, true)
	return owing || !looked
}

func (w *Clockwork) runDue(ctx context.Context, tenant tenancy.ID) error {
	for {
		if n, err := w.orders.RunDue(ctx, tenant); err != nil || n == 0 {
			return err
		}
	}
}

func (w *Clockwork) mature(ctx context.Context, tenant tenancy.ID) error {
	_, err := w.settlement.Mature(ctx, tenant)
	return err
}

// grade does so for the days of a store that are over; grades count for later
// orders, so nothing else becomes due by it.
func (w *Clockwork) grade(ctx context.Context, tenant tenancy.ID) error {
	_, err := w.grading.Run(ctx, tenant)
	return err
}

// seal numbers and chains what a store has posted.
func (w *Clockwork) seal(ctx context.Context, tenant tenancy.ID) error {
	_, err := w.journal.Seal(ctx, tenant)
	return err
}

// closePeriods seals what a store has posted, closes its periods that are over
// and makes their statements.
func (w *Clockwork) closePeriods(ctx context.Context, tenant tenancy.ID) error {
	_, err := w.settlement.Close(ctx, tenant)
	return err
}

// openNextMonth makes the next month's partitions while nobody waits for them:
// at midnight of the first, every store's first transaction would.
func (w *Clockwork) openNextMonth(ctx context.Context, now time.Time) error {
	return w.db.OpenMonth(ctx, pg.Month(now).AddDate(0, 1, 0))
}

// forgetAnswers deletes what was kept for requests that nobody repeats any more.
func (w *Clockwork) forgetAnswers(ctx context.Context, tenant tenancy.ID) error {
	const atOnce = 1000
	_, err := httpapi.ForgetAnswers(ctx, w.db, tenant, atOnce)
	return err
}

// payOut looks at the transfers that are due. Providers are slow: this is never
// part of what somebody waits for.
func (w *Clockwork) payOut(ctx context.Context, tenant tenancy.ID) error {
	_, err := w.payouts.Run(ctx, tenant)
	return err
}

// settleDebts returns the unsent withdrawals of people who owe something.
func (w *Clockwork) settleDebts(ctx context.Context, tenant tenancy.ID) error {
	return w.withdrawals.SettleDebts(ctx, tenant)
}

// sweep finds the stores that have work and does it, a few stores at a time. A
// store whose work is still in hand, for its strategy hangs, holds no sweep up.
func (w *Clockwork) sweep(ctx context.Context, name string, period time.Duration, t *turns,
	find func(context.Context, *pg.Tx, time.Time) ([]tenancy.ID, error), do func(context.Context, tenancy.ID) error,
) error {
	defer t.wait()
	return w.every(ctx, name, period, func(ctx context.Context) error {
		var stores []tenancy.ID
		err := w.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			stores, err = find(ctx, tx, clock.Real())
			return err
		})
		if err != nil {
			return err
		}
		for _, tenant := range stores {
			if err := w.inTurn(ctx, t, name, tenant, false, do); err != nil {
				return err
			}
		}
		return nil
	})
}

// calmly makes a panic over one store's work that store's failure: it must not
// end the process, and with it the work of all.
func calmly(ctx context.Context, tenant tenancy.ID, do func(context.Context, tenancy.ID) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx, tenant)
}

// every repeats a duty. A failure is reported and tried again: one store's or
// one second's trouble must not end the work of all.
func (w *Clockwork) every(ctx context.Context, name string, period time.Duration, do func(context.Context) error) error {
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		w.report(ctx, name, tenancy.ID{}, do(ctx))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (w *Clockwork) report(ctx context.Context, duty string, tenant tenancy.ID, err error) {
	if err != nil && ctx.Err() == nil {
		w.log.ErrorContext(ctx, "clockwork", "duty", duty, "store", tenant.String(), "error", err.Error())
	}
}

// Advance finishes what a store has to do at the time its test clock shows,
// moves the clock and does what has become due. Asked again with the same
// instant it finishes what a killed call left.
func (w *Clockwork) Advance(ctx context.Context, tenant tenancy.ID, to time.Time) error {
	if err := w.Settle(ctx, tenant); err != nil {
		return err
	}
	if err := w.stores.SetTestClock(ctx, tenant, &to); err != nil {
		return err
	}
	return w.Settle(ctx, tenant)
}
