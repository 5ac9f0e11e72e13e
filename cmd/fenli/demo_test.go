package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/cmd/internal/demo"
)

// A visitor's first command fills two stores with lives through the public
// API, so it breaks whenever a rule changes under it. What it leaves is held
// against the doctor, and asking again finds it there.
func TestTheDemoFillsItsStoresOnce(t *testing.T) {
	t.Parallel()
	g := newGround(t, "FENLI_ADDR="+freeAddress(t), "FENLI_STRATEGIES="+builtStrategies(t))
	out := g.run("demo", "--once")
	for _, login := range demo.Logins() {
		if !strings.Contains(out, login.Login) {
			t.Errorf("it does not tell how %s gets in:\n%s", login.Login, out)
		}
	}
	if !strings.Contains(out, "withdrawals") {
		t.Errorf("nobody withdraws:\n%s", out)
	}
	g.healthy()

	if again := g.run("demo", "--once"); strings.Contains(again, "withdrawals") {
		t.Errorf("it fills them again:\n%s", again)
	}
}

// A demo that was stopped half-way says so, instead of showing half a store.
func TestADemoThatWasStoppedHalfwaySaysSo(t *testing.T) {
	t.Parallel()
	g := newGround(t, "FENLI_ADDR="+freeAddress(t), "FENLI_STRATEGIES="+builtStrategies(t))
	c := g.start("demo", "--once")
	db := g.connect()
	for stores := 0; stores == 0 && !c.over(); {
		if err := db.QueryRow(t.Context(), "select count(*) from registry_store").Scan(&stores); err != nil {
			t.Fatal(err)
		}
	}
	_ = c.Process.Kill()
	<-c.ended

	again := g.start("demo", "--once")
	<-again.ended
	if again.err == nil || !strings.Contains(again.log.String(), "--reset") {
		t.Errorf("it ends with %v and says\n%s", again.err, again.log.String())
	}
}

// builtStrategies is where `make build` has put them all.
func builtStrategies(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../bin/strategies")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "differential")); err != nil {
		t.Fatalf("the strategies are not built (make build): %v", err)
	}
	return dir
}
