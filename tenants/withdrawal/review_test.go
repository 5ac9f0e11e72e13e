package withdrawal_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

func (s *shop) approveAs(by string, w Withdrawal) (after Withdrawal, err error) {
	err = s.within(func(ctx context.Context, tx *pg.Tx) error {
		after, err = s.Approve(ctx, tx, w.ID, by)
		return err
	})
	return after, err
}

func TestApprove_AboveTheThresholdTakesTwoDifferentPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.rules.TwoAbove = 5000
	wang := s.member(20000)
	small := s.mustRequest(wang, 5000)
	if w, err := s.approveAs("staff:li", small); err != nil || w.State != Approved {
		t.Fatal("at the threshold one is enough:", w.State, err)
	}
	big := s.mustRequest(wang, 5001)
	w, err := s.approveAs("staff:li", big)
	if err != nil || w.State != Requested || w.FirstApprovedBy != "staff:li" {
		t.Fatal(w.State, err)
	}
	_, err = s.approveAs("staff:li", big)
	wants(t, err, "withdrawal.second_person", "above", "50.00")
	_, err = s.say("send", big)
	wants(t, err, "withdrawal.wrong_state", "from", "requested")
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		for by, want := range map[string]int{"staff:li": 0, "staff:zhao": 1} {
			if list, err := List(ctx, tx, Filter{SecondBy: by, Limit: 9}); err != nil || len(list) != want {
				t.Errorf("%d wait for %s, %v", len(list), by, err)
			}
		}
		return nil
	}))
	if w, err = s.approveAs("staff:zhao", big); err != nil || w.State != Approved || w.DecidedBy != "staff:zhao" || w.FirstApprovedBy != "staff:li" {
		t.Fatal(w.State, err)
	}
}

func TestRequest_BelowAnAmountIsApprovedByItself(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.rules.AutoBelow = 5000
	wang := s.member(20000)
	if w := s.mustRequest(wang, 4999); w.State != Approved || w.DecidedBy != "system" {
		t.Error(w.State)
	}
	if w := s.mustRequest(wang, 5000); w.State != Requested {
		t.Error(w.State)
	}
}

func TestRequest_AboveATransfersLimitIsCutIntoNumberedParts(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour)
	s.rules.PerTransfer = map[Method]int64{Manual: 200_000}
	wang := s.member(9_000_000)
	_, err := s.request(wang, 200_001)
	wants(t, err, "withdrawal.above_transfer", "maximum", "2000.00")
	s.rules.Split = true
	_, err = s.request(wang, 4_000_001)
	wants(t, err, "withdrawal.above_transfer", "maximum", "40000.00")

	e := s.preview(Ask{Distributor: wang, Amount: 500_000})
	first := s.mustRequest(wang, 500_000)
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		parts, err := PartsOf(ctx, tx, first)
		if err != nil || len(parts) != 3 || len(e.Parts) != 3 {
			t.Fatal(len(parts), err)
		}
		var sum Quote
		for i, p := range parts {
			if p.Part != i+1 || p.Parts != 3 || p.Whole != 500_000 || p.Gross > 200_000 || p.Split != first.ID || p.Quote != e.Parts[i] {
				t.Errorf("%+v", p)
			}
			sum = Quote{sum.Gross + p.Gross, sum.Tax + p.Tax, sum.Fee + p.Fee, sum.Net + p.Net}
		}
		if sum != e.Quote || sum.Gross != 500_000 || sum.Tax != 80_000 {
			t.Errorf("%+v, want the tax of the whole", sum)
		}
		return nil
	}))
	if b := s.balance(wang); b.Reserved != 500_000 {
		t.Errorf("%+v", b)
	}
	s.walk(first, "approve", "send", "fail") // a part by itself
	if b := s.balance(wang); b.Reserved != 500_000-first.Gross {
		t.Errorf("%+v", b)
	}
	if sums := s.sums(by); sums[0].Gross != 0 {
		t.Errorf("%+v", sums)
	}
}

