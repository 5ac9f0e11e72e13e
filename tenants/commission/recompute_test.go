package commission_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// bySize pays a tenth of an order of 150.00 and more and a twentieth of a
// smaller one; the upline gets a fixed 1.00 of a large one.
func bySize(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
	var sum int64
	for _, l := range o.GetLines() {
		sum += l.GetNet()
	}
	if len(o.GetChain()) == 0 || sum == 0 {
		return storetest.PaysNobody()
	}
	if sum < 15000 {
		return storetest.Pays(&strategyv1.Award{Recipient: 0, Line: -1, Level: 1, Amount: max(sum/20, 1)})
	}
	list := []*strategyv1.Award{{Recipient: 0, Line: -1, Level: 1, Amount: sum / 10}}
	if len(o.GetChain()) > 1 {
		list = append(list, &strategyv1.Award{Recipient: 1, Line: -1, Level: 2, Amount: 100})
	}
	return storetest.Pays(list...)
}

// recomputing opens a store whose refunds are put to the given strategy.
func recomputing(t *testing.T, decide func([]byte, *strategyv1.Order) *strategyv1.Decision) (*storetest.Stores, map[string]distributor.ID) {
	t.Helper()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "by-size", Facts: []string{program.FactChain, program.FactLines}, Recomputes: true, Decide: decide})
	s.ProposeStrategy(t, s.A, "by-size", `{}`, func(p *program.Settings) { p.Refund = "recompute" })
	return s, s.Team(t, s.A, "b", "a")
}

func TestRecompute(t *testing.T) {
	t.Parallel()
	large := func(t *testing.T, s *storetest.Stores, seller distributor.ID, id string) order.ID {
		t.Helper()
		o := s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "lin", Via: seller, Nets: []int64{10000, 10000}})
		s.Work(t, s.A)
		return o
	}
	t.Run("TheStrategySaysWhatIsDueForWhatRemains", func(t *testing.T) {
		t.Parallel()
		s, team := recomputing(t, bySize)
		o := large(t, s, team["a"], "O1")
		wantHeld(t, s, team["a"], 2000)
		s.Refund(t, s.A, o, "R1", 10000, "2")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 500) // in proportion it would be 1000
		wantHeld(t, s, team["b"], 0)   // and 50
		s.Refund(t, s.A, o, "R2", 10000, "")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 0)
		if n := s.Int(t, `select count(*) from commission_recomputed`); n != 1 {
			t.Errorf("%d answers are kept, want 1: when nothing remains nobody is asked", n)
		}
		s.MustBalance(t)
	})
	t.Run("NobodysAwardIsRaisedAndNothingRemainsOfNothing", func(t *testing.T) {
		t.Parallel()
		s, team := recomputing(t, func(_ []byte, o *strategyv1.Order) *strategyv1.Decision { // more for less
			return storetest.Pays(&strategyv1.Award{Recipient: 0, Line: -1, Level: 1, Amount: 2000 - o.GetLines()[0].GetNet()/10})
		})
		o := large(t, s, team["a"], "O1")
		wantHeld(t, s, team["a"], 1000)
		s.Refund(t, s.A, o, "R1", 5000, "1")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 1000)
		s.MustBalance(t)
		s.Refund(t, s.A, o, "R2", 15000, "")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 0)
		s.MustBalance(t)
	})
	t.Run("ARefundBetweenAskingAndPostingIsNotLost", func(t *testing.T) {
		t.Parallel()
		s, team := recomputing(t, bySize)
		o := large(t, s, team["a"], "O1")
		s.Refund(t, s.A, o, "R1", 1000, "1")
		s.Strategy.Before = func(*strategyv1.EvaluateRequest) error {
			s.Strategy.Before = nil
			s.Refund(t, s.A, o, "R2", 9000, "1")
			return nil
		}
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 500)
		s.MustBalance(t)
	})
	t.Run("ARefundBeforeTheDecisionCounts", func(t *testing.T) {
		t.Parallel()
		s, team := recomputing(t, bySize)
		o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 10000}})
		s.Refund(t, s.A, o, "R1", 10000, "2")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 500)
		s.MustBalance(t)
	})
	t.Run("ALieAboutWhatRemainsMovesNothingAndIsSeen", func(t *testing.T) {
		t.Parallel()
		s, team := recomputing(t, bySize)
		o := large(t, s, team["a"], "O1")
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) { r.GetDecisions()[0].GetPaid().Awards[0].Recipient = 7 }
		s.Refund(t, s.A, o, "R1", 10000, "2")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 2000)
		if x := explain(t, s, s.A, o, "en"); x.Waits == nil || x.Waits.Code != "commission.rail_stranger" || len(x.Reversed) != 0 {
			t.Errorf("%+v, reversed %+v", x.Waits, x.Reversed)
		}
		s.Strategy.After = nil
		if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
			t.Fatal(err)
		}
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 500)
		if x := explain(t, s, s.A, o, "en"); x.Waits != nil || len(x.Reversed) != 2 || x.Reversed[0].Amount != 1500 {
			t.Errorf("%+v, reversed %+v", x.Waits, x.Reversed)
		}
		s.MustBalance(t)
	})
	t.Run("BothAnswersAreReplayed", func(t *testing.T) {
		t.Parallel()
		s, team := recomputing(t, bySize)
		o := large(t, s, team["a"], "O1")
		s.Refund(t, s.A, o, "R1", 10000, "2")
		s.Work(t, s.A)
		again := func() commission.Replayed {
			r, err := s.Commission.Replay(t.Context(), s.A, o)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := again(); !r.Equal() || r.Granted != 2100 || r.Standing != 500 {
			t.Errorf("%+v", r)
		}
		s.Strategy.After = func(r *strategyv1.EvaluateResponse) { // it has changed its mind about small orders
			for _, d := range r.GetDecisions() {
				if a := d.GetPaid().GetAwards(); len(a) == 1 {
					a[0].Amount++
				}
			}
		}
		if r := again(); len(r.Differs) != 2 || r.Differs[0].What != "remainder" {
			t.Errorf("%+v", r.Differs)
		}
	})
}

