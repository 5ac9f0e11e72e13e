package commission_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// What a member did within a period is told as far as the strategy asks for
// it: their team's sales without their own, whom they won, what they got.
func TestPeriodFacts(t *testing.T) {
	t.Parallel()
	every := []string{program.FactLines, program.FactChain, program.FactPeriodTeam, program.FactPeriodGrowth, program.FactPeriodAwarded}
	for _, leftOut := range append([]string{""}, every[2:]...) {
		t.Run("Without_"+leftOut, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			var seen *strategyv1.ClosePeriodRequest
			s.Install(t, &storetest.Scripted{ID: "curious", Facts: slices.DeleteFunc(slices.Clone(every), func(f string) bool { return f == leftOut }),
				Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
					return storetest.Pays(&strategyv1.Award{Level: 1, Line: -1, Amount: 100})
				},
				Close: func(r *strategyv1.ClosePeriodRequest) *strategyv1.ClosePeriodResponse {
					seen = r
					return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_NothingToClose{NothingToClose: &strategyv1.NothingToClose{Why: storetest.Because()}}}
				}})
			s.ProposeStrategy(t, s.A, "curious", `{}`, nil)
			s.Clock.Set(time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC))
			team := s.Team(t, s.A, "d") // joined a month before
			s.Clock.Set(pgtest.Start)
			for _, pair := range [][2]string{{"c", "d"}, {"b", "c"}, {"a", "c"}} {
				s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
					m, err := s.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: pair[0], Name: pair[0], Grade: "normal", Upline: team[pair[1]]})
					team[pair[0]] = m.ID
					return err
				})
			}
			sell := func(id, buyer, via string, net int64) {
				s.Clock.Advance(time.Second)
				s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: buyer, Via: team[via], Nets: []int64{net}})
			}
			sell("O1", "lin", "a", 1000)
			sell("O2", "lin", "a", 2000)
			sell("O3", "wu", "b", 4000)
			sell("O4", "bai", "c", 8000)
			s.Work(t, s.A)
			back := s.Sell(t, s.A, storetest.Sale{ID: "O5", Buyer: "wu", Via: team["b"], Nets: []int64{1000}})
			s.Work(t, s.A)
			s.Refund(t, s.A, back, "R1", 500, "")
			s.Work(t, s.A)
			s.Clock.Set(time.Date(2026, 4, 1, 0, 0, 1, 0, shanghai))
			sell("O6", "new", "a", 50_000) // another month
			s.Work(t, s.A)
			if err := s.Commission.ClosePeriod(t.Context(), s.A, "2026-03"); err != nil {
				t.Fatal(err)
			}
			did := map[string]*strategyv1.PeriodMember{}
			for name, who := range team {
				for _, m := range seen.GetMembers() {
					if m.GetHandle() == who.UUID() {
						did[name] = m
					}
				}
			}
			type row struct{ paid, orders, team, customers, recruits, awarded int64 }
			for who, want := range map[string]row{
				"a": {3000, 2, 0, 1, 0, 200}, "b": {4500, 2, 0, 1, 0, 150}, "c": {8000, 1, 7500, 1, 2, 100}, "d": {0, 0, 15_500, 0, 1, 0},
			} {
				switch leftOut {
				case program.FactPeriodTeam:
					want.team = 0
				case program.FactPeriodGrowth:
					want.customers, want.recruits = 0, 0
				case program.FactPeriodAwarded:
					want.awarded = 0
				}
				m := did[who]
				if got := (row{m.GetSales().GetPaid(), m.GetOrders(), m.GetTeam().GetPaid(), m.GetNewCustomers(), m.GetRecruits(), m.GetAwarded()}); got != want {
					t.Errorf("%s did %+v, want %+v", who, got, want)
				}
			}
		})
	}
}

// A rolling window ends with the day of the instant.
func TestWindowOf(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	tier := func(*strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierResponse { return nil }
	s.Install(t, &storetest.Scripted{ID: "grader", Facts: []string{program.FactChain}, Tier: tier})
	at := time.Date(2026, 4, 1, 0, 0, 0, 0, shanghai) // the end of March
	for window, from := range map[string]time.Time{
		"30d": time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai), "1d": time.Date(2026, 3, 31, 0, 0, 0, 0, shanghai), "month": time.Date(2026, 3, 1, 0, 0, 0, 0, shanghai),
		"quarter": time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai), "day": time.Date(2026, 3, 31, 0, 0, 0, 0, shanghai), "": time.Date(2026, 3, 1, 0, 0, 0, 0, shanghai),
	} {
		s.ProposeStrategy(t, s.A, "grader", `{"window": "`+window+`"}`, nil)
		s.Clock.Advance(time.Second)
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			rev, err := s.Programs.InForce(ctx, tx, tx.Now())
			if err != nil {
				return err
			}
			span, err := s.Commission.WindowOf(ctx, tx, rev, at, shanghai)
			if !span.From.Equal(from) || !span.To.Equal(at) {
				t.Errorf("%q begins %s, want %s", window, span.From, from)
			}
			return err
		})
	}
}
