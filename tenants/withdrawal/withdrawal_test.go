package withdrawal_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

// shop is a store with distributors who have money.
type shop struct {
	t      testing.TB
	db     *pgtest.Database
	people *distributor.Service
	*Service
	rules  Rules
	tenant tenancy.ID
}

func open(t testing.TB, opts ...pg.Option) *shop {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	db := pgtest.Open(t, append(opts, pg.MaxConns(16))...)
	s := &shop{t: t, db: db, tenant: db.A, people: distributor.New(db.DB), rules: Rules{Min: 1000, Currency: "CNY", Zone: shanghai}}
	s.Service = New(db.DB, func(context.Context, *pg.Tx) (Rules, error) { return s.rules, nil })
	t.Cleanup(s.mustBalance)
	return s
}

func (s *shop) within(fn func(ctx context.Context, tx *pg.Tx) error) error {
	s.t.Helper()
	return s.db.Within(context.WithoutCancel(s.t.Context()), s.tenant, fn)
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// member joins with an available balance.
func (s *shop) member(available int64) (who distributor.ID) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		m, err := s.people.Enlist(ctx, tx, distributor.Enlistment{Name: "wang", Grade: "normal"})
		who = m.ID
		return err
	}))
	s.move(who, ledger.HoldCommission{Payee: ledger.Party(who), Amount: available}, ledger.Mature{Payee: ledger.Party(who), Amount: available})
	return who
}

func (s *shop) move(who distributor.ID, movements ...ledger.Movement) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(who)})
		for _, m := range movements {
			err = errors.Join(err, book.Move(m))
		}
		return errors.Join(err, book.Post(ctx))
	}))
}

func (s *shop) request(who distributor.ID, amount int64) (w Withdrawal, err error) {
	err = s.within(func(ctx context.Context, tx *pg.Tx) error {
		w, err = s.Request(ctx, tx, Ask{Distributor: who, Amount: amount})
		return err
	})
	return w, err
}

func (s *shop) mustRequest(who distributor.ID, amount int64) Withdrawal {
	s.t.Helper()
	w, err := s.request(who, amount)
	s.must(err)
	return w
}

func (s *shop) approve(w Withdrawal) (after Withdrawal, err error) {
	err = s.within(func(ctx context.Context, tx *pg.Tx) error {
		after, err = s.Approve(ctx, tx, w.ID, "staff:1")
		return err
	})
	return after, err
}

func (s *shop) reject(w Withdrawal) (after Withdrawal, err error) {
	err = s.within(func(ctx context.Context, tx *pg.Tx) error {
		after, err = s.Reject(ctx, tx, w.ID, "no account", "staff:1")
		return err
	})
	return after, err
}

func (s *shop) pay(w Withdrawal, voucher string) (after Withdrawal, err error) {
	err = s.within(func(ctx context.Context, tx *pg.Tx) error {
		after, err = s.Pay(ctx, tx, w.ID, voucher, "staff:1")
		return err
	})
	return after, err
}

func (s *shop) balance(who distributor.ID) (b ledger.Balance) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
		return err
	}))
	return b
}

func (s *shop) mustBalance() {
	for _, tenant := range []tenancy.ID{s.db.A, s.db.B} {
		err := s.db.Within(context.Background(), tenant, func(ctx context.Context, tx *pg.Tx) error {
			differences, err := ledger.Check(ctx, tx)
			for _, d := range differences {
				s.t.Error(d)
			}
			return err
		})
		if err != nil {
			s.t.Error(err)
		}
	}
}

func wants(t testing.TB, err error, code string, args ...string) {
	t.Helper()
	f := fault.Of(err)
	if err == nil || f.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	for i := 0; i < len(args); i += 2 {
		if got := f.Args()[args[i]]; got != args[i+1] {
			t.Fatalf("%s says %s = %q, want %q", code, args[i], got, args[i+1])
		}
	}
}

