package settlement_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

var zone = time.FixedZone("Asia/Shanghai", 8*3600)

func day(month, day, hour, minute, second int) time.Time {
	return time.Date(2026, time.Month(month), day, hour, minute, second, 0, zone)
}

// at moves the clock, which only moves forward, and lets the store work.
func at(t *testing.T, s *storetest.Stores, when time.Time) {
	t.Helper()
	wait(t, s, when)
	s.Work(t, s.A)
}

func wait(t *testing.T, s *storetest.Stores, when time.Time) {
	t.Helper()
	now, err := s.Clock.Now(t.Context(), s.A)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(when.Sub(now))
}

func received(t *testing.T, s *storetest.Stores, id string, via distributor.ID, net int64) {
	t.Helper()
	o := s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "lin", Via: via, Nets: []int64{net}})
	s.Receive(t, s.A, o)
	s.Work(t, s.A)
}

// What matures in March is available when March closes: not a second before,
// and what matures at the close itself belongs to April.
func TestPeriodEnd_WhatMaturedInMarchIsAvailableWhenMarchCloses(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Propose(t, s.A, func(p *program.Settings) { p.Settlement.Method = program.PeriodEnd })
	team := s.Team(t, s.A, "b", "a")
	at(t, s, day(3, 3, 12, 0, 0))
	received(t, s, "O1", team["a"], 10000) // matures on 10 March
	at(t, s, day(3, 25, 0, 0, 0))
	received(t, s, "O2", team["a"], 20000) // matures as March closes

	available := func(want, held int64) {
		t.Helper()
		if b := s.Balance(t, s.A, team["a"]); b.Available != want || b.Held != held {
			t.Fatalf("%+v", b)
		}
	}
	at(t, s, day(3, 31, 23, 59, 59))
	available(0, 3000)
	at(t, s, day(4, 1, 0, 0, 0))
	available(1000, 2000)
	at(t, s, day(4, 30, 23, 59, 59))
	available(1000, 2000)
	at(t, s, day(5, 1, 0, 0, 0))
	available(3000, 0)
	s.MustBalance(t)
}

// A late award goes into the open period, and a change of method takes effect
// at once: on the way to the freeze everything that has matured is let go.
func TestPeriodEnd_LateAwardsAndSwitches(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	at(t, s, day(3, 2, 12, 0, 0))
	received(t, s, "O1", team["a"], 10000)
	late := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{20000}})
	s.Receive(t, s.A, late) // and nobody decides it yet
	wait(t, s, day(3, 10, 12, 0, 0))
	s.Propose(t, s.A, func(p *program.Settings) {
		p.Settlement = program.SettlementSettings{Method: program.PeriodEnd, Period: program.Week}
	})
	if _, err := s.Settlement.Mature(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	if b := s.Balance(t, s.A, team["a"]); b.Available != 1000 {
		t.Fatalf("what matured before the switch was settled after its freeze: %+v", b)
	}
	at(t, s, day(3, 15, 23, 59, 59))
	if b := s.Balance(t, s.A, team["a"]); b.Available != 1000 || b.Held != 2000 {
		t.Fatalf("%+v", b)
	}
	s.Clock.Advance(time.Second)
	if _, err := s.Settlement.Mature(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	if b := s.Balance(t, s.A, team["a"]); b.Available != 3000 {
		t.Fatalf("the week has closed: %+v", b)
	}
	received(t, s, "O3", team["a"], 5000) // matures on the 23rd, when a week closes: available on the 30th
	at(t, s, day(3, 24, 0, 0, 0))
	if b := s.Balance(t, s.A, team["a"]); b.Held != 500 {
		t.Fatalf("%+v", b)
	}
	s.Propose(t, s.A, func(*program.Settings) {})
	at(t, s, day(3, 24, 0, 0, 1))
	if b := s.Balance(t, s.A, team["a"]); b.Held != 0 || b.Available != 3500 {
		t.Fatalf("after the freeze again: %+v", b)
	}
	s.MustBalance(t)
}

// The sweep leaves a store alone whose mark cannot move, and looks again as
// soon as its programme changes.
func TestPeriodEnd_TheSweepRestsUntilTheClose(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Propose(t, s.A, func(p *program.Settings) { p.Settlement.Method = program.PeriodEnd })
	team := s.Team(t, s.A, "b", "a")
	at(t, s, day(3, 3, 12, 0, 0))
	received(t, s, "O1", team["a"], 10000)
	at(t, s, day(3, 20, 0, 0, 0))
	swept := func(now time.Time) (n int) {
		t.Helper()
		err := s.Platform(t.Context(), func(ctx context.Context, tx *pg.Tx) error {
			stores, err := commission.StoresMaturing(ctx, tx, now)
			for _, x := range stores {
				if x == s.A {
					n++
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if swept(day(3, 31, 23, 59, 59)) != 0 || swept(day(4, 1, 0, 0, 0)) != 1 {
		t.Error("the sweep looks at the close, and not before")
	}
	s.Propose(t, s.A, func(*program.Settings) {})
	if swept(day(3, 20, 0, 0, 0)) != 1 {
		t.Error("the sweep looks when the method has changed")
	}
	s.Work(t, s.A)
	s.MustBalance(t)
}
