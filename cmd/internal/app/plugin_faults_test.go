package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
)

// TestAStrategyThatDies: while its process is killed again and again, orders
// come in and wait with a reason; another store, with another strategy, goes
// on; and when the killing ends, everything is paid, once.
func TestAStrategyThatDies(t *testing.T) {
	t.Parallel()
	underFire(t, syscall.SIGKILL)
}

// TestAStrategyThatHangs is the same with processes that stand still.
func TestAStrategyThatHangs(t *testing.T) {
	t.Parallel()
	underFire(t, syscall.SIGSTOP)
}

func underFire(t *testing.T, shot syscall.Signal) {
	const orders = 30
	w := openTown(t)
	a, b := w.openShop("suffers", "a"), w.openShop("goes-on", "b")
	b.merchant("POST", "/program/revisions", object{"strategy": "matrix", "config": object{"default": []string{"0.10", "0.03"}}, "consent": []string{"order.channel", "line.category"}}, nil)
	for _, s := range []*shop{a, b} {
		s.open("PUT", "/distributors/upline", object{"name": "upline"}, nil)
		s.open("PUT", "/distributors/seller", object{"name": "seller", "upline_external_id": "upline"}, nil)
	}
	sell := func(s *shop, n int) {
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				s.open("POST", "/orders", reported(fmt.Sprintf("o-%02d", i), fmt.Sprintf("b-%d", i%5), "seller", int64(10000+i)), nil)
			})
		}
		all.Wait()
	}

	fire := newStorm(t, w, strategyOf(w, a), shot)
	sell(a, orders)
	waits := a.awaiting("orders wait", func(list []waiting) bool { return len(list) > 0 })
	for _, o := range waits {
		if !strings.HasPrefix(o.Code, "plugin.") || !hasHan(o.Sentence) || unfilled.MatchString(o.Sentence) || o.Attempts < 1 {
			t.Errorf("an order waits with %+v", o)
		}
	}

	sell(b, orders) // while the other store's strategy is down
	b.dealtWith("the other store goes on")
	b.paidOnce(orders)
	if n := w.db.Int(t, "select count(*) from commission_decision where tenant_id = $1", w.tenant("suffers")); n != 0 {
		t.Errorf("%d orders were decided by a strategy that was hit %d times and never answered", n, fire.hits())
	}

	fire.cease()
	a.merchant("POST", "/awaiting/retry", nil, nil) // it is in quarantine by now; this lets it go
	a.dealtWith("everything is decided")
	if left := a.awaiting("", nil); len(left) != 0 {
		t.Errorf("still waiting: %+v", left)
	}
	a.paidOnce(orders)
}

// waiting is an order that the lane could not deal with.
type waiting struct {
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
	Attempts int    `json:"attempts"`
}

// awaiting reads what waits, as often as it takes for it to be as wanted.
func (s *shop) awaiting(what string, wanted func([]waiting) bool) []waiting {
	s.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var page struct{ Items []waiting }
		s.merchant("GET", "/awaiting?limit=100", nil, &page)
		if wanted == nil || wanted(page.Items) {
			return page.Items
		}
		if time.Now().After(end) {
			s.t.Fatalf("not within a minute: %s: %+v", what, page.Items)
		}
	}
}

// dealtWith returns when the lane has nothing left to do.
func (s *shop) dealtWith(what string) {
	s.t.Helper()
	me := s.tenant(s.slug)
	for end := time.Now().Add(time.Minute); s.db.Int(s.t, "select count(*) from order_change where tenant_id = $1", me) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not within a minute: %s: %+v", what, s.awaiting("", nil))
		}
	}
}

// paidOnce holds the store's awards against 10 % and 3 % of its orders.
func (s *shop) paidOnce(orders int64) {
	s.t.Helper()
	me := s.tenant(s.slug)
	for what, n := range map[string]int64{
		"decisions": s.db.Int(s.t, "select count(*) from commission_decision where tenant_id = $1", me),
		"orders":    s.db.Int(s.t, "select count(distinct order_id) from commission_decision where tenant_id = $1 and outcome = 'paid'", me),
		"awards":    s.db.Int(s.t, "select count(*) from commission_award where tenant_id = $1", me) / 2,
	} {
		if n != orders {
			s.t.Errorf("%s: %d %s, want %d", s.slug, n, what, orders)
		}
	}
	want := s.db.Int(s.t, "select sum(goods * 10 / 100 + goods * 3 / 100) from order_record where tenant_id = $1", me)
	if got := s.db.Int(s.t, "select sum(granted) from commission_award where tenant_id = $1", me); got != want {
		s.t.Errorf("%s: %d granted, want %d", s.slug, got, want)
	}
	var balances struct{ Held struct{ Amount int64 } }
	held := int64(0)
	for _, who := range []string{"seller", "upline"} {
		s.must(request{httpapi.Open, "GET", "/distributors/" + who + "/balance", s.tokens[rbac.Key], "", nil, nil}, &balances)
		held += balances.Held.Amount
	}
	if held != want {
		s.t.Errorf("%s: the book holds %d, want %d", s.slug, held, want)
	}
}

func strategyOf(w *town, s *shop) (sha string) {
	w.t.Helper()
	var program struct{ Artifact string }
	s.merchant("GET", "/program", nil, &program)
	return program.Artifact
}

// storm sends a signal to every process of one strategy as soon as it appears,
// until it ceases.
type storm struct {
	sha  string
	dir  string
	stop chan struct{}
	done chan struct{}
	mu   sync.Mutex
	hit  map[int]bool
	shot syscall.Signal
	once sync.Once
}

func newStorm(t *testing.T, w *town, sha string, shot syscall.Signal) *storm {
	t.Helper()
	f := &storm{sha: sha, dir: w.hostDir, stop: make(chan struct{}), done: make(chan struct{}), hit: map[int]bool{}, shot: shot}
	if err := w.Host.Warm(t.Context(), sha); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(f.done)
		for {
			for _, pid := range processesOf(f.dir, sha) {
				f.hitOnce(pid)
			}
			select {
			case <-f.stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	t.Cleanup(f.cease)
	for end := time.Now().Add(10 * time.Second); f.hits() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no process of the strategy was found")
		}
	}
	return f
}

func (f *storm) hitOnce(pid int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.hit[pid] && syscall.Kill(pid, f.shot) == nil {
		f.hit[pid] = true
	}
}

func (f *storm) hits() int { f.mu.Lock(); defer f.mu.Unlock(); return len(f.hit) }

// cease ends the storm; what stood still goes on.
func (f *storm) cease() {
	f.once.Do(func() { close(f.stop) })
	<-f.done
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, pid := range processesOf(f.dir, f.sha) {
		if f.shot == syscall.SIGSTOP {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

// processesOf are our own children that run the artifact out of this host's
// store; other tests of this process have hosts of their own.
func processesOf(dir, sha string) (pids []int) {
	self := strconv.Itoa(os.Getpid())
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, e := range entries {
		exe, err := os.Readlink(e + "/exe")
		if err != nil || !strings.HasPrefix(exe, dir+"/") || !strings.Contains(exe, sha) {
			continue
		}
		stat, err := os.ReadFile(e + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == self {
			if pid, err := strconv.Atoi(filepath.Base(e)); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
