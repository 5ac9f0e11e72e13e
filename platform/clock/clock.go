// Package clock tells the time of a store.
//
// Business code takes its time from the transaction, which took it from here,
// once. Production stores live in real time; a store with a test clock lives
// at the instant its clock was set to.
package clock

import (
	"context"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// Clock is asked once per transaction. Times are UTC and whole microseconds,
// which is what PostgreSQL keeps.
type Clock interface {
	Now(ctx context.Context, tenant tenancy.ID) (time.Time, error)
}

// System is real time for every store.
type System struct{}

func (System) Now(context.Context, tenancy.ID) (time.Time, error) { return Real(), nil }

// Real is the real time, for what is not a store's business: sessions, leases,
// rate limits, jobs.
func Real() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Manual is one time for all stores, moved by hand: for tests.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual starts at the given time.
func NewManual(at time.Time) *Manual { return &Manual{now: at.UTC().Truncate(time.Microsecond)} }

func (m *Manual) Now(context.Context, tenancy.ID) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now, nil
}

// Set moves the clock.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = at.UTC().Truncate(time.Microsecond)
}

// Advance moves the clock by d.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}
