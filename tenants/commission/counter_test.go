package commission_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/soak"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// atMost bounds what one person gets in a period.
func atMost(amount int64, period string) func(*program.Settings) {
	return func(p *program.Settings) { p.RecipientCap = program.RecipientCap{Amount: amount, Period: period} }
}

func TestPersonCap(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	s.Propose(t, s.A, atMost(1500, "month"))
	sell := func(id string, nets ...int64) order.ID {
		return s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "lin", Via: team["a"], Nets: nets})
	}
	whole, part, none := sell("O1", 10000), sell("O2", 4000, 6000), sell("O3", 1000)
	s.Work(t, s.A)

	t.Run("CutsWhatIsAboveAndOfThatPersonAlone", func(t *testing.T) {
		want(t, explain(t, s, s.A, whole, "en"), "a 1000 1000 held 1000-0", "b 500 500 held 500-0", "c 300 300 held 300-0")
		want(t, explain(t, s, s.A, part, "en"), "a 500 500 held 400-200 600-300", "b 500 500 held 200-0 300-0", "c 300 300 held 120-0 180-0")
	})
	t.Run("SaysToThePersonThatItIsFullWithTheirOwnFigures", func(t *testing.T) {
		var x commission.Explanation
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			x, err = s.Commission.ExplainTo(ctx, tx, none, team["a"], "zh-CN")
			return err
		})
		if len(x.Awards) != 0 || len(x.Declined) != 1 || x.Declined[0].Code != "commission.period_full" || x.Declined[0].Lost != 100 ||
			x.Declined[0].Why != "当月上限已满：每人最多 15.00，此前的订单已给 15.00" || len(x.Counters) != 1 {
			t.Errorf("%+v %+v", x.Declined, x.Counters)
		}
	})
	t.Run("SaysWhatWasCutAndWhy", func(t *testing.T) {
		x := explain(t, s, s.A, part, "zh-CN")
		said := x.TellAward(x.Awards[0], commission.Earner, "zh-CN")
		if !slices.Contains(said, "当月上限：每人最多 15.00，此前的订单已给 10.00，因此减去 5.00") || x.Cap != nil {
			t.Errorf("%q", said)
		}
		if c := x.Counters; len(c) != 1 || c[0].Payee.ID != team["a"] || c[0].Most != 1500 || c[0].Used != 1000 || c[0].Asked != 1000 || c[0].Cut != 500 {
			t.Errorf("%+v", c)
		}
	})
	t.Run("IsReplayedWithTheDecisionWhateverComesLater", func(t *testing.T) {
		s.Propose(t, s.A, atMost(1, "day"))
		for _, id := range []order.ID{whole, part, none} {
			if again, err := s.Commission.Replay(t.Context(), s.A, id); err != nil || !again.Equal() {
				t.Errorf("%+v %v", again, err)
			}
		}
		s.Propose(t, s.A, atMost(1500, "month"))
	})
	t.Run("ARefundTakesBackInProportionAndGivesTheCounterNothing", func(t *testing.T) {
		s.Refund(t, s.A, whole, "R1", 10000, "")
		s.Refund(t, s.A, part, "R2", 3000, "2")
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, part, "en"), "a 500 350 held 400-200 600-300", "b 500 350 held 200-0 300-0", "c 300 210 held 120-0 180-0",
			"R2 back a 150", "R2 back b 150", "R2 back c 90")
		after := sell("O4", 1000)
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, after, "en"), "b 50 50 held 50-0", "c 30 30 held 30-0", "a commission.period_full")
	})
	t.Run("TheNextMonthBeginsAnew", func(t *testing.T) {
		s.Clock.Advance(31 * 24 * time.Hour)
		next := sell("O5", 1000)
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, next, "en"), "a 100 100 held 100-0", "b 50 50 held 50-0", "c 30 30 held 30-0")
	})
	t.Run("AnOrderOfAPastMonthCountsInThatMonth", func(t *testing.T) {
		var late order.Order
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			if late, err = s.Place(ctx, tx, storetest.Sale{ID: "O6", Buyer: "lin", Via: team["a"], Nets: []int64{20000}}); err != nil {
				return err
			}
			_, err = s.Orders.Pay(ctx, tx, late.ID, tx.Now().Add(-31*24*time.Hour))
			return err
		})
		s.Work(t, s.A)
		x := explain(t, s, s.A, late.ID, "en")
		want(t, x, "b 400 400 held 1000-600", "c 600 600 held 600-0", "a commission.period_full") // a had 1500, b 1100, c 660 of March
		if x.Counters[1].Used != 1100 {
			t.Errorf("%+v", x.Counters)
		}
	})
	t.Run("WhatGoodsEarnIsWhatTheMonthHasLeft", func(t *testing.T) {
		if room := s.Int(t, `select used from commission_counter where payee = $1 order by from_at desc limit 1`, team["a"]); room != 100 {
			t.Errorf("%d", room)
		}
	})
	s.MustBalance(t)

	t.Run("AnOldDecisionIsReplayedByTheGuardOfItsTime", func(t *testing.T) {
		storeInParts(t, s)
		s.Owner(t, `update commission_decision set guard = 2, granted = '{"g":[[0,0,0,100,0],[1,1,0,50,0],[2,2,0,30,0]]}' where order_id = $1`, none)
		if again, err := s.Commission.Replay(t.Context(), s.A, none); err != nil || !again.Equal() || again.Granted != 180 {
			t.Errorf("%+v %v", again, err)
		}
	})
}

