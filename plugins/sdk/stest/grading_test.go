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

type decide = func(config, strategy.TierMember, *strategy.TierDecision) error

// Strategies that grade wrongly, one way each.
var brokenTiers = map[string]decide{
	"DependsOnChance": func(_ config, m strategy.TierMember, out *strategy.TierDecision) error {
		if m.Rank(m.Grade()) < 0 && rand.IntN(2) == 0 {
			out.Promote("gold", "title")
		}
		return nil
	},
	"CountsWhoIsAskedAbout": func(_ config, m strategy.TierMember, out *strategy.TierDecision) error {
		if asked++; asked%3 == 0 && m.Rank(m.Grade()) < 2 {
			out.Promote("gold", "title")
		}
		return nil
	},
	"GivesAnUnknownReason": func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
		out.Keep("no_such_sentence")
		return nil
	},
	"ShowsUnknownEvidence": func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
		out.Evidence(strategy.CountOf(1, 2, "no_such_sentence"))
		return nil
	},
	"GivesAGradeTheStoreLacks": func(_ config, _ strategy.TierMember, out *strategy.TierDecision) error {
		out.Promote("platinum", "title")
		return nil
	},
	"GradesByCurrency": func(_ config, m strategy.TierMember, out *strategy.TierDecision) error {
		if m.Currency() == "JPY" && m.Rank(m.Grade()) < 2 {
			out.Promote("gold", "title")
		}
		return nil
	},
}

type tell = func(config, strategy.IncentiveMember, *strategy.Tasks) error

// Strategies that tell of tasks wrongly, one way each.
var brokenTasks = map[string]tell{
	"DependsOnChance": func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
		out.Tell("x", strategy.CountOf(rand.Int64(), 5, "title"))
		return nil
	},
	"CountsWhoIsAskedAbout": func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
		asked++
		out.Tell("x", strategy.CountOf(asked, 5, "title"))
		return nil
	},
	"HasNoTitle": func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
		out.Tell("x", strategy.CountOf(1, 5, "no_such_sentence"))
		return nil
	},
	"GivesABadgeWithoutAName": func(_ config, _ strategy.IncentiveMember, out *strategy.Tasks) error {
		out.Tell("x", strategy.CountOf(1, 5, "title")).Badge("no_such_badge")
		return nil
	},
	"Fails": func(_ config, m strategy.IncentiveMember, _ *strategy.Tasks) error {
		if m.Orders() > 20 {
			panic("too many")
		}
		return nil
	},
}

// Strategies that say they can recompute and cannot.
var brokenRecompute = map[string]evaluate{
	"AFixedAmountWhateverWasPaid": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) {
			out.Pay(m, l, 100).Because("level_rate", "level", 1, "rate", 1)
		})
	},
	"SmallOrdersPayMore": func(_ config, o strategy.Order, out *strategy.Awards) error {
		return each(o, func(l strategy.Line, m strategy.Member) {
			rate := strategy.Rates{100_000, 300_000}
			if l.Net() > 1_000_000 {
				rate[1] = 10_000
			}
			out.PayRate(m, l, rate[1]).Because("level_rate", "level", 1, "rate", 1)
		})
	},
}

type evaluate = func(config, strategy.Order, *strategy.Awards) error

var asked int64

const brokenOther = "FENLI_TEST_BROKEN_OTHER"

func TestVerifyFailsForTiersTasksAndRecompute(t *testing.T) {
	names := map[string]string{}
	for name := range brokenTiers {
		names["Tiers/"+name] = "Tiers"
	}
	for name := range brokenTasks {
		names["Incentives/"+name] = "Incentives"
	}
	for name := range brokenRecompute {
		names["Recompute/"+name] = "Recompute"
	}
	for name, part := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestBrokenOther$")
			cmd.Env = append(os.Environ(), brokenOther+"="+name)
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--- FAIL: TestBrokenOther/"+part) {
				t.Errorf("it passes: %v\n%s", err, out)
			}
		})
	}
}

func TestBrokenOther(t *testing.T) {
	part, name, _ := strings.Cut(os.Getenv(brokenOther), "/")
	s := levels
	switch part {
	case "Tiers":
		s.EvaluateTier = brokenTiers[name]
	case "Incentives":
		s.Incentives = brokenTasks[name]
	case "Recompute":
		s.Evaluate, s.CanRecompute = brokenRecompute[name], true
	default:
		t.Skip("runs inside TestVerifyFailsForTiersTasksAndRecompute")
	}
	config := []byte(`{"rates":["0.10"]}`)
	stest.Verify(t, s, stest.Cases(
		stest.Case{Name: "order", Config: config, None: "sdk.nobody_behind", Order: []byte(`{"lines":[{"sku":"X","quantity":1,"net":10}]}`)},
		stest.Case{Name: "tier", Config: config, Tier: []byte(`{}`)},
		stest.Case{Name: "progress", Config: config, Progress: []byte(`{}`)},
	))
}

// A strategy that does all of it well passes.
func TestVerifyTiersAndTasks(t *testing.T) {
	s := levels
	s.CanRecompute = true
	s.EvaluateTier = func(_ config, m strategy.TierMember, out *strategy.TierDecision) error {
		orders := strategy.CountOf(m.Orders(), 10, "summary")
		out.Evidence(orders)
		if m.Rank(m.Grade()) < 2 && orders.Met() {
			out.Promote("gold", "title")
		} else if m.Rank(m.Grade()) < 2 {
			out.Next("gold", orders)
		}
		return nil
	}
	s.Incentives = func(_ config, m strategy.IncentiveMember, out *strategy.Tasks) error {
		out.Tell("ten", strategy.CountOf(m.Orders(), 10, "summary")).Pays(500).Points(3).Badge("title")
		return nil
	}
	config := []byte(`{"rates":["0.10"]}`)
	stest.Verify(t, s, stest.Golden("testdata/golden.json"), stest.Cases(
		stest.Case{Name: "tier", Config: config, Becomes: map[string]string{"a": "gold", "b": "silver"}, Next: map[string]string{"b": "gold"},
			Why: map[string]string{"a": "title", "b": "sdk.grade_kept"}, Tier: []byte(`{"members":[{"did":{"handle":"a","orders":"10"}},{"did":{"handle":"b","grade":"silver"}}]}`)},
		stest.Case{Name: "progress", Config: config, Tasks: map[string][]string{"a": {"ten 3/10 pays 500 points 3 badge title"}},
			Progress: []byte(`{"members":[{"handle":"a","orders":"3"}]}`)},
	))
}
