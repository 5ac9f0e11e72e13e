package commission_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// topped is a store whose strategy pays ten per cent with an order and, when
// the month closes, what the test says for each of them.
type topped struct {
	*partners
	orders []order.ID
	pays   func(sold []*strategyv1.PeriodOrder) *strategyv1.PeriodAward
	asked  *strategyv1.ClosePeriodRequest
}

func openTopped(t *testing.T, nets ...int64) *topped {
	t.Helper()
	x := &topped{partners: &partners{Stores: storetest.Open(t), t: t, team: map[string]distributor.ID{}}}
	x.Install(t, &storetest.Scripted{ID: "topping", Facts: []string{program.FactLines, program.FactChain, program.FactPeriodOrders},
		Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
			return storetest.Pays(&strategyv1.Award{Level: 1, Line: -1, Amount: o.Lines[0].Net / 10})
		},
		Close: func(r *strategyv1.ClosePeriodRequest) *strategyv1.ClosePeriodResponse {
			x.asked = r
			for i, m := range r.Members {
				if len(m.Sold) > 0 {
					a := x.pays(m.Sold)
					a.Member, a.Kind, a.Why = int32(i), "top_up", storetest.Because()
					return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Closed{Closed: &strategyv1.Closed{Awards: []*strategyv1.PeriodAward{a}}}}
				}
			}
			return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_NothingToClose{NothingToClose: &strategyv1.NothingToClose{Why: storetest.Because()}}}
		}})
	x.ProposeStrategy(t, x.A, "topping", `{}`, nil)
	x.team = x.Team(t, x.A, "s")
	for i, net := range nets {
		x.orders = append(x.orders, x.Sell(t, x.A, storetest.Sale{ID: string(rune('A' + i)), Buyer: "lin", Via: x.team["s"], Nets: []int64{net}}))
	}
	x.Work(t, x.A)
	local := pgtest.Start.In(shanghai)
	x.month = local.Format("2006-01")
	x.Clock.Set(time.Date(local.Year(), local.Month()+1, 1, 0, 0, 1, 0, shanghai))
	return x
}

// half pays a tenth of each order once more.
func half(sold []*strategyv1.PeriodOrder) *strategyv1.PeriodAward {
	a := &strategyv1.PeriodAward{}
	for _, o := range sold {
		a.Shares = append(a.Shares, o.Net/10)
		a.Amount += o.Net / 10
	}
	return a
}

func (x *topped) back(o order.ID, refund string, amount int64) {
	x.t.Helper()
	x.Refund(x.t, x.A, o, refund, amount, "")
	x.Work(x.t, x.A)
	x.mustBalance()
}

func TestPeriodShares_ComeBackWithTheirOrders(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000, 5_000)
	x.pays = half
	if period := x.mustClose(); period.State != commission.PeriodClosed || period.Total != 1500 || x.available("s") != 1500 {
		t.Fatalf("%+v", period)
	}
	x.back(x.orders[0], "R1", 3_333)
	if got := x.available("s"); got != 1500-334 {
		t.Errorf("a third is back, and %d stand", got)
	}
	x.Do(t, x.A, func(ctx context.Context, tx *pg.Tx) error {
		e, err := x.Commission.Explain(ctx, tx, x.orders[0], "en")
		if err != nil {
			return err
		}
		if len(e.FromPeriods) != 1 || e.FromPeriods[0].Granted != 1000 || e.FromPeriods[0].Standing != 666 {
			t.Errorf("%+v", e.FromPeriods)
		}
		if len(e.Reversed) != 1 || e.Reversed[0].Amount != 334+334 {
			t.Errorf("%+v", e.Reversed)
		}
		if got := walk(e, e.Awards[0]); got != "granted +1000=1000, refunded R1 -334=666" {
			t.Errorf("what the month gave is not the order's award: %s", got)
		}
		if said := strings.Join(e.TellAward(e.Awards[0], commission.Earner, "en"), "; "); !strings.Contains(said, "added 10.00, of which refunds have left 6.66") {
			t.Error(said)
		}
		return nil
	})
	x.back(x.orders[0], "R2", 6_667)
	if got := x.available("s"); got != 500 {
		t.Errorf("one order is wholly back, and %d stand", got)
	}
	x.back(x.orders[1], "R3", 5_000)
	if b := x.Balance(t, x.A, x.team["s"]); b.Available != 0 || b.Held != 0 || b.Owed() != 0 {
		t.Errorf("everything is back: %+v", b)
	}
	if again := x.mustClose(); again.Total != 1500 {
		t.Errorf("a closed month has changed: %+v", again)
	}
}