// The doctor holds every step of every counter against what was granted.
func TestPersonCap_TheDoctorFindsWhatIsNotSo(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ tamper, finding string }{
		"ACounterThatHasCountedSomethingElse": {`update commission_counter set used = used + 1 where payee = $2 and tenant_id = $3`, "the counter stands at 1501, 1500 was granted"},
		"ACounterThatIsGone":                  {`delete from commission_counter where payee = $2 and tenant_id = $3`, "the counter stands at 0, 1500 was granted"},
		"ADecisionCutByAnotherFigure": {`update commission_decision set granted = '{"g":[[0,0,0,1000,0,0,501],[1,1,0,500,0],[2,2,0,300,0]],"c":[[0,1001],[1,500],[2,300]]}' where order_id = $1 and ($2 <> $3)`,
			"as if 1001 had been granted before, it was 1000"},
		"ADecisionThatWasNotCut": {`update commission_decision set granted = '{"g":[[0,0,0,1000,0],[1,1,0,500,0],[2,2,0,300,0]],"c":[[0,1000],[1,500],[2,300]]}' where order_id = $1 and ($2 <> $3)`,
			"caps took 0, 0 and 0 of 1000, should be 0, 0 and 500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			team := s.Team(t, s.A, "c", "b", "a")
			s.Propose(t, s.A, atMost(1500, "month"))
			s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
			second := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
			s.Work(t, s.A)
			s.MustBalance(t)
			storeInParts(t, s)
			s.Owner(t, strings.ReplaceAll(strings.ReplaceAll(x.tamper, "$2", "$2::uuid"), "$3", "$3::uuid")+` and ($1::uuid is not null)`, second, team["a"], s.A)
			var found []string
			s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
				found, err = s.Commission.Check(ctx, tx)
				return err
			})
			if !strings.Contains(strings.Join(found, "\n"), x.finding) {
				t.Errorf("%q", found)
			}
		})
	}
}

// cappedSale is a sale of the property below.
type cappedSale struct {
	seller string
	net    int64
	pause  time.Duration
}

// M13: however orders fall into batches, also when some wait at first and the
// strategy asks what it has given before or does not, everybody gets the same
// fen: what somebody gets who works the orders out by hand, one after another.
func TestPersonCap_BatchingDoesNotChangeAFen(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 3, func(t *testing.T, seed uint64) {
		rnd := soak.Rand(seed, 31)
		period, most, asks := []string{"day", "week", "month"}[rnd.IntN(3)], 2_000+rnd.Int64N(6_000), rnd.IntN(2) == 0
		var sales []cappedSale
		for range 45 {
			x := cappedSale{seller: []string{"a", "b", "c", "x", "y"}[rnd.IntN(5)], net: 1000 + rnd.Int64N(20_000), pause: time.Duration(rnd.IntN(16)) * time.Hour}
			if rnd.IntN(8) == 0 {
				x.net = 777
			}
			sales = append(sales, x)
		}
		want := cappedByHand(sales, most, period, asks)
		for _, size := range []int{1, 2 + rnd.IntN(9), 200} {
			got := cappedRun(t, size, sales, most, period, asks)
			for who, held := range want {
				if got[who] != held {
					t.Errorf("batches of %d, %d a %s, asks %v: %s has %d, by hand it is %d", size, most, period, asks, who, got[who], held)
				}
			}
		}
	})
}