// M7, M13: whatever is refunded, in how many steps and however often the lane
// looks in between, the same stands; after everything, nothing.
func TestRecompute_HowOftenTheLaneLooksDoesNotChangeAFen(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 2, func(t *testing.T, seed uint64) {
		s, team := recomputing(t, bySize)
		s.Commission.Batch = 3
		r := soak.Rand(seed, 0)
		type life struct {
			orders  [2]order.ID // looked at after each refund, and once
			left    []int64
			refunds int
		}
		var all []*life
		for i := range 12 {
			l := &life{left: []int64{r.Int64N(20000) + 1, r.Int64N(20000) + 1}}
			for j := range l.orders {
				l.orders[j] = s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("O%d-%d", i, j), Buyer: "lin", Via: team["a"], Nets: l.left})
			}
			all = append(all, l)
		}
		refund := func(l *life, line int, amount int64) {
			l.refunds++
			for _, o := range l.orders {
				s.Refund(t, s.A, o, fmt.Sprint("R", l.refunds), amount, fmt.Sprint(line+1))
			}
			l.left[line] -= amount
			// Only the first is looked at: the second's work row waits.
			s.Owner(t, `update order_change set next_try_at = '2999-01-01' where order_id = $1`, l.orders[1])
			s.Work(t, s.A)
		}
		same := func() {
			s.Owner(t, `update order_change set next_try_at = '2000-01-01'`)
			s.Work(t, s.A)
			for i, l := range all {
				a := s.Int(t, `select coalesce(sum(standing), 0) from commission_award where order_id = $1`, l.orders[0])
				b := s.Int(t, `select coalesce(sum(standing), 0) from commission_award where order_id = $1`, l.orders[1])
				if left := l.left[0] + l.left[1]; a != b || left == 0 && a != 0 {
					t.Errorf("order %d with %d left: %d stands when looked at often, %d otherwise", i, left, a, b)
				}
			}
		}
		for _, l := range all {
			for range 1 + r.IntN(5) {
				if line := r.IntN(2); l.left[line] > 0 {
					refund(l, line, r.Int64N(l.left[line])+1)
				}
			}
		}
		same()
		for _, l := range all {
			for line, left := range l.left {
				if left > 0 {
					refund(l, line, left)
				}
			}
		}
		same()
		s.MustBalance(t)
	})
}

// The store may bear what comes back long after the settlement; what came back
// before is taken as ever.
func TestRefund_LateOnesAreTheStoresWhenItSaysSo(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Propose(t, s.A, func(p *program.Settings) { p.BearReversalsAfterDays = 90 })
	team := s.Team(t, s.A, "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Receive(t, s.A, o)
	s.Work(t, s.A)
	s.Clock.Advance(7 * 24 * time.Hour) // settled
	s.Work(t, s.A)
	s.Clock.Advance(90*24*time.Hour - time.Second)
	s.Refund(t, s.A, o, "R1", 2000, "")
	s.Work(t, s.A)
	available := func() int64 { return s.Balance(t, s.A, team["a"]).Available }
	if n := available(); n != 800 {
		t.Errorf("%d stand after a refund on the last day, want 800", n)
	}
	s.Clock.Advance(time.Second)
	s.Refund(t, s.A, o, "R2", 8000, "")
	s.Work(t, s.A)
	if n := available(); n != 800 {
		t.Errorf("%d stand after a refund on the day after, want 800", n)
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		x, err := s.Commission.Explain(ctx, tx, o, "en")
		if len(x.Reversed) != 2 || x.Reversed[0].Borne || !x.Reversed[1].Borne || x.Reversed[1].Amount != 800 {
			t.Errorf("%+v", x.Reversed)
		}
		if got := walk(x, x.Awards[0]); got != "granted +1000=1000, refunded R1 -200=800, borne R2 -800=800" {
			t.Error(got)
		}
		return err
	})
	s.MustBalance(t)
}
