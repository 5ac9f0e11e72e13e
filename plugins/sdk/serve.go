package strategy

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
)

// stdout is the real standard output, which belongs to the handshake. A line
// that anybody else prints would break it, so it is taken away before main
// runs and everything printed goes to the log instead.
var stdout = takeStdout()

func takeStdout() *os.File {
	if os.Getenv(handshake.Config.MagicCookieKey) == "" {
		return os.Stdout
	}
	fd, err := syscall.Dup(1)
	if err != nil {
		return os.Stdout
	}
	syscall.CloseOnExec(fd)
	if err := syscall.Dup3(2, 1, 0); err != nil {
		_ = syscall.Close(fd)
		return os.Stdout
	}
	return os.NewFile(uintptr(fd), "handshake")
}

// Serve runs the strategy as a plugin process until its host stops it. It is
// the whole of a strategy's main.
func Serve[C any](p Plugin[C]) {
	if os.Getenv(handshake.Config.MagicCookieKey) != handshake.Config.MagicCookieValue {
		fmt.Fprintf(os.Stderr, "%s %s is a Fenli strategy. It is started by Fenli, not by hand: fenli plugin dev\n", p.ID, p.Version)
		os.Exit(2)
	}
	var busy atomic.Int64
	go endWithParent(os.Getppid())
	go drainOnTerm(&busy)
	os.Stdout = stdout // go-plugin announces itself here, then takes it over
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config,
		Plugins:         plugin.PluginSet{handshake.Name: handshake.Strategy{Serves: p.Server()}},
		Logger:          hclog.New(&hclog.LoggerOptions{Name: p.ID, Level: hclog.Warn, Output: os.NewFile(2, "stderr"), JSONFormat: true}),
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts,
				grpc.MaxRecvMsgSize(handshake.MaxMessage), grpc.MaxSendMsgSize(handshake.MaxMessage),
				grpc.ChainUnaryInterceptor(counting(&busy)))...)
		},
	})
}

func counting(busy *atomic.Int64) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		busy.Add(1)
		defer busy.Add(-1)
		return next(ctx, req)
	}
}

// endWithParent ends a process whose host is gone, however it went. In a process
// namespace of its own it sees no parent, and the kernel alone ends it.
func endWithParent(parent int) {
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			os.Exit(0)
		}
	}
}

// drainOnTerm lets calls in flight end, for five seconds at most. A call is
// counted a moment after it has come and its answer leaves a moment after it
// has been counted out, so the process stays until nothing has happened for a
// while.
func drainOnTerm(busy *atomic.Int64) {
	const quiet, look = 100 * time.Millisecond, 5 * time.Millisecond
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	<-term
	deadline := time.Now().Add(5 * time.Second)
	for idle := time.Duration(0); idle < quiet && time.Now().Before(deadline); idle += look {
		time.Sleep(look)
		if busy.Load() > 0 {
			idle = 0
		}
	}
	os.Exit(0)
}
