package commission_test

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func recorded(t *testing.T, s *storetest.Stores, o order.ID) (r commission.Recorded, err error) {
	t.Helper()
	err = s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
		r, err = s.Commission.Recorded(ctx, tx, o)
		return err
	})
	return r, err
}

func TestReplay(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	first := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 3333}})
	second := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "wu", Via: team["a"], Nets: []int64{20000}})
	alone := s.Sell(t, s.A, storetest.Sale{ID: "O3", Buyer: "zhou", Nets: []int64{20000}})
	s.Work(t, s.A)
	s.Refund(t, s.A, first, "R1", 5000, "1")
	s.Work(t, s.A)
	waiting := s.Sell(t, s.A, storetest.Sale{ID: "O4", Buyer: "qian", Via: team["a"], Nets: []int64{100}})
	s.Refund(t, s.A, first, "R2", 100, "1")                              // which the lane has not seen
	s.Propose(t, s.A, func(p *program.Settings) { p.OrderCap = 10_000 }) // what comes later changes nothing
	// A batch decided these together; each is stored as the request of a batch of one.
	r, err := recorded(t, s, second)
	if err != nil || len(r.Request.GetOrders()) != 1 || len(r.Request.GetConfig()) == 0 || r.Answer.GetOrder() != 0 || len(r.Grants) != 3 {
		t.Fatalf("%+v %v", r, err)
	}

	t.Run("GivesTheSameBytesForEveryOrder", func(t *testing.T) {
		for _, o := range []order.ID{first, second, alone} {
			if again, err := s.Commission.Replay(t.Context(), s.A, o); err != nil || !again.Equal() || again.Asked == (o == alone) {
				t.Errorf("%s: %+v %v", o, again, err)
			}
		}
	})
	t.Run("CountsWhatStandsAfterRefunds", func(t *testing.T) {
		again, err := s.Commission.Replay(t.Context(), s.A, first)
		if err != nil || again.Granted != 1000+333+500+166+300+99 || again.Standing != 500+333+250+166+150+99 {
			t.Errorf("%+v %v", again, err)
		}
	})
	t.Run("SaysWhenNothingIsDecided", func(t *testing.T) {
		if _, err := s.Commission.Replay(t.Context(), s.A, waiting); !errors.Is(err, commission.ErrUndecided) {
			t.Error(err)
		}
	})
	t.Run("OfAnotherStoreIsUnknown", func(t *testing.T) {
		if _, err := s.Commission.Replay(t.Context(), s.B, first); !errors.Is(err, order.ErrUnknown) {
			t.Error(err)
		}
	})
	t.Run("FindsAStrategyThatHasChangedItsMind", func(t *testing.T) {
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) { r.Decisions[0].GetPaid().GetAwards()[0].Amount++ }
		defer func() { s.Strategy.After = nil }()
		again, err := s.Commission.Replay(t.Context(), s.A, second)
		if err != nil || again.Equal() || again.Differs[0].What != "answer" || again.Differs[1].What != "grants" {
			t.Errorf("%+v %v", again, err)
		}
	})
	t.Run("FindsAChangedReason", func(t *testing.T) {
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) {
			for _, a := range r.Decisions[0].GetPaid().GetAwards() {
				a.Why = proto.CloneOf(a.Why)
				a.Why.Key = "because"
			}
		}
		defer func() { s.Strategy.After = nil }()
		again, err := s.Commission.Replay(t.Context(), s.A, second)
		if err != nil || len(again.Differs) != 1 || again.Differs[0].What != "answer" {
			t.Errorf("%+v %v", again, err)
		}
	})
	t.Run("FindsAStrategyThatFails", func(t *testing.T) {
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) {
			r.Decisions[0].Outcome = &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "strategy.broken"}}
		}
		defer func() { s.Strategy.After = nil }()
		again, err := s.Commission.Replay(t.Context(), s.A, second)
		if err != nil || len(again.Differs) != 1 || again.Differs[0].What != "strategy" {
			t.Errorf("%+v %v", again, err)
		}
	})
}
