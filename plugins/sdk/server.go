package strategy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Server is the strategy in this process, as a test or a tool calls it.
func (p Plugin[C]) Server() strategyv1.StrategyServer {
	facts := declared{}
	for _, n := range p.Needs {
		facts[n.Fact] = true
	}
	return &server[C]{plugin: p, facts: facts}
}

type server[C any] struct {
	strategyv1.UnimplementedStrategyServer
	plugin Plugin[C]
	facts  declared

	mu   sync.Mutex // guards the configuration decoded last
	last string
	conf C
}

func (s *server[C]) Describe(context.Context, *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	locales := s.plugin.Locales.with(sdkSentences)
	out := &strategyv1.DescribeResponse{
		Id: s.plugin.ID, Version: s.plugin.Version, Sdk: SDK, CanRecompute: s.plugin.CanRecompute,
		ClosesPeriods: s.plugin.ClosePeriod != nil, GradesMembers: s.plugin.EvaluateTier != nil, HasIncentives: s.plugin.Incentives != nil,
		ConfigSchema: s.plugin.Schema(),
	}
	for _, n := range s.plugin.Needs {
		out.Facts = append(out.Facts, &strategyv1.Fact{Name: string(n.Fact), Purpose: n.Purpose})
	}
	for _, tag := range slices.Sorted(maps.Keys(locales)) {
		out.Locales = append(out.Locales, &strategyv1.Locale{Tag: tag, Messages: locales[tag]})
	}
	return out, nil
}

func (s *server[C]) ValidateConfig(_ context.Context, req *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	problems := s.validate(req.GetConfig(), rulesOf(req.GetRules()))
	return &strategyv1.ValidateConfigResponse{Problems: problems.list}, nil
}

// validate reports problems; a Validate that panics is one as well.
func (s *server[C]) validate(config []byte, rules Rules) (problems *Problems) {
	problems = &Problems{}
	defer func() {
		if r := recover(); r != nil {
			problems.Add("", "sdk.problem", "problem", fmt.Sprint("the strategy's check panicked: ", r))
		}
	}()
	c := s.decode(config, problems)
	if len(problems.list) == 0 && s.plugin.Validate != nil {
		s.plugin.Validate(c, rules, problems)
	}
	return problems
}

func (s *server[C]) Evaluate(_ context.Context, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	rules := rulesOf(req.GetRules())
	conf, bad := s.config(req.GetConfig())
	out := &strategyv1.EvaluateResponse{Decisions: make([]*strategyv1.Decision, len(req.GetOrders()))}
	awards := &Awards{arena: &arena{}}
	for i, o := range req.GetOrders() {
		if bad != nil {
			out.Decisions[i] = failed(*bad)
		} else {
			out.Decisions[i] = s.decide(conf, Order{wire: o, facts: s.facts, rules: rules}, awards)
		}
		out.Decisions[i].Order = int32(i)
	}
	return out, nil
}

// decide asks the author about one order. Whatever goes wrong stays with that
// order.
func (s *server[C]) decide(c C, o Order, out *Awards) (d *strategyv1.Decision) {
	defer func() {
		if r := recover(); r != nil {
			d = failed(asFailure(r))
		}
	}()
	out.begin(o)
	if err := s.plugin.Evaluate(c, o, out); err != nil {
		return failed(asFailure(err))
	}
	return out.decide()
}

// config decodes a configuration, remembering the last one: a batch, and
// usually the next, carries the same bytes.
func (s *server[C]) config(raw []byte) (C, *Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != "" && s.last == string(raw) {
		return s.conf, nil
	}
	problems := &Problems{}
	c := s.decode(raw, problems)
	if len(problems.list) > 0 {
		return c, &Failure{Code: "strategy.config_invalid", Message: problems.String()}
	}
	s.last, s.conf = string(raw), c
	return c, nil
}

func (s *server[C]) decode(raw []byte, problems *Problems) C {
	c := clone(s.plugin.Default)
	decodeConfig(raw, &c, problems)
	return c
}

func failed(f Failure) *strategyv1.Decision {
	return &strategyv1.Decision{Outcome: &strategyv1.Decision_Failed{Failed: f.wire()}}
}

// asFailure reads what an author returned or panicked with.
func asFailure(v any) Failure {
	switch v := v.(type) {
	case Failure:
		return v
	case runtimeError:
		return Failure{Code: "strategy.panicked", Message: v.Error()}
	case error:
		return Failure{Code: "strategy.failed", Message: v.Error()}
	}
	return Failure{Code: "strategy.panicked", Message: fmt.Sprint(v)}
}

type runtimeError interface {
	error
	RuntimeError()
}
