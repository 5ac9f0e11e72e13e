package strategy_test

import (
	"context"
	"fmt"
	"testing"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

type grading = func(config, strategy.TierMember, *strategy.TierDecision) error

// gradeWith asks about members of grade silver, gold and an unknown one.
func gradeWith(t *testing.T, f grading, needs ...strategy.Need) []*strategyv1.TierDecision {
	t.Helper()
	p := plugin(nil)
	p.EvaluateTier, p.Needs = f, needs
	out, err := p.Server().EvaluateTier(context.Background(), &strategyv1.EvaluateTierRequest{
		Config: []byte(`{}`), Currency: "CNY", MinorDigits: 2, Grades: []string{"bronze", "silver", "gold"},
		Window: &strategyv1.Period{Key: "2026-03", FromMs: 1000, ToMs: 9000},
		Members: []*strategyv1.TierMember{
			{Did: &strategyv1.PeriodMember{Handle: "a", Grade: "silver", Orders: 3, Sales: &strategyv1.PeriodSales{Settled: 500}}, JoinedAtMs: 10, GradedAtMs: 2000, Direct: 2, Team: 7},
			{Did: &strategyv1.PeriodMember{Handle: "b", Grade: "gold"}},
			{Did: &strategyv1.PeriodMember{Handle: "c", Grade: "archived"}},
		},
	})
	if err != nil || len(out.GetDecisions()) != 3 {
		t.Fatal(out, err)
	}
	for i, d := range out.Decisions {
		if d.Member != int32(i) {
			t.Errorf("decision %d is about member %d", i, d.Member)
		}
	}
	return out.Decisions
}

func TestEvaluateTier(t *testing.T) {
	t.Parallel()
	t.Run("PromotesKeepsAndDemotesWithEvidence", func(t *testing.T) {
		t.Parallel()
		d := gradeWith(t, func(_ config, m strategy.TierMember, out *strategy.TierDecision) error {
			sold := strategy.AmountOf(m.Sales().Settled, 400, "sold")
			out.Evidence(sold, strategy.CountOf(m.Orders(), 5, "orders"))
			switch m.Grade() {
			case "silver":
				out.Promote("gold", "reached", "amount", m.Money(500))
			case "gold":
				out.Demote("silver", "missed")
				out.Next("gold", sold)
			default:
				out.Next("bronze", sold, strategy.CountOf(9, 9, "met"))
			}
			return nil
		})
		if c := d[0].GetChange(); c.GetTo() != "gold" || c.Why.Key != "reached" || c.Why.Args[0].Value != "5.00" || d[0].Next != nil {
			t.Errorf("%v", d[0])
		}
		if e := d[0].Evidence; len(e) != 2 || e[0].Unit != strategyv1.Unit_UNIT_MONEY || e[0].Current != 500 || e[0].Target != 400 || e[1].Unit != strategyv1.Unit_UNIT_COUNT || e[1].What.Key != "orders" {
			t.Errorf("%v", e)
		}
		if d[1].GetChange().GetTo() != "silver" || d[1].Next.GetGrade() != "gold" || len(d[1].Next.Missing) != 1 {
			t.Errorf("%v", d[1])
		}
		if d[2].GetKeep().GetWhy().GetKey() != "sdk.grade_kept" || len(d[2].Next.GetMissing()) != 1 {
			t.Errorf("%v", d[2])
		}
	})
	t.Run("TellsWhoTheMemberIs", func(t *testing.T) {
		t.Parallel()
		gradeWith(t, func(_ config, m strategy.TierMember, _ *strategy.TierDecision) error {
			got := fmt.Sprintln(m.JoinedAt().UnixMilli(), m.GradedAt().UnixMilli(), m.Now().UnixMilli(), m.Window().Key, m.Direct(), m.Below(), m.Rank("gold"), m.Rank("no"), m.Grades(), m.Currency())
			if m.Handle() == "a" && got != "10 2000 9000 2026-03 2 7 2 -1 [bronze silver gold] CNY\n" {
				t.Error(got)
			}
			return nil
		})
	})
	t.Run("WhoGradesNobodySaysSo", func(t *testing.T) {
		t.Parallel()
		if d := gradeWith(t, nil); d[0].GetKeep().GetWhy().GetKey() != "sdk.grades_nobody" {
			t.Errorf("%v", d[0])
		}
		described, err := plugin(nil).Server().Describe(context.Background(), nil)
		if err != nil || described.GradesMembers || described.HasIncentives {
			t.Error(described, err)
		}
	})
	for name, c := range map[string]struct {
		f    grading
		code string
	}{
		"APanicIsAFailure": {func(config, strategy.TierMember, *strategy.TierDecision) error { panic("oh") }, "strategy.panicked"},
		"AnError": {func(config, strategy.TierMember, *strategy.TierDecision) error {
			return strategy.Fail("strategy.mine", "no")
		}, "strategy.mine"},
		"AGradeTheStoreLacks": {func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
			out.Promote("platinum", "k")
			return nil
		}, "strategy.unknown_grade"},
		"ANextGradeTheStoreLacks": {func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
			out.Next("platinum")
			return nil
		}, "strategy.unknown_grade"},
		"PromotedToTheirOwnGrade": {func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
			out.Promote("silver", "k")
			return nil
		}, "strategy.not_a_promotion"},
		"DemotedUpwards": {func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
			out.Demote("gold", "k")
			return nil
		}, "strategy.not_a_demotion"},
		"DecidedTwice": {func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
			out.Keep("k")
			out.Promote("gold", "k")
			return nil
		}, "strategy.contradiction"},
		"TheNextGradeIsNotAbove": {func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
			out.Next("gold")
			out.Promote("gold", "k")
			return nil
		}, "strategy.not_above"},
		"AnUndeclaredFact": {func(_ config, m strategy.TierMember, _ *strategy.TierDecision) error {
			m.Team()
			return nil
		}, "strategy.undeclared_fact"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := gradeWith(t, c.f)[0]; d.GetFailed().GetCode() != c.code {
				t.Errorf("want %s, got %v", c.code, d)
			}
		})
	}
	t.Run("AFailureStaysWithItsMember", func(t *testing.T) {
		t.Parallel()
		d := gradeWith(t, func(_ config, m strategy.TierMember, out *strategy.TierDecision) error {
			if m.Handle() == "b" {
				panic("poison")
			}
			return nil
		})
		if d[0].GetKeep() == nil || d[1].GetFailed() == nil || d[2].GetKeep() == nil {
			t.Errorf("%v", d)
		}
	})
	t.Run("ABadConfigurationFailsEverybody", func(t *testing.T) {
		t.Parallel()
		out, err := plugin(nil).Server().EvaluateTier(context.Background(), &strategyv1.EvaluateTierRequest{
			Config: []byte(`{"no":1}`), Members: []*strategyv1.TierMember{{}}})
		if err != nil || out.Decisions[0].GetFailed().GetCode() != "strategy.config_invalid" {
			t.Error(out, err)
		}
	})
}

