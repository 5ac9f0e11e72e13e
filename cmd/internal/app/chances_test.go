package app

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
)

// TestChances: stores share a strategy that dies whenever it is asked. Their
// merchants may have it tried again, and not again and again.
func TestChances(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	a, b := w.openShop("first", "a"), w.openShop("second", "b")
	for _, s := range []*shop{a, b} {
		s.open("PUT", "/distributors/seller", object{"name": "seller"}, nil)
	}
	sha := strategyOf(w, a)
	fire := newStorm(t, w, sha, syscall.SIGKILL)
	for _, s := range []*shop{a, b} {
		s.open("POST", "/orders", reported("o-1", "b-1", "seller", 10000), nil)
		s.awaiting("the order waits", func(list []waiting) bool { return len(list) == 1 && strings.HasPrefix(list[0].Code, "plugin.") })
	}
	retry := func(s *shop) reply {
		t.Helper()
		return w.ask(request{httpapi.Merchant, "POST", "/awaiting/retry", s.tokens[rbac.Owner], "", nil, nil})
	}
	exec := func(sql string) {
		t.Helper()
		conn := w.ownerConn()
		defer conn.Close(t.Context())
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	failed := func(what string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); w.db.Int(t, "select count(*) from commission_chance where artifact = $1 and crashed_at > given_at", sha) == 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("not within a minute: %s", what)
			}
		}
	}
	for end := time.Now().Add(time.Minute); w.db.Int(t, "select count(*) from commission_chance") == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no crash was noted")
		}
	}
	if r := retry(a); r.status != 204 {
		t.Fatalf("the first chance: %d %s", r.status, r.body)
	}
	failed("the chance fails")

	for _, s := range []*shop{a, b} { // b has not asked for anything yet, but the strategy is the same
		r := retry(s)
		if r.status != 429 || !strings.Contains(string(r.body), "commission.retry_later") || unfilled.Match(r.body) || !strings.Contains(string(r.body), "three-level") {
			t.Errorf("%s: %d %s", s.slug, r.status, r.body)
		}
	}
	crashes := w.Host.Counters().Crashed
	time.Sleep(300 * time.Millisecond)
	if now := w.Host.Counters().Crashed; now != crashes {
		t.Errorf("who was refused made it crash: %d, then %d", crashes, now)
	}

	exec("update commission_chance set given_at = given_at - interval '31 seconds', next_at = next_at - interval '31 seconds', crashed_at = crashed_at - interval '31 seconds'")
	if r := retry(b); r.status != 204 {
		t.Fatalf("half a minute later: %d %s", r.status, r.body)
	}
	failed("the second chance fails")
	if n := w.db.Int(t, "select extract(epoch from next_at - given_at)::int from commission_chance"); n != 60 {
		t.Errorf("the second pause is %d s, want 60", n)
	}

	fire.cease()
	exec("update commission_chance set next_at = given_at")
	for _, s := range []*shop{a, b} {
		if r := retry(s); r.status != 204 {
			t.Fatalf("%s: %d %s", s.slug, r.status, r.body)
		}
	}
	a.dealtWith("everything is decided")
	b.dealtWith("everything is decided, by one chance for both")
	if r := retry(b); r.status != 204 {
		t.Errorf("a store that waits for nothing: %d %s", r.status, r.body)
	}
}
