package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// What a host answers for an order that a strategy did not decide. All are
// retryable: the order waits, visibly.
const (
	CodeCrashed     = "plugin.crashed"          // it ends whenever it is asked about this order
	CodeTimeout     = "plugin.timeout"          // it does not answer about this order in time
	CodeTooLarge    = "plugin.too_large"        // question or answer is above 8 MiB
	CodeMalformed   = "plugin.malformed_answer" // no decision for this order, or two
	CodeError       = "plugin.error"            // it answered with an error
	CodeUnavailable = "plugin.unavailable"      // it could not be asked: stopped, backing off, in quarantine
	// CodeRuntimeMissing: it is written for Node.js, and there is none here.
	CodeRuntimeMissing = "plugin.runtime_missing"
)

const (
	maxOrders   = 200
	maxBytes    = 1 << 20
	maxRestarts = 24 // in one Evaluate: enough to isolate two poison orders of 200
	maxLost     = 3  // orders lost before any is decided: the strategy itself is broken
)

// Evaluate asks a strategy about orders, in batches of at most 200 orders or
// 1 MiB. The answer has exactly one decision for every order, in their order;
// what could not be decided is Failed with a code of this package. A batch that
// fails is halved, down to one order, so that a poison order stands alone. An
// error means that nothing at all could be asked.
func (h *Host) Evaluate(ctx context.Context, sha string, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	if _, err := h.store.find(sha); err != nil {
		return nil, err
	}
	if err := h.mayRun(sha); err != nil {
		return allRevoked(len(req.GetOrders()), err), nil
	}
	began := time.Now()
	e := &evaluation{host: h, slot: h.slot(sha), sha: sha, req: req, decisions: make([]*strategyv1.Decision, len(req.GetOrders()))}
	h.counters.orders.Add(int64(len(req.GetOrders())))
	for from := 0; from < len(e.decisions); {
		to := e.batchEnd(from)
		e.decide(ctx, from, to)
		from = to
	}
	if h.mayRun(sha) == nil { // its end was ours otherwise
		e.settle()
	}
	if !e.asked && len(e.decisions) > 0 {
		return nil, e.refusal
	}
	for i, d := range e.decisions {
		d.Order = int32(i)
	}
	h.trace(ctx, sha, "Evaluate", len(e.decisions), time.Since(began), h.metrics.decided(sha, e.decisions))
	e.maybeRecheck()
	return &strategyv1.EvaluateResponse{Decisions: e.decisions}, nil
}

// evaluation is one Evaluate on its way.
type evaluation struct {
	host      *Host
	slot      *slot
	sha       string
	req       *strategyv1.EvaluateRequest
	decisions []*strategyv1.Decision

	asked    bool  // some batch reached the plugin
	refusal  error // why it could not be asked
	decided  bool  // the plugin decided some order
	crash    error // a crash that has not been counted yet
	restarts int
	lost     int // single orders that ended their plugin
}

// batchEnd is where a batch that begins at from ends.
func (e *evaluation) batchEnd(from int) int {
	size := 0
	for to := from; to < len(e.req.Orders); to++ {
		size += proto.Size(e.req.Orders[to])
		if to > from && (size > maxBytes || to-from >= maxOrders) {
			return to
		}
	}
	return len(e.req.Orders)
}

func (e *evaluation) part(from, to int) *strategyv1.EvaluateRequest {
	return &strategyv1.EvaluateRequest{Config: e.req.Config, Rules: e.req.Rules, Orders: e.req.Orders[from:to]}
}

// decide fills the decisions from one position to another.
func (e *evaluation) decide(ctx context.Context, from, to int) {
	part := e.part(from, to)
	if to-from == 1 {
		if code := e.host.poison.known(e.sha, part); code != "" {
			e.asked = true
			e.fail(from, to, code, "asked before, with the same bytes")
			return
		}
	}
	out, err := e.ask(ctx, part)
	switch {
	case err == nil:
		e.take(from, to, out)
	case errors.Is(err, ErrRuntimeMissing): // the orders wait for whoever runs this machine
		e.asked = true
		e.fail(from, to, CodeRuntimeMissing, err.Error())
	case isRefusal(err) || ctx.Err() != nil:
		e.refusal = err
		code := CodeUnavailable
		switch {
		case errors.Is(err, ErrRevoked): // stopped under us: each order says so
			e.asked, code = true, CodeRevoked
		case errors.Is(err, ErrImpure):
			e.asked, code = true, CodeImpure
		}
		e.fail(from, to, code, err.Error())
	case to-from > 1:
		middle := from + (to-from)/2
		e.decide(ctx, from, middle)
		e.decide(ctx, middle, to)
	default:
		code := codeOf(err)
		if code == CodeCrashed || code == CodeTimeout {
			e.lost++
			e.slot.poisoned(part, code)
		}
		e.fail(from, to, code, err.Error())
	}
}

// notAsked wraps the reasons for which the plugin was not asked.
type notAsked struct{ error }

func (r notAsked) Unwrap() error { return r.error }

func isRefusal(err error) bool {
	var r notAsked
	return errors.As(err, &r)
}

