package commission_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func halfOfMargin(p *program.Settings) { p.LineMarginCap = 500_000 }

func TestMarginCap(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	s.Propose(t, s.A, halfOfMargin)
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 10000}, Costs: []int64{9000}})
	loss := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "wu", Via: team["a"], Nets: []int64{10000, 3000}, Costs: []int64{10000, 0}})
	s.Work(t, s.A)

	t.Run("CutsALineInProportionAndLeavesOneOfUnknownCost", func(t *testing.T) {
		x := explain(t, s, s.A, o, "en")
		want(t, x, "a 1278 1278 held 1000-722 1000-0", "b 639 639 held 500-361 500-0", "c 383 383 held 300-217 300-0")
		if !slices.Equal(x.LineCaps, []commission.LineCap{{Line: "1", SKU: "S1", Margin: 1000, Most: 500, Asked: 1800, Cut: 1300}}) || x.Cap != nil {
			t.Errorf("%+v %+v", x.LineCaps, x.Cap)
		}
	})
	t.Run("WhatIsSoldAtItsCostGivesNothing", func(t *testing.T) {
		want(t, explain(t, s, s.A, loss, "en"), "a 300 300 held 1000-1000 300-0", "b 150 150 held 500-500 150-0", "c 90 90 held 300-300 90-0")
	})
	t.Run("SaysWhatWasCutAndWhy", func(t *testing.T) {
		for lang, sentence := range map[string]string{
			"en":    "S1: capped at 50% of its margin of 10.00 (5.00); the strategy gave 18.00 in all; 7.22 cut in proportion",
			"zh-CN": "S1：毛利 10.00 的 50% 为上限（5.00），策略共给出 18.00，按比例减去 7.22",
		} {
			x := explain(t, s, s.A, o, lang)
			if said := x.TellAward(x.Awards[0], commission.Merchant, lang); !slices.Contains(said, sentence) {
				t.Errorf("%q", said)
			}
		}
	})
	t.Run("ADistributorReadsTheirOwnPartAndNothingOfTheCost", func(t *testing.T) {
		var x commission.Explanation
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			x, err = s.Commission.ExplainTo(ctx, tx, o, team["b"], "zh-CN")
			return err
		})
		said := strings.Join(x.TellAward(x.Awards[0], commission.Earner, "zh-CN"), "\n")
		if !strings.Contains(said, "S1：这件商品的佣金到了本店按毛利设的上限，按比例减去您的 3.61") || strings.Contains(said, "50%") || strings.Contains(said, "18.00") || len(x.LineCaps) != 0 {
			t.Errorf("%s %+v", said, x.LineCaps)
		}
	})
	t.Run("IsReplayedWithTheDecision", func(t *testing.T) {
		s.Propose(t, s.A, func(p *program.Settings) { p.LineMarginCap = 1 }) // what comes later changes nothing
		for _, id := range []order.ID{o, loss} {
			if again, err := s.Commission.Replay(t.Context(), s.A, id); err != nil || !again.Equal() {
				t.Errorf("%+v %v", again, err)
			}
		}
	})
	t.Run("ARefundTakesBackInProportionOfWhatIsLeft", func(t *testing.T) {
		s.Refund(t, s.A, o, "R1", 5000, "1")
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, o, "en"), "a 1278 1139 held 1000-722 1000-0", "b 639 569 held 500-361 500-0", "c 383 341 held 300-217 300-0",
			"R1 back a 139", "R1 back b 70", "R1 back c 42")
		s.Refund(t, s.A, o, "R2", 15000, "")
		s.Work(t, s.A)
		for _, a := range explain(t, s, s.A, o, "en").Awards {
			if a.Standing != 0 {
				t.Errorf("%+v", a)
			}
		}
	})
	s.MustBalance(t)

	t.Run("TheDoctorFindsADecisionAboveIt", func(t *testing.T) {
		storeInParts(t, s)
		s.Owner(t, `update commission_decision set granted = '{"g":[[0,0,0,1000,0],[1,1,0,500,0,500],[2,2,0,300,0,300],[3,0,1,300,0],[4,1,1,150,0],[5,2,1,90,0]]}' where order_id = $1`, loss)
		var found []string
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			found, err = s.Commission.Check(ctx, tx)
			return err
		})
		if len(found) == 0 || !strings.Contains(found[0], "caps took 0, 0 and 0 of 1000, should be 1000, 0 and 0") {
			t.Errorf("%q", found)
		}
	})
	t.Run("AnOldDecisionIsReplayedByTheGuardOfItsTime", func(t *testing.T) {
		s.Owner(t, `update commission_decision set guard = 1, granted = '{"g":[[0,0,0,1000,0],[1,1,0,500,0],[2,2,0,300,0],[3,0,1,300,0],[4,1,1,150,0],[5,2,1,90,0]]}' where order_id = $1`, loss)
		if again, err := s.Commission.Replay(t.Context(), s.A, loss); err != nil || !again.Equal() || again.Granted != 2340 {
			t.Errorf("%+v %v", again, err)
		}
		s.Owner(t, `update commission_decision set guard = 4 where order_id = $1`, loss)
		if again, err := s.Commission.Replay(t.Context(), s.A, loss); err != nil || again.Equal() || again.Differs[0].What != "guard" {
			t.Errorf("%+v %v", again, err)
		}
	})
}

