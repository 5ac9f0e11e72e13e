package conformance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// session is one check of one artifact.
type session struct {
	ctx       context.Context
	asked     Asked
	artifact  string
	options   Options
	began     time.Time
	described *strategyv1.DescribeResponse
	configs   []namedConfig
	subjects  []*subject
	found     map[string]finding // by check: what the survey has shown first
	surveyed  bool
	periods   []closed
	closedAll bool
	grades    []graded
	gradedAll bool
	tasks     []told
	toldAll   bool

	fresh     Asked
	stopFresh func()

	questions int
	orders    int
}

// batch is how many orders one question of the kit holds.
const batch = 200

// ask evaluates orders and lines the decisions up with them. A missing, double
// or homeless decision is an error.
func (s *session) ask(by Asked, sub *subject, orders []*strategyv1.Order) ([]*strategyv1.Decision, *question, error) {
	req := &strategyv1.EvaluateRequest{Config: sub.config, Rules: sub.rules, Orders: orders}
	s.questions++
	s.orders += len(orders)
	out, err := by.Evaluate(s.ctx, s.artifact, req)
	q := evaluating(req, out)
	if err != nil {
		q.answer = nil
		return make([]*strategyv1.Decision, len(orders)), q, fmt.Errorf("it could not be asked: %w", err)
	}
	decisions := make([]*strategyv1.Decision, len(orders))
	var flaw error
	for _, d := range out.GetDecisions() {
		switch at := int(d.GetOrder()); {
		case at < 0 || at >= len(orders):
			flaw = fmt.Errorf("a decision about order %d of %d", at, len(orders))
		case decisions[at] != nil:
			flaw = fmt.Errorf("two decisions about order %d", at)
		default:
			decisions[at] = d
		}
	}
	for i, d := range decisions {
		if d == nil && flaw == nil {
			flaw = fmt.Errorf("no decision about order %d of %d", i, len(orders))
		}
	}
	return decisions, q, flaw
}

// survey asks every configuration about every order once and remembers, for
// every check, the first answer that breaks it. What could not be decided by
// the plugin is left out of the later comparisons.
func (s *session) survey() {
	if s.surveyed {
		return
	}
	s.surveyed, s.found = true, map[string]finding{}
	for _, sub := range s.subjects {
		var kept []NamedOrder
		for from := 0; from < len(sub.orders); from += batch {
			part := sub.orders[from:min(from+batch, len(sub.orders))]
			decisions, q, err := s.ask(s.asked, sub, bare(part))
			if err != nil {
				s.note(oneEach, failed(q, "%s: %v", sub.name, err))
			}
			for i, d := range decisions {
				if d != nil && s.judge(sub, part[i], d) {
					kept, sub.answers = append(kept, part[i]), append(sub.answers, d)
				}
			}
		}
		if sub.orders = kept; failsAlways(sub.answers) {
			s.note(decides, failed(nil, "%s: every order fails, the first with %s", sub.name, sub.answers[0].GetFailed().GetCode()))
		}
		if s.ctx.Err() != nil {
			return
		}
	}
	s.began = time.Now()
	s.forgive()
}

func failsAlways(answers []*strategyv1.Decision) bool {
	for _, d := range answers {
		if d.GetFailed() == nil {
			return false
		}
	}
	return len(answers) > 0
}

// forgive gives a strategy that crashed another chance, so that one fault does
// not hide the others.
func (s *session) forgive() {
	for _, by := range []Asked{s.asked, s.fresh} {
		if host, ok := by.(interface{ Reset(artifact string) }); ok {
			host.Reset(s.artifact)
		}
	}
}

func (s *session) note(check string, f finding) {
	if _, known := s.found[check]; !known {
		s.found[check] = f
	}
}

