package host

import (
	"context"
	"os"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func BenchmarkEvaluate100Orders(b *testing.B) {
	path, err := friendlyBinary()
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
	for b.Loop() {
		if _, err := h.Evaluate(context.Background(), a.SHA256, req); err != nil {
			b.Fatal(err)
		}
	}
}
