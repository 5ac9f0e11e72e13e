package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Audit says what of a store's journal to prove.
type Audit struct {
	From, To string // days of sealing, inclusive; "" is the beginning and the end
	Kept     []Head // heads that were kept outside
	Progress func(entries int64)
}

// Finding is what an audit did not like. Entry is 0 when it is about no
// entry with a number.
type Finding struct {
	Entry int64
	What  string
}

func (f Finding) String() string {
	if f.Entry == 0 {
		return f.What
	}
	return fmt.Sprintf("entry %d: %s", f.Entry, f.What)
}

// Report is what an audit has seen.
type Report struct {
	Entries  int64 // walked
	Head     Head  // where the walk ended
	Findings []Finding
}

// Verify walks a store's chain and makes every hash again, compares heads kept
// inside and outside with it, and recomputes every balance. It sees the store
// at one instant, however long it takes, and blocks nobody.
//
// Findings about entries come first, in their order: the first names where the
// journal stopped being what was sealed.
func (j *Journal) Verify(ctx context.Context, tenant tenancy.ID, a Audit) (r Report, err error) {
	err = j.atOnce(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		v := &verifier{walk: walk{tx: tx}, audit: a}
		if err := v.verify(ctx); err != nil {
			return err
		}
		r = v.report
		return nil
	})
	return r, err
}

// quickEntries are walked by a quick look.
const quickEntries = 2000

// Quick looks at the newest entries and at whether every movement is numbered
// once. Balances are Check's.
func (j *Journal) Quick(ctx context.Context, tenant tenancy.ID) (found []Finding, err error) {
	err = j.atOnce(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		v := &verifier{walk: walk{tx: tx}}
		last, err := endOf(ctx, tx)
		if err != nil {
			return err
		}
		if err := v.begin(ctx, max(1, last.number-quickEntries)); err != nil {
			return err
		}
		if err := v.chain(ctx); err != nil {
			return err
		}
		err = v.numberedOnce(ctx)
		found = v.report.Findings
		return err
	})
	return found, err
}

// atOnce reads at one instant: what is sealed meanwhile must not look like an
// entry too many.
func (j *Journal) atOnce(ctx context.Context, tenant tenancy.ID, read func(context.Context, *pg.Tx) error) error {
	return j.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "set transaction isolation level repeatable read, read only"); err != nil {
			return wrapped("verify", err)
		}
		return read(ctx, tx)
	})
}

type verifier struct {
	walk
	audit  Audit
	report Report
}

// findingsMost bounds what is told of a store: after the first the rest is
// detail.
const findingsMost = 100

func (v *verifier) found(n int64, what string) {
	if len(v.report.Findings) < findingsMost {
		v.report.Findings = append(v.report.Findings, Finding{n, what})
	}
}

func (v *verifier) verify(ctx context.Context) error {
	if err := v.beginOn(ctx, v.audit.From); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{v.chain, v.numberedOnce, v.balances} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// beginOn puts the walk before the first seal of a day.
func (v *verifier) beginOn(ctx context.Context, day string) error {
	if day == "" {
		return v.begin(ctx, 1)
	}
	first, err := pg.Column[int64](ctx, v.tx, `
		select first from ledger_seal where tenant_id = $1 and day >= $2::date order by first limit 1`, v.tx.Tenant(), day)
	if err != nil {
		return wrapped("where to begin", err)
	}
	if len(first) == 0 {
		first = []int64{1 << 62} // nothing to walk
	}
	v.at = end{hash: genesis(v.tx.Tenant())}
	return v.before(ctx, first[0])
}

// chain walks and compares what is kept with what is.
func (v *verifier) chain(ctx context.Context) error {
	begun := v.at.number
	kept, err := v.keptHeads(ctx, begun)
	if err != nil {
		return err
	}
	until, err := v.lastOn(ctx, v.audit.To)
	if err != nil {
		return err
	}
	v.bad = v.found
	v.visit = func(s Sealed) bool {
		if s.Number > until {
			return false
		}
		v.report.Entries++
		v.report.Head = Head{Number: s.Number, Hash: s.Hash}
		for _, h := range kept[s.Number] {
			if h.Hash != s.Hash {
				v.found(s.Number, fmt.Sprintf("the head kept of %s is %s, and the chain says %s: something up to here was rewritten", h.Day, h.Hash, s.Hash))
			}
		}
		delete(kept, s.Number)
		if v.audit.Progress != nil && v.report.Entries%10_000 == 0 {
			v.audit.Progress(v.report.Entries)
		}
		v.closedList(s)
		return true
	}
	if err := v.run(ctx); err != nil {
		return err
	}
	for _, n := range slices.Sorted(maps.Keys(kept)) {
		if h := kept[n][0]; n <= until || h.Day <= v.audit.To {
			v.found(0, fmt.Sprintf("the head kept of %s is of entry %d, which cannot be found", h.Day, n))
		}
	}
	return nil
}

// closedList refuses an entry that the journal has no words for.
func (v *verifier) closedList(s Sealed) {
	l, known := legs[s.Kind]
	if !known || l.asset != s.Asset || l.from != s.Source || l.to != s.Target || s.Amount <= 0 {
		v.found(s.Number, fmt.Sprintf("movement %d is no movement of the closed list: %s of %d %s from %s to %s", s.ID, s.Kind, s.Amount, s.Asset, s.Source, s.Target))
	}
}

// keptHeads are the heads beyond an entry, kept inside and outside, by entry.
func (v *verifier) keptHeads(ctx context.Context, beyond int64) (map[int64][]Head, error) {
	rows, err := pg.Collect[headRow](ctx, v.tx, `select day, number, hash from ledger_head where tenant_id = $1 and number > $2`, v.tx.Tenant(), beyond)
	if err != nil {
		return nil, wrapped("kept heads", err)
	}
	kept := map[int64][]Head{}
	for _, r := range rows {
		kept[r.Number] = append(kept[r.Number], r.head(time.Time{}))
	}
	for _, h := range v.audit.Kept {
		if h.Number > beyond {
			kept[h.Number] = append(kept[h.Number], h)
		}
	}
	return kept, nil
}

// lastOn is the last entry sealed up to a day.
func (v *verifier) lastOn(ctx context.Context, day string) (n int64, err error) {
	if day == "" {
		return 1 << 62, nil
	}
	err = v.tx.QueryRow(ctx, `select coalesce(max(last), 0) from ledger_seal where tenant_id = $1 and day <= $2::date`, v.tx.Tenant(), day).Scan(&n)
	return n, wrapped("where to end", err)
}

func (v *verifier) balances(ctx context.Context) error {
	lines, err := Check(ctx, v.tx)
	if err != nil {
		return err
	}
	floors, err := belowFloors(ctx, v.tx)
	if err != nil {
		return err
	}
	for _, l := range append(lines, floors...) {
		v.found(0, l)
	}
	return nil
}
