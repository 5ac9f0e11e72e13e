package conformance

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

const (
	periodAnswers = "period.answers"
	periodMembers = "period.recipients"
	periodAmounts = "period.amounts"
	periodReasons = "period.reasons"
)

var periodChecks = []check{
	closing(periodAnswers, "每个账期都有答复，不崩溃不超时", "every period is answered, in time and without a crash", nil),
	closing(periodMembers, "只分给名单里的成员，且人人有说法", "it names members alone, and every one of them", nil),
	closing(periodAmounts, "账期金额为正且可表示", "amounts are positive and can be represented", nil),
	closing(periodReasons, "账期的每份金额都有各语言的理由", "everything has its reason in every language", nil),
	closing("period.golden", "账期的黄金用例成立", "its golden periods come true", goldenPeriods),
	closing("period.twice", "同样的账期，同样的答案", "the same period has the same answer", func(s *session) finding {
		return s.eachPeriod(func(c closed) finding { return s.samePeriod(s.asked, c, "asked again", same) })
	}),
	closing("period.fresh", "重启后账期的答案不变", "another process gives the same answer", func(s *session) finding {
		fresh, f := s.freshly()
		if fresh == nil {
			return f
		}
		return s.eachPeriod(func(c closed) finding { return s.samePeriod(fresh, c, "in another process", same) })
	}),
	closing("period.members", "成员的先后不影响每个人所得", "the order of members changes nobody's sum", func(s *session) finding {
		return s.eachPeriod(func(c closed) finding {
			return s.samePeriod(s.asked, c, "with its members in another order", func(q *strategyv1.ClosePeriodRequest) { slices.Reverse(q.Members) })
		})
	}),
	closing("period.currency", "账期只看最小货币单位", "amounts are minor units, whatever the currency", func(s *session) finding {
		return s.eachPeriod(func(c closed) finding {
			return s.samePeriod(s.asked, c, "in JPY", func(q *strategyv1.ClosePeriodRequest) { q.Currency, q.MinorDigits = "JPY", 0 })
		})
	}),
	closing("period.facts", "未声明的数据不影响账期的答案", "facts that it did not declare change nothing", func(s *session) finding {
		return s.eachPeriod(func(c closed) finding {
			return s.samePeriod(s.asked, c, "with undeclared facts", func(q *strategyv1.ClosePeriodRequest) { s.members(q.Members, true) })
		})
	}),
}

func same(*strategyv1.ClosePeriodRequest) {}

// closing is a check of strategies that close periods; without a try, of what
// asking about every period has shown.
func closing(name, zh, en string, try func(*session) finding) check {
	return check{name, zh, en, func(s *session) finding {
		if !s.described.GetClosesPeriods() {
			return skipped("it closes no periods")
		}
		s.closePeriods()
		if try != nil {
			return try(s)
		}
		if len(s.configs) == 0 {
			return skipped("there is no configuration to try")
		}
		return s.found[name]
	}}
}

// closed is a period and its answer.
type closed struct {
	name   string
	asked  *strategyv1.ClosePeriodRequest
	answer *strategyv1.ClosePeriodResponse
}

// closePeriods asks every configuration about every period once.
func (s *session) closePeriods() {
	s.survey()
	if s.closedAll {
		return
	}
	s.closedAll = true
	for _, c := range s.configs {
		words := s.wordsOf(c)
		for i, v := range vectors().Periods {
			q := proto.CloneOf(v.Period)
			q.Config, q.Rules = c.raw, rulesTried[i%2]
			for n, m := range q.Members {
				if i%2 == 0 {
					m.Grade = words.grades[(i+n)%len(words.grades)]
				}
			}
			s.closeOne(c.name+", "+v.Name, q)
		}
	}
	for _, c := range s.options.Cases {
		if q, err := periodOf(c); closes(c) && c.Failed == "" && err == nil {
			s.closeOne("golden: "+c.Name, q)
		}
	}
	s.forgive()
}

func (s *session) closeOne(name string, q *strategyv1.ClosePeriodRequest) {
	s.members(q.Members, false)
	answer, asked, flaw := s.close1(s.asked, q)
	if flaw != "" {
		s.note(periodAnswers, failed(asked, "%s: %s", name, flaw))
		return
	}
	s.periodFlaws(q, answer, func(check, format string, args ...any) {
		s.note(check, failed(asked, "%s: %s", name, fmt.Sprintf(format, args...)))
	})
	s.periods = append(s.periods, closed{name, q, answer})
}

func (s *session) close1(by Asked, q *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, *question, string) {
	s.questions++
	answer, err := by.ClosePeriod(s.ctx, s.artifact, q)
	asked := &question{"ClosePeriod", q, answer}
	if err != nil {
		asked.answer = nil
		return nil, asked, fmt.Sprintf("it could not be asked: %v", err)
	}
	switch code := answer.GetFailed().GetCode(); {
	case strings.HasPrefix(code, "plugin.") || code == "strategy.panicked":
		return answer, asked, code + ": " + short(answer.GetFailed().GetMessage(), 300)
	case answer.GetOutcome() == nil:
		return answer, asked, "an answer without an outcome"
	}
	return answer, asked, ""
}

