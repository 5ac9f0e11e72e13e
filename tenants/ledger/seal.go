package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Journal numbers and chains what has been posted, and proves it.
type Journal struct {
	db   *pg.DB
	zone func(context.Context, tenancy.ID) (*time.Location, error)
}

// New is the journal of all stores; zone tells in whose days a store lives.
func New(db *pg.DB, zone func(context.Context, tenancy.ID) (*time.Location, error)) *Journal {
	return &Journal{db, zone}
}

const (
	sealMost    = 1000 // entries of one seal
	sealAtOnce  = 5000 // entries of one transaction, more only when one posting has more
	postingMost = 1000 // postings of one transaction
)

// Seal numbers everything that a store has posted, and says how many entries
// that were.
//
// Ids are not in commit order, so "everything above the last id" would skip
// the entries of a slow transaction. A posting leaves a work row in its own
// transaction instead: it can be seen exactly when its entries have come to
// stay. Of two sealings at once each takes its own work rows, and the numbers
// are given once, because the second cannot insert a seal that begins at the
// same number: its rows stay for the next.
func (j *Journal) Seal(ctx context.Context, tenant tenancy.ID) (total int, err error) {
	zone, err := j.zone(ctx, tenant)
	if err != nil {
		return 0, fmt.Errorf("ledger: seal: %w", err)
	}
	for {
		var n int
		err := j.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = sealSome(ctx, tx, zone)
			return err
		})
		if pg.Violates(err, "ledger_seal_pkey") || pg.Violates(err, "ledger_head_pkey") {
			return total, nil // somebody else is at it
		}
		if err != nil || n == 0 {
			return total, err
		}
		total += n
	}
}

// seal is a row of ledger_seal.
type seal struct {
	First, Last int64
	Month       time.Time
	Entries     []byte
	Marks       []byte
	Hash        []byte
	Day         time.Time
}

type posting struct {
	ID    int64
	Month time.Time
	IDs   []int64 `db:"ids"`
}

