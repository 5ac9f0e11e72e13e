package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/fenli-io/fenli/cmd/internal/cases"
)

type casesCommand struct {
	Files      []string `arg:"" type:"existingfile" help:"Files of worked cases."`
	Strategies []string `help:"Play only cases of these strategies; the others are counted."`
}

func (casesCommand) Help() string {
	return `Plays worked commission cases through the real stack: HTTP, PostgreSQL, Redis
and the strategies' own processes. Each case has a store and a clock of its own.
Prints "ok ID" or "FAIL ID: path: want X, got Y"; the exit status is 1 when any failed.`
}

var errCasesFailed = errors.New("some cases failed")

func (c casesCommand) Run(ctx context.Context) error {
	var all []cases.Case
	for _, file := range c.Files {
		list, err := cases.Read(file)
		if err != nil {
			return err
		}
		all = append(all, list...)
	}
	l, err := startLocal(ctx, "127.0.0.1:0", slog.LevelError, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	defer l.Close()

	server := cases.Server{Base: l.Base, OperatorToken: l.Operator}
	run := randomToken()[:8]
	passed, failed, left := 0, 0, 0
	for i, one := range all {
		if len(c.Strategies) > 0 && !slices.Contains(c.Strategies, one.Strategy.ID) {
			left++
			continue
		}
		differs := cases.Play(ctx, server, one, fmt.Sprintf("case-%s-%d", run, i))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(differs) == 0 {
			passed++
			fmt.Println("ok", one.ID)
			continue
		}
		failed++
		fmt.Printf("FAIL %s: %s\n", one.ID, strings.Join(differs, "; "))
	}
	if left > 0 {
		fmt.Printf("%d left out: other strategies\n", left)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return errCasesFailed
	}
	return nil
}
