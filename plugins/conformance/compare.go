package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

var compareChecks = []check{
	{"golden", "黄金用例全部成立", "its golden cases come true", goldenOrders},
	{"pure.twice", "同样的问题，同样的答案", "the same question has the same answer", twice},
	{"pure.together", "同时被问也一样", "asked by several at once, it answers the same", together},
	{"pure.fresh", "重启后答案不变", "another process gives the same answer", inAnotherProcess},
	{"batch.order", "订单的先后不影响答案", "the order of orders changes nothing", ordersInAnyOrder},
	{"batch.split", "拆分批次不影响答案", "splitting a batch changes nothing", splitBatch},
	{"lines.order", "商品行的先后不影响每个人的合计", "the order of lines changes nobody's sum", linesInAnyOrder},
	{"facts.undeclared", "未声明的数据不影响答案", "facts that it did not declare change nothing", undeclaredFacts},
	{"facts.future", "不认识的字段不影响答案", "fields of a later contract change nothing", futureFields},
	{"money.currency", "只看最小货币单位，不看币种", "amounts are minor units, whatever the currency", anyCurrency},
	{"money.wording", "文案中的金额按订单币种书写", "money in sentences is written as the order's currency is", moneyWording},
	{"edges.instants", "设置里的起止时刻精确到毫秒，写法不同结果相同", "instants of the settings hold to the millisecond, however they are written", instants},
	{"pure.later", "过一会儿再问，答案不变", "asked later, it answers the same", later},
}

func goldenOrders(s *session) finding {
	tried := 0
	for _, c := range s.options.Cases {
		if closes(c) || len(c.Order) == 0 {
			continue
		}
		o, err := orderOf(c)
		if err != nil {
			return failed(nil, "%v", err)
		}
		tried++
		decisions, q, err := s.ask(s.asked, &subject{config: c.Config, rules: rulesOf(c)}, []*strategyv1.Order{o})
		if err != nil {
			return failed(q, "%s: %v", c.Name, err)
		}
		if flaw := checkOrder(c, o, decisions[0]); flaw != "" {
			return failed(q, "%s: %s", c.Name, flaw)
		}
	}
	if tried == 0 {
		return skipped("there are no golden cases")
	}
	return finding{}
}

func twice(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		return s.sameAnswers(s.asked, sub, orders, inPlace(len(orders)), answers, "asked again")
	})
}

func together(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		const callers = 4
		results := make([]finding, callers)
		var all sync.WaitGroup
		for i := range callers {
			one := *s // counts of its own
			all.Go(func() {
				results[i] = one.sameAnswers(s.asked, sub, orders, inPlace(len(orders)), answers, "asked by four at once")
			})
		}
		all.Wait()
		s.questions, s.orders = s.questions+callers, s.orders+callers*len(orders)
		for _, f := range results {
			if f.status != "" {
				return f
			}
		}
		return finding{}
	})
}

func inAnotherProcess(s *session) finding {
	fresh, f := s.freshly()
	if fresh == nil {
		return f
	}
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		return s.sameAnswers(fresh, sub, orders, inPlace(len(orders)), answers, "in another process")
	})
}

func later(s *session) finding {
	s.survey()
	if wait := s.options.Apart - time.Since(s.began); wait > 0 {
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
		}
	}
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		return s.sameAnswers(s.asked, sub, orders, inPlace(len(orders)), answers, "asked later")
	})
}

func ordersInAnyOrder(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		moved, at := slices.Clone(orders), inPlace(len(orders))
		slices.Reverse(moved)
		slices.Reverse(at)
		return s.sameAnswers(s.asked, sub, moved, at, answers, "in another order")
	})
}

func splitBatch(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		for from := 0; from < len(orders); {
			to := min(from+1+(from*7)%31, len(orders)) // parts of many sizes
			if from < 8 {
				to = from + 1
			}
			to = min(to, len(orders))
			if f := s.sameAnswers(s.asked, sub, orders[from:to], inPlace(to-from), answers[from:to], fmt.Sprintf("in a batch of %d", to-from)); f.status != "" {
				return f
			}
			from = to
		}
		return finding{}
	})
}

