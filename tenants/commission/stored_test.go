package commission_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// P5: what pays is the answer that was stored. An answer that was lost before
// it could be stored has moved nothing; one that was stored is never asked for
// again, whatever the strategy would say today.
func TestStoredAnswer_IsTheOneThatPays(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"TheProcessEndsAfterTheAnswer": true, "ItIsStored": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			team := s.Team(t, s.A, "a")
			o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10_000}})
			ctx, kill := context.WithCancel(t.Context())
			defer kill()
			s.Strategy.After = func(out *strategyv1.EvaluateResponse) {
				out.Decisions[0].GetPaid().Awards[0].Amount = 777
				if killed {
					kill()
				}
			}
			if _, err := s.Commission.Drain(ctx, s.A); killed != errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			want := int64(777)
			if killed {
				wantHeld(t, s, team["a"], 0)
				want = 555
			}
			s.Clock.Advance(time.Second)
			s.Strategy.After = func(out *strategyv1.EvaluateResponse) { out.Decisions[0].GetPaid().Awards[0].Amount = 555 }
			s.Work(t, s.A)
			wantHeld(t, s, team["a"], want)
			asked := 0
			s.Strategy.Before = func(*strategyv1.EvaluateRequest) error {
				asked++
				return nil
			}
			s.Refund(t, s.A, o, "R1", 5_000, "")
			s.Work(t, s.A)
			wantHeld(t, s, team["a"], want/2)
			if asked != 0 {
				t.Errorf("a decided order was asked about %d times more", asked)
			}
			s.MustBalance(t)
		})
	}
}

// P5: an order keeps the version and the settings it was placed under, when the
// store has moved on before it was paid.
func TestStoredAnswer_AnUpgradeBetweenPlacingAndPaying(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	version := func(v string, amount int64) {
		s.Install(t, &storetest.Scripted{ID: "moving", Version: v, Facts: []string{program.FactLines, program.FactChain},
			Decide: func([]byte, *strategyv1.Order) *strategyv1.Decision {
				return storetest.Pays(&strategyv1.Award{Level: 1, Line: -1, Amount: amount})
			}})
		s.ProposeStrategy(t, s.A, "moving", `{}`, nil)
		s.Clock.Advance(time.Second)
	}
	version("1.0.0", 100)
	team := s.Team(t, s.A, "a")
	placed := placeFrom(t, s, "O1", team["a"])
	version("2.0.0", 200)
	pay(t, s, placed)
	s.Work(t, s.A)
	wantHeld(t, s, team["a"], 100)
	s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "wu", Via: team["a"], Nets: []int64{10_000}})
	s.Work(t, s.A)
	wantHeld(t, s, team["a"], 300)
	s.MustBalance(t)
}

func placeFrom(t *testing.T, s *storetest.Stores, id string, via distributor.ID) (made order.ID) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		o, err := s.Place(ctx, tx, storetest.Sale{ID: id, Buyer: "lin", Via: via, Nets: []int64{10_000}})
		made = o.ID
		return err
	})
	return made
}
