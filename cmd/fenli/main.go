// Command fenli is the whole platform in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // a store's time zone must not depend on the machine

	"github.com/alecthomas/kong"

	"github.com/fenli-io/fenli/plugins/host"
)

// commands are the subcommands, one file each.
type commands struct {
	Serve    serveCommand      `cmd:"" help:"Answer requests and work in the background."`
	Demo     demoCommand       `cmd:"" help:"Show two stores with sample data on this machine."`
	Cases    casesCommand      `cmd:"" help:"Play worked commission cases through the real stack."`
	Import   importCommand     `cmd:"" help:"Replay a real order history."`
	Decision decisionCommand   `cmd:"" help:"Ask again about what was decided, and prove it."`
	Backtest backtestCommand   `cmd:"" help:"Try another programme on a store's own orders."`
	Ledger   ledgerCommand     `cmd:"" help:"Prove the journal to an auditor."`
	Doctor   doctorCommand     `cmd:"" help:"Prove that the books are right."`
	Bench    benchCommand      `cmd:"" help:"Measure what an order costs on this machine."`
	Floor    benchFloorCommand `cmd:"" name:"bench-floor" hidden:""`
	Plugin   pluginCommand     `cmd:"" help:"Try a strategy."`
	Migrate  migrateCommand    `cmd:"" help:"Bring the database to the shape this binary knows."`
	Openapi  openapiCommand    `cmd:"" help:"Write the API's OpenAPI documents."`
	Version  versionCommand    `cmd:"" help:"Say which version this is."`
}

func main() {
	host.MaybeLauncher() // strategies run in a sandbox that this program enters by running itself
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	parsed := kong.Parse(&cli,
		kong.Name("fenli"),
		kong.Description("Fenli 分利: a distribution platform. Settings come from the environment; without any, private servers are started in ./.fenli."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err := parsed.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "fenli:", err)
		os.Exit(1)
	}
}

// version is set by the linker for releases.
var version = ""

func versionOf() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("fenli", versionOf())
	return nil
}
