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

// Strategies that close a period wrongly, one way each.
var brokenCloses = map[string]func(c config, p strategy.Period, out *strategy.PeriodAwards) error{
	"DependsOnChance": func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
		for _, m := range p.Members() {
			out.Pay(m, 1+rand.Int64N(1000))
		}
		return nil
	},
	"PaysWhoeverComesFirst": func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
		for i, m := range p.Members() {
			out.Pay(m, int64(i)+1)
		}
		return nil
	},
	"GivesAnUnknownReason": func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
		for _, m := range p.Members() {
			out.Pay(m, 1).Because("no_such_sentence")
		}
		return nil
	},
	"Fails": func(_ config, p strategy.Period, out *strategy.PeriodAwards) error {
		if len(p.Members()) > 5 {
			panic("too many")
		}
		return nil
	},
}

const brokenClose = "FENLI_TEST_BROKEN_CLOSE"

func TestVerifyFailsForPeriods(t *testing.T) {
	for name := range brokenCloses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestBrokenClose$")
			cmd.Env = append(os.Environ(), brokenClose+"="+name)
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--- FAIL: TestBrokenClose/Periods") {
				t.Errorf("it passes: %v\n%s", err, out)
			}
		})
	}
}

func TestBrokenClose(t *testing.T) {
	name := os.Getenv(brokenClose)
	if name == "" {
		t.Skip("runs inside TestVerifyFailsForPeriods")
	}
	s := levels
	s.ClosePeriod = brokenCloses[name]
	stest.Verify(t, s, stest.Cases(
		stest.Case{Name: "order", Config: []byte(`{"rates":["0.10"]}`), Pays: map[string]int64{"a": 1},
			Order: []byte(`{"lines":[{"sku":"X","quantity":1,"net":10}],"chain":[{"handle":"a"}]}`)},
		stest.Case{Name: "period", Config: []byte(`{"rates":["0.10"]}`), None: "sdk.nobody_in_period", Period: []byte(`{"sales":{"paid":"1"}}`)},
	))
}