func TestWithdrawal_TravelsFromAvailableToPaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.rules.FeePPM = 6000 // 0.6 %
	wang := s.member(10000)
	w := s.mustRequest(wang, 3333)
	if b := s.balance(wang); b.Available != 6667 || b.Reserved != 3333 {
		t.Fatalf("requesting reserves: %+v", b)
	}
	_, err := s.pay(w, "V1")
	wants(t, err, "withdrawal.wrong_state", "from", "requested")
	for range 2 { // saying it twice is harmless
		if w, err = s.approve(w); err != nil || w.State != Approved {
			t.Fatal(w, err)
		}
	}
	for range 2 {
		if w, err = s.pay(w, "V1"); err != nil || w.State != Paid || w.PaidAt == nil {
			t.Fatal(w, err)
		}
	}
	if w.Quote != (Quote{Gross: 3333, Fee: 19, Net: 3314}) {
		t.Fatalf("the fee is floored: %+v", w.Quote)
	}
	if b := s.balance(wang); b.Paid != 3314 || b.Fees != 19 || b.Reserved != 0 || b.Withdrawn() != 3333 {
		t.Fatalf("%+v", b)
	}
	_, err = s.pay(w, "V2")
	wants(t, err, "withdrawal.wrong_state")
	_, err = s.reject(w)
	wants(t, err, "withdrawal.wrong_state", "from", "paid", "to", "rejected")
}

func TestReject_GivesTheMoneyBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(5000)
	w := s.mustRequest(wang, 5000)
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Reject(ctx, tx, w.ID, "", "staff:1")
		wants(t, err, "withdrawal.reason_missing")
		return nil
	}))
	for range 2 {
		after, err := s.reject(w)
		if err != nil || after.State != Rejected || after.Reason != "no account" {
			t.Fatal(after, err)
		}
	}
	if b := s.balance(wang); b.Available != 5000 || b.Reserved != 0 {
		t.Fatalf("%+v", b)
	}
	if _, err := s.approve(w); fault.Of(err).Code != "withdrawal.wrong_state" {
		t.Fatal(err)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	s := open(t)

	t.Run("OfMoreThanAvailableSaysWhatThereIs", func(t *testing.T) {
		_, err := s.request(s.member(1999), 2000)
		wants(t, err, "withdrawal.insufficient_balance", "available", "19.99")
	})
	t.Run("BelowTheMinimumSaysTheMinimum", func(t *testing.T) {
		wang := s.member(1999)
		_, err := s.request(wang, 999)
		wants(t, err, "withdrawal.below_minimum", "minimum", "10.00")
		s.mustRequest(wang, 1000)
	})
	t.Run("OfNothingIsRefused", func(t *testing.T) {
		for _, amount := range []int64{0, -1000} {
			_, err := s.request(s.member(1999), amount)
			wants(t, err, "withdrawal.amount")
		}
	})
	t.Run("OfSomebodyInDebtSaysTheDebtFirst", func(t *testing.T) {
		li := s.member(0)
		s.move(li, ledger.ReverseIntoDebt{Payee: ledger.Party(li), Amount: 1250})
		_, err := s.request(li, 999999)
		wants(t, err, "withdrawal.in_debt", "debt", "12.50")
	})
	t.Run("OfAFrozenMemberIsRefused", func(t *testing.T) {
		li := s.member(5000)
		_, err := s.people.Freeze(t.Context(), s.db.A, li, "fraud")
		s.must(err)
		_, err = s.request(li, 1000)
		wants(t, err, "withdrawal.not_allowed", "state", "frozen")
	})
	t.Run("OfOneWhoHasLeftIsTaken", func(t *testing.T) {
		li := s.member(5000)
		_, err := s.people.Leave(t.Context(), s.db.A, li, "moved away")
		s.must(err)
		s.mustRequest(li, 5000)
	})
	t.Run("OfAnotherStoresMemberIsUnknown", func(t *testing.T) {
		li := s.member(5000)
		err := s.db.Within(t.Context(), s.db.B, func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Request(ctx, tx, Ask{Distributor: li, Amount: 1000})
			return err
		})
		wants(t, err, "distributor.unknown")
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.rules.MaxPerRequest, s.rules.MaxPerMonth, s.rules.Days = 5000, 8000, []int{1, 31}
	wang := s.member(100000) // it is 1 March, 10:00 in Shanghai

	_, err := s.request(wang, 5001)
	wants(t, err, "withdrawal.above_maximum", "maximum", "50.00")
	first := s.mustRequest(wang, 5000)
	_, err = s.request(wang, 3001)
	wants(t, err, "withdrawal.above_month", "left", "30.00", "next", "2026-04-01")
	if _, err := s.reject(first); err != nil {
		t.Fatal(err)
	}
	s.mustRequest(wang, 5000) // what was given back does not count
	s.mustRequest(wang, 3000)

	s.db.Clock.Set(time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)) // 2 March, 0:00 in Shanghai
	_, err = s.request(wang, 1000)
	wants(t, err, "withdrawal.not_today", "next", "2026-03-31", "days", "1, 31")
	s.db.Clock.Set(time.Date(2026, 3, 31, 15, 59, 59, 0, time.UTC))
	_, err = s.request(wang, 1000)
	wants(t, err, "withdrawal.above_month", "left", "0.00")
	s.db.Clock.Set(time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)) // 1 April in Shanghai
	s.mustRequest(wang, 1000)
	s.db.Clock.Set(time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC))
	_, err = s.request(wang, 1000)
	wants(t, err, "withdrawal.not_today", "next", "2026-05-01") // April has no 31st
}

