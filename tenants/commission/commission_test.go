package commission_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func wantHeld(t *testing.T, s *storetest.Stores, who distributor.ID, held int64) {
	t.Helper()
	if b := s.Balance(t, s.A, who); b.Held != held {
		t.Errorf("%s holds %d, want %d (%+v)", who, b.Held, held, b)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "d", "c", "b", "a")

	t.Run("HoldsAnAwardForEachLevelAndNobodyAboveTheThird", func(t *testing.T) {
		s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{19900}})
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 1990)
		wantHeld(t, s, team["b"], 995)
		wantHeld(t, s, team["c"], 597)
		wantHeld(t, s, team["d"], 0)
	})
	t.Run("DoingItTwiceIsHarmless", func(t *testing.T) {
		db := s.Int(t, `select count(*) from ledger_movement`)
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `insert into order_change (tenant_id, order_id, noted_at) select tenant_id, id, placed_at from order_record where tenant_id = $1`, s.A)
			return err
		})
		s.Work(t, s.A)
		if n := s.Int(t, `select count(*) from ledger_movement`); n != db {
			t.Errorf("%d movements became %d", db, n)
		}
	})
	t.Run("OtherStoresSeeNothing", func(t *testing.T) {
		if b := s.Balance(t, s.B, team["a"]); b.Held != 0 {
			t.Errorf("%+v", b)
		}
	})
	s.MustBalance(t)
}

func TestRefund(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")

	t.Run("AThirdGoesBackFromEverybody", func(t *testing.T) {
		o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{19900}})
		s.Work(t, s.A)
		s.Refund(t, s.A, o, "R1", 6667, "")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 1323)
		wantHeld(t, s, team["b"], 661)
		wantHeld(t, s, team["c"], 396)
		s.Refund(t, s.A, o, "R2", 13233, "")
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 0)
	})
	t.Run("BetweenAskingAndPostingIsNotLost", func(t *testing.T) {
		o := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		s.Strategy.Before = func(*strategyv1.EvaluateRequest) error {
			s.Strategy.Before = nil
			s.Refund(t, s.A, o, "R1", 10000, "")
			return nil
		}
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 0)
	})
	t.Run("AfterPayoutIsOwedAndNettedFromTheNextOrder", func(t *testing.T) {
		o := s.Sell(t, s.A, storetest.Sale{ID: "O3", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		s.Receive(t, s.A, o)
		s.Work(t, s.A)
		s.Clock.Advance(7 * 24 * time.Hour)
		s.Work(t, s.A)
		if b := s.Balance(t, s.A, team["a"]); b.Available != 1000 || b.Held != 0 {
			t.Fatalf("%+v", b)
		}
		payAll(t, s, team["a"], 1000)
		s.Refund(t, s.A, o, "R1", 10000, "")
		s.Work(t, s.A)
		if b := s.Balance(t, s.A, team["a"]); b.Owed() != 1000 || b.Available != 0 {
			t.Fatalf("%+v", b)
		}
		o4 := s.Sell(t, s.A, storetest.Sale{ID: "O4", Buyer: "lin", Via: team["a"], Nets: []int64{30000}})
		s.Receive(t, s.A, o4)
		s.Work(t, s.A)
		s.Clock.Advance(7 * 24 * time.Hour)
		s.Work(t, s.A)
		if b := s.Balance(t, s.A, team["a"]); b.Owed() != 0 || b.Available != 2000 {
			t.Fatalf("%+v", b)
		}
	})
	s.MustBalance(t)
}

func TestStrategyThatCannotDecide(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	waits := func(t *testing.T, o order.ID, code string) {
		t.Helper()
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			c, found, err := order.ChangeOf(ctx, tx, o)
			if !found || c.BlockedCode != code {
				t.Errorf("waits = %v with %q, want %q", found, c.BlockedCode, code)
			}
			return err
		})
		if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
			t.Fatal(err)
		}
	}
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})

	t.Run("LeavesTheOrderWaitingWithTheReason", func(t *testing.T) {
		s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("down") }
		s.Work(t, s.A)
		waits(t, o, "plugin.unavailable")
	})
	s.Strategy.Before = nil
	lies := map[string]func(*strategyv1.Decision){
		"commission.rail_stranger":  func(d *strategyv1.Decision) { d.GetPaid().Awards[0].Recipient = 1 },
		"commission.rail_negative":  func(d *strategyv1.Decision) { d.GetPaid().Awards[0].Amount = -1 },
		"commission.rail_level":     func(d *strategyv1.Decision) { d.GetPaid().Awards[0].Level = 2 },
		"commission.rail_line":      func(d *strategyv1.Decision) { d.GetPaid().Awards[0].Line = 1 },
		"commission.rail_amount":    func(d *strategyv1.Decision) { d.GetPaid().Awards[0].Amount = 1 << 60 },
		"commission.rail_no_reason": func(d *strategyv1.Decision) { d.GetPaid().Awards[0].Why = nil },
		"commission.rail_too_many": func(d *strategyv1.Decision) {
			for range 1000 {
				d.GetPaid().Awards = append(d.GetPaid().Awards, d.GetPaid().Awards[0])
			}
		},
		"plugin.no_decision":      func(d *strategyv1.Decision) { d.Order = 7 },
		"plugin.malformed_answer": func(d *strategyv1.Decision) { d.Outcome = nil },
	}
	for code, lie := range lies {
		t.Run("PostsNothingForALie/"+code, func(t *testing.T) {
			s.Strategy.After = func(r *strategyv1.EvaluateResponse) { lie(r.GetDecisions()[0]) }
			s.Work(t, s.A)
			waits(t, o, code)
			wantHeld(t, s, team["a"], 0)
		})
	}
	t.Run("IsPaidOnceWhenItRecovers", func(t *testing.T) {
		s.Strategy.After = nil
		s.Work(t, s.A)
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 1000)
	})
	s.MustBalance(t)
}