// What is given for the order as a whole loses its part on the line that earns
// the store nothing, and not again with every refund.
func TestMarginCap_OfAnAwardForTheWholeOrder(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		line   string
		amount int64
		stands int64
	}{
		"ASmallRefundOfTheLineThatEarns":       {"2", 100, 495},
		"AFullRefundOfTheLineThatEarns":        {"2", 10000, 0},
		"AFullRefundOfTheLineThatEarnsNothing": {"1", 10000, 250},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			s.Install(t, &storetest.Scripted{ID: "whole", Facts: []string{program.FactChain, program.FactLines}, Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
				return storetest.Pays(&strategyv1.Award{Recipient: 0, Line: -1, Level: 1, Amount: 1000})
			}})
			s.ProposeStrategy(t, s.A, "whole", `{}`, halfOfMargin)
			a := s.Team(t, s.A, "a")["a"]
			o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: a, Nets: []int64{10000, 10000}, Costs: []int64{10000, 1000}})
			s.Work(t, s.A)
			wantHeld(t, s, a, 500)
			s.Refund(t, s.A, o, "R1", x.amount, x.line)
			s.Work(t, s.A)
			wantHeld(t, s, a, x.stands)
			s.MustBalance(t)
		})
	}
}

// Pieces that came back take their cost with them: the strategy that is asked
// again is cut by the margin of what remains.
func TestMarginCap_WhenTheStrategyIsAskedAgain(t *testing.T) {
	t.Parallel()
	s, team := recomputing(t, func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
		return storetest.Pays(&strategyv1.Award{Recipient: 0, Line: 0, Level: 1, Amount: 900})
	})
	s.ProposeStrategy(t, s.A, "by-size", `{}`, func(p *program.Settings) { p.Refund, p.LineMarginCap = "recompute", 500_000 })
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}, Costs: []int64{9000}})
	s.Work(t, s.A)
	wantHeld(t, s, team["a"], 500)
	s.Refund(t, s.A, o, "R1", 4000, "1")
	s.Work(t, s.A)
	wantHeld(t, s, team["a"], 300)
	if again, err := s.Commission.Replay(t.Context(), s.A, o); err != nil || !again.Equal() || again.Standing != 300 {
		t.Errorf("%+v %v", again, err)
	}
	s.MustBalance(t)
}

// The cap is off until somebody has seen which goods it touches.
func TestMarginCap_IsSeenBeforeItIsTurnedOn(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 10000, 5000}, Costs: []int64{9000, 1000}})
	s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{10000}, Costs: []int64{9800}})
	s.Work(t, s.A)
	s.Clock.Advance(time.Second)
	draft := threeLevels(`{"rates":["0.10","0.05","0.03"]}`)
	draft.Settings.LineMarginCap = 500_000
	seen, err := s.Commission.MoneyDiff(t.Context(), s.A, draft, 10, 0)
	if err != nil || seen.TouchedIn != 1 || !slices.Equal(seen.Touched, []commission.Touched{{SKU: "S1", Lines: 2, Cut: 1000 + 1400}}) || seen.Uncosted != 1 || seen.Difference() != -2400 {
		t.Errorf("%+v %v", seen, err)
	}
	if code := fault.Of(s.Commission.Acknowledged(t.Context(), s.A, draft, nil)).Code; code != "program.diff_unacknowledged" {
		t.Error(code)
	}
	if err := s.Commission.Acknowledged(t.Context(), s.A, draft, &commission.Acknowledgement{Through: seen.Through, Orders: seen.Orders, Difference: -2400}); err != nil {
		t.Error(err)
	}
	s.Propose(t, s.A, halfOfMargin)
	s.Clock.Advance(time.Second)
	if err := s.Commission.Acknowledged(t.Context(), s.A, draft, nil); err != nil { // it is in force already
		t.Error(err)
	}
	cost := int64(9000)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := catalog.Create(ctx, tx, catalog.Draft{Title: "Tea", Category: "tea", Distributed: true, SKUs: []catalog.SKU{{Code: "TEA", Price: 10000, Cost: &cost}}})
		return err
	})
	w, err := s.Commission.WorstCases(t.Context(), s.A, draft, "en")
	if err != nil || !slices.ContainsFunc(w.Touched, func(x commission.Touched) bool { return x.SKU == "TEA" && x.Title == "Tea" && x.Cut > 0 }) {
		t.Errorf("%+v %v", w.Touched, err) // goods that nobody has bought yet
	}
	s.MustBalance(t)
}
