package commission_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/builtin/campaignboost"
	"github.com/fenli-io/fenli/plugins/builtin/differential"
	"github.com/fenli-io/fenli/plugins/builtin/newcustomer"
	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

const otherArtifact = "0000000000000000000000000000000000000000000000000000000000000022"

func alternatives(t *testing.T, s *storetest.Stores, o order.ID, who distributor.ID, lang string) []string {
	t.Helper()
	found, err := s.Commission.Alternatives(t.Context(), s.A, o, who, lang)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, a := range found {
		list = append(list, fmt.Sprintf("%s %d→%d %s", a.Payee.Name, a.Instead, a.Would, a.Sentence))
	}
	return list
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sold sells one order of 199.00 through a, with b above, under a strategy.
func sold(t *testing.T, server strategyv1.StrategyServer, config string, change func(*program.Settings)) (*storetest.Stores, map[string]distributor.ID, order.ID) {
	t.Helper()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	install(t, s, otherArtifact, server, config, change)
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{19900}})
	s.Work(t, s.A)
	return s, team, o
}

func TestAlternatives_TheNextGrade(t *testing.T) {
	t.Parallel()
	s, team, o := sold(t, differential.Strategy.Server(), `{"grades": {"normal": "0.10", "senior": "0.15", "partner": "0.20"}}`, func(p *program.Settings) {
		p.Grades = []string{"normal", "senior", "partner"}
	})
	same(t, alternatives(t, s, o, team["a"], "en"), "a 1990→2985 as senior, you would have got 29.85 instead of 19.90 (next grade)")
	same(t, alternatives(t, s, o, distributor.ID{}, "zh-CN"),
		"a 1990→2985 等级为 senior 时a可得 29.85，而不是 19.90（高一级）",
		"b 0→995 等级为 senior 时b可得 9.95，而不是 0.00（高一级）")
	s.MustBalance(t)

	t.Run("IsAskedOnceAndKept", func(t *testing.T) {
		s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("asked again") }
		defer func() { s.Strategy.Before = nil }()
		if got := alternatives(t, s, o, team["b"], "en"); len(got) != 1 {
			t.Error(got)
		}
	})
	t.Run("IsNobodyElsesBusiness", func(t *testing.T) {
		other := s.Team(t, s.A, "x")
		if _, err := s.Commission.Alternatives(t.Context(), s.A, o, other["x"], "en"); !errors.Is(err, order.ErrUnknown) {
			t.Error(err)
		}
		if _, err := s.Commission.Alternatives(t.Context(), s.B, o, distributor.ID{}, "en"); !errors.Is(err, order.ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestAlternatives_NotWhatTheStrategyDoesNotLookAt(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	propose(t, s, `["0.10", "0.05"]`, func(p *program.Settings) { p.Grades = []string{"normal", "senior"} })
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	same(t, alternatives(t, s, o, distributor.ID{}, "en"))
}

func TestAlternatives_AFirstOrder(t *testing.T) {
	t.Parallel()
	s, team, _ := sold(t, newcustomer.Strategy.Server(), `{"base": ["0.10"], "first_order": {"fixed": 500}}`, func(*program.Settings) {})
	again := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	got := alternatives(t, s, again, team["a"], "en")
	if len(got) != 1 || !strings.Contains(got[0], "had it been the buyer's first order") {
		t.Error(got)
	}
}

func TestAlternatives_MoreSalesBeforeIt(t *testing.T) {
	t.Parallel()
	s, team, o := sold(t, tieredsales.Strategy.Server(), `{"window": "month", "mode": "before_order", "tiers": [{"from": 0, "rate": "0.05"}, {"from": 100000, "rate": "0.08"}, {"from": 500000, "rate": "0.10"}]}`, func(*program.Settings) {})
	got := alternatives(t, s, o, team["a"], "en")
	same(t, got, "a 995→1592 with sales of 1000.00 before this order, you would have got 15.92 instead of 9.95")
}

func TestAlternatives_ACampaign(t *testing.T) {
	t.Parallel()
	s, team, o := sold(t, campaignboost.Strategy.Server(), `{"base": ["0.10"], "boost": {"levels": [1], "multiplier": "2", "from": "2026-06-01T00:00:00+08:00", "to": "2026-06-19T00:00:00+08:00"}}`, func(*program.Settings) {})
	same(t, alternatives(t, s, o, team["a"], "zh-CN"), "a 1990→3980 若在 2026-06-01 至 2026-06-18 的活动期间，您可得 39.80，而不是 19.90")
}

func TestAlternatives_HadSomebodyBeenActive(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["b"], "刷单"); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	same(t, alternatives(t, s, o, team["b"], "en"), "b 0→500 had they been active when the order was placed, you would have got 5.00 instead of 0.00")
}

func TestAlternatives_AreNotBelievedFromAStrategyThatHasChangedItsMind(t *testing.T) {
	t.Parallel()
	s, team, o := sold(t, differential.Strategy.Server(), `{"grades": {"normal": "0.10", "senior": "0.15"}}`, func(p *program.Settings) { p.Grades = []string{"normal", "senior"} })
	s.Strategy.After = func(r *strategyv1.EvaluateResponse) {
		for _, d := range r.GetDecisions() {
			d.GetPaid().GetAwards()[0].Amount++
		}
	}
	_, err := s.Commission.Alternatives(t.Context(), s.A, o, team["a"], "en")
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "commission.cannot_ask" {
		t.Errorf("%v", err)
	}
}

func told(t *testing.T, s *storetest.Stores, o order.ID, to commission.Reader, lang string) (said []string) {
	t.Helper()
	x := explain(t, s, s.A, o, lang)
	for _, a := range x.Awards {
		said = append(said, x.TellAward(a, to, lang)...)
	}
	for _, d := range x.Declined {
		said = append(said, x.TellDeclined(d, lang)...)
	}
	return append(said, x.TellRuling(lang)...)
}

func TestTold_EveryStepWithItsNumbers(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["b"], "刷单"); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	propose(t, s, `["0.333333", "0.20", "0.10"]`, func(p *program.Settings) { p.IneligibleUpline = "roll_up" })
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	s.Refund(t, s.A, o, "R1", 5000, "")
	s.Work(t, s.A)

	same(t, told(t, s, o, commission.Merchant, "en"),
		"S1: 100.00 × 33.3333% = 33.33, rounded down",
		"order cap 50% (50.00); the strategy gave 63.33 in all; 7.02 cut in proportion",
		"refund R1 (50.00) took back 13.16",
		"it becomes available 7 days after the buyer has received the goods",
		"S1: 100.00 × 20% = 20.00",
		"20.00 of it was b's share, who could not earn when the order was placed; by the store's rule it moved up",
		"S1: 100.00 × 10% = 10.00",
		"order cap 50% (50.00); the strategy gave 63.33 in all; 6.31 cut in proportion",
		"refund R1 (50.00) took back 11.85",
		"it becomes available 7 days after the buyer has received the goods",
		"frozen when the order was placed, so the share went to the next one up",
		"the 20.00 that the strategy gave was therefore not booked",
		"decided by three-level 1.0.0 under revision 3, seq 1, at 2026-03-01 10:01:00",
	)
	s.Receive(t, s.A, o)
	s.Work(t, s.A)
	zh := told(t, s, o, commission.Earner, "zh-CN")
	if zh[0] != "订单佣金总额超过上限：本店最多分 50%（50.00），策略共给出 63.33；按比例减去您的 7.02" || zh[2] != "2026-03-08 10:01:00 起可提现（收货后 7 天）" {
		t.Errorf("%q", zh)
	}
}

func TestTold_AnOrderThatWaitsSaysWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("away") }
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	said := told(t, s, o, commission.Earner, "en")
	if len(said) != 1 || !strings.HasPrefix(said[0], "the strategy is not available; it will be tried again; tried 1 times, next try 20") {
		t.Error(said)
	}
}

func TestOwnPeriods_SayWhatAMonthGaveAndWhy(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	s.ProposePool(t, s.A, `{"share": "0.05", "mode": "weights", "basis": "paid", "grades": {"normal": "1"}}`)
	s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	s.Clock.Advance(40 * 24 * time.Hour)
	if err := s.Commission.ClosePeriod(t.Context(), s.A, "2026-03"); err != nil {
		t.Fatal(err)
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		list, next, err := s.Commission.OwnPeriods(ctx, tx, team["b"], "", 10, "en")
		if err != nil || next != "" || len(list) != 1 || list[0].Key != "2026-03" || len(list[0].Awards)+len(list[0].Declined) == 0 {
			t.Errorf("%+v %q %v", list, next, err)
		}
		for _, a := range list[0].Awards {
			if a.Payee.ID != team["b"] || a.Why == "" {
				t.Errorf("%+v", a)
			}
		}
		stranger, _, err := s.Commission.OwnPeriods(ctx, tx, distributor.ID{1}, "", 10, "en")
		if err != nil || len(stranger) != 0 {
			t.Errorf("%+v %v", stranger, err)
		}
		return nil
	})
}
