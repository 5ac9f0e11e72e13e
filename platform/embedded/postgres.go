package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	databaseName = "fenli"
	superuser    = "postgres"
)

// cluster is a PostgreSQL data directory and what is needed to run it.
type cluster struct {
	berth    *berth
	who      account
	home     string // the directory that holds data and, when fetched, binaries
	data     string
	bin      string // directory of postgres and initdb
	password string
	durable  bool
	settings []string // over ours
}

func startPostgres(ctx context.Context, cfg Config, who account) (*running, error) {
	return moor(ctx, filepath.Join(cfg.Dir, "postgres"), postgresAnswers, func(b *berth) (*running, error) {
		return startCluster(ctx, cfg, who, b)
	})
}

func startCluster(ctx context.Context, cfg Config, who account, b *berth) (*running, error) {
	b.withdraw()
	sweepOutside()
	home, err := settle(b, who)
	if err != nil {
		return nil, err
	}
	c := &cluster{berth: b, home: home, data: filepath.Join(home, "data"), durable: cfg.Durable, settings: cfg.Settings}
	if c.who, err = who.adopt(c.data); err != nil {
		return nil, err
	}
	if c.password, err = b.password(); err != nil {
		return nil, err
	}
	if c.bin, err = findPostgres(ctx, cfg, c); err != nil {
		return nil, err
	}
	if err := c.initialise(cfg); err != nil {
		return nil, err
	}
	if err := c.endPredecessor(ctx); err != nil {
		return nil, err
	}
	server, port, err := c.start(ctx)
	if err != nil {
		return nil, err
	}
	stop := func() error {
		// SIGINT is PostgreSQL's fast shutdown, SIGQUIT its emergency exit.
		return server.stop(step{syscall.SIGINT, 20 * time.Second}, step{syscall.SIGQUIT, 5 * time.Second})
	}
	if err := c.createDatabase(ctx, port); err != nil {
		return nil, errors.Join(err, stop())
	}
	cfg.say("PostgreSQL listens on 127.0.0.1:%d", port)
	return b.open(server, port, c.url(port, databaseName), stop)
}

func (c *cluster) url(port int, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// initialise creates the data directory once. It is built beside and renamed,
// so that an interrupted initdb leaves nothing that looks like data.
func (c *cluster) initialise(cfg Config) error {
	if version, err := dataVersion(c.data); err != nil || version != 0 {
		return err
	}
	if leftover, err := os.ReadDir(c.data); err == nil && len(leftover) > 0 {
		return fmt.Errorf("%s is not empty but holds no PostgreSQL data; move it away", c.data)
	}
	cfg.say("Creating a PostgreSQL data directory in %s", c.data)
	fresh := c.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := c.who.own(fresh); err != nil {
		return err
	}
	secret, err := c.passwordFile()
	if err != nil {
		return err
	}
	defer os.Remove(secret)
	out, err := program{
		path: filepath.Join(c.bin, "initdb"), dir: fresh, who: c.who, onParentDeath: syscall.SIGKILL,
		args: []string{
			"--pgdata", fresh, "--username", superuser, "--pwfile", secret, "--auth", "scram-sha-256",
			"--encoding", "UTF8", "--locale", locale(), "--no-sync", "--no-instructions",
		},
	}.output()
	if err != nil {
		_ = os.RemoveAll(fresh)
		return fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(out))
	}
	_ = os.Remove(c.data)
	return os.Rename(fresh, c.data)
}

// passwordFile writes the password where initdb can read it: as the account, it
// may open neither our files nor a pipe that root made.
func (c *cluster) passwordFile() (string, error) {
	f, err := os.CreateTemp(c.home, "pwfile-")
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := f.WriteString(c.password + "\n"); err != nil {
		return "", err
	}
	return f.Name(), c.who.give(f.Name())
}

// locale sorts by code point and knows all of Unicode. Only Linux names it so.
func locale() string {
	if runtime.GOOS == "linux" {
		return "C.UTF-8"
	}
	return "en_US.UTF-8"
}

// dataVersion returns the major version that wrote the data, 0 when there are none.
func dataVersion(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s/PG_VERSION is not a version: %q", data, text)
	}
	return version, nil
}

func (c *cluster) start(ctx context.Context) (*process, int, error) {
	return onFreePort(attempt{
		launch: func(port int) (*process, error) {
			return c.program(port).launch(filepath.Join(c.berth.dir, "log"))
		},
		ready: func(server *process, port int) error { return c.awaitReady(ctx, server, port) },
		stop:  step{syscall.SIGINT, 10 * time.Second},
		taken: "TCP/IP socket",
	})
}

func (c *cluster) program(port int) program {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(port), "unix_socket_directories=",
		"max_connections=300", "shared_buffers=64MB", "jit=off",
		"timezone=UTC", "log_timezone=UTC", "password_encryption=scram-sha-256",
	}
	if !c.durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0")
	}
	args := []string{"-D", c.data}
	for _, s := range append(settings, c.settings...) {
		args = append(args, "-c", s)
	}
	return program{path: filepath.Join(c.bin, "postgres"), args: args, dir: c.data, who: c.who, onParentDeath: syscall.SIGINT}
}

// awaitReady trusts only the server's own note about itself: a port that
// answers might be anybody's, and would be shown our password.
func (c *cluster) awaitReady(ctx context.Context, server *process, port int) error {
	return server.await(ctx, "PostgreSQL", func(context.Context) bool {
		note, err := readPostmaster(c.data)
		return err == nil && note.pid == server.pid() && note.port == port && note.ready
	})
}

// postmaster is what a running PostgreSQL writes into postmaster.pid.
type postmaster struct {
	pid, port int
	ready     bool
}

func readPostmaster(data string) (postmaster, error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 8 {
		return postmaster{}, errors.New("postmaster.pid is not complete yet")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return postmaster{}, err
	}
	port, err := strconv.Atoi(strings.TrimSpace(lines[3]))
	return postmaster{pid: pid, port: port, ready: strings.TrimSpace(lines[7]) == "ready"}, err
}

// endPredecessor waits for a server whose owner was killed a moment ago, and
// removes the note of one that no longer exists: after a reboot its pid may
// belong to anybody, and PostgreSQL would refuse to start.
func (c *cluster) endPredecessor(ctx context.Context) error {
	file := filepath.Join(c.data, "postmaster.pid")
	deadline := time.Now().Add(20 * time.Second)
	for {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		first, _, _ := bytes.Cut(text, []byte("\n"))
		pid, _ := strconv.Atoi(strings.TrimSpace(string(first)))
		if !alive(pid) || !runsWith(pid, c.data) {
			return os.Remove(file)
		}
		_ = syscall.Kill(pid, syscall.SIGINT) // nobody holds its lock: its owner is dead
		if time.Now().After(deadline) {
			return fmt.Errorf("a PostgreSQL left behind (process %d) still uses %s and does not stop", pid, c.data)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// createDatabase makes the database once, over the first real connection.
func (c *cluster) createDatabase(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url(port, "postgres"))
	if err != nil {
		return fmt.Errorf("the data in %s do not accept our password: %w", c.data, err)
	}
	defer conn.Close(ctx)
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, databaseName).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+databaseName)
	return err
}

// postgresAnswers proves that a published state is a living server that knows us.
func postgresAnswers(ctx context.Context, st state) error {
	if !alive(st.PID) {
		return fmt.Errorf("process %d has ended", st.PID)
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, st.URL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}
