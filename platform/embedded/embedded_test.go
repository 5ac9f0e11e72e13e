package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	goredis "github.com/redis/go-redis/v9"
)

// stageDir makes the test binary play another process that starts the servers
// in a directory, tells where they are, and waits to be killed or told to leave.
const stageDir = "FENLI_EMBEDDED_STAGE_DIR"

func TestMain(m *testing.M) {
	if dir, ok := os.LookupEnv(stageDir); ok {
		playOwner(dir)
		return
	}
	os.Exit(m.Run())
}

// report is what the other process tells about itself.
type report struct {
	Owner, Redis     string
	PostgresPID, PID int
	RedisPID         int
	Err              string
}

func playOwner(dir string) {
	s, err := Start(context.Background(), Config{Dir: dir, Postgres: true, Redis: true})
	if err != nil {
		_ = json.NewEncoder(os.Stdout).Encode(report{Err: err.Error()})
		os.Exit(1)
	}
	pg, _ := readState(filepath.Join(dir, "postgres"))
	rd, _ := readState(filepath.Join(dir, "redis"))
	_ = json.NewEncoder(os.Stdout).Encode(report{
		Owner: s.OwnerURL, Redis: s.RedisURL, PID: os.Getpid(), PostgresPID: pg.PID, RedisPID: rd.PID,
	})
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = s.Close()
}

