package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// measureStart starts the product on servers that already run.
func measureStart(ctx context.Context, p *place) ([]Figure, error) {
	var took []time.Duration
	for range 5 {
		p.stopServer()
		begun := time.Now()
		if err := p.serve(ctx); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begun))
	}
	idle := 6 * time.Second
	if p.Full {
		idle = time.Minute
	}
	time.Sleep(idle)
	return []Figure{
		figure("from exec to ready", percentile(took, 0.5), "ms").atMost(150).noting("median of five"),
		figure("anonymous memory when idle", memory(p.server.Process.Pid, "RssAnon"), "MB").atMost(40).noting(fmt.Sprintf("after %s, strategies aside", idle)),
	}, nil
}

// measureIdle copies a store that does nothing until there are many, and looks
// at what they cost.
func measureIdle(ctx context.Context, p *place) ([]Figure, error) {
	stores, long := 1000, 6*time.Second
	if p.Full {
		stores, long = 10_000, time.Minute
	}
	template, err := p.openShop(ctx, "bench-idle", false)
	if err != nil {
		return nil, err
	}
	cost := func() (usage, error) {
		if err := p.quiet(ctx); err != nil {
			return usage{}, err
		}
		time.Sleep(2 * time.Second)
		before := p.used()
		time.Sleep(long)
		return p.used().since(before), nil
	}
	few, err := cost()
	if err != nil {
		return nil, err
	}
	if err := p.copyStore(ctx, template.id, stores); err != nil {
		return nil, err
	}
	many, err := cost()
	if err != nil {
		return nil, err
	}
	percent := func(u usage) float64 { return 100 * u.total().Seconds() / long.Seconds() }
	return []Figure{
		figure(fmt.Sprintf("%d idle stores", stores), percent(many)-percent(few), "% of a core").atMost(2).
			noting(fmt.Sprintf("%.1f %% with them, %.1f %% without", percent(many), percent(few))),
	}, p.forget(ctx, "bench-idle-copy-%")
}

// tenantTables are the tables with a row per store and more.
func (p *place) tenantTables(ctx context.Context) ([]string, error) {
	rows, err := p.owner.Query(ctx, `
		select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		  left join pg_inherits i on i.inhrelid = c.table_name::regclass
		 where c.table_schema = 'public' and c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE' and i.inhrelid is null
		   and c.table_name not in ('registry_session', 'registry_api_key', 'registry_staff')
		 order by 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// copyStore makes n stores that are like one, in the database alone: signing
// ten thousand up would take longer than looking at them.
func (p *place) copyStore(ctx context.Context, id string, n int) error {
	tables, err := p.tenantTables(ctx)
	if err != nil {
		return err
	}
	tx, err := p.owner.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	statements := []string{
		"set local session_replication_role = replica", // rows may come before those they point to
		"create temp table bench_copy on commit drop as select n, gen_random_uuid() as id from generate_series(1, " + fmt.Sprint(n) + ") n",
		`insert into registry_store (id, slug, name, currency, time_zone, created_at)
		 select c.id, 'bench-idle-copy-' || c.n, 'idle', s.currency, s.time_zone, s.created_at from bench_copy c, registry_store s where s.id = '` + id + `'`,
	}
	for _, t := range tables {
		var columns string // each led by a comma
		if err := tx.QueryRow(ctx, `
			select coalesce(string_agg(', ' || quote_ident(column_name), ''), '') from information_schema.columns
			 where table_schema = 'public' and table_name = $1 and column_name <> 'tenant_id' and is_identity = 'NO' and is_generated = 'NEVER'`, t).Scan(&columns); err != nil {
			return err
		}
		statements = append(statements, fmt.Sprintf("insert into %s (tenant_id%s) select c.id%s from bench_copy c, %s t where t.tenant_id = '%s'",
			t, columns, strings.ReplaceAll(columns, ", ", ", t."), t, id))
	}
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	_, err = p.owner.Exec(ctx, "vacuum analyze") // or autovacuum does it while we look, and its cost is taken for the stores'
	return err
}

// forget removes stores that were made without a front door, so that the
// doctor sees only what the product itself has written.
func (p *place) forget(ctx context.Context, slugs string) error {
	tables, err := p.tenantTables(ctx)
	if err != nil {
		return err
	}
	tx, err := p.owner.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, "set local session_replication_role = replica"); err != nil {
		return err
	}
	for _, t := range append(tables, "registry_session", "registry_api_key", "registry_staff") {
		if _, err := tx.Exec(ctx, fmt.Sprintf("delete from %s where tenant_id in (select id from registry_store where slug like $1)", t), slugs); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "delete from registry_store where slug like $1", slugs); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
