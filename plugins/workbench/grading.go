package workbench

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/fenli-io/fenli/plugins/conformance"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// told is what a strategy says of members without paying them: who has which
// grade from now on, and how far everybody is with their tasks.
type told struct {
	becomes, next map[string]string
	tasks         map[string][]string
}

func isTier(c stest.Case) bool     { return len(c.Tier) > 0 }
func isProgress(c stest.Case) bool { return len(c.Progress) > 0 }

// errNotAsked says that this platform cannot ask yet what a case asks.
var errNotAsked = Flaw{"golden.cannot_be_asked", "this version's host cannot ask about grades or tasks", "go test asks in process", ""}

// march is the month that a case is about when it names none, as in stest.
func march() *strategyv1.Period {
	return &strategyv1.Period{Key: "2026-03", FromMs: 1772294400000, ToMs: 1774972800000}
}

func tierOf(c stest.Case) (*strategyv1.EvaluateTierRequest, error) {
	req := &strategyv1.EvaluateTierRequest{}
	if err := protojson.Unmarshal(c.Tier, req); err != nil {
		return nil, err
	}
	req.Config, req.Rules = c.Config, rulesOf(c)
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if len(req.Grades) == 0 {
		req.Grades = []string{"bronze", "silver", "gold"}
	}
	if req.Window == nil {
		req.Window = march()
	}
	return req, nil
}

func progressOf(c stest.Case) (*strategyv1.IncentivesRequest, error) {
	req := &strategyv1.IncentivesRequest{}
	if err := protojson.Unmarshal(c.Progress, req); err != nil {
		return nil, err
	}
	req.Config, req.Rules = c.Config, rulesOf(c)
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if req.Period == nil {
		req.Period = march()
	}
	if req.AsOfMs == 0 {
		req.AsOfMs = req.Period.ToMs - 86_400_000
	}
	return req, nil
}

// askTier asks about grades.
func (s *Strategy) askTier(ctx context.Context, c stest.Case) (Answer, error) {
	grader, can := any(s.bench.Host).(conformance.Grader)
	if !can {
		return Answer{}, errNotAsked
	}
	req, err := tierOf(c)
	if err != nil {
		return Answer{}, err
	}
	out, err := grader.EvaluateTier(ctx, s.SHA256, req)
	if err != nil {
		return Answer{}, err
	}
	a := newAnswer()
	a.told = told{becomes: map[string]string{}, next: map[string]string{}}
	for _, d := range out.GetDecisions() {
		at := int(d.GetMember())
		if at < 0 || at >= len(req.Members) {
			return a, fmt.Errorf("a decision about member %d, who was not asked about", at)
		}
		did := req.Members[at].GetDid()
		grade, why := did.GetGrade(), d.GetKeep().GetWhy()
		switch {
		case d.GetFailed() != nil:
			a.Failed, a.Message = d.GetFailed().GetCode(), d.GetFailed().GetMessage()
		case d.GetChange() != nil:
			grade, why = d.GetChange().GetTo(), d.GetChange().GetWhy()
		}
		a.becomes[did.Handle], a.Why[did.Handle], a.reasons[did.Handle] = grade, why.GetKey(), why
		if d.Next != nil {
			a.next[did.Handle] = d.Next.Grade
		}
	}
	return a, nil
}

// askProgress asks about tasks.
func (s *Strategy) askProgress(ctx context.Context, c stest.Case) (Answer, error) {
	teller, can := any(s.bench.Host).(conformance.Teller)
	if !can {
		return Answer{}, errNotAsked
	}
	req, err := progressOf(c)
	if err != nil {
		return Answer{}, err
	}
	out, err := teller.Incentives(ctx, s.SHA256, req)
	if err != nil {
		return Answer{}, err
	}
	a := newAnswer()
	a.end(nil, out.GetFailed())
	a.told = told{tasks: map[string][]string{}}
	for _, p := range out.GetProgress() {
		at := int(p.GetMember())
		if at < 0 || at >= len(req.Members) {
			return a, fmt.Errorf("a task of member %d, who was not asked about", at)
		}
		who := req.Members[at].Handle
		a.tasks[who] = append(a.tasks[who], taskInShort(p))
		a.reasons[who] = p.GetTitle()
	}
	return a, nil
}

// taskInShort is a task as golden cases write it: "ten 3/10 pays 500".
func taskInShort(p *strategyv1.Progress) string {
	line := fmt.Sprintf("%s %d/%d", p.GetKey(), p.GetCurrent(), p.GetTarget())
	if n := p.GetReward().GetAmount(); n > 0 {
		line += fmt.Sprintf(" pays %d", n)
	}
	if n := p.GetReward().GetPoints(); n > 0 {
		line += fmt.Sprintf(" points %d", n)
	}
	if badge := p.GetReward().GetBadge(); badge != "" {
		line += " badge " + badge
	}
	return line
}

// differencesTold is differences for a case about grades or tasks.
func differencesTold(c stest.Case, got Answer) (list []string) {
	if c.Failed != "" || got.Failed != "" {
		if c.Failed != got.Failed {
			list = append(list, fmt.Sprintf("failing with %s is wanted, and it fails with %s %s", orNothing(c.Failed), orNothing(got.Failed), got.Message))
		}
		return list
	}
	each := func(what string, want, has map[string]string) {
		for _, who := range people(want, has) {
			if want[who] != has[who] {
				list = append(list, fmt.Sprintf("%s: %s %s is wanted, and it says %s", who, what, orNothing(want[who]), orNothing(has[who])))
			}
		}
	}
	if isProgress(c) {
		each("tasks", joined(c.Tasks), joined(got.tasks))
		return list
	}
	each("grade", c.Becomes, got.becomes)
	if c.Next != nil {
		each("next grade", c.Next, got.next)
	}
	for _, who := range sortedKeys(c.Why) {
		if c.Why[who] != got.Why[who] {
			list = append(list, fmt.Sprintf("%s: the reason %s is wanted, and it says %s", who, c.Why[who], orNothing(got.Why[who])))
		}
	}
	return list
}

func joined(lists map[string][]string) map[string]string {
	out := map[string]string{}
	for who, list := range lists {
		out[who] = strings.Join(list, "; ")
	}
	return out
}

// shownTold is what is told, for a page: a row for every member.
func (s *Strategy) shownTold(a Answer) (rows []ShownNone) {
	for _, who := range sortedKeys(a.becomes) {
		w := s.words(a.reasons[who])
		rows = append(rows, ShownNone{who, Words{a.becomes[who] + " · " + w.ZH, a.becomes[who] + " · " + w.EN}})
	}
	for _, who := range sortedKeys(a.tasks) {
		text := strings.Join(a.tasks[who], "; ")
		rows = append(rows, ShownNone{who, Words{text, text}})
	}
	return slices.Clip(rows)
}
