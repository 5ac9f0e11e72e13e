package payout_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
	. "github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

func TestPayout_TravelsFromApprovedToPaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(1, 100_000)
	w := s.approved(wang, 60_000)
	if p := s.transfer(w.ID); p.State != Queued || p.Number != Number(w.ID) || p.Amount != w.Net {
		t.Fatalf("%+v", p)
	}
	s.run()
	p := s.transfer(w.ID)
	if p.State != Awaiting || p.Confirm == "" || s.withdrawal(w.ID).State != withdrawal.Waiting {
		t.Fatalf("%+v", p)
	}
	s.must(s.sim.Confirm(p.Confirm))
	s.later(time.Minute)
	w = s.withdrawal(w.ID)
	if p = s.transfer(w.ID); p.State != Done || w.State != withdrawal.Paid || w.Voucher != p.ProviderID {
		t.Fatalf("%+v\n%+v", p, w)
	}
	if b := s.balance(wang); b.Paid != 60_000 || b.Reserved != 0 || b.Available != 40_000 {
		t.Fatalf("%+v", b)
	}
	s.sameBooks()
	if n := s.db.Int(t, `select count(*) from payout_due`); n != 0 {
		t.Errorf("%d are still looked at", n)
	}
}

func TestNumber_SaysWhoseItIs(t *testing.T) {
	t.Parallel()
	w, err := withdrawal.ParseID("wdr_01kjkz5d5re5x9v2b3m4n5p6q7")
	if err != nil {
		t.Fatal(err)
	}
	no := Number(w)
	back, ours := WithdrawalOf(no)
	if !ours || back != w {
		t.Fatal(no, back, ours)
	}
	for _, other := range []string{"", "plfk2020042013", no[:25], no + "1", strings.ToLower(no)} {
		if _, ours := WithdrawalOf(other); ours {
			t.Errorf("%q is ours", other)
		}
	}
}

// Every fault alone, with the payee confirming: each ends paid once, or not at
// all, and both books agree.
func TestFaults_EachEndsWithEqualBooks(t *testing.T) {
	t.Parallel()
	for _, f := range wechatsim.All {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.fault(f)
			wang := s.member(1, 100_000)
			w := s.approved(wang, 60_000)
			s.run()
			for range 12 {
				s.sim.ConfirmAll()
				s.sim.Deliver()
				s.later(3 * time.Hour)
			}
			p := s.transfer(w.ID)
			unpaid := f == wechatsim.NeverConfirms || f == wechatsim.PayeeRefused
			switch after := s.withdrawal(w.ID); {
			case unpaid && (p.State != Broken || after.State != withdrawal.Failed):
				t.Errorf("%s %s: %+v", after.State, after.Reason, p)
			case !unpaid && (p.State != Done || after.State != withdrawal.Paid):
				t.Errorf("%s %s: %+v", after.State, after.Reason, p)
			}
			if b := s.balance(wang); unpaid && b.Available != 100_000 || !unpaid && b.Paid != 60_000 {
				t.Errorf("%+v", b)
			}
			s.sameBooks()
		})
	}
}

// In doubt the same bytes are sent again: WeChat sees one number, and the same
// body to the byte.
func TestDoubt_TheSameBytesAreSentAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Faults = func(c wechatsim.Call) wechatsim.Fault {
		if c.Op == "transfer" && c.Nth < 4 {
			return []wechatsim.Fault{wechatsim.DropBefore, wechatsim.ErrorBefore, wechatsim.DropAfter}[c.Nth-1]
		}
		return wechatsim.None
	}
	s.sim.Confirms = true
	w := s.approved(s.member(1, 100_000), 60_000)
	s.later(3 * time.Hour)
	if p := s.transfer(w.ID); p.State != Done || p.Submits < 3 {
		t.Fatalf("%+v", p)
	}
	if n := len(s.sim.Bills()); n != 1 {
		t.Fatalf("%d transfers at WeChat", n)
	}
	s.sameBooks()
}

func TestShort_WaitsIsToldAndGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Confirms = true
	s.sim.Open(wechatsim.Merchant{MchID: mch, AppID: app, SerialNo: serial, PublicKey: &merchantKey().PublicKey, APIv3Key: apiKey, Balance: 10, PublicMode: true})
	w := s.approved(s.member(1, 100_000), 60_000)
	s.later(2 * time.Hour)
	if p := s.transfer(w.ID); p.State != Sending || p.Trouble != AccountShort || !slices.Contains(s.alarms, AccountShort) {
		t.Fatalf("%+v, alarms %v", p, s.alarms)
	}
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		a, err := GetAccount(ctx, tx, s.account.ID)
		if a.ShortSince == nil {
			t.Error("the account does not say that it is short")
		}
		return err
	}))
	s.later(50 * time.Hour)
	if w := s.withdrawal(w.ID); w.State != withdrawal.InDoubt {
		t.Fatalf("after two days a person is asked, not %s", w.State)
	}
	s.sim.TopUp(mch, 1_000_000)
	s.later(2 * time.Hour)
	if w := s.withdrawal(w.ID); w.State != withdrawal.Paid {
		t.Fatalf("%+v", w)
	}
	s.sameBooks()
}