func cappedByHand(sales []cappedSale, most int64, period string, asks bool) map[string]int64 {
	shanghai, _ := time.LoadLocation("Asia/Shanghai")
	held, at := map[string]int64{}, pgtest.Start
	type key struct{ who, of string }
	counter, month := map[key]int64{}, map[key]int64{}
	for _, x := range sales {
		at = at.Add(x.pause)
		local := at.In(shanghai)
		year, week := local.ISOWeek()
		of := map[string]string{"day": local.Format(time.DateOnly), "month": local.Format("2006-01"), "week": fmt.Sprint(year, " ", week)}
		for _, who := range waveChains[x.seller] {
			amount := x.net / 10
			if asks {
				amount = share(x.net, month[key{who, of["month"]}])
			}
			amount = min(amount, max(most-counter[key{who, of[period]}], 0))
			held[who] += amount
			counter[key{who, of[period]}] += amount
			month[key{who, of["month"]}] += amount
		}
	}
	return held
}

func cappedRun(t *testing.T, size int, sales []cappedSale, most int64, period string, asks bool) map[string]int64 {
	t.Helper()
	s := storetest.Open(t)
	s.Commission.Batch = size
	y := &thrifty{t: t}
	facts := []string{program.FactLines, program.FactChain}
	if asks {
		facts = append(facts, program.FactAwarded)
	}
	s.Install(t, &storetest.Scripted{ID: "thrifty", Facts: facts, Decide: y.decide})
	s.ProposeStrategy(t, s.A, "thrifty", `{"window": "month"}`, atMost(most, period))
	team := waveTeam(t, s)
	for i, x := range sales {
		s.Clock.Advance(x.pause)
		s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("O%d", i), Buyer: "of-" + x.seller, Via: team[x.seller], Nets: []int64{x.net}})
		if i%20 == 19 {
			s.Work(t, s.A) // whatever fails here waits while later orders come
		}
	}
	s.Work(t, s.A)
	y.mended = true
	if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	s.Work(t, s.A)
	if n := s.Int(t, `select count(*) from order_change`); n != 0 {
		t.Errorf("batches of %d: %d orders still wait", size, n)
	}
	s.MustBalance(t)
	sameSimulated(t, s, size, most, period)
	held := map[string]int64{}
	for name, who := range team {
		held[name] = s.Int(t, `select coalesce(sum(granted), 0) from commission_award where payee = $1`, who)
	}
	return held
}

// sameSimulated decides everything once more under the programme in force and
// wants the same fen, from the middle of the history too.
func sameSimulated(t *testing.T, s *storetest.Stores, size int, most int64, period string) {
	t.Helper()
	var rev program.Revision
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		rev, err = s.Programs.InForce(ctx, tx, tx.Now())
		return err
	})
	for _, after := range []int64{0, 20} {
		m, err := s.Commission.Simulate(t.Context(), s.A, commission.SimulationOf{Plan: rev, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for seen := after; ; {
			page, to, done, err := m.Next(t.Context(), 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page {
				if seen++; c.Seq != seen || !c.Would.Decided || c.Would.Granted != c.Was.Granted || c.Would.Cut != c.Was.Cut {
					t.Fatalf("batches of %d, %d a %s, simulated after %d: order %d gave %d, would give %+v", size, most, period, after, c.Seq, c.Was.Granted, c.Would)
				}
			}
			if done || to == 0 {
				if seen != 45 {
					t.Fatalf("%d orders were simulated", seen)
				}
				break
			}
		}
	}
}

// An order that waits holds up those that pay one of its people, says so, and
// nobody else.
func TestPersonCap_AnOrderThatWaitsIsCountedInItsTurn(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	y := &thrifty{t: t}
	s.Install(t, &storetest.Scripted{ID: "thrifty", Facts: []string{program.FactLines, program.FactChain}, Decide: y.decide})
	s.ProposeStrategy(t, s.A, "thrifty", `{}`, atMost(1050, "week"))
	team := waveTeam(t, s)
	sell := func(id, seller string, net int64) order.ID {
		return s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "of-" + seller, Via: team[seller], Nets: []int64{net}})
	}
	sell("O1", "b", 777)
	behind := sell("O2", "a", 10_000) // through b and c
	sell("O3", "x", 10_000)
	s.Work(t, s.A)
	later := sell("O4", "c", 10_000)
	s.Work(t, s.A)
	wantHeld(t, s, team["x"], 1000)
	for _, o := range []order.ID{behind, later} {
		if x := explain(t, s, s.A, o, "en"); x.Waits == nil || x.Waits.Code != "commission.behind" {
			t.Errorf("%+v", x.Waits)
		}
	}
	y.mended = true
	if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	s.Work(t, s.A)
	want(t, explain(t, s, s.A, behind, "en"), "a 1000 1000 held 1000-0", "b 973 973 held 1000-27", "c 973 973 held 1000-27")
	want(t, explain(t, s, s.A, later, "en"), "c commission.period_full")
	s.MustBalance(t)
}

