package host

import (
	"context"
	"errors"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// ClosePeriod asks a strategy what a period that is over pays. The answer has
// an outcome; what could not be decided is Failed with a code of this package.
// An error means that the strategy could not be asked. A question that ended
// its process is not asked again until the memory of it fades.
func (h *Host) ClosePeriod(ctx context.Context, sha string, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	if _, err := h.store.find(sha); err != nil {
		return nil, err
	}
	if err := h.mayRun(sha); err != nil {
		return closeFailed(CodeRevoked, err.Error()), nil
	}
	if code := h.poison.known(sha, req); code != "" {
		return closeFailed(code, "asked before, with the same bytes"), nil
	}
	slot := h.slot(sha)
	p, err := slot.acquire(ctx, false)
	if err != nil {
		return nil, err
	}
	patience := h.patience(len(req.GetMembers()))
	out, err := h.sendClose(ctx, sha, p, req, patience)
	slot.release()
	if fatal(err) { // somebody else's order may have ended the process
		out, err = h.closeAlone(ctx, sha, req, min(4*patience, h.config.CallMax))
	}
	switch {
	case err != nil && (ctx.Err() != nil || isRefusal(err)):
		return nil, err
	case fatal(err):
		slot.poisoned(req, codeOf(err))
		slot.crashed(err)
		return closeFailed(codeOf(err), err.Error()), nil
	case err != nil:
		return closeFailed(codeOf(err), err.Error()), nil
	}
	slot.succeeded()
	if flaw := malformedClose(out); flaw != "" {
		h.counters.malformed.Add(1)
		h.log.Error("malformed answer", "plugin", sha[:8], "period", req.GetPeriod().GetKey(), "flaw", flaw)
		return closeFailed(CodeMalformed, flaw), nil
	}
	ownName(out.GetFailed())
	return out, nil
}

func (h *Host) closeAlone(ctx context.Context, sha string, req *strategyv1.ClosePeriodRequest, patience time.Duration) (*strategyv1.ClosePeriodResponse, error) {
	p, err := h.startProcess(ctx, sha)
	if err != nil {
		return nil, notAsked{err}
	}
	defer func() { go p.stop(h.config.KillGrace) }()
	return h.sendClose(ctx, sha, p, req, patience)
}

func (h *Host) sendClose(ctx context.Context, sha string, p *process, req *strategyv1.ClosePeriodRequest, patience time.Duration) (*strategyv1.ClosePeriodResponse, error) {
	h.counters.calls.Add(1)
	began := time.Now()
	out, err := call(ctx, p, patience, func(ctx context.Context) (*strategyv1.ClosePeriodResponse, error) {
		return p.strategy.ClosePeriod(ctx, req)
	})
	h.metrics.called(sha, time.Since(began), err)
	if errors.Is(err, errTimeout) {
		h.counters.timedOut.Add(1)
	}
	return out, err
}

// malformedClose names what the shape of an answer lacks; amounts and people
// are not judged here.
func malformedClose(out *strategyv1.ClosePeriodResponse) string {
	switch o := out.GetOutcome().(type) {
	case nil:
		return "an answer without an outcome"
	case *strategyv1.ClosePeriodResponse_Closed:
		if len(o.Closed.GetAwards()) == 0 {
			return "a closed period that pays nobody"
		}
	}
	return ""
}

func closeFailed(code, message string) *strategyv1.ClosePeriodResponse {
	return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Failed{
		Failed: &strategyv1.Failed{Code: code, Message: message, Retryable: true}}}
}
