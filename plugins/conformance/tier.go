package conformance

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

const (
	tierAnswers = "tier.answers"
	tierGrades  = "tier.grades"
	tierReasons = "tier.reasons"
)

var tierChecks = []check{
	grading(tierAnswers, "每位成员恰好一个定级决定", "every member gets exactly one decision", nil),
	grading(tierGrades, "只在本店等级间升降，下一级在上方", "grades are the store's, a change changes, the next is above", nil),
	grading(tierReasons, "定级的理由与依据都有各语言文案", "reasons and evidence have sentences in every language", nil),
	grading("tier.twice", "同样的成员，同样的定级", "the same question has the same answer", func(s *session) finding {
		return s.sameGrades(s.asked, "asked again", inPlace)
	}),
	grading("tier.fresh", "重启后定级不变", "another process gives the same answer", func(s *session) finding {
		fresh, f := s.freshly()
		if fresh == nil {
			return f
		}
		return s.sameGrades(fresh, "in another process", inPlace)
	}),
	grading("tier.members", "成员的先后与分批不影响定级", "order and batch of members change nothing", func(s *session) finding {
		f := s.sameGrades(s.asked, "with members in another order", func(n int) []int {
			at := inPlace(n)
			slices.Reverse(at)
			return at
		})
		if f.status != "" {
			return f
		}
		return s.sameGrades(s.asked, "with the first member alone", func(n int) []int { return inPlace(min(n, 1)) })
	}),
}

// graded is a question about grades and its answer.
type graded struct {
	name   string
	asked  *strategyv1.EvaluateTierRequest
	answer []*strategyv1.TierDecision
}

func grading(name, zh, en string, try func(*session) finding) check {
	return check{name, zh, en, func(s *session) finding {
		_, able := s.asked.(Grader)
		switch {
		case !s.described.GetGradesMembers():
			return skipped("it grades nobody")
		case !able:
			return skipped("whoever is asked cannot ask about grades")
		}
		s.gradeAll()
		if try != nil {
			return try(s)
		}
		if len(s.configs) == 0 {
			return skipped("there is no configuration to try")
		}
		return s.found[name]
	}}
}

// gradeAll asks every configuration about the members of every period once,
// in stores with their own words as grades and with others.
func (s *session) gradeAll() {
	s.survey()
	if s.gradedAll {
		return
	}
	s.gradedAll = true
	for _, c := range s.configs {
		words := s.wordsOf(c).grades
		for i, v := range vectors().Periods {
			grades := []string{"normal", "senior", "gold", "diamond"}
			if i%2 == 0 && len(words) > 1 {
				grades = words
			}
			q := &strategyv1.EvaluateTierRequest{Config: c.raw, Rules: rulesTried[i%2], Currency: v.Period.Currency, MinorDigits: v.Period.MinorDigits,
				Grades: grades, Window: v.Period.Period}
			for n, m := range v.Period.Members {
				did := proto.CloneOf(m)
				did.Grade = grades[(i+n)%len(grades)]
				q.Members = append(q.Members, &strategyv1.TierMember{Did: did, JoinedAtMs: q.Window.GetFromMs() - int64(n)*86_400_000,
					GradedAtMs: q.Window.GetFromMs(), Direct: int32(n % 7), Team: int32(n % 50)})
				s.members([]*strategyv1.PeriodMember{did}, false)
			}
			s.gradeOne(c.name+", "+v.Name, q)
		}
	}
	s.forgive()
}

func (s *session) gradeOne(name string, q *strategyv1.EvaluateTierRequest) {
	answer, asked, flaw := s.grade(s.asked, q)
	if flaw != "" {
		s.note(tierAnswers, failed(asked, "%s: %s", name, flaw))
		return
	}
	for i, d := range answer {
		s.gradeFlaws(q, q.Members[i], d, func(check, format string, args ...any) {
			s.note(check, failed(asked, "%s: member %d: %s", name, i, fmt.Sprintf(format, args...)))
		})
	}
	s.grades = append(s.grades, graded{name, q, answer})
}

