// Package grading asks a store's strategy who is promoted, who keeps their
// grade and who is demoted, and does what it says.
//
// A store is due at the end of each of its days. The strategy is asked outside
// any transaction about what its members did in the window that its
// configuration names; a sound answer changes grades for later orders, once
// per store and day, each change with its reason, its evidence and who
// answered. An answer that breaks a rail changes nothing and shows why.
package grading

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/performance"
	"github.com/fenli-io/fenli/tenants/program"
)

// Strategies asks strategies; the host of the plugins implements it.
type Strategies interface {
	// EvaluateTier answers with one decision for every member of the request,
	// in their order. What could not be decided is a Failed decision; an error
	// means that nothing could be asked at all.
	EvaluateTier(ctx context.Context, sha256 string, request *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error)
	// Incentives answers with how far members are with the strategy's tasks.
	Incentives(ctx context.Context, sha256 string, request *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error)
}

// Service holds the verbs.
type Service struct {
	db           *pg.DB
	programs     *program.Service
	distributors *distributor.Service
	commission   *commission.Service
	strategies   Strategies
	stores       commission.Store
}

// New builds the service.
func New(db *pg.DB, programs *program.Service, distributors *distributor.Service, lanes *commission.Service, strategies Strategies, stores commission.Store) *Service {
	return &Service{db, programs, distributors, lanes, strategies, stores}
}

// OnSignUp makes a new store due at the end of its first day.
func (s *Service) OnSignUp(ctx context.Context, tx *pg.Tx) error {
	_, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into grading_store (tenant_id, due_at) values ($1, $2) on conflict do nothing`, tx.Tenant(), dayEnd(tx.Now(), zone))
	return err
}

// dayEnd is the end of the store's day that an instant lies in. Where clocks
// are put forward at midnight the next day begins later, and what time.Date
// makes of its midnight lies in this day still.
func dayEnd(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	end := time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	if end.Day() == d {
		_, end = end.ZoneBounds()
	}
	return end.UTC()
}

// dayOf is the day that an instant ends.
func dayOf(end time.Time, zone *time.Location) performance.Date {
	return performance.Day(end.Add(-time.Microsecond), zone)
}

type changeKind struct{}

func (changeKind) Prefix() string { return "grd" }

// ChangeID is the id of a change, "grd_…".
type ChangeID = id.Of[changeKind]

// Evidence is one number and what it was held against.
type Evidence struct {
	What            string
	Money           bool // minor units of the store's currency; else a count
	Current, Target int64
}

// Next is the grade above and what it still takes.
type Next struct {
	Grade   string
	Missing []Evidence
}

// Verdict is what the strategy says of one member. Sentences are in the
// language asked for.
type Verdict struct {
	Member   distributor.Label
	From     string
	To       string // "" when the grade is kept or nothing could be decided
	Promoted bool
	Why      string
	Failed   string // the code of why nothing could be decided
	Evidence []Evidence
	Next     *Next // nil: nothing is above
}

// Change is a grade that was changed.
type Change struct {
	ID       ChangeID
	Day      performance.Date
	At       time.Time
	Strategy string
	Version  string
	Artifact string
	Revision int
	Verdict
}

// Run is what was decided for a day.
type Run struct {
	Day      performance.Date
	Members  int
	Promoted int
	Demoted  int
	Failed   int
	At       time.Time
}

// Status is where a store's grading stands.
type Status struct {
	Grades bool // the programme in force grades members
	DueAt  time.Time
	Reason string // why the day that is due could not be graded yet, as a sentence
	Code   string
	Last   *Run
}

// Task is one task of a member in the running period.
type Task struct {
	Key             string
	Title           string
	Money           bool
	Current, Target int64
	Amount, Points  int64 // what finishing brings; money comes when the period closes
	Badge           string
}

// Tasks are a member's of the running period.
type Tasks struct {
	Period   string
	From, To time.Time
	AsOf     time.Time
	Items    []Task
}
