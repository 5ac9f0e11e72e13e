package commission

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/fenli-io/fenli/tenants/distributor"
)

// Most strategies answer for each order as if it were alone. One that asks what
// it has given before (chain.awarded) has to be answered first about every
// earlier order of the same people, so its orders go in waves: in each wave at
// most one order that a member's counter waits for, in the order of seq. An
// order that cannot be decided holds up those that share a counter with it and
// nobody else.

// askInWaves asks about orders whose strategy wants to know what it has given.
// All others of the batch have been asked about.
func (s *Service) askInWaves(ctx context.Context, b *batch, list []*work) {
	pending := make(map[*work]bool, len(list))
	for _, w := range list {
		pending[w] = true
	}
	for len(pending) > 0 {
		ready := b.ready(pending)
		if len(ready) == 0 {
			break
		}
		for _, w := range ready {
			delete(pending, w)
			b.countAwarded(w)
		}
		s.askByRevision(ctx, ready, b.facts)
		b.count()
	}
	for w := range pending {
		w.block(codeBehind, "", backoff(w.change.Attempts))
	}
}

// ready are the pending orders before which no undecided order stands that may
// still pay one of their chain.
func (b *batch) ready(pending map[*work]bool) (ready []*work) {
	held := map[distributor.ID]bool{}
	for _, w := range b.bySeq() {
		if pending[w] && !b.behind(w, held) {
			ready = append(ready, w)
		}
		for _, p := range w.people() {
			held[p.id] = true
		}
	}
	return ready
}

// behind reports whether somebody of the order's chain may still earn from an
// earlier one: of this batch, or one that waits outside of it.
func (b *batch) behind(w *work, held map[distributor.ID]bool) bool {
	for _, p := range w.people() {
		if p.role != "" {
			continue
		}
		if first, waits := b.open[p.id]; held[p.id] || waits && first < w.seq {
			return true
		}
	}
	return false
}

// bySeq are the orders that may still give something, in the store's order of
// money: the undecided, and those whose counters have not been asked yet.
func (b *batch) bySeq() []*work {
	var list []*work
	for _, w := range b.work {
		if w.undecided() || w.uncounted() {
			list = append(list, w)
		}
	}
	slices.SortFunc(list, func(x, y *work) int { return cmp.Compare(x.seq, y.seq) })
	return list
}

// countAwarded adds to what the database knows what earlier orders of this
// batch have just been given.
func (b *batch) countAwarded(w *work) {
	from, to := windowAround(w.order.PaidAt, w.plan.window, b.zone)
	for _, p := range w.people() {
		if p.role != "" {
			continue
		}
		at := seat{w.order.ID, p.id}
		for _, v := range b.work {
			if v.decision == nil || !v.decision.decidedAt.IsZero() || v.seq >= w.seq || v.order.PaidAt.Before(from) || !v.order.PaidAt.Before(to) {
				continue // not given, or the database has counted it
			}
			b.facts.awarded[at] += v.givenTo(p.id)
		}
	}
}

// givenTo is what a decision of this round grants somebody.
func (w *work) givenTo(who distributor.ID) int64 {
	if w.given == nil {
		w.given = map[distributor.ID]int64{}
		list, g := w.people(), w.decision.grants
		for i, amount := range g.perRecipient(g.amounts(), len(list)) {
			w.given[list[i].id] += amount
		}
	}
	return w.given[who]
}

// waves are the undecided orders whose strategy wants to know what it has given.
func (b *batch) waves() (list []*work) {
	for _, w := range b.undecided() {
		if w.plan.waves() {
			list = append(list, w)
		}
	}
	return list
}

// followers are everybody whose earlier orders come first: those whom an order
// asks about, and those whom a counter bounds.
func (b *batch) followers(waves []*work) []distributor.ID {
	who := map[distributor.ID]bool{}
	for _, w := range waves {
		for _, p := range w.people() {
			if p.role == "" {
				who[p.id] = true
			}
		}
	}
	for k := range b.counters {
		who[k.payee] = true
	}
	return slices.Collect(maps.Keys(who))
}
