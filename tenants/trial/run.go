package trial

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/commission"
)

const (
	slice  = 30 * time.Second // then a job makes room for others and comes again
	leased = 2 * time.Minute  // far longer than a page takes
	tries  = 5                // failures in a row
)

// Do works at a trial for a while and, when there is more to do, queues itself.
func (s *Service) Do(ctx context.Context, w Work) error {
	ended, err := s.Run(ctx, w.Store, w.Trial, slice, nil)
	if err != nil || ended {
		return err
	}
	return s.db.Within(ctx, w.Store, func(ctx context.Context, tx *pg.Tx) error { return s.enqueue(ctx, tx, w.Trial) })
}

// Run works at a trial until it has ended or the time is over (0: no limit).
// ended is also true when there is nothing here to do: it has ended before, or
// somebody else works at it, or it failed and is to be tried later. seen, when
// it is not nil, hears of every page.
func (s *Service) Run(ctx context.Context, tenant tenancy.ID, which ID, limit time.Duration, seen func(Trial)) (ended bool, err error) {
	var t Trial
	var zone *time.Location
	found := false
	began := clock.Real()
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		if t, found, err = lease(ctx, tx, which, s.holder, began, began.Add(leased)); err != nil || !found {
			return err
		}
		_, zone, err = s.stores.Money(ctx, tx)
		return err
	})
	if err != nil || !found {
		return true, err
	}
	r := &run{service: s, tenant: tenant, trial: t, zone: zone, seen: seen}
	if limit > 0 {
		r.until = began.Add(limit)
	}
	switch err = r.work(ctx); {
	case errors.Is(err, errLost):
		return true, s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error { return yield(ctx, tx, which, s.holder) })
	case ctx.Err() != nil:
		return false, errors.Join(ctx.Err(), r.letGo(context.WithoutCancel(ctx)))
	case err != nil:
		return true, r.fail(ctx, err)
	}
	return r.trial.State.ended() || r.trial.Kind == Shadow, nil
}

// run is one process at work on one trial.
type run struct {
	service *Service
	tenant  tenancy.ID
	trial   Trial // as it was last written
	zone    *time.Location
	until   time.Time // zero: no limit
	seen    func(Trial)
}

func (r *run) work(ctx context.Context) error {
	if r.trial.Kind == Proof {
		return r.prove(ctx)
	}
	of := commission.SimulationOf{Plan: *r.trial.Plan, From: r.trial.From, To: r.trial.To, After: r.trial.Cursor, Last: r.trial.Last}
	if r.trial.Kind == Shadow { // everything decided from the start on, whenever it was paid
		of.From, of.To = time.Time{}, time.Time{}
	}
	m, err := r.service.engine.Simulate(ctx, r.tenant, of)
	if err != nil {
		return err
	}
	for {
		page, to, done, err := m.Next(ctx, r.service.Page)
		if err != nil {
			return err
		}
		over := done || r.trial.Last > 0 && to >= r.trial.Last
		beside := m.Forwarded()
		if err := r.keep(ctx, r.tallied(page, beside, to, over), func(ctx context.Context, tx *pg.Tx) error {
			if err := insertOrders(ctx, tx, r.trial.ID, page); err != nil {
				return err
			}
			return addPeople(ctx, tx, r.trial.ID, people(page, beside.Months))
		}); err != nil {
			return err
		}
		if over || r.late() {
			return nil
		}
	}
}

// tallied is the trial with a page taken in.
func (r *run) tallied(page []commission.Compared, beside commission.Forwarded, to int64, over bool) Trial {
	next := r.trial
	next.Tally = next.Tally.clone()
	for _, c := range page {
		next.Tally.add(c, r.zone)
	}
	next.Tally.forward(beside)
	next.Done += len(page)
	next.Cursor = to
	if over && next.Kind != Shadow {
		next.State = Done
	}
	return next
}

func (r *run) late() bool { return !r.until.IsZero() && clock.Real().After(r.until) }

// keep writes a page and how far the trial has come, or nothing.
func (r *run) keep(ctx context.Context, next Trial, write func(context.Context, *pg.Tx) error) error {
	next.attempts, next.Code, next.Note = 0, "", ""
	until := clock.Real().Add(leased)
	if next.State.ended() || next.Kind == Shadow || r.late() {
		until = time.Unix(0, 0)
	}
	err := r.service.db.Within(ctx, r.tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := keep(ctx, tx, next, r.service.holder, until); err != nil {
			return err
		}
		return write(ctx, tx)
	})
	if err != nil {
		return err
	}
	r.trial = next
	if r.seen != nil {
		r.seen(next)
	}
	return nil
}

// letGo gives the trial to whoever comes next.
func (r *run) letGo(ctx context.Context) error {
	return r.service.db.Within(ctx, r.tenant, func(ctx context.Context, tx *pg.Tx) error {
		return stumble(ctx, tx, r.trial, r.service.holder, time.Unix(0, 0))
	})
}

// fail lets a trial wait and try again, and gives it up in the end.
func (r *run) fail(ctx context.Context, cause error) error {
	t := r.trial
	f := fault.Of(cause)
	t.attempts++
	t.Code, t.Note = f.Code, f.Sentence("en")
	if t.attempts >= tries {
		t.State = Failed
	}
	until := clock.Real().Add(time.Second << t.attempts)
	return r.service.db.Within(ctx, r.tenant, func(ctx context.Context, tx *pg.Tx) error {
		return stumble(ctx, tx, t, r.service.holder, until)
	})
}
