package commission_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// lie is one wrong answer to a question about one order of two lines and three
// people, and what the order waits with.
type lie struct {
	name string
	code string
	tell func(r *strategyv1.EvaluateResponse)
}

// about changes the decision; of the first award, of the first declined.
func about(do func(d *strategyv1.Decision)) func(*strategyv1.EvaluateResponse) {
	return func(r *strategyv1.EvaluateResponse) { do(r.Decisions[0]) }
}

func award(do func(a *strategyv1.Award)) func(*strategyv1.EvaluateResponse) {
	return about(func(d *strategyv1.Decision) { do(d.GetPaid().Awards[0]) })
}

func why(do func(w *strategyv1.Why)) func(*strategyv1.EvaluateResponse) {
	return award(func(a *strategyv1.Award) { do(a.Why) })
}

func saying(value string) func(*strategyv1.EvaluateResponse) {
	return why(func(w *strategyv1.Why) { w.Args = []*strategyv1.Arg{{Name: "level", Value: value}} })
}

func declining(list ...*strategyv1.Declined) func(*strategyv1.EvaluateResponse) {
	return about(func(d *strategyv1.Decision) { d.GetPaid().Declined = list })
}

// alone pays the seller's first line and nobody else, so that others may be
// declined.
func alone(then func(*strategyv1.EvaluateResponse)) func(*strategyv1.EvaluateResponse) {
	return func(r *strategyv1.EvaluateResponse) {
		p := r.Decisions[0].GetPaid()
		p.Awards = p.Awards[:1]
		then(r)
	}
}

func none(n *strategyv1.NoCommission) func(*strategyv1.EvaluateResponse) {
	return about(func(d *strategyv1.Decision) { d.Outcome = &strategyv1.Decision_NoCommission{NoCommission: n} })
}

func failing(code, message string) func(*strategyv1.EvaluateResponse) {
	return about(func(d *strategyv1.Decision) {
		d.Outcome = &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: code, Message: message}}
	})
}

func because(key string) *strategyv1.Why { return &strategyv1.Why{Key: key} }

