package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// What keeps a strategy from being asked at all.
var (
	ErrQuarantined = errors.New("host: the strategy crashed too often and is in quarantine")
	ErrBackingOff  = errors.New("host: the strategy crashed and is not started again yet")
	ErrClosed      = errors.New("host: closed")
)

// Status is how an artifact's process is.
type Status struct {
	State     string    // "stopped", "serving", "crashed", "quarantined" or "revoked"
	PID       string    // of the running process
	Crashes   int       // within the window
	LastError string    // of the last crash
	RetryAt   time.Time // when a crashed one may start again
}

// slot is an artifact's place: at most one process, and the memory of crashes.
//
//	stopped → running → stopped | crashed (waits) | quarantined (3 in 10 minutes)
type slot struct {
	host *Host
	sha  string
	gate chan struct{} // held while starting, so that many callers start one process

	mu       sync.Mutex
	process  *process
	inFlight int
	lastUse  time.Time
	crashes  []time.Time
	inRow    int // crashes since the last success, for the back-off
	retryAt  time.Time
	lastErr  error
	closed   bool
	impure   bool // in quarantine until reset
}

// acquire returns the running process, or starts one, and keeps it from being
// stopped until release. A caller in the middle of
// isolating a poison order does not wait for the back-off.
func (s *slot) acquire(ctx context.Context, atOnce bool) (*process, error) {
	select {
	case s.gate <- struct{}{}:
		defer func() { <-s.gate }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p, err := s.running(atOnce); p != nil || err != nil {
		return p, err
	}
	p, err := s.host.startProcess(ctx, s.sha)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ErrNotInstalled) && !errors.Is(err, ErrTampered) && !errors.Is(err, ErrRuntimeMissing) {
			s.crashed(err)
		}
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		go p.stop(0)
		return nil, ErrClosed
	}
	s.process = p
	return s.taken(p), nil
}

func (s *slot) running(atOnce bool) (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if err := s.host.mayRun(s.sha); err != nil {
		return nil, err
	}
	if s.quarantined() {
		return nil, ErrQuarantined
	}
	if s.process != nil && s.process.alive() {
		return s.taken(s.process), nil
	}
	if s.process != nil {
		go s.process.stop(0)
		s.process = nil
	}
	if wait := time.Until(s.retryAt); wait > 0 && !atOnce {
		return nil, fmt.Errorf("%w: %s more", ErrBackingOff, wait.Round(time.Millisecond))
	}
	return nil, nil
}

func (s *slot) taken(p *process) *process {
	s.inFlight++
	s.lastUse = time.Now()
	return p
}

func (s *slot) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
	s.lastUse = time.Now()
}

// crashed remembers a crash and sets the pause before the next start.
func (s *slot) crashed(cause error) {
	if s.host.mayRun(s.sha) != nil { // its end was ours
		return
	}
	c := s.host.config
	s.mu.Lock()
	defer s.mu.Unlock()
	s.host.counters.crashed.Add(1)
	s.crashes = append(s.crashes, time.Now())
	pause := c.BackoffMin << min(s.inRow, 20)
	if pause > c.BackoffMax || pause <= 0 {
		pause = c.BackoffMax
	}
	s.inRow++
	s.lastErr = cause
	s.retryAt = time.Now().Add(pause)
	if s.quarantined() {
		s.host.counters.quarantined.Add(1)
		s.host.log.Error("plugin quarantined", "plugin", s.sha[:8], "error", cause)
		return
	}
	s.host.log.Warn("plugin crashed", "plugin", s.sha[:8], "error", cause, "next_start_in", pause)
}

// quarantined counts the crashes that are young enough. It needs the lock.
func (s *slot) quarantined() bool {
	old := time.Now().Add(-s.host.config.CrashWindow)
	for len(s.crashes) > 0 && s.crashes[0].Before(old) {
		s.crashes = s.crashes[1:]
	}
	return s.impure || len(s.crashes) >= s.host.config.CrashLimit
}

// condemn quarantines a strategy that answered the same question differently.
func (s *slot) condemn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.impure = true
	s.lastErr = errors.New("the strategy answered the same question differently")
	s.host.counters.quarantined.Add(1)
}

func (s *slot) succeeded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inRow, s.retryAt = 0, time.Time{}
}

func (s *slot) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashes, s.inRow, s.retryAt, s.lastErr, s.impure = nil, 0, time.Time{}, nil, false
}

func (s *slot) status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Status{State: "stopped", RetryAt: s.retryAt}
	if s.lastErr != nil {
		st.LastError = s.lastErr.Error()
	}
	switch {
	case s.host.mayRun(s.sha) != nil:
		st.State = "revoked"
	case s.quarantined():
		st.State = "quarantined"
	case s.process != nil && s.process.alive():
		st.State, st.PID = "serving", s.process.runner.ID()
	case time.Now().Before(s.retryAt):
		st.State = "crashed"
	}
	st.Crashes = len(s.crashes)
	return st
}

func (s *slot) stopIfIdle(idle time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil && s.inFlight == 0 && time.Since(s.lastUse) >= idle {
		go s.process.stop(s.host.config.KillGrace)
		s.process = nil
	}
}

// close drains by count before it stops: a stop cuts every call in flight.
func (s *slot) close(ctx context.Context) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	for s.busy() && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
	s.mu.Lock()
	p := s.process
	s.process = nil
	s.mu.Unlock()
	if p != nil {
		p.stop(s.host.config.KillGrace)
	}
}

func (s *slot) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inFlight > 0
}
