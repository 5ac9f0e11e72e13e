package builtin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fenli-io/fenli/plugins/builtin"
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
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

var strategies = map[string]stest.Strategy{
	"campaignboost": campaignboost.Strategy, "compose": compose.Strategy, "differential": differential.Strategy, "groupbuy": groupbuy.Strategy,
	"ladderbonus": ladderbonus.Strategy, "matrix": matrix.Strategy, "newcustomer": newcustomer.Strategy, "pool": pool.Strategy,
	"taskbadges": taskbadges.Strategy, "teamcity": teamcity.Strategy, "threelevel": threelevel.Strategy, "tieredsales": tieredsales.Strategy,
}

// The form validates in a browser with the schema, the plugin with its struct:
// they must agree about every golden configuration.
func TestSchemaAcceptsWhatTheStrategyAccepts(t *testing.T) {
	t.Parallel()
	for folder, strategy := range strategies {
		described, err := strategy.Server().Describe(context.Background(), &strategyv1.DescribeRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(builtin.List, described.Id) {
			t.Errorf("%s is not listed", described.Id)
		}
		schema := compile(t, described.ConfigSchema)
		var cases []stest.Case
		raw, err := os.ReadFile(filepath.Join(folder, "testdata", "golden.json"))
		if err == nil {
			err = json.Unmarshal(raw, &cases)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			config, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.Config))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(config); (err == nil) != (c.Failed != "strategy.config_invalid") {
				t.Errorf("%s, %s: the schema says %v", described.Id, c.Name, err)
			}
		}
	}
	if len(strategies) != len(builtin.List) {
		t.Errorf("%d strategies are tried, %d are listed", len(strategies), len(builtin.List))
	}
}

func compile(t *testing.T, raw []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("config.json")
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	return schema
}

func TestConfigurationsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for folder, cases := range map[string]map[string]string{
		"threelevel":   {`{"rates":["0.1","0","0","0"]}`: "/rates sdk.wrong_value", `{"rates":"0.1"}`: "/rates sdk.wrong_value"},
		"matrix":       {`{"skus":{"a/b":{"rates":["0.1"],"fixed":[1]}}}`: "/skus/a~1b rates_or_fixed", `{"skus":{"a":{"fixed":[-1]}}}`: "/skus/a/fixed/0 sdk.wrong_value"},
		"differential": {`{"grades":{"a":"0.1"},"peer":{"rate":"0.1","max":3}}`: "/peer/max sdk.wrong_value", `{}`: "/grades sdk.missing_field", `{"grades":{"a":"0.1"},"peer":{"rate":"0.1","max":1,"of":"x"}}`: "/peer/of sdk.wrong_value"},
		"campaignboost": {
			`{"base":["0.1"],"boost":{"levels":[1],"multiplier":"1.5","from":"2026-11-12T00:00:00+08:00","to":"2026-11-11T00:00:00+08:00"}}`: "/boost/to ends_before_it_begins",
			`{"base":["0.1"],"boost":{"levels":[],"multiplier":"1.5","from":"2026-11-11T00:00:00+08:00","to":"2026-11-12T00:00:00+08:00"}}`:  "/boost/levels sdk.wrong_value",
		},
		"newcustomer": {`{"base":["0.1"]}`: "/first_order sdk.missing_field", `{"base":["0.1"],"first_order":{"fixed":"5"}}`: "/first_order/fixed sdk.wrong_value"},
		"pool":        {`{"share":"1.1","mode":"weights","grades":{"a":"1"}}`: "/share more_than_sales", `{"share":"0.1","grades":{"a":"1"}}`: "/mode sdk.missing_field", `{"share":"0.1","mode":"all","grades":{"a":"1"}}`: "/mode sdk.wrong_value"},
		"ladderbonus": {
			`{"whose":"own","mode":"whole","steps":[{"from":5,"rate":"0.1"},{"from":5,"rate":"0.2"}]}`: "/steps/1/from steps_must_rise",
			`{"whose":"own","mode":"whole","steps":[{"from":0,"rate":"0.1"}]}`:                         "/steps/0/from sdk.wrong_value",
		},
		"taskbadges": {
			`{"tasks":[{"key":"a","what":"recruits","count":1,"money":1}]}`:                           "/tasks/0 nobody_is_paid_for_recruiting",
			`{"tasks":[{"key":"a","what":"recruits","count":1,"points":1}]}`:                          "/tasks/0 nobody_is_paid_for_recruiting",
			`{"tasks":[{"key":"a","what":"sales","count":1}]}`:                                        "/tasks/0 task_without_target",
			`{"tasks":[{"key":"a","what":"orders","count":1},{"key":"a","what":"orders","count":2}]}`: "/tasks/1/key key_twice",
			`{"tasks":[{"key":"a","what":"orders","count":1,"badge":"diamond"}]}`:                     "/tasks/0/badge sdk.wrong_value",
			`{"grades":[{"grade":"a"}]}`:                                                              "/grades/0 grade_without_condition",
			`{"grades":[{"grade":"a","orders":1},{"grade":"a","orders":2}]}`:                          "/grades/1/grade grade_twice",
		},
		"teamcity": {`{"rates":["0.1"],"team_lead":"0.02"}`: "/city_partner sdk.missing_field"},
		"compose": {
			`{"mode":"first","rules":[]}`:                                                                                                                  "/rules sdk.wrong_value",
			`{"mode":"first","rules":[{"name":"a","pay":{}}]}`:                                                                                             "/rules/0/pay rule_pays_nobody",
			`{"mode":"first","rules":[{"name":"a","pay":{"rates":["0.1"],"fixed":[5]}}]}`:                                                                  "/rules/0/pay rates_or_fixed",
			`{"mode":"first","rules":[{"name":"a","when":{"sku":["X"]},"pay":{"rates":["0.1"]}}]}`:                                                         "/rules/0/when/sku sdk.unknown_field",
			`{"mode":"first","rules":[{"name":"a","when":{"min_total":5},"pay":{"rates":["0.1"]}},{"name":"b","pay":{"rates":["0.2"]}}]}`:                  "/rules/0/when/min_total small_orders_pay_more",
			`{"mode":"first","rules":[{"name":"a","when":{"min_total":5},"pay":{"fixed":[900]}},{"name":"b","pay":{"rates":["0.2"]}}]}`:                    "/rules/0/when/min_total small_orders_pay_more",
			`{"mode":"first","rules":[{"name":"a","when":{"from":"2026-11-12T00:00:00+08:00","to":"2026-11-12T00:00:00+08:00"},"pay":{"rates":["0.1"]}}]}`: "/rules/0/when/to ends_before_it_begins",
			`{"mode":"sum","rules":[` + strings.Repeat(`{"name":"a","pay":{"rates":["0.1"]}},`, 8) + `{"name":"a","pay":{"rates":["0.1"]}}]}`:              "/rules too_many_to_add",
		},
		"groupbuy": {`{"inviter":"0.05"}`: "/invitee sdk.missing_field"},
		"tieredsales": {
			`{"window":"month","mode":"before_order","tiers":[{"from":5,"rate":"0.1"},{"from":5,"rate":"0.2"}]}`: "/tiers/1/from tiers_must_rise",
			`{"window":"month","mode":"later","tiers":[{"from":0,"rate":"0.1"}]}`:                                "/mode sdk.wrong_value",
			`{"window":"month","mode":"retroactive","tiers":[{"from":0,"rate":"0.1"},{"from":5,"rate":"0.05"}]}`: "/tiers/1/rate rates_must_not_fall",
		},
	} {
		for config, want := range cases {
			out, err := strategies[folder].Server().ValidateConfig(context.Background(), &strategyv1.ValidateConfigRequest{Config: []byte(config)})
			if err != nil || len(out.Problems) != 1 || out.Problems[0].Path+" "+out.Problems[0].Why.Key != want {
				t.Errorf("%s %s: want %q, got %v, %v", folder, config, want, out.GetProblems(), err)
			}
		}
	}
}

