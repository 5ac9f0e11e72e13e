package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/plugins/builtin/campaignboost"
	"github.com/fenli-io/fenli/plugins/builtin/compose"
	"github.com/fenli-io/fenli/plugins/builtin/differential"
	"github.com/fenli-io/fenli/plugins/builtin/groupbuy"
	"github.com/fenli-io/fenli/plugins/builtin/ladderbonus"
	"github.com/fenli-io/fenli/plugins/builtin/matrix"
	"github.com/fenli-io/fenli/plugins/builtin/newcustomer"
	"github.com/fenli-io/fenli/plugins/builtin/pool"
	"github.com/fenli-io/fenli/plugins/builtin/taskbadges"
	"github.com/fenli-io/fenli/plugins/builtin/teamcity"
	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/conformance/flat"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

var references = map[string]stest.Strategy{
	"campaignboost": campaignboost.Strategy, "compose": compose.Strategy, "differential": differential.Strategy, "groupbuy": groupbuy.Strategy,
	"ladderbonus": ladderbonus.Strategy, "matrix": matrix.Strategy, "newcustomer": newcustomer.Strategy, "pool": pool.Strategy,
	"taskbadges": taskbadges.Strategy, "teamcity": teamcity.Strategy, "threelevel": threelevel.Strategy, "tieredsales": tieredsales.Strategy,
}

func golden(t *testing.T, folder string) []conformance.Case {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "builtin", folder, "testdata", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := conformance.Cases(raw)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// The strategies that come with Fenli keep every promise.
func TestReferenceStrategiesPass(t *testing.T) {
	t.Parallel()
	for folder, strategy := range references {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			asked := conformance.InProcess(strategy.Server())
			report, err := conformance.Check(context.Background(), asked, folder, conformance.Options{
				Cases: golden(t, folder), Apart: time.Millisecond,
				Fresh: func(context.Context) (conformance.Asked, func(), error) {
					return conformance.InProcess(strategy.Server()), func() {}, nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			wantPassed(t, report)
			if report.Orders < 1000 {
				t.Errorf("only %d orders were asked about", report.Orders)
			}
		})
	}
}

func wantPassed(t *testing.T, r conformance.Report) {
	t.Helper()
	if r.Passed() {
		return
	}
	var text bytes.Buffer
	if err := r.Text(&text, "en"); err != nil {
		t.Fatal(err)
	}
	t.Error(text.String())
}

func TestReport(t *testing.T) {
	t.Parallel()
	asked := conformance.InProcess(flat.Strategy.Server())
	heard := 0
	report, err := conformance.Check(context.Background(), asked, "sha", conformance.Options{
		Configs: map[string]json.RawMessage{"a rate": json.RawMessage(`{"rates":["0.10","0.05"]}`)}, Apart: time.Millisecond,
		Progress: func(conformance.Result) { heard++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	wantPassed(t, report)
	if heard != len(conformance.Names()) || len(report.Results) != heard {
		t.Errorf("%d checks of %d were heard", heard, len(conformance.Names()))
	}
	t.Run("IsReadInBothLanguages", func(t *testing.T) {
		for lang, want := range map[string]string{"zh-CN": "同样的问题，同样的答案", "en": "the same question has the same answer"} {
			var text bytes.Buffer
			if err := report.Text(&text, lang); err != nil || !strings.Contains(text.String(), want) {
				t.Errorf("%s: %v\n%s", lang, err, &text)
			}
		}
		for _, r := range report.Results {
			if r.Title.ZH == "" || r.Title.EN == "" {
				t.Errorf("%s has no title", r.Name)
			}
		}
	})
	t.Run("SurvivesJSON", func(t *testing.T) {
		raw, err := json.Marshal(report)
		var back conformance.Report
		if err != nil || json.Unmarshal(raw, &back) != nil || len(back.Results) != len(report.Results) || !back.Passed() {
			t.Errorf("%v\n%s", err, raw)
		}
	})
	t.Run("OnlySomeChecks", func(t *testing.T) {
		some, err := conformance.Check(context.Background(), asked, "sha", conformance.Options{Only: []string{"pure.twice"}})
		if err != nil || len(some.Results) != 1 || some.Of("pure.twice").Status != conformance.Pass {
			t.Errorf("%v, %+v", err, some)
		}
	})
}

// What a golden case wants must come true, and it says which did not.
func TestGoldenCasesAreHeldAgainstTheStrategy(t *testing.T) {
	t.Parallel()
	wrong := func(folder, name string, change func(*conformance.Case)) conformance.Report {
		cases := golden(t, folder)
		for i := range cases {
			if cases[i].Name == name {
				change(&cases[i])
			}
		}
		report, err := conformance.Check(context.Background(), conformance.InProcess(references[folder].Server()), folder,
			conformance.Options{Cases: cases, Only: []string{"golden", "period.golden"}})
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	for name, c := range map[string]struct {
		check  string
		report conformance.Report
	}{
		"AFenMore":     {"golden", wrong("threelevel", "TenFiveThree", func(c *conformance.Case) { c.Pays["a"]++ })},
		"AnotherWhy":   {"golden", wrong("threelevel", "TenFiveThree", func(c *conformance.Case) { c.Why["a"] = "nowhere" })},
		"SomebodyElse": {"golden", wrong("threelevel", "AShortListNamesTheRest", func(c *conformance.Case) { c.Declined = nil })},
		"AFailure":     {"golden", wrong("threelevel", "SevenDecimals", func(c *conformance.Case) { c.Failed = "strategy.other" })},
		"NobodyAtAll":  {"golden", wrong("threelevel", "NothingWasPaid", func(c *conformance.Case) { c.None = "sdk.rate_zero" })},
		"APeriod":      {"period.golden", wrong("pool", "ByWeights", func(c *conformance.Case) { c.Pays["x"]++ })},
	} {
		if r := c.report.Of(c.check); r.Status != conformance.Fail || r.Request == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// anew is a strategy that says something else of itself each time.
type anew struct {
	strategyv1.StrategyServer
	times int
}

func (a *anew) Describe(ctx context.Context, req *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	a.times++
	d, err := a.StrategyServer.Describe(ctx, req)
	d.Sdk = strings.Repeat("x", a.times)
	return d, err
}

func TestADescriptionThatChangesIsCaught(t *testing.T) {
	t.Parallel()
	report, err := conformance.Check(context.Background(), conformance.InProcess(&anew{StrategyServer: flat.Strategy.Server()}), "anew",
		conformance.Options{Only: []string{"describe.stable"}})
	if err != nil || report.Of("describe.stable").Status != conformance.Fail {
		t.Errorf("%v, %+v", err, report)
	}
}
