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
// most 200. A batch that fails is halved, down to one member. The answer has
// exactly one decision for every member, in their order; what could not be
// decided is Failed with a code of this package. An error means that the
// strategy could not be asked at all.
func (h *Host) EvaluateTier(ctx context.Context, sha string, req *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	all := &strategyv1.EvaluateTierResponse{Decisions: make([]*strategyv1.TierDecision, len(req.GetMembers()))}
	err := h.inHalves(sha, len(all.Decisions), func(t *trial, from, to int) (string, error) {
		part := &strategyv1.EvaluateTierRequest{Config: req.Config, Rules: req.Rules, Currency: req.Currency, MinorDigits: req.MinorDigits,
			Grades: req.Grades, Window: req.Window, Members: req.Members[from:to]}
		out, code, err := askWhole(ctx, h, sha, t, part, to-from, strategyv1.StrategyClient.EvaluateTier)
		if code != "" || err == nil {
			h.takeTiers(sha, all.Decisions[from:to], out, code, err)
		}
		return code, err
	})
	if err != nil {
		return nil, err
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
			ownName(list[0].GetFailed())
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
// at most 200. A batch that fails is halved, down to one member; if it still
// fails, so has the answer, and its code is the strategy's or one of this
// package. An error means that the strategy could not be asked.
func (h *Host) Incentives(ctx context.Context, sha string, req *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	all := &strategyv1.IncentivesResponse{}
	err := h.inHalves(sha, len(req.GetMembers()), func(t *trial, from, to int) (string, error) {
		if all.Failed != nil { // nothing can be made of the rest
			return "", nil
		}
		part := &strategyv1.IncentivesRequest{Config: req.Config, Rules: req.Rules, Currency: req.Currency, MinorDigits: req.MinorDigits,
			Period: req.Period, AsOfMs: req.AsOfMs, Sales: req.Sales, Members: req.Members[from:to]}
		out, code, err := askWhole(ctx, h, sha, t, part, to-from, strategyv1.StrategyClient.Incentives)
		switch {
		case code != "" && (to-from == 1 || t.exhausted()):
			all.Failed = &strategyv1.Failed{Code: code, Message: err.Error(), Retryable: true}
		case code != "" || err != nil:
		case out.GetFailed() != nil:
			ownName(out.Failed)
			all.Failed = out.Failed
		default:
			all.Failed = h.takeProgress(all, out, from, to)
		}
		return code, err
	})
	if err != nil {
		return nil, err
	}
	if all.Failed != nil {
		return &strategyv1.IncentivesResponse{Failed: all.Failed}, nil
	}
	return all, nil
}

// takeProgress accepts an answer about the members of a batch alone.
func (h *Host) takeProgress(all, out *strategyv1.IncentivesResponse, from, to int) *strategyv1.Failed {
	for _, p := range out.GetProgress() {
		if p.GetMember() < 0 || int(p.GetMember()) >= to-from {
			h.counters.malformed.Add(1)
			return &strategyv1.Failed{Code: CodeMalformed, Message: fmt.Sprintf("member %d of %d", p.GetMember(), to-from), Retryable: true}
		}
		p.Member += int32(from)
		all.Progress = append(all.Progress, p)
	}
	return nil
}

// trial is what happened to a strategy while one question was asked in parts.
// It is counted once: halving finds a poison member by crashing many times.
type trial struct {
	crash    error
	restarts int
	lost     int // single members that got no answer
	answered bool
}

// exhausted tells that halving goes on for no good.
func (t *trial) exhausted() bool {
	return t.restarts > maxRestarts || t.lost >= maxLost && !t.answered
}

// inHalves asks about n members, batch by batch, and again about each half of
// a batch that failed with a code.
func (h *Host) inHalves(sha string, n int, ask func(t *trial, from, to int) (code string, err error)) error {
	t := &trial{}
	defer func() {
		switch {
		case h.mayRun(sha) != nil: // its end was ours
		case t.answered:
			h.slot(sha).succeeded()
		case t.crash != nil:
			h.slot(sha).crashed(t.crash)
		}
	}()
	var halve func(from, to int) error
	halve = func(from, to int) error {
		code, err := ask(t, from, to)
		switch {
		case code == "":
			return err
		case to-from == 1 || t.exhausted():
			return nil
		}
		middle := from + (to-from)/2
		return errors.Join(halve(from, middle), halve(middle, to))
	}
	for from := 0; from < n; from += maxOrders {
		if err := halve(from, min(from+maxOrders, n)); err != nil {
			return err
		}
	}
	return nil
}

// askWhole asks one part. A single member that ends the shared process is
// tried once more in a process of its own, and if it ends that one too,
// remembered. code is why there is no answer; an error without a code means
// that nobody could be asked.
func askWhole[Q proto.Message, A any](ctx context.Context, h *Host, sha string, t *trial, req Q, size int,
	send func(strategyv1.StrategyClient, context.Context, Q, ...grpc.CallOption) (A, error),
) (out A, code string, err error) {
	if _, err := h.store.find(sha); err != nil {
		return out, "", err
	}
	if code := h.poison.known(sha, req); code != "" {
		return out, code, errors.New("asked before, with the same bytes")
	}
	if t.exhausted() {
		return out, CodeUnavailable, errors.New("the plugin failed on too many members of this batch")
	}
	slot := h.slot(sha)
	p, err := slot.acquire(ctx, t.crash != nil)
	if err != nil {
		if t.crash != nil && ctx.Err() == nil {
			return out, CodeUnavailable, err
		}
		return out, "", err
	}
	ask := func(p *process, patience int) (A, error) {
		h.counters.calls.Add(1)
		began := time.Now()
		out, err := call(ctx, p, min(h.patience(size)*time.Duration(patience), h.config.CallMax), func(ctx context.Context) (A, error) { return send(p.strategy, ctx, req) })
		h.metrics.called(sha, time.Since(began), err)
		return out, err
	}
	out, err = ask(p, 1)
	slot.release()
	if fatal(err) && size == 1 { // somebody else's order may have ended the process
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
		t.answered = true
		return out, "", nil
	case ctx.Err() != nil || isRefusal(err):
		return out, "", err
	case fatal(err):
		t.crash = err
		t.restarts++
		slot.poisoned(req, codeOf(err))
	}
	if size == 1 {
		t.lost++
	}
	return out, codeOf(err), err
}
