package trial

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Store tells the store's money and time zone.
type Store interface {
	Money(ctx context.Context, tx *pg.Tx) (currency string, zone *time.Location, err error)
}

// Service starts trials and works at them.
type Service struct {
	db       *pg.DB
	engine   *commission.Service
	programs *program.Service
	stores   Store
	holder   holderID // this process, in leases

	// Enqueue adds a job to the transaction that starts a trial. Without it a
	// trial waits for whoever calls Run.
	Enqueue func(ctx context.Context, tx *pg.Tx, w Work) error

	// Page is how many orders are decided between two writes.
	Page int
}

// New builds the service of one process.
func New(db *pg.DB, engine *commission.Service, programs *program.Service, stores Store) *Service {
	return &Service{db: db, engine: engine, programs: programs, stores: stores, holder: id.New[holderKind](clock.Real()), Page: 1000}
}

// Work is the job that goes on with a trial.
type Work struct {
	Store tenancy.ID `json:"store"`
	Trial ID         `json:"trial"`
}

// Kind names the job.
func (Work) Kind() string { return "trial.work" }

// most is how many trials of a store run at once.
const most = 3

// Wish is a trial that somebody would like to have.
type Wish struct {
	Title  string
	Author string
}

// StartBacktest tries a programme on the orders paid within a period.
func (s *Service) StartBacktest(ctx context.Context, tenant tenancy.ID, w Wish, plan program.Revision, from, to time.Time) (Trial, error) {
	if !from.Before(to) {
		return Trial{}, errPeriod.At("from")
	}
	return s.start(ctx, tenant, Trial{Kind: Backtest, Title: w.Title, Author: w.Author, Plan: &plan, From: from.UTC(), To: to.UTC()})
}

// StartProof asks again about everything that was decided for orders paid in a
// month of the store, "2026-03".
func (s *Service) StartProof(ctx context.Context, tenant tenancy.ID, w Wish, month string) (Trial, error) {
	var from, to time.Time
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		if from, err = time.ParseInLocation("2006-01", month, zone); err != nil {
			return errMonth.At("month").Because(err)
		}
		to = from.AddDate(0, 1, 0)
		return nil
	})
	if err != nil {
		return Trial{}, err
	}
	if w.Title == "" {
		w.Title = month
	}
	return s.start(ctx, tenant, Trial{Kind: Proof, Title: w.Title, Author: w.Author, From: from.UTC(), To: to.UTC()})
}

// StartShadow lets a programme run beside the one in force for every order
// decided from now on. It pays nothing.
func (s *Service) StartShadow(ctx context.Context, tenant tenancy.ID, w Wish, plan program.Revision) (Trial, error) {
	return s.start(ctx, tenant, Trial{Kind: Shadow, Title: w.Title, Author: w.Author, Plan: &plan})
}

func (s *Service) start(ctx context.Context, tenant tenancy.ID, t Trial) (Trial, error) {
	t.State = Queued
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		if err := roomFor(ctx, tx, t.Kind); err != nil {
			return err
		}
		t.ID, t.CreatedAt = id.New[kind](clock.Real()), tx.Now()
		if err := t.span(ctx, tx); err != nil {
			return err
		}
		if err := insert(ctx, tx, t); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, t.ID)
	})
	return t, err
}

func roomFor(ctx context.Context, tx *pg.Tx, k Kind) error {
	running, err := open(ctx, tx)
	if err != nil {
		return err
	}
	n := 0
	for _, r := range running {
		switch {
		case r.Kind == Shadow && k == Shadow:
			return errShadowing
		case r.Kind != Shadow:
			n++
		}
	}
	if k != Shadow && n >= most {
		return errBusy.With("most", most)
	}
	return nil
}

// span finds the orders that a trial goes through.
func (t *Trial) span(ctx context.Context, tx *pg.Tx) (err error) {
	if t.Kind == Shadow {
		t.From, t.To = tx.Now(), commission.Never
		t.Cursor, err = commission.LastSeq(ctx, tx)
		return err
	}
	span, err := order.SpanOf(ctx, tx, t.From, t.To)
	if err != nil {
		return err
	}
	if span.Orders == 0 {
		return errNoOrders
	}
	t.Total, t.Cursor, t.Last = span.Orders, span.First-1, span.Last
	t.Tally.Waiting, t.Proof.Waiting = span.Waiting, span.Waiting
	return nil
}

func (s *Service) enqueue(ctx context.Context, tx *pg.Tx, which ID) error {
	if s.Enqueue == nil {
		return nil
	}
	return s.Enqueue(ctx, tx, Work{tx.Tenant(), which})
}

// Cancel ends a trial; what it has found until then stands. A shadow ends so.
func Cancel(ctx context.Context, tx *pg.Tx, which ID) (Trial, error) {
	ended, err := end(ctx, tx, which)
	if err != nil {
		return Trial{}, err
	}
	t, err := read(ctx, tx, which)
	if err == nil && !ended {
		err = errEnded
	}
	return t, err
}

// Continue goes on with a backtest or proof that was cancelled or has failed,
// from where it stood. A shadow does not go on: orders were decided meanwhile.
func (s *Service) Continue(ctx context.Context, tx *pg.Tx, which ID) (Trial, error) {
	if err := lock(ctx, tx); err != nil {
		return Trial{}, err
	}
	t, err := read(ctx, tx, which)
	if err != nil {
		return t, err
	}
	if err := roomFor(ctx, tx, t.Kind); err != nil {
		return t, err
	}
	queued, err := again(ctx, tx, which)
	switch {
	case err != nil:
		return t, err
	case !queued:
		return t, errNotStopped
	}
	if err := s.enqueue(ctx, tx, which); err != nil {
		return t, err
	}
	return read(ctx, tx, which)
}

// Get reads a trial. [ErrUnknown] when the store does not have it.
func Get(ctx context.Context, tx *pg.Tx, which ID) (Trial, error) { return read(ctx, tx, which) }

// List pages through trials, the newest first, below the given one (zero for
// the first page); kind "" is all.
func List(ctx context.Context, tx *pg.Tx, k Kind, before ID, limit int) ([]Trial, error) {
	return list(ctx, tx, k, before, limit)
}

// Resume queues the store's trials that wait and that nobody works at: the net
// under the jobs.
func (s *Service) Resume(ctx context.Context, tenant tenancy.ID) error {
	var waiting []Trial
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		if waiting, err = idle(ctx, tx, clock.Real()); err != nil {
			return err
		}
		for _, t := range waiting {
			if t.Kind != Shadow {
				if err := s.enqueue(ctx, tx, t.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range waiting {
		if t.Kind == Shadow {
			if err := s.follow(ctx, tenant, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow lets a shadow catch up, when there is something to catch up with.
func (s *Service) follow(ctx context.Context, tenant tenancy.ID, t Trial) error {
	found := false
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		found, err = commission.DecidedAfter(ctx, tx, t.Cursor)
		return err
	})
	if err != nil || !found {
		return err
	}
	_, err = s.Run(ctx, tenant, t.ID, slice, nil)
	return err
}
