package pg_test

import (
	"context"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
)

// Of a table that was empty when it was first asked, without statistics, any
// index of the store's looks as good as the right one.
func TestOften(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	const find = `select 1 from order_due where tenant_id = $1 and order_id = $2`
	plan := func() (plan string) {
		err := db.Often(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, find, tx.Tenant(), tx.Tenant()); err != nil {
				return err
			}
			var name string
			if err := tx.QueryRow(ctx, `select name from pg_prepared_statements where statement = $1`, find).Scan(&name); err != nil {
				return err
			}
			lines, err := pg.Column[string](ctx, tx, `explain execute "`+name+`" ('`+tx.Tenant().UUID()+`', '`+tx.Tenant().UUID()+`')`)
			plan = strings.Join(lines, "\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	t.Run("NeverReadsAWholeTable", func(t *testing.T) {
		if p := plan(); strings.Contains(p, "Seq Scan") {
			t.Error(p)
		}
	})
	t.Run("FindsTheRightIndexAsATableGrows", func(t *testing.T) {
		db.Owner(t, `alter table order_due set (autovacuum_enabled = off)`)
		db.Owner(t, `insert into order_due (tenant_id, order_id, kind, due_at) select $1, gen_random_uuid(), 'close_unpaid', now() + n * interval '1 s' from generate_series(1, 5000) n`, db.A)
		p := ""
		for range 70 { // more than one connection may take them
			p = plan()
		}
		if !strings.Contains(p, "order_due_pkey") || !strings.Contains(p, "order_id =") {
			t.Error(p)
		}
	})
}