func TestCancel(t *testing.T) {
	t.Parallel()
	cancel := func(s *till, w withdrawal.Withdrawal) {
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.WantCancel(ctx, tx, s.transfer(w.ID).ID, "staff:1")
			return err
		}))
	}
	t.Run("GivesTheMoneyBackWhenTheProviderSaysSo", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		wang := s.member(1, 100_000)
		w := s.approved(wang, 60_000)
		s.run()
		cancel(s, w)
		s.later(time.Hour)
		if w := s.withdrawal(w.ID); w.State != withdrawal.Cancelled || s.balance(wang).Available != 100_000 {
			t.Fatalf("%+v", w)
		}
		s.sameBooks()
	})
	t.Run("LosesARaceAgainstThePayee", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.fault(wechatsim.CancelRaces)
		w := s.approved(s.member(1, 100_000), 60_000)
		s.run()
		cancel(s, w)
		s.later(time.Hour)
		if w := s.withdrawal(w.ID); w.State != withdrawal.Paid {
			t.Fatalf("%+v", w)
		}
		s.sameBooks()
	})
	t.Run("BeforeAnythingWasSentNeedsNobody", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		w := s.approved(s.member(1, 100_000), 60_000)
		cancel(s, w)
		s.later(time.Hour)
		if p := s.transfer(w.ID); p.State != Void || s.withdrawal(w.ID).State != withdrawal.Approved || len(s.sim.Bills()) != 0 {
			t.Fatalf("%+v", p)
		}
	})
}

func TestDebt_IsReturnedInsteadOfSent(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(1, 100_000)
	w := s.approved(wang, 60_000)
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(wang)})
		if err != nil {
			return err
		}
		if err := book.Move(ledger.ReverseAvailable{Payee: ledger.Party(wang), Amount: 40_000}); err != nil {
			return err
		}
		if err := book.Move(ledger.ReverseIntoDebt{Payee: ledger.Party(wang), Amount: 100}); err != nil {
			return err
		}
		return book.Post(ctx)
	}))
	s.run()
	if p := s.transfer(w.ID); p.State != Void || s.withdrawal(w.ID).State != withdrawal.Returned || len(s.sim.Bills()) != 0 {
		t.Fatalf("%+v", p)
	}
}

// What WeChat says after an end that contradicts it is kept for a person, and
// books nothing.
func TestAdvance_AnEndIsAnEnd(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Confirms = true
	wang := s.member(1, 100_000)
	w := s.approved(wang, 60_000)
	s.run()
	p := s.transfer(w.ID)
	for _, a := range []Answer{
		{Standing: Processing}, {Standing: AwaitsUser, Confirm: "x"}, {Standing: Doubt}, {Standing: Absent}, {Standing: Paid},
	} {
		s.must(s.Service.HearForTest(s.db.A, p.ID, a))
		if now := s.transfer(w.ID); now.State != Done || now.Trouble != NoTrouble {
			t.Fatalf("%+v made of it %+v", a, now)
		}
	}
	s.must(s.Service.HearForTest(s.db.A, p.ID, Answer{Standing: Failed, Code: "FAIL"}))
	if now := s.transfer(w.ID); now.State != Done || now.Trouble != Contradiction || !slices.Contains(s.alarms, Contradiction) {
		t.Fatalf("%+v", now)
	}
	if b := s.balance(wang); b.Paid != 60_000 || b.Available != 40_000 {
		t.Fatalf("%+v", b)
	}
}

// Only a request can be refused: that a question was not taken says nothing,
// and the same bytes are sent again.
func TestAdvance_ARefusedQuestionIsNoRefusedRequest(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Confirms = true
	s.fault(wechatsim.DropBefore)
	w := s.approved(s.member(1, 100_000), 60_000)
	s.run()
	p := s.transfer(w.ID)
	for _, a := range []Answer{{Standing: Refused, Code: "SIGN_ERROR"}, {Standing: Absent}} {
		s.must(s.Service.HearForTest(s.db.A, p.ID, a))
	}
	s.later(time.Hour)
	if now := s.transfer(w.ID); now.State != Done {
		t.Fatalf("%+v", now)
	}
}

