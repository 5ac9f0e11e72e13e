// Package pgtest gives every test a real database of its own with two stores.
//
// The server is the one in FENLI_TEST_DATABASE_URL, else one that
// platform/embedded starts for the test process. Databases are copies of a
// template that is migrated once.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/migrations"
	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/embedded"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// appPassword guards nothing: the server is private and lives as long as the tests.
const appPassword = "test-only"

// Start is when the clock of every test database begins: 1 March 2026,
// 10:00 in Shanghai.
var Start = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)

// Database is one test's database.
type Database struct {
	*pg.DB
	A, B     tenancy.ID // two stores, "store-a" and "store-b": CNY, Asia/Shanghai
	Clock    *clock.Manual
	AppURL   string
	OwnerURL string
}

// Open copies the template and removes the copy when the test ends.
func Open(t testing.TB, opts ...pg.Option) *Database {
	t.Helper()
	ctx := context.Background()
	server, err := theServer()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), counter.Add(1))
	if err := server.exec(ctx, fmt.Sprintf("create database %s template %s strategy file_copy", name, server.template)); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { _ = server.exec(context.Background(), fmt.Sprintf("drop database %s with (force)", name)) })

	d := &Database{Clock: clock.NewManual(Start), OwnerURL: withDatabase(server.url, name)}
	if d.AppURL, err = migrations.AppURL(d.OwnerURL, appPassword); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	if d.DB, err = pg.Open(ctx, d.AppURL, d.Clock, opts...); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(d.DB.Close)
	d.A, d.B = tenancy.New(Start), tenancy.New(Start)
	d.Owner(t, `insert into registry_store (id, slug, name, currency, time_zone, created_at)
	            values ($1, 'store-a', 'Store A', 'CNY', 'Asia/Shanghai', $3), ($2, 'store-b', 'Store B', 'CNY', 'Asia/Shanghai', $3)`,
		d.A, d.B, Start)
	return d
}

// Owner runs a statement as the superuser: what no code of ours may do.
func (d *Database) Owner(t testing.TB, sql string, args ...any) int64 {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, d.OwnerURL)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	defer conn.Close(ctx)
	tag, err := conn.Exec(ctx, sql, args...)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return tag.RowsAffected()
}

// Int reads one number as the superuser, across all stores.
func (d *Database) Int(t testing.TB, sql string, args ...any) int64 {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, d.OwnerURL)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	defer conn.Close(ctx)
	var n int64
	if err := conn.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return n
}

var counter atomic.Int64

type server struct {
	url, template string
	own           *embedded.Servers // kept, so that what locks their directory is not collected
}

var theServer = sync.OnceValues(func() (*server, error) {
	ctx := context.Background()
	s := &server{url: os.Getenv("FENLI_TEST_DATABASE_URL")}
	if s.url == "" {
		servers, err := embedded.Start(ctx, embedded.Config{Postgres: true}) // they die with this process
		if err != nil {
			return nil, err
		}
		s.url, s.own = servers.OwnerURL, servers
	}
	return s, s.makeTemplate(ctx)
})

// makeTemplate migrates a database named after the migrations' content, once
// per server, whoever comes first.
func (s *server) makeTemplate(ctx context.Context) error {
	s.template = "fenli_template_" + migrations.Fingerprint()[:12]
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtext('fenli_template'))"); err != nil {
		return err
	}
	var ready bool
	if err := conn.QueryRow(ctx, "select exists (select 1 from pg_database where datname = $1)", s.template).Scan(&ready); err != nil || ready {
		return err
	}
	building := s.template + "_building"
	if _, err := conn.Exec(ctx, "drop database if exists "+building+" with (force)"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "create database "+building); err != nil {
		return err
	}
	if err := migrations.Up(ctx, withDatabase(s.url, building), appPassword); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("alter database %s rename to %s", building, s.template))
	return err
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func withDatabase(rawURL, name string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		panic(err) // it was good enough to connect with
	}
	u.Path = "/" + name
	return u.String()
}