// A refund before the close has lowered what the order was told with; only
// what comes back afterwards counts.
func TestPeriodShares_BeginWithWhatWasLeft(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000)
	x.pays = half
	x.back(x.orders[0], "R1", 4_000)
	x.mustClose()
	if got := x.asked.Members[0].Sold; len(got) != 1 || got[0].Net != 6_000 || got[0].Awarded != 600 || x.available("s") != 600 {
		t.Fatalf("%v, %d", got, x.available("s"))
	}
	x.back(x.orders[0], "R2", 3_000)
	if got := x.available("s"); got != 300 {
		t.Errorf("%d", got)
	}
}

func TestPeriodShares_OfMoneyThatHasLeftBecomeADebt(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000)
	x.pays = half
	x.mustClose()
	x.Do(t, x.A, func(ctx context.Context, tx *pg.Tx) error { // it is paid out
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(x.team["s"])})
		if err != nil {
			return err
		}
		if err := book.Move(ledger.BookDeduction{Payee: ledger.Party(x.team["s"]), Amount: 900}); err != nil {
			return err
		}
		return book.Post(ctx)
	})
	x.back(x.orders[0], "R1", 10_000)
	if b := x.Balance(t, x.A, x.team["s"]); b.Available != 0 || b.Owed() != 900 || b.Held != 0 {
		t.Errorf("%+v", b)
	}
}

// The cap of an order holds for all that it ever gives.
func TestPeriodShares_AreCutByTheOrdersCap(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000, 100)
	x.pays = func(sold []*strategyv1.PeriodOrder) *strategyv1.PeriodAward {
		return &strategyv1.PeriodAward{Amount: 1500, Shares: []int64{1400, 100}}
	}
	period := x.mustClose()
	if len(period.Awards) != 1 || period.Awards[0].Amount != 1440 || period.Awards[0].Cut != 60 || period.Total != 1440 || x.available("s") != 1440 {
		t.Errorf("half of 1.00 less 0.10 is 0.40: %+v", period)
	}
	x.mustBalance()
}

func TestPeriodShares_ALieBooksNothing(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000, 5_000)
	for name, a := range map[string]*strategyv1.PeriodAward{
		"TooFew": {Amount: 10, Shares: []int64{10}}, "TooMany": {Amount: 10, Shares: []int64{5, 5, 0}}, "Negative": {Amount: 10, Shares: []int64{11, -1}},
		"Less": {Amount: 10, Shares: []int64{5, 4}}, "More": {Amount: 10, Shares: []int64{5, 6}},
	} {
		x.pays = func([]*strategyv1.PeriodOrder) *strategyv1.PeriodAward { return a }
		if held := x.mustClose(); held.State != commission.PeriodHeld || held.Code != "commission.rail_shares" || x.booked() != 0 {
			t.Errorf("%s: %+v", name, held)
		}
	}
	x.mustBalance()
}

