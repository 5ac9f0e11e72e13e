package grading_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/grading"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// climb promotes whoever sold for 100.00 in the window by one grade, and demotes
// whoever sold nothing to the first.
func climb(r *strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierResponse {
	out := &strategyv1.EvaluateTierResponse{}
	for i, m := range r.GetMembers() {
		sold, at := m.GetDid().GetSales().GetPaid(), 0
		for n, g := range r.GetGrades() {
			if g == m.GetDid().GetGrade() {
				at = n
			}
		}
		sales := &strategyv1.Evidence{What: &strategyv1.Why{Key: "sales"}, Unit: strategyv1.Unit_UNIT_MONEY, Current: sold, Target: 10_000}
		d := &strategyv1.TierDecision{Member: int32(i), Evidence: []*strategyv1.Evidence{sales},
			Outcome: &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: storetest.Because()}}}
		change := func(to string) {
			d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: to, Why: storetest.Because()}}
		}
		last := at == len(r.GetGrades())-1
		switch {
		case sold >= 10_000 && !last:
			change(r.GetGrades()[at+1])
		case sold == 0 && at > 0:
			change(r.GetGrades()[0])
		}
		if !last {
			d.Next = &strategyv1.NextGrade{Grade: r.GetGrades()[at+1], Missing: []*strategyv1.Evidence{sales}}
		}
		out.Decisions = append(out.Decisions, d)
	}
	return out
}

// school is a store that grades by the day, with a, b and c in a line.
type school struct {
	*storetest.Stores
	t      *testing.T
	team   map[string]distributor.ID
	grader *storetest.Scripted
}

func open(t *testing.T) *school {
	t.Helper()
	s := &school{Stores: storetest.Open(t), t: t, grader: &storetest.Scripted{ID: "climb", Facts: []string{program.FactChain}, Tier: climb,
		Decide: func([]byte, *strategyv1.Order) *strategyv1.Decision { return storetest.PaysNobody() },
		Tasks: func(r *strategyv1.IncentivesRequest) *strategyv1.IncentivesResponse {
			out := &strategyv1.IncentivesResponse{}
			for i, m := range r.GetMembers() {
				out.Progress = append(out.Progress, &strategyv1.Progress{Member: int32(i), Key: "ten", Title: &strategyv1.Why{Key: "task"}, Unit: strategyv1.Unit_UNIT_COUNT,
					Current: m.GetOrders(), Target: 2, Reward: &strategyv1.Reward{Amount: 500, Points: 7}})
			}
			return out
		}}}
	s.Install(t, s.grader)
	s.ProposeStrategy(t, s.A, "climb", `{"window": "day"}`, nil)
	s.Clock.Advance(time.Second)
	s.team = s.Team(t, s.A, "c", "b", "a")
	return s
}

func (s *school) sell(id, who string, net int64) {
	s.t.Helper()
	s.Sell(s.t, s.A, storetest.Sale{ID: id, Buyer: "of-" + who, Via: s.team[who], Nets: []int64{net}})
	s.Work(s.t, s.A)
}

func (s *school) tomorrow() { s.Clock.Advance(24 * time.Hour) }

func (s *school) run() int {
	s.t.Helper()
	n, err := s.Grading.Run(s.t.Context(), s.A)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *school) want(who, grade string) {
	s.t.Helper()
	s.Do(s.t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.Get(ctx, tx, s.team[who])
		if m.Grade != grade {
			s.t.Errorf("%s is %s, want %s", who, m.Grade, grade)
		}
		return err
	})
}

func (s *school) changes() (list []grading.Change) {
	s.t.Helper()
	s.Do(s.t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = s.Grading.Changes(ctx, tx, distributor.ID{}, grading.ChangeID{}, 100, "en")
		return err
	})
	return list
}

func (s *school) status() (st grading.Status) {
	s.t.Helper()
	s.Do(s.t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		st, err = s.Grading.Status(ctx, tx, "zh-CN")
		return err
	})
	return st
}

