package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	"github.com/fenli-io/fenli/plugins/host"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// measureStrategy asks the same strategy about the same orders in its sandboxed
// process and as a plain function, turn by turn.
func measureStrategy(ctx context.Context, p *place) ([]Figure, error) {
	dir := filepath.Join(p.dir, "s")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	h, err := host.New(host.Config{Dir: dir, Development: true, CallBase: 2 * time.Second}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { _ = h.Close(context.WithoutCancel(ctx)) }()
	artifact, _, err := h.Install(ctx, filepath.Join(filepath.Dir(p.Binary), "strategies", "three-level"))
	if err != nil {
		return nil, err
	}
	first, resident, err := p.firstAnswer(ctx, dir, artifact.SHA256)
	if err != nil {
		return nil, err
	}
	out, in, err := compareProcesses(ctx, h, artifact.SHA256)
	if err != nil {
		return nil, err
	}
	figures := []Figure{
		figure("first answer of a cold strategy", first, "ms").atMost(150),
		figure("resident memory of a strategy", resident, "MB").atMost(25),
		figure("in its sandbox, batches of 200", out, "µs/order").atMost(20),
		figure("as a plain function", in, "µs/order").noting("the same code, orders already decoded"),
	}
	stuck, err := p.besideAStuckOne(ctx, h, artifact.SHA256)
	return append(figures, stuck...), err
}

// firstAnswer starts a host that has the artifact and no process yet.
func (p *place) firstAnswer(ctx context.Context, dir, sha string) (ms, resident float64, err error) {
	h, err := host.New(host.Config{Dir: dir, Development: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = h.Close(context.WithoutCancel(ctx)) }()
	before := map[int]bool{}
	for _, c := range processes()[os.Getpid()] {
		before[c.pid] = true
	}
	begun := time.Now()
	if _, err := h.Evaluate(ctx, sha, sales(1)); err != nil {
		return 0, 0, err
	}
	ms = float64(time.Since(begun).Microseconds()) / 1000
	for _, c := range processes()[os.Getpid()] {
		if !before[c.pid] {
			resident = max(resident, memory(c.pid, "VmRSS"))
		}
	}
	return ms, resident, nil
}

func compareProcesses(ctx context.Context, h *host.Host, sha string) (out, in float64, err error) {
	const batch, rounds = 200, 60
	request := sales(batch)
	plain := threelevel.Strategy.Server()
	var outside, inside []time.Duration
	for range rounds {
		begun := time.Now()
		if _, err := h.Evaluate(ctx, sha, request); err != nil {
			return 0, 0, err
		}
		outside = append(outside, time.Since(begun))
		begun = time.Now()
		if _, err := plain.Evaluate(ctx, request); err != nil {
			return 0, 0, err
		}
		inside = append(inside, time.Since(begun))
	}
	each := func(list []time.Duration) float64 { return 1000 * percentile(list, 0.5) / batch }
	return each(outside), each(inside), nil
}

// besideAStuckOne compares a strategy's p99 alone and while another hangs: its
// process is stopped whenever it runs, until the host loses patience with it.
func (p *place) besideAStuckOne(ctx context.Context, h *host.Host, sha string) ([]Figure, error) {
	stuck, _, err := h.Install(ctx, filepath.Join(filepath.Dir(p.Binary), "strategies", "matrix"))
	if err != nil {
		return nil, err
	}
	quiet, err := latencies(ctx, h, sha)
	if err != nil {
		return nil, err
	}
	hanging, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { freeze(hanging, h, stuck.SHA256) })
	all.Go(func() {
		for hanging.Err() == nil {
			_, _ = h.Evaluate(hanging, stuck.SHA256, sales(1))
			h.Forgive(stuck.SHA256)
		}
	})
	beside, err := latencies(ctx, h, sha)
	stop()
	all.Wait()
	lost := h.Counters().TimedOut
	if err == nil && lost == 0 {
		err = errors.New("the strategy that should hang never did")
	}
	return []Figure{figure("p99 beside a strategy that hangs", percentile(beside, 0.99)/percentile(quiet, 0.99), "×").atMost(2).
		noting(fmt.Sprintf("it hung %d times", lost))}, err
}

// freeze stops every process that an artifact gets.
func freeze(ctx context.Context, h *host.Host, sha string) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if pid, err := strconv.Atoi(h.Status(sha).PID); err == nil && pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
		}
	}
}

func latencies(ctx context.Context, h *host.Host, sha string) (list []time.Duration, err error) {
	request := sales(20)
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		begun := time.Now()
		if _, err := h.Evaluate(ctx, sha, request); err != nil {
			return nil, err
		}
		list = append(list, time.Since(begun))
	}
	return list, nil
}

// sales are orders of two lines with three people behind them.
func sales(n int) *strategyv1.EvaluateRequest {
	r := &strategyv1.EvaluateRequest{Config: []byte(`{"rates":["0.10","0.05","0.03"]}`),
		Rules: &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: 3}}
	for i := range n {
		r.Orders = append(r.Orders, &strategyv1.Order{
			Seq: int64(i + 1), Currency: "CNY", MinorDigits: 2, Channel: "h5", PlacedAtMs: 1772330400000, PaidAtMs: 1772330460000,
			Lines: []*strategyv1.Line{
				{Sku: fmt.Sprintf("A%d", i), Category: "nails", Quantity: 1, UnitPrice: 19900, Net: 19900},
				{Sku: "B", Category: "nails/polish", Quantity: 2, UnitPrice: 4950, Net: 9900}},
			Chain: []*strategyv1.Member{{Handle: "a", Grade: "normal", Level: 1}, {Handle: "b", Grade: "senior", Level: 2}, {Handle: "c", Grade: "partner", Level: 3}},
		})
	}
	return r
}
