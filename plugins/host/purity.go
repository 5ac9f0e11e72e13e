package host

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// CodeImpure is what a host answers for an order whose strategy has given two
// answers to one question. It waits until an operator forgives the strategy or
// the store chooses another: neither replay nor a retry could be trusted.
const CodeImpure = "plugin.impure"

// ErrImpure is an [ErrQuarantined] that no merchant can lift.
var ErrImpure = fmt.Errorf("%w: it answered the same question differently", ErrQuarantined)

// A recheck costs a process and a batch. It rests so many times as long as it
// took before the next, which bounds what purity may cost to a twentieth of a
// core; what became due meanwhile is made up for, since every order of a batch
// is compared.
const recheckRest = 19

// doubt is one batch on its way to be asked again.
type doubt struct {
	req     *strategyv1.EvaluateRequest
	decided []*strategyv1.Decision
	alone   int // position of the order that is asked alone as well
}

// maybeRecheck picks a batch once in so many orders of the strategy. Never
// more than one is asked again at a time.
func (e *evaluation) maybeRecheck() {
	every := int64(e.host.config.RecheckEvery)
	if every <= 0 || len(e.decisions) == 0 || !e.slot.dueForRecheck(every, int64(len(e.decisions))) || !e.host.rechecking.TryLock() {
		return
	}
	d := e.doubted()
	if d == nil || !e.host.background() {
		e.host.rechecking.Unlock()
		return
	}
	e.slot.rechecked()
	go func() {
		defer e.host.working.Done()
		began := time.Now()
		e.host.recheck(e.sha, d)
		rest := time.NewTimer(recheckRest * time.Since(began))
		defer rest.Stop()
		select {
		case <-rest.C:
		case <-e.host.stop:
		}
		e.host.rechecking.Unlock()
	}()
}

// doubted copies at most a batch of the decided orders, in another order than
// they were asked in: neighbours must not matter.
func (e *evaluation) doubted() *doubt {
	var decided []int
	for at, d := range e.decisions {
		if d.GetFailed() == nil {
			decided = append(decided, at)
		}
	}
	if len(decided) == 0 {
		return nil
	}
	rand.Shuffle(len(decided), func(i, j int) { decided[i], decided[j] = decided[j], decided[i] })
	d := &doubt{req: &strategyv1.EvaluateRequest{Config: e.req.Config, Rules: proto.CloneOf(e.req.Rules)}}
	for size := 0; len(d.decided) < min(len(decided), maxOrders); {
		at := decided[len(d.decided)]
		if size += proto.Size(e.req.Orders[at]); size > maxBytes && len(d.decided) > 0 {
			break
		}
		d.req.Orders = append(d.req.Orders, proto.CloneOf(e.req.Orders[at]))
		d.decided = append(d.decided, proto.CloneOf(e.decisions[at]))
	}
	d.alone = rand.IntN(len(d.decided))
	return d
}

// recheck asks again in a fresh process, shuffled and then one order alone,
// and condemns a strategy of which any answer differs.
func (h *Host) recheck(sha string, d *doubt) {
	ctx, cancel := context.WithTimeout(context.Background(), h.config.StartTimeout+2*h.config.CallMax)
	defer cancel()
	go func() { // nobody waits for a proof when the host closes
		select {
		case <-h.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	p, err := h.startProcess(ctx, sha)
	if err != nil {
		return
	}
	defer p.stop(h.config.KillGrace)
	one := &strategyv1.EvaluateRequest{Config: d.req.Config, Rules: d.req.Rules, Orders: d.req.Orders[d.alone : d.alone+1]}
	for how, again := range []doubt{{req: d.req, decided: d.decided}, {req: one, decided: d.decided[d.alone : d.alone+1]}} {
		out, err := call(ctx, p, h.config.CallMax, func(ctx context.Context) (*strategyv1.EvaluateResponse, error) {
			return p.strategy.Evaluate(ctx, again.req)
		})
		if err != nil {
			return // a machine in trouble proves nothing
		}
		h.counters.rechecked.Add(int64(len(again.decided)))
		h.metrics.rechecked(sha, len(again.decided))
		if at := differs(again.decided, out.GetDecisions()); at >= 0 {
			h.impure(sha, again.req.Orders[at].GetSeq(), [...]string{"among others", "alone"}[how])
			return
		}
	}
}

// differs is the position of the first order that was answered in another way
// than before, -1 for none.
func differs(before, again []*strategyv1.Decision) int {
	answers := make(map[int32]*strategyv1.Decision, len(again))
	for _, d := range again {
		answers[d.GetOrder()] = d
	}
	for at, was := range before {
		is := answers[int32(at)]
		if is == nil || len(again) != len(before) {
			return at
		}
		was.Order = is.Order
		if !proto.Equal(was, is) {
			return at
		}
	}
	return -1
}

// impure is the incident: it is counted, logged and kept for whoever looks at
// the process.
func (h *Host) impure(sha string, seq int64, how string) {
	h.counters.impure.Add(1)
	h.metrics.impure(sha)
	err := fmt.Errorf("the strategy answered the same question differently: the order with seq %d, asked again %s in a fresh process", seq, how)
	h.log.Error("plugin quarantined", "plugin", sha[:8], "error", err)
	h.slot(sha).condemn(err)
}

// background counts a goroutine that Close waits for; false once it closes.
func (h *Host) background() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.working.Add(1)
	return true
}

// dueForRecheck counts orders; what falls due while another recheck runs stays
// due.
func (s *slot) dueForRecheck(every, orders int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unproved += orders
	return s.unproved >= every
}

func (s *slot) rechecked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unproved = 0
}

// condemn quarantines a strategy for good.
func (s *slot) condemn(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.impure {
		s.host.counters.quarantined.Add(1)
	}
	s.impure, s.lastErr = true, why
}
