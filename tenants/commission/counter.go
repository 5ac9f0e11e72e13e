package commission

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

// A programme may say what one person earns at most from the orders paid in a
// day, week or month of the store. A counter keeps what orders of such a
// programme have granted them; it counts in the order of seq, so an order that
// waits holds up those that pay one of its people, and nobody else. What the
// counter stood at is kept with the decision: nothing that comes later changes
// how it was cut.
//
// A refund gives the counter nothing back. What it takes hangs on the mark, on
// who bears it and on what a strategy says about the remainder; what was granted
// hangs on nothing but the order of money.

// counterKey is one person's counter of one period.
type counterKey struct {
	payee  distributor.ID
	period string // "day", "week", "month"
	from   int64  // its first instant, Unix seconds
}

// counters are what has been granted, by whose counter it is.
type counters map[counterKey]int64

// counter is the one that bounds what an order gives somebody: of the period in
// which it was paid for, whenever it is decided.
func (w *work) counter(who distributor.ID, zone *time.Location) counterKey {
	period := w.revision.Settings.RecipientCap.Period
	from, _ := windowAround(w.order.PaidAt, period, zone)
	return counterKey{who, period, from.Unix()}
}

// bounded reports whether counters bound what the order will give.
func (w *work) bounded() bool { return w.revision.Settings.RecipientCap.Amount > 0 }

// uncounted reports whether the order has been decided in this round and its
// counters have not been asked yet.
func (w *work) uncounted() bool {
	return w.decision != nil && w.decision.request != nil && w.decision.decidedAt.IsZero() && !w.counted && w.bounded()
}

// payees are those whom the decision gives something, each at the first of
// their positions.
func (w *work) payees(people []recipient) (at []int) {
	g, seen := w.decision.grants, map[distributor.ID]bool{}
	for i, amount := range g.perRecipient(g.amounts(), len(people)) {
		if amount > 0 && !seen[people[i].id] {
			seen[people[i].id] = true
			at = append(at, i)
		}
	}
	return at
}

// count cuts a decision of this round to what the counters of its payees have
// left, and counts what it gives.
func (w *work) count(c counters, zone *time.Location) error {
	if !w.uncounted() {
		return nil
	}
	people, g := w.people(), &w.decision.grants
	for _, at := range w.payees(people) {
		g.counted = append(g.counted, counted{at, c[w.counter(people[at].id, zone)]})
	}
	if err := g.within(people, w.caps().person); err != nil {
		return err
	}
	for at, amount := range g.perRecipient(g.amounts(), len(people)) {
		if amount > 0 {
			c[w.counter(people[at].id, zone)] += amount
		}
	}
	w.counted, w.given = true, nil
	return nil
}

// within cuts what everybody is given to what the cap leaves of their counter as
// it stood, over their awards in proportion.
func (g grants) within(people []recipient, limit program.RecipientCap) error {
	if limit.Amount == 0 {
		return nil
	}
	for _, c := range g.counted {
		var theirs []int
		var amounts []int64
		for i, x := range g.given {
			if people[x.to].id == people[c.to].id {
				theirs, amounts = append(theirs, i), append(amounts, x.amount-x.margin-x.cut)
			}
		}
		kept, err := fit(amounts, max(limit.Amount-c.used, 0))
		if err != nil {
			return err
		}
		for n, i := range theirs {
			g.given[i].over = amounts[n] - kept[n]
		}
	}
	return nil
}

// knows reports whether it was kept what somebody's counter stood at.
func (g grants) knows(people []recipient, who distributor.ID) bool {
	return slices.ContainsFunc(g.counted, func(c counted) bool { return people[c.to].id == who })
}

// count lets the counters cut what has been decided in this round: each order
// after every earlier one that may still pay one of its payees.
func (b *batch) count() {
	if b.counters == nil {
		return
	}
	held := map[distributor.ID]bool{}
	for _, w := range b.bySeq() {
		if w.uncounted() && !b.follows(w, held) {
			if w.countOrBlock(b.counters, b.zone); w.counted {
				continue
			}
		}
		for _, p := range w.people() {
			held[p.id] = true
		}
	}
}

// follows reports whether an earlier order may still pay one of the payees.
func (b *batch) follows(w *work, held map[distributor.ID]bool) bool {
	people := w.people()
	for _, at := range w.payees(people) {
		who := people[at].id
		if first, waits := b.open[who]; held[who] || waits && first < w.seq {
			return true
		}
	}
	return false
}

// holdBack lets orders wait whose payees have an earlier one that waits.
func (b *batch) holdBack() {
	for _, w := range b.work {
		if w.uncounted() {
			w.decision = nil
			w.block(codeBehind, "", backoff(w.change.Attempts))
		}
	}
}

