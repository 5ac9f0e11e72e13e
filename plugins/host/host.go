// Package host runs strategies: it keeps their binaries by hash, starts them
// in a sandbox, asks them, and survives whatever they do.
//
// Its promise to the caller: an answer has a decision for every order that was
// asked about, within a bounded time, whether the strategy is correct, slow,
// broken or hostile. What it could not get decided comes back as Failed with a
// code that begins with "plugin.", never as an amount. What a decision may
// contain is not judged here.
//
// A program that uses this package calls [MaybeLauncher] first thing in main,
// and tests do in TestMain: the sandbox is entered by running the same program
// again.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Config says where a host works and how patient it is. Only Dir is required.
type Config struct {
	// Dir is private to this host: the store of binaries and the sockets live
	// in it. Its path must be short, for a socket's path has 107 bytes.
	Dir string
	// Level is the least sandbox that plugins may run in; zero is LevelSealed.
	Level SandboxLevel
	// Development lets plugins run below Level, with a warning, and registers
	// changed bytes of a known version as "1.0.0-dev.<hash>".
	Development bool

	StartTimeout time.Duration // to the first Describe; 10 s
	CallBase     time.Duration // a call's deadline is CallBase + CallPerOrder × orders,
	CallPerOrder time.Duration // but CallMax at most: 300 ms, 3 ms, 5 s
	CallMax      time.Duration
	IdleStop     time.Duration // 10 min without a call
	KillGrace    time.Duration // between the request to end and SIGKILL; 500 ms
	BackoffMin   time.Duration // pause after a crash, doubled each time: 200 ms to 30 s
	BackoffMax   time.Duration
	CrashWindow  time.Duration // CrashLimit crashes within it quarantine: 3 in 10 min
	CrashLimit   int
	MaxDataMiB   int // memory of one plugin; 512, of one that runs on Node.js at least 1024
	// Node is the Node.js that runs strategies in TypeScript; empty: the one
	// on PATH. Without any, only those strategies are refused.
	Node string
	// RecheckEvery asks, once in so many orders of a strategy, about a batch a
	// second time, shuffled and one order of it alone, in a fresh process, to
	// prove that the strategy is a pure function; 0 never.
	RecheckEvery int
	// Troubled, when not nil, hears each time that a strategy crashed or was
	// ended by a question. It must not wait.
	Troubled func(sha string, at time.Time)
}

func (c Config) withDefaults() Config {
	orElse(&c.Level, LevelSealed)
	orElse(&c.StartTimeout, 10*time.Second)
	orElse(&c.CallBase, 300*time.Millisecond)
	orElse(&c.CallPerOrder, 3*time.Millisecond)
	orElse(&c.CallMax, 5*time.Second)
	orElse(&c.IdleStop, 10*time.Minute)
	orElse(&c.KillGrace, 500*time.Millisecond)
	orElse(&c.BackoffMin, 200*time.Millisecond)
	orElse(&c.BackoffMax, 30*time.Second)
	orElse(&c.CrashWindow, 10*time.Minute)
	orElse(&c.CrashLimit, 3)
	orElse(&c.MaxDataMiB, 512)
	return c
}

func orElse[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// Host runs the strategies of one process. It is safe for concurrent use.
type Host struct {
	config   Config
	log      *slog.Logger
	store    *store
	box      sandbox
	node     nodeRuntime
	sockets  string
	poison   poison
	counters counters
	stopped  atomic.Pointer[map[string]string] // artifact → why it must not run

	rechecking sync.Mutex // one at a time
	working    sync.WaitGroup
	metrics    *metrics

	mu     sync.Mutex
	slots  map[string]*slot
	closed bool
	stop   chan struct{}
}

// New opens a host on its directory. It fails when the machine cannot give
// plugins the sandbox that config demands.
func New(config Config, log *slog.Logger) (*Host, error) {
	config = config.withDefaults()
	if !launcherReady.Load() {
		return nil, errors.New("host: main must call host.MaybeLauncher first")
	}
	report := SandboxReport()
	report.Node, report.NodeNote = nodeReport(config.Node)
	if report.Level < config.Level {
		if !config.Development {
			return nil, fmt.Errorf("host: this machine gives plugins the sandbox %q, and %q is demanded: %v", report.Level, config.Level, report.Notes)
		}
		log.Warn("plugins run in a weaker sandbox than demanded", "level", report.Level.String(), "demanded", config.Level.String(), "notes", report.Notes)
	}
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	config.Dir = dir
	h := &Host{config: config, log: log, box: sandbox{report}, node: nodeRuntime{configured: config.Node}, slots: map[string]*slot{}, stop: make(chan struct{})}
	h.metrics = newMetrics(h)
	if h.store, err = openStore(filepath.Join(dir, "store")); err != nil {
		return nil, err
	}
	if err := h.makeSockets(); err != nil {
		return nil, err
	}
	go h.stopIdle()
	return h, nil
}

// socketPath is the room that the names below Dir take.
const socketPath = "/run/4194304.99/plugin-dir4294967295/plugin4294967295"

var opened atomic.Int64

// makeSockets makes this host's own directory of sockets, named by process so
// that several hosts may share a store, and removes those of dead ones.
func (h *Host) makeSockets() error {
	if n := len(h.config.Dir) + len(socketPath); n > 107 {
		return fmt.Errorf("host: the directory %s is %d bytes too long for sockets", h.config.Dir, n-107)
	}
	all := filepath.Join(h.config.Dir, "run")
	if err := os.MkdirAll(all, 0o700); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	entries, err := os.ReadDir(all)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	for _, e := range entries {
		owner, _, _ := strings.Cut(e.Name(), ".")
		if pid, err := strconv.Atoi(owner); err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(filepath.Join(all, e.Name()))
		}
	}
	h.sockets = filepath.Join(all, fmt.Sprintf("%d.%d", os.Getpid(), opened.Add(1)))
	if err := os.RemoveAll(h.sockets); err != nil { // left by an earlier process of our number
		return fmt.Errorf("host: %w", err)
	}
	if err := os.Mkdir(h.sockets, 0o700); err != nil {
		return fmt.Errorf("host: %w", err)
	}
	return nil
}