// judge notes what is wrong with a decision and reports whether it is the
// strategy's own.
func (s *session) judge(sub *subject, o NamedOrder, d *strategyv1.Decision) bool {
	alone := proto.CloneOf(d)
	alone.Order = 0
	q := evaluating(&strategyv1.EvaluateRequest{Config: sub.config, Rules: sub.rules, Orders: []*strategyv1.Order{o.Order}},
		&strategyv1.EvaluateResponse{Decisions: []*strategyv1.Decision{alone}})
	s.flaws(sub, o.Order, d, func(check, format string, args ...any) {
		s.note(check, failed(q, "%s, %q: %s", sub.name, o.Name, fmt.Sprintf(format, args...)))
	})
	return !strings.HasPrefix(d.GetFailed().GetCode(), "plugin.")
}

// surveyed makes a check of what the survey notes under its name.
func surveyedCheck(name, zh, en string) check {
	return check{name, zh, en, func(s *session) finding {
		s.survey()
		if len(s.subjects) == 0 {
			return skipped("there is no configuration to try")
		}
		return s.found[name]
	}}
}

func bare(list []NamedOrder) []*strategyv1.Order {
	orders := make([]*strategyv1.Order, len(list))
	for i, o := range list {
		orders[i] = o.Order
	}
	return orders
}

// each runs a comparison on the first store of every configuration, batch by
// batch, until one fails.
func (s *session) each(try func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding) finding {
	s.survey()
	asked := false
	for _, sub := range s.subjects {
		if !sub.first {
			continue
		}
		for from := 0; from < len(sub.orders); from += batch {
			to := min(from+batch, len(sub.orders))
			asked = true
			if f := try(sub, bare(sub.orders[from:to]), sub.answers[from:to]); f.status != "" {
				return f
			}
		}
	}
	if !asked {
		return skipped("there is no answer to compare")
	}
	return finding{}
}

// sameAnswers asks again and compares with what was answered, byte for byte
// but for the position. at[i] is where orders[i] stands in answers.
func (s *session) sameAnswers(by Asked, sub *subject, orders []*strategyv1.Order, at []int, answers []*strategyv1.Decision, what string) finding {
	decisions, q, err := s.ask(by, sub, orders)
	if err != nil {
		return failed(q, "%s: %s: %v", sub.name, what, err)
	}
	for i, d := range decisions {
		before := answers[at[i]]
		if !sameDecision(before, d) {
			return failed(s.smaller(by, sub, orders, i, before, q), "%s: %s: order seq %d was answered %s and now %s", sub.name, what, orders[i].GetSeq(), short(string(plain(before)), 600), short(string(plain(d)), 600))
		}
	}
	return finding{}
}

// smaller looks for fewer orders around the i-th that still get it another
// answer than before, so that a person can read the question.
func (s *session) smaller(by Asked, sub *subject, orders []*strategyv1.Order, i int, before *strategyv1.Decision, whole *question) *question {
	for size := 1; size < len(orders); size *= 4 {
		from := max(0, min(i-size/2, len(orders)-size))
		decisions, q, err := s.ask(by, sub, orders[from:from+size])
		if err == nil && !sameDecision(decisions[i-from], before) {
			return q
		}
	}
	return whole
}

func sameDecision(a, b *strategyv1.Decision) bool {
	a, b = proto.CloneOf(a), proto.CloneOf(b)
	a.Order, b.Order = 0, 0
	return proto.Equal(a, b)
}

func inPlace(n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	return at
}

// freshly is somebody who asks in another process; nil without one.
func (s *session) freshly() (Asked, finding) {
	if s.options.Fresh == nil {
		return nil, skipped("nobody here can start another process")
	}
	if s.fresh == nil {
		asked, stop, err := s.options.Fresh(s.ctx)
		if err != nil {
			return nil, failed(nil, "another process does not start: %v", err)
		}
		s.fresh, s.stopFresh = asked, stop
	}
	return s.fresh, finding{}
}

func (s *session) close() {
	if s.stopFresh != nil {
		s.stopFresh()
	}
}
