// Package importing replays a shop's order history as if it happened now.
//
// Online Retail is a file of invoice lines. Each country of it becomes a store,
// each invoice an order at its real time, each cancellation refunds of earlier
// lines; the store's clock follows, so commissions, settlement and withdrawals
// happen as they would have. The promises: every line is used or reported,
// with one reason; a run that was killed goes on where it was; a second run
// changes nothing.
//
// The file knows no distributors. Who sells, and under whom, is invented here,
// by rules that depend on nothing but the file (see people.go).
package importing

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Source is where imported orders say they came from.
const Source = "online-retail"

// Currency of the file, and so of every store made from it.
const Currency = "GBP"

// Clock moves a store's test clock.
type Clock interface {
	// Advance finishes what the store has to do at the time its clock shows,
	// moves the clock, and does what has become due, before it returns. Called
	// again with the same instant it finishes what a killed call left. It is
	// never asked to go back.
	Advance(ctx context.Context, tenant tenancy.ID, to time.Time) error
}

// SignUp makes a store whose test clock begins at an instant, or finds the one
// of that slug that an earlier run made.
type SignUp func(ctx context.Context, slug, name, currency, zone string, at time.Time) (tenancy.ID, error)

// Parts are what a replay works with.
type Parts struct {
	DB           *pg.DB
	Programs     *program.Service
	Distributors *distributor.Service
	Orders       *order.Service
	Withdrawals  *withdrawal.Service
	Clock        Clock
	SignUp       SignUp
}

// Service imports.
type Service struct {
	Parts
	foldMost int // sales in one transaction
}

// New builds the service.
func New(p Parts) *Service { return &Service{p, foldMost} }

// Job is one import.
type Job struct {
	Files   []string // CSV, gzipped or not
	Prefix  string   // of the stores' slugs: PREFIX-country
	Workers int      // stores replayed at once; 0 is 2

	// Progress is told of every step, one call at a time; nil for nobody.
	Progress func(Progress)
}

// Phases of a progress.
const (
	PhaseReplay = "replay" // the store's history is being replayed
	PhaseDone   = "done"   // the store is finished
)

// Progress is how far an import has come. Steps done by an earlier run count.
type Progress struct {
	Done, Total int    // steps of all stores
	Store       string // slug
	Phase       string
}

// Result is what an import has come to.
type Result struct {
	Report Report
	Stores []Store // by slug
}
