package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/program"
)

// Scripted is a strategy that a test writes: which facts it needs and what it
// says. Whatever is nil is not offered.
type Scripted struct {
	strategyv1.UnimplementedStrategyServer

	ID      string
	Version string // "1.0.0" without a word
	Facts   []string

	Recomputes bool // offers the refund policy "recompute"

	Decide func(config []byte, o *strategyv1.Order) *strategyv1.Decision
	Close  func(*strategyv1.ClosePeriodRequest) *strategyv1.ClosePeriodResponse
	Tier   func(*strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierResponse
	Tasks  func(*strategyv1.IncentivesRequest) *strategyv1.IncentivesResponse
}

func (s *Scripted) Describe(context.Context, *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	version := s.Version
	if version == "" {
		version = "1.0.0"
	}
	d := &strategyv1.DescribeResponse{Id: s.ID, Version: version, ConfigSchema: []byte(`{"type": "object"}`),
		ClosesPeriods: s.Close != nil, CanRecompute: s.Recomputes, GradesMembers: s.Tier != nil, HasIncentives: s.Tasks != nil,
		Locales: []*strategyv1.Locale{
			{Tag: "zh-CN", Messages: map[string]string{"needs": "计算佣金", "because": "应得", "sales": "销售额", "task": "任务"}},
			{Tag: "en", Messages: map[string]string{"needs": "to share it", "because": "earned", "sales": "sales", "task": "a task"}},
		}}
	for _, f := range s.Facts {
		d.Facts = append(d.Facts, &strategyv1.Fact{Name: f, Purpose: "needs"})
	}
	return d, nil
}

func (s *Scripted) ValidateConfig(context.Context, *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	return &strategyv1.ValidateConfigResponse{}, nil
}

func (s *Scripted) Evaluate(_ context.Context, r *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	out := &strategyv1.EvaluateResponse{}
	for i, o := range r.GetOrders() {
		d := s.Decide(r.GetConfig(), o)
		d.Order = int32(i)
		out.Decisions = append(out.Decisions, d)
	}
	return out, nil
}

func (s *Scripted) ClosePeriod(_ context.Context, r *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	return s.Close(r), nil
}

func (s *Scripted) EvaluateTier(_ context.Context, r *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	return s.Tier(r), nil
}

func (s *Scripted) Incentives(_ context.Context, r *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	return s.Tasks(r), nil
}

// Because is a reason that every scripted strategy can give.
func Because() *strategyv1.Why { return &strategyv1.Why{Key: "because"} }

// Pays is a decision with these awards, each with a reason.
func Pays(awards ...*strategyv1.Award) *strategyv1.Decision {
	for _, a := range awards {
		a.Kind, a.Why = "level", Because()
	}
	return &strategyv1.Decision{Outcome: &strategyv1.Decision_Paid{Paid: &strategyv1.Paid{Awards: awards}}}
}

// PaysNobody is a decision that nobody earns.
func PaysNobody() *strategyv1.Decision {
	return &strategyv1.Decision{Outcome: &strategyv1.Decision_NoCommission{NoCommission: &strategyv1.NoCommission{Why: Because()}}}
}

// Install puts a strategy of the test's own beside the others and returns its
// hash.
func (s *Stores) Install(t testing.TB, strategy *Scripted) (sha256 string) {
	t.Helper()
	sha256 = fmt.Sprintf("%064x", 0x100+len(s.Strategy.Others))
	if s.Strategy.Others == nil {
		s.Strategy.Others = map[string]strategyv1.StrategyServer{}
	}
	s.Strategy.Others[sha256] = strategy
	d, err := strategy.Describe(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Programs.Remember(t.Context(), []program.Artifact{{SHA256: sha256, Strategy: d.GetId(), Version: d.GetVersion(), Description: d}})
	if err != nil {
		t.Fatal(err)
	}
	return sha256
}

// ProposeStrategy puts a strategy in force, with consent to every fact it needs.
func (s *Stores) ProposeStrategy(t testing.TB, tenant tenancy.ID, strategy, config string, change func(*program.Settings)) {
	t.Helper()
	if change == nil {
		change = func(*program.Settings) {}
	}
	s.propose(t, tenant, change, strategy, config)
}
