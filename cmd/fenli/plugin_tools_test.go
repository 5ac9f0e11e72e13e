package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/order"
)

// tool runs the program without a server, and returns what it said and its
// exit status.
func tool(t *testing.T, dir string, args ...string) (out, log string, status int) {
	t.Helper()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), self, append([]string{"plugin"}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	cmd.Env = append(os.Environ(), asFenli+"=1", "FENLI_STRATEGIES="+strategies(t), "GOPROXY=off")
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// newStrategy is a folder that `fenli plugin new` has written.
func newStrategy(t *testing.T, args ...string) string {
	t.Helper()
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	if out, log, status := tool(t, parent, append([]string{"new", "spring-sale", "--sdk", checkout}, args...)...); status != 0 || !strings.Contains(out, "go test ./...") {
		t.Fatalf("new ended with %d:\n%s%s", status, out, log)
	}
	return filepath.Join(parent, "spring-sale")
}

func TestToolsFromNewToDiff(t *testing.T) {
	t.Parallel()
	dir := newStrategy(t)

	if out, log, status := tool(t, dir, "test"); status != 0 || !strings.Contains(out, "golden: 3 of 3 cases pass") || !regexp.MustCompile(`conformance: ([1-9]\d*) of (\d+) checks pass`).MatchString(out) {
		t.Fatalf("test ended with %d:\n%s%s", status, out, log)
	}
	if out, log, status := tool(t, dir, "validate", "--config", `{"rates": ["0.1", "2 %"]}`); status != 1 || !strings.Contains(out, "config /rates/1: config.refused") || !strings.Contains(out, "fix:") {
		t.Errorf("validate ended with %d:\n%s%s", status, out, log)
	}
	if out, log, status := tool(t, dir, "validate"); status != 0 || !strings.Contains(out, "no flaws") {
		t.Errorf("validate ended with %d:\n%s%s", status, out, log)
	}
	out, log, status := tool(t, dir, "diff", "three-level", ".", "--orders", "testdata/golden.json")
	if status != 1 || !strings.Contains(out, "1 of 3 differ") || !strings.Contains(out, "+3.98") || !strings.Contains(out, "level 2, 3%") {
		t.Errorf("diff ended with %d:\n%s%s", status, out, log)
	}
	out, log, status = tool(t, dir, "diff", ".", ".", "--orders", "testdata", "--json")
	var d struct{ Asked int }
	if err := json.Unmarshal([]byte(out), &d); err != nil || status != 0 || d.Asked != 3 {
		t.Errorf("diff ended with %d: %v\n%s%s", status, err, out, log)
	}

	golden := filepath.Join(dir, "testdata", "golden.json")
	raw, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(golden, bytes.Replace(raw, []byte(`"b": 995`), []byte(`"b": 996`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	out, log, status = tool(t, dir, "test", "--json", "--no-conformance")
	var tested struct {
		Golden []struct {
			Name   string
			Passed bool
			Wrong  []string
		}
	}
	if err := json.Unmarshal([]byte(out), &tested); err != nil || status != 1 || tested.Golden[0].Passed || !tested.Golden[1].Passed || !strings.Contains(tested.Golden[0].Wrong[0], "9.96 is wanted, 9.95 is paid") {
		t.Errorf("test ended with %d: %v\n%s%s", status, err, out, log)
	}
}

func TestToolsGuessAStrategyFromATable(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "orders.csv")
	table := "订单号,商品,实付,推广员,上级,推广员佣金,上级佣金\nA1,TEA,199.00,张三,李四,23.88,7.96\nA2,TEA,100.10,张三,李四,12.01,4.00\nA3,CUP,50,张三,李四,6.00,2.50\nA4,CUP,80,李四,,9.60,\n"
	if err := os.WriteFile(file, []byte(table), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := newStrategy(t, "--from", file)
	out, log, status := tool(t, dir, "test", "--no-conformance")
	if status != 1 || !strings.Contains(out, "FAIL golden/A3") || !strings.Contains(out, "upline: 2.50 is wanted, 2.00 is paid") || !strings.Contains(out, "3 of 4 cases pass") {
		t.Errorf("test ended with %d:\n%s%s", status, out, log)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(table, "100.10", "100.105", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	_, log, status = tool(t, t.TempDir(), "new", "another", "--from", file)
	if status != 1 || !strings.Contains(log, "row 3, column 实付: table.bad_cell") || !strings.Contains(log, "fix:") {
		t.Errorf("a bad table ends with %d:\n%s", status, log)
	}
}

// What a store decided is taken out of its database, asked of the same binary
// and of another.
func TestToolsRecordADecisionOfAStoreAndReplayIt(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	g.run("import", "online-retail", "../../tenants/importing/testdata/history.csv", "--as", "rec")
	var uuid, slug, seller string
	err := g.connect().QueryRow(t.Context(), `
		select o.id::text, s.slug, o.seller_id::text
		  from commission_decision d
		  join registry_store s on s.id = d.tenant_id
		  join order_record o on o.tenant_id = d.tenant_id and o.id = d.order_id
		 where d.outcome = 'paid' order by d.tenant_id, d.seq limit 1`).Scan(&uuid, &slug, &seller)
	if err != nil {
		t.Fatal(err)
	}
	which := orderOf(t, uuid).String()
	file, golden := filepath.Join(t.TempDir(), "one.json"), filepath.Join(t.TempDir(), "golden.json")
	g.run("plugin", "record", "--store", slug, "--order", which, "--out", file, "--golden", golden, "--name", "one")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{uuid, seller, which, slug} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the record holds %s:\n%s", secret, raw)
		}
	}
	if out, log, status := tool(t, t.TempDir(), "replay", file, "three-level"); status != 0 || !strings.Contains(out, "equal to the byte") {
		t.Errorf("replay ended with %d:\n%s%s", status, out, log)
	}
	if out, log, status := tool(t, t.TempDir(), "test", "three-level", "--golden", golden, "--no-conformance"); status != 0 || !strings.Contains(out, "1 of 1 cases pass") {
		t.Errorf("test ended with %d:\n%s%s", status, out, log)
	}
	if out, log, status := tool(t, newStrategy(t, "--template", "pieces"), "replay", file, "."); status != 1 || !strings.Contains(out, "recorded by three-level") {
		t.Errorf("replay by another ended with %d:\n%s%s", status, out, log)
	}
	for order, says := range map[string]string{
		orderOf(t, "01900000-0000-7000-8000-000000000000").String(): "fix: check --store and --order",
		"A1001": "record.bad_order",
	} {
		c := g.start("plugin", "record", "--store", slug, "--order", order)
		<-c.ended
		if c.err == nil || !strings.Contains(c.log.String(), says) {
			t.Errorf("order %s: %v\n%s", order, c.err, c.log.String())
		}
	}
}

func orderOf(t *testing.T, uuid string) (which order.ID) {
	t.Helper()
	raw, err := id.FromUUID[orderKind](uuid)
	if err != nil {
		t.Fatal(err)
	}
	if which, err = order.ParseID(raw.String()); err != nil {
		t.Fatal(err)
	}
	return which
}

type orderKind struct{}

func (orderKind) Prefix() string { return "ord" }

func TestDevEndsWithItsTerminalAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := newStrategy(t)
	cmd := exec.Command(os.Args[0], "plugin", "dev", dir)
	var said bytes.Buffer
	cmd.Env, cmd.Stderr = append(os.Environ(), asFenli+"=1"), &said
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 100)
	n, err := stdout.Read(line)
	if err != nil || !strings.HasPrefix(string(line[:n]), "http://127.0.0.1:") {
		t.Errorf("it says %q, %v", line[:n], err)
	}
	mine := "/var/tmp/fenli-*/run/" + strconv.Itoa(cmd.Process.Pid) + ".*"
	if there, err := filepath.Glob(mine); err != nil || len(there) != 1 {
		t.Errorf("it works in %v, %v", there, err)
	}
	time.Sleep(2 * time.Second) // in the middle of a build, or after it
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ends with %v\n%s", err, said.String())
		}
	case <-time.After(15 * time.Second):
		_ = cmd.Process.Kill()
		t.Fatal("it does not end")
	}
	if left, err := filepath.Glob(mine); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}
