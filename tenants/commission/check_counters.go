package commission

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// counting is one step of a counter: where it stood, and what came on top.
type counting struct{ used, granted int64 }

// countings are the steps of every counter, from all that is stored about
// decisions and closed periods.
type countings struct {
	zone  *time.Location
	steps map[counterKey][]counting
}

func (c countings) add(k counterKey, used, granted int64) {
	c.steps[k] = append(c.steps[k], counting{used, granted})
}

func (s *Service) collectCounted(ctx context.Context, tx *pg.Tx, page []order.Order, decisions map[order.ID]*decision, counted countings) (err error) {
	for _, o := range page {
		d := decisions[o.ID]
		if d == nil || len(d.grants.counted) == 0 {
			continue
		}
		w := &work{order: o, decision: d}
		if w.revision, err = s.programs.Revision(ctx, tx, d.revision); err != nil {
			return err
		}
		if w.plan, err = s.plan(ctx, tx, w.revision); err != nil {
			return err
		}
		people := w.people()
		gave := map[distributor.ID]int64{}
		for at, amount := range d.grants.perRecipient(d.grants.amounts(), len(people)) {
			gave[people[at].id] += amount
		}
		for _, c := range d.grants.counted {
			who := people[c.to].id
			counted.add(w.counter(who, counted.zone), c.used, gave[who])
		}
	}
	return nil
}

// check wants every counter to have counted each step once and nothing else:
// put one behind another, the steps reach from nothing to where it stands.
func (c countings) check(ctx context.Context, tx *pg.Tx) (found []string, err error) {
	stand := counters{}
	for after := (counterKey{}); ; {
		page, err := pageOfCounters(ctx, tx, after, 1000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		keys := page.sorted()
		after = keys[len(keys)-1]
		for k, used := range page {
			stand[k] = used
		}
	}
	for k := range c.steps {
		stand[k] += 0 // one that is missing stands at nothing
	}
	for _, k := range stand.sorted() {
		steps, sum := c.steps[k], int64(0)
		slices.SortFunc(steps, func(x, y counting) int { return cmp.Or(cmp.Compare(x.used, y.used), cmp.Compare(x.granted, y.granted)) })
		for _, x := range steps {
			if x.used != sum {
				found = append(found, fmt.Sprintf("%s, the %s of %s: something was cut as if %d had been granted before, it was %d",
					k.payee, k.period, time.Unix(k.from, 0).In(c.zone).Format(time.DateOnly), x.used, sum))
				break
			}
			sum += x.granted
		}
		if sum != stand[k] {
			found = append(found, fmt.Sprintf("%s, the %s of %s: the counter stands at %d, %d was granted",
				k.payee, k.period, time.Unix(k.from, 0).In(c.zone).Format(time.DateOnly), stand[k], sum))
		}
	}
	return found, nil
}

func pageOfCounters(ctx context.Context, tx *pg.Tx, after counterKey, limit int) (counters, error) {
	rows, err := pg.Collect[counterRow](ctx, tx, `
		select payee, period, from_at, used from commission_counter
		 where tenant_id = $1 and ($2::uuid is null or (payee, period, from_at) > ($2, $3, $4)) order by payee, period, from_at limit $5`,
		tx.Tenant(), after.payee, after.period, time.Unix(after.from, 0).UTC(), limit)
	if err != nil {
		return nil, fmt.Errorf("commission: counters: %w", err)
	}
	return countersOf(rows), nil
}
