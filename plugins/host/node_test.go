package host

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// The strategies in TypeScript, each bundled once for all tests.
var (
	memberDay    = sync.OnceValues(func() (string, error) { return bundle("member-day", "../builtin-ts/member-day/main.ts") })
	threeLevelTS = sync.OnceValues(func() (string, error) { return bundle("three-level-ts", "../sdk-ts/test/fixtures/three-level-main.ts") })
	hostileTS    = sync.OnceValues(func() (string, error) { return bundle("hostile-ts", "internal/hostile-ts/main.mts") })
)

func bundle(name, entry string) (string, error) {
	path := filepath.Join(binaries, name+".cjs")
	if out, err := exec.Command("node", "../sdk-ts/bin/fenli-strategy.mjs", "build", entry, path).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
}

// bundled skips a test where there is no Node.js; CI has it.
func bundled(t *testing.T, of func() (string, error)) string {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat("../sdk-ts/node_modules")
	}
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatal(err)
	case err != nil:
		t.Skip("run `make sdk-ts` first: ", err)
	}
	path, err := of()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNode(t *testing.T) {
	t.Run("AStrategyInTypeScriptKeepsTheContract", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		a, d, err := h.Install(context.Background(), bundled(t, memberDay))
		if err != nil || a.Runtime != Node || d.GetSdk() != "ts/1.1.0" {
			t.Fatal(a, err)
		}
		stest.Verify(t, &overTheWire{host: h, sha: a.SHA256}, stest.Golden("../builtin-ts/member-day/testdata/golden.json"))
		if again := newHost(t, func(c *Config) { c.Dir = h.config.Dir }).Artifacts(); len(again) != 1 || again[0].Runtime != Node {
			t.Errorf("the store forgets the runtime: %v", again)
		}
	})
	t.Run("AStrategyInTypeScriptPassesEveryCheckOverTheWire", func(t *testing.T) {
		t.Parallel()
		everyCheck(t, bundled(t, memberDay))
	})
	t.Run("APortDecidesAsTheGoStrategyDoes", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sameDecisions(t, h, install(t, h, friendly(t)), install(t, h, bundled(t, threeLevelTS)))
	})
	t.Run("CallsInFlightEndBeforeTheProcessDoes", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, bundled(t, hostileTS))
		p := pid(h, sha)
		go func() {
			for h.Counters().Calls == 0 {
				time.Sleep(5 * time.Millisecond)
			}
			time.Sleep(100 * time.Millisecond) // the call is on its way
			_ = syscall.Kill(p, syscall.SIGTERM)
		}()
		if got := codesOf(ask(t, h, sha, "busy", 1)); got[0] != "" || h.Counters().Calls != 1 {
			t.Errorf("got %v after %d calls", got, h.Counters().Calls)
		}
		eventually(t, "the process has ended", func() bool { return gone(p) })
	})
	t.Run("AStopIsQuick", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.KillGrace = 10 * time.Second })
		sha := install(t, h, bundled(t, memberDay))
		p, began := pid(h, sha), time.Now()
		if err := h.Close(context.Background()); err != nil || !gone(p) {
			t.Error(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
	})
	t.Run("NoOrphansWhenTheHostIsKilled", func(t *testing.T) {
		t.Parallel()
		noOrphanOf(t, bundled(t, memberDay))
	})
	t.Run("AChangedByteOfTheBundleIsRefused", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.IdleStop = 50 * time.Millisecond })
		sha := install(t, h, bundled(t, memberDay))
		eventually(t, "the plugin is idle", func() bool { return pid(h, sha) == 0 })
		path := h.store.path(sha)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(path), os.WriteFile(path, bytes.Replace(raw, []byte("会员日加成"), []byte("会员日加倍"), 1), 0o555)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Orders: []*strategyv1.Order{{}}}); !errors.Is(err, ErrTampered) || pid(h, sha) != 0 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("AMachineWithoutNodeRefusesOnlyWhatNeedsIt", func(t *testing.T) {
		t.Parallel()
		withoutNode(t)
	})
	t.Run("OnlyTheHostIsAnswered", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, bundled(t, memberDay))
		conn, err := tls.Dial("unix", h.slot(sha).process.runner.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, err = conn.Read(make([]byte, 1)) // a server that takes us sends its settings first
			_ = conn.Close()
		}
		if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a stranger without the host's certificate is let in: %v", err)
		}
	})
	t.Run("LargeMessages", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase, c.CallMax = 20*time.Second, 20*time.Second })
		sha := install(t, h, bundled(t, hostileTS))
		if got := codesOf(ask(t, h, sha, "big", 1)); got[0] != CodeTooLarge {
			t.Errorf("an answer of 20 MiB: %v", got)
		}
		if got := codesOf(askOrders(t, h, sha, "", &strategyv1.Order{Channel: strings.Repeat("x", 5<<20)})); got[0] != "" {
			t.Errorf("a question of 5 MiB: %v", got)
		}
	})
}

