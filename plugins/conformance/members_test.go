package conformance_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/conformance/flat"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// grader is the vector strategy that grades members by what they settled and
// gives them one task, without help of an SDK. spoil changes its answers.
type grader struct {
	strategyv1.StrategyServer
	tier  func(*strategyv1.EvaluateTierRequest, *strategyv1.EvaluateTierResponse)
	tasks func(*strategyv1.IncentivesRequest, *strategyv1.IncentivesResponse)
}

func (g grader) Describe(ctx context.Context, req *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	d, err := g.StrategyServer.Describe(ctx, req)
	d.GradesMembers, d.HasIncentives = true, true
	return d, err
}

const step = 100_000

func (g grader) EvaluateTier(_ context.Context, req *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	out := &strategyv1.EvaluateTierResponse{}
	for i, m := range req.Members {
		sold := max(m.Did.GetSales().GetSettled(), 0)
		to := int(min(sold/step, int64(len(req.Grades)-1)))
		d := &strategyv1.TierDecision{Member: int32(i), Outcome: &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: &strategyv1.Why{Key: "needs"}}}}
		if req.Grades[to] != m.Did.Grade {
			d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: req.Grades[to], Why: &strategyv1.Why{Key: "needs"}}}
		}
		reached := &strategyv1.Evidence{What: &strategyv1.Why{Key: "needs"}, Unit: strategyv1.Unit_UNIT_MONEY, Current: sold, Target: int64(to+1) * step}
		d.Evidence = []*strategyv1.Evidence{reached}
		if above := max(to, slices.Index(req.Grades, m.Did.Grade)) + 1; above < len(req.Grades) {
			d.Next = &strategyv1.NextGrade{Grade: req.Grades[above], Missing: []*strategyv1.Evidence{reached}}
		}
		out.Decisions = append(out.Decisions, d)
	}
	if g.tier != nil && len(out.Decisions) > 0 {
		g.tier(req, out)
	}
	return out, nil
}

func (g grader) Incentives(_ context.Context, req *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	out := &strategyv1.IncentivesResponse{}
	for i, m := range req.Members {
		out.Progress = append(out.Progress, &strategyv1.Progress{Member: int32(i), Key: "ten", Title: &strategyv1.Why{Key: "needs"},
			Unit: strategyv1.Unit_UNIT_COUNT, Current: m.Orders, Target: 10, Reward: &strategyv1.Reward{Amount: 500, Points: 10, Badge: "title"}})
	}
	if g.tasks != nil && len(out.Progress) > 0 {
		g.tasks(req, out)
	}
	return out, nil
}

func checkMembers(t *testing.T, g grader, only ...string) conformance.Report {
	t.Helper()
	g.StrategyServer = flat.Strategy.Server()
	report, err := conformance.Check(context.Background(), conformance.InProcess(g), "grader", conformance.Options{Only: only,
		Configs: map[string]json.RawMessage{"a rate": json.RawMessage(`{"rates":["0.10"]}`)}, Apart: time.Millisecond,
		Fresh: func(context.Context) (conformance.Asked, func(), error) {
			return conformance.InProcess(g), func() {}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestGradesAndTasks(t *testing.T) {
	t.Parallel()
	t.Run("SoundOnesPass", func(t *testing.T) {
		t.Parallel()
		report := checkMembers(t, grader{})
		wantPassed(t, report)
		for _, name := range []string{"tier.answers", "tier.fresh", "tier.members", "incentives.answers", "incentives.fresh", "incentives.members"} {
			if report.Of(name).Status != conformance.Pass {
				t.Errorf("%+v", report.Of(name))
			}
		}
	})
	tier := func(do func(d *strategyv1.TierDecision)) grader {
		return grader{tier: func(_ *strategyv1.EvaluateTierRequest, out *strategyv1.EvaluateTierResponse) { do(out.Decisions[0]) }}
	}
	task := func(do func(p *strategyv1.Progress)) grader {
		return grader{tasks: func(_ *strategyv1.IncentivesRequest, out *strategyv1.IncentivesResponse) { do(out.Progress[0]) }}
	}
	for name, c := range map[string]struct {
		check string
		g     grader
	}{
		"LeavesAMemberOut": {"tier.answers", grader{tier: func(_ *strategyv1.EvaluateTierRequest, out *strategyv1.EvaluateTierResponse) {
			out.Decisions = out.Decisions[1:]
		}}},
		"DecidesTwice": {"tier.answers", grader{tier: func(_ *strategyv1.EvaluateTierRequest, out *strategyv1.EvaluateTierResponse) {
			out.Decisions = append(out.Decisions, out.Decisions[0])
		}}},
		"GradesAStranger": {"tier.answers", tier(func(d *strategyv1.TierDecision) { d.Member = 999 })},
		"SaysNothing":     {"tier.answers", tier(func(d *strategyv1.TierDecision) { d.Outcome = nil })},
		"AGradeThatIsNone": {"tier.grades", tier(func(d *strategyv1.TierDecision) {
			d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: "emperor", Why: &strategyv1.Why{Key: "needs"}}}
		})},
		"TheNextBelow": {"tier.grades", grader{tier: func(q *strategyv1.EvaluateTierRequest, out *strategyv1.EvaluateTierResponse) {
			out.Decisions[0].Next = &strategyv1.NextGrade{Grade: q.Grades[0]}
		}}},
		"NoReason": {"tier.reasons", tier(func(d *strategyv1.TierDecision) {
			d.Outcome = &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{}}
		})},
		"NoUnit":         {"tier.reasons", tier(func(d *strategyv1.TierDecision) { d.Evidence[0].Unit = 0 })},
		"GradesByChance": {"tier.twice", tier(func(d *strategyv1.TierDecision) { d.Evidence[0].Current = rand.Int64() })},
		"TheFirstIsBest": {"tier.members", tier(func(d *strategyv1.TierDecision) { d.Evidence[0].Current = -1 })},

		"ATaskOfAStranger": {"incentives.answers", task(func(p *strategyv1.Progress) { p.Member = -1 })},
		"ATaskTwice": {"incentives.answers", grader{tasks: func(_ *strategyv1.IncentivesRequest, out *strategyv1.IncentivesResponse) {
			out.Progress = append(out.Progress, out.Progress[0])
		}}},
		"ANegativeReward": {"incentives.rewards", task(func(p *strategyv1.Progress) { p.Reward.Amount = -1 })},
		"ABadgeUnwritten": {"incentives.reasons", task(func(p *strategyv1.Progress) { p.Reward.Badge = "nowhere" })},
		"NoTitle":         {"incentives.reasons", task(func(p *strategyv1.Progress) { p.Title = nil })},
		"TasksByChance":   {"incentives.twice", task(func(p *strategyv1.Progress) { p.Current = rand.Int64() })},
		"TheFirstIsAhead": {"incentives.members", task(func(p *strategyv1.Progress) { p.Current = 77 })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := checkMembers(t, c.g, c.check).Of(c.check); r.Status != conformance.Fail || r.Request == nil {
				t.Errorf("%s: %q %s", c.check, r.Status, r.Detail)
			}
		})
	}
}