func TestRequest_ByAMethodWantsItsAccount(t *testing.T) {
	t.Parallel()
	s, _ := taxed(t, payer.None)
	s.rules.Methods, s.rules.RealName = []Method{Alipay, Manual}, true
	wang := s.member(9000)
	ask := func(m Method) (w Withdrawal, err error) {
		err = s.within(func(ctx context.Context, tx *pg.Tx) error {
			w, err = s.Request(ctx, tx, Ask{Distributor: wang, Amount: 1000, Method: m})
			return err
		})
		return w, err
	}
	for _, m := range []Method{WeChat, "cash"} {
		_, err := ask(m)
		wants(t, err, "withdrawal.method")
	}
	for _, m := range []Method{"", Manual} {
		_, err := ask(m)
		wants(t, err, "payee.no_identity")
	}
	s.identify(wang, zhang)
	_, err := ask("")
	wants(t, err, "payee.no_account", "channel", "alipay")
	if w, err := ask(Manual); err != nil || w.ProfileRevision != 1 || w.AccountRevision != 0 {
		t.Fatal(w, err)
	}
	s.payTo(wang, payee.Entry{Channel: payee.Alipay, Number: "zhang@example.com"})
	w, err := ask("")
	if err != nil || w.Method != Alipay || w.ProfileRevision != 1 || w.AccountRevision != 1 {
		t.Fatal(w, err)
	}
	s.walk(w, "approve")
	s.payTo(wang, payee.Entry{Channel: payee.Alipay, Number: "li@example.com"}) // somebody has got hold of the phone
	_, err = s.say("send", w)
	wants(t, err, "payee.paused", "until", "2026-03-04T02:00:00Z")
	s.db.Clock.Advance(payee.Pause)
	w = s.walk(w, "send")
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		to, err := s.Payees.Reveal(ctx, tx, wang, w.ProfileRevision, w.AccountRevision)
		if to.Account.Number != "zhang@example.com" {
			t.Error("it goes to another account than the one it was asked for")
		}
		return err
	}))
}

// Whoever is stopped waits thirty days at most, then may be paid; whoever has
// left has twelve months.
func TestStanding_PausesEnd(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.people.Follow(Follow)
	freeze := func(who distributor.ID) { _, err := s.people.Freeze(t.Context(), s.db.A, who, "fraud"); s.must(err) }
	wang, zhao := s.member(5000), s.member(5000)
	w := s.walk(s.mustRequest(wang, 2000), "approve")
	freeze(wang)
	_, err := s.say("send", w)
	wants(t, err, "withdrawal.not_allowed", "state", "frozen", "until", "2026-03-31T02:00:00Z")
	s.db.Clock.Advance(20 * 24 * time.Hour)
	_, err = s.people.Ban(t.Context(), s.db.A, wang, "fraud") // the pause goes on, it does not begin anew
	s.must(err)
	s.db.Clock.Advance(10*24*time.Hour - time.Second)
	_, err = s.say("send", w)
	wants(t, err, "withdrawal.not_allowed", "state", "banned")
	s.db.Clock.Advance(time.Second)
	s.walk(w, "send", "complete")

	_, err = s.people.Leave(t.Context(), s.db.A, zhao, "moved")
	s.must(err)
	s.db.Clock.Set(time.Date(2027, 3, 31, 1, 59, 59, 0, time.UTC))
	last := s.mustRequest(zhao, 1000)
	s.db.Clock.Advance(time.Second)
	_, err = s.request(zhao, 1000)
	wants(t, err, "withdrawal.left_too_long", "until", "2027-03-31T02:00:00Z")
	s.walk(last, "approve", "send", "complete") // what was asked for in time is paid
}