// sameSums asks about changed orders and compares what everybody gets.
func (s *session) sameSums(sub *subject, orders, changed []*strategyv1.Order, answers []*strategyv1.Decision, what string) finding {
	decisions, q, err := s.ask(s.asked, sub, changed)
	if err != nil {
		return failed(q, "%s: %s: %v", sub.name, what, err)
	}
	for i, d := range decisions {
		before, after := sums(orders[i], answers[i]), sums(changed[i], d)
		if !maps.Equal(before, after) || fmt.Sprintf("%T", answers[i].GetOutcome()) != fmt.Sprintf("%T", d.GetOutcome()) {
			q = evaluating(&strategyv1.EvaluateRequest{Config: sub.config, Rules: sub.rules, Orders: []*strategyv1.Order{orders[i], changed[i]}}, nil)
			q.answer = &strategyv1.EvaluateResponse{Decisions: []*strategyv1.Decision{answers[i], d}}
			return failed(q, "%s: %s: %v became %v (%T became %T)", sub.name, what, before, after, answers[i].GetOutcome(), d.GetOutcome())
		}
	}
	return finding{}
}

func linesInAnyOrder(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		for _, how := range []func([]*strategyv1.Line){
			slices.Reverse[[]*strategyv1.Line],
			func(l []*strategyv1.Line) { copy(l, slices.Concat(l[len(l)/2:], l[:len(l)/2])) },
		} {
			changed := make([]*strategyv1.Order, len(orders))
			for i, o := range orders {
				changed[i] = proto.CloneOf(o)
				how(changed[i].Lines)
			}
			if f := s.sameSums(sub, orders, changed, answers, "with its lines in another order"); f.status != "" {
				return f
			}
		}
		return finding{}
	})
}

func undeclaredFacts(s *session) finding {
	absent := s.undeclared()
	if len(absent) == 0 {
		return skipped("it declares every fact")
	}
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		with := func(facts ...string) finding {
			changed := make([]*strategyv1.Order, len(orders))
			for i, o := range orders {
				changed[i] = cluttered(o, facts...)
			}
			return s.sameAnswers(s.asked, sub, changed, inPlace(len(orders)), answers, "with undeclared facts: "+strings.Join(facts, ", "))
		}
		all := with(absent...)
		if all.status == "" {
			return all
		}
		for _, name := range absent { // which one
			if f := with(name); f.status != "" {
				return f
			}
		}
		return all
	})
}

func futureFields(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		changed := make([]*strategyv1.Order, len(orders))
		for i, o := range orders {
			changed[i] = proto.CloneOf(o)
			unknown := []byte{0xfa, 0x7f, 3, 'n', 'e', 'w'} // field 2047
			changed[i].ProtoReflect().SetUnknown(unknown)
			for _, l := range changed[i].Lines {
				l.ProtoReflect().SetUnknown(unknown)
			}
		}
		return s.sameAnswers(s.asked, sub, changed, inPlace(len(orders)), answers, "with fields of a later contract")
	})
}

var foreign = []struct {
	currency string
	digits   int32
}{{"JPY", 0}, {"KWD", 3}, {"CNY", 2}}

func inCurrency(orders []*strategyv1.Order, currency string, digits int32) []*strategyv1.Order {
	changed := make([]*strategyv1.Order, len(orders))
	for i, o := range orders {
		changed[i] = proto.CloneOf(o)
		changed[i].Currency, changed[i].MinorDigits = currency, digits
	}
	return changed
}

func anyCurrency(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		for _, c := range foreign {
			if f := s.sameSums(sub, orders, inCurrency(orders, c.currency, c.digits), answers, "in "+c.currency); f.status != "" {
				return f
			}
		}
		return finding{}
	})
}

var symbol = regexp.MustCompile(`[¥￥$€£]\s*\d|\d\s*(元|円|CNY|RMB|JPY|USD|EUR|KWD)`)

// moneyWording looks for sums that are written with another currency's
// decimals or sign: the order's amounts are large and odd, so that a number in
// a sentence that looks like one is one.
func moneyWording(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, _ []*strategyv1.Decision) finding {
		for _, c := range foreign {
			changed := inCurrency(orders, c.currency, c.digits)
			for _, o := range changed {
				for i, l := range o.Lines {
					l.Net, l.UnitPrice, l.Quantity = 1234567+int64(i), 1234567+int64(i), 1
				}
			}
			decisions, q, err := s.ask(s.asked, sub, changed)
			if err != nil {
				return failed(q, "%s: %v", sub.name, err)
			}
			for i, d := range decisions {
				if flaw := wronglyWritten(changed[i], d, c.currency); flaw != "" {
					return failed(evaluating(&strategyv1.EvaluateRequest{Config: sub.config, Rules: sub.rules, Orders: changed[i : i+1]},
						&strategyv1.EvaluateResponse{Decisions: []*strategyv1.Decision{d}}), "%s: in %s: %s", sub.name, c.currency, flaw)
				}
			}
		}
		return finding{}
	})
}