// otherProcess starts an owner in another process and returns what it reported.
func otherProcess(t *testing.T, dir string, change func(*exec.Cmd)) (*exec.Cmd, report) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), stageDir+"="+dir)
	cmd.Stderr = os.Stderr
	if change != nil {
		change(cmd)
	}
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	must(t, err)
	var r report
	must(t, json.Unmarshal(line, &r))
	if r.Err != "" {
		t.Fatalf("the other process could not start: %s", r.Err)
	}
	return cmd, r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, cfg Config) *Servers {
	t.Helper()
	cfg.Log = func(line string) { t.Log(line) }
	if cfg.Dir != "" {
		t.Cleanup(func() { _ = Remove(cfg.Dir) }) // also what lies outside t.TempDir
	}
	s, err := Start(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func query[T any](t *testing.T, url, sql string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	must(t, conn.QueryRow(t.Context(), sql).Scan(&v))
	return v
}

func redisAt(t *testing.T, url string) *goredis.Client {
	t.Helper()
	options, err := goredis.ParseURL(url)
	must(t, err)
	client := goredis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func eventually(t *testing.T, claim string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 15 s: %s", claim)
}

func TestStart(t *testing.T) {
	t.Run("GivesServersThatAnswerAndCloseEndsThem", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s := start(t, Config{Dir: dir, Postgres: true, Redis: true})

		if got := query[string](t, s.OwnerURL, `SELECT current_database()`); got != "fenli" {
			t.Errorf("database is %q", got)
		}
		if got := query[string](t, s.OwnerURL, `SHOW server_encoding`); got != "UTF8" {
			t.Errorf("encoding is %q", got)
		}
		if got := query[bool](t, s.OwnerURL, `SELECT lower('ÄÖ') = 'äö' AND 'a' > 'B'`); !got {
			t.Error("the locale does not know Unicode, or does not sort by code point")
		}
		must(t, redisAt(t, s.RedisURL).Set(t.Context(), "k", "v", 0).Err())

		pg, err := readState(filepath.Join(dir, "postgres"))
		must(t, err)
		rd, err := readState(filepath.Join(dir, "redis"))
		must(t, err)
		must(t, s.Close())
		if alive(pg.PID) || alive(rd.PID) {
			t.Error("Close left a server running")
		}
	})

	t.Run("AnswersOnlyToThePassword", func(t *testing.T) {
		t.Parallel()
		s := start(t, Config{Dir: t.TempDir(), Postgres: true, Redis: true})
		cfg, err := pgx.ParseConfig(s.OwnerURL)
		must(t, err)
		cfg.Password = "guess"
		if conn, err := pgx.ConnectConfig(t.Context(), cfg); err == nil {
			conn.Close(t.Context())
			t.Error("PostgreSQL let a stranger in")
		}
		options, err := goredis.ParseURL(s.RedisURL)
		must(t, err)
		options.Password = ""
		stranger := goredis.NewClient(options)
		defer stranger.Close()
		if err := stranger.Ping(t.Context()).Err(); err == nil {
			t.Error("Redis let a stranger in")
		}
	})

	t.Run("UsesGivenAddressesAsTheyAre", func(t *testing.T) {
		t.Parallel()
		s := start(t, Config{Dir: t.TempDir(), Postgres: true, Redis: true, DatabaseURL: "postgres://elsewhere/x", RedisURL: "redis://elsewhere"})
		if s.OwnerURL != "postgres://elsewhere/x" || s.RedisURL != "redis://elsewhere" {
			t.Errorf("got %q and %q", s.OwnerURL, s.RedisURL)
		}
	})

	t.Run("KeepsDataAcrossRestarts", func(t *testing.T) {
		t.Parallel()
		cfg := Config{Dir: t.TempDir(), Postgres: true, Redis: true, Durable: true}
		first := start(t, cfg)
		query[int](t, first.OwnerURL, `WITH _ AS (SELECT 1) SELECT 1`)
		conn, err := pgx.Connect(t.Context(), first.OwnerURL)
		must(t, err)
		_, err = conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 42 AS n`)
		must(t, err)
		must(t, conn.Close(t.Context()))
		must(t, redisAt(t, first.RedisURL).Set(t.Context(), "kept", "42", 0).Err())
		must(t, first.Close())

		second := start(t, cfg)
		if got := query[int](t, second.OwnerURL, `SELECT n FROM kept`); got != 42 {
			t.Errorf("PostgreSQL kept %d", got)
		}
		if got := redisAt(t, second.RedisURL).Get(t.Context(), "kept").Val(); got != "42" {
			t.Errorf("Redis kept %q", got)
		}
	})

	t.Run("RefusesDataOfAVersionNobodyHereCanRead", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		must(t, os.Chmod(dir, 0o755))
		must(t, os.Chmod(filepath.Dir(dir), 0o755))
		data := filepath.Join(dir, "postgres", "data")
		must(t, os.MkdirAll(data, 0o755))
		must(t, os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9\n"), 0o644))
		_, err := Start(t.Context(), Config{Dir: dir, Postgres: true})
		if err == nil || !strings.Contains(err.Error(), "written by PostgreSQL 9") {
			t.Errorf("got %v", err)
		}
	})

	t.Run("RemovesAThrowawayDirectory", func(t *testing.T) {
		t.Parallel()
		s := start(t, Config{Postgres: true})
		data := query[string](t, s.OwnerURL, `SHOW data_directory`)
		must(t, s.Close())
		if _, err := os.Stat(data); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", data, err)
		}
	})
}

func TestJoin(t *testing.T) {
	t.Run("TheSecondProcessUsesTheServersOfTheFirst", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		_, owner := otherProcess(t, dir, nil)
		s := start(t, Config{Dir: dir, Postgres: true, Redis: true})
		if !s.Joined || s.OwnerURL != owner.Owner || s.RedisURL != owner.Redis {
			t.Fatalf("started its own servers: %+v", s)
		}
		must(t, s.Close())
		if query[int](t, owner.Owner, `SELECT 1`) != 1 {
			t.Error("the guest stopped its host's server")
		}
		if err := Remove(dir); err == nil {
			t.Error("Remove deleted the data of a running server")
		}
	})

	t.Run("TwoAtOnceShareOneServer", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		urls := make(chan string, 2)
		for range 2 {
			go func() {
				s, err := Start(t.Context(), Config{Dir: dir, Redis: true})
				if err != nil {
					urls <- err.Error()
					return
				}
				urls <- s.RedisURL
				t.Cleanup(func() { _ = s.Close() })
			}()
		}
		if a, b := <-urls, <-urls; a != b {
			t.Errorf("two servers: %s and %s", a, b)
		}
	})
}

func TestAKilledOwnerLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	owner, r := otherProcess(t, dir, nil)
	if !alive(r.PostgresPID) || !alive(r.RedisPID) {
		t.Fatalf("not running: %+v", r)
	}
	must(t, owner.Process.Kill())
	_ = owner.Wait()
	eventually(t, "PostgreSQL ends after its owner was killed", func() bool { return !alive(r.PostgresPID) })
	eventually(t, "Redis ends after its owner was killed", func() bool { return !alive(r.RedisPID) })

	s := start(t, Config{Dir: dir, Postgres: true, Redis: true})
	if s.Joined {
		t.Error("joined the servers of a dead process")
	}
	if query[int](t, s.OwnerURL, `SELECT 1`) != 1 {
		t.Error("no answer after the stale state")
	}
}

func TestRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root lends accounts")
	}

	t.Run("KeepsDataOutsideAHomeThatTheAccountCannotEnter", func(t *testing.T) {
		t.Parallel()
		home := t.TempDir()
		must(t, os.Chmod(home, 0o700))
		dir := filepath.Join(home, ".fenli")
		cfg := Config{Dir: dir, Postgres: true, Redis: true}
		s := start(t, cfg)
		data := query[string](t, s.OwnerURL, `SHOW data_directory`)
		if strings.HasPrefix(data, home) {
			t.Errorf("data are in %s", data)
		}
		info, err := os.Stat(data)
		must(t, err)
		if info.Mode().Perm() != 0o700 {
			t.Errorf("others may look into %s: %v", data, info.Mode())
		}
		must(t, s.Close())

		again := start(t, cfg)
		if got := query[string](t, again.OwnerURL, `SHOW data_directory`); got != data {
			t.Errorf("forgot %s, uses %s", data, got)
		}
		must(t, again.Close())
		must(t, Remove(dir))
		if _, err := os.Stat(filepath.Dir(data)); !os.IsNotExist(err) {
			t.Errorf("Remove left %s: %v", filepath.Dir(data), err)
		}
	})

	t.Run("AnOrdinaryUserNeedsNoRoot", func(t *testing.T) {
		t.Parallel()
		nobody, err := user.Lookup("nobody")
		must(t, err)
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		yard, err := os.MkdirTemp(outside, "fenlitest-")
		must(t, err)
		t.Cleanup(func() { _ = os.RemoveAll(yard) })
		must(t, os.Chown(yard, uid, gid))
		binary := filepath.Join(yard, "embedded.test")
		copyFile(t, os.Args[0], binary)

		_, r := otherProcess(t, filepath.Join(yard, "dir"), func(cmd *exec.Cmd) {
			cmd.Path, cmd.Dir = binary, yard
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		})
		if query[int](t, r.Owner, `SELECT 1`) != 1 {
			t.Error("no answer")
		}
		info, err := os.Stat(fmt.Sprintf("/proc/%d", r.PostgresPID))
		must(t, err)
		if got := info.Sys().(*syscall.Stat_t).Uid; int(got) != uid {
			t.Errorf("PostgreSQL runs as uid %d", got)
		}
	})
}

// copyFile lets another process write: a file that we hold open for writing
// would pass to a server forked meanwhile, and nobody could execute it.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", from, to).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
	must(t, os.Chmod(to, 0o755))
}
