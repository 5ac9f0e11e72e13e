// Command servers runs another command with one PostgreSQL and one Redis for
// the whole of its life, so that thirty test packages need not start their own:
//
//	go run ./platform/embedded/cmd/servers -- go test ./...
//
// It exports FENLI_TEST_DATABASE_URL and FENLI_TEST_REDIS_URL, ends with the
// command's own status, and stops the servers.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/fenli-io/fenli/platform/embedded"
)

const (
	databaseVariable = "FENLI_TEST_DATABASE_URL"
	redisVariable    = "FENLI_TEST_REDIS_URL"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: servers -- command [argument …]")
		os.Exit(2)
	}
	status, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
	}
	os.Exit(status)
}

// run returns the status to exit with.
func run(args []string) (int, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	servers, err := embedded.Start(ctx, embedded.Config{
		DatabaseURL: os.Getenv(databaseVariable), RedisURL: os.Getenv(redisVariable),
		Postgres: true, Redis: true,
		Log: func(line string) { fmt.Fprintln(os.Stderr, line) },
	})
	if err != nil {
		return 1, err
	}
	defer servers.Close()

	// On Ctrl-C the command gets a polite signal; the servers stay until it has ended.
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), databaseVariable+"="+servers.OwnerURL, redisVariable+"="+servers.RedisURL)
	err = cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) && failed.ExitCode() >= 0 {
		return failed.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