func (s *session) grade(by Asked, q *strategyv1.EvaluateTierRequest) ([]*strategyv1.TierDecision, *question, string) {
	s.questions++
	grader, able := by.(Grader)
	if !able {
		return nil, nil, "whoever is asked cannot ask about grades"
	}
	out, err := grader.EvaluateTier(s.ctx, s.artifact, q)
	asked := &question{"EvaluateTier", q, out}
	if err != nil {
		asked.answer = nil
		return nil, asked, fmt.Sprintf("it could not be asked: %v", err)
	}
	decisions := make([]*strategyv1.TierDecision, len(q.GetMembers()))
	for _, d := range out.GetDecisions() {
		at := int(d.GetMember())
		if at < 0 || at >= len(decisions) || decisions[at] != nil || d.GetOutcome() == nil {
			return nil, asked, fmt.Sprintf("a decision about member %d: a stranger, twice, or without an outcome", at)
		}
		if code := d.GetFailed().GetCode(); strings.HasPrefix(code, "plugin.") || code == "strategy.panicked" {
			return nil, asked, code + ": " + short(d.GetFailed().GetMessage(), 300)
		}
		decisions[at] = d
	}
	if at := slices.Index(decisions, nil); at >= 0 {
		return nil, asked, fmt.Sprintf("no decision about member %d of %d", at, len(decisions))
	}
	return decisions, asked, ""
}

func (s *session) gradeFlaws(q *strategyv1.EvaluateTierRequest, m *strategyv1.TierMember, d *strategyv1.TierDecision, say flawed) {
	why := func(w *strategyv1.Why) {
		s.whyFlaws(&strategyv1.Order{}, w, tierReasons, func(_, format string, args ...any) { say(tierReasons, format, args...) })
	}
	present := slices.Index(q.GetGrades(), m.GetDid().GetGrade())
	reached := present
	switch out := d.GetOutcome().(type) {
	case *strategyv1.TierDecision_Keep:
		why(out.Keep.GetWhy())
	case *strategyv1.TierDecision_Change:
		why(out.Change.GetWhy())
		reached = slices.Index(q.GetGrades(), out.Change.GetTo())
		if reached < 0 || reached == present {
			say(tierGrades, "a change from %q to %q", m.GetDid().GetGrade(), short(out.Change.GetTo(), 80))
		}
	case *strategyv1.TierDecision_Failed:
		if !codePattern.MatchString(out.Failed.GetCode()) {
			say(tierReasons, "the code %q", short(out.Failed.GetCode(), 80))
		}
	}
	for _, e := range slices.Concat(d.GetEvidence(), d.GetNext().GetMissing()) {
		why(e.GetWhat())
		if e.GetUnit() == strategyv1.Unit_UNIT_UNSPECIFIED {
			say(tierReasons, "evidence without a unit")
		}
	}
	if next := d.GetNext(); next != nil {
		if at := slices.Index(q.GetGrades(), next.GetGrade()); at < 0 || at <= min(present, reached) {
			say(tierGrades, "the next grade after %q is %q", m.GetDid().GetGrade(), short(next.GetGrade(), 80))
		}
	}
}

// sameGrades asks about some of the members again, at the positions that
// choose gives.
func (s *session) sameGrades(by Asked, what string, choose func(n int) []int) finding {
	for _, g := range s.grades {
		q := proto.CloneOf(g.asked)
		at := choose(len(q.Members))
		q.Members = nil
		for _, i := range at {
			q.Members = append(q.Members, g.asked.Members[i])
		}
		answer, asked, flaw := s.grade(by, q)
		if flaw != "" {
			return failed(asked, "%s: %s: %s", g.name, what, flaw)
		}
		for i, d := range answer {
			before := proto.CloneOf(g.answer[at[i]])
			before.Member = d.GetMember()
			if !proto.Equal(before, d) {
				return failed(asked, "%s: %s: %s was answered %s", g.name, what, q.Members[i].GetDid().GetHandle(), short(string(plain(before)), 600))
			}
		}
	}
	if len(s.grades) == 0 {
		return skipped("there is no answer to compare")
	}
	return finding{}
}