func TestRun(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("O1", "a", 12_000)

	t.Run("NotBeforeTheDayIsOver", func(t *testing.T) {
		if n := s.run(); n != 0 {
			t.Errorf("%d changed", n)
		}
		s.want("a", "normal")
	})
	t.Run("PromotesAtTheEndOfTheDay_AndKeepsWhy", func(t *testing.T) {
		s.tomorrow()
		if n := s.run(); n != 1 {
			t.Errorf("%d changed", n)
		}
		s.want("a", "senior")
		list := s.changes()
		if len(list) != 1 {
			t.Fatalf("%+v", list)
		}
		c := list[0]
		if c.Member.Name != "a" || c.From != "normal" || c.To != "senior" || !c.Promoted || c.Why != "earned" || c.Day.String() != "2026-03-01" ||
			c.Strategy != "climb" || c.Revision != 3 || len(c.Evidence) != 1 || c.Evidence[0] != (grading.Evidence{What: "sales", Money: true, Current: 12_000, Target: 10_000}) {
			t.Errorf("%+v", c)
		}
		if st := s.status(); !st.Grades || st.Last == nil || st.Last.Members != 3 || st.Last.Promoted != 1 || st.Last.Day.String() != "2026-03-01" {
			t.Errorf("%+v", st)
		}
	})
	t.Run("OnceADay", func(t *testing.T) {
		for range 3 {
			if n := s.run(); n != 0 {
				t.Errorf("%d changed again", n)
			}
		}
		s.want("a", "senior")
	})
	t.Run("DemotesWhoDidNothing", func(t *testing.T) {
		s.tomorrow()
		s.run()
		s.want("a", "normal")
		if list := s.changes(); len(list) != 2 || list[0].Promoted || list[0].To != "normal" {
			t.Errorf("%+v", list)
		}
	})
	t.Run("EveryDayThatWasMissedInItsTurn", func(t *testing.T) {
		s.sell("O2", "b", 10_000) // the third of March
		s.tomorrow()
		s.sell("O3", "b", 10_000)
		s.tomorrow()
		if n := s.run(); n != 2 {
			t.Errorf("%d changed", n)
		}
		s.want("b", "partner")
	})
	t.Run("ALaterOrderFreezesTheNewGrade", func(t *testing.T) {
		o := s.Sell(t, s.A, storetest.Sale{ID: "O4", Buyer: "of-b", Via: s.team["b"], Nets: []int64{100}})
		if n := s.Int(t, `select count(*) from order_record where id = $1 and position('partner'::bytea in frozen) > 0`, o); n != 1 {
			t.Error("the order does not know the grade")
		}
	})
	if n := s.Int(t, `select count(*) from grading_change where tenant_id = $1`, s.B); n != 0 {
		t.Errorf("%d changes in the other store", n)
	}
	s.MustBalance(t)
}

func TestRun_TwoAtOnceChangeAGradeOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("O1", "a", 12_000)
	s.tomorrow()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := s.Grading.Run(context.Background(), s.A); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s.want("a", "senior")
	if runs, changes := s.Int(t, `select count(*) from grading_run`), s.Int(t, `select count(*) from grading_change`); runs != 1 || changes != 1 {
		t.Errorf("%d runs, %d changes", runs, changes)
	}
}

// An answer that is wrong anywhere changes nobody's grade, and says why.
func TestRun_ALieChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.ProposeStrategy(t, s.A, "climb", `{"window": "month"}`, nil)
	s.Clock.Advance(time.Second)
	lies := map[string]struct {
		tell func(*strategyv1.EvaluateTierResponse)
		code string
	}{
		"AGradeNobodyHas":     {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].GetChange().To = "emperor" }, "grading.rail_grade"},
		"TheGradeTheyHave":    {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].GetChange().To = "normal" }, "grading.rail_grade"},
		"NoReason":            {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].GetChange().Why = nil }, "grading.rail_no_reason"},
		"AnUnknownNext":       {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].Next.Grade = "emperor" }, "grading.rail_grade"},
		"EvidenceOfNothing":   {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].Evidence[0].What = nil }, "grading.rail_evidence"},
		"ATargetBelowNothing": {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].Evidence[0].Target = -1 }, "grading.rail_evidence"},
		"TooFewDecisions":     {func(r *strategyv1.EvaluateTierResponse) { r.Decisions = r.Decisions[1:] }, "plugin.malformed_answer"},
		"OneMemberTwice":      {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[1].Member = 0 }, "plugin.malformed_answer"},
		"NoOutcome":           {func(r *strategyv1.EvaluateTierResponse) { r.Decisions[0].Outcome = nil }, "plugin.malformed_answer"},
	}
	for _, who := range []string{"a", "b", "c"} {
		s.sell("O-"+who, who, 12_000) // all would be promoted
	}
	s.tomorrow()
	for name, lie := range lies {
		s.grader.Tier = func(r *strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierResponse {
			out := climb(r)
			lie.tell(out)
			return out
		}
		s.Owner(t, `update grading_store set retry_at = default`)
		if n := s.run(); n != 0 {
			t.Errorf("%s: %d changed", name, n)
		}
		st := s.status()
		if st.Code != lie.code || st.Reason == "" || st.Last != nil {
			t.Errorf("%s: %+v", name, st)
		}
		if _, _, err := s.Grading.Preview(t.Context(), s.A, "en"); fault.Of(err).Code != "grading.undecided" {
			t.Errorf("%s: the preview says %v", name, err)
		}
	}
	s.want("a", "normal")
	s.grader.Tier = climb
	if n := s.run(); n != 0 {
		t.Errorf("%d changed before the next try is due", n)
	}
	s.Owner(t, `update grading_store set retry_at = default`)
	if n := s.run(); n != 3 {
		t.Errorf("%d changed once it tells the truth", n)
	}
	if st := s.status(); st.Code != "" {
		t.Errorf("%+v", st)
	}
}