func TestIneligibleUpline(t *testing.T) {
	t.Parallel()
	cases := map[string]map[string]int64{
		"forfeit":  {"a": 1000, "b": 0, "c": 300},
		"stop":     {"a": 1000, "b": 0, "c": 0},
		"roll_up":  {"a": 1000, "b": 0, "c": 800},
		"compress": {"a": 1000, "b": 0, "c": 500, "d": 300},
	}
	for rule, want := range cases {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			s.Propose(t, s.A, func(p *program.Settings) { p.IneligibleUpline = rule })
			team := s.Team(t, s.A, "d", "c", "b", "a")
			if _, err := s.Distributors.Freeze(t.Context(), s.A, team["b"], "test"); err != nil {
				t.Fatal(err)
			}
			s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
			s.Work(t, s.A)
			for name, held := range want {
				if b := s.Balance(t, s.A, team[name]); b.Held != held {
					t.Errorf("%s holds %d, want %d", name, b.Held, held)
				}
			}
			s.MustBalance(t)
		})
	}
}

func TestFrozenPayee(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Receive(t, s.A, o)
	s.Work(t, s.A)
	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["a"], "test"); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(8 * 24 * time.Hour)
	s.Work(t, s.A)
	t.Run("DoesNotMature", func(t *testing.T) { wantHeld(t, s, team["a"], 1000) })
	t.Run("MaturesWhenActiveAgain", func(t *testing.T) {
		if _, err := s.Distributors.Unfreeze(t.Context(), s.A, team["a"]); err != nil {
			t.Fatal(err)
		}
		s.Work(t, s.A)
		if b := s.Balance(t, s.A, team["a"]); b.Available != 1000 {
			t.Fatalf("%+v", b)
		}
	})
	s.MustBalance(t)
}