// Warm starts a strategy before it is asked, to spare the first order the wait.
func (h *Host) Warm(ctx context.Context, sha string) error {
	slot := h.slot(sha)
	if _, err := slot.acquire(ctx, false); err != nil {
		return err
	}
	slot.release()
	return nil
}

// Status tells how an artifact's process is, for operators.
func (h *Host) Status(sha string) Status { return h.slot(sha).status() }

// Describe asks what a strategy is. The answer comes from the store when the
// strategy is known, without starting it.
func (h *Host) Describe(_ context.Context, sha string) (*strategyv1.DescribeResponse, error) {
	known, err := h.store.find(sha)
	if err != nil {
		return nil, err
	}
	return known.Describe, nil
}

// Artifacts lists what the store holds, by id, version and hash.
func (h *Host) Artifacts() []Installed {
	list, err := h.store.list()
	if err != nil {
		h.log.Error("the strategies' store cannot be read", "error", err)
	}
	return list
}

// Install copies a strategy's binary into the store, starts it and asks what
// it is. Installing the same bytes again changes nothing.
func (h *Host) Install(ctx context.Context, path string) (Artifact, *strategyv1.DescribeResponse, error) {
	sha, err := h.store.add(path)
	if err != nil {
		return Artifact{}, nil, err
	}
	if known, err := h.store.find(sha); err == nil {
		return known.Artifact, known.Describe, nil
	}
	slot := h.slot(sha)
	p, err := slot.acquire(ctx, false)
	if err != nil {
		h.forget(sha)
		return Artifact{}, nil, fmt.Errorf("host: %s does not start: %w", filepath.Base(path), err)
	}
	artifact, err := h.store.register(sha, p.described, h.config.Development)
	slot.release()
	if err != nil {
		h.forget(sha)
		return Artifact{}, nil, err
	}
	return artifact, p.described, nil
}

// forget removes a binary that never became an artifact.
func (h *Host) forget(sha string) {
	h.mu.Lock()
	s := h.slots[sha]
	delete(h.slots, sha)
	h.mu.Unlock()
	if s != nil {
		s.close(context.Background())
	}
	h.store.remove(sha)
}

// ValidateConfig asks a strategy about a configuration.
func (h *Host) ValidateConfig(ctx context.Context, sha string, config []byte, rules *strategyv1.Rules) (*strategyv1.ValidateConfigResponse, error) {
	if _, err := h.store.find(sha); err != nil {
		return nil, err
	}
	slot := h.slot(sha)
	p, err := slot.acquire(ctx, false)
	if err != nil {
		return nil, err
	}
	defer slot.release()
	out, err := call(ctx, p, h.patience(maxOrders), func(ctx context.Context) (*strategyv1.ValidateConfigResponse, error) {
		return p.strategy.ValidateConfig(ctx, &strategyv1.ValidateConfigRequest{Config: config, Rules: rules})
	})
	if fatal(err) {
		slot.crashed(err)
	}
	return out, err
}

// Reset gives a strategy that crashed a second chance: what waits for it may be
// asked at once, also out of a quarantine. It does nothing for a strategy that
// answered the same question differently. How often a strategy that stores
// share is given one, in all processes together, is the caller's to bound.
func (h *Host) Reset(sha string) {
	if h.slot(sha).secondChance() {
		h.poison.clear(sha)
	}
}

// Trouble is when a strategy last crashed or was ended by a question, zero when
// it has not since its last chance.
func (h *Host) Trouble(sha string) time.Time {
	s := h.slot(sha)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// Forgive forgets all that is held against a strategy. It is for operators.
func (h *Host) Forgive(sha string) {
	h.poison.clear(sha)
	h.slot(sha).forgive()
}

// Close lets calls in flight end, stops every plugin and gives up what ctx
// does not wait for.
func (h *Host) Close(ctx context.Context) error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	close(h.stop)
	slots := h.slots
	h.slots = map[string]*slot{}
	h.mu.Unlock()
	var all sync.WaitGroup
	for _, s := range slots {
		all.Go(func() { s.close(ctx) })
	}
	all.Wait()
	h.working.Wait() // what is rechecked is killed
	return os.RemoveAll(h.sockets)
}

func (h *Host) slot(sha string) *slot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.slots[sha]
	if s == nil {
		s = &slot{host: h, sha: sha, gate: make(chan struct{}, 1), closed: h.closed}
		if !h.closed {
			h.slots[sha] = s
		}
	}
	return s
}

// stopIdle ends processes that nobody has asked for a while.
func (h *Host) stopIdle() {
	tick := time.NewTicker(max(h.config.IdleStop/10, 10*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-tick.C:
		}
		h.mu.Lock()
		slots := make([]*slot, 0, len(h.slots))
		for _, s := range h.slots {
			slots = append(slots, s)
		}
		h.mu.Unlock()
		for _, s := range slots {
			s.stopIfIdle(h.config.IdleStop)
		}
	}
}
