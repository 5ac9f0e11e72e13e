package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fenli-io/fenli/cmd/internal/bench"
)

type benchCommand struct {
	Full    bool     `env:"FENLI_BENCH_FULL" help:"Measure at full size: tens of minutes instead of under three."`
	JSON    string   `name:"json" placeholder:"FILE" help:"Write the figures there as well."`
	Profile string   `placeholder:"DIR" help:"Write profiles of the server and of PostgreSQL's statements there."`
	Only    []string `arg:"" optional:"" help:"Scenarios to measure; none is all of them."`
}

func (benchCommand) Help() string {
	text := `Starts durable servers and this program of its own on free ports, puts load on it over HTTP and
prints what an order costs, beside what the machine could do at best. Nothing of it stays.

Scenarios:`
	for _, line := range bench.Names() {
		text += "\n  " + line
	}
	return text
}

func (c benchCommand) Run(ctx context.Context) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return err
	}
	say := func(line string) { fmt.Fprintln(os.Stderr, line) }
	report, err := bench.Run(ctx, bench.Options{Full: c.Full, Only: c.Only, Binary: exe, Profile: c.Profile, Say: say})
	if len(report.Figures) > 0 {
		report.Table(os.Stdout)
	}
	if c.JSON != "" {
		if writing := report.Write(c.JSON); writing != nil {
			return writing
		}
	}
	return err
}

// benchFloorCommand is the least that a server could do; only bench starts it.
type benchFloorCommand struct {
	Addr string `arg:""`
}

func (c benchFloorCommand) Run(ctx context.Context) error {
	return bench.ServeFloor(ctx, c.Addr, os.Getenv("DATABASE_URL"))
}
