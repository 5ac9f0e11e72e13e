// Package planted_test holds the checks against strategies that are wrong in
// one place each, in their sandbox, through the real host.
package planted_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/host"
)

func TestMain(m *testing.M) {
	host.MaybeLauncher()
	_ = flag.Set("test.parallel", "4") // these tests mostly wait
	os.Exit(m.Run())
}

// faults is every planted fault and the check that must catch it.
var faults = map[string]string{
	"an id with a blank":                       "describe.identity",
	"a version that is none":                   "describe.identity",
	"an unknown fact":                          "describe.facts",
	"a fact without a purpose":                 "describe.facts",
	"a sentence in one language":               "describe.locales",
	"other arguments in the other language":    "describe.locales",
	"no English":                               "describe.locales",
	"floating point in the settings":           "describe.schema",
	"a form that lets unknown settings pass":   "describe.schema",
	"a form that refuses what it accepts":      "config.usable",
	"fields of a later contract":               "facts.future",
	"a period of its birth":                    "period.fresh",
	"a period in yen is a hundredth":           "period.currency",
	"a schema that is none":                    "describe.schema",
	"describes itself anew":                    "pure.fresh", // the host starts no second process of it
	"accepts unknown settings":                 "config.unknown_field",
	"accepts what its form refuses":            "config.strict",
	"crashes on a broken configuration":        "config.poison",
	"a problem without a sentence":             "config.problems",
	"a problem nowhere":                        "config.problems",
	"the length of the configuration":          "config.noise",
	"leaves an order out":                      "answers.one_each",
	"decides an order twice":                   "answers.one_each",
	"decides an order that nobody asked about": "answers.one_each",
	"says nothing":                             "answers.one_each",
	"crashes on an empty chain":                "answers.no_crash",
	"panics on no lines":                       "answers.no_crash",
	"hangs on a huge amount":                   "answers.in_time",
	"answers with an error":                    "answers.no_error",
	"a huge answer":                            "answers.no_error",
	"always fails":                             "answers.decides",
	"a stranger":                               "answers.recipients",
	"paid and declined":                        "answers.recipients",
	"a wrong level":                            "answers.levels",
	"a line that is not there":                 "answers.lines",
	"a negative award":                         "answers.amounts",
	"nobody above is named":                    "answers.no_silent_zero",
	"an award of nothing":                      "answers.no_silent_zero",
	"pays nobody":                              "answers.no_silent_zero",
	"no reason":                                "answers.reasons",
	"a reason that nobody wrote":               "answers.reasons",
	"an argument is missing":                   "answers.arguments",
	"control signs":                            "answers.text",
	"an endless argument":                      "answers.text",
	"no kind":                                  "answers.text",
	"reads an undeclared fact":                 "facts.declared",
	"the channel, though undeclared":           "facts.undeclared",
	"more than was paid":                       "money.within_paid",
	"floating point":                           "money.exact",
	"rounds up":                                "money.exact",
	"a narrow product":                         "money.huge",
	"two decimals everywhere":                  "money.wording",
	"a currency of its own":                    "money.wording",
	"yen are a hundredth":                      "money.currency",
	"the order of a map":                       "pure.twice",
	"chance":                                   "pure.twice",
	"a counter":                                "pure.twice",
	"its birth":                                "pure.fresh",
	"shares a scratch pad":                     "pure.together",
	"the clock":                                "pure.later",
	"the place in the batch":                   "batch.order",
	"answers another order":                    "batch.order",
	"the size of the batch":                    "batch.split",
	"the first line counts double":             "lines.order",
	"misses the first instant":                 "edges.instants",
	"a stranger in a period":                   "period.recipients",
	"a period in the dark":                     "period.recipients",
	"a negative share":                         "period.amounts",
	"a share without a reason":                 "period.reasons",
	"a period with chance":                     "period.twice",
	"the first member counts double":           "period.members",
	"the team, though undeclared":              "period.facts",
	"crashes on a period of nobody":            "period.answers",
}

var plantedConfig = map[string]json.RawMessage{
	"rates": json.RawMessage(`{"rates":["0.1","0.29"],"from":"2026-11-11T00:00:00+08:00"}`),
}

// hosts are two hosts that share one directory, hence one store of binaries.
type hosts struct {
	dir          string
	first, fresh *host.Host
}

func openHosts(t *testing.T, change func(*host.Config)) hosts {
	t.Helper()
	dir, err := os.MkdirTemp("", "fc")
	if err != nil {
		t.Fatal(err)
	}
	h := hosts{dir: dir}
	for _, which := range []**host.Host{&h.first, &h.fresh} {
		config := host.Config{Dir: dir, CallBase: 3 * time.Second, StartTimeout: 20 * time.Second, BackoffMin: time.Millisecond, BackoffMax: 10 * time.Millisecond,
			Development: true, IdleStop: 2 * time.Second}
		if change != nil {
			change(&config)
		}
		if *which, err = host.New(config, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		for _, one := range []*host.Host{h.first, h.fresh} {
			if err := one.Close(ctx); err != nil {
				t.Error(err)
			}
		}
		_ = os.RemoveAll(dir)
	})
	return h
}

