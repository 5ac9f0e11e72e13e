package host

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

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
	results := attack(t, h, sha, map[string]any{"secret": secret, "outside": filepath.Join(dir, "new"), "socket": local.Addr().String()})
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

func TestAWeakSandboxIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{Dir: t.TempDir(), Level: LevelOwnUser + 1}, testLog(t)); err == nil {
		t.Error("a level that no machine has is granted")
	}
}
