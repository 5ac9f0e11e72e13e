package strategy_test

import (
	"context"
	"testing"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

type closing = func(config, strategy.Period, *strategy.PeriodAwards) error

func closeWith(t *testing.T, f closing) *strategyv1.ClosePeriodResponse {
	t.Helper()
	p := plugin(nil)
	p.ClosePeriod = f
	out, err := p.Server().ClosePeriod(context.Background(), &strategyv1.ClosePeriodRequest{
		Config: []byte(`{}`), Currency: "CNY", MinorDigits: 2, Sales: &strategyv1.PeriodSales{Paid: 1000, Settled: 400},
		Period:  &strategyv1.Period{Key: "2026-03", FromMs: 1000, ToMs: 2000},
		Members: []*strategyv1.PeriodMember{{Handle: "a", Grade: "L1"}, {Handle: "b"}, {Handle: "c"}, {Handle: "d"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestClosePeriod(t *testing.T) {
	t.Run("EverybodyIsNamedOnceInTheirOrder", func(t *testing.T) {
		out := closeWith(t, func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
			m := p.Members()
			out.Pay(m[2], p.Sales().Settled).Kind("pool")
			out.Pay(m[0], 5).Because("because")
			out.Pay(m[1], 0)
			return nil
		}).GetClosed()
		if len(out.GetAwards()) != 2 || out.Awards[0].Member != 0 || out.Awards[0].Why.Key != "because" || out.Awards[1].Amount != 400 ||
			out.Awards[1].Kind != "pool" || out.Awards[1].Why.Key != "sdk.paid_in_period" {
			t.Errorf("%v", out)
		}
		if d := out.GetDeclined(); len(d) != 2 || d[0].Member != 1 || d[0].Why.Key != "sdk.amount_zero" || d[1].Member != 3 || d[1].Why.Key != "sdk.no_period_award" {
			t.Errorf("%v", d)
		}
	})
	t.Run("OrdersArePaidOneByOne", func(t *testing.T) {
		for name, c := range map[string]struct {
			shares []int64
			code   string
		}{
			"Sound": {[]int64{4, 0}, ""}, "TooFew": {[]int64{4}, "strategy.shares"}, "Negative": {[]int64{4, -1}, "strategy.shares"},
			"OfNothing": {[]int64{4, 1}, "strategy.shares"}, "TooMuch": {[]int64{1 << 53, 0}, "strategy.shares"},
		} {
			p := plugin(nil)
			p.Needs = append(p.Needs, strategy.PeriodOrders.For("needs"))
			p.ClosePeriod = func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
				out.PayOrders(p.Members()[0], c.shares)
				return nil
			}
			out, err := p.Server().ClosePeriod(context.Background(), &strategyv1.ClosePeriodRequest{Config: []byte(`{}`),
				Members: []*strategyv1.PeriodMember{{Handle: "a", Sold: []*strategyv1.PeriodOrder{{Net: 5}, {}}}}})
			if err != nil || out.GetFailed().GetCode() != c.code {
				t.Errorf("%s: %v %v", name, out, err)
			}
			if c.code == "" && (len(out.GetClosed().GetAwards()) != 1 || out.GetClosed().Awards[0].Amount != 4 || len(out.GetClosed().Awards[0].Shares) != 2) {
				t.Errorf("%s: %v", name, out)
			}
		}
	})
	t.Run("NobodyHasAReason", func(t *testing.T) {
		out := closeWith(t, func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
			out.Decline(p.Members()[1], "mine")
			return nil
		}).GetNothingToClose()
		if out.GetWhy().GetKey() != "sdk.nobody_in_period" || len(out.Declined) != 4 || out.Declined[1].Why.Key != "mine" {
			t.Errorf("%v", out)
		}
	})
	t.Run("WhoClosesNothingSaysSo", func(t *testing.T) {
		if out := closeWith(t, nil); out.GetNothingToClose().GetWhy().GetKey() != "sdk.closes_no_periods" {
			t.Errorf("%v", out)
		}
		d, err := plugin(nil).Server().Describe(context.Background(), nil)
		if err != nil || d.ClosesPeriods {
			t.Error(d, err)
		}
	})
	for name, c := range map[string]struct {
		f    closing
		code string
	}{
		"APanicIsAFailure": {func(config, strategy.Period, *strategy.PeriodAwards) error { panic("oh") }, "strategy.panicked"},
		"AnError": {func(config, strategy.Period, *strategy.PeriodAwards) error {
			return strategy.Fail("strategy.mine", "no %d", 1)
		}, "strategy.mine"},
		"Negative": {func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
			out.Pay(p.Members()[0], -1)
			return nil
		}, "strategy.negative_amount"},
		"PaidAndNone": {func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
			out.Pay(p.Members()[0], 1)
			out.None("none")
			return nil
		}, "strategy.contradiction"},
	} {
		t.Run(name, func(t *testing.T) {
			if out := closeWith(t, c.f); out.GetFailed().GetCode() != c.code {
				t.Errorf("%v", out)
			}
		})
	}
}