// A reference strategy shows what an author can do, so it may use nothing that
// an author lacks.
func TestStrategiesImportTheSDKAlone(t *testing.T) {
	t.Parallel()
	for folder := range strategies {
		sources, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range sources {
			if !strings.HasSuffix(path, "_test.go") {
				importsTheSDKAlone(t, path)
			}
		}
	}
}

func importsTheSDKAlone(t *testing.T, source string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if strings.Contains(path, ".") && !strings.HasPrefix(path, "github.com/fenli-io/fenli/plugins/sdk") {
			t.Errorf("%s imports %s", source, path)
		}
	}
}

// A merchant chooses by what a strategy says of itself: Chinese first, then
// English.
func TestEveryStrategySaysWhatItPays(t *testing.T) {
	t.Parallel()
	for _, id := range builtin.List {
		raw, err := os.ReadFile(filepath.Join(strings.ReplaceAll(id, "-", ""), "README.md"))
		if err != nil {
			t.Error(err)
			continue
		}
		title, rest, _ := strings.Cut(string(raw), "\n")
		if !strings.Contains(title, "`"+id+"`") || !strings.Contains(rest, "例：") || !strings.Contains(rest, "\n## English\n") {
			t.Errorf("%s: the README lacks its id, an example or English", id)
		}
	}
}

func TestEveryCommandServesItsStrategy(t *testing.T) {
	t.Parallel()
	for _, id := range builtin.List {
		raw, err := os.ReadFile(filepath.Join("cmd", id, "main.go"))
		if err != nil {
			t.Error(err)
			continue
		}
		folder := strings.ReplaceAll(id, "-", "")
		if !strings.Contains(string(raw), "strategy.Serve("+folder+".Strategy)") {
			t.Errorf("cmd/%s serves something else", id)
		}
	}
}

func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every program")
	}
	var heard []string
	paths, err := builtin.Build(context.Background(), t.TempDir(), func(id string) { heard = append(heard, id) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, builtin.List) {
		t.Errorf("progress heard %v", heard)
	}
	for _, id := range builtin.List {
		if info, err := os.Stat(paths[id]); err != nil || info.Mode().Perm()&0o111 == 0 {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// What is listed as TypeScript is there, and nothing else is.
func TestStrategiesInTypeScriptAreListed(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob("../builtin-ts/*/main.ts")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range mains {
		found = append(found, filepath.Base(filepath.Dir(path)))
	}
	if !slices.Equal(found, builtin.InTypeScript) {
		t.Errorf("found %v, listed %v", found, builtin.InTypeScript)
	}
}