func lies() []lie {
	var list []lie
	add := func(code string, told map[string]func(*strategyv1.EvaluateResponse)) {
		for name, tell := range told {
			list = append(list, lie{name, code, tell})
		}
	}
	each := func(code, what string, set func(a *strategyv1.Award, v int64), values ...int64) {
		for _, v := range values {
			list = append(list, lie{fmt.Sprintf("%s %d", what, v), code, award(func(a *strategyv1.Award) { set(a, v) })})
		}
	}
	each("commission.rail_stranger", "recipient", func(a *strategyv1.Award, v int64) { a.Recipient = int32(v) }, -1, 3, 4, math.MaxInt32, math.MinInt32)
	each("commission.rail_line", "line", func(a *strategyv1.Award, v int64) { a.Line = int32(v) }, 2, -2, math.MaxInt32, math.MinInt32)
	each("commission.rail_level", "level", func(a *strategyv1.Award, v int64) { a.Level = int32(v) }, 0, 2, 4, -1, math.MaxInt32)
	each("commission.rail_negative", "amount", func(a *strategyv1.Award, v int64) { a.Amount = v }, -1, math.MinInt64)
	each("commission.rail_amount", "amount", func(a *strategyv1.Award, v int64) { a.Amount = v }, 0, money.MaxMinor, money.MaxMinor+1, math.MaxInt64)
	each("commission.rail_amount", "base", func(a *strategyv1.Award, v int64) { a.Base = v }, -1, money.MaxMinor+1, math.MaxInt64)
	each("commission.rail_amount", "rate", func(a *strategyv1.Award, v int64) { a.RatePpm = v }, -1, math.MaxInt64)
	add("commission.rail_amount", map[string]func(*strategyv1.EvaluateResponse){
		"sums that overflow": about(func(d *strategyv1.Decision) {
			for _, a := range d.GetPaid().Awards {
				a.Amount = money.MaxMinor
			}
		}),
	})
	add("commission.rail_no_reason", map[string]func(*strategyv1.EvaluateResponse){
		"no why":                                   award(func(a *strategyv1.Award) { a.Why = nil }),
		"an empty key":                             why(func(w *strategyv1.Why) { w.Key = "" }),
		"declined without a why":                   alone(declining(&strategyv1.Declined{Recipient: 1})),
		"nobody earns, no why":                     none(&strategyv1.NoCommission{}),
		"nobody earns, an empty key":               none(&strategyv1.NoCommission{Why: &strategyv1.Why{Args: []*strategyv1.Arg{{Name: "a", Value: "b"}}}}),
		"nobody earns, one declined without a why": none(&strategyv1.NoCommission{Why: because("x"), Declined: []*strategyv1.Declined{{Recipient: 0}}}),
	})
	add("commission.rail_stranger", map[string]func(*strategyv1.EvaluateResponse){
		"declines -1":                        alone(declining(&strategyv1.Declined{Recipient: -1, Why: because("x")})),
		"declines one beyond":                alone(declining(&strategyv1.Declined{Recipient: 3, Why: because("x")})),
		"declines the last int":              alone(declining(&strategyv1.Declined{Recipient: math.MaxInt32, Why: because("x")})),
		"nobody earns, a stranger declined":  none(&strategyv1.NoCommission{Why: because("x"), Declined: []*strategyv1.Declined{{Recipient: 3, Why: because("x")}}}),
		"nobody earns, somebody below zero":  none(&strategyv1.NoCommission{Why: because("x"), Declined: []*strategyv1.Declined{{Recipient: -7, Why: because("x")}}}),
		"the last of many awards a stranger": about(func(d *strategyv1.Decision) { p := d.GetPaid(); p.Awards[len(p.Awards)-1].Recipient = 9 }),
	})
	add("commission.rail_contradiction", map[string]func(*strategyv1.EvaluateResponse){
		"paid and declined":  declining(&strategyv1.Declined{Recipient: 0, Why: because("x")}),
		"declined twice":     alone(declining(&strategyv1.Declined{Recipient: 1, Why: because("x")}, &strategyv1.Declined{Recipient: 1, Why: because("y")})),
		"declined a million": alone(declining(slices.Repeat([]*strategyv1.Declined{{Recipient: 2, Why: because("x")}}, 100_000)...)),
		"nobody earns, one declined twice": none(&strategyv1.NoCommission{Why: because("x"),
			Declined: []*strategyv1.Declined{{Recipient: 0, Why: because("x")}, {Recipient: 0, Why: because("x")}}}),
	})
	many := func(n int) func(*strategyv1.EvaluateResponse) {
		return about(func(d *strategyv1.Decision) {
			p := d.GetPaid()
			p.Awards = slices.Repeat([]*strategyv1.Award{{Level: 1, Amount: 1, Why: because("x")}}, n)
		})
	}
	add("commission.rail_too_many", map[string]func(*strategyv1.EvaluateResponse){
		"one award too many":   many(8*3*3 + 1),
		"a thousand awards":    many(1000),
		"ten thousand awards":  many(10_000),
		"a hundred of a fen":   many(100),
		"fifty thousand of it": many(50_000),
	})
	add("plugin.too_large", map[string]func(*strategyv1.EvaluateResponse){
		"a million awards": many(1_000_000),
		"a megabyte of clean words": about(func(d *strategyv1.Decision) {
			for _, a := range d.GetPaid().Awards {
				a.Why.Args = slices.Repeat([]*strategyv1.Arg{{Name: "level", Value: strings.Repeat("好", 600)}}, 200)
			}
		}),
		"an argument of two megabytes": saying(strings.Repeat("x", 2<<20)),
	})
	add("plugin.malformed_answer", map[string]func(*strategyv1.EvaluateResponse){
		"no outcome":       about(func(d *strategyv1.Decision) { d.Outcome = nil }),
		"paid, but nobody": about(func(d *strategyv1.Decision) { d.GetPaid().Awards = nil }),
		"paid nobody, declined all": about(func(d *strategyv1.Decision) {
			d.Outcome = &strategyv1.Decision_Paid{Paid: &strategyv1.Paid{Declined: []*strategyv1.Declined{{Why: because("x")}}}}
		}),
		"an outcome of later times": about(func(d *strategyv1.Decision) { d.Outcome = nil; d.ProtoReflect().SetUnknown([]byte{0x7a, 1, 'x'}) }),
		"decided twice":             func(r *strategyv1.EvaluateResponse) { r.Decisions = append(r.Decisions, r.Decisions[0]) },
		"decided twice, differently": func(r *strategyv1.EvaluateResponse) {
			r.Decisions = append(r.Decisions, &strategyv1.Decision{Outcome: &strategyv1.Decision_NoCommission{NoCommission: &strategyv1.NoCommission{Why: because("x")}}})
		},
		"decided a thousand times": func(r *strategyv1.EvaluateResponse) { r.Decisions = slices.Repeat(r.Decisions, 1000) },
	})
	elsewhere := func(at int32) func(*strategyv1.EvaluateResponse) {
		return about(func(d *strategyv1.Decision) { d.Order = at })
	}
	add("plugin.no_decision", map[string]func(*strategyv1.EvaluateResponse){
		"order -1":          elsewhere(-1),
		"order 1":           elsewhere(1),
		"order of the last": elsewhere(math.MaxInt32),
		"no decisions":      func(r *strategyv1.EvaluateResponse) { r.Decisions = nil },
	})
	add("commission.rail_text", map[string]func(*strategyv1.EvaluateResponse){
		"an argument of 100 kB":     saying(strings.Repeat("x", 100_000)),
		"a hundred arguments":       why(func(w *strategyv1.Why) { w.Args = slices.Repeat([]*strategyv1.Arg{{Name: "a", Value: "b"}}, 100) }),
		"an escape sequence":        saying("\x1b[2J"),
		"a line end":                saying("1\nlevel=error"),
		"a zero byte":               saying("1\x00"),
		"text that turns around":    saying("\u202e001"),
		"a mark nobody sees":        saying("\ufeff1"),
		"no UTF-8":                  saying("\xff\xfe"),
		"no UTF-8 in a kind":        award(func(a *strategyv1.Award) { a.Kind = "\xc3\x28" }),
		"no UTF-8 in a key":         why(func(w *strategyv1.Why) { w.Key = "\xc3\x28" }),
		"a kind of a megabyte":      award(func(a *strategyv1.Award) { a.Kind = strings.Repeat("k", 1000_000) }),
		"a key of ten kB":           why(func(w *strategyv1.Why) { w.Key = strings.Repeat("k", 10_000) }),
		"a name with a line end":    why(func(w *strategyv1.Why) { w.Args = []*strategyv1.Arg{{Name: "a\nb", Value: "1"}} }),
		"nobody earns, said coarse": none(&strategyv1.NoCommission{Why: because("\x07")}),
		"declined, said coarse":     alone(declining(&strategyv1.Declined{Recipient: 1, Why: because("a\rb")})),
	})
	add("strategy.failed", map[string]func(*strategyv1.EvaluateResponse){
		"failed without a code":          failing("", "x"),
		"failed with a sentence as code": failing("I do not know", ""),
		"failed with a code of a MB":     failing(strings.Repeat("x", 1<<20), ""),
		"failed with a line end":         failing("mine.code\n", ""),
		"failed in our name":             failing("commission.group_open", "wait for the group"),
		"failed with no UTF-8":           failing("\xff", "\xff"),
	})
	add("mine.no_grade", map[string]func(*strategyv1.EvaluateResponse){
		"failed with a MB of words":   failing("mine.no_grade", strings.Repeat("x", 1<<20)),
		"failed with a zero byte":     failing("mine.no_grade", "a\x00b"),
		"failed with words of no UTF": failing("mine.no_grade", "\xff\xfe"),
		"failed with a steered word":  failing("mine.no_grade", "\x1b[31mred\u202e"),
	})
	return list
}

