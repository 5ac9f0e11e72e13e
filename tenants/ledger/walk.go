package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// walk goes along a store's chain and makes every hash again. It reports what
// is not as it was sealed and goes on behind the seal that it found broken, as
// if that were whole: one change is one finding.
type walk struct {
	tx    *pg.Tx
	at    end                        // what has been walked
	visit func(Sealed) (more bool)   // every entry that is as it was sealed
	bad   func(n int64, what string) // the entry, and what about it
}

const sealsAtOnce = 50

// begin puts the walk before the seal that holds entry n, or at the end when
// there is none. What is before is taken as it says it is.
func (w *walk) begin(ctx context.Context, n int64) error {
	w.at = end{hash: genesis(w.tx.Tenant())}
	first, err := pg.Column[int64](ctx, w.tx, `
		select first from ledger_seal where tenant_id = $1 and first <= $2 order by first desc limit 1`, w.tx.Tenant(), n)
	if err != nil || len(first) == 0 {
		return wrapped("where to begin", err)
	}
	return w.before(ctx, first[0])
}

// before puts the walk behind the last seal that begins before a number.
func (w *walk) before(ctx context.Context, first int64) error {
	seals, err := pg.Collect[seal](ctx, w.tx, `
		select first, last, month, entries, marks, hash, day from ledger_seal
		 where tenant_id = $1 and first < $2 order by first desc limit 1`, w.tx.Tenant(), first)
	if err == nil && len(seals) == 1 {
		w.at = seals[0].end()
	}
	return wrapped("where to begin", err)
}

// run walks to the end, or until visit has had enough.
func (w *walk) run(ctx context.Context) error {
	for beyond := w.at.number; ; {
		seals, err := readSeals(ctx, w.tx, beyond, sealsAtOnce)
		if err != nil || len(seals) == 0 {
			return err
		}
		entries, err := w.entriesOf(ctx, seals)
		if err != nil {
			return err
		}
		for _, s := range seals {
			if !w.along(s, entries) {
				return nil
			}
		}
		beyond = seals[len(seals)-1].First
	}
}

// along walks one seal.
func (w *walk) along(s seal, entries map[int64]Entry) (more bool) {
	defer func() { w.at = s.end() }()
	if s.First != w.at.number+1 {
		w.bad(w.at.number+1, fmt.Sprintf("the seal that follows entry %d begins at %d", w.at.number, s.First))
	}
	ids, err := unpackIDs(s.Entries)
	if err != nil || int64(len(ids)) != s.Last-s.First+1 || len(s.Marks) != markSize*len(ids) {
		w.bad(s.First, fmt.Sprintf("the seal of entries %d to %d has been changed: it lists %d", s.First, s.Last, len(ids)))
		return true
	}
	h := w.at.hash
	for i, id := range ids {
		n := s.First + int64(i)
		e, there := entries[id]
		if !there {
			w.bad(n, fmt.Sprintf("movement %d is gone", id))
			return true
		}
		h = h.after(n, e)
		if !slices.Equal(h[:markSize], s.Marks[i*markSize:(i+1)*markSize]) {
			w.bad(n, fmt.Sprintf("movement %d is not what was sealed", id))
			return true
		}
		if !w.visit(Sealed{e, n, h}) {
			return false
		}
	}
	if h != s.end().hash {
		w.bad(s.Last, fmt.Sprintf("the hash of the seal of entries %d to %d is not theirs", s.First, s.Last))
	}
	return true
}

// entriesOf reads the movements of some seals, a month at a time.
func (w *walk) entriesOf(ctx context.Context, seals []seal) (map[int64]Entry, error) {
	all := map[int64]Entry{}
	byMonth := map[time.Time][]int64{}
	for _, s := range seals {
		ids, _ := unpackIDs(s.Entries) // along reports it
		byMonth[s.Month] = append(byMonth[s.Month], ids...)
	}
	for month, ids := range byMonth {
		some, err := entriesByID(ctx, w.tx, month, ids)
		if err != nil {
			return nil, err
		}
		for id, e := range some {
			all[id] = e
		}
	}
	return all, nil
}

// readSeals reads seals that begin beyond a number.
func readSeals(ctx context.Context, tx *pg.Tx, beyond int64, limit int) ([]seal, error) {
	seals, err := pg.Collect[seal](ctx, tx, `
		select first, last, month, entries, marks, hash, day from ledger_seal
		 where tenant_id = $1 and first > $2 order by first limit $3`, tx.Tenant(), beyond, limit)
	return seals, wrapped("read seals", err)
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", what, err)
	}
	return nil
}
