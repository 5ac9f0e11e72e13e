package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"

	"github.com/fenli-io/fenli/cmd/internal/app"
	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/platform/telemetry"
)

// local is a whole platform in this process: servers, strategies, API and
// worker, with test clocks, for the commands that play or replay something.
type local struct {
	*app.App
	Base     string // "http://127.0.0.1:8080"
	Port     string
	Operator string

	ground *app.Ground
	served chan error
	stop   context.CancelFunc
}

// startLocal starts it and returns once it listens. addr may name a port that
// is taken: then a free one is used.
func startLocal(ctx context.Context, addr string, level slog.Level, say func(string), also ...func(*app.Config)) (*local, error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	log, err := telemetry.NewLogger(os.Stderr, cfg.Log, level)
	if err != nil {
		return nil, err
	}
	l := &local{Operator: cfg.OperatorToken, served: make(chan error, 1)}
	if l.Operator == "" {
		l.Operator = randomToken()
	}
	if l.ground, err = app.Prepare(ctx, cfg, say); err != nil {
		return nil, err
	}
	if l.ground.Note != "" {
		say(l.ground.Note)
	}
	ln, err := listen(addr)
	if err != nil {
		l.Close()
		return nil, err
	}
	l.Port = strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	l.Base = "http://127.0.0.1:" + l.Port
	say("starting the strategies")
	settings := app.Config{
		Role: app.All, DatabaseURL: l.ground.DatabaseURL, RedisURL: l.ground.RedisURL, SecretKey: l.ground.SecretKey,
		OperatorToken: l.Operator, BaseDomain: cfg.BaseDomain, Port: l.Port, TestClock: true, Sandbox: true,
		Dir: cfg.Dir, PDFFont: cfg.PDFFont, Strategies: cfg.Strategies, Version: versionOf(), Log: log,
	}
	for _, change := range also {
		change(&settings)
	}
	l.App, err = app.New(ctx, settings)
	if err != nil {
		_ = ln.Close()
		l.Close()
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	l.stop = stop
	go func() { l.served <- l.Serve(serving, ln) }()
	return l, nil
}

// Wait returns when the server has ended.
func (l *local) Wait() error { return <-l.served }

// Close ends the server, if it runs, and everything it started.
func (l *local) Close() {
	if l.stop != nil {
		l.stop()
		<-l.served
	}
	if l.App != nil {
		l.App.Close()
	}
	if l.ground != nil {
		_ = l.ground.Close()
	}
}

func listen(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err == nil {
		return ln, nil
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, fmt.Errorf("FENLI_ADDR: %w", err)
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}

func randomToken() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
