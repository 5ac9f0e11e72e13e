package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// attack runs the hostile plugin's attacks: name of the attack, its error.
func attack(t *testing.T, h *Host, sha string, args map[string]any) map[string]string {
	t.Helper()
	config, err := json.Marshal(map[string]any{"mode": "attack", "args": args})
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: config, Orders: []*strategyv1.Order{{}}})
	if err != nil {
		t.Fatal(err)
	}
	if out.Decisions[0].GetNoCommission() == nil {
		t.Fatalf("the plugin did not survive its attacks: %v", out)
	}
	results := map[string]string{}
	for _, a := range out.Decisions[0].GetNoCommission().Why.Args {
		results[a.Name] = a.Value
	}
	return results
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	report := SandboxReport()
	t.Logf("level %s, Landlock ABI %d, notes %v", report.Level, report.LandlockABI, report.Notes)
	if report.Level < LevelSealed {
		t.Skipf("this machine offers %s only: %v", report.Level, report.Notes)
	}
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	local, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	for _, p := range []string{filepath.Dir(dir), dir, secret, local.Addr().String()} {
		if err := os.Chmod(p, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	h := newHost(t)
	sha := install(t, h, hostile(t, ""))
	results := attack(t, h, sha, map[string]any{"secret": secret, "outside": filepath.Join(dir, "new"), "socket": local.Addr().String(), "host": os.Getpid()})
	if len(results) < 20 {
		t.Errorf("only %d attacks were tried", len(results))
	}
	for name, err := range results {
		switch name {
		case "environment", "user", "go":
		default:
			t.Run(name, func(t *testing.T) {
				if err == "" {
					t.Error("it succeeded")
				}
			})
		}
	}
	if user, _ := strconv.Atoi(results["user"]); report.OwnUser && (user < firstUser || user >= firstUser+users) {
		t.Errorf("the plugin runs as user %d", user)
	}
	if got := codesOf(ask(t, h, sha, "", 1)); got[0] != "" {
		t.Errorf("afterwards: %v", got)
	}
}

func TestNamespaces(t *testing.T) {
	if report := SandboxReport(); !report.Namespaces {
		t.Skipf("this machine offers %s only: %v", report.Level, report.Notes)
	}
	for runtime, path := range map[string]func() string{
		"Go":         func() string { return friendly(t) },
		"TypeScript": func() string { return bundled(t, memberDay) },
	} {
		t.Run("OneIn"+runtime+"SeesNoOtherProcessAndNoNetwork", func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			seesNobody(t, pid(h, install(t, h, path())))
		})
	}
	t.Run("TwoDoNotShareOne", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		one, other := pid(h, install(t, h, friendly(t))), pid(h, install(t, h, hostile(t, "")))
		for _, kind := range []string{"net", "pid", "ipc"} {
			if namespace(t, one, kind) == namespace(t, other, kind) {
				t.Errorf("they share %s", kind)
			}
		}
	})
	t.Run("AHostThatIsRefusedThemGoesWithout", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		h.box.Namespaces = false
		sha := install(t, h, hostile(t, ""))
		if got := codesOf(ask(t, h, sha, "", 1)); got[0] != "" {
			t.Errorf("got %v", got)
		}
		for _, kind := range []string{"net", "pid", "ipc"} {
			if namespace(t, pid(h, sha), kind) != namespace(t, os.Getpid(), kind) {
				t.Errorf("it was given %s", kind)
			}
		}
	})
}

func namespace(t *testing.T, pid int, kind string) string {
	t.Helper()
	name, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// seesNobody looks at a process from outside, since it can look at nothing.
func seesNobody(t *testing.T, pid int) {
	for _, kind := range []string{"net", "pid", "ipc"} {
		if namespace(t, pid, kind) == namespace(t, os.Getpid(), kind) {
			t.Errorf("it shares %s with the host", kind)
		}
	}
	others, err := filepath.Glob("/proc/[0-9]*/ns/pid")
	if err != nil {
		t.Fatal(err)
	}
	sharing := 0
	for _, other := range others {
		if name, err := os.Readlink(other); err == nil && name == namespace(t, pid, "pid") {
			sharing++
		}
	}
	if sharing != 1 {
		t.Errorf("%d processes can name each other", sharing)
	}
	about := func(name string) string {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if found := regexp.MustCompile(`(?m)^ *(\S+):`).FindAllStringSubmatch(about("net/dev"), -1); len(found) != 1 || found[0][1] != "lo" {
		t.Errorf("it has the interfaces %q", found)
	}
	if strings.Contains(about("net/fib_trie"), "127.0.0.1") {
		t.Error("its loopback is up")
	}
}

// What takes all it can get ends by its own limit, and the next answer comes.
func TestGreedIsBounded(t *testing.T) {
	report := SandboxReport()
	for _, mode := range []string{"hoard", "swarm"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			if mode == "swarm" && !report.OwnUser {
				t.Skip("threads are counted per user, and plugins have none of their own")
			}
			h := newHost(t, func(c *Config) { c.CallBase, c.CallMax = 20*time.Second, 20*time.Second })
			sha := install(t, h, hostile(t, "/"+mode)) // a user of its own, whose threads are counted
			if got := codesOf(ask(t, h, sha, mode, 1)); got[0] != CodeCrashed {
				t.Errorf("got %v", got)
			}
			h.Forgive(sha)
			if got := codesOf(ask(t, h, sha, "", 1)); got[0] != "" {
				t.Errorf("afterwards: %v", got)
			}
		})
	}
}

func TestAWeakSandboxIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{Dir: t.TempDir(), Level: LevelApart + 1}, testLog(t)); err == nil {
		t.Error("a level that no machine has is granted")
	}
}
