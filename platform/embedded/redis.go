package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
)

// redisDatabases is generous so that every test can have a database of its own.
const redisDatabases = 1024

func redisOfMachine() string {
	path, _ := exec.LookPath("redis-server")
	return path
}

func startRedis(ctx context.Context, cfg Config, who account) (*running, error) {
	return moor(ctx, filepath.Join(cfg.Dir, "redis"), redisAnswers, func(b *berth) (*running, error) {
		return startOwnRedis(ctx, cfg, who, b)
	})
}

func startOwnRedis(ctx context.Context, cfg Config, who account, b *berth) (*running, error) {
	if err := awaitPredecessor(ctx, b); err != nil {
		return nil, err
	}
	password, err := b.password()
	if err != nil {
		return nil, err
	}
	path := machine.redis()
	if path == "" {
		if err := installRedis(ctx, cfg); err != nil {
			cfg.say("Redis could not be installed: %v", err)
		}
		path = machine.redis()
	}
	if path == "" {
		return startImitation(cfg, b, password)
	}
	home, err := settle(b, who)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(home, "data")
	if who, err = who.adopt(data); err != nil {
		return nil, err
	}
	if err := who.own(data); err != nil {
		return nil, err
	}
	server, port, err := startRealRedis(ctx, path, data, password, b, who, cfg.Durable)
	if err != nil {
		return nil, err
	}
	stop := func() error { return server.stop(step{syscall.SIGTERM, 20 * time.Second}) }
	cfg.say("Redis listens on 127.0.0.1:%d", port)
	return b.open(server, port, redisURL(port, password), stop)
}

// awaitPredecessor waits for a server whose owner was killed a moment ago: it
// is still writing its data.
func awaitPredecessor(ctx context.Context, b *berth) error {
	defer b.withdraw()
	old, err := readState(b.dir)
	if err != nil || old.Note != "" {
		return nil
	}
	deadline := time.Now().Add(20 * time.Second)
	for alive(old.PID) && runsWith(old.PID, "redis-server") {
		_ = syscall.Kill(old.PID, syscall.SIGTERM) // nobody holds its lock: its owner is dead
		if time.Now().After(deadline) {
			return fmt.Errorf("a Redis left behind (process %d) does not stop", old.PID)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

func redisURL(port int, password string) string {
	u := url.URL{Scheme: "redis", User: url.UserPassword("", password), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: "/0"}
	return u.String()
}

func startRealRedis(ctx context.Context, path, data, password string, b *berth, who account, durable bool) (*process, int, error) {
	return onFreePort(attempt{
		launch: func(port int) (*process, error) {
			return program{
				path: path, args: []string{"-"}, stdin: redisSettings(port, data, password, durable), dir: data,
				who: who, onParentDeath: syscall.SIGTERM,
			}.launch(filepath.Join(b.dir, "log"))
		},
		ready: func(server *process, port int) error { return awaitRedis(ctx, server, redisURL(port, password)) },
		stop:  step{syscall.SIGTERM, 5 * time.Second},
		taken: "in use",
	})
}

// redisSettings go to the server's standard input: a command line would show
// the password to every user of the machine.
func redisSettings(port int, data, password string, durable bool) string {
	save := `save ""`
	if durable {
		save = "save 300 1" // and once more on shutdown
	}
	return strings.Join([]string{
		"bind 127.0.0.1", "port " + strconv.Itoa(port), "requirepass " + password,
		"dir " + strconv.Quote(data), "databases " + strconv.Itoa(redisDatabases),
		"daemonize no", "appendonly no", save, "stop-writes-on-bgsave-error no", "",
	}, "\n")
}

// awaitRedis waits until the server that answers is the process we started.
func awaitRedis(ctx context.Context, server *process, url string) error {
	return server.await(ctx, "Redis", func(ctx context.Context) bool {
		pid, err := redisPID(ctx, url)
		return err == nil && pid == server.pid()
	})
}

// redisPID asks the server behind url for its process id.
func redisPID(ctx context.Context, url string) (int, error) {
	options, err := goredis.ParseURL(url)
	if err != nil {
		return 0, err
	}
	options.MaxRetries = -1
	options.DialTimeout, options.ReadTimeout = time.Second, time.Second
	client := goredis.NewClient(options)
	defer client.Close()
	info, err := client.Info(ctx, "server").Result()
	if err != nil {
		return 0, err
	}
	_, after, found := strings.Cut(info, "process_id:")
	if !found {
		return 0, errors.New("not a Redis server")
	}
	digits, _, _ := strings.Cut(after, "\r\n")
	return strconv.Atoi(digits)
}

func redisAnswers(ctx context.Context, st state) error {
	if st.Note != "" { // the imitation lives inside its owner and knows no process id
		if !alive(st.Owner) {
			return fmt.Errorf("process %d has ended", st.Owner)
		}
		return pingRedis(ctx, st.URL)
	}
	pid, err := redisPID(ctx, st.URL)
	if err == nil && pid != st.PID {
		return fmt.Errorf("port %d belongs to process %d", st.Port, pid)
	}
	return err
}

func pingRedis(ctx context.Context, url string) error {
	options, err := goredis.ParseURL(url)
	if err != nil {
		return err
	}
	client := goredis.NewClient(options)
	defer client.Close()
	return client.Ping(ctx).Err()
}

// installRedis fetches the system's package where that needs no question: as root on Debian.
func installRedis(ctx context.Context, cfg Config) error {
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return errors.New("install it with: " + installLine("redis-server"))
	}
	for _, args := range [][]string{
		{"update", "-q"},
		{"install", "-y", "-q", "--no-install-recommends", "redis-server"},
	} {
		cfg.say("No Redis on this machine: apt-get %s", strings.Join(args, " "))
		cmd := exec.CommandContext(ctx, apt, args...)
		// RUNLEVEL keeps the package from starting a server of its own.
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w: %s", args[0], err, tail(string(out), 300))
		}
	}
	return nil
}

func tail(text string, n int) string {
	text = strings.TrimSpace(text)
	return text[max(0, len(text)-n):]
}

// startImitation runs miniredis inside this process, the last resort of a demo.
func startImitation(cfg Config, b *berth, password string) (*running, error) {
	imitation := miniredis.NewMiniRedis()
	imitation.RequireAuth(password)
	if err := imitation.StartAddr("127.0.0.1:0"); err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(imitation.Port())
	if err != nil {
		return nil, err
	}
	stopClock := tick(imitation)
	r := &running{
		state: state{
			PID: os.Getpid(), Port: port, URL: redisURL(port, password),
			Note: "No redis-server on this machine: an imitation inside this process stands in. It forgets everything on exit and is slow on large leaderboards. Install the real one with: " + installLine("redis-server"),
		},
		stop: func() error { b.withdraw(); stopClock(); imitation.Close(); b.leave(); return nil },
	}
	if err := b.publish(r.state); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	cfg.say("%s", r.Note)
	return r, nil
}

// tick lets keys expire: the imitation's clock stands still by itself.
func tick(imitation *miniredis.Miniredis) (stop func()) {
	done := make(chan struct{})
	go func() {
		each := time.NewTicker(time.Second)
		defer each.Stop()
		for {
			select {
			case <-done:
				return
			case <-each.C:
				imitation.FastForward(time.Second)
			}
		}
	}()
	return func() { close(done) }
}
