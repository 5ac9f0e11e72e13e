package commission_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

const poolOfPaid = `{"share": "0.10", "mode": "weights", "basis": "paid", "grades": {"L1": "0.10", "L2": "0.30"}}`

// partners is a store with a pool: s sold for 100.00 in the month, x and y are
// partners of weight 1 and 3, and the month is over.
type partners struct {
	*storetest.Stores
	t     *testing.T
	team  map[string]distributor.ID
	sold  order.ID
	month string
}

func openPartners(t *testing.T, config string) *partners {
	t.Helper()
	p := &partners{Stores: storetest.Open(t), t: t, team: map[string]distributor.ID{}}
	p.ProposePool(t, p.A, config)
	for name, grade := range map[string]string{"s": "normal", "x": "L1", "y": "L2"} {
		p.Do(t, p.A, func(ctx context.Context, tx *pg.Tx) error {
			m, err := p.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: name, Name: name, Grade: grade, State: distributor.Active})
			p.team[name] = m.ID
			return err
		})
	}
	p.sold = p.Sell(t, p.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: p.team["s"], Nets: []int64{10000}})
	p.Work(t, p.A)
	local := pgtest.Start.In(shanghai)
	p.month = local.Format("2006-01")
	p.Clock.Set(time.Date(local.Year(), local.Month()+1, 1, 0, 0, 1, 0, shanghai))
	return p
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func (p *partners) close() error { return p.Commission.ClosePeriod(p.t.Context(), p.A, p.month) }

func (p *partners) mustClose() commission.Period {
	p.t.Helper()
	if err := p.close(); err != nil {
		p.t.Fatal(err)
	}
	return p.read("en")
}

func (p *partners) read(lang string) (period commission.Period) {
	p.t.Helper()
	p.Do(p.t, p.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		period, err = p.Commission.Period(ctx, tx, p.month, lang)
		return err
	})
	return period
}

func (p *partners) available(who string) int64 {
	return p.Balance(p.t, p.A, p.team[who]).Available
}

func (p *partners) mustBalance() { p.MustBalance(p.t) }

func (p *partners) booked() int64 {
	return p.Int(p.t, `select count(*) from ledger_movement where kind = $1`, ledger.KindCode(ledger.BookPeriodAward{}))
}

func TestClosePeriod_PaysByWeightsAndSaysWhy(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	period := p.mustClose()
	if p.available("x") != 250 || p.available("y") != 750 || p.available("s") != 0 {
		t.Errorf("x has %d, y %d, s %d", p.available("x"), p.available("y"), p.available("s"))
	}
	if period.State != commission.PeriodClosed || period.Total != 1000 || period.Paid != 10000 || period.Strategy != "pool" || len(period.Awards) != 2 || len(period.Declined) != 1 {
		t.Fatalf("%+v", period)
	}
	why := map[string]string{}
	for _, a := range period.Awards {
		why[a.Payee.Name] = a.Why
	}
	if why["y"] != "grade L2 weighs 30% of 40% in a pool of 10.00" || period.Declined[0].Who.Name != "s" || period.Declined[0].Why != "grade normal has no part in the dividend" {
		t.Errorf("%v %+v", why, period.Declined)
	}
	if zh := p.read("zh-CN"); zh.Declined[0].Why != "等级“normal”不参与分红" {
		t.Errorf("%+v", zh.Declined)
	}
	p.mustBalance()
}

func TestClosePeriod_TwiceBooksOnce(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	first := p.mustClose()
	p.Refund(t, p.A, p.sold, "R1", 10000, "") // too late for this month
	p.Work(t, p.A)
	if n := p.Int(t, `select sum(points) from commission_award`); n != 0 {
		t.Errorf("%d points stand for an order that came back", n)
	}
	p.Clock.Advance(time.Hour)
	if again := p.mustClose(); !reflect.DeepEqual(again, first) {
		t.Errorf("%+v\n%+v", first, again)
	}
	if p.booked() != 2 || p.available("y") != 750 {
		t.Errorf("%d movements, y has %d", p.booked(), p.available("y"))
	}
	p.mustBalance()
}

