package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// Way is where a kind of movement goes.
type Way struct {
	Asset    Asset
	From, To Account
}

// WayOf tells where movements of a kind go; false for what is not on the
// closed list.
func WayOf(kind string) (Way, bool) {
	l, known := legs[kind]
	return Way{l.asset, l.from, l.to}, known
}

// Kinds are the names of all movements, in the order of the closed list.
func Kinds() []string {
	names := make([]string, len(closedList))
	for i, m := range closedList {
		names[i] = m.leg().kind
	}
	return names
}

// Apply is the balance after a movement of a kind.
func (b Balance) Apply(kind string, amount int64) Balance {
	l := legs[kind]
	*b.account(l.from) -= amount
	*b.account(l.to) += amount
	return b
}

// Of is what stands in one account.
func (b Balance) Of(a Account) int64 { return *b.account(a) }

// Accounts are those of a balance, in the order of its columns.
var Accounts = []Account{Expense, Adjustment, Fees, Tax, Held, Available, Reserved, Debt, Paid}

// Last is the number of the last entry that has one.
func Last(ctx context.Context, tx *pg.Tx) (int64, error) {
	e, err := endOf(ctx, tx)
	return e.number, err
}

// skew is how far the clocks of two processes may be apart.
const skew = time.Hour

// FirstFrom finds the first entry behind a number that was recorded at or
// after an instant.
func FirstFrom(ctx context.Context, tx *pg.Tx, after int64, at time.Time) (n int64, found bool, err error) {
	// What was sealed long before the instant was recorded before it, too.
	near, err := pg.Column[int64](ctx, tx, `
		select first from ledger_seal where tenant_id = $1 and last > $2 and sealed_at >= $3 order by first limit 1`, tx.Tenant(), after, at.Add(-skew))
	if err != nil || len(near) == 0 {
		return 0, false, wrapped("the first entry from an instant", err)
	}
	var broken error
	w := &walk{
		tx: tx,
		visit: func(s Sealed) bool {
			if s.Number > after && !s.RecordedAt.Before(at) {
				n, found = s.Number, true
			}
			return !found
		},
		bad: func(n int64, what string) {
			if broken == nil {
				broken = fmt.Errorf("ledger: entry %d: %s", n, what)
			}
		},
	}
	if err := w.before(ctx, near[0]); err != nil {
		return 0, false, err
	}
	if w.at.number == 0 {
		w.at.hash = genesis(tx.Tenant())
	}
	if err := w.run(ctx); err != nil {
		return 0, false, err
	}
	return n, found, broken
}

// EntriesOf reads some of a party's movements by their ids.
func EntriesOf(ctx context.Context, tx *pg.Tx, p Party, ids []int64) (map[int64]Entry, error) {
	rows, err := readEntries(ctx, tx, `
		 where tenant_id = $1 and party = $2 and id = any($3::bigint[])`, tx.Tenant(), p, ids)
	if err != nil {
		return nil, wrapped("read movements", err)
	}
	all := make(map[int64]Entry, len(rows))
	for _, e := range rows {
		all[e.ID] = e
	}
	return all, nil
}

// Waiting are the entries that wait for their number.
func Waiting(ctx context.Context, tx *pg.Tx) ([]Entry, error) {
	postings, err := pg.Collect[posting](ctx, tx, `select id, month, ids from ledger_unsealed where tenant_id = $1`, tx.Tenant())
	if err != nil {
		return nil, wrapped("what waits", err)
	}
	var all []Entry
	for _, part := range parts(postings) {
		found, err := entriesByID(ctx, tx, part.Month, part.IDs)
		if err != nil {
			return nil, err
		}
		for _, id := range part.IDs {
			if e, there := found[id]; there {
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// Plus is the balance with an amount more in one account.
func (b Balance) Plus(a Account, amount int64) Balance {
	*b.account(a) += amount
	return b
}

// MovedByHand sums what bonuses and deductions gave, by what they refer to.
func MovedByHand(ctx context.Context, tx *pg.Tx) (map[Ref]int64, error) {
	rows, err := pg.Collect[struct {
		Ref    Ref
		Amount int64
	}](ctx, tx, `
		select ref, sum(case when source = $2 then amount else -amount end)::bigint as amount
		  from ledger_movement
		 where tenant_id = $1 and (source = $2 or target = $2)
		 group by ref`, tx.Tenant(), accountCodes[Adjustment])
	if err != nil {
		return nil, wrapped("moved by hand", err)
	}
	all := make(map[Ref]int64, len(rows))
	for _, r := range rows {
		all[r.Ref] = r.Amount
	}
	return all, nil
}

// With is the balance after some movements, whatever its floors.
func (b Balance) With(movements ...Movement) Balance {
	for _, m := range movements {
		l := m.leg()
		b = b.Apply(l.kind, l.amount)
	}
	return b
}