// Somebody who has counted since the batch was read makes it void, and two
// processes at once give no more than one.
func TestPersonCap_TwoAtOnceGiveNoMoreThanOne(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	s.Propose(t, s.A, atMost(1500, "day"))
	from := pgtest.Start.Truncate(24 * time.Hour).Add(-8 * time.Hour) // midnight in Shanghai
	other := true
	s.Strategy.Before = func(*strategyv1.EvaluateRequest) error {
		if other {
			other = false
			s.Owner(t, `insert into commission_counter (tenant_id, payee, period, from_at, used) values ($1, $2, 'day', $3, 1400)`, s.A, team["a"], from)
		}
		return nil
	}
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	if _, err := s.Commission.Drain(t.Context(), s.A); !errors.Is(err, commission.ErrBusy) {
		t.Fatalf("%v", err)
	}
	s.Work(t, s.A)
	want(t, explain(t, s, s.A, o, "en"), "a 100 100 held 1000-900")
	s.Owner(t, `update commission_counter set used = 100 where payee = $1`, team["a"]) // so that what the other has counted is nobody's
	storeInParts(t, s)
	s.Owner(t, `update commission_decision set granted = '{"g":[[0,0,0,1000,0,0,900]],"c":[[0,0]]}' where order_id = $1`, o)

	s.Clock.Advance(24 * time.Hour)
	s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { time.Sleep(time.Millisecond); return nil }
	second := commission.New(s.DB, s.Programs, s.Strategy, storetest.Yuan, pgtest.Start)
	second.Batch, s.Commission.Batch = 3, 2
	for i := range 20 {
		s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("P%d", i), Buyer: "lin", Via: team["a"], Nets: []int64{1000}})
	}
	var both sync.WaitGroup
	for _, lane := range []*commission.Service{s.Commission, second} {
		both.Go(func() {
			for range 200 {
				if _, err := lane.Drain(t.Context(), s.A); err != nil && !errors.Is(err, commission.ErrBusy) {
					t.Error(err)
				}
				if s.Int(t, `select count(*) from order_change`) == 0 {
					return
				}
			}
		})
	}
	both.Wait()
	if gave := s.Int(t, `select sum(granted) from commission_award a where a.seq > 1`); gave != 1500 {
		t.Errorf("%d was given", gave)
	}
}

// What the strategy says about a remainder never exceeds what the counter left.
func TestPersonCap_WhenTheStrategyIsAskedAgain(t *testing.T) {
	t.Parallel()
	s, team := recomputing(t, func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
		return storetest.Pays(&strategyv1.Award{Recipient: 0, Line: 0, Level: 1, Amount: o.GetLines()[0].GetNet() / 10})
	})
	s.ProposeStrategy(t, s.A, "by-size", `{}`, func(p *program.Settings) { p.Refund, p.RecipientCap.Amount = "recompute", 1500 })
	s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	o := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	for i, x := range []struct{ back, stands int64 }{{2000, 500}, {4000, 400}, {4000, 0}} { // 800, 400 and nothing by the strategy
		s.Refund(t, s.A, o, fmt.Sprint("R", i), x.back, "1")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 1000+x.stands)
		if again, err := s.Commission.Replay(t.Context(), s.A, o); err != nil || !again.Equal() || again.Granted != 500 || again.Standing != x.stands {
			t.Errorf("%+v %v", again, err)
		}
	}
	s.MustBalance(t)
}

