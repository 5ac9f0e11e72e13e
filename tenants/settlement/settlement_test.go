package settlement_test

import (
	"testing"
	"time"

	"github.com/fenli-io/fenli/tenants/storetest"
)

// An order whose strategy was away until long after its freeze had ended is
// awarded behind the mark, and released by the next cut-off all the same.
func TestLateAward(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	early := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Receive(t, s.A, early)
	s.Work(t, s.A)
	late := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{20000}})
	s.Receive(t, s.A, late) // and nobody decides it

	s.Clock.Advance(30 * 24 * time.Hour)
	if _, err := s.Settlement.Mature(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	if b := s.Balance(t, s.A, team["a"]); b.Available != 1000 {
		t.Fatalf("%+v", b)
	}
	s.Work(t, s.A) // now it is decided
	s.Clock.Advance(time.Hour)
	s.Work(t, s.A)
	if b := s.Balance(t, s.A, team["a"]); b.Available != 3000 || b.Held != 0 {
		t.Fatalf("%+v", b)
	}
	s.MustBalance(t)
}
