package settlement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// OnSignUp lets the sweep look at a new store.
func OnSignUp(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `insert into settlement_calendar (tenant_id) values ($1) on conflict do nothing`, tx.Tenant())
	return err
}

// StoresClosing is the sweep: stores in which a period may have closed, or is
// being closed.
func StoresClosing(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	stores, err := pg.Column[tenancy.ID](ctx, tx, `
		select tenant_id from settlement_calendar where looks_at <= $1
		union select tenant_id from settlement_making`, now)
	if err != nil {
		return nil, fmt.Errorf("settlement: sweep: %w", err)
	}
	return stores, nil
}

func lockCalendar(ctx context.Context, tx *pg.Tx) error {
	n, err := tx.Exec(ctx, `select 1 from settlement_calendar where tenant_id = $1 for update`, tx.Tenant())
	if err == nil && n == 0 {
		err = OnSignUp(ctx, tx)
	}
	if err != nil {
		return fmt.Errorf("settlement: the calendar: %w", err)
	}
	return nil
}

func lookAgain(ctx context.Context, tx *pg.Tx, at time.Time) error {
	if _, err := tx.Exec(ctx, `update settlement_calendar set looks_at = $2 where tenant_id = $1 and looks_at <> $2`, tx.Tenant(), at); err != nil {
		return fmt.Errorf("settlement: the calendar: %w", err)
	}
	return nil
}

const makingColumns = "nth, day, kind, method, from_at, to_at, after, last, done, part, statements, begun_at"

// ReadMaking reads the period whose statements are being made, if there is one.
func ReadMaking(ctx context.Context, tx *pg.Tx) (m Making, found bool, err error) {
	rows, err := pg.Collect[Making](ctx, tx, `select `+makingColumns+` from settlement_making where tenant_id = $1`, tx.Tenant())
	if err != nil || len(rows) == 0 {
		return m, false, wrapped("what is being made", err)
	}
	return rows[0], true, nil
}

