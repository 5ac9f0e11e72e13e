package payout_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	. "github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

func (s *till) open(run RunID) (list []Difference) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = Differences(ctx, tx, DifferenceFilter{Open: true, Run: run, Limit: 100})
		return err
	}))
	return list
}

func (s *till) fetch(days int) Reconciliation {
	s.t.Helper()
	r, err := s.FetchBill(context.Background(), s.db.A, s.account.ID, s.now().AddDate(0, 0, -days), s.now(), "staff:1")
	s.must(err)
	return r
}

func kinds3(list []Difference) string {
	var words []string
	for _, d := range list {
		words = append(words, fmt.Sprintf("%s ours %d %s theirs %d", d.Kind, d.Ours, d.OursState, d.Theirs))
	}
	return strings.Join(words, "; ")
}

func TestReconcile_EqualBooksHaveNoDifference(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 5 {
		s.approved(s.member(i, 100_000), 60_000)
	}
	s.fault(wechatsim.PayeeRefused)
	s.approved(s.member(6, 100_000), 10_000)
	s.run()
	s.sim.Faults = nil
	s.approved(s.member(7, 100_000), 20_000) // waits for its payee: set aside there, not paid here
	s.sim.ConfirmAll()
	s.later(time.Hour)
	s.approved(s.member(8, 100_000), 30_000)
	s.run()
	r := s.fetch(1)
	if r.Differing != 0 || r.Rows == 0 {
		t.Fatalf("%+v: %s", r, kinds3(s.open(RunID{})))
	}
	again := s.fetch(1)
	if again.Fresh != 0 || again.Differing != 0 {
		t.Fatalf("%+v", again)
	}
}

// M11: a missing, an extra and a different row are each reported with both
// sides, and nothing is booked.
func TestReconcile_ReportsAndBooksNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Confirms = true
	var paid []withdrawal.Withdrawal
	var who []distributor.ID
	for i := range 4 {
		m := s.member(i, 100_000)
		who = append(who, m)
		paid = append(paid, s.approved(m, 60_000))
	}
	s.run()
	balances := func() string {
		return fmt.Sprint(s.balance(who[0]), s.balance(who[1]), s.balance(who[2]), s.balance(who[3]))
	}
	before := balances()
	at := s.now()
	row := func(entry, number string, amount int64) BillRow {
		return BillRow{Entry: entry, Number: number, Amount: amount, At: at, Kind: "商家转账"}
	}
	bill := []BillRow{
		row("1", Number(paid[0].ID), 60_000),                                   // equal
		row("2", Number(paid[1].ID), 60_000), row("3", Number(paid[1].ID), -1), // different
		row("4", "SOMEBODYELSES", 777), // extra
	} // and two are missing
	r, err := s.Reconcile(t.Context(), s.db.A, s.account.ID, at, at, bill, "bill.csv", "staff:1")
	s.must(err)
	got := kinds3(s.open(r.ID))
	want := map[string]int{"missing ours 60000 paid theirs 0": 2, "different ours 60000 paid theirs 59999": 1, "extra ours 0  theirs 777": 1}
	for w, n := range want {
		if strings.Count(got, w) != n {
			t.Errorf("want %d × %q in %s", n, w, got)
		}
	}
	if r.Differing != 4 || r.Ours != 240_000 || r.Theirs != 60_000+59_999+777 {
		t.Errorf("%+v", r)
	}
	if after := balances(); after != before {
		t.Errorf("something was booked: %s, before %s", after, before)
	}
	t.Run("APersonResolvesWithAReason", func(t *testing.T) {
		d := s.open(r.ID)[0]
		resolve := func(reason string) error {
			return s.within(func(ctx context.Context, tx *pg.Tx) error {
				_, err := s.Resolve(ctx, tx, d.ID, reason, "staff:1")
				return err
			})
		}
		s.wants(resolve(""), "payout.reason_missing")
		for range 2 {
			s.must(resolve("手工核对"))
		}
		s.wants(resolve("另一个原因"), "payout.difference_resolved")
	})
	t.Run("ALaterBillThatAgreesClearsIt", func(t *testing.T) {
		later := s.fetch(1) // the simulator's own bill has all four
		for _, d := range s.open(RunID{}) {
			if d.Kind == Missing {
				t.Errorf("still missing: %+v", d)
			}
		}
		if later.Rows != 4 {
			t.Errorf("%+v", later)
		}
	})
}

