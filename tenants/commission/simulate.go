package commission

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Simulation decides a store's decided orders once more, under another
// programme, in the store's order of money. It writes nothing.
//
// The facts are rebuilt from what the orders froze (lines, cost, category,
// chain, grades) and from histories at each order's seq: who had bought
// before, what everybody had sold, less the refunds of that time. What the
// strategy's own answers bring about is counted forward under the new
// programme: what it gave, whom it would have graded, what months it would have
// closed with. Who stands behind an order is what was frozen.
type Simulation struct {
	service  *Service
	tenant   tenancy.ID
	plan     program.Revision
	told     *plan // what its strategy may know
	facts    facts
	zone     *time.Location
	from, to time.Time // of payment, half-open; other orders are passed over
	after    int64     // everything up to this seq is dealt with
	last     int64     // nothing after this seq is asked for; 0: no end

	history  *history  // nil when the strategy has not declared that it wants to know
	given    *dayBook  // what it would have given so far; nil likewise
	counters counters  // of the simulated programme
	forward  *forward  // nil when it neither grades nor closes months, or no time is given
	warm     time.Time // since when orders are decided for given's sake alone
	shown    int64     // what has a seq up to this one is, too
}

// SimulationOf says which orders to decide again.
type SimulationOf struct {
	Plan     program.Revision // see [Service.Plan]
	From, To time.Time        // of payment, half-open; zero is open
	After    int64            // begin behind this seq
	Last     int64            // end with this seq; 0: the last there is
}

// Plan checks a draft as if it were to be put in force and gives it the form
// of a revision, whose number is 0. Nothing is written.
func (s *Service) Plan(ctx context.Context, tenant tenancy.ID, d program.Draft) (program.Revision, error) {
	artifact, err := s.programs.Check(ctx, tenant, d)
	if err != nil {
		return program.Revision{}, err
	}
	return program.Revision{Settings: d.Settings, Strategy: artifact.Strategy, Version: artifact.Version, Artifact: artifact.SHA256,
		Config: d.Config, Author: d.Author, Note: d.Note}, nil
}

// Simulate begins a simulation.
func (s *Service) Simulate(ctx context.Context, tenant tenancy.ID, of SimulationOf) (*Simulation, error) {
	m := &Simulation{service: s, tenant: tenant, plan: of.Plan, from: of.From, to: of.To, after: of.After, last: of.Last, warm: of.From, shown: of.After, counters: counters{}}
	if m.to.IsZero() {
		m.to = Never
	}
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		currency, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		m.zone, m.facts = zone, facts{currency: currency, minorDigits: int32(money.Digits(currency))}
		if m.told, err = s.plan(ctx, tx, m.plan); err != nil {
			return err
		}
		if err := m.carryForward(ctx, tx); err != nil || !m.told.has(program.FactStats) && !m.countsOwn() {
			return err
		}
		since, err := m.lookBack(ctx, tx)
		if err != nil || !m.told.has(program.FactStats) {
			return err
		}
		m.history, err = readHistory(ctx, tx, m, since)
		return err
	})
	return m, err
}

// Compared is one order under both programmes. Amounts are minor units.
type Compared struct {
	Order order.Order
	Seq   int64
	Was   Outcome  // as it was decided
	Would Outcome  // as it would be
	Lines []Margin // under the new programme; empty when it could not decide
}

// Outcome is what an order gives.
type Outcome struct {
	Revision int    // 0: a draft
	Code     string // why nobody was asked, or why it could not be decided
	Note     string
	Decided  bool // false: there is no figure, which is not zero
	Rail     bool // it could not be decided because the answer broke a rail
	Granted  int64
	Cut      int64                    // what the caps took off
	Over     map[distributor.ID]int64 // of that, what counters took off
	Standing int64                    // of Granted, after all refunds so far
	Shares   map[distributor.ID]Share
}

// Share is one person's part of an order.
type Share struct{ Granted, Standing int64 }

// Margin is what a line leaves to the merchant.
type Margin struct {
	Line       string
	SKU        string
	Net        int64
	Cost       int64 // of the whole line; −1 when unknown
	Commission int64 // of the line, with its part of what was given for the order as a whole
	Cut        int64 // what the cap on its margin took
}

// Left is the margin; known is false without a cost.
func (m Margin) Left() (left int64, known bool) { return m.Net - m.Cost - m.Commission, m.Cost >= 0 }

