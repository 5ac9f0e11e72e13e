package host

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// recheck asks about one order again, alone and in a fresh process, and
// quarantines a strategy whose answer differs in a byte: it is no pure
// function, so neither replay nor a retry could be trusted.
func (h *Host) recheck(sha string, req *strategyv1.EvaluateRequest, decided *strategyv1.Decision) {
	ctx, cancel := context.WithTimeout(context.Background(), h.config.StartTimeout+h.config.CallMax)
	defer cancel()
	p, err := h.startProcess(ctx, sha)
	if err != nil {
		return
	}
	defer p.stop(h.config.KillGrace)
	out, err := call(ctx, p, h.config.CallMax, func(ctx context.Context) (*strategyv1.EvaluateResponse, error) {
		return p.strategy.Evaluate(ctx, req)
	})
	if err != nil {
		return // a machine in trouble proves nothing
	}
	h.counters.rechecked.Add(1)
	if len(out.GetDecisions()) == 1 && proto.Equal(decided, out.Decisions[0]) {
		return
	}
	h.counters.impure.Add(1)
	h.log.Error("the strategy answered the same question differently", "plugin", sha[:8], "seq", req.Orders[0].GetSeq())
	h.slot(sha).condemn()
}

// maybeRecheck picks every so many-th decided order.
func (e *evaluation) maybeRecheck() {
	every := int64(e.host.config.RecheckEvery)
	if every <= 0 {
		return
	}
	n := int64(len(e.decisions))
	after := e.host.counters.forRecheck.Add(n)
	if after/every == (after-n)/every {
		return
	}
	at := int(time.Now().UnixNano() % n)
	if e.decisions[at].GetFailed() != nil || !e.host.rechecking.TryLock() {
		return
	}
	d := proto.Clone(e.decisions[at]).(*strategyv1.Decision)
	d.Order = 0
	req := proto.Clone(e.part(at, at+1)).(*strategyv1.EvaluateRequest)
	go func() {
		defer e.host.rechecking.Unlock()
		e.host.recheck(e.sha, req, d)
	}()
}
