package payer

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/performance"
)

// enter names the payer to the wall, for the rest of the transaction or until
// another is named. A setting takes no parameters; an id has no quotes.
func enter(ctx context.Context, tx *pg.Tx, which ID) error {
	_, err := tx.Exec(ctx, `set local app.payer_id = '`+which.UUID()+`'`)
	return err
}

func insertEntity(ctx context.Context, tx *pg.Tx, p Payer) error {
	_, err := tx.Exec(ctx, `insert into payer_entity (payer_id, name, tax_id, created_at) values ($1, $2, $3, $4)`, p.ID, p.Name, p.TaxID, tx.Now())
	return err
}

func readEntity(ctx context.Context, tx *pg.Tx, which ID) (Payer, error) {
	e, err := pg.CollectOne[struct {
		ID    ID     `db:"payer_id"`
		Name  string `db:"name"`
		TaxID string `db:"tax_id"`
	}](ctx, tx, `select payer_id, name, tax_id from payer_entity where payer_id = $1`, which)
	if errors.Is(err, pg.ErrNoRows) {
		return Payer{}, ErrNone
	}
	if err != nil {
		return Payer{}, err
	}
	p := Payer{ID: e.ID, Name: e.Name, TaxID: e.TaxID}
	p.Methods, err = pg.Collect[Dated](ctx, tx, `
		select from_month, method, at, by from payer_method where payer_id = $1 order by from_month`, which)
	return p, err
}

type code struct {
	Hash  []byte     `db:"code_hash"`
	Until *time.Time `db:"code_until"`
}

func lockCode(ctx context.Context, tx *pg.Tx, which ID) (code, error) {
	c, err := pg.CollectOne[code](ctx, tx, `select code_hash, code_until from payer_entity where payer_id = $1 for update`, which)
	if errors.Is(err, pg.ErrNoRows) {
		return c, nil
	}
	return c, err
}

func saveCode(ctx context.Context, tx *pg.Tx, which ID, hash []byte, until *time.Time) error {
	_, err := tx.Exec(ctx, `update payer_entity set code_hash = $2, code_until = $3 where payer_id = $1`, which, hash, until)
	return err
}

func saveMethod(ctx context.Context, tx *pg.Tx, which ID, d Dated) error {
	_, err := tx.Exec(ctx, `
		insert into payer_method (payer_id, from_month, method, at, by) values ($1, $2, $3, $4, $5)
		on conflict (payer_id, from_month) do update set method = excluded.method, at = excluded.at, by = excluded.by`,
		which, d.From, d.Method, d.At, d.By)
	return err
}

// link makes an entity the store's; the same again changes nothing.
func link(ctx context.Context, tx *pg.Tx, which ID, by string) error {
	_, err := tx.Exec(ctx, `
		insert into payer_link (tenant_id, nth, payer_id, at, by)
		select $1, coalesce(max(nth), 0) + 1, $2, $3, $4 from payer_link where tenant_id = $1
		having (select l.payer_id from payer_link l where l.tenant_id = $1 order by l.nth desc limit 1) is distinct from $2`,
		tx.Tenant(), which, tx.Now(), by)
	return err
}

func linked(ctx context.Context, tx *pg.Tx) (ID, error) {
	l, err := pg.CollectOne[struct {
		ID ID `db:"payer_id"`
	}](ctx, tx, `select payer_id from payer_link where tenant_id = $1 order by nth desc limit 1`, tx.Tenant())
	if errors.Is(err, pg.ErrNoRows) {
		return l.ID, ErrNone
	}
	return l.ID, err
}

func openIncome(ctx context.Context, tx *pg.Tx, which ID, taxpayer []byte, month performance.Date) error {
	_, err := tx.Exec(ctx, `
		insert into payer_income (payer_id, taxpayer, month) values ($1, $2, $3) on conflict (payer_id, taxpayer, month) do nothing`,
		which, taxpayer, month)
	return err
}

func incomes(ctx context.Context, tx *pg.Tx, which ID, taxpayer []byte, from, to performance.Date, lock bool) ([]Income, error) {
	sql := `
		select month, gross, tax from payer_income
		 where payer_id = $1 and taxpayer = $2 and month >= $3 and month <= $4 order by month`
	if lock {
		sql += ` for update`
	}
	return pg.Collect[Income](ctx, tx, sql, which, taxpayer, from, to)
}

func addIncome(ctx context.Context, tx *pg.Tx, which ID, taxpayer []byte, i Income) error {
	_, err := tx.Exec(ctx, `
		update payer_income set gross = gross + $4, tax = tax + $5 where payer_id = $1 and taxpayer = $2 and month = $3`,
		which, taxpayer, i.Month, i.Gross, i.Tax)
	return err
}

// MonthSum is a month of an entity.
type MonthSum struct {
	Month  performance.Date `db:"month"`
	People int64            `db:"people"`
	Gross  int64            `db:"gross"`
	Tax    int64            `db:"tax"`
}

func monthSums(ctx context.Context, tx *pg.Tx, which ID, year int) ([]MonthSum, error) {
	return pg.Collect[MonthSum](ctx, tx, `
		select month, count(*) filter (where gross > 0) as people, sum(gross)::bigint as gross, sum(tax)::bigint as tax
		  from payer_income where payer_id = $1 and month >= $2 and month <= $3 group by month`,
		which, performance.Date{Year: year, Month: 1, Day: 1}, performance.Date{Year: year, Month: 12, Day: 1})
}
