package registry

import (
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
)

// throttle slows guessing down: who has failed often waits, twice as long each
// time. It counts by account, by address, and by both together, in this
// process and in bounded memory; guesses count for all processes.
type throttle struct {
	mu    sync.Mutex
	kept  map[string]*failures
	bound int
	now   func() time.Time
}

type failures struct {
	count int
	until time.Time // no attempt before
	last  time.Time
}

// How many failures are free before waiting begins.
const (
	freePerPair    = 5   // one account from one address: a person at their phone
	freePerLogin   = 20  // one account from anywhere
	freePerAddress = 100 // one address: an office behind one router
	longestWait    = 15 * time.Minute
	forgetAfter    = time.Hour
)

func newThrottle() *throttle {
	return &throttle{kept: map[string]*failures{}, bound: 100_000, now: clock.Real}
}

// attempt is one try to log in.
type attempt struct{ pair, login, address string }

func attemptOf(loginHash []byte, address string) attempt {
	return attempt{pair: "p" + string(loginHash) + address, login: "l" + string(loginHash), address: "a" + address}
}

// admit says how long to wait, 0 for now. An attempt that is admitted counts
// as failed until succeed says otherwise, so that many at once count too.
func (t *throttle) admit(a attempt) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	limits := []struct {
		key  string
		free int
	}{{a.pair, freePerPair}, {a.login, freePerLogin}, {a.address, freePerAddress}}
	var wait time.Duration
	for _, l := range limits {
		if f := t.kept[l.key]; f != nil && f.until.After(now) {
			wait = max(wait, f.until.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, l := range limits {
		t.count(l.key, l.free, now)
	}
	return 0
}

func (t *throttle) count(key string, free int, now time.Time) {
	f := t.kept[key]
	if f == nil || now.Sub(f.last) > forgetAfter {
		if f == nil && len(t.kept) >= t.bound {
			t.forget(now)
		}
		f = &failures{}
		t.kept[key] = f
	}
	f.count++
	f.last = now
	if over := f.count - free; over >= 0 {
		f.until = now.Add(min(longestWait, time.Second<<min(over, 20)))
	}
}

// succeed forgives the account; the address keeps its count, less this one.
func (t *throttle) succeed(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.kept, a.pair)
	delete(t.kept, a.login)
	if f := t.kept[a.address]; f != nil {
		if f.count--; f.count < freePerAddress {
			f.until = time.Time{}
		}
	}
}

// forget makes room: first the old, and if all are young, any tenth.
func (t *throttle) forget(now time.Time) {
	for key, f := range t.kept {
		if now.Sub(f.last) > forgetAfter {
			delete(t.kept, key)
		}
	}
	if len(t.kept) < t.bound {
		return
	}
	n := t.bound / 10
	for key := range t.kept { // in no order
		delete(t.kept, key)
		if n--; n <= 0 {
			return
		}
	}
}