// The cap is acknowledged before it is turned on, and says whom it cuts.
func TestPersonCap_IsSeenBeforeItIsTurnedOn(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	for i := range 3 {
		s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint("O", i), Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	}
	s.Work(t, s.A)
	s.Clock.Advance(time.Second)
	draft := threeLevels(`{"rates":["0.10","0.05","0.03"]}`)
	draft.Settings.RecipientCap = program.RecipientCap{Amount: 1200, Period: "month"}
	for _, orders := range []int{10, 1} { // the newest alone is cut by what came before it
		seen, err := s.Commission.MoneyDiff(t.Context(), s.A, draft, orders, 0)
		cut := map[int][2]int64{10: {1800, 300}, 1: {1000, 300}}[orders]
		if err != nil || seen.Difference() != -cut[0]-cut[1] || seen.CappedIn != 2 || seen.Capped[0] != (commission.Gain{Who: distributor.Label{ID: team["a"], Name: "a", ExternalID: "a"}, Amount: cut[0]}) || seen.Capped[1].Amount != cut[1] {
			t.Errorf("%+v %v", seen, err)
		}
	}
	if code := fault.Of(s.Commission.Acknowledged(t.Context(), s.A, draft, nil)).Code; code != "program.diff_unacknowledged" {
		t.Error(code)
	}
	if err := s.Commission.Acknowledged(t.Context(), s.A, draft, &commission.Acknowledgement{Orders: 10, Difference: -2100}); err != nil {
		t.Error(err)
	}
	s.Propose(t, s.A, atMost(1200, "month"))
	s.Clock.Advance(time.Second)
	if err := s.Commission.Acknowledged(t.Context(), s.A, draft, nil); err != nil { // it is in force already
		t.Error(err)
	}
	samples, err := s.Commission.Preview(t.Context(), s.A, draft, []commission.SampleLine{{SKU: "X", Qty: 1, UnitPrice: 20000}}, "en")
	if err != nil || samples[0].Explanation.Awards[0].Granted != 1200 || samples[0].Explanation.Counters[0].Cut != 800 {
		t.Errorf("%+v %v", samples[0], err)
	}
	w, err := s.Commission.WorstCases(t.Context(), s.A, draft, "en")
	if err != nil || w.HighestShare == nil {
		t.Fatal(err)
	}
	for _, a := range w.HighestShare.Explanation.Awards {
		if a.Granted > 1200 {
			t.Errorf("%+v", a)
		}
	}
	s.MustBalance(t)
}

// A month that closes takes what its orders have left of everybody's month, and
// an order of it that comes later finds nothing more.
func TestPersonCap_BoundsWhatAMonthGives(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000, 5_000) // 1000 and 500 with the orders, and once more at the close
	x.pays = half
	x.ProposeStrategy(t, x.A, "topping", `{}`, atMost(1800, "month"))
	x.Clock.Set(time.Date(2026, 4, 2, 0, 0, 0, 0, shanghai))
	x.month = "2026-04"
	x.orders = nil
	for i, net := range []int64{10_000, 5_000} {
		x.orders = append(x.orders, x.Sell(t, x.A, storetest.Sale{ID: fmt.Sprint("C", i), Buyer: "lin", Via: x.team["s"], Nets: []int64{net}}))
	}
	x.Work(t, x.A)
	x.Clock.Set(time.Date(2026, 5, 1, 0, 0, 1, 0, shanghai))
	simulated := func() map[distributor.ID]int64 {
		var rev program.Revision
		x.Do(t, x.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			rev, err = x.Programs.InForce(ctx, tx, tx.Now())
			return err
		})
		m, err := x.Commission.Simulate(t.Context(), x.A, commission.SimulationOf{Plan: rev, From: time.Date(2026, 4, 1, 0, 0, 0, 0, shanghai), To: time.Date(2026, 5, 1, 0, 0, 0, 0, shanghai)})
		if err != nil {
			t.Fatal(err)
		}
		for done := false; !done; {
			if _, _, done, err = m.Next(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
		}
		return m.Forwarded().Months[0].Would
	}
	if would := simulated(); would[x.team["s"]] != 300 {
		t.Errorf("%v", would)
	}
	period := x.mustClose()
	if period.State != commission.PeriodClosed || period.Total != 300 || x.available("s") != 300 {
		t.Fatalf("%+v", period)
	}
	a := period.Awards[0]
	if a.Amount != 300 || a.Over != 1200 || !strings.Contains(a.Why, "at most 18.00 in a month and earlier orders gave 15.00, so 12.00 was cut") {
		t.Errorf("%+v", a)
	}
	x.mustBalance()
	t.Run("ItsPartsComeBackWithTheirOrders", func(t *testing.T) {
		x.back(x.orders[0], "R1", 10_000) // of the 300 it had 200
		if x.available("s") != 100 {
			t.Errorf("%d", x.available("s"))
		}
	})
	t.Run("AnOrderOfThatMonthThatComesLaterFindsItFull", func(t *testing.T) {
		var late order.Order
		x.Do(t, x.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			if late, err = x.Place(ctx, tx, storetest.Sale{ID: "L", Buyer: "lin", Via: x.team["s"], Nets: []int64{1000}}); err != nil {
				return err
			}
			_, err = x.Orders.Pay(ctx, tx, late.ID, tx.Now().Add(-time.Hour))
			return err
		})
		x.Work(t, x.A)
		want(t, explain(t, x.Stores, x.A, late.ID, "en"), "s commission.period_full")
	})
	x.mustBalance()
	t.Run("TheDoctorFindsMoreThanWasLeft", func(t *testing.T) {
		x.Owner(t, `update commission_period_award set over = over - 1, amount = amount + 1 where payee = $1`, x.team["s"])
		var found []string
		x.Do(t, x.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			found, err = x.Commission.Check(ctx, tx)
			return err
		})
		if !strings.Contains(strings.Join(found, "\n"), "301 is booked and 1199 was cut where 300 was left of the month") {
			t.Errorf("%q", found)
		}
	})
}