func TestRun_AStrategyThatIsDownIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("O1", "a", 12_000)
	s.tomorrow()
	s.Strategy.BeforeTier = func(*strategyv1.EvaluateTierRequest) error { return errors.New("down") }
	s.run()
	if st := s.status(); st.Code != "plugin.unavailable" {
		t.Errorf("%+v", st)
	}
	s.Strategy.BeforeTier = nil
	s.Owner(t, `update grading_store set retry_at = default`)
	s.run()
	s.want("a", "senior")
}

// Whoever the merchant grades while the strategy thinks keeps what the merchant
// said.
func TestRun_AGradeSetByHandMeanwhileStays(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("O1", "a", 12_000)
	s.sell("O2", "b", 12_000)
	s.tomorrow()
	s.Strategy.BeforeTier = func(*strategyv1.EvaluateTierRequest) error {
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Distributors.SetGrade(ctx, tx, s.team["a"], "partner", "by hand")
			return err
		})
		return nil
	}
	if n := s.run(); n != 1 {
		t.Errorf("%d changed", n)
	}
	s.want("a", "partner")
	s.want("b", "senior")
}

// A programme that does not grade costs its store nothing but a date.
func TestRun_OnlyWhereTheStrategyGrades(t *testing.T) {
	t.Parallel()
	s := open(t)
	due := func() (stores []tenancy.ID) {
		err := s.Platform(t.Context(), func(ctx context.Context, tx *pg.Tx) (err error) {
			stores, err = grading.StoresDue(ctx, tx, clock.Real())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return stores
	}
	s.Owner(t, `update grading_store set due_at = '2020-01-01'`)
	if n := len(due()); n != 2 {
		t.Fatalf("%d stores are due", n)
	}
	asked := 0
	s.Strategy.BeforeTier = func(r *strategyv1.EvaluateTierRequest) error { asked++; return nil }
	if _, err := s.Grading.Run(t.Context(), s.B); err != nil { // three-level does not grade
		t.Fatal(err)
	}
	if asked != 0 || s.Int(t, `select count(*) from grading_run`) != 0 || s.Int(t, `select count(*) from grading_store where tenant_id = $1 and due_at > $2`, s.B, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) != 1 {
		t.Errorf("asked %d times", asked)
	}
	s.Clock.Advance(60 * 24 * time.Hour)
	s.run() // it slept for two months: only the last days are graded
	if asked != 31 {
		t.Errorf("asked %d times", asked)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sell("O1", "a", 12_000)
	s.sell("O2", "b", 3_000)

	t.Run("APreviewWritesNothing", func(t *testing.T) {
		moving, asked, err := s.Grading.Preview(t.Context(), s.A, "zh-CN")
		if err != nil || asked != 3 || len(moving) != 1 || moving[0].Member.Name != "a" || moving[0].To != "senior" || moving[0].Why != "应得" {
			t.Fatalf("%v %d %+v", err, asked, moving)
		}
		s.want("a", "normal")
		if n := s.Int(t, `select count(*) from grading_change`); n != 0 {
			t.Errorf("%d changes", n)
		}
	})
	t.Run("MyGradeAndWhatTheNextTakes", func(t *testing.T) {
		v, grades, err := s.Grading.Mine(t.Context(), s.A, s.team["b"], "en")
		if err != nil || !grades || v.From != "normal" || v.To != "" || v.Next == nil || v.Next.Grade != "senior" || v.Next.Missing[0].Current != 3_000 || v.Next.Missing[0].Target != 10_000 {
			t.Errorf("%v %v %+v", err, grades, v)
		}
	})
	t.Run("MyTasks", func(t *testing.T) {
		got, err := s.Grading.Tasks(t.Context(), s.A, s.team["a"], "en")
		if err != nil || got.Period != "2026-03" || len(got.Items) != 1 {
			t.Fatalf("%v %+v", err, got)
		}
		if x := got.Items[0]; x.Title != "a task" || x.Current != 1 || x.Target != 2 || x.Amount != 500 || x.Points != 7 {
			t.Errorf("%+v", x)
		}
	})
	t.Run("WhereNothingIsGraded", func(t *testing.T) {
		s.Propose(t, s.A, func(*program.Settings) {})
		s.Clock.Advance(time.Second)
		v, grades, err := s.Grading.Mine(t.Context(), s.A, s.team["b"], "en")
		if err != nil || grades || v.From != "normal" || v.Next != nil {
			t.Errorf("%v %v %+v", err, grades, v)
		}
		if got, err := s.Grading.Tasks(t.Context(), s.A, s.team["a"], "en"); err != nil || len(got.Items) != 0 {
			t.Errorf("%v %+v", err, got)
		}
		if _, _, err := s.Grading.Preview(t.Context(), s.A, "en"); fault.Of(err).Code != "grading.not_graded" {
			t.Errorf("%v", err)
		}
	})
}
