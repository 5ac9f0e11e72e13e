package workbench_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/plugins/workbench"
)

// FENLI_TEST_CLEAN_CACHE=1 empties the build cache first, standard library
// included; the modules stay.
func TestANewStrategyIsGreenWithinAMinute(t *testing.T) {
	if os.Getenv("FENLI_TEST_CLEAN_CACHE") != "" {
		t.Setenv("GOCACHE", t.TempDir())
	}
	for _, template := range workbench.Templates {
		began := time.Now()
		dir := scaffold(t, workbench.Scaffold{Name: "mine-" + template, Template: template, License: "mit", Holder: "Lin"})
		if out, err := run(t, dir, "test", "./..."); err != nil || !strings.Contains(out, "ok") {
			t.Fatalf("%s: %v\n%s", template, err, out)
		}
		took := time.Since(began)
		t.Logf("%s: from new to green in %s", template, took.Round(time.Millisecond))
		if took > time.Minute {
			t.Errorf("%s took %s", template, took)
		}
		if out, err := run(t, dir, "vet", "./..."); err != nil {
			t.Errorf("%s: %v\n%s", template, err, out)
		}
	}
}

func TestANewStrategyHasItsOwnNameAndNothingOfTheTemplates(t *testing.T) {
	t.Parallel()
	dir := scaffold(t, workbench.Scaffold{Name: "spring-sale", Module: "shop.example/spring"})
	for file, wants := range map[string][]string{
		"main.go":    {"package main", `ID: "spring-sale"`, "func main() { strategy.Serve(Strategy) }"},
		"locales.go": {"package main", `"zh-CN"`, `"en"`},
		"go.mod":     {"module shop.example/spring", "replace github.com/fenli-io/fenli/plugins/sdk => /"},
		"README.md":  {"# spring-sale", "五分钟上手", "In English"},
		"Makefile":   {"bin/spring-sale"},
	} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(raw), want) {
				t.Errorf("%s lacks %q:\n%s", file, want, raw)
			}
		}
		if strings.Contains(string(raw), "package rates") || strings.Contains(string(raw), "NAME") {
			t.Errorf("%s still speaks of the template:\n%s", file, raw)
		}
	}
}

func TestNewSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	write(t, filepath.Join(full, "notes.txt"), "mine")
	for code, s := range map[string]workbench.Scaffold{
		"new.bad_name":         {Name: "Spring Sale"},
		"new.unknown_template": {Name: "ab", Template: "lottery"},
		"new.unknown_language": {Name: "ab", Lang: "cobol", Dir: filepath.Join(t.TempDir(), "x")},
		"new.folder_not_empty": {Name: "ab", Dir: full},
		"new.no_sdk":           {Name: "ab", Dir: filepath.Join(t.TempDir(), "x"), SDK: full},
	} {
		_, err := s.Make()
		var f workbench.Flaw
		if !errors.As(err, &f) || f.Code != code || f.Cause == "" || f.Fix == "" {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

// The strategy, the test and the golden case of plugins/README.md are put into
// a new folder as they stand there.
func TestTheFiveMinutesOfTheREADMEAreTrue(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(raw), "## Writing a strategy in five minutes")
	section, _, _ = strings.Cut(section, "\n## ")
	var blocks []string
	for _, language := range []string{"```go\n", "```go\n", "```json\n"} {
		var block string
		_, section, _ = strings.Cut(section, language)
		block, section, _ = strings.Cut(section, "```")
		blocks = append(blocks, block)
	}
	dir := scaffold(t, workbench.Scaffold{Name: "flat"})
	if err := os.Remove(filepath.Join(dir, "locales.go")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "main.go"), blocks[0])
	write(t, filepath.Join(dir, "strategy_test.go"), "package main\n\nimport (\n\t\"testing\"\n\n\t\""+"github.com/fenli-io/fenli/plugins/sdk/stest\"\n)\n\n"+blocks[1])
	write(t, filepath.Join(dir, "testdata", "golden.json"), blocks[2])
	if out, err := run(t, dir, "test", "-v", "./..."); err != nil || !strings.Contains(out, "PASS: TestFlat/Golden/TenPercent") {
		t.Fatalf("%v\n%s", err, out)
	}
}