// everyCheck holds a strategy against all that plugins/conformance asks, with
// a second host on the same store for what must outlive a process.
func everyCheck(t *testing.T, path string) {
	raw, err := os.ReadFile("../builtin-ts/member-day/testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := conformance.Cases(raw)
	if err != nil {
		t.Fatal(err)
	}
	patient := func(c *Config) { c.CallBase, c.CallMax = 20*time.Second, 20*time.Second }
	h := newHost(t, patient)
	report, err := conformance.Check(context.Background(), h, install(t, h, path), conformance.Options{
		Cases: cases, Apart: time.Millisecond,
		Fresh: func(context.Context) (conformance.Asked, func(), error) {
			other := newHost(t, patient, func(c *Config) { c.Dir = h.config.Dir })
			return other, func() { _ = other.Close(context.Background()) }, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Passed() || report.Orders < 1000 {
		var text bytes.Buffer
		if err := report.Text(&text, "en"); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%d orders\n%s", report.Orders, text.String())
	}
}

// sameDecisions asks two strategies about thousands of orders of chance.
func sameDecisions(t *testing.T, h *Host, one, other string) {
	dice := rand.New(rand.NewPCG(2026, 11))
	total := 0
	for _, config := range []string{`{}`, `{"rates":["0.10","0.05","0.03"]}`, `{"rates":["0.333333"]}`, `{"rates":["0","1","12.5"]}`, `{"rates":[]}`, `{"rate":[]}`} {
		for range 5 {
			req := &strategyv1.EvaluateRequest{Config: []byte(config), Rules: &strategyv1.Rules{Rounding: strategyv1.Rounding(dice.IntN(3)), Levels: int32(dice.IntN(4))}}
			for i := range 200 {
				req.Orders = append(req.Orders, anyOrder(dice, int64(i)))
			}
			a, err := h.Evaluate(context.Background(), one, req)
			if err != nil {
				t.Fatal(err)
			}
			b, err := h.Evaluate(context.Background(), other, req)
			if err != nil {
				t.Fatal(err)
			}
			for i := range a.Decisions {
				if !proto.Equal(a.Decisions[i], b.Decisions[i]) {
					t.Fatalf("%s\norder: %v\none: %v\nother: %v", config, req.Orders[i], a.Decisions[i], b.Decisions[i])
				}
				total++
			}
		}
	}
	if total != 6000 {
		t.Errorf("%d orders were compared", total)
	}
}

func anyOrder(dice *rand.Rand, seq int64) *strategyv1.Order {
	o := &strategyv1.Order{Seq: seq, Currency: "CNY", MinorDigits: 2, PlacedAtMs: dice.Int64N(2e12)}
	for i := range dice.IntN(5) {
		net := dice.Int64N(10_000_000)
		switch dice.IntN(6) {
		case 0:
			net = dice.Int64N(12)
		case 1:
			net = money.MaxMinor - dice.Int64N(20)
		}
		o.Lines = append(o.Lines, &strategyv1.Line{Sku: fmt.Sprint("茶", i), Quantity: 1, Net: net})
	}
	for i := range dice.IntN(4) {
		o.Chain = append(o.Chain, &strategyv1.Member{Handle: fmt.Sprint("m", i), Level: int32(i) + 1})
	}
	return o
}

func withoutNode(t *testing.T) {
	ctx := context.Background()
	h := newHost(t)
	sha := install(t, h, bundled(t, memberDay))
	if err := h.Close(ctx); err != nil {
		t.Fatal(err)
	}
	bare := newHost(t, func(c *Config) { c.Dir, c.Node = h.config.Dir, "/nowhere/node" })
	for range 5 {
		out, err := bare.Evaluate(ctx, sha, &strategyv1.EvaluateRequest{Orders: []*strategyv1.Order{{}}})
		if f := out.GetDecisions()[0].GetFailed(); err != nil || f.GetCode() != CodeRuntimeMissing || !f.GetRetryable() {
			t.Fatalf("asked: %v, %v", out, err)
		}
	}
	if s := bare.Status(sha); s.State != "stopped" {
		t.Errorf("it is held against the strategy: %+v", s)
	}
	if err := bare.CanRun(Node); !errors.Is(err, ErrRuntimeMissing) || bare.CanRun(Native) != nil {
		t.Errorf("it can run on Node.js: %v", err)
	}
	if _, _, err := bare.Install(ctx, bundled(t, threeLevelTS)); !errors.Is(err, ErrRuntimeMissing) || len(bare.Artifacts()) != 1 {
		t.Errorf("installed: %v", err)
	}
	if got := bare.Status(install(t, bare, friendly(t))); got.State != "serving" {
		t.Errorf("a program: %+v", got)
	}
	old := filepath.Join(t.TempDir(), "node")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho v18.19.1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	aged := newHost(t, func(c *Config) { c.Node = old })
	if _, _, err := aged.Install(ctx, bundled(t, memberDay)); !errors.Is(err, ErrRuntimeMissing) || !strings.Contains(err.Error(), "v18.19.1") {
		t.Errorf("an old one: %v", err)
	}
}

// What a hostile bundle may try, it tries in vain, and the host goes on.
func TestNodeSandbox(t *testing.T) {
	if report := SandboxReport(); report.Level < LevelSealed {
		t.Skipf("this machine offers %s only: %v", report.Level, report.Notes)
	}
	t.Run("Attack", func(t *testing.T) {
		t.Parallel()
		nodeAttacks(t)
	})
	for mode, code := range map[string]string{
		"spin": CodeTimeout, "exit": CodeCrashed, "memory": CodeCrashed, "buffers": "strategy.panicked", "shout": "", "throw later": CodeCrashed, "deaf": "",
	} {
		t.Run("Mode_"+mode, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, func(c *Config) { c.CallMax = 20 * time.Second; c.CallBase = 20 * time.Second })
			if mode == "spin" {
				h.config.CallBase, h.config.CallMax = 500*time.Millisecond, 500*time.Millisecond
			}
			sha := install(t, h, bundled(t, hostileTS))
			got := codesOf(ask(t, h, sha, mode, 1))[0]
			switch {
			case mode == "buffers" && got == CodeCrashed: // whichever limit it meets first
			case mode == "shout" && got == "strategy.failed": // a full pipe is an error to Node
			case got != code:
				t.Errorf("got %q, want %q", got, code)
			}
			h.Forgive(sha)
			if got := codesOf(ask(t, h, sha, "", 1)); got[0] != "" {
				t.Errorf("afterwards: %v", got)
			}
			p := pid(h, sha)
			if err := h.Close(context.Background()); err != nil {
				t.Error(err)
			}
			eventually(t, "the process is gone", func() bool { return gone(p) })
		})
	}
	t.Run("APoisonOrderStandsAlone", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, bundled(t, hostileTS))
		got := codesOf(askOrders(t, h, sha, "", &strategyv1.Order{}, &strategyv1.Order{Channel: "poison"}, &strategyv1.Order{Seq: 2}))
		if !slices.Equal(got, []string{"", CodeCrashed, ""}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("OneThatAnswersDifferentlyIsQuarantined", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.RecheckEvery = 1 })
		sha := install(t, h, bundled(t, hostileTS))
		ask(t, h, sha, "moody", 1)
		eventually(t, "it is quarantined", func() bool { return h.Status(sha).State == "quarantined" })
	})
}

