package strategy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// IncentiveMember is somebody who wants to know how far they are with the
// tasks of a period, which may still run.
type IncentiveMember struct {
	PeriodMember
	req   *strategyv1.IncentivesRequest
	rules Rules
}

// Period is the period of the tasks.
func (m IncentiveMember) Period() Span { return spanOf(m.req.GetPeriod()) }

// AsOf is the instant up to which the sums count, in UTC.
func (m IncentiveMember) AsOf() time.Time { return time.UnixMilli(m.req.GetAsOfMs()).UTC() }

// StoreSales are the whole store's, as far as the period has run.
func (m IncentiveMember) StoreSales() Sales { return salesOf(m.req.GetSales()) }

// Currency is the ISO 4217 code of every amount.
func (m IncentiveMember) Currency() string { return m.req.GetCurrency() }

// Money writes an amount for people, in major units: 1990 CNY is "19.90".
func (m IncentiveMember) Money(minor int64) string { return money.Format(minor, m.Currency()) }

// Rounding is how the store rounds.
func (m IncentiveMember) Rounding() money.Rounding { return m.rules.Rounding }

// Tasks collects one member's tasks. They are shown in the order they are
// told. What is paid for them is decided by ClosePeriod alone.
type Tasks struct{ list []*strategyv1.Progress }

// Task is one task of one member.
type Task struct{ wire *strategyv1.Progress }

// Tell adds a task. key names it within the strategy, once per member; the
// measure says what is to do, how much is done, and how much makes it done.
func (t *Tasks) Tell(key string, m Measure) *Task {
	if key == "" || slices.ContainsFunc(t.list, func(p *strategyv1.Progress) bool { return p.Key == key }) {
		panic(Failure{Code: "strategy.task_twice", Message: fmt.Sprintf("the task %q is told twice, or has no name", key)})
	}
	if m.target <= 0 {
		panic(Failure{Code: "strategy.task_without_target", Message: fmt.Sprintf("the task %q aims at %d", key, m.target)})
	}
	task := &Task{&strategyv1.Progress{Key: key, Title: m.what, Unit: m.unit, Current: m.current, Target: m.target}}
	t.list = append(t.list, task.wire)
	return task
}

// Pays tells the money that finishing brings when the period closes, in minor
// units.
func (t *Task) Pays(amount int64) *Task {
	t.reward(amount).Amount = amount
	return t
}

// Points tells the points that finishing brings.
func (t *Task) Points(n int64) *Task {
	t.reward(n).Points = n
	return t
}

// Badge tells the badge that finishing brings: a message key of the strategy's
// locales.
func (t *Task) Badge(key string) *Task {
	t.reward(0).Badge = key
	return t
}

func (t *Task) reward(n int64) *strategyv1.Reward {
	if n < 0 {
		panic(Failure{Code: "strategy.negative_amount", Message: fmt.Sprintf("the task %q brings %d", t.wire.Key, n)})
	}
	if t.wire.Reward == nil {
		t.wire.Reward = &strategyv1.Reward{}
	}
	return t.wire.Reward
}

func (s *server[C]) Incentives(_ context.Context, req *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	conf, bad := s.config(req.GetConfig())
	if bad != nil {
		return &strategyv1.IncentivesResponse{Failed: bad.wire()}, nil
	}
	out := &strategyv1.IncentivesResponse{}
	for i, m := range req.GetMembers() {
		list, failure := s.tasks(conf, req, m)
		if failure != nil {
			return &strategyv1.IncentivesResponse{Failed: failure.wire()}, nil
		}
		for _, p := range list {
			p.Member = int32(i)
		}
		out.Progress = append(out.Progress, list...)
	}
	return out, nil
}

// tasks asks the author about one member.
func (s *server[C]) tasks(c C, req *strategyv1.IncentivesRequest, did *strategyv1.PeriodMember) (list []*strategyv1.Progress, failure *Failure) {
	defer func() {
		if r := recover(); r != nil {
			f := asFailure(r)
			list, failure = nil, &f
		}
	}()
	if s.plugin.Incentives == nil {
		return nil, nil
	}
	m := IncentiveMember{PeriodMember: PeriodMember{did: did, facts: s.facts}, req: req, rules: rulesOf(req.GetRules())}
	out := &Tasks{}
	if err := s.plugin.Incentives(c, m, out); err != nil {
		f := asFailure(err)
		return nil, &f
	}
	return out.list, nil
}