// Somebody whose month is full is told so; a cap by week bounds orders alone;
// while an order of the month waits, nobody knows what it leaves.
func TestPersonCap_AMonthThatIsFull(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		cap    program.RecipientCap
		awards int
		code   string
	}{
		"ByMonth": {program.RecipientCap{Amount: 1500, Period: "month"}, 0, "commission.period_full"},
		"ByWeek":  {program.RecipientCap{Amount: 1500, Period: "week"}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := openTopped(t)
			m.pays = half
			m.Clock.Set(time.Date(2026, 4, 2, 0, 0, 0, 0, shanghai))
			m.ProposeStrategy(t, m.A, "topping", `{}`, func(p *program.Settings) { p.RecipientCap = x.cap })
			m.month = "2026-04"
			m.Sell(t, m.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: m.team["s"], Nets: []int64{15_000}})
			m.Clock.Set(time.Date(2026, 5, 1, 0, 0, 1, 0, shanghai))
			if x.cap.Period == "month" {
				if period := m.mustClose(); period.State != commission.PeriodHeld || period.Code != "commission.period_unfinished" {
					t.Errorf("%+v", period)
				}
			}
			m.Work(t, m.A)
			period := m.mustClose()
			if len(period.Awards) != x.awards || x.code != "" && (len(period.Declined) != 1 || period.Declined[0].Code != x.code) {
				t.Errorf("%+v", period)
			}
			m.mustBalance()
		})
	}
}

// What would have earned somebody more is bounded by what their counter had left
// then, whatever it has come to since.
func TestPersonCap_BoundsWhatWouldHaveEarnedMore(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "by-grade", Facts: []string{program.FactLines, program.FactChain, program.FactGrade}, Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
		amount := o.GetLines()[0].GetNet() / 10
		if o.GetChain()[0].GetGrade() == "senior" {
			amount *= 2
		}
		return storetest.Pays(&strategyv1.Award{Level: 1, Amount: amount})
	}})
	s.ProposeStrategy(t, s.A, "by-grade", `{}`, atMost(1500, "month"))
	a := s.Team(t, s.A, "a")["a"]
	var second order.ID
	for i, net := range []int64{10_000, 4_000, 10_000} {
		if o := s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint("O", i), Buyer: "lin", Via: a, Nets: []int64{net}}); i == 1 {
			second = o
		}
	}
	s.Work(t, s.A)
	found, err := s.Commission.Alternatives(t.Context(), s.A, second, a, "en")
	if err != nil || len(found) != 1 || found[0].Instead != 400 || found[0].Would != 500 {
		t.Errorf("%+v %v", found, err)
	}
	s.MustBalance(t)
}
