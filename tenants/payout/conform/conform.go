// Package conform is what every payout provider must do, as a test that each
// of them passes.
package conform

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/fenli-io/fenli/tenants/payout"
)

// Stage is a provider with the outside world behind it.
type Stage struct {
	Provider payout.Provider
	// Order is one the provider can pay.
	Order func(number string, amount int64) payout.Order
	// Pay makes the outside world finish a transfer; nil when only a person can
	// say that it has ended.
	Pay func(number string)
	// Left is what left the merchant's account, by number.
	Left func() map[string]int64
	// Gone is the same provider with nobody at the other end; nil when it calls
	// nobody.
	Gone payout.Provider
	// Notice is a genuine call of the provider about a number; nil when it never
	// calls.
	Notice func(number string) (http.Header, []byte)
	// Today is a day whose bill can be had.
	Today time.Time
}

// Suite runs the claims. Open makes a stage of its own for each.
func Suite(t *testing.T, open func(t *testing.T) Stage) {
	claim := func(name string, f func(t *testing.T, s Stage)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, open(t))
		})
	}
	claim("PreparingPaysNothing", preparing)
	claim("TheSameBytesAreOneTransfer", sameBytes)
	claim("AnUnknownNumberIsNeverAnEnd", unknown)
	claim("PaidIsSaidWithItsNumberAndAmount", paid)
	claim("NobodyAtTheOtherEndIsDoubt", gone)
	claim("WhoGivesUpIsInDoubt", givenUp)
	claim("WhatIsCalledBackIsNotPaid", calledBack)
	claim("OnlyAGenuineNoticeIsHeard", heard)
	claim("TheBillSaysWhatLeft", billed)
}

func number(t *testing.T, n int) string {
	t.Helper()
	return fmt.Sprintf("01CONFORM%08dA%02d", len(t.Name()), n)
}

func (s Stage) submit(t *testing.T, no string, amount int64) (payout.Request, payout.Answer) {
	t.Helper()
	r, err := s.Provider.Prepare(t.Context(), s.Order(no, amount))
	if err != nil {
		t.Fatal(err)
	}
	return r, s.Provider.Submit(t.Context(), r)
}

func ended(s payout.Standing) bool {
	return s == payout.Paid || s == payout.Failed || s == payout.Cancelled
}

func preparing(t *testing.T, s Stage) {
	o := s.Order(number(t, 1), 1234)
	r, err := s.Provider.Prepare(t.Context(), o)
	if err != nil || len(r.Body) == 0 {
		t.Fatalf("%q, %v", r.Body, err)
	}
	if left := s.Left(); len(left) != 0 {
		t.Errorf("preparing has paid %v", left)
	}
	nobody := o
	nobody.Payee.Account = ""
	foreign := o
	foreign.Currency = "XTS"
	for what, bad := range map[string]payout.Order{"no account": nobody, "a foreign currency": foreign} {
		if _, err := s.Provider.Prepare(t.Context(), bad); err == nil {
			t.Errorf("%s was prepared", what)
		}
	}
}

func sameBytes(t *testing.T, s Stage) {
	no := number(t, 1)
	r, first := s.submit(t, no, 1234)
	if first.Standing == payout.Refused || first.Standing == payout.Doubt {
		t.Fatalf("%+v", first)
	}
	for range 3 {
		if again := s.Provider.Submit(t.Context(), r); again.Standing == payout.Failed || again.Standing == payout.Refused || again.ProviderID != first.ProviderID {
			t.Errorf("the same bytes again: %+v, first %+v", again, first)
		}
	}
	if s.Pay != nil {
		s.Pay(no)
		s.Provider.Submit(t.Context(), r)
	}
	left := s.Left()
	if s.Pay != nil && left[no] != 1234 || left[no] > 1234 || len(left) > 1 {
		t.Errorf("%v left the account", left)
	}
}

func unknown(t *testing.T, s Stage) {
	if a := s.Provider.Query(t.Context(), number(t, 1)); ended(a.Standing) {
		t.Errorf("a number nobody has sent: %+v", a)
	}
	if c, can := s.Provider.(payout.Canceller); can {
		if a := c.Cancel(t.Context(), number(t, 2)); ended(a.Standing) {
			t.Errorf("cancelling a number nobody has sent: %+v", a)
		}
	}
}