func nodeAttacks(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	local, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	if err := os.WriteFile(secret, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{filepath.Dir(dir), dir, secret, local.Addr().String()} {
		if err := os.Chmod(p, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	h := newHost(t)
	sha := install(t, h, bundled(t, hostileTS))
	args := map[string]any{"secret": secret, "outside": filepath.Join(dir, "new"), "socket": local.Addr().String(), "host": strconv.Itoa(os.Getpid()), "store": h.store.dir}
	attack(t, h, sha, args)
	var results map[string]string
	eventually(t, "every attack has ended", func() bool {
		results = attack(t, h, sha, args)
		for _, err := range results {
			if err == "no answer" {
				return false
			}
		}
		return true
	})
	if len(results) < 25 {
		t.Errorf("only %d attacks were tried", len(results))
	}
	for name, err := range results {
		t.Logf("%s: %s", name, err)
		if err == "" {
			t.Errorf("%s: it succeeded", name)
		}
	}
	for _, name := range regexp.MustCompile(`(?m)^([A-Z][A-Z0-9_]*)=`).FindAllStringSubmatch(results["environment"], -1) {
		if !strings.HasPrefix(name[1], "PLUGIN_") && !slices.Contains([]string{"TMPDIR", "HOME", "TZ", "LANG", "UV_THREADPOOL_SIZE", "OPENSSL_CONF", "FENLI_STRATEGY"}, name[1]) {
			t.Errorf("the plugin sees %s", name[1])
		}
	}
	if user, _ := strconv.Atoi(results["user"]); SandboxReport().OwnUser && (user < firstUser || user >= firstUser+users) {
		t.Errorf("the plugin runs as user %d", user)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a file was written outside")
	}
}

func TestWhatCannotRunIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cases := map[string]string{
		write("a.sh", "#!/bin/sh\nexit 0\n"):         "it is a script for \"/bin/sh\"",
		write("b.mjs", "import '@fenli/strategy'\n"): "neither a static Linux program nor",
		write("c.cjs", "#!/usr/bin/env nodejs\n"):    "it is a script for",
		write("empty", ""):                           "neither a static Linux program nor",
		write("torn", "\x7fELF"):                     ErrNotRunnable.Error(),
	}
	if raw, err := os.ReadFile("/bin/true"); err == nil && bytes.Contains(raw, []byte("ld-linux")) {
		cases["/bin/true"] = "linked dynamically"
	}
	for path, want := range cases {
		_, _, err := h.Install(context.Background(), path)
		if !errors.Is(err, ErrNotRunnable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want %q, got %v", path, want, err)
		}
	}
	if list := h.Artifacts(); len(list) != 0 {
		t.Errorf("installed all the same: %v", list)
	}
}

// noOrphanOf kills a host that has no time to clean up after a plugin.
func noOrphanOf(t *testing.T, path string) {
	dir, err := os.MkdirTemp("", "fh")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FENLI_TEST_DOOMED_HOST="+dir, "FENLI_TEST_PLUGIN="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	p, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || p == 0 || gone(p) {
		t.Fatalf("the plugin does not run: %q, %v", line, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	eventually(t, fmt.Sprintf("plugin %d is gone", p), func() bool { return gone(p) })
}

func TestSandboxReportNamesTheNode(t *testing.T) {
	t.Parallel()
	if path, note := nodeReport("/nowhere/node"); path != "" || note == "" {
		t.Errorf("got %q, %q", path, note)
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip(err)
	}
	if r := SandboxReport(); !filepath.IsAbs(r.Node) || !strings.Contains(r.NodeNote, r.Node) {
		t.Errorf("got %q, %q", r.Node, r.NodeNote)
	}
}