// What the month's orders give is not known before all of them are decided.
func TestClosePeriod_WaitsForOrdersThatAreNotDecided(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000)
	x.pays = half
	x.Clock.Advance(-time.Hour)
	late := x.Sell(t, x.A, storetest.Sale{ID: "Z", Buyer: "lin", Via: x.team["s"], Nets: []int64{1_000}})
	x.Clock.Advance(time.Hour)
	if held := x.mustClose(); held.State != commission.PeriodHeld || held.Code != "commission.period_unfinished" || x.asked != nil || x.booked() != 0 {
		t.Fatalf("%+v", held)
	}
	x.Work(t, x.A)
	if period := x.mustClose(); period.State != commission.PeriodClosed || period.Total != 1100 || late.IsZero() {
		t.Errorf("%+v", period)
	}
	x.mustBalance()
}

// An order that the lane has not seen refunded while the strategy thinks asks
// the strategy anew.
func TestPeriodShares_ARefundWhileTheStrategyThinks(t *testing.T) {
	t.Parallel()
	x := openTopped(t, 10_000)
	asked := 0
	x.pays = func(sold []*strategyv1.PeriodOrder) *strategyv1.PeriodAward {
		if asked++; asked == 1 {
			x.Refund(t, x.A, x.orders[0], "R1", 5_000, "")
			x.Work(t, x.A)
		}
		return half(sold)
	}
	if period := x.mustClose(); asked != 2 || period.Total != 500 {
		t.Errorf("asked %d times: %+v", asked, period)
	}
	x.mustBalance()
}

func (p *partners) now() (now time.Time) {
	p.Do(p.t, p.A, func(_ context.Context, tx *pg.Tx) error {
		now = tx.Now()
		return nil
	})
	return now
}

// A period counts what has come back of those closed before it, and what has
// settled since; sales never go below zero, and what is left over waits.
func TestClosePeriod_CarriesOn(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	sell := func(id string, net int64) order.ID {
		o := p.Sell(t, p.A, storetest.Sale{ID: id, Buyer: "lin", Via: p.team["s"], Nets: []int64{net}})
		p.Work(t, p.A)
		return o
	}
	close := func(want, carried int64) commission.Period {
		t.Helper()
		period := p.mustClose()
		if period.State != commission.PeriodClosed || period.Paid != want || period.Carried.Paid != carried {
			t.Errorf("%s: %+v, want %d with %d carried", p.month, period, want, carried)
		}
		p.mustBalance()
		at := time.Date(p.now().In(shanghai).Year(), p.now().In(shanghai).Month(), 1, 0, 0, 0, 0, shanghai)
		p.month = at.Format("2006-01")
		return period
	}
	next := func() { p.Clock.Set(p.now().In(shanghai).AddDate(0, 1, 0)) }
	close(10_000, 0)
	p.Refund(t, p.A, p.sold, "R1", 10_000, "")
	sell("O2", 4_000)
	p.Work(t, p.A)
	next()
	close(0, -4_000) // 4,000 less 10,000: 6,000 are left to carry
	third := sell("O3", 9_000)
	next()
	close(3_000, -6_000)
	p.Refund(t, p.A, third, "R3", 1_000, "")
	p.Work(t, p.A)
	sell("O4", 5_000)
	next()
	close(4_000, -1_000)
	if got := p.Int(t, `select sum(paid) from commission_period`); got != 10_000+3_000+4_000 {
		t.Errorf("%d counted in all", got)
	}
}

func TestClosePeriod_CountsWhatSettledLate(t *testing.T) {
	t.Parallel()
	p := openPartners(t, `{"share": "0.10", "mode": "weights", "grades": {"L1": "0.10", "L2": "0.30"}}`)
	if first := p.mustClose(); first.Settled != 0 || first.Total != 0 {
		t.Fatalf("%+v", first)
	}
	p.Receive(t, p.A, p.sold)
	p.Work(t, p.A)
	p.month = p.now().In(shanghai).Format("2006-01")
	p.Clock.Set(p.now().In(shanghai).AddDate(0, 1, 0))
	second := p.mustClose()
	if second.Settled != 10_000 || second.Carried.Settled != 10_000 || second.Paid != 0 || second.Total != 1_000 || p.available("y") != 750 {
		t.Errorf("%+v", second)
	}
	p.mustBalance()
}