// R2: the database is restored to before some payouts went out. It starts in
// hold, the bill tells what had been paid, and nothing is paid twice.
func TestRestore_NothingIsPaidTwice(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b, c := s.member(1, 100_000), s.member(2, 100_000), s.member(3, 100_000)
	before := s.approved(a, 10_000) // approved, not sent, when the backup is made
	backup := s.backup()
	s.sim.Confirms = true
	s.run()
	sent := s.approved(b, 20_000)  // asked for after the backup
	other := s.approved(c, 30_000) // too
	s.run()
	if s.withdrawal(before.ID).State != withdrawal.Paid || s.withdrawal(sent.ID).State != withdrawal.Paid || s.withdrawal(other.ID).State != withdrawal.Paid {
		t.Fatal("not paid")
	}
	s.restore(backup)
	out := s.sim.PaidOut(mch)
	if len(out) != 3 {
		t.Fatal(out)
	}

	// A new process starts on the old data.
	held, err := s.CheckMark(t.Context(), s.db.A)
	if err != nil || !held {
		t.Fatalf("it does not hold: %v", err)
	}
	again := s.approved(b, 20_000) // b sees the money as available once more
	s.later(3 * time.Hour)
	if n := len(s.sim.Bills()); n != 3 {
		t.Fatalf("%d transfers at WeChat while on hold", n)
	}
	if w := s.withdrawal(before.ID); w.State != withdrawal.Paid { // it was asked about under the number it had
		t.Errorf("%+v", s.transfer(before.ID))
	}
	release := func() error {
		return s.within(func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Release(ctx, tx, "核对完毕", "staff:1")
			return err
		})
	}
	s.wants(release(), "payout.hold_needs_bill")
	s.fetch(1)
	list := s.open(RunID{})
	if got := kinds3(list); len(list) != 2 || strings.Count(got, "extra") != 2 {
		t.Fatalf("the bill tells of two that nobody knows: %s", got)
	}
	s.wants(release(), "payout.hold_needs_bill")

	// A person books what was paid, and turns down what was asked for again.
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.withdrawals.Reject(ctx, tx, again.ID, "已打款", "staff:1")
		return err
	}))
	for _, d := range list {
		to := map[int64]distributor.ID{20_000: b, 30_000: c}[d.Theirs]
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.BookExtra(ctx, tx, d.ID, to, "账单显示已付", "staff:1")
			return err
		}))
	}
	s.must(release())
	s.later(3 * time.Hour)
	if now := s.sim.PaidOut(mch); fmt.Sprint(now) != fmt.Sprint(out) {
		t.Errorf("paid again: %v, before %v", now, out)
	}
	if s.balance(b).Paid != 20_000 || s.balance(c).Paid != 30_000 || s.balance(a).Paid != 10_000 {
		t.Error(s.balance(a), s.balance(b), s.balance(c))
	}
	if r := s.fetch(1); r.Differing != 0 {
		t.Errorf("%+v: %s", r, kinds3(s.open(RunID{})))
	}
	s.approved(c, 5_000) // and payouts go on
	s.later(time.Hour)
	if n := len(s.sim.Bills()); n != 4 {
		t.Errorf("%d transfers at WeChat", n)
	}
}

// A withdrawal whose approval the restore has forgotten is sent again under
// the same number, and so is no second transfer.
func TestRestore_TheSameWithdrawalHasTheSameNumber(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Confirms = true
	wang := s.member(1, 100_000)
	var w withdrawal.Withdrawal
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		w, err = s.withdrawals.Request(ctx, tx, withdrawal.Ask{Distributor: wang, Amount: 60_000, Method: withdrawal.WeChat})
		return err
	}))
	backup := s.backup()
	approve := func() {
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.withdrawals.Approve(ctx, tx, w.ID, "staff:1")
			return err
		}))
		s.later(time.Hour)
	}
	approve()
	s.restore(backup)
	s.marks.forget() // even when nobody remembers that it was a restore
	approve()
	if s.withdrawal(w.ID).State != withdrawal.Paid || len(s.sim.Bills()) != 1 {
		t.Fatalf("%d transfers, %+v", len(s.sim.Bills()), s.transfer(w.ID))
	}
	s.sameBooks()
}

// An extra number of our own making means that we have forgotten something:
// payouts hold although no mark said so.
func TestReconcile_AForgottenNumberHoldsPayouts(t *testing.T) {
	t.Parallel()
	s := open(t)
	forgotten, err := withdrawal.ParseID("wdr_01kjkz5d5re5x9v2b3m4n5p6q7")
	s.must(err)
	_, err = s.Reconcile(t.Context(), s.db.A, s.account.ID, s.now(), s.now(), []BillRow{{Entry: "1", Number: Number(forgotten), Amount: 5, At: s.now()}}, "f", "staff:1")
	s.must(err)
	s.approved(s.member(1, 100_000), 60_000)
	s.later(time.Hour)
	if len(s.sim.Bills()) != 0 {
		t.Error("it was sent")
	}
}