func insertMaking(ctx context.Context, tx *pg.Tx, m Making) error {
	_, err := tx.Exec(ctx, `
		insert into settlement_making (tenant_id, `+makingColumns+`) values ($1, $2, $3::date, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		tx.Tenant(), m.Nth, m.Day, m.Kind, m.Method, m.FromAt, m.ToAt, m.After, m.Last, m.Done, m.Part, m.Statements, m.BegunAt)
	return wrapped("begin a period", err)
}

func saveMaking(ctx context.Context, tx *pg.Tx, m Making) error {
	_, err := tx.Exec(ctx, `update settlement_making set done = $2, part = $3, statements = $4 where tenant_id = $1`, tx.Tenant(), m.Done, m.Part, m.Statements)
	return wrapped("go on with a period", err)
}

func deleteMaking(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `delete from settlement_making where tenant_id = $1`, tx.Tenant())
	return wrapped("end a period", err)
}

// insert writes the step down, each table in one statement.
func (p part) insert(ctx context.Context, tx *pg.Tx, m Making) error {
	if len(p.parties) == 0 {
		return nil
	}
	var parties []ledger.Party
	var lines []int32
	var entries [][]byte
	var sums, closings []string
	for party, x := range p.parties {
		parties, lines, entries = append(parties, party), append(lines, int32(x.lines)), append(entries, x.entries)
		sums, closings = append(sums, asJSON(x.sums)), append(closings, asJSON(x.closing))
	}
	_, err := tx.Exec(ctx, `
		insert into settlement_statement (tenant_id, nth, party, part, lines, entries, sums, closing)
		select $1, $2, p, $3, l, e, s::json, c::json
		  from unnest($4::uuid[], $5::int[], $6::bytea[], $7::text[], $8::text[]) as x(p, l, e, s, c) order by p`,
		tx.Tenant(), m.Nth, m.Part, parties, lines, entries, sums, closings)
	if err != nil {
		return wrapped("write statements", err)
	}
	var days []time.Time
	var kinds []string
	var counts []int32
	var amounts []int64
	for k, sum := range p.days {
		days, kinds, counts, amounts = append(days, k.day), append(kinds, k.kind), append(counts, int32(sum.lines)), append(amounts, sum.amount)
	}
	_, err = tx.Exec(ctx, `
		insert into settlement_day (tenant_id, nth, day, kind, part, lines, amount)
		select $1, $2, d, k, $3, l, a from unnest($4::date[], $5::text[], $6::int[], $7::bigint[]) as x(d, k, l, a)`,
		tx.Tenant(), m.Nth, m.Part, days, kinds, counts, amounts)
	return wrapped("write days", err)
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // integers by name
	}
	return string(b)
}

const periodColumns = "nth, day, kind, method, from_at, to_at, after, last, hash, statements, sums, opening, closing, closed_at"

func insertPeriod(ctx context.Context, tx *pg.Tx, p Period) error {
	_, err := tx.Exec(ctx, `
		insert into settlement_period (tenant_id, `+periodColumns+`)
		values ($1, $2, $3::date, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::json, $13::text::json, $14::text::json, $15)`,
		tx.Tenant(), p.Nth, p.Day, p.Kind, p.Method, p.FromAt, p.ToAt, p.After, p.Last, p.Hash, p.Statements,
		asJSON(p.Sums), asJSON(p.Opening), asJSON(p.Closing), p.ClosedAt)
	return wrapped("close a period", err)
}

// Periods lists closed periods, the newest first, below the nth (0 for all).
func Periods(ctx context.Context, tx *pg.Tx, below, limit int) ([]Period, error) {
	list, err := pg.Collect[Period](ctx, tx, `
		select `+periodColumns+` from settlement_period where tenant_id = $1 and ($2 = 0 or nth < $2) order by nth desc limit $3`, tx.Tenant(), below, limit)
	return list, wrapped("list periods", err)
}

// PeriodOf reads a closed period by its first day, "2026-03-01", or with "" the
// newest. Errors: [ErrPeriodUnknown].
func PeriodOf(ctx context.Context, tx *pg.Tx, key string) (Period, error) {
	if key == "" {
		newest, err := Periods(ctx, tx, 0, 1)
		if err == nil && len(newest) == 0 {
			err = ErrPeriodUnknown
		}
		if err != nil {
			return Period{}, err
		}
		return newest[0], nil
	}
	day, err := time.Parse(time.DateOnly, key)
	if err != nil {
		return Period{}, ErrPeriodUnknown.Because(err)
	}
	p, err := pg.CollectOne[Period](ctx, tx, `select `+periodColumns+` from settlement_period where tenant_id = $1 and day = $2::date`, tx.Tenant(), day)
	if errors.Is(err, pg.ErrNoRows) {
		return p, ErrPeriodUnknown
	}
	return p, wrapped("read a period", err)
}

// PeriodsOf reads closed periods by their nths.
func PeriodsOf(ctx context.Context, tx *pg.Tx, nths []int) (map[int]Period, error) {
	list, err := pg.Collect[Period](ctx, tx, `select `+periodColumns+` from settlement_period where tenant_id = $1 and nth = any($2::int[])`, tx.Tenant(), nths)
	all := make(map[int]Period, len(list))
	for _, p := range list {
		all[p.Nth] = p
	}
	return all, wrapped("read periods", err)
}

func sumDays(ctx context.Context, tx *pg.Tx, nth int) (Sums, error) {
	rows, err := pg.Collect[struct {
		Kind   string
		Amount int64
	}](ctx, tx, `select kind, sum(amount)::bigint as amount from settlement_day where tenant_id = $1 and nth = $2 group by kind`, tx.Tenant(), nth)
	if err != nil {
		return nil, wrapped("sum days", err)
	}
	sums := Sums{}
	for _, r := range rows {
		sums[r.Kind] = r.Amount
	}
	return sums, nil
}

// stood is where a party's accounts stood, and after which period.
type stood struct {
	Accounts
	nth int
}

// standing is where parties' accounts stand after everything that is made up
// to the nth period.
func standing(ctx context.Context, tx *pg.Tx, parties []ledger.Party, nth int) (map[ledger.Party]stood, error) {
	rows, err := pg.Collect[struct {
		Party   ledger.Party
		Nth     int
		Closing Accounts
	}](ctx, tx, `
		select x.party, s.nth, s.closing from unnest($2::uuid[]) as x(party)
		 cross join lateral (select nth, closing from settlement_statement
		                      where tenant_id = $1 and party = x.party and nth <= $3 order by nth desc, part desc limit 1) s`, tx.Tenant(), parties, nth)
	if err != nil {
		return nil, wrapped("where parties stood", err)
	}
	all := make(map[ledger.Party]stood, len(rows))
	for _, r := range rows {
		all[r.Party] = stood{r.Closing, r.Nth}
	}
	return all, nil
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("settlement: %s: %w", what, err)
	}
	return nil
}