// Any sequence of refunds that sums to the whole ends at zero for everybody,
// and what stands never grows.
func TestRefund_AnySequenceEndsAtZero(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	n := 0
	soak.Check(t, func(r *rapid.T) {
		n++
		nets := rapid.SliceOfN(rapid.Int64Range(1, 1_000_000), 1, 4).Draw(r, "nets")
		o := s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("P%d", n), Buyer: "lin", Via: team["a"], Nets: nets})
		var left int64
		for _, x := range nets {
			left += x
		}
		before := s.Balance(t, s.A, team["a"]).Held
		for i := 1; left > 0; i++ {
			amount := left
			if i < 6 {
				amount = rapid.Int64Range(1, left).Draw(r, "refund")
			}
			s.Refund(t, s.A, o, fmt.Sprintf("R%d", i), amount, "")
			left -= amount
			if rapid.Bool().Draw(r, "work") {
				s.Work(t, s.A)
			}
		}
		s.Work(t, s.A)
		if after := s.Balance(t, s.A, team["a"]).Held; after != before {
			r.Fatalf("%d was held before and %d after", before, after)
		}
	})
	s.MustBalance(t)
}

// M13: the same orders in batches of 1, 7 and 200 give the same fen.
func TestDrain_BatchingDoesNotChangeAFen(t *testing.T) {
	t.Parallel()
	var first map[string]int64
	for _, size := range []int{1, 7, 200} {
		s := storetest.Open(t)
		s.Commission.Batch = size
		team := s.Team(t, s.A, "c", "b", "a")
		for i := range 30 {
			s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("O%d", i), Buyer: fmt.Sprintf("buyer%d", i%5), Via: team["a"], Nets: []int64{int64(i)*997 + 1, 333}})
		}
		s.Work(t, s.A)
		got := map[string]int64{}
		for name, who := range team {
			got[name] = s.Balance(t, s.A, who).Held
		}
		got["decisions"] = s.Int(t, `select count(*) from commission_decision`)
		got["seqs"] = s.Int(t, `select sum(seq) from order_number`)
		got["first orders"] = s.Int(t, `select sum(customers) from performance_day`)
		if first == nil {
			first = got
		}
		for k, v := range first {
			if got[k] != v {
				t.Errorf("batches of %d: %s is %d, was %d", size, k, got[k], v)
			}
		}
		s.MustBalance(t)
	}
}

// payAll withdraws by hand: withdrawals are a later slice.
func payAll(t *testing.T, s *storetest.Stores, who distributor.ID, amount int64) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		p := ledger.Party(who)
		book, err := ledger.Open(ctx, tx, []ledger.Party{p})
		if err != nil {
			return err
		}
		for _, m := range []ledger.Movement{ledger.Reserve{Payee: p, Amount: amount}, ledger.PayOut{Payee: p, Amount: amount}} {
			if err := book.Move(m); err != nil {
				return err
			}
		}
		return book.Post(ctx)
	})
}

// An order that cannot be posted waits with its reason, and the store's lane
// goes on.
func TestDrain_APoisonedOrderDoesNotStopTheLane(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b")
	poisoned := s.Team(t, s.A, "x")["x"]
	s.Owner(t, `insert into ledger_balance (tenant_id, party, asset, held, expense) values ($1, $2, 'money', $3, -$3::bigint)`,
		s.A, poisoned, int64(1<<63-500)) // the next award does not fit
	bad := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: poisoned, Nets: []int64{10000}})
	s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "bai", Via: team["b"], Nets: []int64{10000}})
	if _, err := s.Commission.Drain(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, s, team["b"], 1000)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		c, waits, err := order.ChangeOf(ctx, tx, bad)
		if !waits || c.BlockedCode != "commission.cannot_post" {
			t.Errorf("%+v", c)
		}
		if err != nil {
			return err
		}
		x, err := s.Commission.Explain(ctx, tx, bad, "en")
		if x.Waits == nil || strings.Contains(x.Waits.Sentence, c.BlockedNote) {
			t.Errorf("people are told our own error: %+v", x.Waits)
		}
		return err
	})
}