func TestClosePeriod_TwoAtOnceBookOnce(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	var both, all sync.WaitGroup
	both.Add(2)
	var once sync.Map
	p.Strategy.BeforeClose = func(*strategyv1.ClosePeriodRequest) error {
		for _, n := range []int{1, 2} {
			if _, taken := once.LoadOrStore(n, true); !taken {
				both.Done()
				both.Wait() // both have read that the month is open
				break
			}
		}
		return nil
	}
	for range 2 {
		all.Go(func() {
			if err := p.close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if p.booked() != 2 || p.available("x") != 250 || p.available("y") != 750 {
		t.Errorf("%d movements, x has %d, y %d", p.booked(), p.available("x"), p.available("y"))
	}
	p.mustBalance()
}

func TestClosePeriod_ARefundWhileTheStrategyThinksLowersThePool(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	asked := 0
	p.Strategy.BeforeClose = func(*strategyv1.ClosePeriodRequest) error {
		if asked++; asked == 1 {
			p.Refund(t, p.A, p.sold, "R1", 6000, "")
		}
		return nil
	}
	period := p.mustClose()
	if asked != 2 || period.Paid != 4000 || p.available("x") != 100 || p.available("y") != 300 {
		t.Errorf("asked %d times; %+v", asked, period)
	}
	p.Work(t, p.A)
	p.mustBalance()
}

func TestClosePeriod_StopsWhenFactsNeverStandStill(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	asked := 0
	p.Strategy.BeforeClose = func(*strategyv1.ClosePeriodRequest) error {
		asked++
		p.Refund(t, p.A, p.sold, fmt.Sprint("R", asked), 100, "")
		return nil
	}
	if err := p.close(); fault.Of(err).Code != "commission.period_moving" || p.booked() != 0 {
		t.Errorf("%v, %d movements", err, p.booked())
	}
}

func TestClosePeriod_NotBeforeItsEnd(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	end := time.Date(pgtest.Start.In(shanghai).Year(), pgtest.Start.In(shanghai).Month()+1, 1, 0, 0, 0, 0, shanghai)
	for at, code := range map[time.Time]string{end.Add(-time.Microsecond): "commission.period_open"} {
		p.Clock.Set(at)
		if err := p.close(); fault.Of(err).Code != code || p.booked() != 0 {
			t.Errorf("%s: %v", at, err)
		}
	}
	for _, key := range []string{"", "2026", "2026-13", "2026-3", "0001-01", "next"} {
		if err := p.Commission.ClosePeriod(t.Context(), p.A, key); !errors.Is(err, commission.ErrPeriodUnknown) {
			t.Errorf("%q: %v", key, err)
		}
	}
	p.Clock.Set(end)
	p.mustClose()
}

func TestClosePeriod_AHostileAnswerBooksNothing(t *testing.T) {
	t.Parallel()
	one := func(a *strategyv1.PeriodAward) func(*strategyv1.ClosePeriodResponse) {
		return func(out *strategyv1.ClosePeriodResponse) {
			a.Kind, a.Why = "pool", &strategyv1.Why{Key: "by_weight"}
			out.GetClosed().Awards = append(out.GetClosed().Awards, a)
		}
	}
	for name, c := range map[string]struct {
		do   func(*strategyv1.ClosePeriodResponse)
		code string
	}{
		"AStranger":     {one(&strategyv1.PeriodAward{Member: 3, Amount: 1}), "commission.rail_stranger"},
		"NobodyAtAll":   {one(&strategyv1.PeriodAward{Member: -1, Amount: 1}), "commission.rail_stranger"},
		"Negative":      {one(&strategyv1.PeriodAward{Member: 0, Amount: -1}), "commission.rail_negative"},
		"Huge":          {one(&strategyv1.PeriodAward{Member: 0, Amount: 1<<63 - 1}), "commission.rail_amount"},
		"AboveTheCap":   {one(&strategyv1.PeriodAward{Member: 0, Amount: 4001}), "commission.rail_period_cap"},
		"WithoutReason": {func(out *strategyv1.ClosePeriodResponse) { out.GetClosed().Awards[0].Why = nil }, "commission.rail_no_reason"},
		"FarTooMany": {func(out *strategyv1.ClosePeriodResponse) {
			for range 40 {
				out.GetClosed().Awards = append(out.GetClosed().Awards, out.GetClosed().Awards[0])
			}
		}, "commission.rail_too_many"},
		"ADeclinedStranger": {func(out *strategyv1.ClosePeriodResponse) { out.GetClosed().Declined[0].Member = 9 }, "commission.rail_stranger"},
		"Nothing":           {func(out *strategyv1.ClosePeriodResponse) { out.Outcome = nil }, "plugin.malformed_answer"},
		"Failed": {func(out *strategyv1.ClosePeriodResponse) {
			out.Outcome = &strategyv1.ClosePeriodResponse_Failed{Failed: &strategyv1.Failed{Code: "strategy.panicked"}}
		}, "strategy.panicked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPartners(t, poolOfPaid)
			p.Strategy.AfterClose = c.do
			held := p.mustClose()
			if held.State != commission.PeriodHeld || held.Code != c.code || held.Reason == "" || p.booked() != 0 || held.Total != 0 {
				t.Errorf("%+v, %d movements", held, p.booked())
			}
			p.mustBalance()
			p.Strategy.AfterClose = nil // mended
			if period := p.mustClose(); period.State != commission.PeriodClosed || period.Code != "" || period.Total != 1000 || p.available("y") != 750 {
				t.Errorf("%+v", period)
			}
			p.mustBalance()
		})
	}
}

func TestClosePeriod_AStrategyThatIsAwayHoldsIt(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	p.Strategy.BeforeClose = func(*strategyv1.ClosePeriodRequest) error { return errors.New("away") }
	if held := p.mustClose(); held.State != commission.PeriodHeld || held.Code != "plugin.unavailable" {
		t.Errorf("%+v", held)
	}
	p.mustBalance()
}

func TestClosePeriod_FrozenPartnersShareStaysWithTheMerchant(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	if _, err := p.Distributors.Freeze(t.Context(), p.A, p.team["x"], "test"); err != nil {
		t.Fatal(err)
	}
	period := p.mustClose()
	if p.available("x") != 0 || p.available("y") != 750 || period.Total != 750 || len(period.Declined) != 2 || period.Declined[0].Code != "commission.period_payee" {
		t.Errorf("%+v", period)
	}
	p.mustBalance()
}

func TestClosePeriod_NetsDebtInTheSamePosting(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	p.Do(t, p.A, func(ctx context.Context, tx *pg.Tx) error {
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(p.team["y"])})
		if err != nil {
			return err
		}
		if err := book.Move(ledger.ReverseIntoDebt{Payee: ledger.Party(p.team["y"]), Amount: 500}); err != nil {
			return err
		}
		return book.Post(ctx)
	})
	p.mustClose()
	if b := p.Balance(t, p.A, p.team["y"]); b.Available != 250 || b.Owed() != 0 {
		t.Errorf("%+v", b)
	}
	p.mustBalance()
}

