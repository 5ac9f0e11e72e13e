package host

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/fenli-io/fenli/plugins/sdk" // a host may link it; linking it must not cost a plugin its handshake
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func TestMain(m *testing.M) {
	MaybeLauncher()
	if dir := os.Getenv("FENLI_TEST_DOOMED_HOST"); dir != "" {
		doomedHost(dir)
		return
	}
	dir, err := os.MkdirTemp("", "fh")
	if err != nil {
		panic(err)
	}
	binaries = dir
	_ = flag.Set("test.parallel", "6") // these tests mostly wait
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var binaries string

// hostileBinary and friendlyBinary are built once for all tests.
var (
	hostileBinary  = sync.OnceValues(func() (string, error) { return build("hostile", "./internal/hostile") })
	chattyBinary   = sync.OnceValues(func() (string, error) { return build("chatty", "./internal/chatty") })
	friendlyBinary = sync.OnceValues(func() (string, error) { return build("three-level", "../builtin/cmd/three-level") })
	poolBinary     = sync.OnceValues(func() (string, error) { return build("pool", "../builtin/cmd/pool") })
)

func build(name, pkg string) (string, error) {
	path := filepath.Join(binaries, name)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
}

// hostile is the hostile plugin that misbehaves at its start as told.
func hostile(t *testing.T, start string) string {
	t.Helper()
	path, err := hostileBinary()
	if err != nil {
		t.Fatal(err)
	}
	if start == "" {
		return path
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "hostile")
	if err := os.WriteFile(other, append(raw, "\nHOSTILE:"+start...), 0o755); err != nil {
		t.Fatal(err)
	}
	return other
}

func friendly(t *testing.T) string {
	t.Helper()
	path, err := friendlyBinary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// newHost opens a host in a short directory. Its calls are more patient than
// in production, since tests share the machine.
func newHost(t *testing.T, change ...func(*Config)) *Host {
	t.Helper()
	dir, err := os.MkdirTemp("", "fh")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Dir: dir, CallBase: 2 * time.Second, StartTimeout: 20 * time.Second, Development: SandboxReport().Level < LevelSealed}
	for _, c := range change {
		c(&config)
	}
	h, err := New(config, testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	return h
}

var discard = slog.New(slog.DiscardHandler)

func testLog(t *testing.T) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return discard
}

func install(t *testing.T, h *Host, path string) string {
	t.Helper()
	a, _, err := h.Install(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return a.SHA256
}

// ask evaluates n plain orders under a mode of the hostile plugin.
func ask(t *testing.T, h *Host, sha, mode string, n int) []*strategyv1.Decision {
	t.Helper()
	orders := make([]*strategyv1.Order, n)
	for i := range orders {
		orders[i] = &strategyv1.Order{Seq: int64(i)}
	}
	return askOrders(t, h, sha, mode, orders...)
}

func askOrders(t *testing.T, h *Host, sha, mode string, orders ...*strategyv1.Order) []*strategyv1.Decision {
	t.Helper()
	out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"` + mode + `"}`), Orders: orders})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Decisions) != len(orders) {
		t.Fatalf("%d decisions for %d orders", len(out.Decisions), len(orders))
	}
	for i, d := range out.Decisions {
		if int(d.Order) != i || d.Outcome == nil {
			t.Fatalf("decision %d is %v", i, d)
		}
	}
	return out.Decisions
}

func codesOf(decisions []*strategyv1.Decision) []string {
	list := make([]string, len(decisions))
	for i, d := range decisions {
		list[i] = d.GetFailed().GetCode()
	}
	return list
}

// pid is the running process of an artifact, 0 for none.
func pid(h *Host, sha string) int {
	s := h.slot(sha)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	n, _ := strconv.Atoi(s.process.runner.ID())
	return n
}

func gone(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	return fields[0] == "Z"
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// doomedHost is a host process that a test kills.
func doomedHost(dir string) {
	h, err := New(Config{Dir: dir, Development: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		panic(err)
	}
	a, _, err := h.Install(context.Background(), os.Getenv("FENLI_TEST_PLUGIN"))
	if err != nil {
		panic(err)
	}
	fmt.Println(pid(h, a.SHA256))
	signals := make(chan os.Signal)
	<-signals
}
