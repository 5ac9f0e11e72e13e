package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	gorunner "github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// process is one running plugin.
type process struct {
	client    *plugin.Client
	runner    *runner
	prepared  chan struct{} // closed when runner is set
	strategy  strategyv1.StrategyClient
	described *strategyv1.DescribeResponse
	lanes     chan struct{} // calls at once
	condemned atomic.Bool   // we killed it: it did not crash by itself
}

const lanes = 4

// startProcess starts a verified binary in the sandbox and asks what it is.
// Nothing the plugin does or omits can hold it up beyond the timeout.
func (h *Host) startProcess(ctx context.Context, sha string) (*process, error) {
	if err := h.mayRun(sha); err != nil {
		return nil, err
	}
	binary, err := h.store.open(sha)
	if err != nil {
		return nil, err
	}
	file, err := h.executableOf(binary)
	if err != nil {
		return nil, errors.Join(err, binary.Close())
	}
	p := &process{lanes: make(chan struct{}, lanes), prepared: make(chan struct{})}
	log := h.log.With("plugin", sha[:8])
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake.Config,
		Plugins:          plugin.PluginSet{handshake.Name: handshake.Strategy{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true, // a plugin that sends a certificate unasked panics go-plugin
		SkipHostEnv:      true,
		StartTimeout:     h.config.StartTimeout,
		Logger:           hclog.NewNullLogger(),
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: h.sockets},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(handshake.MaxMessage), grpc.MaxCallSendMsgSize(handshake.MaxMessage)),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
				return p.runner.dial(ctx)
			}),
		},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, dir string) (gorunner.Runner, error) {
			r, err := h.newSandboxed(sha, file, spec, dir, log)
			if err != nil {
				return nil, err
			}
			p.runner = r
			close(p.prepared)
			return r, nil
		},
	})
	began := time.Now()
	if err := p.connect(ctx, h.config.StartTimeout); err != nil {
		file.close()
		p.stop(0)
		return nil, err
	}
	if err := h.probe(ctx, sha, p); err != nil {
		p.stop(0)
		return nil, err
	}
	h.counters.started.Add(1)
	h.metrics.started(sha, p.described)
	log.Info("plugin started", "id", p.described.GetId(), "version", p.described.GetVersion(), "pid", p.runner.ID(), "took", time.Since(began))
	return p, nil
}

// newSandboxed prepares the launcher that becomes the plugin.
func (h *Host) newSandboxed(sha string, file *executable, spec *exec.Cmd, dir string, log *slog.Logger) (*runner, error) {
	cmd, err := h.box.command(sha, file, dir)
	if err != nil {
		return nil, err
	}
	cmd.Env = pluginEnv(file.env, spec.Env)
	r, err := newRunner(cmd, dir, h.config.KillGrace)
	if err != nil {
		return nil, err
	}
	go logLines(r.stderr, log)
	return r, nil
}

// pluginEnv is all that a plugin finds in its environment: what go-plugin
// hands over, and settings of its runtime. Its directory is where it stands.
// The cookie is not among them: the launcher adds it, for a host that links the
// SDK would else give its standard output away before main.
func pluginEnv(runtime, handed []string) []string {
	env := slices.Clone(runtime)
	for _, kv := range handed {
		if !strings.HasPrefix(kv, plugin.EnvUnixSocketDir+"=") && !strings.HasPrefix(kv, handshake.Config.MagicCookieKey+"=") {
			env = append(env, kv)
		}
	}
	return append(env, plugin.EnvUnixSocketDir+"=.")
}

// connect waits for the handshake. go-plugin may wait for ever on a plugin that
// accepts and says nothing, so it waits in a goroutine and the process is
// killed under it.
func (p *process) connect(ctx context.Context, patience time.Duration) error {
	result := make(chan error, 1)
	go func() {
		protocol, err := p.client.Client()
		if err != nil {
			result <- err
			return
		}
		raw, err := protocol.Dispense(handshake.Name)
		if err == nil {
			p.strategy = raw.(strategyv1.StrategyClient)
		}
		result <- err
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		p.kill()
		<-result
		return ctx.Err()
	case <-late.C:
		p.kill()
		<-result
		return errors.New("the plugin did not answer in time")
	}
}

// probe asks who it is; a known artifact must say what it said when installed.
func (h *Host) probe(ctx context.Context, sha string, p *process) error {
	described, err := call(ctx, p, h.config.StartTimeout, func(ctx context.Context) (*strategyv1.DescribeResponse, error) {
		return p.strategy.Describe(ctx, &strategyv1.DescribeRequest{})
	})
	if err != nil {
		return err
	}
	p.described = described
	if p.described.GetId() == "" || p.described.GetVersion() == "" {
		return errors.New("the plugin has no id or no version")
	}
	if known, err := h.store.find(sha); err == nil && !proto.Equal(known.Describe, p.described) {
		return errors.New("the plugin describes itself differently from when it was installed")
	}
	return nil
}

// Failures of a call, by what they mean for the process.
var (
	errTimeout   = errors.New("the plugin did not answer in time")
	errCrashed   = errors.New("the plugin ended during the call")
	errBystander = errors.New("the plugin was ended because of another call")
	errTooLarge  = errors.New("the message is larger than 8 MiB")
)

// call runs f with a deadline. A plugin that overruns it is killed: its caller
// would be free, but it would spin on. A caller who gives up earlier leaves at
// once, and the deadline holds all the same.
func call[T any](ctx context.Context, p *process, patience time.Duration, f func(context.Context) (T, error)) (T, error) {
	var nothing T
	select {
	case p.lanes <- struct{}{}:
	case <-ctx.Done():
		return nothing, ctx.Err()
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-p.lanes }()
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		value, err := f(within)
		done <- result{value, p.judge(within, err)}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return nothing, ctx.Err()
	}
}

// judge tells what an error of a call means, and ends a process that is of no
// more use.
func (p *process) judge(within context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case status.Code(err) == codes.DeadlineExceeded || within.Err() != nil:
		if p.condemned.Load() {
			return errBystander
		}
		p.kill()
		return errTimeout
	case status.Code(err) == codes.ResourceExhausted:
		return errTooLarge
	case status.Code(err) == codes.Unavailable || status.Code(err) == codes.Canceled || !p.alive():
		return p.whyGone(err)
	}
	return fmt.Errorf("the plugin answered with an error: %w", err)
}

func (p *process) whyGone(err error) error {
	if p.condemned.Load() {
		return errBystander
	}
	p.kill() // whatever is left of it is of no use without a connection
	return fmt.Errorf("%w: %w", errCrashed, err)
}

func (p *process) alive() bool {
	if p.condemned.Load() {
		return false
	}
	select {
	case <-p.runner.done:
		return false
	default:
		return true
	}
}

// kill ends the process at once.
func (p *process) kill() {
	p.condemned.Store(true)
	select {
	case <-p.prepared:
		p.runner.murder()
	default: // nothing runs yet
	}
}

// stop asks the process to end, kills it after the grace and frees what
// go-plugin holds. go-plugin's own Kill never returns on a hung plugin, so it
// is called on a dead one, and not waited for.
func (p *process) stop(grace time.Duration) {
	p.condemned.Store(true)
	if grace > 0 {
		p.runner.end(grace)
	}
	p.kill()
	freed := make(chan struct{})
	go func() {
		p.client.Kill()
		close(freed)
	}()
	select {
	case <-freed:
	case <-time.After(time.Second):
	}
}