// countAlone counts orders that never were, each as if nothing had been granted
// before.
func countAlone(list []*work) {
	for _, w := range list {
		w.countOrBlock(counters{}, time.UTC)
	}
}

func (w *work) countOrBlock(c counters, zone *time.Location) {
	if err := w.count(c, zone); err != nil {
		w.block("commission.rail_amount", err.Error(), longWait)
		w.decision = nil
	}
}

// readCounters reads the counters of everybody whom an order of the batch may
// pay under a cap. They are not locked: write looks whether they still stand.
func (b *batch) readCounters(ctx context.Context, tx *pg.Tx) error {
	keys := counters{}
	for _, w := range b.undecided() {
		if !w.bounded() {
			continue
		}
		for _, p := range w.people() {
			keys[w.counter(p.id, b.zone)] = 0
		}
	}
	if len(keys) == 0 {
		return nil
	}
	var err error
	if b.stood, err = askCounters(tx, keys.sorted(), "")(ctx); err != nil {
		return err
	}
	for k := range keys { // whoever has none yet begins at nothing
		keys[k] = b.stood[k]
	}
	b.counters = keys
	return nil
}

// room is what a cap leaves somebody of an order that were paid now.
func (s *Service) room(ctx context.Context, tx *pg.Tx, limit program.RecipientCap, who distributor.ID) (int64, error) {
	if limit.Amount == 0 {
		return money.MaxMinor, nil
	}
	_, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return 0, err
	}
	from, _ := windowAround(tx.Now(), limit.Period, zone)
	key := counterKey{who, limit.Period, from.Unix()}
	used, err := askCounters(tx, []counterKey{key}, "")(ctx)
	return max(limit.Amount-used[key], 0), err
}

// touched are the counters of whomever this round gives something, in the order
// in which they are locked.
func (b *batch) touched() []counterKey {
	keys := counters{}
	for _, w := range b.work {
		if !w.counted {
			continue
		}
		people := w.people()
		for _, c := range w.decision.grants.counted {
			keys[w.counter(people[c.to].id, b.zone)] = 0
		}
	}
	return keys.sorted()
}

func (c counters) sorted() []counterKey {
	list := make([]counterKey, 0, len(c))
	for k := range c {
		list = append(list, k)
	}
	slices.SortFunc(list, func(x, y counterKey) int {
		return cmp.Or(slices.Compare(x.payee[:], y.payee[:]), cmp.Compare(x.period, y.period), cmp.Compare(x.from, y.from))
	})
	return list
}

// same reports whether counters that are locked stand as they were read.
func (c counters) same(as counters) bool {
	for k, used := range c {
		if as[k] != used {
			return false
		}
	}
	return true
}

func columns(keys []counterKey) (payees []distributor.ID, periods []string, from []time.Time) {
	for _, k := range keys {
		payees, periods, from = append(payees, k.payee), append(periods, k.period), append(from, time.Unix(k.from, 0).UTC())
	}
	return payees, periods, from
}

// askCounters reads counters, those that exist.
func askCounters(tx *pg.Tx, keys []counterKey, lock string) func(context.Context) (counters, error) {
	if len(keys) == 0 {
		return func(context.Context) (counters, error) { return nil, nil }
	}
	payees, periods, from := columns(keys)
	asked := pg.Ask[counterRow](tx, `
		select c.payee, c.period, c.from_at, c.used
		  from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as q(payee, period, from_at)
		  join commission_counter c on c.tenant_id = $1 and c.payee = q.payee and c.period = q.period and c.from_at = q.from_at
		 order by c.payee, c.period, c.from_at `+lock, tx.Tenant(), payees, periods, from)
	return func(ctx context.Context) (counters, error) {
		rows, err := asked.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("commission: counters: %w", err)
		}
		return countersOf(rows), nil
	}
}

type counterRow struct {
	Payee  distributor.ID
	Period string
	FromAt time.Time
	Used   int64
}

func countersOf(rows []counterRow) counters {
	found := make(counters, len(rows))
	for _, r := range rows {
		found[counterKey{r.Payee, r.Period, r.FromAt.Unix()}] = r.Used
	}
	return found
}

// keep writes down what counters have come to.
func (c counters) keep(tx *pg.Tx, keys []counterKey) {
	if len(keys) == 0 {
		return
	}
	payees, periods, from := columns(keys)
	used := make([]int64, len(keys))
	for i, k := range keys {
		used[i] = c[k]
	}
	tx.Later("commission: counters", `
		insert into commission_counter (tenant_id, payee, period, from_at, used)
		select $1, p, k, f, u from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[]) as x(p, k, f, u)
		on conflict (tenant_id, payee, period, from_at) do update set used = excluded.used`, tx.Tenant(), payees, periods, from, used)
}
