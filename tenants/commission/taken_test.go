package commission_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// A refund takes from where the award stands: its own held part, else what the
// person has, else a debt; and the order says so, from the journal.
func TestRefund_SaysWhereItTookFrom(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	a := team["a"]
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: a, Nets: []int64{10000}})
	other := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: a, Nets: []int64{50000}})
	s.Work(t, s.A)
	refund := func(id string, amount int64) {
		s.Clock.Advance(time.Hour)
		s.Refund(t, s.A, o, id, amount, "")
		s.Work(t, s.A)
	}
	refund("R1", 2000) // held
	s.Receive(t, s.A, o)
	s.Work(t, s.A)
	s.Clock.Advance(7 * 24 * time.Hour)
	s.Work(t, s.A)
	payAll(t, s, a, 500)
	refund("R2", 5000) // 300 were left available
	if b := s.Balance(t, s.A, a); b.Held != 5000 || b.Available != 0 || b.Owed() != 200 {
		t.Fatalf("%+v: another award's held money is not touched", b)
	}
	s.Receive(t, s.A, other)
	s.Work(t, s.A)
	s.Clock.Advance(7 * 24 * time.Hour)
	s.Work(t, s.A)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		x, err := s.Commission.ExplainTo(ctx, tx, o, a, "en")
		if err != nil {
			return err
		}
		want := []struct {
			from   ledger.Account
			amount int64
		}{{ledger.Held, 200}, {ledger.Available, 300}, {ledger.Debt, 200}}
		if len(x.Taken) != len(want) {
			t.Fatalf("%+v", x.Taken)
		}
		for i, w := range want {
			if x.Taken[i].From != w.from || x.Taken[i].Amount != w.amount || x.Taken[i].Payee.ID != a {
				t.Errorf("%d: %+v, want %+v", i, x.Taken[i], w)
			}
		}
		debts, err := commission.DebtsOf(ctx, tx, a, 0, 10)
		if len(debts) != 2 || debts[0].Amount != -200 || debts[0].Cause != "netted" || debts[1].Amount != 200 || debts[1].Cause != "refund" || debts[1].Order.ID != o {
			t.Errorf("%+v", debts)
		}
		if said := debts[1].Tell("CNY", "zh-CN"); said != "订单 O1 退款时，这笔佣金已经提走，记 2.00 待扣回" {
			t.Error(said)
		}
		older, _ := commission.DebtsOf(ctx, tx, a, debts[0].ID, 10)
		if len(older) != 1 {
			t.Errorf("%+v", older)
		}
		return err
	})
	s.MustBalance(t)
}