func TestRequest_SixtyFourAtOnceCannotSpendTheSameBalance(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(10000)
	ctx := httpapi.WithCaller(t.Context(), httpapi.Caller{Kind: httpapi.Buyer, Tenant: s.db.A, Actor: "buyer:1"}, httpapi.English)
	all := func(key func(int) string) (won map[ID]int, lost int) {
		won = map[ID]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				w, err := httpapi.Once(ctx, s.db.DB, "withdrawal.request", key(i), 10000, func(ctx context.Context, tx *pg.Tx) (Withdrawal, error) {
					return s.Request(ctx, tx, Ask{Distributor: wang, Amount: 10000})
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won[w.ID]++
				case fault.Of(err).Code == "withdrawal.insufficient_balance":
					lost++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		return won, lost
	}

	t.Run("WithDistinctKeysOneIsTaken", func(t *testing.T) {
		if won, lost := all(func(i int) string { return fmt.Sprint(i) }); len(won) != 1 || lost != 63 {
			t.Fatalf("%d won and %d lost", len(won), lost)
		}
	})
	s.move(wang, ledger.HoldCommission{Payee: ledger.Party(wang), Amount: 10000}, ledger.Mature{Payee: ledger.Party(wang), Amount: 10000})
	t.Run("WithTheSameKeyAllHearOfOneEffect", func(t *testing.T) {
		won, lost := all(func(int) string { return "same" })
		if len(won) != 1 || lost != 0 {
			t.Fatalf("%d effects and %d lost", len(won), lost)
		}
	})
	if b := s.balance(wang); b.Reserved != 20000 || b.Available != 0 {
		t.Fatalf("%+v", b)
	}
}

func TestDebt_ComesOutOfTheNextPayoutNeverOutOfTheBank(t *testing.T) {
	t.Parallel()
	indebted := func(t *testing.T) (*shop, distributor.ID, Withdrawal, Withdrawal) {
		s := open(t)
		wang := s.member(10000)
		first, second := s.mustRequest(wang, 6000), s.mustRequest(wang, 4000)
		first, err := s.approve(first)
		s.must(err)
		s.move(wang, ledger.ReverseIntoDebt{Payee: ledger.Party(wang), Amount: 2500}) // a refund while all is reserved
		return s, wang, first, second
	}
	settled := func(t *testing.T, s *shop, wang distributor.ID) {
		t.Helper()
		if b := s.balance(wang); b.Available != 7500 || b.Reserved != 0 || b.Owed() != 0 || b.Paid != 0 {
			t.Fatalf("%+v", b)
		}
		if n := s.db.Int(t, `select count(*) from withdrawal_request where state = 'returned' and reason = 'in_debt'`); n != 2 {
			t.Fatalf("%d were returned", n)
		}
	}
	t.Run("WhenItWouldBePaid", func(t *testing.T) {
		t.Parallel()
		s, wang, first, _ := indebted(t)
		if w, err := s.pay(first, "V1"); err != nil || w.State != Returned || w.Voucher != "" {
			t.Fatal(w, err)
		}
		settled(t, s, wang)
	})
	t.Run("WhenItWouldBeApproved", func(t *testing.T) {
		t.Parallel()
		s, wang, _, second := indebted(t)
		if w, err := s.approve(second); err != nil || w.State != Returned {
			t.Fatal(w, err)
		}
		settled(t, s, wang)
	})
	t.Run("WhenDebtsAreSettled", func(t *testing.T) {
		t.Parallel()
		s, wang, _, _ := indebted(t)
		other := s.member(5000)
		kept := s.mustRequest(other, 5000)
		for range 2 {
			s.must(s.SettleDebts(t.Context(), s.db.A))
		}
		settled(t, s, wang)
		if w, err := s.approve(kept); err != nil || w.State != Approved {
			t.Fatal("somebody without debt was touched", w, err)
		}
	})
	t.Run("WhenItIsRejected", func(t *testing.T) {
		t.Parallel()
		s, wang, first, _ := indebted(t)
		if w, err := s.reject(first); err != nil || w.State != Rejected {
			t.Fatal(w, err)
		}
		if b := s.balance(wang); b.Available != 3500 || b.Owed() != 0 {
			t.Fatalf("%+v", b)
		}
	})
}

func TestApprove_OfAFrozenMemberPauses(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang := s.member(5000)
	w := s.mustRequest(wang, 5000)
	_, err := s.people.Freeze(t.Context(), s.db.A, wang, "fraud")
	s.must(err)
	_, err = s.approve(w)
	wants(t, err, "withdrawal.not_allowed")
	_, err = s.people.Unfreeze(t.Context(), s.db.A, wang)
	s.must(err)
	w, err = s.approve(w)
	s.must(err)
	_, err = s.people.Ban(t.Context(), s.db.A, wang, "fraud")
	s.must(err)
	_, err = s.pay(w, "V1")
	wants(t, err, "withdrawal.not_allowed", "state", "banned")
}

func TestList(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang, li := s.member(10000), s.member(10000)
	var all []Withdrawal
	for i := range 5 {
		s.db.Clock.Advance(time.Second)
		all = append(all, s.mustRequest([]distributor.ID{wang, li}[i%2], 1000))
	}
	_, err := s.approve(all[0])
	s.must(err)
	list := func(f Filter) (ids []ID) {
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			found, err := List(ctx, tx, f)
			for _, w := range found {
				ids = append(ids, w.ID)
			}
			return err
		}))
		return ids
	}
	for _, c := range []struct {
		claim string
		f     Filter
		want  []int
	}{
		{"newest first", Filter{Limit: 9}, []int{4, 3, 2, 1, 0}},
		{"a page", Filter{Limit: 2, After: all[3].ID}, []int{2, 1}},
		{"by state", Filter{Limit: 9, States: []State{Approved}}, []int{0}},
		{"by distributor", Filter{Limit: 9, Distributor: li}, []int{3, 1}},
	} {
		got := list(c.f)
		if len(got) != len(c.want) {
			t.Fatalf("%s: %d found", c.claim, len(got))
		}
		for i, n := range c.want {
			if got[i] != all[n].ID {
				t.Errorf("%s: place %d is another", c.claim, i)
			}
		}
	}
}

