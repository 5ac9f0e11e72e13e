package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	goredis "github.com/redis/go-redis/v9"

	"github.com/fenli-io/fenli/migrations"
	"github.com/fenli-io/fenli/platform/embedded"
	"github.com/fenli-io/fenli/platform/secret"
)

// place is where everything is measured: durable servers of its own and the
// product as a process of its own.
type place struct {
	Options
	dir     string
	servers *embedded.Servers
	env     []string
	owner   *pgxpool.Pool // as the database's owner: to seed and to count
	rdb     *goredis.Client

	server          *exec.Cmd
	log             *logTail
	base            string
	postgres, redis int // pids

	measuring    string // the scenario
	shops        map[string][]*shop
	pgbenchReady bool
}

const operatorToken = "operator-token-of-the-bench"

func openPlace(ctx context.Context, o Options) (_ *place, err error) {
	p := &place{Options: o, shops: map[string][]*shop{}}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if o.Profile != "" {
		if err := os.MkdirAll(o.Profile, 0o755); err != nil {
			return nil, err
		}
	}
	if p.dir, err = os.MkdirTemp("/var/tmp", "fenli-bench-"); err != nil {
		return nil, err
	}
	if err := os.Chmod(p.dir, 0o711); err != nil { // the servers' own user passes through
		return nil, err
	}
	if p.servers, err = embedded.Start(ctx, embedded.Config{Dir: filepath.Join(p.dir, "servers"), Postgres: true, Redis: true, Durable: true, Log: o.Say, Settings: o.watching()}); err != nil {
		return nil, err
	}
	password := secret.Token()
	if err := migrations.Up(ctx, p.servers.OwnerURL, password); err != nil {
		return nil, err
	}
	appURL, err := migrations.AppURL(p.servers.OwnerURL, password)
	if err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	p.env = append(os.Environ(), append([]string{
		"DATABASE_URL=" + appURL, "REDIS_URL=" + p.servers.RedisURL, "FENLI_DIR=" + filepath.Join(p.dir, "home"),
		"FENLI_SECRET_KEY=" + base64.StdEncoding.EncodeToString(secret.NewKey()), "FENLI_OPERATOR_TOKEN=" + operatorToken, "FENLI_LOG=json",
	}, o.Env...)...)
	return p, p.serve(ctx)
}

func (p *place) connect(ctx context.Context) (err error) {
	if p.owner, err = pgxpool.New(ctx, p.servers.OwnerURL); err != nil {
		return err
	}
	options, err := goredis.ParseURL(p.servers.RedisURL)
	if err != nil {
		return err
	}
	p.rdb = goredis.NewClient(options)
	var backend int
	if err := p.owner.QueryRow(ctx, "select pg_backend_pid()").Scan(&backend); err != nil {
		return err
	}
	s, _ := readStat(backend)
	p.postgres = s.parent
	info, err := p.rdb.Info(ctx, "server").Result()
	for line := range strings.Lines(info) {
		if n, ok := strings.CutPrefix(line, "process_id:"); ok {
			_, err = fmt.Sscan(n, &p.redis)
		}
	}
	return err
}

// serve starts the product and waits until it is ready.
func (p *place) serve(ctx context.Context, env ...string) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	p.base = "http://" + address
	p.log = &logTail{}
	p.server = exec.Command(p.Binary, "serve")
	p.server.Env = append(append(p.env, "FENLI_ADDR="+address), env...)
	if p.Profile != "" {
		p.server.Env = append(p.server.Env, "FENLI_PROFILE="+p.profileOf("server", "pprof"))
	}
	p.server.Stderr = p.log
	p.server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.server.Start(); err != nil {
		return err
	}
	return p.ready(ctx)
}

func (p *place) ready(ctx context.Context) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(2 * time.Millisecond) {
		res, err := http.Get(p.base + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("the server does not become ready:\n%s", p.log)
}

// stopServer ends the product as an operator would.
func (p *place) stopServer() {
	if p.server == nil || p.server.Process == nil {
		return
	}
	_ = p.server.Process.Signal(syscall.SIGTERM)
	gone := make(chan struct{})
	go func() { _ = p.server.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		_ = p.server.Process.Kill()
		<-gone
	}
	p.server = nil
}

// restart begins the product anew, with settings of its own.
func (p *place) restart(ctx context.Context, env ...string) error {
	p.stopServer()
	return p.serve(ctx, env...)
}

// Close stops and removes everything.
func (p *place) Close() {
	p.stopServer()
	if p.owner != nil {
		p.owner.Close()
	}
	if p.rdb != nil {
		_ = p.rdb.Close()
	}
	if p.servers != nil {
		_ = p.servers.Close()
		_ = embedded.Remove(filepath.Join(p.dir, "servers"))
	}
	_ = os.RemoveAll(p.dir)
}

// healthy lets the doctor look at the books.
func (p *place) healthy(ctx context.Context) error {
	if p.log.failed() {
		return fmt.Errorf("the server reported errors:\n%s", p.log)
	}
	cmd := exec.CommandContext(ctx, p.Binary, "doctor")
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("the doctor: %w\n%s", err, tail(out))
	}
	return nil
}

func (p *place) number(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = p.owner.QueryRow(ctx, sql, args...).Scan(&n)
	return n, err
}

// quiet waits until nothing is left to do, so that one scenario does not pay
// for another.
func (p *place) quiet(ctx context.Context) error {
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		left, err := p.number(ctx, "select (select count(*) from order_change) + (select count(*) from leaderboard_dirty)")
		switch {
		case err != nil:
			return err
		case left == 0:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("%d changes are still waiting", left)
		}
	}
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// logTail keeps what a server said last.
type logTail struct{ bytes.Buffer }

func (l *logTail) failed() bool { return bytes.Contains(l.Bytes(), []byte(`"level":"ERROR"`)) }

func (l *logTail) String() string { return string(tail(l.Bytes())) }

func tail(b []byte) []byte { return b[max(0, len(b)-4000):] }

var errSlow = errors.New("it did not happen in time")
