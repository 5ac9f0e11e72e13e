// Package app is the composition root: every slice is built here by hand, in
// the order of tenants/README.md, and handed what it needs.
package app

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/jobs"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/telemetry"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/grading"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/marketplace"
	"github.com/fenli-io/fenli/tenants/marketplace/marketplacehttp"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/registry/registryhttp"
	"github.com/fenli-io/fenli/tenants/settlement"
	"github.com/fenli-io/fenli/tenants/trial"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Role is what a process does.
type Role string

const (
	API    Role = "api"    // answers requests
	Worker Role = "worker" // works in the background; listens for its health alone
	All    Role = "all"
)

func (r Role) answers() bool { return r != Worker }
func (r Role) works() bool   { return r != API }

// Config is what differs between two processes.
type Config struct {
	Role          Role
	DatabaseURL   string // as fenli_app
	RedisURL      string
	SecretKey     []byte
	OperatorToken string
	BaseDomain    string
	Port          string // of the public address, for links
	TestClock     bool
	Version       string
	Dir           string // holds plugins; private to this installation
	PDFFont       string // file of a Chinese font for documents; "": one that the system has
	Strategies    string // folder of built reference strategies; "" looks beside the binary
	Registry      string // folder of the registry of strategies; "" is registry/ in Dir
	RegistryKey   string // file of the key that signs it; "" keeps one in Dir
	KeyPassphrase string // of that file
	Production    bool   // refuses a weaker sandbox, and changed bytes of a known version
	RecheckEvery  int    // orders of a strategy to a recheck of its purity; 0 is 100, below 0 never
	Sandbox       bool   // buyers pay with nothing: for the demo and for tests
	Log           *slog.Logger
	MaxConns      int32                // of the pool; 0 is pgx's default
	Unhurried     bool                 // commits do not wait for the disk: all the process does is done again should a power cut undo it
	Traces        trace.TracerProvider // of decisions; nil for none
}

// App is a process that is ready to serve.
type App struct {
	Role    Role
	Log     *slog.Logger
	DB      *pg.DB
	Redis   *redis.Client
	Bell    *redis.Doorbell
	Jobs    *jobs.Queue
	HTTP    *httpapi.Server
	Health  *telemetry.Health
	Metrics telemetry.Metrics

	Host *host.Host

	Registry     *registry.Service
	Journal      *ledger.Journal
	Marketplace  *marketplace.Service
	Programs     *program.Service
	Distributors *distributor.Service
	Attribution  *attribution.Service
	Orders       *order.Service
	Boards       *leaderboard.Service
	Commission   *commission.Service
	Trials       *trial.Service
	Grading      *grading.Service
	Settlement   *settlement.Service
	Payees       *payee.Service
	Adjustments  *adjustment.Service
	Withdrawals  *withdrawal.Service
	Payouts      *payout.Service
	Clockwork    *Clockwork

	bazaar     *bazaar
	chances    chances
	simulated  *simulated // nil outside of a demo
	production bool
	hostDir    string
	everywhere []func(context.Context) error // runs in every process, until the context ends
	background []func(context.Context) error // runs while the process works, until the context ends
	closers    []func()
}

// New builds everything and starts nothing.
func New(ctx context.Context, cfg Config) (_ *App, err error) {
	a := &App{Role: cfg.Role, Log: cfg.Log, Health: telemetry.NewHealth(), Metrics: telemetry.NewMetrics()}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()

	// The ground.
	box, err := secret.NewBox(cfg.SecretKey)
	if err != nil {
		return nil, err
	}
	clock := &registry.Clock{Enabled: cfg.TestClock}
	if a.DB, err = pg.Open(ctx, cfg.DatabaseURL, clock, cfg.pool()...); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.DB.Close)
	clock.Attach(a.DB.Pool())
	a.Health.Register("postgres", a.DB.Pool().Ping)
	if a.Redis, err = redis.Open(ctx, cfg.RedisURL); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() { _ = a.Redis.Close() })
	a.Health.Register("redis", func(ctx context.Context) error { return a.Redis.Ping(ctx).Err() })
	a.Bell = redis.NewDoorbell(a.Redis, cfg.Log)
	a.closers = append(a.closers, a.Bell.Close)

	a.production = cfg.Production
	if err = a.openHost(cfg); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() { a.closeHost(context.WithoutCancel(ctx)) })
	a.Metrics.MustRegister(a.Host.Metrics())

	if err := a.openMarketplace(cfg, box); err != nil {
		return nil, err
	}
	if err := a.buildSlices(cfg, box, clock); err != nil {
		return nil, err
	}
	if err := a.installStrategies(ctx, cfg.Strategies); err != nil {
		return nil, err
	}

	// The work people wait seconds for.
	workers := jobs.NewWorkers()
	a.marketplaceJobs(workers)
	jobs.Do(workers, a.Trials.Do)
	if a.Jobs, err = jobs.Open(a.DB, workers, a.jobsAtOnce(), cfg.Log); err != nil {
		return nil, err
	}
	a.Marketplace.Jobs = a.Jobs

	// The door.
	a.HTTP = httpapi.New(httpapi.Config{
		Tenants:      registryhttp.Tenants{Registry: a.Registry},
		Authenticate: marketplacehttp.Authenticate(a.Marketplace, registryhttp.Authenticate(a.Registry)),
		Allow:        func(c httpapi.Caller, permission string) bool { return rbac.Allow(c.Role, permission) },
		Observe:      observe(a.Metrics),
		Traces:       cfg.Traces,
		Log:          cfg.Log,
		Version:      cfg.Version,
	})
	a.openPlainRoutes()
	if a.Role.answers() {
		a.openRegistry()
		a.openRoutes(cfg)
	}
	return a, a.checkPermissions()
}

const (
	passwordsAtOnce = 4 // 19 MiB each
	jobsAtOnce      = 8
)

func (a *App) jobsAtOnce() int {
	if a.Role.works() {
		return jobsAtOnce
	}
	return 0
}

// checkPermissions refuses to start with a route whose permission nobody can
// have.
func (a *App) checkPermissions() error {
	for _, op := range a.HTTP.Operations() {
		if !op.Public && !rbac.Known(op.Permission) {
			return fmt.Errorf("app: %s %s asks for the permission %q, which does not exist", op.Method, op.FullPath(), op.Permission)
		}
	}
	return nil
}

func (cfg Config) pool() (options []pg.Option) {
	if cfg.MaxConns != 0 {
		options = append(options, pg.MaxConns(cfg.MaxConns))
	}
	if cfg.Unhurried {
		options = append(options, pg.Unhurried())
	}
	return options
}

// Close gives back what New took.
func (a *App) Close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}