func (s *session) periodFlaws(q *strategyv1.ClosePeriodRequest, answer *strategyv1.ClosePeriodResponse, say flawed) {
	named := map[int32]bool{}
	why := func(w *strategyv1.Why) {
		s.whyFlaws(&strategyv1.Order{}, w, periodReasons, func(_, format string, args ...any) {
			if text := fmt.Sprintf(format, args...); !saysAMember(q, w) {
				say(periodReasons, "%s", text)
			}
		})
	}
	declined := func(list []*strategyv1.PeriodDeclined) {
		for i, d := range list {
			switch at := d.GetMember(); {
			case at < 0 || int(at) >= len(q.GetMembers()):
				say(periodMembers, "declined %d: member %d of %d", i, at, len(q.GetMembers()))
			case named[at]:
				say(periodMembers, "%s is named twice", q.Members[at].GetHandle())
			}
			named[d.GetMember()] = true
			why(d.GetWhy())
		}
	}
	switch out := answer.GetOutcome().(type) {
	case *strategyv1.ClosePeriodResponse_Closed:
		sum := new(big.Int)
		shared := map[int32]bool{}
		for i, a := range out.Closed.GetAwards() {
			switch at := a.GetMember(); {
			case at < 0 || int(at) >= len(q.GetMembers()):
				say(periodMembers, "award %d: member %d of %d", i, at, len(q.GetMembers()))
			case len(a.GetShares()) > 0 && shared[at]:
				say(periodAmounts, "%s has two awards for their orders", q.Members[at].GetHandle())
			case !sharesSound(a, q.Members[at]):
				say(periodAmounts, "award %d: shares %v of %d for %d orders", i, a.GetShares(), a.GetAmount(), len(q.Members[at].GetSold()))
			case a.GetAmount() <= 0 || a.GetAmount() > money.MaxMinor || a.GetBase() < 0 || a.GetRatePpm() < 0:
				say(periodAmounts, "award %d: amount %d, base %d, rate %d ppm", i, a.GetAmount(), a.GetBase(), a.GetRatePpm())
			case a.GetKind() == "" || !cleanText(a.GetKind(), 64):
				say(periodReasons, "award %d: the kind %q", i, short(a.GetKind(), 80))
			}
			shared[a.GetMember()] = shared[a.GetMember()] || len(a.GetShares()) > 0
			sum.Add(sum, big.NewInt(a.GetAmount()))
			why(a.GetWhy())
		}
		for _, a := range out.Closed.GetAwards() {
			named[a.GetMember()] = true
		}
		if len(out.Closed.GetAwards()) == 0 {
			say(periodMembers, "it closes, but pays nobody")
		}
		if sum.Cmp(big.NewInt(money.MaxMinor)) > 0 {
			say(periodAmounts, "the awards sum to %v", sum)
		}
		declined(out.Closed.GetDeclined())
		for i, m := range q.GetMembers() {
			if !named[int32(i)] {
				say(periodMembers, "%s is neither paid nor declined", m.GetHandle())
			}
		}
	case *strategyv1.ClosePeriodResponse_NothingToClose:
		why(out.NothingToClose.GetWhy())
		declined(out.NothingToClose.GetDeclined())
	case *strategyv1.ClosePeriodResponse_Failed:
		if !codePattern.MatchString(out.Failed.GetCode()) {
			say(periodReasons, "the code %q", short(out.Failed.GetCode(), 80))
		}
	}
}

// sharesSound reports whether an award divides all of itself among its
// member's orders, or is not divided at all.
func sharesSound(a *strategyv1.PeriodAward, m *strategyv1.PeriodMember) bool {
	if len(a.GetShares()) == 0 {
		return true
	}
	var sum int64
	for i, share := range a.GetShares() {
		if share < 0 || share > a.GetAmount()-sum || i >= len(m.GetSold()) || share > 0 && m.Sold[i].GetNet() <= 0 {
			return false
		}
		sum += share
	}
	return len(a.GetShares()) == len(m.GetSold()) && sum == a.GetAmount()
}

// saysAMember reports whether a reason only repeats a member's own words.
func saysAMember(q *strategyv1.ClosePeriodRequest, w *strategyv1.Why) bool {
	return slices.ContainsFunc(q.GetMembers(), func(m *strategyv1.PeriodMember) bool {
		return slices.ContainsFunc(w.GetArgs(), func(a *strategyv1.Arg) bool {
			return len(a.GetValue()) > maxArg && (a.GetValue() == m.GetGrade() || a.GetValue() == m.GetHandle())
		})
	})
}

func (s *session) eachPeriod(try func(closed) finding) finding {
	for _, c := range s.periods {
		if f := try(c); f.status != "" {
			return f
		}
	}
	if len(s.periods) == 0 {
		return skipped("there is no answer to compare")
	}
	return finding{}
}

// samePeriod asks again with a change that may not matter. Unchanged, every
// byte must be the same; else what everybody gets.
func (s *session) samePeriod(by Asked, c closed, what string, change func(*strategyv1.ClosePeriodRequest)) finding {
	q := proto.CloneOf(c.asked)
	change(q)
	answer, asked, flaw := s.close1(by, q)
	if flaw != "" {
		return failed(asked, "%s: %s: %s", c.name, what, flaw)
	}
	if proto.Equal(q, c.asked) && !proto.Equal(answer, c.answer) {
		return failed(asked, "%s: %s: it was %s", c.name, what, short(string(plain(c.answer)), 600))
	}
	if before, after := periodSums(c.asked, c.answer), periodSums(q, answer); !maps.Equal(before, after) {
		return failed(asked, "%s: %s: %v became %v", c.name, what, before, after)
	}
	return finding{}
}

func goldenPeriods(s *session) finding {
	tried := 0
	for _, c := range s.options.Cases {
		if !closes(c) {
			continue
		}
		q, err := periodOf(c)
		if err != nil {
			return failed(nil, "%v", err)
		}
		tried++
		answer, asked, flaw := s.close1(s.asked, q)
		if flaw == "" {
			flaw = checkPeriod(c, q, answer)
		}
		if flaw != "" {
			return failed(asked, "%s: %s", c.Name, flaw)
		}
	}
	if tried == 0 {
		return skipped("there are no golden periods")
	}
	return finding{}
}
