// Package pg is the only road to PostgreSQL.
//
// A query needs a [*Tx], and the only way to get one is [DB.Within], which
// names a tenant first. Code that forgets the tenant does not compile.
package pg

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// DB is a pool of connections of the role fenli_app. It is safe for
// concurrent use.
type DB struct {
	pool   *pgxpool.Pool
	bun    *bun.DB
	clock  clock.Clock
	months sync.Map // month → opened: the partitions that this process knows to exist
}

// Option changes the pool before it opens.
type Option func(*pgxpool.Config)

// MaxConns bounds the pool.
func MaxConns(n int32) Option { return func(c *pgxpool.Config) { c.MaxConns = n } }

// Tracer watches every query; tests use it to pause at random.
func Tracer(t pgx.QueryTracer) Option { return func(c *pgxpool.Config) { c.ConnConfig.Tracer = t } }

// Unhurried lets no commit wait for the disk. A power cut may undo the last of
// them, and never one without those that came after it, so it is for a process
// that goes on where the database says it was. What it must know to be kept it
// writes by [Tx.Keep].
func Unhurried() Option {
	return func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["synchronous_commit"] = "off" }
}

// Open connects and refuses a role that could bypass row-level security.
func Open(ctx context.Context, url string, clk clock.Clock, opts ...Option) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("pg: DATABASE_URL: %w", err)
	}
	// bun writes its arguments into the statement, so a statement cache would
	// hold each statement once per argument: bun's statements are not cached,
	// ours are prepared one by one.
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.MaxConnIdleTime = 5 * time.Minute
	for _, o := range opts {
		o(cfg)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("pg: %w", err)
	}
	if err := refuseBypass(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	sqldb := stdlib.OpenDBFromPool(pool)
	sqldb.SetMaxIdleConns(0) // the pool below is the pool
	return &DB{pool: pool, bun: bun.NewDB(sqldb, pgdialect.New()), clock: clk}, nil
}

// Pool is for River and health checks, which are no tenant's business.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Clock tells the time of a store, as Within sees it.
func (db *DB) Clock() clock.Clock { return db.clock }

// Close waits for the connections in use.
func (db *DB) Close() {
	db.bun.Close()
	db.pool.Close()
}

// Within runs fn in one transaction on behalf of a store. It commits when fn
// returns nil and rolls back on an error, a panic or a cancelled context.
// Never call a strategy or a payment provider inside it.
func (db *DB) Within(ctx context.Context, tenant tenancy.ID, fn func(context.Context, *Tx) error) error {
	return db.within(ctx, tenant, fn)
}

// Often is [DB.Within] for work of few statements that is done again and
// again: each connection plans them once, and not anew for every batch. A plan
// made while a table is small must serve it when it is large: it takes an index,
// and is made anew as the work goes on, ever less often. Often is not for lists
// whose conditions come and go.
func (db *DB) Often(ctx context.Context, tenant tenancy.ID, fn func(context.Context, *Tx) error) error {
	return db.within(ctx, tenant, fn, planOnce, byIndex)
}

const (
	planOnce = "set local plan_cache_mode = force_generic_plan"
	byIndex  = "set local enable_seqscan = off"
)

// Forgettable is [DB.Often] for work that is simply done again should a power
// cut undo it: its commit does not wait for the disk.
func (db *DB) Forgettable(ctx context.Context, tenant tenancy.ID, fn func(context.Context, *Tx) error) error {
	return db.within(ctx, tenant, fn, planOnce, byIndex, "set local synchronous_commit = off")
}

func (db *DB) within(ctx context.Context, tenant tenancy.ID, fn func(context.Context, *Tx) error, also ...string) error {
	if tenant.IsZero() {
		return fmt.Errorf("pg: Within without a store")
	}
	now, err := db.clock.Now(ctx, tenant)
	if err != nil {
		return fmt.Errorf("pg: the store's clock: %w", err)
	}
	if err := db.OpenMonth(ctx, now); err != nil {
		return err
	}
	begin := []*statement{{sql: "begin"}, {sql: "set local app.tenant_id = '" + tenant.UUID() + "'", plain: true}}
	for _, sql := range also {
		begin = append(begin, &statement{sql: sql})
	}
	return db.run(ctx, begin, tenant, now, fn)
}

