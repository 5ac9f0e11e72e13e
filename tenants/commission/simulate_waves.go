package commission

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// A strategy that wants to know what it has given before is told what it would
// have given: its own answers, counted forward from the beginning of the first
// window that an order of the simulation looks into. So a simulation that goes
// on in another process asks again about what lies before; a pure function
// gives the same.

// lookBack finds since when the windows of the simulation's orders reach, and
// lets one that counts its own answers begin there.
func (m *Simulation) lookBack(ctx context.Context, tx *pg.Tx) (since time.Time, err error) {
	since = m.from
	if since.IsZero() {
		at, found, err := order.EarliestPaid(ctx, tx, m.after)
		if err != nil || !found {
			return at, err
		}
		since = at
	}
	begins, _ := windowAround(since, m.told.window, m.zone)
	if limit := m.plan.Settings.RecipientCap; limit.Amount > 0 {
		first, _ := windowAround(since, limit.Period, m.zone)
		begins = earlier(begins, first)
	}
	since = begins
	if !m.countsOwn() {
		return since, nil
	}
	span, err := order.SpanOf(ctx, tx, since, Never)
	if err != nil || span.Orders == 0 {
		return since, err
	}
	if m.warm = earlier(since, m.warm); m.told.waves() {
		m.given = newDayBook(m.zone)
	}
	m.after = min(m.after, span.First-1)
	return since, nil
}

// countsOwn reports whether what the programme would have given bears on what it
// gives next.
func (m *Simulation) countsOwn() bool {
	return m.told.waves() || m.plan.Settings.RecipientCap.Amount > 0
}

// decideAndCount decides orders and lets the counters cut them in the order of
// seq.
func (m *Simulation) decideAndCount(ctx context.Context, list []*work) {
	m.service.decide(ctx, list, m.facts)
	for _, w := range list {
		w.countOrBlock(m.counters, m.zone)
	}
}

// inWaves asks about a page, at most one order that a person's counter waits
// for at a time. An order that cannot be decided has given nothing: a
// simulation does not wait for it as the lane does, and tells about it.
func (m *Simulation) inWaves(ctx context.Context, list []*work) {
	held := map[distributor.ID]bool{}
	from := 0
	for i, w := range list {
		if shares(w, held) {
			m.wave(ctx, list[from:i])
			from, held = i, map[distributor.ID]bool{}
		}
		for _, p := range w.people() {
			held[p.id] = true
		}
	}
	m.wave(ctx, list[from:])
}

func shares(w *work, held map[distributor.ID]bool) bool {
	for _, p := range w.people() {
		if held[p.id] {
			return true
		}
	}
	return false
}

func (m *Simulation) wave(ctx context.Context, list []*work) {
	m.facts.awarded = make(map[seat]int64, 3*len(list))
	for _, w := range list {
		for _, p := range w.people() {
			if p.role == "" {
				m.facts.awarded[seat{w.order.ID, p.id}] = m.given.within(p.id, w.order.PaidAt, m.told.window).Net
			}
		}
	}
	m.decideAndCount(ctx, list)
	for _, w := range list {
		if w.decision == nil {
			continue
		}
		people, g := w.people(), w.decision.grants
		for i, amount := range g.perRecipient(g.amounts(), len(people)) {
			if amount > 0 {
				m.given.add(people[i].id, w.order.PaidAt, order.Sold{Net: amount})
			}
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
