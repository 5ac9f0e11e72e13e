package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/fenli-io/fenli/cmd/internal/app"
)

type doctorCommand struct{}

func (doctorCommand) Help() string {
	return `Proves that the books are right: the database's walls, every store's journal against its
balances, every order against what its decision and refunds say, sums against awards, and the
boards in Redis against the sums. Starts every strategy and says how it is. Prints what it finds; the exit status is 1 when there is any.`
}

var errUnwell = errors.New("the doctor has findings")

func (doctorCommand) Run(ctx context.Context) error {
	l, err := startLocal(ctx, "127.0.0.1:0", slog.LevelError, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	defer l.Close()
	stores := 0
	findings, err := l.Doctor(ctx, func(string) { stores++ })
	if err != nil {
		return err
	}
	for _, s := range l.Strategies(ctx) {
		fmt.Printf("strategy %s %s (%.8s): %s, %d MiB\n", s.ID, s.Version, s.Artifact, s.State, s.Resident>>20)
		if s.Problem != "" {
			findings = append(findings, app.Finding{What: fmt.Sprintf("the strategy %s %s does not start: %s", s.ID, s.Version, s.Problem)})
		}
	}
	for _, f := range findings {
		where := f.Store
		if where == "" {
			where = "platform"
		}
		fmt.Printf("FOUND %s: %s\n", where, f.What)
	}
	fmt.Printf("strategies are held by %s\n%d stores examined, %d findings\n", app.SandboxLevel(), stores, len(findings))
	if len(findings) > 0 {
		return errUnwell
	}
	return nil
}
