package migrations_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/migrations"
	"github.com/fenli-io/fenli/platform/pgtest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func audit(t *testing.T, db migrations.Querier) []string {
	t.Helper()
	findings, err := migrations.Audit(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func TestAudit_FindsNothingInTheMigratedSchema(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	for _, at := range []time.Time{pgtest.Start, pgtest.Start.AddDate(0, 1, 0)} {
		if err := db.OpenMonth(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	if n := db.Int(t, `select count(*) from pg_class where relispartition and relkind = 'r'`); n < 4 {
		t.Fatalf("%d partitions: the months were not opened", n)
	}
	for who, url := range map[string]string{"the owner": db.OwnerURL, "the product": db.AppURL} {
		if findings := audit(t, connect(t, url)); len(findings) != 0 {
			t.Errorf("as %s:\n%s", who, strings.Join(findings, "\n"))
		}
	}
}

// bad is what a careless migration could do, and the one sentence it earns.
// Statements run in a transaction that is undone.
var bad = []struct{ name, sql, finding string }{
	{"a bare table", `create table bad (id uuid primary key)`,
		"bad has no tenant_id and is no listed platform table"},
	{"a name that only looks listed", `create table riverxjob (id uuid primary key)`,
		"riverxjob has no tenant_id and is no listed platform table"},
	{"security not forced", good + `alter table bad no force row level security`,
		"bad: row-level security is not enabled and forced"},
	{"security not enabled", good + `alter table bad disable row level security`,
		"bad: row-level security is not enabled and forced"},
	{"an unguarded partition", `create table ledger_movement_bad partition of ledger_movement for values from ('2040-01-01') to ('2040-02-01');
		alter table ledger_movement_bad enable row level security; alter table ledger_movement_bad force row level security`,
		"ledger_movement_bad: fenli_app has no policy for all commands"},
	{"no policy", good + `drop policy tenant on bad`,
		"bad: fenli_app has no policy for all commands"},
	{"a policy that reads everything", good + `alter policy tenant on bad using (true)`,
		"bad: policy tenant for fenli_app does not compare the tenant setting in both USING and WITH CHECK"},
	{"a policy that forgives a missing tenant", good + `alter policy tenant on bad using (tenant_id = current_setting('app.tenant_id', true)::uuid)`,
		"bad: policy tenant for fenli_app does not compare the tenant setting in both USING and WITH CHECK"},
	{"a policy without WITH CHECK", good + `drop policy tenant on bad;
		create policy tenant on bad to fenli_app using (tenant_id = current_setting('app.tenant_id')::uuid)`,
		"bad: policy tenant for fenli_app does not compare the tenant setting in both USING and WITH CHECK"},
	{"a second, wider policy", good + `create policy wide on bad for select to fenli_app using (true)`,
		"bad: policy wide for fenli_app does not compare the tenant setting in both USING and WITH CHECK"},
	{"a policy for everybody", good + `create policy everybody on bad for select using (true)`,
		"bad: policy everybody is for PUBLIC"},
	{"a payer's table without its wall", `drop policy payer on payer_income`,
		"payer_income: the payer's wall does not stand"},
	{"a payer's wall with a door", `create policy door on payer_income for select to fenli_app using (true)`,
		"payer_income: the payer's wall does not stand"},
	{"a payer's table that all may see", `alter table payer_entity no force row level security`,
		"payer_entity: the payer's wall does not stand"},
	{"a payer's sums that can be removed", `grant delete on payer_income to fenli_app`,
		"payer_income: the payer's wall does not stand"},
	{"an unlisted sweep", good + `create policy sweep on bad for select to fenli_platform using (true)`,
		"bad: policy sweep lets fenli_platform do more than a listed sweep reads"},
	{"a sweep that writes", `drop policy sweep on order_due; create policy sweep on order_due to fenli_platform using (true)`,
		"order_due: policy sweep lets fenli_platform do more than a listed sweep reads"},
	{"a listed sweep that is gone", `drop policy sweep on order_due`,
		"order_due is listed as a sweep and has no policy for fenli_platform"},
	{"a nullable tenant without a key", `create table bad (tenant_id uuid, id uuid not null); ` + guard,
		"bad: tenant_id is not a uuid NOT NULL|bad has no primary key"},
	{"a tenant that is text", `create table bad (tenant_id text not null, id uuid not null, primary key (tenant_id, id));
		alter table bad enable row level security; alter table bad force row level security;
		create policy tenant on bad to fenli_app using (tenant_id = current_setting('app.tenant_id')) with check (tenant_id = current_setting('app.tenant_id'))`,
		"bad: tenant_id is not a uuid NOT NULL|bad: policy tenant for fenli_app does not compare the tenant setting in both USING and WITH CHECK"},
	{"a key across stores", good + `create unique index bad_id on bad (id)`,
		"bad: unique index bad_id does not contain tenant_id"},
	{"a key that only includes the tenant", good + `create unique index bad_id on bad (id) include (tenant_id)`,
		"bad: unique index bad_id does not contain tenant_id"},
	{"a key with the tenant last", good + `create unique index bad_id on bad (id, tenant_id)`,
		"bad: index bad_id does not begin with tenant_id"},
	{"an index without the tenant", good + `create index bad_note on bad (note)`,
		"bad: index bad_note does not begin with tenant_id"},
	{"an index on an expression", good + `create index bad_lower on bad (lower(note))`,
		"bad: index bad_lower does not begin with tenant_id"},
	{"an index on numeric", good + `alter table bad add n numeric; create index bad_n on bad (tenant_id, n)`,
		"bad: index bad_n cannot be searched by numeric behind row-level security"},
	{"an index on an enum", good + `create type mood as enum ('fine'); alter table bad add m mood; create index bad_m on bad (tenant_id, m)`,
		"bad: index bad_m cannot be searched by mood behind row-level security"},
	{"an index on jsonb", good + `alter table bad add j jsonb; create index bad_j on bad (tenant_id, j)`,
		"bad: index bad_j cannot be searched by jsonb behind row-level security"},
	{"a single-column reference", good + `alter table bad add unique (tenant_id, up);
		alter table registry_staff drop constraint registry_staff_pkey; alter table registry_staff add unique (person_id), add primary key (tenant_id, person_id);
		alter table bad add constraint bad_ref foreign key (up) references registry_staff (person_id)`,
		"bad: foreign key bad_ref does not pair tenant_id with tenant_id first|registry_staff: unique index registry_staff_person_id_key does not contain tenant_id"},
	{"a reference with the tenant crossed", good + `alter table bad add constraint bad_ref foreign key (up, id) references bad (tenant_id, id)`,
		"bad: foreign key bad_ref does not pair tenant_id with tenant_id first"},
	{"a platform table that points at a store's row", `alter table registry_host add tenant uuid, add constraint host_ref foreign key (tenant, store_id) references registry_staff (tenant_id, person_id)`,
		"registry_host: foreign key host_ref does not pair tenant_id with tenant_id first"},
	{"a trigger", good + `create function nothing() returns trigger language plpgsql as 'begin return new; end';
		create trigger bad_trigger before insert on bad for each row execute function nothing()`,
		"bad has the trigger bad_trigger"},
	{"a materialized view", `create materialized view bad_mv as select 1 as one`,
		"bad_mv is a materialized view, which ignores row-level security"},
	{"a view with its owner's eyes", `create view bad_view as select * from ledger_balance`,
		"bad_view is a view without security_invoker"},
	{"a switched-off security_invoker", `create view bad_view with (security_invoker = false) as select * from ledger_balance`,
		"bad_view is a view without security_invoker"},
	{"TRUNCATE", `grant truncate on order_record to fenli_app`, "order_record: fenli_app has TRUNCATE"},
	{"TRIGGER", `grant trigger on registry_store to fenli_app`, "registry_store: fenli_app has TRIGGER"},
	{"REFERENCES for the sweep", `grant references on order_due to fenli_platform`, "order_due: fenli_platform has REFERENCES"},
	{"UPDATE of the journal", `grant update on ledger_movement to fenli_app`,
		"ledger_movement is append-only and fenli_app has UPDATE"},
	{"UPDATE of one column of the journal", `grant update (amount) on ledger_movement to fenli_app`,
		"ledger_movement is append-only and fenli_app has UPDATE"},
	{"DELETE in one month of the journal", `select fenli_open_month('2040-01-01'); grant delete on ledger_movement_204001 to fenli_app`,
		"ledger_movement_204001 is append-only and fenli_app has DELETE"},
	{"a renamed journal", `alter table attribution_touch rename to attribution_touched`,
		"attribution_touch is listed as append-only and is no table with tenant_id"},
	{"a sweep that may write", `grant update on order_due to fenli_platform`, "order_due: fenli_platform has UPDATE"},
	{"a sweep that sees too much", `grant select on ledger_balance to fenli_platform`, "ledger_balance: fenli_platform has SELECT"},
	{"a grant to everybody", `grant select on ledger_balance to public`, "ledger_balance: PUBLIC has SELECT"},
	{"a grant that can be handed on", `grant select on ledger_balance to fenli_app with grant option`,
		"ledger_balance: fenli_app has SELECT with grant option"},
	{"a table of the product's own", good + `alter table bad owner to fenli_app`, "bad is owned by fenli_app"},
	{"a role that bypasses", `alter role fenli_app bypassrls`,
		"role fenli_app is a superuser, bypasses row-level security, or may create roles, databases or replicas"},
	{"a role that is somebody stronger", `grant pg_read_all_data to fenli_app`, "role fenli_app is a member of pg_read_all_data"},
	{"a function with its owner's rights", `create function bad() returns int language sql security definer as 'select 1'`,
		"function bad() runs with its owner's rights"},
}

const (
	guard = `select fenli_wall('bad')`
	good  = `create table bad (tenant_id uuid not null, id uuid not null, up uuid, note text, primary key (tenant_id, id)); ` + guard + `; `
)

func TestAudit_NamesWhatACarelessMigrationDid(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.Open(t).OwnerURL)
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(context.Background())
			if _, err := tx.Exec(t.Context(), c.sql); err != nil {
				t.Fatal(err)
			}
			got, want := audit(t, tx), strings.Split(c.finding, "|")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
			}
		})
	}
}
