package host

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// overTheWire is an installed strategy as the conformance kit sees it.
type overTheWire struct {
	strategyv1.UnimplementedStrategyServer
	host *Host
	sha  string
}

func (w *overTheWire) Server() strategyv1.StrategyServer { return w }

func (w *overTheWire) Describe(ctx context.Context, _ *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	return w.host.Describe(ctx, w.sha)
}

func (w *overTheWire) ValidateConfig(ctx context.Context, req *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	return w.host.ValidateConfig(ctx, w.sha, req.Config, req.Rules)
}

func (w *overTheWire) Evaluate(ctx context.Context, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	return w.host.Evaluate(ctx, w.sha, req)
}

func (w *overTheWire) ClosePeriod(ctx context.Context, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	return w.host.ClosePeriod(ctx, w.sha, req)
}

// The vectors that a strategy passes in its author's test it also passes as an
// installed plugin, so another language can be held to the same files.
func TestConformanceOverTheWire(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	sha := install(t, h, friendly(t))
	stest.Verify(t, &overTheWire{host: h, sha: sha}, stest.Golden("../builtin/threelevel/testdata/golden.json"))
	pool, err := poolBinary()
	if err != nil {
		t.Fatal(err)
	}
	stest.Verify(t, &overTheWire{host: h, sha: install(t, h, pool)}, stest.Golden("../builtin/pool/testdata/golden.json"))
}

func TestSDKProcess(t *testing.T) {
	t.Parallel()
	path, err := chattyBinary()
	if err != nil {
		t.Fatal(err)
	}
	evaluate := func(h *Host, sha, config string) (*strategyv1.EvaluateResponse, error) {
		return h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(config), Orders: []*strategyv1.Order{sale(1)}})
	}
	t.Run("PrintingBeforeAndAfterTheHandshakeBreaksNothing", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		out, err := evaluate(h, install(t, h, path), `{"millis":0}`)
		if err != nil || len(out.Decisions[0].GetPaid().GetAwards()) != 3 {
			t.Error(out, err)
		}
	})
	t.Run("ACallInFlightEndsBeforeTheProcessDoes", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = 20 * time.Second })
		said := &awaited{word: "thinking", heard: make(chan struct{})}
		h.log = slog.New(slog.NewTextHandler(said, nil))
		sha := install(t, h, path)
		p := pid(h, sha)
		go func() {
			<-said.heard
			_ = syscall.Kill(p, syscall.SIGTERM)
		}()
		out, err := evaluate(h, sha, `{"millis":500}`)
		if err != nil || out.Decisions[0].GetPaid() == nil {
			t.Error(out, err)
		}
		eventually(t, "the process has ended", func() bool { return gone(p) })
		if h.Counters().Calls != 1 {
			t.Error("the call was cut and asked again")
		}
	})
}

// awaited is a log that tells when a word is first written to it.
type awaited struct {
	word  string
	heard chan struct{}
	once  sync.Once
}

func (a *awaited) Write(line []byte) (int, error) {
	if strings.Contains(string(line), a.word) {
		a.once.Do(func() { close(a.heard) })
	}
	return len(line), nil
}