func TestPeriodFactsAreGuarded(t *testing.T) {
	t.Parallel()
	for fact, read := range map[strategy.Fact]func(strategy.PeriodMember) int64{
		strategy.PeriodTeam:    func(m strategy.PeriodMember) int64 { return m.Team().Paid },
		strategy.PeriodAwarded: func(m strategy.PeriodMember) int64 { return m.Awarded() },
		strategy.PeriodGrowth:  func(m strategy.PeriodMember) int64 { return m.NewCustomers() + m.Recruits() },
		strategy.PeriodOrders:  func(m strategy.PeriodMember) int64 { return m.Sold()[0].Net + m.Sold()[1].Awarded },
	} {
		p := plugin(nil)
		p.ClosePeriod = func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
			out.Pay(p.Members()[0], read(p.Members()[0]))
			return nil
		}
		req := &strategyv1.ClosePeriodRequest{Config: []byte(`{}`), Members: []*strategyv1.PeriodMember{
			{Handle: "a", Team: &strategyv1.PeriodSales{Paid: 7}, Awarded: 7, NewCustomers: 3, Recruits: 4,
				Sold: []*strategyv1.PeriodOrder{{Net: 5}, {Net: 9, Awarded: 2}}}}}
		out, err := p.Server().ClosePeriod(context.Background(), req)
		if err != nil || out.GetFailed().GetCode() != "strategy.undeclared_fact" {
			t.Errorf("%s is read without being declared: %v, %v", fact, out, err)
		}
		p.Needs = append(p.Needs, fact.For("needs"))
		out, err = p.Server().ClosePeriod(context.Background(), req)
		if err != nil || len(out.GetClosed().GetAwards()) != 1 || out.GetClosed().Awards[0].Amount != 7 {
			t.Errorf("%s is declared: %v, %v", fact, out, err)
		}
	}
}

func TestOrderFactsOfVersionOneOne(t *testing.T) {
	t.Parallel()
	for fact, read := range map[strategy.Fact]func(strategy.Order) int64{
		strategy.Region:  func(o strategy.Order) int64 { return int64(len(o.Region())) },
		strategy.Awarded: func(o strategy.Order) int64 { return o.Chain()[0].Awarded() },
	} {
		o := order()
		o.Region, o.Chain[0].Stats = "440300", &strategyv1.Stats{Awarded: 6}
		p := plugin(func(_ config, o strategy.Order, out *strategy.Awards) error {
			out.PayOrder(o.Chain()[0], read(o)).Because("k")
			return nil
		})
		answer := func() *strategyv1.Decision {
			out, err := p.Server().Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{o}})
			if err != nil {
				t.Fatal(err)
			}
			return out.Decisions[0]
		}
		if d := answer(); d.GetFailed().GetCode() != "strategy.undeclared_fact" {
			t.Errorf("%s: %v", fact, d)
		}
		p.Needs = append(p.Needs, fact.For("needs"))
		if d := answer(); d.GetPaid().GetAwards()[0].Amount != 6 {
			t.Errorf("%s: %v", fact, d)
		}
	}
}