// ErrStrategyAway says that the strategy cannot be asked now. Nothing is known
// about the orders: it is not that they could not be decided.
var ErrStrategyAway = fault.New(fault.Unavailable, "commission.strategy_away", "策略进程暂时不可用，请稍后再试", "the strategy cannot be asked now; try again")

// Next decides the next page of orders. done is true when none was left; to is
// the seq up to which everything has been dealt with, orders of other times
// included. It is not for use in a transaction.
func (m *Simulation) Next(ctx context.Context, limit int) (page []Compared, to int64, done bool, err error) {
	for {
		page, to, done, err = m.next(ctx, limit)
		if err != nil || done || to > m.shown {
			return page, to, done, err
		}
	}
}

func (m *Simulation) next(ctx context.Context, limit int) (page []Compared, to int64, done bool, err error) {
	var was []Recorded
	err = m.service.db.Within(ctx, m.tenant, func(ctx context.Context, tx *pg.Tx) error {
		was, to, err = m.read(ctx, tx, limit)
		return err
	})
	if err != nil {
		return nil, m.after, true, err
	}
	if to == 0 {
		return nil, m.after, true, m.finish(ctx)
	}
	would := make([]*work, len(was))
	for i, r := range was {
		would[i] = &work{order: r.Order, revision: m.plan, plan: m.told, seq: r.Seq, refunds: r.Refunds}
	}
	if err := m.decideForward(ctx, would); err != nil {
		return nil, m.after, false, err
	}
	if m.last > 0 && to >= m.last {
		if err := m.finish(ctx); err != nil {
			return nil, m.after, false, err
		}
	}
	page = make([]Compared, 0, len(was))
	for i := range was {
		if was[i].Seq <= m.shown || was[i].Order.PaidAt.Before(m.from) {
			continue // decided for the counters alone
		}
		c, err := compared(was[i], would[i], m.facts.currency)
		if err != nil {
			return nil, m.after, false, err
		}
		page = append(page, c)
	}
	m.after = to
	return page, to, false, nil
}

// read finds the next decisions of the period with everything about their
// orders. to is 0 when there is no decision at all behind the last one.
func (m *Simulation) read(ctx context.Context, tx *pg.Tx, limit int) (was []Recorded, to int64, err error) {
	last := m.last
	if last == 0 {
		last = 1<<63 - 1
	}
	was, to, err = m.service.recordedBetween(ctx, tx, m.after, last, limit, func(o order.Order) bool {
		return !o.PaidAt.Before(m.warm) && o.PaidAt.Before(m.to)
	})
	if err != nil {
		return nil, 0, err
	}
	list := make([]*work, len(was))
	for i, r := range was {
		list[i] = &work{order: r.Order, seq: r.Seq}
	}
	m.facts.firstOrder, err = firstOrders(ctx, tx, list)
	return was, to, err
}

// recordedBetween reads the next decisions behind a seq, in the order of seq,
// and keeps those whose order is wanted. to is the seq of the last one read, 0
// when there was none.
func (s *Service) recordedBetween(ctx context.Context, tx *pg.Tx, after, last int64, limit int, wanted func(order.Order) bool) (list []Recorded, to int64, err error) {
	rows, err := pg.Collect[decisionRow](ctx, tx, `
		select `+decisionColumns+` from commission_decision
		 where tenant_id = $1 and seq > $2 and seq <= $3 order by seq limit $4`, tx.Tenant(), after, last, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("commission: decisions by seq: %w", err)
	}
	if len(rows) == 0 {
		return nil, 0, nil
	}
	ids := make([]order.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.OrderID
	}
	orders, err := order.Load(ctx, tx, ids)
	if err != nil {
		return nil, 0, err
	}
	byID := make(map[order.ID]order.Order, len(orders))
	for _, o := range orders {
		byID[o.ID] = o
	}
	decisions, bySeq := map[order.ID]*decision{}, make([]order.Order, 0, len(orders))
	for _, r := range rows {
		o := byID[r.OrderID]
		if !wanted(o) {
			continue
		}
		if decisions[o.ID], err = r.decision(); err != nil {
			return nil, 0, err
		}
		bySeq = append(bySeq, o)
	}
	list, err = s.recordedAs(ctx, tx, bySeq, decisions)
	return list, rows[len(rows)-1].Seq, err
}

