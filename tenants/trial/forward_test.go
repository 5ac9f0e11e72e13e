package trial_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
	"github.com/fenli-io/fenli/tenants/trial"
)

// climbing pays by grade, promotes whoever sold for 100.00 in the quarter, takes
// the grade back at a quarter without a sale, and gives a tenth of a closed
// month's sales to whoever sold most of it, order by order.
func (b *bench) climbing() program.Revision {
	b.t.Helper()
	because := storetest.Because
	b.Install(b.t, &storetest.Scripted{ID: "climbing", Facts: []string{program.FactLines, program.FactChain, program.FactGrade, program.FactPeriodOrders, program.FactPeriodAwarded},
		Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
			if len(o.Chain) == 0 {
				return storetest.PaysNobody()
			}
			rate := int64(5)
			if o.Chain[0].Grade == "gold" {
				rate = 10
			}
			return storetest.Pays(&strategyv1.Award{Level: 1, Line: 0, Amount: o.Lines[0].Net * rate / 100})
		},
		Tier: func(q *strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierResponse {
			out := &strategyv1.EvaluateTierResponse{}
			for i, m := range q.Members {
				d := &strategyv1.TierDecision{Member: int32(i), Outcome: &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: because()}}}
				switch sold := m.Did.GetSales().GetPaid(); {
				case m.Did.Grade == "normal" && sold >= 10_000:
					d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: "gold", Why: because()}}
				case m.Did.Grade == "gold" && sold == 0:
					d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: "normal", Why: because()}}
				}
				out.Decisions = append(out.Decisions, d)
			}
			return out
		},
		Close: func(r *strategyv1.ClosePeriodRequest) *strategyv1.ClosePeriodResponse {
			closed := &strategyv1.Closed{}
			for i, m := range r.Members {
				if len(m.Sold) == 0 {
					continue
				}
				a := &strategyv1.PeriodAward{Member: int32(i), Kind: "bonus", Why: because()}
				for _, o := range m.Sold {
					a.Shares = append(a.Shares, o.Awarded)
					a.Amount += o.Awarded
				}
				if a.Amount > 0 && a.Amount == m.Awarded { // what its orders give is what its sum says
					closed.Awards = append(closed.Awards, a)
				}
			}
			return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Closed{Closed: closed}}
		}})
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck, settings.Grades = 3, "test", []string{"normal", "gold"}
	plan, err := b.Commission.Plan(b.t.Context(), b.A, program.Draft{Settings: settings, Strategy: "climbing", Config: []byte(`{"window": "quarter"}`),
		Consent: []string{program.FactGrade, program.FactPeriodOrders, program.FactPeriodAwarded}})
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

// Grades run forward and months are closed under what is tried: an order finds
// the grade of its time, and a month the awards that its orders would have.
func TestBacktest_RunsGradesAndMonthsForward(t *testing.T) {
	t.Parallel()
	b := open(t)
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	begin := time.Date(pgtest.Start.In(zone).Year(), pgtest.Start.In(zone).Month(), 1, 0, 0, 0, 0, zone)
	start := func() trial.Trial {
		run, err := b.trials.StartBacktest(t.Context(), b.A, trial.Wish{Author: "test"}, b.climbing(), begin, begin.AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	whole := b.run(start().ID)
	x := whole.Tally
	if whole.State != trial.Done || x.Compared != 12 || x.Grading.Promoted == 0 || x.Grading.Demoted == 0 || x.Grading.Held != 0 {
		t.Fatalf("%+v", whole)
	}
	rates := map[int64]int{}
	for _, o := range b.ordersOf(whole.ID) {
		if o.Would != nil && *o.Would > 0 {
			rates[*o.Would*100/10_000]++ // of the first line
		}
	}
	if rates[5] == 0 || rates[10] == 0 || len(rates) != 2 {
		t.Errorf("orders by their rate: %v", rates)
	}
	var months int64
	for _, m := range x.Closes {
		if m.Code != "" || m.Closed || m.Was != 0 || m.Would == 0 || m.People == 0 {
			t.Errorf("%+v", m)
		}
		months += m.Would
	}
	if len(x.Closes) < 2 || months == 0 {
		t.Errorf("%+v", x.Closes)
	}

	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	part := start()
	if _, err := b.trials.Run(ctx, b.A, part.ID, 0, func(t trial.Trial) {
		if t.Done >= 5 {
			kill()
		}
	}); err == nil && b.get(part.ID).State == trial.Done {
		t.Fatal("it was not killed")
	}
	if again := b.run(part.ID); !reflect.DeepEqual(again.Tally, x) {
		t.Errorf("killed and gone on with:\n%+v\nwhole:\n%+v", again.Tally, x)
	}
	b.MustBalance(t)
}

func (b *bench) ordersOf(which trial.ID) (all []trial.OrderResult) {
	b.t.Helper()
	b.Do(b.t, b.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		all, err = trial.Orders(ctx, tx, which, false, -1, 1000)
		return err
	})
	return all
}
