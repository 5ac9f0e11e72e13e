package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// EvaluateTier asks a strategy about the grades of members, in batches of at
// most 200. The answer has exactly one decision for every member, in their
// order; what could not be decided is Failed with a code of this package. An
// error means that the strategy could not be asked at all.
func (h *Host) EvaluateTier(ctx context.Context, sha string, req *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	all := &strategyv1.EvaluateTierResponse{Decisions: make([]*strategyv1.TierDecision, len(req.GetMembers()))}
	for from := 0; from < len(all.Decisions); from += maxOrders {
		to := min(from+maxOrders, len(all.Decisions))
		part := &strategyv1.EvaluateTierRequest{Config: req.Config, Rules: req.Rules, Currency: req.Currency, MinorDigits: req.MinorDigits,
			Grades: req.Grades, Window: req.Window, Members: req.Members[from:to]}
		out, code, err := askWhole(ctx, h, sha, part, to-from, strategyv1.StrategyClient.EvaluateTier)
		if code == "" && err != nil {
			return nil, err
		}
		h.takeTiers(sha, all.Decisions[from:to], out, code, err)
	}
	for i, d := range all.Decisions {
		d.Member = int32(i)
	}
	return all, nil
}

// takeTiers accepts an answer: exactly one decision for every member asked
// about.
func (h *Host) takeTiers(sha string, into []*strategyv1.TierDecision, out *strategyv1.EvaluateTierResponse, code string, cause error) {
	if code != "" {
		for i := range into {
			into[i] = tierFailed(code, cause.Error())
		}
		return
	}
	said := make([][]*strategyv1.TierDecision, len(into))
	malformed := 0
	for _, d := range out.GetDecisions() {
		if at := int(d.GetMember()); at >= 0 && at < len(said) {
			said[at] = append(said[at], d)
		} else {
			malformed++
		}
	}
	for i, list := range said {
		if len(list) == 1 && list[0].GetOutcome() != nil {
			into[i] = list[0]
			continue
		}
		malformed++
		into[i] = tierFailed(CodeMalformed, fmt.Sprintf("%d decisions for the member, 1 is due", len(list)))
	}
	if malformed > 0 {
		h.counters.malformed.Add(int64(malformed))
		h.log.Error("malformed answer", "plugin", sha[:8], "members", len(into), "decisions", len(out.GetDecisions()))
	}
}

func tierFailed(code, message string) *strategyv1.TierDecision {
	return &strategyv1.TierDecision{Outcome: &strategyv1.TierDecision_Failed{Failed: &strategyv1.Failed{Code: code, Message: message, Retryable: true}}}
}

// Incentives asks a strategy how far members are with its tasks, in batches of
// at most 200. A failure of any batch is the failure of the answer; its code is
// the strategy's or one of this package. An error means that the strategy could
// not be asked.
func (h *Host) Incentives(ctx context.Context, sha string, req *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	all := &strategyv1.IncentivesResponse{}
	for from := 0; from < len(req.GetMembers()); from += maxOrders {
		to := min(from+maxOrders, len(req.GetMembers()))
		part := &strategyv1.IncentivesRequest{Config: req.Config, Rules: req.Rules, Currency: req.Currency, MinorDigits: req.MinorDigits,
			Period: req.Period, AsOfMs: req.AsOfMs, Sales: req.Sales, Members: req.Members[from:to]}
		out, code, err := askWhole(ctx, h, sha, part, to-from, strategyv1.StrategyClient.Incentives)
		switch {
		case code != "":
			return &strategyv1.IncentivesResponse{Failed: &strategyv1.Failed{Code: code, Message: err.Error(), Retryable: true}}, nil
		case err != nil:
			return nil, err
		case out.GetFailed() != nil:
			return &strategyv1.IncentivesResponse{Failed: out.GetFailed()}, nil
		}
		for _, p := range out.GetProgress() {
			if p.GetMember() < 0 || int(p.GetMember()) >= to-from {
				h.counters.malformed.Add(1)
				return &strategyv1.IncentivesResponse{Failed: &strategyv1.Failed{Code: CodeMalformed, Message: fmt.Sprintf("member %d of %d", p.GetMember(), to-from), Retryable: true}}, nil
			}
			p.Member += int32(from)
			all.Progress = append(all.Progress, p)
		}
	}
	return all, nil
}

// askWhole asks one question that cannot be halved. What ends the shared
// process is tried once more in a process of its own, and if it ends that one
// too, remembered. code is why there is no answer; an error without a code
// means that nobody could be asked.
func askWhole[Q proto.Message, A any](ctx context.Context, h *Host, sha string, req Q, size int,
	send func(strategyv1.StrategyClient, context.Context, Q, ...grpc.CallOption) (A, error),
) (out A, code string, err error) {
	if _, err := h.store.find(sha); err != nil {
		return out, "", err
	}
	if code := h.poison.known(sha, req); code != "" {
		return out, code, errors.New("asked before, with the same bytes")
	}
	slot := h.slot(sha)
	p, err := slot.acquire(ctx, false)
	if err != nil {
		return out, "", err
	}
	ask := func(p *process, patience int) (A, error) {
		h.counters.calls.Add(1)
		return call(ctx, p, min(h.patience(size)*time.Duration(patience), h.config.CallMax), func(ctx context.Context) (A, error) { return send(p.strategy, ctx, req) })
	}
	out, err = ask(p, 1)
	slot.release()
	if fatal(err) { // somebody else's order may have ended the process
		alone, failed := h.startProcess(ctx, sha)
		if failed != nil {
			return out, "", notAsked{failed}
		}
		defer func() { go alone.stop(h.config.KillGrace) }()
		out, err = ask(alone, 4)
	}
	if errors.Is(err, errTimeout) {
		h.counters.timedOut.Add(1)
	}
	switch {
	case err == nil:
		slot.succeeded()
		return out, "", nil
	case ctx.Err() != nil || isRefusal(err):
		return out, "", err
	case fatal(err):
		h.poison.add(sha, req, codeOf(err))
		slot.crashed(err)
	}
	return out, codeOf(err), err
}
