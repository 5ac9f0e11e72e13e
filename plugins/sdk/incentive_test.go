package strategy_test

import (
	"context"
	"testing"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

type telling = func(config, strategy.IncentiveMember, *strategy.Tasks) error

func tellWith(t *testing.T, f telling) *strategyv1.IncentivesResponse {
	t.Helper()
	p := plugin(nil)
	p.Incentives = f
	out, err := p.Server().Incentives(context.Background(), &strategyv1.IncentivesRequest{
		Config: []byte(`{}`), Currency: "CNY", MinorDigits: 2, AsOfMs: 1500, Sales: &strategyv1.PeriodSales{Paid: 1000},
		Rules:   &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_HALF_UP},
		Period:  &strategyv1.Period{Key: "2026-03", FromMs: 1000, ToMs: 2000},
		Members: []*strategyv1.PeriodMember{{Handle: "a", Orders: 3}, {Handle: "b"}, {Handle: "c", Orders: 12}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIncentives(t *testing.T) {
	t.Parallel()
	t.Run("TasksComeByMemberAndAsTold", func(t *testing.T) {
		t.Parallel()
		out := tellWith(t, func(_ config, m strategy.IncentiveMember, out *strategy.Tasks) error {
			if m.Handle() == "b" {
				return nil
			}
			out.Tell("z_ten", strategy.CountOf(m.Orders(), 10, "ten")).Pays(500).Points(9).Badge("badge")
			out.Tell("a_sales", strategy.AmountOf(m.StoreSales().Paid, 2000, "sales", "target", m.Money(2000)))
			if m.AsOf().UnixMilli() != 1500 || m.Period().Key != "2026-03" || m.Rounding() != money.HalfUp || m.Currency() != "CNY" {
				t.Error("the question is not told")
			}
			return nil
		})
		if out.Failed != nil || len(out.Progress) != 4 {
			t.Fatal(out)
		}
		first, second, third := out.Progress[0], out.Progress[1], out.Progress[2]
		if first.Member != 0 || first.Key != "z_ten" || first.Current != 3 || first.Target != 10 || first.Unit != strategyv1.Unit_UNIT_COUNT || first.Title.Key != "ten" {
			t.Error(first)
		}
		if r := first.Reward; r.GetAmount() != 500 || r.GetPoints() != 9 || r.GetBadge() != "badge" {
			t.Error(r)
		}
		if second.Key != "a_sales" || second.Reward != nil || second.Title.Args[0].Value != "20.00" || third.Member != 2 {
			t.Error(second, third)
		}
	})
	t.Run("WhoHasNoneTellsNothing", func(t *testing.T) {
		t.Parallel()
		if out := tellWith(t, nil); out.Failed != nil || len(out.Progress) != 0 {
			t.Error(out)
		}
	})
	for name, c := range map[string]struct {
		f    telling
		code string
	}{
		"APanicIsAFailure": {func(config, strategy.IncentiveMember, *strategy.Tasks) error { panic("oh") }, "strategy.panicked"},
		"AnError": {func(config, strategy.IncentiveMember, *strategy.Tasks) error {
			return strategy.Fail("strategy.mine", "no")
		}, "strategy.mine"},
		"ToldTwice": {func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
			out.Tell("x", strategy.CountOf(1, 2, "k"))
			out.Tell("x", strategy.CountOf(1, 2, "k"))
			return nil
		}, "strategy.task_twice"},
		"AimsAtNothing": {func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
			out.Tell("x", strategy.CountOf(1, 0, "k"))
			return nil
		}, "strategy.task_without_target"},
		"ANegativeReward": {func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
			out.Tell("x", strategy.CountOf(1, 2, "k")).Pays(-1)
			return nil
		}, "strategy.negative_amount"},
		"AnUndeclaredFact": {func(_ config, m strategy.IncentiveMember, _ *strategy.Tasks) error {
			m.Recruits()
			return nil
		}, "strategy.undeclared_fact"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out := tellWith(t, c.f); out.GetFailed().GetCode() != c.code || len(out.Progress) != 0 {
				t.Errorf("want %s, got %v", c.code, out)
			}
		})
	}
}
