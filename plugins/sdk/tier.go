package strategy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// TierMember is somebody whose grade is to be decided: what they did in the
// window, since when they are who they are, and the store's ladder of grades.
type TierMember struct {
	PeriodMember
	wire *strategyv1.TierMember
	req  *strategyv1.EvaluateTierRequest
}

// Window is the time that the sums cover, up to the instant of grading. The
// host reads it from the configuration's "window".
func (m TierMember) Window() Span { return spanOf(m.req.GetWindow()) }

// Now is the instant of grading: the window's end.
func (m TierMember) Now() time.Time { return m.Window().To }

// JoinedAt is when the member joined the store, in UTC.
func (m TierMember) JoinedAt() time.Time { return time.UnixMilli(m.wire.GetJoinedAtMs()).UTC() }

// GradedAt is since when the member has their grade, in UTC.
func (m TierMember) GradedAt() time.Time { return time.UnixMilli(m.wire.GetGradedAtMs()).UTC() }

// Direct is how many members stand right below.
func (m TierMember) Direct() int64 { return int64(m.wire.GetDirect()) }

// Below is how many members stand below, in all.
func (m TierMember) Below() int64 { return int64(m.wire.GetTeam()) }

// Grades are the store's, the lowest first.
func (m TierMember) Grades() []string { return slices.Clone(m.req.GetGrades()) }

// Rank is a grade's place in the store's ladder: 0 is the lowest, -1 is no
// grade of this store.
func (m TierMember) Rank(grade string) int { return slices.Index(m.req.GetGrades(), grade) }

// Currency is the ISO 4217 code of every amount.
func (m TierMember) Currency() string { return m.req.GetCurrency() }

// Money writes an amount for people, in major units: 1990 CNY is "19.90".
func (m TierMember) Money(minor int64) string { return money.Format(minor, m.Currency()) }

// TierDecision collects what becomes of one member's grade. Whoever is not
// decided keeps theirs, with a general reason.
type TierDecision struct {
	member TierMember
	wire   *strategyv1.TierDecision
	grade  string // the member's from now on
}

// Keep leaves the member in their grade and says why.
func (d *TierDecision) Keep(key string, args ...any) {
	d.once()
	d.wire.Outcome = &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: why(key, args...)}}
}

// Promote gives the member a higher grade of the store and says why.
func (d *TierDecision) Promote(to, key string, args ...any) {
	if d.rank(to) <= d.member.Rank(d.grade) {
		panic(Failure{Code: "strategy.not_a_promotion", Message: fmt.Sprintf("%q is not above %q", to, d.grade)})
	}
	d.change(to, key, args)
}

// Demote gives the member a lower grade of the store and says why.
func (d *TierDecision) Demote(to, key string, args ...any) {
	if d.rank(to) >= d.member.Rank(d.grade) {
		panic(Failure{Code: "strategy.not_a_demotion", Message: fmt.Sprintf("%q is not below %q", to, d.grade)})
	}
	d.change(to, key, args)
}

// Evidence shows what was held against the rule, in the order to be read.
func (d *TierDecision) Evidence(list ...Measure) {
	for _, m := range list {
		d.wire.Evidence = append(d.wire.Evidence, m.evidence())
	}
}

// Next names the grade above the one decided and what it takes; what is met
// already is left out. Without it there is nothing above.
func (d *TierDecision) Next(grade string, takes ...Measure) {
	d.rank(grade)
	d.wire.Next = &strategyv1.NextGrade{Grade: grade}
	for _, m := range takes {
		if !m.Met() {
			d.wire.Next.Missing = append(d.wire.Next.Missing, m.evidence())
		}
	}
}

func (d *TierDecision) change(to, key string, args []any) {
	d.once()
	d.wire.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: to, Why: why(key, args...)}}
	d.grade = to
}

func (d *TierDecision) once() {
	if d.wire.Outcome != nil {
		panic(Failure{Code: "strategy.contradiction", Message: "the strategy decides about one member twice"})
	}
}

func (d *TierDecision) rank(grade string) int {
	at := d.member.Rank(grade)
	if at < 0 {
		panic(Failure{Code: "strategy.unknown_grade", Message: fmt.Sprintf("the store has no grade %q", grade)})
	}
	return at
}

// decide turns what was collected into the wire's decision.
func (d *TierDecision) decide() *strategyv1.TierDecision {
	if d.wire.Outcome == nil {
		d.Keep("sdk.grade_kept")
	}
	if next := d.wire.Next; next != nil && d.member.Rank(next.Grade) <= d.member.Rank(d.grade) {
		panic(Failure{Code: "strategy.not_above", Message: fmt.Sprintf("the next grade %q is not above %q", next.Grade, d.grade)})
	}
	return d.wire
}

func (s *server[C]) EvaluateTier(_ context.Context, req *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	conf, bad := s.config(req.GetConfig())
	out := &strategyv1.EvaluateTierResponse{Decisions: make([]*strategyv1.TierDecision, len(req.GetMembers()))}
	for i, m := range req.GetMembers() {
		if bad != nil {
			out.Decisions[i] = failedToGrade(*bad)
		} else {
			out.Decisions[i] = s.grade(conf, req, m)
		}
		out.Decisions[i].Member = int32(i)
	}
	return out, nil
}

// grade asks the author about one member. Whatever goes wrong stays with that
// member, whose grade stands.
func (s *server[C]) grade(c C, req *strategyv1.EvaluateTierRequest, wire *strategyv1.TierMember) (d *strategyv1.TierDecision) {
	defer func() {
		if r := recover(); r != nil {
			d = failedToGrade(asFailure(r))
		}
	}()
	m := TierMember{PeriodMember: PeriodMember{did: wire.GetDid(), facts: s.facts}, wire: wire, req: req}
	out := &TierDecision{member: m, wire: &strategyv1.TierDecision{}, grade: m.Grade()}
	if s.plugin.EvaluateTier == nil {
		out.Keep("sdk.grades_nobody")
	} else if err := s.plugin.EvaluateTier(c, m, out); err != nil {
		return failedToGrade(asFailure(err))
	}
	return out.decide()
}

func failedToGrade(f Failure) *strategyv1.TierDecision {
	return &strategyv1.TierDecision{Outcome: &strategyv1.TierDecision_Failed{Failed: f.wire()}}
}
