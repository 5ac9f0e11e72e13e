// Package migrations brings a database to the shape this binary knows.
//
// Files are numbered SQL for goose, one a slice; River brings its own. Audit
// reads the catalog and finds what the rules of tenancy forbid.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed *.sql
var files embed.FS

// Up makes the roles, migrates as fenli_owner and gives the role fenli_app the
// password. ownerURL is a role that may create roles: the superuser of a
// private server, or an administrator. Running it again changes nothing.
func Up(ctx context.Context, ownerURL, appPassword string) error {
	if err := makeRoles(ctx, ownerURL, appPassword); err != nil {
		return fmt.Errorf("migrations: roles: %w", err)
	}
	db, err := openAsOwner(ownerURL)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return migrateRiver(ctx, ownerURL)
}

// Step is one migration and whether the database has it.
type Step struct {
	Version int64
	Name    string
	Applied bool
}

// Status lists the steps in order.
func Status(ctx context.Context, ownerURL string) ([]Step, error) {
	db, err := openAsOwner(ownerURL)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return nil, err
	}
	all, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	steps := make([]Step, len(all))
	for i, s := range all {
		steps[i] = Step{s.Source.Version, strings.TrimSuffix(s.Source.Path, ".sql"), s.State == goose.StateApplied}
	}
	return steps, nil
}

// Fingerprint is a hash of everything Up would run.
func Fingerprint() string {
	h := sha256.New()
	names, _ := fs.Glob(files, "*.sql") // the pattern is well-formed
	for _, name := range names {
		body, _ := files.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(body), body)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AppURL is ownerURL with the role fenli_app and its password instead.
func AppURL(ownerURL, appPassword string) (string, error) {
	u, err := url.Parse(ownerURL)
	if err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	u.User = url.UserPassword("fenli_app", appPassword)
	return u.String(), nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithTableName("fenli_migration"))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return p, nil
}

// openAsOwner connects so that everything it creates belongs to fenli_owner.
func openAsOwner(ownerURL string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["role"] = "fenli_owner"
	return stdlib.OpenDB(*cfg), nil
}

func migrateRiver(ctx context.Context, ownerURL string) error {
	cfg, err := pgxpool.ParseConfig(ownerURL)
	if err != nil {
		return err
	}
	cfg.MaxConns = 1
	cfg.ConnConfig.RuntimeParams["role"] = "fenli_owner"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("migrations: river: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrations: river: %w", err)
	}
	// River's tables carry no tenant: job arguments are ids only.
	_, err = pool.Exec(ctx, `
		do $$ declare t regclass; begin
		  for t in select c.oid::regclass from pg_class c
		            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname like 'river\_%' loop
		    execute format('grant select, insert, update, delete on %s to fenli_app', t);
		  end loop;
		end $$;
		grant usage on all sequences in schema public to fenli_app`)
	if err != nil {
		return fmt.Errorf("migrations: river: %w", err)
	}
	return nil
}

// makeRoles is the only step that needs an administrator.
func makeRoles(ctx context.Context, ownerURL, appPassword string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	// Roles belong to the whole server: two databases may be migrated at once.
	_, err = tx.Exec(ctx, `
		select pg_advisory_xact_lock(hashtext('fenli_roles'));
		do $$ begin
		  if to_regrole('fenli_owner') is null then create role fenli_owner nologin; end if;
		  if to_regrole('fenli_platform') is null then create role fenli_platform nologin; end if;
		  if to_regrole('fenli_app') is null then create role fenli_app login noinherit; end if;
		  if not pg_has_role('fenli_app', 'fenli_platform', 'member') then grant fenli_platform to fenli_app; end if;
		  if not pg_has_role(current_user, 'fenli_owner', 'member') then execute format('grant fenli_owner to %I', current_user); end if;
		  execute format('grant create, connect, temporary on database %I to fenli_owner', current_database());
		  grant all on schema public to fenli_owner;
		  grant usage on schema public to fenli_app, fenli_platform;
		end $$`)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "alter role fenli_app password "+quoteLiteral(appPassword)); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// quoteLiteral quotes for ALTER ROLE, which takes no parameters.
func quoteLiteral(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
