package program_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func inForce(t *testing.T, s *storetest.Stores) (r program.Revision) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		r, err = s.Programs.InForce(ctx, tx, tx.Now())
		return err
	})
	return r
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	start, _ := s.Clock.Now(t.Context(), s.A)
	later := func(days int) program.Revision {
		t.Helper()
		r, err := s.Programs.Propose(t.Context(), s.A, draft(func(d *program.Draft) {
			d.EffectiveFrom, d.Note = start.AddDate(0, 0, days), fmt.Sprint(days)
		}))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	cancel := func(n int) error {
		return s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Programs.Cancel(ctx, tx, n, "owner")
			return err
		})
	}
	old := inForce(t, s)
	tenth, fifth, third := later(10), later(5), later(3)

	t.Run("NothingStartsInThePastOrYearsAhead", func(t *testing.T) {
		for at, code := range map[time.Time]string{start.Add(-time.Second): "program.effective_past", start.AddDate(2, 0, 0): "program.effective_far"} {
			_, err := s.Programs.Propose(t.Context(), s.A, draft(func(d *program.Draft) { d.EffectiveFrom = at }))
			if f := fault.Of(err); f.Code != code || f.Field != "effective_from" {
				t.Errorf("%s: %v", at, err)
			}
		}
	})
	if err := cancel(fifth.Revision); err != nil {
		t.Fatal(err)
	}
	t.Run("EachStartsAtItsTimeHoweverTheyWereWritten", func(t *testing.T) {
		for day, want := range []int{old.Revision, old.Revision, old.Revision, third.Revision, third.Revision, third.Revision, third.Revision, third.Revision, third.Revision, third.Revision, tenth.Revision} {
			s.Clock.Set(start.AddDate(0, 0, day))
			if r := inForce(t, s); r.Revision != want {
				t.Errorf("day %d: %d is in force, want %d", day, r.Revision, want)
			}
		}
	})
	t.Run("WhatHasStartedIsNotCancelled", func(t *testing.T) {
		if err := cancel(tenth.Revision); fault.Of(err).Code != "program.already_started" {
			t.Error(err)
		}
		if err := cancel(99); fault.Of(err).Code != "program.no_revision" {
			t.Error(err)
		}
	})
	t.Run("SaysWhatHasBecomeOfEach", func(t *testing.T) {
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			all, err := s.Programs.Revisions(ctx, tx, 0, 10)
			if err != nil {
				return err
			}
			got, err := s.Programs.Standings(ctx, tx, all, start.AddDate(0, 0, 4))
			if got[old.Revision] != program.Superseded || got[third.Revision] != program.InForceNow || got[fifth.Revision] != program.Cancelled || got[tenth.Revision] != program.Scheduled {
				t.Errorf("%v", got)
			}
			return err
		})
	})
}

func TestDiff(t *testing.T) {
	t.Parallel()
	a := program.Revision{Strategy: "three-level", Settings: program.Defaults(), Config: json.RawMessage(`{"rates": ["0.1", "0.05"], "big": 9007199254740993, "a/b": 1}`)}
	b := a
	b.Settings.Bind.ValidityDays = 60
	b.Config = json.RawMessage(`{"big": 9007199254740995, "rates": ["0.1", "0.06", "0.01"], "a/b": {"x~y": null}}`)
	changes, err := program.Diff(a, b)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range changes {
		got += fmt.Sprintf("%s %s→%s\n", c.Path, c.Was, c.Now)
	}
	const want = `/config/a~1b 1→{"x~y":null}
/config/big 9007199254740993→9007199254740995
/config/rates/1 "0.05"→"0.06"
/config/rates/2 →"0.01"
/settings/bind/validity_days 30→60
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if same, err := program.Diff(a, a); err != nil || len(same) != 0 {
		t.Errorf("%v %v", same, err)
	}
}

func TestCanary(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	roots := make([]tenancy.ID, 300)
	for i := range roots {
		copy(roots[i][:], fmt.Sprintf("%016d", i))
	}
	takes := func(c program.Canary) map[tenancy.ID]bool {
		all := map[tenancy.ID]bool{}
		for _, r := range roots {
			if c.Takes(r) {
				all[r] = true
			}
		}
		return all
	}
	start := func(share int) (program.Canary, error) {
		return s.Programs.StartCanary(t.Context(), s.A, draft(func(d *program.Draft) { d.Settings.FreezeDays = 1 }), share, program.Bounds{})
	}
	c, err := start(5)
	if err != nil {
		t.Fatal(err)
	}
	change := func(do func(context.Context, *pg.Tx) error) error { return s.Within(t.Context(), s.A, do) }

	t.Run("AGreaterShareTakesInAllTeamsOfASmallerOne", func(t *testing.T) {
		few := takes(c)
		for _, share := range []int{25, 60, 100} {
			c.Share = share
			more := takes(c)
			for r := range few {
				if !more[r] {
					t.Fatalf("%d %% leaves out a team that tried it", share)
				}
			}
			if n := len(more); n < 300*share/100-30 || n > 300*share/100+30 || share == 100 && n != 300 {
				t.Errorf("%d %% are %d of 300 teams", share, n)
			}
			few = more
		}
	})
	t.Run("ItIsNotInForce", func(t *testing.T) {
		s.Clock.Advance(24 * time.Hour)
		if r := inForce(t, s); r.Revision == c.Revision {
			t.Error("everybody has it")
		}
	})
	t.Run("OneAtATime", func(t *testing.T) {
		if _, err := start(5); fault.Of(err).Code != "canary.open" {
			t.Error(err)
		}
	})
	t.Run("TheShareOnlyGrows", func(t *testing.T) {
		err := change(func(ctx context.Context, tx *pg.Tx) error {
			_, err := program.RampCanary(ctx, tx, c.ID, 4)
			return err
		})
		if fault.Of(err).Code != "canary.share_smaller" {
			t.Error(err)
		}
	})
	t.Run("PromotingPutsItInForceForEverybody", func(t *testing.T) {
		err := change(func(ctx context.Context, tx *pg.Tx) error {
			_, made, err := s.Programs.Promote(ctx, tx, c.ID, "owner")
			if err == nil && (made.Revision <= c.Revision || made.Settings.FreezeDays != 1) {
				t.Errorf("%+v", made)
			}
			return err
		})
		s.Clock.Advance(1)
		if r := inForce(t, s); err != nil || r.Settings.FreezeDays != 1 || r.Revision == c.Revision {
			t.Errorf("%+v %v", r, err)
		}
	})
	t.Run("WhatIsOverDoesNotGoOn", func(t *testing.T) {
		for _, do := range []func(context.Context, *pg.Tx, program.CanaryID) (program.Canary, error){
			program.PauseCanary,
			func(ctx context.Context, tx *pg.Tx, id program.CanaryID) (program.Canary, error) {
				return program.RampCanary(ctx, tx, id, 100)
			},
			func(ctx context.Context, tx *pg.Tx, id program.CanaryID) (program.Canary, error) {
				return program.StopCanary(ctx, tx, id, "")
			},
		} {
			if err := change(func(ctx context.Context, tx *pg.Tx) error { _, err := do(ctx, tx, c.ID); return err }); fault.Of(err).Code != "canary.over" {
				t.Error(err)
			}
		}
		if _, err := start(0); fault.Of(err).Code != "canary.share" {
			t.Error(err)
		}
	})
}