// ask sends one batch. A process that was ended because of somebody else's
// call is no fault of this batch, which is asked again. A single order that
// seems to have ended the plugin is tried once more in a process of its own
// and with more patience: another caller's order may have done it, or a busy
// machine, and if it was this one, nobody else suffers the second time.
func (e *evaluation) ask(ctx context.Context, part *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	const tries = 3
	patience := e.host.patience(len(part.Orders))
	for try := 1; ; try++ {
		out, err := e.askShared(ctx, part, patience)
		if fatal(err) && len(part.Orders) == 1 {
			return e.askAlone(ctx, part, min(4*patience, e.host.config.CallMax))
		}
		if !errors.Is(err, errBystander) || try == tries {
			return out, err
		}
	}
}

// fatal tells whether a call cost the process its life.
func fatal(err error) bool { return errors.Is(err, errCrashed) || errors.Is(err, errTimeout) }

func (e *evaluation) askShared(ctx context.Context, part *strategyv1.EvaluateRequest, patience time.Duration) (*strategyv1.EvaluateResponse, error) {
	if e.restarts > maxRestarts || e.lost >= maxLost && !e.decided {
		return nil, notAsked{errors.New("the plugin failed on too many orders of this batch")}
	}
	p, err := e.slot.acquire(ctx, e.crash != nil)
	if err != nil {
		return nil, notAsked{err}
	}
	defer e.slot.release()
	return e.send(ctx, p, part, patience)
}

func (e *evaluation) askAlone(ctx context.Context, part *strategyv1.EvaluateRequest, patience time.Duration) (*strategyv1.EvaluateResponse, error) {
	p, err := e.host.startProcess(ctx, e.sha)
	if err != nil {
		return nil, notAsked{err}
	}
	defer func() { go p.stop(e.host.config.KillGrace) }()
	return e.send(ctx, p, part, patience)
}

func (e *evaluation) send(ctx context.Context, p *process, part *strategyv1.EvaluateRequest, patience time.Duration) (*strategyv1.EvaluateResponse, error) {
	e.asked = true
	e.host.counters.calls.Add(1)
	began := time.Now()
	out, err := call(ctx, p, patience, func(ctx context.Context) (*strategyv1.EvaluateResponse, error) {
		return p.strategy.Evaluate(ctx, part)
	})
	e.host.metrics.called(e.sha, time.Since(began), err)
	if fatal(err) {
		e.crash = err
		e.restarts++
	}
	if errors.Is(err, errTimeout) {
		e.host.counters.timedOut.Add(1)
	}
	return out, err
}

// patience is how long a batch may take.
func (h *Host) patience(orders int) time.Duration {
	return min(h.config.CallBase+time.Duration(orders)*h.config.CallPerOrder, h.config.CallMax)
}

// take accepts an answer: exactly one decision for every order of the batch.
func (e *evaluation) take(from, to int, out *strategyv1.EvaluateResponse) {
	seen := make([]int, to-from)
	strangers := 0
	for _, d := range out.GetDecisions() {
		at := int(d.GetOrder())
		if at < 0 || at >= len(seen) {
			strangers++
			continue
		}
		seen[at]++
		if d.GetOutcome() != nil && seen[at] == 1 {
			ownName(d.GetFailed())
			e.decisions[from+at] = d
		}
	}
	malformed := strangers
	for at, times := range seen {
		if times == 1 && e.decisions[from+at] != nil {
			e.decided = true
			continue
		}
		malformed++
		e.decisions[from+at] = nil
		e.fail(from+at, from+at+1, CodeMalformed, fmt.Sprintf("%d decisions for the order, 1 is due", times))
	}
	if malformed > 0 {
		e.host.counters.malformed.Add(int64(malformed))
		e.host.log.Error("malformed answer", "plugin", e.sha[:8], "orders", to-from, "decisions", len(out.GetDecisions()), "for_unknown_orders", strangers)
	}
}

func (e *evaluation) fail(from, to int, code, message string) {
	for i := from; i < to; i++ {
		e.decisions[i] = &strategyv1.Decision{Outcome: &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: code, Message: message, Retryable: true}}}
	}
}

// ownName keeps a strategy from speaking in the host's name: what begins with
// "plugin." is said by this package alone.
func ownName(f *strategyv1.Failed) {
	if rest, ours := strings.CutPrefix(f.GetCode(), "plugin."); ours {
		f.Code = "strategy." + rest
	}
}

// settle counts what happened once for the whole evaluation: halving a batch
// to find a poison order crashes the plugin many times, and a plugin that
// decided the other orders is not broken.
func (e *evaluation) settle() {
	switch {
	case e.crash != nil && !e.decided:
		e.slot.crashed(e.crash)
	case e.decided:
		e.slot.succeeded()
	}
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, errTimeout):
		return CodeTimeout
	case errors.Is(err, errCrashed):
		return CodeCrashed
	case errors.Is(err, errTooLarge):
		return CodeTooLarge
	case errors.Is(err, errBystander):
		return CodeUnavailable
	}
	return CodeError
}
