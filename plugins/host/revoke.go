package host

import (
	"errors"
	"fmt"
	"maps"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// CodeRevoked is what a host answers for an order whose strategy is stopped.
// The order waits and is asked about again, so nothing is lost when the
// platform takes the revocation back.
const CodeRevoked = "plugin.revoked"

// ErrRevoked says that the platform has stopped a strategy.
var ErrRevoked = errors.New("host: the platform has stopped this strategy")

// SetStopped names every artifact that must not run, by hash and with the
// reason; what is not named may run again. Processes of newly stopped ones end
// at once, and calls in flight with them are answered with CodeRevoked.
func (h *Host) SetStopped(reasons map[string]string) {
	reasons = maps.Clone(reasons)
	h.stopped.Store(&reasons)
	for sha := range reasons {
		h.mu.Lock()
		s := h.slots[sha]
		h.mu.Unlock()
		if s != nil {
			s.halt()
		}
	}
}

// mayRun refuses a stopped artifact.
func (h *Host) mayRun(sha string) error {
	if stopped := h.stopped.Load(); stopped != nil {
		if reason, is := (*stopped)[sha]; is {
			return fmt.Errorf("%w: %s", ErrRevoked, reason)
		}
	}
	return nil
}

// halt ends the slot's process under whoever uses it.
func (s *slot) halt() {
	s.mu.Lock()
	p := s.process
	s.process = nil
	s.mu.Unlock()
	if p != nil {
		p.condemned.Store(true)
		go p.stop(0)
	}
}

// allRevoked answers for orders that nobody is asked about.
func allRevoked(orders int, why error) *strategyv1.EvaluateResponse {
	out := &strategyv1.EvaluateResponse{}
	for i := range orders {
		out.Decisions = append(out.Decisions, &strategyv1.Decision{Order: int32(i), Outcome: &strategyv1.Decision_Failed{
			Failed: &strategyv1.Failed{Code: CodeRevoked, Message: why.Error(), Retryable: true}}})
	}
	return out
}
