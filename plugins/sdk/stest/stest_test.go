package stest_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

type config struct {
	Rates strategy.Rates `json:"rates" title:"比例" title_en:"Rates" max_items:"3"`
}

var levels = strategy.Plugin[config]{
	ID: "levels", Version: "1.0.0",
	Needs: []strategy.Need{strategy.Lines.For("needs"), strategy.Chain.For("needs")},
	Locales: strategy.Locales{
		"zh-CN": {"title": "级", "summary": "按级", "needs": "用于计算", "level_rate": "第 {level} 级 {rate}"},
		"en":    {"title": "Levels", "summary": "By level", "needs": "to compute", "level_rate": "level {level}, {rate}"},
	},
	Evaluate: func(c config, o strategy.Order, out *strategy.Awards) error {
		for line, m := range o.Each() {
			if rate, given := c.Rates.At(m.Level()); given {
				out.PayRate(m, line, rate).Because("level_rate", "level", m.Level(), "rate", rate)
			}
		}
		return nil
	},
}

func TestVerify(t *testing.T) { stest.Verify(t, levels, stest.Golden("testdata/golden.json")) }

// Strategies that break the contract, one way each.
var broken = map[string]func(c config, o strategy.Order, out *strategy.Awards) error{
	"DependsOnChance": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) {
			out.Pay(m, l, 1+rand.Int64N(1000)).Because("level_rate", "level", 1, "rate", 1)
		})
	},
	"RemembersOrders": func(_ config, o strategy.Order, out *strategy.Awards) error {
		calls++
		return each(o, func(l strategy.Line, m strategy.Member) {
			out.Pay(m, l, calls).Because("level_rate", "level", 1, "rate", 1)
		})
	},
	"PaysTheFirstLine": func(_ config, o strategy.Order, out *strategy.Awards) error {
		for _, m := range o.Chain() {
			out.PayRate(m, o.Lines()[0], 100_000).Because("level_rate", "level", 1, "rate", 1)
		}
		return nil
	},
	"PaysByCurrency": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) {
			out.Pay(m, l, int64(o.Currency()[0])).Because("level_rate", "level", 1, "rate", 1)
		})
	},
	"GivesAnUnknownReason": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) { out.Pay(m, l, 1).Because("no_such_sentence") })
	},
	"ForgetsAnArgument": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) { out.Pay(m, l, 1).Because("level_rate", "level", 1) })
	},
	"ReadsWhatItDidNotDeclare": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) { out.PayRate(m, l, 100_000).Because(l.Category()) })
	},
	"Overflows": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) {
			out.PayShare(m, l, l.Net()*1000, 2_000_000).Because("level_rate", "level", 1, "rate", 1)
		})
	},
	"PaysSomethingElse": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) {
			out.PayRate(m, l, 1).Because("level_rate", "level", 1, "rate", 1)
		})
	},
}

var calls int64

func each(o strategy.Order, f func(strategy.Line, strategy.Member)) error {
	for l, m := range o.Each() {
		f(l, m)
	}
	return nil
}

const brokenStrategy = "FENLI_TEST_BROKEN_STRATEGY"

// The kit is worth something only if it fails: each broken strategy is verified
// in a process of its own, which must end in failure.
func TestVerifyFails(t *testing.T) {
	for name := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestBrokenStrategy$")
			cmd.Env = append(os.Environ(), brokenStrategy+"="+name)
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--- FAIL: TestBrokenStrategy") {
				t.Errorf("it passes: %v\n%s", err, out)
			}
		})
	}
}

func TestBrokenStrategy(t *testing.T) {
	name := os.Getenv(brokenStrategy)
	if name == "" {
		t.Skip("runs inside TestVerifyFails")
	}
	s := levels
	s.Evaluate = broken[name]
	one := stest.Case{
		Name: "one", Config: []byte(`{"rates":["0.10"]}`), Pays: map[string]int64{"a": 1},
		Order: []byte(`{"lines":[{"sku":"X","quantity":1,"net":10}],"chain":[{"handle":"a"}]}`),
	}
	if name != "PaysSomethingElse" { // no golden case gives the others away
		one = stest.Case{Name: "nobody", Config: one.Config, Order: []byte(`{"lines":[{"sku":"X","quantity":1,"net":10}]}`), None: "sdk.nobody_behind"}
	}
	stest.Verify(t, s, stest.Cases(one))
}
