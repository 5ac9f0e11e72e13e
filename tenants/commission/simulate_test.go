package commission_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

const tieredArtifact = "0000000000000000000000000000000000000000000000000000000000000004"

// tiered lets the store's strategy be the one that looks at running sales.
func tiered(t *testing.T, s *storetest.Stores) program.Draft {
	t.Helper()
	s.Strategy.Server = tieredsales.Strategy.Server()
	described, err := s.Strategy.Server.Describe(t.Context(), &strategyv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Programs.Remember(t.Context(), []program.Artifact{{SHA256: tieredArtifact, Strategy: "tiered-sales", Version: "1.0.0", Description: described}}); err != nil {
		t.Fatal(err)
	}
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck = 3, "test"
	return program.Draft{Settings: settings, Strategy: "tiered-sales", Author: "test", Consent: []string{"chain.stats", "period.orders"},
		Config: json.RawMessage(`{"window":"week","mode":"before_order","tiers":[{"from":0,"rate":"0.05"},{"from":20000,"rate":"0.1"},{"from":60000,"rate":"0.2"}]}`)}
}

// runs goes through a simulation in pages.
func runs(t *testing.T, s *storetest.Stores, of commission.SimulationOf, limit int) (all []commission.Compared) {
	t.Helper()
	m, err := s.Commission.Simulate(t.Context(), s.A, of)
	if err != nil {
		t.Fatal(err)
	}
	for {
		page, _, done, err := m.Next(t.Context(), limit)
		if err != nil {
			t.Fatal(err)
		}
		if done {
			return all
		}
		all = append(all, page...)
	}
}

func planOf(t *testing.T, s *storetest.Stores, d program.Draft) program.Revision {
	t.Helper()
	plan, err := s.Commission.Plan(t.Context(), s.A, d)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// Whoever decides the past again under the same programme gets the past,
// whatever the pages and wherever it begins: sales, refunds and lanes between.
func TestSimulate_TheSameProgrammeGivesTheSameFigures(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	draft := tiered(t, s)
	if _, err := s.Programs.Propose(t.Context(), s.A, draft); err != nil {
		t.Fatal(err)
	}
	team := s.Team(t, s.A, "c", "b", "a")
	r := rand.New(rand.NewPCG(1, 2))
	var placed []order.ID
	for i := range 60 {
		s.Clock.Advance(time.Duration(1+r.IntN(20)) * time.Hour)
		via := []string{"a", "b", "c"}[r.IntN(3)]
		placed = append(placed, s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("O%d", i), Buyer: fmt.Sprintf("%s%d", via, r.IntN(4)), Via: team[via], Nets: []int64{int64(1000 + r.IntN(30000))}}))
		if r.IntN(3) == 0 {
			s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error { // some are more than what is left
				_, _ = s.Orders.Refund(ctx, tx, placed[r.IntN(len(placed))], order.RefundRequest{ExternalID: fmt.Sprintf("R%d", i), Amount: int64(1 + r.IntN(900))})
				return nil
			})
		}
		if r.IntN(4) == 0 {
			s.Work(t, s.A)
		}
	}
	s.Work(t, s.A)
	plan := planOf(t, s, draft)
	whole := runs(t, s, commission.SimulationOf{Plan: plan}, 1000)
	if len(whole) != 60 {
		t.Fatalf("%d orders", len(whole))
	}
	rates := map[int64]bool{}
	for _, c := range whole {
		if !c.Would.Decided || c.Was.Granted != c.Would.Granted || c.Was.Standing != c.Would.Standing || !reflect.DeepEqual(c.Was.Shares, c.Would.Shares) {
			t.Errorf("seq %d: %+v, was %+v", c.Seq, c.Would, c.Was)
		}
		rates[c.Would.Granted*100/c.Order.Goods] = true
	}
	if len(rates) < 3 {
		t.Errorf("the tiers were never crossed: %v", rates)
	}
	if small := runs(t, s, commission.SimulationOf{Plan: plan}, 7); !reflect.DeepEqual(small, whole) {
		t.Error("pages of seven give something else")
	}
	if rest := runs(t, s, commission.SimulationOf{Plan: plan, After: whole[22].Seq}, 10); !reflect.DeepEqual(rest, whole[23:]) {
		t.Error("beginning in the middle gives something else")
	}
	from, to := whole[10].Order.PaidAt, whole[40].Order.PaidAt
	for _, c := range runs(t, s, commission.SimulationOf{Plan: plan, From: from, To: to}, 10) {
		if c.Order.PaidAt.Before(from) || !c.Order.PaidAt.Before(to) || c.Would.Granted != c.Was.Granted {
			t.Errorf("%s: %+v", c.Order.PaidAt, c.Would)
		}
	}
}

func TestSimulate_AnotherProgramme(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 10000}})
	s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "wu", Nets: []int64{5000}})
	s.Work(t, s.A)
	s.Refund(t, s.A, o, "R1", 5000, "1")
	s.Work(t, s.A)
	settings := program.Defaults()
	settings.OrderCap = 100_000
	before := s.Int(t, `select count(*) from commission_decision`) + s.Int(t, `select count(*) from ledger_movement`)
	plan := planOf(t, s, program.Draft{Settings: settings, Consent: program.Facts(), Strategy: "three-level", Config: json.RawMessage(`{"rates":["0.2"]}`)})

	t.Run("ComparesWhatWasWithWhatWouldBe", func(t *testing.T) {
		all := runs(t, s, commission.SimulationOf{Plan: plan}, 10)
		first := all[0]
		// 20 % of 200.00 is cut to a tenth, and a quarter of one line's came back.
		if first.Was.Granted != 3000 || first.Would.Granted != 2000 || first.Would.Cut != 2000 || first.Would.Standing != 1500 || first.Was.Standing != 2250 {
			t.Errorf("%+v %+v", first.Was, first.Would)
		}
		if got := first.Would.Shares[team["a"]]; got != (commission.Share{Granted: 2000, Standing: 1500}) {
			t.Errorf("%+v", got)
		}
		if left, known := first.Lines[0].Left(); known || left != 10000-1000+1 {
			t.Errorf("%d %v", left, known)
		}
		if second := all[1]; !second.Would.Decided || second.Would.Code != "commission.nobody" || second.Would.Granted != 0 {
			t.Errorf("%+v", second.Would)
		}
	})
	t.Run("AnOrderThatCannotBeDecidedHasNoFigure", func(t *testing.T) {
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) { r.Decisions[0].GetPaid().GetAwards()[0].Recipient = 9 }
		defer func() { s.Strategy.After = nil }()
		c := runs(t, s, commission.SimulationOf{Plan: plan}, 10)[0]
		if c.Would.Decided || !c.Would.Rail || c.Would.Code != "commission.rail_stranger" || c.Lines != nil {
			t.Errorf("%+v", c.Would)
		}
	})
	t.Run("WhileTheStrategyIsAwayNothingIsKnown", func(t *testing.T) {
		s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return fmt.Errorf("down") }
		defer func() { s.Strategy.Before = nil }()
		m, err := s.Commission.Simulate(t.Context(), s.A, commission.SimulationOf{Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		if page, _, _, err := m.Next(t.Context(), 10); err == nil || page != nil {
			t.Errorf("%v %v", page, err)
		}
	})
	t.Run("WritesNothing", func(t *testing.T) {
		if after := s.Int(t, `select count(*) from commission_decision`) + s.Int(t, `select count(*) from ledger_movement`); after != before {
			t.Errorf("%d became %d", before, after)
		}
	})
}