// Platform runs fn in one transaction as the role fenli_platform, which sees
// the platform's own tables and, of tenant tables, only what a sweep needs.
// Its time is real time.
func (db *DB) Platform(ctx context.Context, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, []*statement{{sql: "begin"}, {sql: "set local role fenli_platform"}}, tenancy.ID{}, clock.Real(), fn)
}

func (db *DB) run(ctx context.Context, begin []*statement, tenant tenancy.ID, now time.Time, fn func(context.Context, *Tx) error) (err error) {
	conn, err := db.bun.Conn(ctx)
	if err != nil {
		return fmt.Errorf("pg: %w", err)
	}
	defer conn.Close()
	var pgxConn *pgx.Conn
	if err := conn.Raw(func(c any) error { pgxConn = c.(*stdlib.Conn).Conn(); return nil }); err != nil {
		return fmt.Errorf("pg: %w", err)
	}
	if slices.ContainsFunc(begin, func(s *statement) bool { return s.sql == planOnce }) && outgrown(pgxConn) {
		begin = append(begin, &statement{sql: "discard plans"})
	}
	t := &Tx{ctx: ctx, conn: pgxConn, tracer: pgxConn.Config().Tracer, bun: conn, tenant: tenant, now: now, begin: begin}
	defer func() {
		if p := recover(); p != nil {
			rollback(ctx, t)
			panic(p)
		}
		if err != nil {
			rollback(ctx, t)
			forgetPlans(ctx, pgxConn, err)
		}
	}()
	if err := fn(ctx, t); err != nil {
		return err
	}
	if err := t.commit(ctx); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// rollback works although the context may be cancelled: the connection goes
// back to the pool clean or not at all.
func rollback(ctx context.Context, tx *Tx) {
	if tx.conn.IsClosed() || tx.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if _, err := tx.conn.Exec(ctx, "rollback", pgx.QueryExecModeSimpleProtocol); err != nil {
		_ = tx.conn.Close(ctx)
	}
}

// OpenMonth makes sure that the partitions of a month exist. The tables are
// the owner's; the database's own function creates them.
func (db *DB) OpenMonth(ctx context.Context, at time.Time) error {
	month := Month(at)
	if _, known := db.months.Load(month); known {
		return nil
	}
	if _, err := db.pool.Exec(ctx, "select fenli_open_month($1::date)", month.Format(time.DateOnly)); err != nil {
		return fmt.Errorf("pg: open month %s: %w", month.Format("2006-01"), err)
	}
	db.months.Store(month, true)
	return nil
}

// Month is the first day of t's month in UTC: the partition key of decisions
// and movements.
func Month(t time.Time) time.Time {
	y, m, _ := t.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// refuseBypass makes a wrong role a failed start and not a leak.
func refuseBypass(ctx context.Context, pool *pgxpool.Pool) error {
	var role string
	var bypass, owns bool
	err := pool.QueryRow(ctx, `
		select session_user,
		       r.rolsuper or r.rolbypassrls or r.rolcreaterole,
		       exists (select 1 from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p', 'v', 'm'))
		  from pg_roles r where r.rolname = session_user`).Scan(&role, &bypass, &owns)
	if err != nil {
		return fmt.Errorf("pg: cannot read what the role may do: %w", err)
	}
	if bypass || owns {
		return &BypassError{Role: role}
	}
	return nil
}

// BypassError says that the server was given a role that row-level security
// does not bind.
type BypassError struct{ Role string }

func (e *BypassError) Error() string {
	return fmt.Sprintf("pg: role %q could bypass row-level security (superuser, BYPASSRLS, CREATEROLE or owner of tables); connect as fenli_app", e.Role)
}

var _ sql.Scanner = (*tenancy.ID)(nil)