// Whatever a strategy answers wrongly, nothing is posted: no movement, no
// award, no decision. The order waits with the reason, in clean and bounded
// words, and is paid once when the strategy has been mended.
func TestGuard_NoLieMovesMoney(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 5000}})
	all := lies()
	if len(all) < 60 {
		t.Fatalf("only %d lies", len(all))
	}
	for _, l := range all {
		t.Run(l.name, func(t *testing.T) {
			told := false
			s.Strategy.After = func(r *strategyv1.EvaluateResponse) {
				if p := r.Decisions[0].GetPaid(); len(p.GetAwards()) != 6 {
					t.Fatalf("the sound answer has changed: %v", p)
				}
				l.tell(r)
				told = true
			}
			s.Work(t, s.A)
			if !told {
				t.Fatal("nobody was asked")
			}
			wantWaits(t, s, o, l.code)
			for _, table := range []string{"ledger_movement", "commission_award", "commission_decision"} {
				if n := s.Int(t, "select count(*) from "+table); n != 0 {
					t.Errorf("%d rows in %s", n, table)
				}
			}
			if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
				t.Fatal(err)
			}
		})
	}
	s.MustBalance(t)
	s.Strategy.After = nil
	s.Work(t, s.A)
	s.Work(t, s.A)
	for who, held := range map[string]int64{"a": 1500, "b": 750, "c": 450} {
		wantHeld(t, s, team[who], held)
	}
	s.MustBalance(t)
}