func wronglyWritten(o *strategyv1.Order, d *strategyv1.Decision, currency string) string {
	written := map[string]string{} // a sum in the decimals of others → as it should be
	know := func(minor int64) {
		if minor < 10_000 {
			return
		}
		right := money.Format(minor, currency)
		for _, other := range foreign {
			if wrong := money.Format(minor, other.currency); wrong != right && other.digits != 0 {
				written[wrong] = right
			}
		}
	}
	var total int64
	for _, l := range o.GetLines() {
		know(l.GetNet())
		total += l.GetNet()
	}
	know(total)
	for _, a := range d.GetPaid().GetAwards() {
		know(a.GetAmount())
		know(a.GetBase())
	}
	for _, w := range whysOf(d) {
		for _, a := range w.GetArgs() {
			if right, wrong := written[a.GetValue()]; wrong {
				return fmt.Sprintf("{%s} of %q says %s where %s is meant", a.GetName(), w.GetKey(), a.GetValue(), right)
			}
			if sign := symbol.FindString(a.GetValue()); sign != "" && !strings.Contains(sign, currency) && !saysItself(o, a.GetValue()) {
				return fmt.Sprintf("{%s} of %q names a currency of its own: %q", a.GetName(), w.GetKey(), short(a.GetValue(), 60))
			}
		}
	}
	return ""
}

func whysOf(d *strategyv1.Decision) (list []*strategyv1.Why) {
	for _, a := range d.GetPaid().GetAwards() {
		list = append(list, a.GetWhy())
	}
	list = append(list, d.GetNoCommission().GetWhy())
	for _, x := range slices.Concat(d.GetPaid().GetDeclined(), d.GetNoCommission().GetDeclined()) {
		list = append(list, x.GetWhy())
	}
	return list
}

// instants tries every time that a configuration names: what holds at the
// instant holds a millisecond later, and the same instant written for another
// time zone is the same.
func instants(s *session) finding {
	tried := false
	f := s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		for _, at := range instantsIn(sub.config) {
			tried = true
			if f := s.tryInstant(sub, orders, at); f.status != "" {
				return f
			}
		}
		return finding{}
	})
	if f.status == "" && !tried {
		return skipped("no configuration names an instant")
	}
	return f
}

var timeText = regexp.MustCompile(`"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))"`)

func instantsIn(config []byte) (list []time.Time) {
	for _, m := range timeText.FindAllSubmatch(config, 8) {
		if at, err := time.Parse(time.RFC3339Nano, string(m[1])); err == nil {
			list = append(list, at)
		}
	}
	return list
}

// inUTC writes every instant of a configuration for Greenwich.
func inUTC(config []byte) []byte {
	return timeText.ReplaceAllFunc(config, func(text []byte) []byte {
		at, err := time.Parse(time.RFC3339Nano, strings.Trim(string(text), `"`))
		if err != nil {
			return text
		}
		return []byte(`"` + at.UTC().Format(time.RFC3339Nano) + `"`)
	})
}

func (s *session) tryInstant(sub *subject, orders []*strategyv1.Order, at time.Time) finding {
	orders = orders[:min(len(orders), 8)]
	placed := func(ms int64) []*strategyv1.Order {
		changed := make([]*strategyv1.Order, len(orders))
		for i, o := range orders {
			changed[i] = proto.CloneOf(o)
			changed[i].PlacedAtMs, changed[i].PaidAtMs = ms, ms
		}
		return changed
	}
	exactly, q, err := s.ask(s.asked, sub, placed(at.UnixMilli()))
	if err != nil {
		return failed(q, "%s: at %s: %v", sub.name, at, err)
	}
	after := placed(at.UnixMilli() + 1)
	if f := s.sameSums(sub, placed(at.UnixMilli()), after, exactly, fmt.Sprintf("a millisecond after %s, which belongs to what follows it", at.Format(time.RFC3339))); f.status != "" {
		return f
	}
	elsewhere := *sub
	elsewhere.config = inUTC(sub.config)
	if !s.accepts(elsewhere.config) {
		return failed(&question{"ValidateConfig", &strategyv1.ValidateConfigRequest{Config: elsewhere.config, Rules: sub.rules}, nil}, "%s: the same instants in UTC are refused", sub.name)
	}
	return s.sameSums(&elsewhere, placed(at.UnixMilli()), placed(at.UnixMilli()), exactly, "with its instants written in UTC")
}
