package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/filesystem"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/jobs"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/plugins/builtin"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/plugins/registry"
	"github.com/fenli-io/fenli/tenants/marketplace"
	"github.com/fenli-io/fenli/tenants/marketplace/marketplacehttp"
	"github.com/fenli-io/fenli/tenants/program"
)

// bazaar is the registry of strategies as this process sees it: the folder it
// signs, and a client that believes the folder no more than a stranger's.
type bazaar struct {
	dir    *registry.Dir
	mu     sync.Mutex // the client's, and one synchronization at a time
	client *registry.Client
	known  map[string]bool // executables that the host and the programmes have
}

// openMarketplace opens the registry and the slice that keeps it.
func (a *App) openMarketplace(cfg Config, box *secret.Box) error {
	key, err := operatorKey(cfg)
	if err != nil {
		return err
	}
	path := cfg.Registry
	if path == "" {
		path = filepath.Join(cfg.Dir, "registry")
	}
	dir, err := registry.CreateDir(path, key, clock.Real())
	if err != nil {
		return fmt.Errorf("app: the registry of strategies in %s: %w", path, err)
	}
	client, err := registry.Open(path, registry.Trust{Keys: []registry.PublicKey{key.Public()}, Memory: filepath.Join(cfg.Dir, "registry-seen.json")})
	if err != nil {
		return fmt.Errorf("app: %w", err)
	}
	a.bazaar = &bazaar{dir: dir, client: client, known: map[string]bool{}}
	a.Marketplace = marketplace.New(a.DB, marketplace.Config{
		Box: box, Registry: dir, Reserved: slices.Concat(builtin.List, builtin.InTypeScript), Examine: a.examinePackage,
		Changed: func(ctx context.Context) {
			if err := a.syncStrategies(context.WithoutCancel(ctx)); err != nil {
				a.Log.Error("the catalogue of strategies is behind; it is tried again soon", "error", err)
			}
		},
	})
	a.everywhere = append(a.everywhere, a.followMarketplace)
	return nil
}

// operatorKey is the one given, else one kept in the folder.
func operatorKey(cfg Config) (*registry.Key, error) {
	path := cfg.RegistryKey
	if path == "" {
		path = filepath.Join(cfg.Dir, "operator-key.json")
		if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("app: %w", err)
		}
		if err := registry.NewKey().Save(path, cfg.KeyPassphrase); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("app: %w", err)
		}
	}
	return registry.LoadKey(path, cfg.KeyPassphrase)
}

// examineAtMost is how long an examination may take before its job is given
// up and tried again.
const examineAtMost = 15 * time.Minute

// renewal is the job that signs the registry's index anew.
type renewal struct{}

func (renewal) Kind() string { return "marketplace.renew" }

// marketplaceJobs are the slice's kinds of work.
func (a *App) marketplaceJobs(w *jobs.Workers) {
	jobs.DoWithin(w, examineAtMost, a.Marketplace.Examine)
	jobs.Every(w, 24*time.Hour, renewal{}, func(ctx context.Context, _ renewal) error { return a.Marketplace.Renew(ctx) })
}

// followMarketplace keeps every process, whatever its role, in step with what
// operators decide in another one.
func (a *App) followMarketplace(ctx context.Context) error {
	const every = 3 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	said := ""
	for {
		err := a.syncStrategies(ctx)
		switch {
		case err == nil:
			said = ""
		case ctx.Err() == nil && err.Error() != said: // once, not every three seconds
			said = err.Error()
			a.Log.Error("the catalogue of strategies is behind; it is tried again and again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// syncStrategies stops what is to be stopped and installs what was approved
// and is not here yet.
func (a *App) syncStrategies(ctx context.Context) error {
	a.bazaar.mu.Lock()
	defer a.bazaar.mu.Unlock()
	approved, err := a.Marketplace.Approved(ctx)
	if err != nil {
		return err
	}
	stopped := map[string]string{}
	var missing []marketplace.Version
	for _, v := range approved {
		if v.Revocation.Level == registry.StopNow {
			for sha := range maps.Values(v.Artifacts) {
				stopped[sha] = v.Revocation.Reason
			}
			continue
		}
		if sha, runs := v.Artifacts[host.PlatformOf(v.Manifest.Runtime)]; runs && !a.bazaar.known[sha] {
			missing = append(missing, v)
		}
	}
	a.Host.SetStopped(stopped)
	if len(missing) == 0 {
		return nil
	}
	if _, err := a.bazaar.client.Refresh(ctx, clock.Real()); err != nil {
		return err
	}
	var problems []error
	for _, v := range missing {
		if err := a.installApproved(ctx, v); err != nil { // one that cannot be installed keeps nobody else out
			problems = append(problems, fmt.Errorf("%s %s: %w", v.Plugin, v.Version, err))
		}
	}
	return errors.Join(problems...)
}

func (a *App) installApproved(ctx context.Context, v marketplace.Version) error {
	release, err := a.bazaar.client.Release(ctx, v.Plugin, v.Version)
	if err != nil {
		return err
	}
	artifact, described, err := a.Host.InstallRelease(ctx, release)
	if err != nil {
		return err
	}
	a.Log.Info("a strategy from the marketplace was installed", "strategy", artifact.ID, "version", artifact.Version, "artifact", artifact.SHA256[:8])
	err = a.Programs.Remember(ctx, []program.Artifact{{SHA256: artifact.SHA256, Strategy: artifact.ID, Version: artifact.Version, Description: described}})
	a.bazaar.known[artifact.SHA256] = err == nil
	return err
}

// openRegistry serves the registry's folder as it is: its files are signed,
// and a package is found by who knows its hash.
func (a *App) openRegistry() {
	f := a.HTTP.Fiber()
	f.Use("/registry", filesystem.New(filesystem.Config{Root: http.Dir(a.bazaar.dir.Path())}))
	f.Use("/registry", func(c *fiber.Ctx) error { return c.SendStatus(http.StatusNotFound) }) // not the shop's page
}

// processes shows operators the host of this node.
type processes struct{ host *host.Host }

func (p processes) artifact(ctx context.Context, artifacts map[string]string) string {
	for _, platform := range []string{registry.HostPlatform(), registry.NodePlatform} {
		if sha := artifacts[platform]; sha != "" {
			if _, err := p.host.Describe(ctx, sha); err == nil {
				return sha
			}
		}
	}
	return ""
}

func (p processes) Process(ctx context.Context, artifacts map[string]string) marketplacehttp.Process {
	sha := p.artifact(ctx, artifacts)
	if sha == "" {
		return marketplacehttp.Process{State: "absent"}
	}
	s := p.host.Status(sha)
	shape := marketplacehttp.Process{Artifact: sha, State: s.State, Crashes: s.Crashes, LastError: s.LastError}
	if !s.RetryAt.IsZero() {
		at := s.RetryAt.UTC()
		shape.RetryAt = &at
	}
	return shape
}

func (p processes) Forgive(artifacts map[string]string) {
	if sha := p.artifact(context.Background(), artifacts); sha != "" {
		p.host.Forgive(sha)
	}
}
