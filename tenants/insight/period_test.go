package insight_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/insight"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func TestCheck_CountsWhatClosedPeriodsGave(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.ProposePool(t, s.A, `{"share": "0.10", "mode": "weights", "basis": "paid", "grades": {"L1": "1"}}`)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: "x", Name: "x", Grade: "L1", State: distributor.Active})
		return err
	})
	s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Nets: []int64{10000}})
	s.Work(t, s.A)
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	local := pgtest.Start.In(zone)
	s.Clock.Set(time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone))
	if err := s.Commission.ClosePeriod(t.Context(), s.A, local.Format("2006-01")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 2} { // the sums, and the journal
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			found, err := insight.Check(ctx, tx)
			if len(found) != want {
				t.Errorf("want %d, found %q", want, found)
			}
			return err
		})
		s.Owner(t, `update commission_period_award set amount = amount + 1`)
	}
}

// What came back of a month's award for single orders is in the days' sums.
func TestCheck_KnowsWhatCameBackOfAMonth(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "topping", Facts: []string{program.FactLines, program.FactChain, program.FactPeriodOrders},
		Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
			return storetest.Pays(&strategyv1.Award{Level: 1, Line: -1, Amount: 1000})
		},
		Close: func(r *strategyv1.ClosePeriodRequest) *strategyv1.ClosePeriodResponse {
			return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Closed{Closed: &strategyv1.Closed{
				Awards: []*strategyv1.PeriodAward{{Kind: "top_up", Amount: 500, Shares: []int64{500}, Why: storetest.Because()}}}}}
		}})
	s.ProposeStrategy(t, s.A, "topping", `{}`, nil)
	team := s.Team(t, s.A, "s")
	sold := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["s"], Nets: []int64{10_000}})
	s.Work(t, s.A)
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	local := pgtest.Start.In(zone)
	s.Clock.Set(time.Date(local.Year(), local.Month()+1, 1, 0, 0, 1, 0, zone))
	if err := s.Commission.ClosePeriod(t.Context(), s.A, local.Format("2006-01")); err != nil {
		t.Fatal(err)
	}
	s.Refund(t, s.A, sold, "R1", 5_000, "")
	s.Work(t, s.A)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		found, err := insight.Check(ctx, tx)
		if len(found) > 0 || s.Balance(t, s.A, team["s"]).Available != 250 {
			t.Errorf("%q, %+v", found, s.Balance(t, s.A, team["s"]))
		}
		return err
	})
	s.MustBalance(t)
}
