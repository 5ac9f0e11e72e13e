package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/pprof"
	"time"

	"github.com/fenli-io/fenli/cmd/internal/app"
	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/platform/telemetry"
)

type serveCommand struct {
	Restored bool     `help:"The database was restored from a backup: nothing is paid out before somebody has imported the provider's bill."`
	Role     app.Role `enum:"api,worker,all" default:"all" help:"What this process does: api, worker or all."`
}

func (c serveCommand) Run(ctx context.Context) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(os.Stderr, cfg.Log, slog.LevelInfo)
	if err != nil {
		return err
	}
	stopProfile, err := profile(os.Getenv("FENLI_PROFILE"))
	if err != nil {
		return err
	}
	defer stopProfile()
	ground, err := app.Prepare(ctx, cfg, func(line string) { log.Info(line) })
	if err != nil {
		return err
	}
	defer ground.Close()
	if ground.Note != "" {
		log.Warn(ground.Note)
	}
	traces, stopTraces, err := telemetry.OpenTraces(ctx, cfg.Traces, cfg.TraceEvery, versionOf())
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = stopTraces(ending) // a collector that is away must not keep the server from ending
	}()
	a, err := app.New(ctx, app.Config{
		Role: c.Role, DatabaseURL: ground.DatabaseURL, RedisURL: ground.RedisURL, SecretKey: ground.SecretKey,
		OperatorToken: cfg.OperatorToken, BaseDomain: cfg.BaseDomain, Port: publicPort(cfg), TestClock: cfg.TestClock, Sandbox: cfg.Sandbox, Dir: cfg.Dir, PDFFont: cfg.PDFFont, Strategies: cfg.Strategies,
		Registry: cfg.Registry, RegistryKey: cfg.RegistryKey, KeyPassphrase: cfg.KeyPassphrase, Production: cfg.Production, Version: versionOf(), Log: log, Traces: traces,
	})
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Restored {
		stores, err := a.HoldPayouts(ctx)
		if err != nil {
			return err
		}
		log.Warn("payouts are on hold", "stores", stores)
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("FENLI_ADDR: %w", err)
	}
	return a.Serve(ctx, ln)
}

// publicPort is where the stores' links lead: to this process on one's own
// machine, to the proxy with the certificates under a real domain.
func publicPort(cfg config.Config) string {
	if cfg.BaseDomain != "localhost" {
		return "443"
	}
	_, port, _ := net.SplitHostPort(cfg.Addr)
	return port
}

// profile writes where this process spends its time to a file, for the bench.
func profile(file string) (stop func(), err error) {
	if file == "" {
		return func() {}, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}
