package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// Head is where a store's chain stood at the end of a day of the store's. Kept
// outside of the database it holds the store, and us, to everything before it.
type Head struct {
	Day    string // 2026-03-01, in the store's time
	Number int64  // of the last entry sealed that day
	Hash   Hash
	Open   bool // the day is not over: it may still move
}

type headRow struct {
	Day    time.Time
	Number int64
	Hash   []byte
}

func (r headRow) head(today time.Time) Head {
	h := Head{Day: r.Day.Format(time.DateOnly), Number: r.Number, Open: !r.Day.Before(today)}
	copy(h.Hash[:], r.Hash)
	return h
}

// Heads lists a store's heads, newest first, of days before the given one (""
// for the newest). A day on which nothing was sealed has none: the head of the
// day before still stands.
func (j *Journal) Heads(ctx context.Context, tx *pg.Tx, before string, limit int) ([]Head, error) {
	zone, err := j.zone(ctx, tx.Tenant())
	if err != nil {
		return nil, wrapped("heads", err)
	}
	last, err := endOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := dayOf(tx.Now(), zone)
	var heads []Head
	if last.number > 0 && (before == "" || last.day.Format(time.DateOnly) < before) {
		heads = append(heads, headRow{last.day, last.number, last.hash[:]}.head(today))
	}
	if before == "" || before > last.day.Format(time.DateOnly) {
		before = last.day.Format(time.DateOnly) // a later sealing may have kept it by now
	}
	rows, err := pg.Collect[headRow](ctx, tx, `
		select day, number, hash from ledger_head where tenant_id = $1 and day < $2::date order by day desc limit $3`,
		tx.Tenant(), before, limit-len(heads))
	if err != nil {
		return nil, fmt.Errorf("ledger: heads: %w", err)
	}
	for _, r := range rows {
		heads = append(heads, r.head(today))
	}
	return heads, nil
}

// HeadOn is the head that stood at the end of a day, which may be an earlier
// day's; a zero Number says that nothing had been sealed.
func (j *Journal) HeadOn(ctx context.Context, tx *pg.Tx, day time.Time) (Head, error) {
	heads, err := j.Heads(ctx, tx, day.AddDate(0, 0, 1).Format(time.DateOnly), 1)
	if err != nil || len(heads) == 0 {
		return Head{}, err
	}
	return heads[0], nil
}

// Yesterday is the last day of a store that is over.
func (j *Journal) Yesterday(ctx context.Context, tx *pg.Tx) (time.Time, error) {
	zone, err := j.zone(ctx, tx.Tenant())
	if err != nil {
		return time.Time{}, wrapped("yesterday", err)
	}
	return dayOf(tx.Now(), zone).AddDate(0, 0, -1), nil
}

// Read gives the entries behind a number in order, each with its place in the
// chain, made again from the movement itself. It fails where the journal is
// not what was sealed.
func Read(ctx context.Context, tx *pg.Tx, after int64, limit int) ([]Sealed, error) {
	if limit <= 0 {
		return nil, nil
	}
	var all []Sealed
	var broken error
	w := &walk{
		tx: tx,
		visit: func(s Sealed) bool {
			if s.Number > after {
				all = append(all, s)
			}
			return len(all) < limit
		},
		bad: func(n int64, what string) {
			if broken == nil {
				broken = fmt.Errorf("ledger: entry %d: %s", n, what)
			}
		},
	}
	if err := w.begin(ctx, after+1); err != nil {
		return nil, err
	}
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	return all, broken
}

// Unsealed counts the entries that wait for their number.
func Unsealed(ctx context.Context, tx *pg.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, `select coalesce(sum(cardinality(ids)), 0)::bigint from ledger_unsealed where tenant_id = $1`, tx.Tenant()).Scan(&n)
	return n, wrapped("unsealed", err)
}
