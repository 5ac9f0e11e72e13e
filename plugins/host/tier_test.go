package host

import (
	"context"
	"fmt"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func tierMembers(n int) (list []*strategyv1.TierMember) {
	for i := range n {
		list = append(list, &strategyv1.TierMember{Did: &strategyv1.PeriodMember{Handle: fmt.Sprint("m", i)}})
	}
	return list
}

func TestEvaluateTier_EveryMemberHasExactlyOneDecision(t *testing.T) {
	t.Parallel()
	h := newHost(t, func(c *Config) { c.CallBase = 500 * time.Millisecond })
	sha := install(t, h, hostile(t, ""))
	ask := func(key string, members int) []*strategyv1.TierDecision {
		t.Helper()
		h.slot(sha).forgive()
		out, err := h.EvaluateTier(context.Background(), sha, &strategyv1.EvaluateTierRequest{Window: &strategyv1.Period{Key: key}, Members: tierMembers(members)})
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if len(out.GetDecisions()) != members {
			t.Fatalf("%s: %d decisions for %d members", key, len(out.GetDecisions()), members)
		}
		return out.GetDecisions()
	}
	calls := h.Counters().Calls
	for i, d := range ask("", 450) { // three batches, and each answer in its place
		if d.GetKeep().GetWhy().GetKey() != fmt.Sprint("m", i) || int(d.GetMember()) != i {
			t.Fatalf("member %d: %v", i, d)
		}
	}
	if n := h.Counters().Calls - calls; n != 3 {
		t.Errorf("%d calls for 450 members", n)
	}
	for key, code := range map[string]string{"hang": CodeTimeout, "crash": CodeCrashed, "error": CodeError, "silent": CodeMalformed, "twice": CodeMalformed, "stranger": CodeMalformed, "nothing": CodeMalformed} {
		if f := ask(key, 2)[0].GetFailed(); f.GetCode() != code || !f.GetRetryable() {
			t.Errorf("%s: want %s, got %v", key, code, f)
		}
	}
	if d := ask("twice", 2); d[1].GetKeep() == nil {
		t.Errorf("the other member is lost with the first: %v", d[1])
	}
	started := h.Counters().Started
	if f := ask("crash", 2)[0].GetFailed(); f.GetCode() != CodeCrashed || h.Counters().Started != started {
		t.Errorf("a question that ends the plugin was asked again: %v", f)
	}
}

func TestEvaluateTier_APoisonMemberStandsAlone(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	sha := install(t, h, hostile(t, ""))
	list := tierMembers(16)
	list[11].Did.Handle = "poison"
	out, err := h.EvaluateTier(context.Background(), sha, &strategyv1.EvaluateTierRequest{Window: &strategyv1.Period{}, Members: list})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range out.GetDecisions() {
		if (d.GetKeep() == nil) != (i == 11) || int(d.GetMember()) != i {
			t.Errorf("member %d: %v", i, d)
		}
	}
	if f := out.Decisions[11].GetFailed(); f.GetCode() != CodeCrashed {
		t.Errorf("got %v", f)
	}
	if c := h.Counters(); c.Crashed != 0 {
		t.Errorf("one bad member is held against the strategy: %+v", c)
	}
}

func TestIncentives(t *testing.T) {
	t.Parallel()
	h := newHost(t, func(c *Config) { c.CallBase = 500 * time.Millisecond })
	sha := install(t, h, hostile(t, ""))
	ask := func(key string) *strategyv1.IncentivesResponse {
		t.Helper()
		h.slot(sha).forgive()
		req := &strategyv1.IncentivesRequest{Period: &strategyv1.Period{Key: key}}
		for _, m := range tierMembers(250) {
			req.Members = append(req.Members, m.Did)
		}
		out, err := h.Incentives(context.Background(), sha, req)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		return out
	}
	for i, p := range ask("").GetProgress() {
		if p.GetKey() != fmt.Sprint("m", i) || int(p.GetMember()) != i {
			t.Fatalf("%d: %v", i, p)
		}
	}
	for key, code := range map[string]string{"hang": CodeTimeout, "crash": CodeCrashed, "stranger": CodeMalformed, "failed": "strategy.unsure"} {
		if f := ask(key).GetFailed(); f.GetCode() != code {
			t.Errorf("%s: want %s, got %v", key, code, f)
		}
	}
}
