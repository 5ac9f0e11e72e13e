package workbench_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
	"github.com/fenli-io/fenli/plugins/workbench"
)

func open(t *testing.T) *workbench.Bench {
	t.Helper()
	b, err := workbench.Open(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func load(t *testing.T, b *workbench.Bench, target string) *workbench.Strategy {
	t.Helper()
	s, err := b.Load(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTestFindsWhatGoldenCasesAndTheContractFind(t *testing.T) {
	t.Parallel()
	dir := scaffold(t, workbench.Scaffold{Name: "tried"})
	b := open(t)
	s := load(t, b, dir)
	cases, err := workbench.ReadCases(s.Golden)
	if err != nil {
		t.Fatal(err)
	}
	good, err := s.Test(t.Context(), cases, true, nil)
	if err != nil || !good.Passed() || len(good.Golden) != 3 || good.Conformance == nil {
		t.Fatalf("%v %+v", err, good)
	}

	// It pays one more, and what it pays depends on what it paid before.
	replace(t, filepath.Join(dir, "main.go"), "out.PayRate(member, line, rate)", "calls++; out.PayRate(member, line, rate+calls)")
	replace(t, filepath.Join(dir, "main.go"), "// evaluate decides", "var calls money.Rate\n\n// evaluate decides")
	replace(t, filepath.Join(dir, "main.go"), `import strategy "github.com/fenli-io/fenli/plugins/sdk"`, "import (\n\tstrategy \"github.com/fenli-io/fenli/plugins/sdk\"\n\t\"github.com/fenli-io/fenli/plugins/sdk/money\"\n)")
	bad, err := load(t, b, dir).Test(t.Context(), cases, true, nil)
	if err != nil || bad.Passed() || len(bad.Conformance.Failures()) == 0 {
		t.Fatalf("%v %+v", err, bad)
	}
	var text bytes.Buffer
	bad.Write(&text)
	for _, want := range []string{"FAIL pure.", "conformance:"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, text.String())
		}
	}
}

func TestValidateTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	dir := scaffold(t, workbench.Scaffold{Name: "flawed"})
	b := open(t)
	if flaws, err := load(t, b, dir).Validate(t.Context(), []byte(`{"rates":["0.1"]}`)); err != nil || len(flaws) > 0 {
		t.Fatalf("%v %v", err, flaws)
	}
	replace(t, filepath.Join(dir, "main.go"), `Version: "0.1.0"`, `Version: "one"`)
	replace(t, filepath.Join(dir, "main.go"), ` title_en:"Rate of each level"`, "")
	replace(t, filepath.Join(dir, "main.go"), `strategy.Chain.For("needs_chain")`, `strategy.Chain.For("needs_chain"), strategy.Fact("buyer.phone").For("nowhere")`)
	replace(t, filepath.Join(dir, "locales.go"), `"level {level}, {rate}"`, `"level {level}, {percent}"`)
	flaws, err := load(t, b, dir).Validate(t.Context(), []byte(`{"rates":["0.1", "x"], "colour": "red"}`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range flaws {
		got[f.Code] += f.Place + ";"
		if f.Cause == "" || f.Fix == "" || f.Place == "" {
			t.Errorf("%+v lacks something", f)
		}
	}
	for code, place := range map[string]string{
		"strategy.bad_version": "Version", "schema.without_title": "schema /rates", "fact.unknown": "fact buyer.phone",
		"fact.purpose_unspoken": "locale en", "locale.other_arguments": "locale en, key level_rate", "config.refused": "config /rates/1",
	} {
		if !strings.Contains(got[code], place) {
			t.Errorf("%s at %q is missing: %v", code, place, flaws)
		}
	}
	if !strings.Contains(got["config.refused"], "config /colour") {
		t.Errorf("the unknown setting: %v", flaws)
	}
}

func TestCompareSaysWhoGetsMoreAndWhy(t *testing.T) {
	t.Parallel()
	b := open(t)
	s := load(t, b, scaffold(t, workbench.Scaffold{Name: "compared"}))
	cases, err := workbench.ReadOrders(s.Source)
	if err != nil || len(cases) != 3 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	same, err := workbench.Compare(t.Context(), s, s, cases, nil, nil, "en")
	if err != nil || !same.Same() || same.Asked != 3 || same.TotalsA["CNY"] != 3183 {
		t.Fatalf("%v %+v", err, same)
	}
	d, err := workbench.Compare(t.Context(), s, s, cases[:1], nil, []byte(`{"rates":["0.1","0.06"]}`), "en")
	if err != nil || len(d.Orders) != 1 || len(d.Orders[0].People) != 1 {
		t.Fatalf("%v %+v", err, d)
	}
	want := workbench.PersonDiffers{Who: "b", A: 995, B: 1194, WhyA: "level 2, 5%", WhyB: "level 2, 6%"}
	if got := d.Orders[0].People[0]; got != want || d.TotalsB["CNY"]-d.TotalsA["CNY"] != 199 {
		t.Errorf("got %+v, totals %v %v", got, d.TotalsA, d.TotalsB)
	}
	var text bytes.Buffer
	d.Write(&text)
	if !strings.Contains(text.String(), "+1.99") || !strings.Contains(text.String(), "1 of 1 differ") {
		t.Error(text.String())
	}
}

// decision is one that a store of people and goods may have.
func decision() (*strategyv1.EvaluateRequest, *strategyv1.Decision) {
	why := func(key string, args ...string) *strategyv1.Why {
		w := &strategyv1.Why{Key: key}
		for i := 0; i < len(args); i += 2 {
			w.Args = append(w.Args, &strategyv1.Arg{Name: args[i], Value: args[i+1]})
		}
		return w
	}
	return &strategyv1.EvaluateRequest{
			Config: []byte(`{"skus":{"LONGJING-7":{"fixed":[500]},"SECRET-9":{"fixed":[1]}},"categories":{"tea/green":["0.10","0.05"],"tea":["0.01"]}}`),
			Rules:  &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_HALF_UP, Levels: 2},
			Orders: []*strategyv1.Order{{
				Seq: 4711, Currency: "CNY", MinorDigits: 2, PlacedAtMs: 1772330400000, PaidAtMs: 1772330460000, Region: "440300",
				Lines: []*strategyv1.Line{{Sku: "LONGJING-7", Category: "tea/green/spring", Quantity: 2, UnitPrice: 9900, Net: 19800}, {Sku: "BILUO", Category: "tea/green", Quantity: 1, UnitPrice: 10005, Net: 10005}},
				Chain: []*strategyv1.Member{{Handle: "0190-aaaa", Level: 1}, {Handle: "0190-bbbb", Level: 2}},
			}},
		}, &strategyv1.Decision{Order: 3, Outcome: &strategyv1.Decision_Paid{Paid: &strategyv1.Paid{
			Awards: []*strategyv1.Award{
				{Recipient: 0, Line: 0, Kind: "level", Level: 1, Amount: 1000, Why: why("fixed", "sku", "LONGJING-7")},
				{Recipient: 0, Line: 1, Kind: "level", Level: 1, Base: 10005, RatePpm: 100_000, Amount: 1001, Why: why("by_category", "category", "tea/green")},
			},
			Declined: []*strategyv1.Declined{{Recipient: 1, Why: why("level_without_rate")}},
		}}}
}

func TestARecordHoldsNobodyAndKeepsTheAmounts(t *testing.T) {
	t.Parallel()
	request, answer := decision()
	before := proto.CloneOf(request)
	form := []byte(`{"type":"object","properties":{"skus":{"type":"object","x-keys":"sku","additionalProperties":{"type":"object"}},"categories":{"type":"object","x-keys":"category","additionalProperties":{"type":"array"}}}}`)
	r, err := workbench.MakeRecord(workbench.RecordedBy{ID: "matrix", Version: "1.0.0", SHA256: "ab"}, request, answer, workbench.Redaction{Name: "refund", Form: form, Shift: -time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"0190", "LONGJING", "BILUO", "SECRET", "green", "spring", "440300", "4711"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the record holds %s: %s", secret, raw)
		}
	}
	if !proto.Equal(before, request) {
		t.Error("the decision itself was changed")
	}
	want := stest.Case{Pays: map[string]int64{"a": 2001}, Declined: map[string]string{"b": "level_without_rate"}}
	if r.Case.Pays["a"] != want.Pays["a"] || r.Case.Declined["b"] != want.Declined["b"] || r.Case.Rounding != "half_up" || r.Case.Levels != 2 {
		t.Errorf("case: %+v", r.Case)
	}
	for _, kept := range []string{`"SKU-1"`, `cat-1/cat-2/cat-3`, `"SKU-3":{"fixed":[1]}`, `"cat-1/cat-2":["0.10","0.05"]`, `"region-1"`} {
		if !bytes.Contains(r.Request, []byte(kept)) && !bytes.Contains(r.Case.Config, []byte(kept)) {
			t.Errorf("%s is missing:\n%s\n%s", kept, r.Request, r.Case.Config)
		}
	}
	open, err := workbench.MakeRecord(workbench.RecordedBy{}, request, answer, workbench.Redaction{Name: "x", KeepSKUs: true})
	if err != nil || !bytes.Contains(open.Request, []byte("LONGJING-7")) || bytes.Contains(open.Request, []byte("0190")) {
		t.Errorf("with SKUs: %v %s", err, open.Request)
	}
}

// A record that was made from what a strategy said is answered by it with the
// same bytes, and by one that was changed with the difference.
func TestReplayIsEqualForTheSameAndShowsWhatAnotherSays(t *testing.T) {
	t.Parallel()
	b := open(t)
	dir := scaffold(t, workbench.Scaffold{Name: "replayed", Template: "categories"})
	s := load(t, b, dir)
	request, _ := decision()
	request.Config = []byte(`{"categories":{"tea/green":["0.10"],"tea":["0.01"]}}`)
	said, err := s.Ask(t.Context(), request.Config, request.Rules, request.Orders...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := workbench.MakeRecord(workbench.RecordedBy{ID: s.ID, Version: s.Version, SHA256: s.SHA256}, request, said[0], workbench.Redaction{Name: "one", Form: s.Described.ConfigSchema})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, filepath.Join(t.TempDir(), "one.json"), string(raw))
	if r, err = workbench.ReadRecord(file); err != nil {
		t.Fatal(err)
	}
	if out, err := s.Replay(t.Context(), r); err != nil || !out.Equal || out.Differs != nil {
		t.Fatalf("%v %+v\n%s", err, out, raw)
	}
	golden := filepath.Join(t.TempDir(), "golden.json")
	if err := workbench.AddCase(golden, r.Case); err != nil {
		t.Fatal(err)
	}
	if err := workbench.AddCase(golden, r.Case); err == nil {
		t.Error("the same name is taken twice")
	}
	cases, err := workbench.ReadCases(golden)
	if err != nil {
		t.Fatal(err)
	}
	if results, err := s.TestGolden(t.Context(), cases); err != nil || !results[0].Passed {
		t.Errorf("the recorded case: %v %+v", err, results)
	}
	replace(t, filepath.Join(dir, "main.go"), "line, rate)", "line, rate/2)")
	out, err := load(t, b, dir).Replay(t.Context(), r)
	if err != nil || out.Equal || out.Differs == nil || out.Differs.People[0].Who != "a" || out.Differs.People[0].A <= out.Differs.People[0].B {
		t.Errorf("%v %+v", err, out)
	}
}

func TestAStrategyInTypeScriptBeginsGreenToo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no Node.js here")
	}
	if _, err := os.Stat("../sdk-ts/node_modules"); err != nil {
		t.Skip("run `npm ci` in plugins/sdk-ts first")
	}
	dir := scaffold(t, workbench.Scaffold{Name: "in-ts", Lang: "ts"})
	cmd := exec.Command("npm", "test")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "# fail 0") {
		t.Fatalf("%v\n%s", err, out)
	}
	s := load(t, open(t), dir)
	cases, err := workbench.ReadCases(s.Golden)
	if err != nil {
		t.Fatal(err)
	}
	if tested, err := s.Test(t.Context(), cases, false, nil); err != nil || !tested.Passed() || s.ID != "in-ts" {
		t.Errorf("%v %+v", err, tested)
	}
}

func TestLoadSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	t.Parallel()
	b := open(t)
	script := write(t, filepath.Join(t.TempDir(), "no-strategy"), "#!/bin/sh\necho hello\n")
	for code, target := range map[string]string{
		"tool.not_found": "./nowhere", "build.no_sources": t.TempDir(), "strategy.does_not_start": script,
	} {
		_, err := b.Load(t.Context(), target)
		flaws := workbench.FlawsOf(err)
		if len(flaws) != 1 || flaws[0].Code != code || flaws[0].Fix == "" {
			t.Errorf("%s: got %v", code, err)
		}
	}
}
