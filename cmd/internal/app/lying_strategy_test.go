package app

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/fenli-io/fenli/tenants/program"
)

// TestAStrategyThatLies answers most orders well and others in every wrong
// way. What is wrong waits with its reason and moves no money; what is merely
// generous is cut; and the good orders among them are paid to the fen.
func TestAStrategyThatLies(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	s := w.openShop("believes", "a")
	w.install(buildStrategy(t, "liar"))
	s.merchant("POST", "/program/revisions", object{"strategy": "liar", "config": object{}, "consent": []string{"order.channel"}}, nil)
	s.open("PUT", "/distributors/seller", object{"name": "seller"}, nil)

	want := map[string]string{
		"stranger": "commission.rail_stranger", "negative": "commission.rail_negative", "astronomic": "commission.rail_amount",
		"level": "commission.rail_level", "line": "commission.rail_line", "reason": "commission.rail_no_reason", "flood": "commission.rail_too_many",
		"elsewhere": "plugin.malformed_answer", "silent": "plugin.malformed_answer", "crash": "plugin.crashed", "hang": "plugin.timeout",
	}
	sell := func(id, channel string) {
		o := reported(id, "b", "seller", 10000)
		o["channel"] = channel
		s.open("POST", "/orders", o, nil)
	}
	good := 0
	for channel := range want {
		good++
		sell(fmt.Sprintf("good-%d", good), "h5")
		sell(channel, channel)
	}
	sell("greedy", "greedy")

	// Nothing is dealt with twice, so it is over when all but the bad ones are gone.
	me := s.tenant(s.slug)
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		decided := s.db.Int(t, "select count(*) from commission_decision where tenant_id = $1", me)
		waits := s.waitingByOrder()
		if int(decided) == good+1 && len(waits) == len(want) && settled(waits, want) {
			for id, o := range waits {
				if !hasHan(o.Sentence) || unfilled.MatchString(o.Sentence) {
					t.Errorf("%s: no sentence: %q", id, o.Sentence)
				}
			}
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d decided, want %d; waiting: %+v", decided, good+1, waits)
		}
	}
	// 10 % of each good order; the greedy one is cut to half of what was paid.
	if got := s.db.Int(t, "select sum(granted) from commission_award where tenant_id = $1", me); got != int64(good)*1000+5000 {
		t.Errorf("%d granted, want %d", got, good*1000+5000)
	}
	if n := s.db.Int(t, "select count(*) from commission_award where tenant_id = $1", me); n != int64(good)+1 {
		t.Errorf("%d awards, want %d", n, good+1)
	}
}

func settled(waits map[string]waiting, want map[string]string) bool {
	for id, code := range want {
		if waits[id].Code != code {
			return false
		}
	}
	return true
}

func (s *shop) waitingByOrder() map[string]waiting {
	s.t.Helper()
	var page struct {
		Items []struct {
			ID string `json:"order_external_id"`
			waiting
		}
	}
	s.merchant("GET", "/awaiting?limit=100", nil, &page)
	found := map[string]waiting{}
	for _, o := range page.Items {
		found[o.ID] = o.waiting
	}
	return found
}

// install puts a strategy of the test's own beside the reference ones.
func (w *town) install(path string) {
	w.t.Helper()
	artifact, described, err := w.Host.Install(w.t.Context(), path)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.Programs.Remember(w.t.Context(), []program.Artifact{{SHA256: artifact.SHA256, Strategy: artifact.ID, Version: artifact.Version, Description: described}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// buildStrategy compiles one of testdata's.
func buildStrategy(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "./testdata/"+name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}