// rambler answers with whatever bytes happen to be a message.
type rambler struct {
	strategyv1.StrategyServer
	dice *rand.ChaCha8
}

func (r rambler) Evaluate(_ context.Context, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	out := &strategyv1.EvaluateResponse{}
	number := func() int64 { return int64(r.dice.Uint64()) >> (r.dice.Uint64() % 64) }
	text := func() string {
		b := make([]byte, r.dice.Uint64()%40)
		_, _ = r.dice.Read(b)
		return string([]rune(string(b)))
	}
	why := func() *strategyv1.Why {
		if r.dice.Uint64()%4 == 0 {
			return nil
		}
		return &strategyv1.Why{Key: text(), Args: []*strategyv1.Arg{{Name: text(), Value: text()}}}
	}
	for range len(req.Orders) {
		d := &strategyv1.Decision{Order: int32(number())}
		switch r.dice.Uint64() % 4 {
		case 0:
			d.Outcome = &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: text(), Message: text()}}
		case 1:
			d.Outcome = &strategyv1.Decision_NoCommission{NoCommission: &strategyv1.NoCommission{Why: why(), Declined: []*strategyv1.Declined{{Recipient: int32(number()), Why: why()}}}}
		case 2:
			d.Outcome = &strategyv1.Decision_Paid{Paid: &strategyv1.Paid{
				Awards:   []*strategyv1.Award{{Recipient: int32(number()), Line: int32(number()), Level: int32(number()), Base: number(), RatePpm: number(), Amount: number(), Kind: text(), Why: why()}},
				Declined: []*strategyv1.Declined{{Recipient: int32(number()), Why: why()}}}}
		}
		out.Decisions = append(out.Decisions, d)
	}
	return out, nil
}

func TestCheckOutlivesAnything(t *testing.T) {
	t.Parallel()
	for seed := range byte(5) {
		r := rambler{flat.Strategy.Server(), rand.NewChaCha8([32]byte{seed})}
		report, err := conformance.Check(context.Background(), conformance.InProcess(r), "rambler", conformance.Options{
			Configs: map[string]json.RawMessage{"a rate": json.RawMessage(`{"rates":["0.10"]}`)}, Apart: time.Millisecond})
		if err != nil || report.Passed() || report.Of("answers.one_each").Status != conformance.Fail {
			t.Errorf("%v, %+v", err, report.Of("answers.one_each"))
		}
		if _, err := json.Marshal(report); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := conformance.Check(ctx, conformance.InProcess(flat.Strategy.Server()), "sha", conformance.Options{}); err == nil {
		t.Error("a report after the end")
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("vectors/requests")
	if err != nil {
		t.Fatal(err)
	}
	seen, orders, periods := map[string]bool{}, 0, 0
	for _, e := range entries {
		raw, err := os.ReadFile("vectors/requests/" + e.Name())
		var file struct {
			Format          int
			Group           string
			Orders, Periods []struct{ Name string }
		}
		if err == nil {
			err = json.Unmarshal(raw, &file)
		}
		if err != nil || file.Format != 1 || file.Group+".json" != e.Name() {
			t.Errorf("%s: %v, %+v", e.Name(), err, file)
		}
		orders, periods = orders+len(file.Orders), periods+len(file.Periods)
		for _, v := range slices.Concat(file.Orders, file.Periods) {
			if name := file.Group + ": " + v.Name; v.Name == "" || seen[name] {
				t.Errorf("%q has no name of its own", name)
			} else {
				seen[name] = true
			}
		}
	}
	if orders < 60 || periods < 15 {
		t.Errorf("only %d orders and %d periods", orders, periods)
	}
}
