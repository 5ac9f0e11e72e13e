// Package builtin lists the strategies that come with Fenli and builds them.
//
// Each is a folder beside this file that imports the SDK alone, and a command
// of five lines under cmd. A build is static and reproducible: the same
// sources give the same bytes, so a strategy's hash is known before it ships.
package builtin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// List is the ids of the strategies, in the order a merchant meets them.
var List = []string{
	"three-level", "matrix", "differential", "tiered-sales", "team-city", "campaign-boost", "new-customer", "group-buy",
	"compose", "pool", "ladder-bonus", "task-badges",
}

// InTypeScript is the ids of the strategies that are bundles for Node.js, in
// the folder builtin-ts; `make sdk-ts` builds them, and [Build] does not.
var InTypeScript = []string{"member-day"}

// ErrNoSources says that there is nothing to build from: the program runs
// outside its module, or without the Go tool.
var ErrNoSources = errors.New("builtin: the strategies' sources are not here")

const module = "github.com/fenli-io/fenli"

// Build compiles every strategy of [List] into dir and tells where each is.
// progress, which may be nil, hears each id as its build begins.
func Build(ctx context.Context, dir string, progress func(id string)) (map[string]string, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("builtin: %w", err)
	}
	paths := map[string]string{}
	for _, id := range List {
		if progress != nil {
			progress(id)
		}
		path := filepath.Join(dir, id)
		if err := build(ctx, root, id, path); err != nil {
			return nil, err
		}
		paths[id] = path
	}
	return paths, nil
}

func build(ctx context.Context, root, id, path string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "./plugins/builtin/cmd/"+id)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("builtin: build %s: %w\n%s", id, err, bytes.TrimSpace(out))
	}
	return nil
}

// moduleRoot is the folder of this module's go.mod, seen from where we run.
func moduleRoot(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}", module)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoSources, err)
	}
	path, dir, _ := strings.Cut(strings.TrimSpace(string(out)), "\t")
	if path != module || dir == "" {
		return "", ErrNoSources
	}
	if _, err := os.Stat(filepath.Join(dir, "plugins", "builtin", "cmd")); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoSources, err)
	}
	return dir, nil
}
