package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// tally counts movements of a month and adds their ids: two sets of ids with
// the same tally are, short of contriving it, the same set. Whoever contrives
// it has to change seals, which the chain notices.
type tally struct{ count, ids int64 }

// numberedOnce proves that every movement has one number, or waits for one.
func (v *verifier) numberedOnce(ctx context.Context) error {
	numbered := map[time.Time]tally{}
	err := v.eachSealed(ctx, func(month time.Time, ids []int64) {
		t := numbered[month]
		for _, id := range ids {
			t.count++
			t.ids += id
		}
		numbered[month] = t
	})
	if err != nil {
		return err
	}
	rows, err := pg.Collect[struct {
		Month  time.Time
		N, Sum int64
	}](ctx, v.tx, `select month, count(*) as n, sum(id)::bigint as sum from ledger_movement where tenant_id = $1 group by month`, v.tx.Tenant())
	if err != nil {
		return wrapped("count movements", err)
	}
	for _, r := range rows {
		if numbered[r.Month] != (tally{r.N, r.Sum}) {
			if err := v.strays(ctx, r.Month); err != nil {
				return err
			}
		}
		delete(numbered, r.Month)
	}
	for month := range numbered {
		v.found(0, fmt.Sprintf("the movements of %s are gone", month.Format("2006-01")))
	}
	return nil
}

// eachSealed goes through what is sealed and what waits for it.
func (v *verifier) eachSealed(ctx context.Context, see func(month time.Time, ids []int64)) error {
	for beyond := int64(0); ; {
		seals, err := readSeals(ctx, v.tx, beyond, 1000)
		if err != nil {
			return err
		}
		for _, s := range seals {
			ids, _ := unpackIDs(s.Entries) // the walk reports it
			see(s.Month, ids)
			beyond = s.First
		}
		if len(seals) == 0 {
			break
		}
	}
	waiting, err := pg.Collect[posting](ctx, v.tx, `select id, month, ids from ledger_unsealed where tenant_id = $1`, v.tx.Tenant())
	if err != nil {
		return wrapped("what waits", err)
	}
	for _, p := range waiting {
		see(p.Month, p.IDs)
	}
	return nil
}

// strays names the movements of a month that have no number, or two.
func (v *verifier) strays(ctx context.Context, month time.Time) error {
	times := map[int64]int{}
	err := v.eachSealed(ctx, func(m time.Time, ids []int64) {
		for _, id := range ids {
			if m.Equal(month) {
				times[id]++
			}
		}
	})
	if err != nil {
		return err
	}
	ids, err := pg.Column[int64](ctx, v.tx, `select id from ledger_movement where tenant_id = $1 and month = $2::date order by id`, v.tx.Tenant(), month)
	if err != nil {
		return wrapped("read movements", err)
	}
	for _, id := range ids {
		switch n := times[id]; {
		case n == 0:
			v.found(0, fmt.Sprintf("movement %d of %s was never posted: no seal lists it", id, month.Format("2006-01")))
		case n > 1:
			v.found(0, fmt.Sprintf("movement %d of %s has %d numbers", id, month.Format("2006-01"), n))
		}
		delete(times, id)
	}
	for id := range times {
		v.found(0, fmt.Sprintf("movement %d of %s is gone", id, month.Format("2006-01")))
	}
	return nil
}