// A request that WeChat does not take, and does not know afterwards, is a
// person's: they may give the money back.
func TestRefused_IsAPersonsToGiveBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Limit = 50_000
	wang := s.member(1, 100_000)
	w := s.approved(wang, 60_000)
	s.later(time.Hour)
	p := s.transfer(w.ID)
	if p.Trouble != RequestWrong || s.withdrawal(w.ID).State != withdrawal.InDoubt || !slices.Contains(s.alarms, RequestWrong) {
		t.Fatalf("%+v", p)
	}
	if _, err := s.GiveBack(t.Context(), s.db.A, p.ID, "超过微信单笔限额", "staff:1"); err != nil {
		t.Fatal(err)
	}
	if s.withdrawal(w.ID).State != withdrawal.Failed || s.balance(wang).Available != 100_000 {
		t.Fatalf("%+v", s.withdrawal(w.ID))
	}
	s.sameBooks()
}

// An answer about another number or amount moves nothing.
func TestAdvance_OnlyItsOwnAnswer(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.approved(s.member(1, 100_000), 60_000)
	s.run()
	p := s.transfer(w.ID)
	for _, a := range []Answer{{Standing: Paid, Number: "X"}, {Standing: Paid, Amount: 1}, {Standing: Failed, ProviderID: "X"}} {
		s.must(s.Service.HearForTest(s.db.A, p.ID, a))
		if now := s.transfer(w.ID); now.State != Awaiting || now.Trouble != Contradiction {
			t.Fatalf("%+v made of it %+v", a, now)
		}
	}
}

func TestAboveTheAccountsLimit_APersonLooks(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := s.account
	a.Limit = 20_000
	s.account = s.wechatAccount(a)
	wang := s.member(1, 100_000)
	w := s.approved(wang, 50_000)
	s.later(time.Hour)
	p := s.transfer(w.ID)
	if p.Trouble != CannotSend || p.Submits != 0 || s.withdrawal(w.ID).State != withdrawal.InDoubt || len(s.sim.Bills()) != 0 {
		t.Fatalf("%+v", p)
	}
	_, err := s.GiveBack(t.Context(), s.db.A, p.ID, "", "staff:1")
	s.wants(err, "payout.reason_missing")
	if _, err := s.GiveBack(t.Context(), s.db.A, p.ID, "超过限额", "staff:1"); err != nil {
		t.Fatal(err)
	}
	if w := s.withdrawal(w.ID); w.State != withdrawal.Failed || s.balance(wang).Available != 100_000 {
		t.Fatalf("%+v", w)
	}
}

func TestGiveBack_IsRefusedWhileItMayStillBePaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sim.Faults = func(c wechatsim.Call) wechatsim.Fault {
		if c.Op == "transfer" {
			return wechatsim.DropAfter
		}
		return wechatsim.DropBefore
	}
	w := s.approved(s.member(1, 100_000), 60_000)
	s.run()
	_, err := s.GiveBack(t.Context(), s.db.A, s.transfer(w.ID).ID, "gone", "staff:1")
	s.wants(err, "payout.not_certain")
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.PaidByHand(ctx, tx, s.transfer(w.ID).ID, "V1", "staff:1")
		s.wants(err, "payout.wrong_state")
		return nil
	}))
}

// Two days pass without the server: everything ends paid, returned, or with a
// person and an alarm.
func TestTwoDaysWithoutTheServer(t *testing.T) {
	t.Parallel()
	s := open(t)
	var all []withdrawal.ID
	for i, f := range wechatsim.All {
		s.fault(f)
		w := s.approved(s.member(i+1, 100_000), 60_000)
		all = append(all, w.ID)
		s.run()
	}
	s.sim.Faults = nil
	s.sim.ConfirmAll()
	s.db.Clock.Advance(48 * time.Hour)
	s.run()
	s.later(2 * time.Hour)
	for i, which := range all {
		w, p := s.withdrawal(which), s.transfer(which)
		ended := w.State == withdrawal.Paid || w.State == withdrawal.Failed || w.State == withdrawal.Cancelled
		asked := w.State == withdrawal.Waiting && s.now().Sub(*p.WaitsSince) < 24*time.Hour // it was only now that anybody could be asked
		if !ended && !asked && !(w.State == withdrawal.InDoubt && p.Trouble != NoTrouble) {
			t.Errorf("%s: %s, %+v", wechatsim.All[i], w.State, p)
		}
	}
	s.later(30 * time.Hour) // and whatever was with a person then ends as well
	for i, which := range all {
		if w := s.withdrawal(which); w.State != withdrawal.Paid && w.State != withdrawal.Failed {
			t.Errorf("%s: %s, %+v", wechatsim.All[i], w.State, s.transfer(which))
		}
	}
	s.sameBooks()
}
