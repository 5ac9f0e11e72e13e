package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/fenli-io/fenli/plugins/builtin"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/tenants/program"
)

// recheckEvery is the share of orders that prove their strategies pure: 1 %.
const recheckEvery = 100

// openHost starts the host of strategies in a short directory that the
// strategies' own users can pass through.
func (a *App) openHost(cfg Config) (err error) {
	if a.hostDir, err = hostDir(cfg.Dir); err != nil {
		return err
	}
	every := cfg.RecheckEvery
	if every == 0 {
		every = recheckEvery
	}
	a.Host, err = host.New(host.Config{Dir: a.hostDir, Development: !cfg.Production, RecheckEvery: every, Troubled: a.chances.troubled}, cfg.Log)
	a.chances.host = a.Host
	return err
}

// strategyFiles are the built reference strategies: beside the binary, else
// where FENLI_STRATEGIES says, else built from the sources that are here.
func strategyFiles(ctx context.Context, dir string, log *slog.Logger) (map[string]string, error) {
	if dir == "" {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("app: %w", err)
		}
		dir = filepath.Join(filepath.Dir(exe), "strategies")
	}
	if files := filesIn(dir, builtin.List); len(files) > 0 {
		maps.Copy(files, filesIn(dir, builtin.InTypeScript))
		return files, nil
	}
	log.Info("building the reference strategies")
	built := filepath.Join(os.TempDir(), "fenli-strategies")
	return builtin.Build(ctx, built, func(id string) { log.Info("building", "strategy", id) })
}

func filesIn(dir string, ids []string) map[string]string {
	files := map[string]string{}
	for _, id := range ids {
		path := filepath.Join(dir, id)
		if _, err := os.Stat(path); err == nil {
			files[id] = path
		}
	}
	return files
}

// installStrategies puts the reference strategies into the host's store and
// tells the programmes about them.
func (a *App) installStrategies(ctx context.Context, dir string) error {
	files, err := strategyFiles(ctx, dir, a.Log)
	if errors.Is(err, builtin.ErrNoSources) {
		a.Log.Warn("no reference strategies: run `make build`, or set FENLI_STRATEGIES")
		return nil
	}
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(files))
	for _, id := range slices.Concat(builtin.List, builtin.InTypeScript) {
		if files[id] != "" && a.runs(id) {
			ids = append(ids, id)
		}
	}
	installed := make([]program.Artifact, len(ids))
	var g errgroup.Group
	g.SetLimit(2)
	for i, id := range ids {
		g.Go(func() error {
			artifact, described, err := a.Host.Install(ctx, files[id])
			if errors.Is(err, host.ErrVersionTaken) { // in production; what stores run stays
				a.Log.Error("a reference strategy has changed under the same version and was left out: give it a new version", "strategy", id, "error", err)
				return nil
			}
			if err != nil {
				return fmt.Errorf("app: strategy %s: %w", id, err)
			}
			installed[i] = program.Artifact{SHA256: artifact.SHA256, Strategy: artifact.ID, Version: artifact.Version, Description: described}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	installed = slices.DeleteFunc(installed, func(p program.Artifact) bool { return p.SHA256 == "" })
	return a.Programs.Remember(ctx, installed)
}

// runs is false for a strategy in TypeScript where there is no Node.js: the
// others must not go without for its sake.
func (a *App) runs(id string) bool {
	if !slices.Contains(builtin.InTypeScript, id) {
		return true
	}
	err := a.Host.CanRun(host.Node)
	if err != nil {
		a.Log.Warn("a reference strategy is left out", "strategy", id, "error", err)
	}
	return err == nil
}
