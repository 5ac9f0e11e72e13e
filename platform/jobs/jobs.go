// Package jobs runs work that people wait seconds for: notices, exports,
// payouts. A job is inserted in the transaction that is its reason, so it
// exists exactly when its reason does.
//
// Arguments are ids only: River's tables are behind no wall, and the worker
// reads again under [pg.DB.Within]. Work that follows an order is no job but a
// work row.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/fenli-io/fenli/platform/pg"
)

// Args are what a job knows: a kind ("withdrawal.pay_out") and ids.
type Args interface{ Kind() string }

// Workers collects what can be done, before the queue is opened.
type Workers struct {
	workers  *river.Workers
	kinds    int
	periodic []*river.PeriodicJob
}

// NewWorkers is an empty collection.
func NewWorkers() *Workers { return &Workers{workers: river.NewWorkers()} }

// Do registers the work of one kind of job. An error tries again later, up to
// River's 25 attempts; the work must bear being done twice.
func Do[A Args](w *Workers, work func(ctx context.Context, args A) error) {
	w.kinds++
	river.AddWorker(w.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[A]) error {
		return work(ctx, job.Args)
	}))
}

// DoWithin is Do for work that may take longer than River's minute.
func DoWithin[A Args](w *Workers, limit time.Duration, work func(ctx context.Context, args A) error) {
	w.kinds++
	river.AddWorker(w.workers, &patient[A]{limit: limit, work: work})
}

// patient is a worker with a limit of its own.
type patient[A Args] struct {
	river.WorkerDefaults[A]
	limit time.Duration
	work  func(ctx context.Context, args A) error
}

func (p *patient[A]) Timeout(*river.Job[A]) time.Duration { return p.limit }

func (p *patient[A]) Work(ctx context.Context, job *river.Job[A]) error { return p.work(ctx, job.Args) }

// Every registers work for every so often, in one process at a time.
func Every[A Args](w *Workers, interval time.Duration, args A, work func(ctx context.Context, args A) error) {
	Do(w, work)
	w.periodic = append(w.periodic, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil },
		&river.PeriodicJobOpts{RunOnStart: true}))
}

// Queue inserts jobs and, once started, works on them.
type Queue struct {
	client *river.Client[pgx.Tx]
	works  bool
}

// Open prepares a queue on the pool. atOnce bounds the jobs this process works
// on; 0 opens a queue that only inserts, as does having no workers.
func Open(db *pg.DB, w *Workers, atOnce int, log *slog.Logger) (*Queue, error) {
	config := &river.Config{Logger: log, Workers: w.workers}
	works := atOnce > 0 && w.kinds > 0 // River refuses to start with nothing to do
	if works {
		config.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}}
		config.PeriodicJobs = w.periodic
	}
	client, err := river.NewClient(riverpgxv5.New(db.Pool()), config)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return &Queue{client, works}, nil
}

// Insert adds a job to the transaction.
func (q *Queue) Insert(ctx context.Context, tx *pg.Tx, args Args) error {
	same, err := tx.Pgx()
	if err == nil {
		_, err = q.client.InsertTx(ctx, same, args, nil)
	}
	if err != nil {
		return fmt.Errorf("jobs: insert %s: %w", args.Kind(), err)
	}
	return nil
}

// Start begins to work and returns.
func (q *Queue) Start(ctx context.Context) error {
	if !q.works {
		return nil
	}
	if err := q.client.Start(ctx); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// Stop takes no more jobs and waits for those at work as long as ctx lasts.
func (q *Queue) Stop(ctx context.Context) error {
	if !q.works {
		return nil
	}
	return q.client.Stop(ctx)
}