// wantWaits wants an order to wait with a code, and with words that people and
// logs can bear.
func wantWaits(t *testing.T, s *storetest.Stores, o order.ID, code string) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		c, waits, err := order.ChangeOf(ctx, tx, o)
		if err != nil {
			return err
		}
		if !waits || c.BlockedCode != code {
			t.Errorf("waits: %v, with %q (%s), want %q", waits, c.BlockedCode, c.BlockedNote, code)
		}
		for _, lang := range []string{"zh-CN", "en"} {
			x, err := s.Commission.Explain(ctx, tx, o, lang)
			if err != nil {
				return err
			}
			if x.Waits == nil || x.Waits.Sentence == "" || strings.ContainsAny(x.Waits.Sentence, "\x00\x07\x1b\n\r\u202e\ufeff") || len(x.Waits.Sentence) > 2500 {
				t.Errorf("%s is told %+v", lang, x.Waits)
			}
		}
		return nil
	})
}

// What is odd and yet no lie: money moves as the rules say, and nothing odd is
// kept or shown.
func TestGuard_WhatIsHarmless(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	sound := map[string]int64{"a": 1500, "b": 750, "c": 450}
	cases := map[string]struct {
		tell  func(*strategyv1.EvaluateResponse)
		holds map[string]int64
		why   string // harmless, because
		then  func(*testing.T, commission.Explanation)
	}{
		"MoreThanTheCap": {why: "the cap cuts in proportion and says so", holds: map[string]int64{"a": 3750, "b": 2250, "c": 1500},
			tell: about(func(d *strategyv1.Decision) {
				for _, a := range d.GetPaid().Awards {
					a.Amount = []int64{5000, 3000, 2000}[a.Recipient]
					if a.Line == 1 {
						a.Amount /= 2
					}
				}
			}),
			then: func(t *testing.T, x commission.Explanation) {
				if x.Cap == nil || x.Cap.Most != 7500 || x.Cap.Cut != 7500 {
					t.Errorf("%+v", x.Cap)
				}
			}},
		"FieldsOfALaterContract": {why: "they are not kept", holds: sound, tell: about(func(d *strategyv1.Decision) {
			d.ProtoReflect().SetUnknown([]byte{0xfa, 0x7f, 3, 'n', 'e', 'w'})
			d.GetPaid().Awards[0].ProtoReflect().SetUnknown([]byte{0xfa, 0x7f, 3, 'n', 'e', 'w'})
		})},
		"NumbersThatAreNone": {why: "an argument is text", holds: sound, tell: saying("NaN"), then: says("NaN")},
		"MarkupInWords":      {why: "an argument is text, and whoever shows it escapes it", holds: sound, tell: saying("<script>"), then: says("<script>")},
		"AKeyThatNobodyWrote": {why: "people read the key; the kit keeps such a strategy out", holds: sound,
			tell: why(func(w *strategyv1.Why) { w.Key = "nowhere" }), then: says("nowhere")},
		"ADecisionAboutNobodysOrder": {why: "it is nobody's order", holds: sound, tell: func(r *strategyv1.EvaluateResponse) {
			other := proto.CloneOf(r.Decisions[0])
			other.Order = 99
			r.Decisions = append(r.Decisions, other)
		}},
		"AwardsInAnotherOrder": {why: "each names its place", holds: sound, tell: about(func(d *strategyv1.Decision) { slices.Reverse(d.GetPaid().Awards) })},
		"NoKind":               {why: "a kind is a word for people", holds: sound, tell: award(func(a *strategyv1.Award) { a.Kind = "" })},
		"AwardsInManyParts": {why: "several for one person and line are normal", holds: sound, tell: about(func(d *strategyv1.Decision) {
			p := d.GetPaid()
			part := proto.CloneOf(p.Awards[0])
			p.Awards[0].Amount--
			part.Amount, part.Base, part.RatePpm = 1, 0, 0
			p.Awards = append(p.Awards, part)
		})},
		"SomebodyIsNotNamed": {why: "they get nothing, and are told that no reason was given", holds: map[string]int64{"a": 1500, "b": 750, "c": 0},
			tell: about(func(d *strategyv1.Decision) {
				p := d.GetPaid()
				p.Awards = slices.DeleteFunc(p.Awards, func(a *strategyv1.Award) bool { return a.Recipient == 2 })
			}),
			then: func(t *testing.T, x commission.Explanation) {
				if len(x.Declined) != 1 || x.Declined[0].Code != "commission.unexplained" || x.Declined[0].Why == "" {
					t.Errorf("%+v", x.Declined)
				}
			}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before := map[string]int64{}
			for who := range team {
				before[who] = s.Balance(t, s.A, team[who]).Held
			}
			o := s.Sell(t, s.A, storetest.Sale{ID: name, Buyer: "lin", Via: team["a"], Nets: []int64{10000, 5000}})
			s.Strategy.After = c.tell
			s.Work(t, s.A)
			s.Strategy.After = nil
			for who, holds := range c.holds {
				if got := s.Balance(t, s.A, team[who]).Held - before[who]; got != holds {
					t.Errorf("%s got %d, want %d (%s)", who, got, holds, c.why)
				}
			}
			s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
				x, err := s.Commission.Explain(ctx, tx, o, "en")
				if c.then != nil {
					c.then(t, x)
				}
				return err
			})
		})
	}
	if n := s.Int(t, "select count(*) from commission_decision where length(record) > 2000"); n != 0 {
		t.Errorf("%d answers are kept at a length that no sound one has", n)
	}
	s.MustBalance(t)
}

func says(word string) func(*testing.T, commission.Explanation) {
	return func(t *testing.T, x commission.Explanation) {
		t.Helper()
		for _, a := range x.Awards {
			for _, l := range a.Lines {
				if strings.Contains(l.Why, word) {
					return
				}
			}
		}
		t.Errorf("nobody is told %q: %+v", word, x.Awards)
	}
}