func (h hosts) options(only ...string) conformance.Options {
	return conformance.Options{Configs: plantedConfig, Only: only,
		Fresh: func(context.Context) (conformance.Asked, func(), error) { return h.fresh, func() {}, nil }}
}

var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "fp")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "planted")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "../testdata/planted")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return os.ReadFile(path)
})

// plant writes a binary with a fault.
func plant(t *testing.T, fault string) string {
	t.Helper()
	raw, err := built()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "planted")
	if err := os.WriteFile(path, slices.Concat(raw, []byte("\nPLANTED:"+fault)), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every planted fault, run in its sandbox by the real host, is caught by the
// check that claims it; the same program without a fault passes all of them.
func TestPlantedFaults(t *testing.T) {
	t.Parallel()
	all := openHosts(t, nil)
	check := func(t *testing.T, h hosts, fault string, only ...string) conformance.Report {
		t.Helper()
		a, _, err := h.first.Install(context.Background(), plant(t, fault))
		if err != nil {
			t.Fatal(err)
		}
		report, err := conformance.Check(context.Background(), h.first, a.SHA256, h.options(only...))
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	for fault, name := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			h := all
			if strings.HasPrefix(fault, "hangs") {
				h = openHosts(t, func(c *host.Config) { c.CallBase, c.CallMax = 300*time.Millisecond, 600*time.Millisecond })
			}
			if !slices.Contains(conformance.Names(), name) {
				t.Fatalf("there is no check %s", name)
			}
			r := check(t, h, fault, name).Of(name)
			if r.Status != conformance.Fail || r.Detail == "" {
				t.Fatalf("%s says %q: %s", name, r.Status, r.Detail)
			}
			if r.RPC != "" && r.RPC != "Describe" && r.Request == nil && !strings.Contains(r.Detail, "70") {
				t.Errorf("no question shows it: %+v", r)
			}
		})
	}
	for _, fault := range []string{"none", "prints while it thinks"} { // the host throws away what is printed
		t.Run(fault+"/PassesEverything", func(t *testing.T) {
			t.Parallel()
			report := check(t, all, fault)
			wantPassed(t, report)
			for _, r := range report.Results {
				if r.Status == conformance.Skipped && !strings.HasPrefix(r.Name, "tier.") && !strings.HasPrefix(r.Name, "incentives.") && !strings.Contains(r.Name, "golden") {
					t.Errorf("%s was skipped: %s", r.Name, r.Detail)
				}
			}
		})
	}
	t.Run("PrintingBeforeTheHandshakeIsNotEvenInstalled", func(t *testing.T) {
		t.Parallel()
		if a, _, err := all.first.Install(context.Background(), plant(t, "prints before the handshake")); err == nil {
			t.Errorf("%+v", a)
		}
	})
}

// A strategy that comes with Fenli passes as the program that ships, whatever
// it is written in, and not only in this process.
func TestReferenceProgramsPass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		build  func(path string) *exec.Cmd
		golden string
	}{
		"Go": {func(path string) *exec.Cmd {
			cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "../../builtin/cmd/campaign-boost")
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
			return cmd
		}, "../../builtin/campaignboost/testdata/golden.json"},
		"TypeScript": {func(path string) *exec.Cmd {
			if _, err := os.Stat("../../sdk-ts/node_modules"); err != nil {
				return nil
			}
			return exec.Command("node", "../../sdk-ts/bin/fenli-strategy.mjs", "build", "../../builtin-ts/member-day/main.ts", path)
		}, "../../builtin-ts/member-day/testdata/golden.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "strategy.cjs")
			cmd := c.build(path)
			if cmd == nil {
				t.Skip("run `make sdk-ts` first")
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			passes(t, path, c.golden)
		})
	}
}

func passes(t *testing.T, path, golden string) {
	t.Helper()
	h := openHosts(t, nil)
	raw, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	options := h.options()
	options.Configs = nil
	if options.Cases, err = conformance.Cases(raw); err != nil {
		t.Fatal(err)
	}
	a, _, err := h.first.Install(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	report, err := conformance.Check(context.Background(), h.first, a.SHA256, options)
	if err != nil {
		t.Fatal(err)
	}
	wantPassed(t, report)
	if r := report.Of("pure.fresh"); r.Status != conformance.Pass {
		t.Errorf("%+v", r)
	}
}

// Every check that is not about golden cases, grades or tasks has a fault that
// it catches.
func TestEveryCheckHasAFault(t *testing.T) {
	t.Parallel()
	caught := map[string]bool{
		"describe.stable": true, // the host answers Describe from its store
		"golden":          true, // tried with wrong cases where the checks live
		"period.golden":   true,
	}
	for _, name := range faults {
		caught[name] = true
	}
	for _, name := range conformance.Names() {
		if !caught[name] && !strings.HasPrefix(name, "tier.") && !strings.HasPrefix(name, "incentives.") {
			t.Errorf("nothing is planted for %s", name)
		}
	}
	if len(faults) < 20 {
		t.Error("too few faults")
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
