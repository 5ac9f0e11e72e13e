package host

import (
	"context"
	"testing"

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

// The vectors that a strategy passes in its author's test it also passes as an
// installed plugin, so another language can be held to the same files.
func TestConformanceOverTheWire(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	sha := install(t, h, friendly(t))
	stest.Verify(t, &overTheWire{host: h, sha: sha}, stest.Golden("../builtin/threelevel/testdata/golden.json"))
}