// decide asks the strategy about a page. While it is away nothing is known.
func (m *Simulation) decide(ctx context.Context, list []*work) error {
	m.facts.sold = m.history.before(list)
	if m.given != nil {
		m.inWaves(ctx, list)
	} else {
		m.decideAndCount(ctx, list)
	}
	for _, w := range list {
		if w.blocked != nil && w.blocked.code == "plugin.unavailable" {
			return ErrStrategyAway.Because(errors.New(w.blocked.note))
		}
	}
	return ctx.Err()
}

func compared(r Recorded, w *work, currency string) (Compared, error) {
	c := Compared{Order: r.Order, Seq: r.Seq}
	var err error
	if c.Was, err = outcomeOf(r.work(), r.Refunds, currency); err != nil {
		return c, err
	}
	if c.Would, err = outcomeOf(w, r.Refunds, currency); err != nil || !c.Would.Decided {
		return c, err
	}
	c.Lines, err = margins(r.Order, w.decision.grants, w.caps().margin)
	return c, err
}

// outcomeOf is a decision in figures, by the arithmetic that posts it.
func outcomeOf(w *work, refunds []order.Refund, currency string) (Outcome, error) {
	out := Outcome{Revision: w.revision.Revision}
	if w.decision == nil {
		out.Code, out.Note = w.blocked.code, w.blocked.note
		out.Rail = strings.HasPrefix(w.blocked.code, "commission.rail_")
		return out, nil
	}
	out.Decided, out.Code = true, w.decision.reason
	want, err := target(w, refunds, currency, nil)
	if err != nil {
		return out, err
	}
	out.Shares = make(map[distributor.ID]Share, len(want))
	for who, s := range want {
		if s.granted > 0 {
			out.Shares[who] = Share{s.granted, s.standing}
			out.Granted += s.granted
			out.Standing += s.standing
		}
	}
	people := w.people()
	out.Over = map[distributor.ID]int64{}
	for _, g := range w.decision.grants.given {
		out.Cut += g.margin + g.cut + g.over
		if g.over > 0 {
			out.Over[people[g.to].id] += g.over
		}
	}
	return out, nil
}

// margins tell what each line leaves. What was given for the order as a whole
// is spread over the lines that pay, by what was paid for them, and by what a
// cap on their margins has left of that.
func margins(o order.Order, g grants, share money.Rate) ([]Margin, error) {
	list := make([]Margin, len(o.Lines))
	for i, l := range o.Lines {
		list[i] = Margin{Line: l.ID, SKU: l.SKU, Net: l.Net, Cost: -1}
		if l.Cost >= 0 {
			cost, err := money.MulDiv(l.Cost, l.Qty, 1, money.Floor)
			if err != nil {
				return nil, fmt.Errorf("commission: margin: %w", err)
			}
			list[i].Cost = cost
		}
	}
	if share == 0 {
		return list, g.spread(o, list)
	}
	return list, g.spreadWithin(o, list, share)
}

func (g grants) spread(o order.Order, list []Margin) error {
	whole, weights := int64(0), make([]int64, len(o.Lines))
	for _, at := range shown(o) {
		weights[at] = o.Lines[at].Net
	}
	for at, amount := range g.amounts() {
		if line := g.given[at].line; line >= 0 {
			list[line].Commission += amount
		} else {
			whole += amount
		}
	}
	parts, err := money.Split(whole, weights)
	if err != nil {
		return fmt.Errorf("commission: margin: %w", err)
	}
	for i := range list {
		list[i].Commission += parts[i]
	}
	return nil
}

func (g grants) spreadWithin(o order.Order, list []Margin, share money.Rate) error {
	kept, err := g.trimmed(o, o.Remaining(nil, 0), g.asked(), share)
	if err != nil {
		return err
	}
	for i, x := range g.given {
		parts, err := money.Split(x.left(), kept[i])
		if err != nil {
			return fmt.Errorf("commission: margin: %w", err)
		}
		for at := range list {
			list[at].Commission += parts[at]
		}
	}
	cuts, err := g.lineCaps(o, share)
	for _, c := range cuts {
		for i := range list {
			if list[i].Line == c.Line {
				list[i].Cut = c.Cut
			}
		}
	}
	return err
}