func paid(t *testing.T, s Stage) {
	if s.Pay == nil {
		t.Skip("a person says that it was paid")
	}
	no := number(t, 1)
	s.submit(t, no, 4321)
	s.Pay(no)
	a := s.Provider.Query(t.Context(), no)
	if a.Standing != payout.Paid || a.Number != no || a.Amount != 4321 || a.ProviderID == "" {
		t.Errorf("%+v", a)
	}
}

func gone(t *testing.T, s Stage) {
	if s.Gone == nil {
		t.Skip("it calls nobody")
	}
	r, err := s.Provider.Prepare(t.Context(), s.Order(number(t, 1), 1234))
	if err != nil {
		t.Fatal(err)
	}
	for what, a := range map[string]payout.Answer{"submit": s.Gone.Submit(t.Context(), r), "query": s.Gone.Query(t.Context(), number(t, 1))} {
		if a.Standing != payout.Doubt {
			t.Errorf("%s: %+v", what, a)
		}
	}
}

func givenUp(t *testing.T, s Stage) {
	no := number(t, 1)
	r, err := s.Provider.Prepare(t.Context(), s.Order(no, 1234))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := s.Provider.Submit(ctx, r); ended(a.Standing) {
		t.Errorf("%+v", a)
	}
	if a := s.Provider.Query(ctx, no); ended(a.Standing) {
		t.Errorf("%+v", a)
	}
}

func calledBack(t *testing.T, s Stage) {
	c, can := s.Provider.(payout.Canceller)
	if !can {
		t.Skip("it cannot call back")
	}
	no := number(t, 1)
	s.submit(t, no, 1234)
	a := c.Cancel(t.Context(), no)
	for end := time.Now().Add(10 * time.Second); !ended(a.Standing) && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		a = s.Provider.Query(t.Context(), no)
	}
	if a.Standing != payout.Cancelled || len(s.Left()) != 0 {
		t.Errorf("%+v, and %v left", a, s.Left())
	}
}

func heard(t *testing.T, s Stage) {
	l, listens := s.Provider.(payout.Listener)
	if !listens || s.Notice == nil {
		t.Skip("it never calls")
	}
	no := number(t, 1)
	s.submit(t, no, 1234)
	s.Pay(no)
	header, body := s.Notice(no)
	n, err := l.Hear(t.Context(), header, body)
	if err != nil || n.Answer.Number != no || n.Answer.Standing != payout.Paid || n.Answer.Amount != 1234 {
		t.Fatalf("%+v, %v", n, err)
	}
	for i := 0; i < len(body); i += 7 {
		flipped := append([]byte(nil), body...)
		flipped[i] ^= 1
		if _, err := l.Hear(t.Context(), header, flipped); err == nil {
			t.Fatalf("byte %d of the body was changed and nobody noticed", i)
		}
	}
	if _, err := l.Hear(t.Context(), http.Header{}, body); err == nil {
		t.Error("a notice without headers was heard")
	}
	if _, err := l.Hear(t.Context(), header, nil); err == nil {
		t.Error("an empty notice was heard")
	}
}

func billed(t *testing.T, s Stage) {
	b, can := s.Provider.(payout.Biller)
	if !can || s.Pay == nil {
		t.Skip("its bill is a file that a person brings")
	}
	want := map[string]int64{}
	for i := range 3 {
		no := number(t, i)
		s.submit(t, no, int64(1000+i))
		s.Pay(no)
		want[no] = int64(1000 + i)
	}
	rows, err := b.Bill(t.Context(), s.Today)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	entries := map[string]bool{}
	for _, r := range rows {
		got[r.Number] += r.Amount
		if r.Entry == "" || entries[r.Entry] {
			t.Errorf("the line %q is not the only one of its number", r.Entry)
		}
		entries[r.Entry] = true
	}
	for no, amount := range want {
		if got[no] != amount || s.Left()[no] != amount {
			t.Errorf("%s: the bill says %d, the book %d, want %d", no, got[no], s.Left()[no], amount)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the bill says %v", got)
	}
}