// Whatever happens to requests and debts, nobody has debt and money available
// at once after a sweep, and what is reserved is what unsent requests ask for.
func TestWithdrawal_RandomLives(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.rules.Min, s.rules.FeePPM = 1, 12345
	soak.Check(t, func(r *rapid.T) {
		wang := s.member(rapid.Int64Range(0, 5000).Draw(r, "available"))
		var requests []Withdrawal
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			amount := rapid.Int64Range(1, 3000).Draw(r, "amount")
			verb := rapid.IntRange(0, 5).Draw(r, "verb")
			if verb > 1 && verb < 5 && len(requests) == 0 {
				continue
			}
			pick := func() Withdrawal { return rapid.SampledFrom(requests).Draw(r, "request") }
			var err error
			switch verb {
			case 0, 1:
				var w Withdrawal
				if w, err = s.request(wang, amount); err == nil {
					requests = append(requests, w)
				}
			case 2:
				_, err = s.approve(pick())
			case 3:
				_, err = s.pay(pick(), "V")
			case 4:
				_, err = s.reject(pick())
			case 5:
				free := s.balance(wang).Available
				s.move(wang, ledger.ReverseAvailable{Payee: ledger.Party(wang), Amount: min(free, amount)},
					ledger.ReverseIntoDebt{Payee: ledger.Party(wang), Amount: amount - min(free, amount)})
				err = s.SettleDebts(t.Context(), s.db.A)
			}
			if err != nil && fault.Of(err).Kind == fault.Internal {
				r.Fatal(err)
			}
			b := s.balance(wang)
			if b.Owed() > 0 && b.Available > 0 {
				r.Fatalf("in debt and in money: %+v", b)
			}
			unsent := s.db.Int(t, `select coalesce(sum(gross), 0) from withdrawal_request where distributor_id = $1 and state in ('requested', 'approved')`, wang)
			if b.Reserved != unsent || b.Owed() > 0 && unsent > 0 {
				r.Fatalf("%d asked for, %+v", unsent, b)
			}
		}
	})
}
