package commission_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func threeLevels(rates string) program.Draft {
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck, settings.FreezeDays, settings.Withdrawal.Min = 3, "test", 7, 0
	return program.Draft{Settings: settings, Consent: program.Facts(), Strategy: "three-level", Config: json.RawMessage(rates), Author: "test"}
}

func TestMoneyDiff(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	for i, net := range []int64{10000, 20000, 30000} {
		s.Sell(t, s.A, storetest.Sale{ID: string(rune('A' + i)), Buyer: "lin", Via: team["a"], Nets: []int64{net}})
		s.Clock.Advance(time.Second)
	}
	s.Work(t, s.A)
	diff := func(d program.Draft, orders int, through int64) commission.MoneyDiff {
		t.Helper()
		out, err := s.Commission.MoneyDiff(t.Context(), s.A, d, orders, through)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	more := threeLevels(`{"rates":["0.12","0.01"]}`) // was 10 and 5 %

	t.Run("CountsTheNewestOrders", func(t *testing.T) {
		d := diff(more, 2, 0)
		if d.Orders != 2 || d.Through != 3 || d.Sales != 50000 || d.Was != 7500 || d.Would != 6500 || d.Difference() != -1000 || d.Less != 2 || d.More != 0 {
			t.Errorf("%+v", d)
		}
		if d.Winner.Who.ExternalID != "a" || d.Winner.Amount != 1000 || d.Loser.Who.ExternalID != "b" || d.Loser.Amount != -2000 {
			t.Errorf("%+v %+v", d.Winner, d.Loser)
		}
		if len(d.Shown) != 2 || d.Shown[0].Order.Goods != 30000 {
			t.Errorf("%+v", d.Shown)
		}
	})
	t.Run("TheSameProgrammeChangesNothing", func(t *testing.T) {
		if d := diff(threeLevels(`{"rates":["0.10","0.05","0.03"]}`), 10, 0); !d.None() || d.Orders != 3 || d.Difference() != 0 {
			t.Errorf("%+v", d)
		}
	})
	t.Run("MoneyThatOnlyMovesFromOneToAnotherIsAChange", func(t *testing.T) {
		if d := diff(threeLevels(`{"rates":["0.05","0.10"]}`), 10, 0); d.None() || d.Difference() != 0 {
			t.Errorf("%+v", d)
		}
	})
	t.Run("AStoreWithoutOrdersHasNothingToShow", func(t *testing.T) {
		d, err := s.Commission.MoneyDiff(t.Context(), s.B, more, 10, 0)
		if err != nil || !d.None() || d.Orders != 0 || d.Through != 0 {
			t.Errorf("%+v %v", d, err)
		}
	})
	t.Run("WhatCannotBeDecidedIsInNoSum", func(t *testing.T) {
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) {
			r.Decisions[2].Outcome = &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "strategy.no_idea"}}
		}
		defer func() { s.Strategy.After = nil }()
		if d := diff(more, 10, 0); d.Undecided != 1 || d.Compared != 2 || d.Was != 4500 || d.None() {
			t.Errorf("%+v", d)
		}
	})

	acknowledge := func(d program.Draft, a *commission.Acknowledgement) string {
		return fault.Of(s.Commission.Acknowledged(t.Context(), s.A, d, a)).Code
	}
	silent := fault.Of(nil).Code
	s.Clock.Advance(time.Second)
	t.Run("WhoeverNamesAnAmountIsHeldToIt", func(t *testing.T) {
		seen := diff(more, 3, 0)
		good := &commission.Acknowledgement{Through: seen.Through, Orders: seen.Orders, Difference: seen.Difference()}
		s.Sell(t, s.A, storetest.Sale{ID: "D", Buyer: "lin", Via: team["a"], Nets: []int64{50000}}) // what comes meanwhile is not what they saw
		s.Work(t, s.A)
		if code := acknowledge(more, good); code != silent {
			t.Error(code)
		}
		for _, bad := range []commission.Acknowledgement{{Through: 3, Orders: 3, Difference: -1199}, {Through: 3, Orders: 2, Difference: -1200}, {Orders: 3, Difference: -1200}, {Through: 3, Orders: 3, Difference: -1200, Undecided: 1}} {
			if code := acknowledge(more, &bad); code != "program.diff_changed" {
				t.Errorf("%+v: %s", bad, code)
			}
		}
	})
	t.Run("WhoeverSaysNothingIsAskedOnlyWhereTheProgrammeSaysSo", func(t *testing.T) {
		if code := acknowledge(more, nil); code != silent {
			t.Error(code)
		}
		s.Propose(t, s.A, func(p *program.Settings) { p.ConfirmDiff = true })
		s.Clock.Advance(1)
		if code := acknowledge(more, nil); code != "program.diff_unacknowledged" {
			t.Error(code)
		}
		if code := acknowledge(threeLevels(`{"rates":["0.10","0.05","0.03"]}`), nil); code != silent {
			t.Error(code)
		}
	})
	s.MustBalance(t)
}

func TestWorstCases(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	find := func(d program.Draft) commission.WorstCases {
		t.Helper()
		w, err := s.Commission.WorstCases(t.Context(), s.A, d, "en")
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	t.Run("AStoreWithoutGoodsIsTriedOnSamples", func(t *testing.T) {
		w := find(threeLevels(`{"rates":["0.10","0.05","0.03"]}`))
		if w.Goods != 0 || w.Tried < 1000 || w.HighestShare.Share != 180_000 || w.WorstMargin != nil || len(w.HighestShare.Explanation.Awards) != 3 {
			t.Errorf("%+v", w)
		}
	})
	cost := int64(9000)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		for _, p := range []catalog.Draft{
			{Title: "Tea", Category: "tea", Distributed: true, SKUs: []catalog.SKU{{Code: "TEA", Price: 10000, Cost: &cost}}},
			{Title: "Cup", Category: "cups", Distributed: true, SKUs: []catalog.SKU{{Code: "CUP", Price: 90000, Cost: &cost}}},
		} {
			if _, err := catalog.Create(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	t.Run("FindsTheGoodsThatAreSoldAtALoss", func(t *testing.T) {
		w := find(threeLevels(`{"rates":["0.10","0.05","0.03"]}`))
		m := w.WorstMargin
		if w.Goods != 2 || m == nil || *m.Margin >= 0 || len(m.Explanation.Order.Lines) != 1 || m.Explanation.Order.Lines[0].SKU != "TEA" || *m.Margin != -800*m.Explanation.Order.Lines[0].Qty {
			t.Errorf("%+v", m)
		}
	})
	t.Run("FindsTheTierThatNobodyHasReachedYet", func(t *testing.T) {
		d := tiered(t, s)
		d.Config = json.RawMessage(`{"window":"month","mode":"before_order","tiers":[{"from":0,"rate":"0.05"},{"from":5000000000,"rate":"0.45"}]}`)
		w := find(d)
		if w.HighestShare.Share != 450_000 {
			t.Errorf("%+v", w.HighestShare)
		}
	})
	t.Run("TellsWhatTheCapHides", func(t *testing.T) {
		d := tiered(t, s)
		d.Config = json.RawMessage(`{"window":"month","mode":"before_order","tiers":[{"from":0,"rate":"0.9"}]}`)
		w := find(d).HighestShare
		if w.Share != 500_000 || w.Asked*5 != w.Given*9 || w.Explanation.Cap == nil {
			t.Errorf("%+v", w)
		}
	})
}