func TestForfeit_OfTheStoppedAloneAndGivenBackWhenOverturned(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(5000)
	sent := s.walk(s.mustRequest(wang, 1000), "approve", "send")
	s.mustRequest(wang, 1500)
	forfeit := func(confirmed *int64) (f Forfeit, err error) {
		err = s.within(func(ctx context.Context, tx *pg.Tx) error {
			f, err = s.Forfeit(ctx, tx, wang, "forged orders", "staff:1", confirmed)
			return err
		})
		return f, err
	}
	stake := func() (k Stake) {
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) { k, err = StakeOf(ctx, tx, wang); return err }))
		return k
	}
	_, err := forfeit(nil)
	wants(t, err, "withdrawal.not_stopped", "state", "active")
	_, err = s.people.Ban(t.Context(), s.db.A, wang, "fraud")
	s.must(err)
	if k := stake(); k != (Stake{State: distributor.Banned, Available: 2500, Unsent: 1500}) || k.Amount() != 4000 {
		t.Errorf("%+v", k)
	}
	shown := int64(2500)
	_, err = forfeit(&shown)
	wants(t, err, "withdrawal.forfeit_changed", "amount", "40.00")
	if k := stake(); k.Unsent != 1500 {
		t.Errorf("what was refused has given back a request: %+v", k)
	}
	shown = stake().Amount()
	f, err := forfeit(&shown)
	if err != nil || f.Amount != 4000 {
		t.Fatal(f, err)
	}
	if b := s.balance(wang); b.Available != 0 || b.Reserved != 1000 || b.Adjustment != 4000 {
		t.Fatalf("what is on its way runs on: %+v", b)
	}
	_, err = forfeit(nil)
	wants(t, err, "withdrawal.nothing_to_forfeit")
	s.walk(sent, "complete")
	s.move(wang, ledger.ReverseIntoDebt{Payee: ledger.Party(wang), Amount: 300})
	_, err = s.people.Reinstate(t.Context(), s.db.A, wang, "overturned")
	s.must(err)
	for range 2 { // saying it again gives nothing more
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			back, err := s.Restore(ctx, tx, f.ID, "overturned", "staff:2")
			if back.RestoredAt == nil {
				t.Error("not restored")
			}
			return err
		}))
	}
	if b := s.balance(wang); b.Available != 3700 || b.Owed() != 0 || b.Adjustment != 0 || b.Paid != 1000 {
		t.Errorf("%+v", b)
	}
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		why, err := ForfeitReasons(ctx, tx, []ledger.Ref{ledger.Ref(f.ID), {15: 9}})
		if len(why) != 1 || why[ledger.Ref(f.ID)] != [2]string{"forged orders", "overturned"} {
			t.Errorf("%v", why)
		}
		return err
	}))
}

func TestForfeit_TakesWhatTheStakeSaysOfADebtorToo(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(5000)
	s.mustRequest(wang, 5000)
	s.move(wang, ledger.ReverseIntoDebt{Payee: ledger.Party(wang), Amount: 300})
	_, err := s.people.Freeze(t.Context(), s.db.A, wang, "looked into")
	s.must(err)
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		stake, err := StakeOf(ctx, tx, wang)
		if err != nil || stake.Amount() != 4700 {
			t.Errorf("%+v %v", stake, err)
		}
		amount := stake.Amount()
		_, err = s.Forfeit(ctx, tx, wang, "forged orders", "staff:1", &amount)
		return err
	}))
	if b := s.balance(wang); b.Available != 0 || b.Reserved != 0 || b.Owed() != 0 || b.Adjustment != 4700 {
		t.Errorf("%+v", b)
	}
}

func TestTerms_SayWhatIsMissingAndWhen(t *testing.T) {
	t.Parallel()
	s, _ := taxed(t, payer.Platform)
	s.rules.Methods, s.rules.RealName, s.rules.MaxPerMonth, s.rules.Days = []Method{BankFile, Manual}, true, 9000, []int{5, 20}
	wang := s.member(9000)
	terms := func() (terms Terms) {
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) { terms, err = s.Terms(ctx, tx, wang); return err }))
		return terms
	}
	if got := terms(); got.NextDay.String() != "2026-03-05" || got.Tax != payer.Platform || fmt.Sprint(got.Ways) != "[{bank_file bank_card false} {manual  false}]" || got.Refusal != nil {
		t.Errorf("%+v", got)
	}
	s.identify(wang, zhang)
	s.payTo(wang, payee.Entry{Channel: payee.BankCard, Number: "6222021234567890128", Bank: "工商银行"})
	s.db.Clock.Set(time.Date(2026, 3, 5, 2, 0, 0, 0, time.UTC))
	s.mustRequest(wang, 4000)
	if got := terms(); !got.NextDay.IsZero() || got.Asked != 4000 || fmt.Sprint(got.Ways) != "[{bank_file bank_card true} {manual  true}]" {
		t.Errorf("%+v", got)
	}
	e := s.preview(Ask{Distributor: wang, Amount: 6000})
	if !errors.Is(e.Refusal, ErrInsufficientBalance) || e.Net == 0 {
		t.Errorf("a preview tells why and shows the figures: %+v", e)
	}
}
