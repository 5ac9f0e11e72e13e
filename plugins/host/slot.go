package host

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
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
	Resident  int64     // bytes of memory of the running process
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
	impure   bool      // in quarantine until forgiven
	unproved int64     // orders since the last recheck
	trouble  time.Time // of the last crash or poisoned question since the last chance; zero for none
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
	began := time.Now()
	p, err := s.host.startProcess(ctx, s.sha)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ErrNotInstalled) && !errors.Is(err, ErrTampered) && !errors.Is(err, ErrRuntimeMissing) {
			s.crashedAfter(err, time.Since(began))
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
	if s.impure {
		return nil, ErrImpure
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
func (s *slot) crashed(cause error) { s.crashedAfter(cause, 0) }

// crashedAfter is crashed for a start that somebody waited for: the pause is
// at least twice as long as the wait, so that a plugin that hangs at its start
// holds its lane up for a third of the time at most.
func (s *slot) crashedAfter(cause error, waited time.Duration) {
	if s.host.mayRun(s.sha) != nil { // its end was ours
		return
	}
	c := s.host.config
	s.mu.Lock()
	defer s.mu.Unlock()
	s.host.counters.crashed.Add(1)
	s.crashes = append(s.crashes, time.Now())
	s.troubled()
	pause := c.BackoffMin << min(s.inRow, 20)
	if pause > c.BackoffMax || pause <= 0 {
		pause = c.BackoffMax
	}
	pause = max(pause, min(2*waited, c.BackoffMax))
	s.inRow++
	s.host.metrics.crashed(s.sha)
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

func (s *slot) succeeded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inRow, s.retryAt = 0, time.Time{}
}

// forgive forgets everything.
func (s *slot) forgive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashes, s.inRow, s.retryAt, s.lastErr, s.impure = nil, 0, time.Time{}, nil, false
	s.trouble, s.unproved = time.Time{}, 0
}

// secondChance lifts a pause or a quarantine for one try: one more crash, and
// it is back in quarantine.
func (s *slot) secondChance() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.impure {
		return false
	}
	if extra := len(s.crashes) - (s.host.config.CrashLimit - 1); extra > 0 {
		s.crashes = s.crashes[extra:]
	}
	s.inRow, s.retryAt, s.trouble = 0, time.Time{}, time.Time{}
	return true
}

// troubled remembers that the strategy ended over a question, and says so to
// whoever counts its chances. It needs the lock.
func (s *slot) troubled() {
	s.trouble = time.Now()
	if s.host.config.Troubled != nil {
		s.host.config.Troubled(s.sha, s.trouble)
	}
}

// poisoned remembers a question that ended the strategy.
func (s *slot) poisoned(req proto.Message, code string) {
	s.host.poison.add(s.sha, req, code)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubled()
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
		st.Resident = residentBytes(st.PID)
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
