package telemetry

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// Check asks one thing the server depends on. Its error is shown to operators.
type Check func(ctx context.Context) error

// Health collects the checks that decide whether a server can take requests.
//
// Two questions are kept apart. Live asks whether the process works at all: a
// restart would help it. Ready asks whether the things it depends on answer: a
// restart would not help, but requests should go elsewhere.
type Health struct {
	mu     sync.RWMutex
	checks map[string]Check
}

// NewHealth has no checks and is ready.
func NewHealth() *Health { return &Health{checks: map[string]Check{}} }

// Register adds a named check, or replaces the one of that name.
func (h *Health) Register(name string, check Check) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks[name] = check
}

// Ready runs all checks at once and returns the failed ones, by name. A check
// that takes longer than two seconds has failed.
func (h *Health) Ready(ctx context.Context) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	h.mu.RLock()
	pending := make(map[string]Check, len(h.checks))
	for name, check := range h.checks {
		pending[name] = check
	}
	h.mu.RUnlock()

	type answer struct {
		name string
		err  error
	}
	answers := make(chan answer, len(pending))
	for name, check := range pending {
		go func() { answers <- answer{name, check(ctx)} }()
	}
	failed := map[string]error{}
	for len(pending) > 0 {
		select {
		case a := <-answers:
			delete(pending, a.name)
			if a.err != nil {
				failed[a.name] = a.err
			}
		case <-ctx.Done():
			for name := range pending {
				failed[name] = ctx.Err()
			}
			return failed
		}
	}
	return failed
}

// LiveHandler answers 200 as long as the process can answer at all.
func (h *Health) LiveHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, http.StatusOK, "ok", nil)
	})
}

// ReadyHandler answers 200, or 503 with the names of what failed. The reasons
// stay inside: they may name hosts.
func (h *Health) ReadyHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		failed := h.Ready(r.Context())
		if len(failed) == 0 {
			writeHealth(w, http.StatusOK, "ok", nil)
			return
		}
		names := map[string]string{}
		for name := range failed {
			names[name] = "failed"
		}
		writeHealth(w, http.StatusServiceUnavailable, "unavailable", names)
	})
}

func writeHealth(w http.ResponseWriter, code int, status string, checks map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(struct {
		Status string            `json:"status"`
		Checks map[string]string `json:"checks,omitempty"`
	}{status, checks})
}
