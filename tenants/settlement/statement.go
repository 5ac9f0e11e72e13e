package settlement

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Statement is what a closed period says of one party.
type Statement struct {
	Nth     int
	Party   ledger.Party
	Lines   int
	Sums    Sums
	Opening Accounts
	Closing Accounts
}

type statementRow struct {
	Nth     int
	Party   ledger.Party
	Lines   int
	Parts   []Sums
	Closing Accounts
}

const statementColumns = `nth, party, sum(lines)::int as lines, json_agg(sums) as parts, ((array_agg(closing::text order by part desc))[1])::json as closing`

func (r statementRow) statement() Statement {
	s := Statement{Nth: r.Nth, Party: r.Party, Lines: r.Lines, Sums: Sums{}, Closing: r.Closing}
	for _, sums := range r.Parts {
		s.Sums.add(sums)
	}
	back := Sums{}
	for kind, amount := range s.Sums {
		back[kind] = -amount
	}
	s.Opening = s.Closing.afterAll(back)
	return s
}

func statements(rows []statementRow, err error) ([]Statement, error) {
	if err != nil {
		return nil, wrapped("read statements", err)
	}
	list := make([]Statement, len(rows))
	for i, r := range rows {
		list[i] = r.statement()
	}
	return list, nil
}

// Statements lists a closed period's statements by party, behind the given one.
func Statements(ctx context.Context, tx *pg.Tx, nth int, after ledger.Party, limit int) ([]Statement, error) {
	return statements(pg.Collect[statementRow](ctx, tx, `
		select `+statementColumns+` from settlement_statement
		 where tenant_id = $1 and nth = $2 and ($3::uuid is null or party > $3)
		 group by nth, party order by party limit $4`, tx.Tenant(), nth, after, limit))
}

// StatementsOf reads some parties' statements of a period; whoever has no entry
// in it has none.
func StatementsOf(ctx context.Context, tx *pg.Tx, nth int, parties []ledger.Party) ([]Statement, error) {
	return statements(pg.Collect[statementRow](ctx, tx, `
		select `+statementColumns+` from settlement_statement
		 where tenant_id = $1 and nth = $2 and party = any($3::uuid[])
		 group by nth, party order by party`, tx.Tenant(), nth, parties))
}

// StatementOf reads one party's statement of a period. Errors: [ErrNoStatement].
func StatementOf(ctx context.Context, tx *pg.Tx, nth int, party ledger.Party) (Statement, error) {
	list, err := StatementsOf(ctx, tx, nth, []ledger.Party{party})
	if err != nil {
		return Statement{}, err
	}
	if len(list) == 0 {
		return Statement{}, ErrNoStatement
	}
	return list[0], nil
}

// History lists a party's statements of closed periods, the newest first,
// below the nth (0 for all).
func History(ctx context.Context, tx *pg.Tx, party ledger.Party, below, limit int) ([]Statement, error) {
	return statements(pg.Collect[statementRow](ctx, tx, `
		select `+statementColumns+` from settlement_statement s
		 where tenant_id = $1 and party = $2 and ($3 = 0 or nth < $3)
		   and exists (select 1 from settlement_period p where p.tenant_id = $1 and p.nth = s.nth)
		 group by nth, party order by nth desc limit $4`, tx.Tenant(), party, below, limit))
}

// Line is an entry of a statement.
type Line struct {
	Number int64
	ledger.Entry
}

// Lines are the entries of a party's statement in the order of their numbers,
// behind the given one.
func Lines(ctx context.Context, tx *pg.Tx, nth int, party ledger.Party, after int64, limit int) ([]Line, error) {
	parts, err := pg.Column[[]byte](ctx, tx, `
		select entries from settlement_statement where tenant_id = $1 and nth = $2 and party = $3 order by part`, tx.Tenant(), nth, party)
	if err != nil {
		return nil, wrapped("read lines", err)
	}
	var places []place
	for _, b := range parts {
		found, err := unpack(b)
		if err != nil {
			return nil, wrapped("read lines", err)
		}
		for _, p := range found {
			if p.number > after && len(places) < limit {
				places = append(places, p)
			}
		}
	}
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	entries, err := ledger.EntriesOf(ctx, tx, party, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(places))
	for i, p := range places {
		e, there := entries[p.id]
		if !there {
			return nil, fmt.Errorf("settlement: movement %d of entry %d is gone; fenli ledger verify says more", p.id, p.number)
		}
		lines[i] = Line{p.number, e}
	}
	return lines, nil
}

// Entries are a whole period's entries behind a number, made sure of by their
// hashes.
func Entries(ctx context.Context, tx *pg.Tx, p Period, after int64, limit int) ([]ledger.Sealed, error) {
	after = max(after, p.After)
	return ledger.Read(ctx, tx, after, int(min(int64(limit), p.Last-after)))
}

// Day is what one kind of movement came to on one day of a period.
type Day struct {
	Day    string // 2026-03-01
	Kind   string
	Lines  int
	Amount int64
}

// Days are a period's sums by day and kind. What came late stands on the
// period's first day.
func Days(ctx context.Context, tx *pg.Tx, nth int) ([]Day, error) {
	list, err := pg.Collect[Day](ctx, tx, `
		select day::text as day, kind, sum(lines)::int as lines, sum(amount)::bigint as amount
		  from settlement_day where tenant_id = $1 and nth = $2 group by day, kind order by day, kind`, tx.Tenant(), nth)
	return list, wrapped("read days", err)
}