func TestClosePeriod_SettledSalesAreThoseWhoseFreezeIsOver(t *testing.T) {
	t.Parallel()
	p := openPartners(t, `{"share": "0.10", "mode": "weights", "grades": {"L1": "0.10", "L2": "0.30"}}`)
	p.Receive(t, p.A, p.sold)
	p.Work(t, p.A)
	p.Clock.Advance(7*24*time.Hour - time.Microsecond)
	p.Strategy.BeforeClose = func(r *strategyv1.ClosePeriodRequest) error {
		if r.Sales.Settled != 0 || r.Sales.Paid != 10000 {
			t.Errorf("a microsecond before: %v", r.Sales)
		}
		return errors.New("only looking")
	}
	p.mustClose()
	p.Clock.Advance(time.Microsecond)
	p.Strategy.BeforeClose = nil
	if period := p.mustClose(); period.Settled != 10000 || period.Total != 1000 {
		t.Errorf("%+v", period)
	}
	p.mustBalance()
}

func TestClosePeriod_MembersBringTheirOwnSales(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	p.Strategy.BeforeClose = func(r *strategyv1.ClosePeriodRequest) error {
		for _, m := range r.Members {
			if sold := m.Handle == p.team["s"].UUID(); (m.GetSales().GetPaid() == 10000) != sold {
				t.Errorf("%v", m)
			}
		}
		return nil
	}
	p.mustClose()
}

func TestClosePeriod_APlanByOrderHasNothingToClose(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	key := pgtest.Start.In(shanghai).AddDate(0, -1, 0).Format("2006-01") // the three-level default was in force
	if err := p.Commission.ClosePeriod(t.Context(), p.B, key); err != nil {
		t.Fatal(err)
	}
	p.Do(t, p.B, func(ctx context.Context, tx *pg.Tx) error {
		period, err := p.Commission.Period(ctx, tx, key, "en")
		if period.State != commission.PeriodClosed || period.Code != "commission.period_nothing" || period.Strategy != "" || period.Total != 0 {
			t.Errorf("%+v", period)
		}
		return err
	})
	p.Do(t, p.A, func(ctx context.Context, tx *pg.Tx) error { // another store's
		if _, err := p.Commission.Period(ctx, tx, key, "en"); !errors.Is(err, commission.ErrPeriodUnknown) {
			t.Error(err)
		}
		return nil
	})
}

func TestClosePeriod_DoctorSeesWhatWasChangedByHand(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	p.mustClose()
	p.Owner(t, `update commission_period_award set amount = 251 where payee = $1`, p.team["x"])
	p.Do(t, p.A, func(ctx context.Context, tx *pg.Tx) error {
		found, err := p.Commission.Check(ctx, tx)
		if len(found) != 1 {
			t.Errorf("%q", found)
		}
		return err
	})
}
