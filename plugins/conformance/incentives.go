package conformance

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

const (
	taskAnswers = "incentives.answers"
	taskRewards = "incentives.rewards"
	taskReasons = "incentives.reasons"
)

var incentiveChecks = []check{
	telling(taskAnswers, "任务只说名单里的成员，每人每项一次", "tasks are those of members, each once", nil),
	telling(taskRewards, "进度与奖励不为负、可表示", "targets and rewards are not negative and can be represented", nil),
	telling(taskReasons, "任务名称与徽章都有各语言文案", "titles and badges have sentences in every language", nil),
	telling("incentives.twice", "同样的问题，同样的进度", "the same question has the same answer", func(s *session) finding {
		return s.sameTasks(s.asked, "asked again", false)
	}),
	telling("incentives.fresh", "重启后进度不变", "another process gives the same answer", func(s *session) finding {
		fresh, f := s.freshly()
		if fresh == nil {
			return f
		}
		return s.sameTasks(fresh, "in another process", false)
	}),
	telling("incentives.members", "成员的先后不影响各自进度", "the order of members changes nobody's progress", func(s *session) finding {
		return s.sameTasks(s.asked, "with members in another order", true)
	}),
}

// told is a question about tasks and its answer.
type told struct {
	name   string
	asked  *strategyv1.IncentivesRequest
	answer *strategyv1.IncentivesResponse
}

func telling(name, zh, en string, try func(*session) finding) check {
	return check{name, zh, en, func(s *session) finding {
		_, able := s.asked.(Teller)
		switch {
		case !s.described.GetHasIncentives():
			return skipped("it has no tasks")
		case !able:
			return skipped("whoever is asked cannot ask about tasks")
		}
		s.tellAll()
		if try != nil {
			return try(s)
		}
		if len(s.configs) == 0 {
			return skipped("there is no configuration to try")
		}
		return s.found[name]
	}}
}

func (s *session) tellAll() {
	s.survey()
	if s.toldAll {
		return
	}
	s.toldAll = true
	for _, c := range s.configs {
		words := s.wordsOf(c).grades
		for i, v := range vectors().Periods {
			p := proto.CloneOf(v.Period)
			for n, m := range p.Members {
				if i%2 == 0 {
					m.Grade = words[(i+n)%len(words)]
				}
			}
			s.members(p.Members, false)
			s.tellOne(c.name+", "+v.Name, &strategyv1.IncentivesRequest{Config: c.raw, Rules: rulesTried[i%2], Currency: p.Currency, MinorDigits: p.MinorDigits,
				Period: p.Period, AsOfMs: (p.Period.GetFromMs() + p.Period.GetToMs()) / 2, Sales: p.Sales, Members: p.Members})
		}
	}
	s.forgive()
}

func (s *session) tellOne(name string, q *strategyv1.IncentivesRequest) {
	answer, asked, flaw := s.tell(s.asked, q)
	if flaw != "" {
		s.note(taskAnswers, failed(asked, "%s: %s", name, flaw))
		return
	}
	seen := map[string]bool{}
	for i, p := range answer.GetProgress() {
		say := func(check, format string, args ...any) {
			s.note(check, failed(asked, "%s: progress %d: %s", name, i, fmt.Sprintf(format, args...)))
		}
		if at := int(p.GetMember()); at < 0 || at >= len(q.Members) {
			say(taskAnswers, "member %d of %d", at, len(q.Members))
			continue
		}
		task := fmt.Sprint(p.GetMember(), p.GetKey())
		if p.GetKey() == "" || !cleanText(p.GetKey(), 64) || seen[task] {
			say(taskAnswers, "the task %q: without a key, or twice for a member", short(p.GetKey(), 80))
		}
		seen[task] = true
		s.taskFlaws(p, say)
	}
	s.tasks = append(s.tasks, told{name, q, answer})
}

func (s *session) taskFlaws(p *strategyv1.Progress, say flawed) {
	r := p.GetReward()
	if p.GetTarget() < 0 || r.GetAmount() < 0 || r.GetAmount() > money.MaxMinor || r.GetPoints() < 0 || r.GetPoints() > money.MaxMinor {
		say(taskRewards, "target %d, reward %d and %d points", p.GetTarget(), r.GetAmount(), r.GetPoints())
	}
	if p.GetUnit() == strategyv1.Unit_UNIT_UNSPECIFIED {
		say(taskReasons, "progress without a unit")
	}
	whys := []*strategyv1.Why{p.GetTitle()}
	if r.GetBadge() != "" {
		whys = append(whys, &strategyv1.Why{Key: r.GetBadge()})
	}
	for _, w := range whys {
		s.whyFlaws(&strategyv1.Order{}, w, taskReasons, func(_, format string, args ...any) { say(taskReasons, format, args...) })
	}
}

func (s *session) tell(by Asked, q *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, *question, string) {
	s.questions++
	teller, able := by.(Teller)
	if !able {
		return nil, nil, "whoever is asked cannot ask about tasks"
	}
	out, err := teller.Incentives(s.ctx, s.artifact, q)
	asked := &question{"Incentives", q, out}
	if err != nil {
		asked.answer = nil
		return nil, asked, fmt.Sprintf("it could not be asked: %v", err)
	}
	if code := out.GetFailed().GetCode(); strings.HasPrefix(code, "plugin.") || code == "strategy.panicked" {
		return out, asked, code + ": " + short(out.GetFailed().GetMessage(), 300)
	}
	return out, asked, ""
}

func (s *session) sameTasks(by Asked, what string, reverse bool) finding {
	for _, t := range s.tasks {
		q := proto.CloneOf(t.asked)
		if reverse {
			slices.Reverse(q.Members)
		}
		answer, asked, flaw := s.tell(by, q)
		if flaw == "" && !slices.Equal(progressOf(t.asked, t.answer), progressOf(q, answer)) {
			flaw = "somebody's progress differs from " + short(string(plain(t.answer)), 600)
		}
		if flaw != "" {
			return failed(asked, "%s: %s: %s", t.name, what, flaw)
		}
	}
	if len(s.tasks) == 0 {
		return skipped("there is no answer to compare")
	}
	return finding{}
}

// progressOf is everybody's progress in words that do not name positions, in
// an order of its own.
func progressOf(q *strategyv1.IncentivesRequest, out *strategyv1.IncentivesResponse) []string {
	list := []string{out.GetFailed().GetCode()}
	for _, p := range out.GetProgress() {
		if at := int(p.GetMember()); at >= 0 && at < len(q.Members) {
			c := proto.CloneOf(p)
			c.Member = 0
			list = append(list, q.Members[at].GetHandle()+" "+string(plain(c)))
		}
	}
	slices.Sort(list)
	return list
}
