package host

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Fifty versions of a strategy live on one node: each has a process of its own
// of bounded memory, all answer, and who is not asked is stopped.
func TestFiftyVersionsLiveOnOneNode(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts fifty processes")
	}
	t.Parallel()
	const versions = 50
	h := newHost(t, func(c *Config) {
		c.Development = true
		c.StartTimeout = 30 * time.Second
		c.CallBase = 10 * time.Second
		c.CallMax = 10 * time.Second
	})
	raw, err := os.ReadFile(friendly(t))
	if err != nil {
		t.Fatal(err)
	}
	var shas []string
	file := filepath.Join(t.TempDir(), "version")
	for i := range versions {
		if err := os.WriteFile(file, append(raw[:len(raw):len(raw)], "\nversion "+strconv.Itoa(i)...), 0o755); err != nil {
			t.Fatal(err)
		}
		shas = append(shas, install(t, h, file)) // starts it, too
	}
	var all sync.WaitGroup
	gate := make(chan struct{}, 2)
	for _, sha := range shas {
		all.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			pays(t, h, sha)
		})
	}
	all.Wait()
	pids, total := map[int]bool{}, int64(0)
	for _, sha := range shas {
		s := h.Status(sha)
		if s.State != "serving" || s.Resident > 32<<20 {
			t.Errorf("%s: %+v", sha[:8], s)
		}
		total += s.Resident
		pids[pid(h, sha)] = true
	}
	if len(pids) != versions || total > versions*25<<20 {
		t.Errorf("%d processes with %d MiB", len(pids), total>>20)
	}
	t.Logf("%d processes, %d MiB resident in all, shared pages counted for each", len(pids), total>>20)
	for _, sha := range shas {
		h.slot(sha).stopIfIdle(time.Hour)
	}
	if h.Status(shas[0]).State != "serving" {
		t.Error("one that was just asked is stopped")
	}
	for _, sha := range shas {
		h.slot(sha).stopIfIdle(0)
	}
	eventually(t, "all have stopped", func() bool {
		for p := range pids {
			if !gone(p) {
				return false
			}
		}
		return true
	})
	pays(t, h, shas[7]) // asked again, it starts again
}

func pays(t *testing.T, h *Host, sha string) {
	t.Helper()
	out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1), sale(2)}})
	if err != nil || out.Decisions[1].GetPaid() == nil {
		t.Errorf("%s: %v, %v", sha[:8], out, err)
	}
}