// sealSome takes some work rows, then looks where the chain ends.
func sealSome(ctx context.Context, tx *pg.Tx, zone *time.Location) (int, error) {
	var mine bool // taking turns is quicker than being undone; the key of ledger_seal is what decides
	if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(hashtextextended('ledger_seal ' || $1::text, 0))`, tx.Tenant().UUID()).Scan(&mine); err != nil || !mine {
		return 0, wrapped("seal", err)
	}
	postings, err := takePostings(ctx, tx)
	if err != nil || len(postings) == 0 {
		return 0, err
	}
	end, err := endOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	day := dayOf(tx.Now(), zone)
	if day.Before(end.day) {
		day = end.day // a later sealing was a moment ahead
	}
	if end.number > 0 && end.day.Before(day) {
		if err := insertHead(ctx, tx, end); err != nil {
			return 0, err
		}
	}
	sealed := 0
	for _, part := range parts(postings) {
		s, err := sealPart(ctx, tx, &end, part)
		if err != nil {
			return 0, err
		}
		s.Day = day
		if err := insertSeal(ctx, tx, s); err != nil {
			return 0, err
		}
		sealed += len(part.IDs)
	}
	return sealed, nil
}

// parts cuts postings into what one seal holds: entries of one month, at most
// sealMost.
func parts(postings []posting) []posting {
	var all []posting
	for _, p := range postings {
		for ids := p.IDs; len(ids) > 0; {
			if n := len(all); n == 0 || !all[n-1].Month.Equal(p.Month) || len(all[n-1].IDs) == sealMost {
				all = append(all, posting{Month: p.Month})
			}
			last := &all[len(all)-1]
			n := min(len(ids), sealMost-len(last.IDs))
			last.IDs, ids = append(last.IDs, ids[:n]...), ids[n:]
		}
	}
	return all
}

var errGone = errors.New("ledger: a movement that was posted is gone; fenli ledger verify says which")

// end is where a store's chain ends.
type end struct {
	number int64
	hash   Hash
	day    time.Time
}

// sealPart puts some entries at the end of the chain.
func sealPart(ctx context.Context, tx *pg.Tx, end *end, part posting) (seal, error) {
	entries, err := entriesByID(ctx, tx, part.Month, part.IDs)
	if err != nil {
		return seal{}, err
	}
	s := seal{First: end.number + 1, Month: part.Month, Entries: packIDs(part.IDs)}
	for _, id := range part.IDs {
		e, there := entries[id]
		if !there {
			return seal{}, fmt.Errorf("%w (movement %d)", errGone, id)
		}
		end.number++
		end.hash = end.hash.after(end.number, e)
		s.Marks = append(s.Marks, end.hash[:markSize]...)
	}
	s.Last, s.Hash = end.number, end.hash[:]
	return s, nil
}

// dayOf is the date of an instant in the store's time, as the database gives
// dates back.
func dayOf(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// StoresUnsealed is the sweep: stores that have posted something.
func StoresUnsealed(ctx context.Context, tx *pg.Tx, _ time.Time) ([]tenancy.ID, error) {
	stores, err := pg.Column[tenancy.ID](ctx, tx, `select distinct tenant_id from ledger_unsealed`)
	if err != nil {
		return nil, fmt.Errorf("ledger: sweep: %w", err)
	}
	return stores, nil
}

func takePostings(ctx context.Context, tx *pg.Tx) ([]posting, error) {
	postings, err := pg.Collect[posting](ctx, tx, `
		delete from ledger_unsealed
		 where tenant_id = $1 and id in (
		   select id from (
		     select id, sum(cardinality(ids)) over (order by id) - cardinality(ids) as before
		       from (select id, ids from ledger_unsealed where tenant_id = $1 order by id limit $3) oldest) sums
		    where before < $2)
		returning id, month, ids`, tx.Tenant(), sealAtOnce, postingMost)
	if err != nil {
		return nil, fmt.Errorf("ledger: take what is to be sealed: %w", err)
	}
	slices.SortFunc(postings, func(a, b posting) int { return cmp.Compare(a.ID, b.ID) })
	return postings, nil
}

func endOf(ctx context.Context, tx *pg.Tx) (end, error) {
	seals, err := pg.Collect[seal](ctx, tx, `
		select first, last, month, entries, marks, hash, day from ledger_seal
		 where tenant_id = $1 order by first desc limit 1`, tx.Tenant())
	if err != nil {
		return end{}, fmt.Errorf("ledger: the chain's end: %w", err)
	}
	if len(seals) == 0 {
		return end{hash: genesis(tx.Tenant())}, nil
	}
	return seals[0].end(), nil
}

func (s seal) end() end {
	e := end{number: s.Last, day: s.Day}
	copy(e.hash[:], s.Hash) // of 32 bytes, unless somebody took the table's checks away
	return e
}

func insertSeal(ctx context.Context, tx *pg.Tx, s seal) error {
	_, err := tx.Exec(ctx, `
		insert into ledger_seal (tenant_id, first, last, month, entries, marks, hash, day, sealed_at)
		values ($1, $2, $3, $4::date, $5, $6, $7, $8::date, $9)`,
		tx.Tenant(), s.First, s.Last, s.Month, s.Entries, s.Marks, s.Hash, s.Day, tx.Now())
	if err != nil {
		return fmt.Errorf("ledger: seal: %w", err)
	}
	return nil
}

func insertHead(ctx context.Context, tx *pg.Tx, e end) error {
	_, err := tx.Exec(ctx, `insert into ledger_head (tenant_id, day, number, hash) values ($1, $2::date, $3, $4)`,
		tx.Tenant(), e.day, e.number, e.hash[:])
	if err != nil {
		return fmt.Errorf("ledger: keep a day's head: %w", err)
	}
	return nil
}

// entriesByID reads movements of one month: everything between the smallest
// and the greatest id, since a statement that is given the ids themselves looks
// through all of them for every row.
func entriesByID(ctx context.Context, tx *pg.Tx, month time.Time, ids []int64) (map[int64]Entry, error) {
	all := make(map[int64]Entry, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	wanted := make(map[int64]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	rows, err := readEntries(ctx, tx, `
		 where tenant_id = $1 and month = $2::date and id between $3 and $4`, tx.Tenant(), month, slices.Min(ids), slices.Max(ids))
	if err != nil {
		return nil, fmt.Errorf("ledger: read movements: %w", err)
	}
	for _, e := range rows {
		if wanted[e.ID] {
			all[e.ID] = e
		}
	}
	return all, nil
}
