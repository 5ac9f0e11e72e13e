package host

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// The same rules in both languages.
func BenchmarkEvaluate100Orders(b *testing.B) {
	b.Run("Go", func(b *testing.B) { evaluate100(b, friendlyBinary) })
	b.Run("TypeScript", func(b *testing.B) {
		if _, err := exec.LookPath("node"); err != nil {
			b.Skip(err)
		}
		evaluate100(b, threeLevelTS)
	})
}

func evaluate100(b *testing.B, of func() (string, error)) {
	path, err := of()
	if err != nil {
		b.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "fh")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	h, err := New(Config{Dir: dir, Development: true, CallBase: 2 * time.Second}, discard)
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close(context.Background())
	a, _, err := h.Install(context.Background(), path)
	if err != nil {
		b.Fatal(err)
	}
	req := &strategyv1.EvaluateRequest{Config: []byte(`{"rates":["0.10","0.05","0.03"]}`)}
	for i := range 100 {
		req.Orders = append(req.Orders, sale(int64(i)))
	}
	for range 50 { // until it is warm
		if _, err := h.Evaluate(context.Background(), a.SHA256, req); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := h.Evaluate(context.Background(), a.SHA256, req); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(resident(b, h.Status(a.SHA256).PID), "resident-MB")
	b.ReportMetric(firstAnswer(b, h, a.SHA256, req), "first-answer-ms")
}

var residentLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func resident(b *testing.B, pid string) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%s/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	kb, _ := strconv.Atoi(residentLine.FindStringSubmatch(string(raw))[1])
	return float64(kb / 1024)
}

// firstAnswer is how long one order takes when nothing runs yet: the median of five.
func firstAnswer(b *testing.B, h *Host, sha string, req *strategyv1.EvaluateRequest) float64 {
	var took []time.Duration
	for range 5 {
		began := time.Now()
		p, err := h.startProcess(context.Background(), sha)
		if err == nil {
			_, err = p.strategy.Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: req.Config, Orders: req.Orders[:1]})
		}
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		p.stop(h.config.KillGrace)
	}
	slices.Sort(took)
	return float64(took[2].Milliseconds())
}
