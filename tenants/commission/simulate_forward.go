package commission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// forward is what the tried strategy brings about beside deciding orders: it
// grades members at the end of each day, as its programme would have, and
// closes the months that lie wholly within the simulation. An order then finds
// the grades that people would have had when it was placed.
//
// Everybody begins with the grade they had: what they have now, unless it is
// younger than the simulation; then the one frozen on their first order, else
// the store's first.
type forward struct {
	grades, closes bool
	strategy       string
	day            time.Time   // the next instant of grading
	months         []month     // to be closed, in order
	since          time.Time   // of orders that a month to be closed may hold
	gave           *dayBook    // what orders would give, by whom and when they were paid
	sold           []soldOrder // of those months, with when each was paid
	paid           []time.Time
	first          map[distributor.ID]string   // the grade frozen on somebody's first order
	graded         map[distributor.ID][]change // by time
	told           Forwarded                   // since it was last asked for
}

// change is a grade that somebody would have had from an instant on.
type change struct {
	at    time.Time
	grade string
}

// Forwarded is what a simulation has found beside orders since the last time.
type Forwarded struct {
	Months   []ClosedMonth
	Promoted int
	Demoted  int
	Held     int    // days on which nobody's grade changed, because the answer was none
	Why      string // of the first of them
}

// ClosedMonth is a month that lies wholly within a simulation, under both
// programmes. Amounts are minor units.
type ClosedMonth struct {
	Key    string
	Closed bool // it was closed in fact; else Was is not known and not zero
	Was    map[distributor.ID]int64
	Would  map[distributor.ID]int64
	Code   string // why it would give nothing, or could not be closed; "" otherwise
	Note   string
}

// Forwarded tells what has been found since the last time it was asked for.
func (m *Simulation) Forwarded() (found Forwarded) {
	if m.forward != nil {
		found, m.forward.told = m.forward.told, Forwarded{}
	}
	return found
}

// carryForward prepares for a strategy that grades or closes. Whoever goes on
// where another process stopped asks about everything again: a pure function
// gives the same, and only what is new is told.
func (m *Simulation) carryForward(ctx context.Context, tx *pg.Tx) error {
	artifact, err := m.service.programs.Artifact(ctx, tx, m.plan.Artifact)
	if err != nil || m.from.IsZero() {
		return err
	}
	f := &forward{grades: artifact.Description.GetGradesMembers(), closes: artifact.Description.GetClosesPeriods(), strategy: artifact.Strategy,
		gave: newDayBook(m.zone), first: map[distributor.ID]string{}, graded: map[distributor.ID][]change{}}
	if !f.grades && !f.closes {
		return nil
	}
	until := earlier(m.to, tx.Now())
	_, f.day = windowAround(m.from, "day", m.zone)
	f.months = monthsWithin(m.from, until, m.zone)
	f.since = until
	if len(f.months) > 0 {
		f.since = f.months[0].from
	}
	span, err := order.SpanOf(ctx, tx, m.from, m.to)
	if err != nil {
		return err
	}
	if span.Orders > 0 {
		m.after = min(m.after, span.First-1)
	}
	m.forward = f
	return nil
}

// monthsWithin are the whole months of a time, half-open.
func monthsWithin(from, to time.Time, zone *time.Location) (list []month) {
	local := from.In(zone)
	at := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, zone)
	if at.Before(from) {
		at = at.AddDate(0, 1, 0)
	}
	for next := at.AddDate(0, 1, 0); !next.After(to); at, next = next, next.AddDate(0, 1, 0) {
		list = append(list, month{key: at.Format("2006-01"), from: at.UTC(), to: next.UTC(), zone: zone})
	}
	return list
}

// decideForward decides a page day by day, so that every order finds the
// grades of its time.
func (m *Simulation) decideForward(ctx context.Context, list []*work) error {
	if m.forward == nil {
		return m.decide(ctx, list)
	}
	from := 0
	for i, w := range list {
		if !m.forward.passes(w.order.PaidAt) {
			continue
		}
		if err := m.decideDay(ctx, list[from:i]); err != nil {
			return err
		}
		from = i
		if err := m.moveTo(ctx, w.order.PaidAt, w.seq > m.shown); err != nil {
			return err
		}
	}
	return m.decideDay(ctx, list[from:])
}

func (m *Simulation) decideDay(ctx context.Context, list []*work) error {
	for _, w := range list {
		m.forward.see(w.order)
		w.order = m.forward.regraded(w.order)
	}
	if err := m.decide(ctx, list); err != nil {
		return err
	}
	for _, w := range list {
		if err := m.forward.take(w, m.facts.currency); err != nil {
			return err
		}
	}
	return nil
}

// passes reports whether something is due before an order of this instant.
func (f *forward) passes(at time.Time) bool {
	return f.grades && !at.Before(f.day) || len(f.months) > 0 && !at.Before(f.months[0].to)
}

// moveTo does everything that is due by an instant, in the order of time; a
// month is closed before its last day is graded.
func (m *Simulation) moveTo(ctx context.Context, at time.Time, tell bool) error {
	f := m.forward
	for f.passes(at) {
		if len(f.months) > 0 && (!f.grades || !f.months[0].to.After(f.day)) && !at.Before(f.months[0].to) {
			due := f.months[0]
			f.months = f.months[1:]
			if err := m.close(ctx, due, tell); err != nil {
				return err
			}
			continue
		}
		if err := m.grade(ctx, f.day, tell); err != nil {
			return err
		}
		_, f.day = windowAround(f.day, "day", m.zone)
	}
	return nil
}

// finish does what is due after the last order.
func (m *Simulation) finish(ctx context.Context) error {
	if m.forward == nil {
		return nil
	}
	f := m.forward
	f.grades = f.grades && len(f.months) > 0 // grades after the last order and month change nothing
	if len(f.months) == 0 {
		return nil
	}
	return m.moveTo(ctx, f.months[len(f.months)-1].to, true)
}

func (f *forward) see(o order.Order) {
	for _, p := range o.Chain.Members {
		if _, known := f.first[p.ID]; !known {
			f.first[p.ID] = p.Grade
		}
	}
}

// regraded is the order with the grades that its people would have had when it
// was placed. Before the first grading everybody has the one that is frozen.
func (f *forward) regraded(o order.Order) order.Order {
	if len(f.graded) == 0 {
		return o
	}
	o.Chain.Members, o.Posts = slices.Clone(o.Chain.Members), slices.Clone(o.Posts)
	for i := range o.Chain.Members {
		p := &o.Chain.Members[i]
		p.Grade = f.gradeAt(p.ID, o.PlacedAt, p.Grade)
	}
	for i := range o.Posts {
		p := &o.Posts[i]
		p.Grade = f.gradeAt(p.ID, o.PlacedAt, p.Grade)
	}
	return o
}

func (f *forward) gradeAt(who distributor.ID, at time.Time, otherwise string) string {
	for _, c := range slices.Backward(f.graded[who]) {
		if !at.Before(c.at) {
			return c.grade
		}
	}
	return otherwise
}

// take notes what an order would give, for the facts of months and grades.
func (f *forward) take(w *work, currency string) error {
	if w.decision == nil {
		return nil
	}
	want, err := target(w, w.refunds, currency, nil)
	if err != nil {
		return err
	}
	for who, s := range want {
		f.gave.add(who, w.order.PaidAt, order.Sold{Net: s.standing})
	}
	by, earns := seller(w.order, w.revision.Settings)
	if !f.closes || w.order.PaidAt.Before(f.since) || !earns || !by.mayEarn() {
		return nil
	}
	left := w.order.Distributed(w.order.Remaining(w.refunds, len(w.refunds)))
	most, err := w.revision.Settings.OrderCap.Of(left, money.Floor)
	if err != nil {
		return fmt.Errorf("commission: order cap: %w", err)
	}
	sold := soldOrder{id: w.order.ID, seller: by.id, left: left, gives: want[by.id].standing, room: most}
	for _, s := range want {
		sold.room -= s.standing
	}
	f.sold, f.paid = append(f.sold, sold), append(f.paid, w.order.PaidAt)
	return nil
}

// deedsThen are what members did within a span as it looked at its end, with
// the grades that they would have had and what orders would have given them.
func (m *Simulation) deedsThen(ctx context.Context, tx *pg.Tx, span Span, window string) (Deeds, error) {
	f := m.forward
	span.Back = span.AsOf
	d, err := m.service.deeds(ctx, tx, m.plan, span, nil)
	if err != nil {
		return d, err
	}
	d.Members = slices.DeleteFunc(d.Members, func(p Deed) bool { return !p.JoinedAt.Before(span.AsOf) })
	for i := range d.Members {
		p := &d.Members[i]
		if len(f.graded[p.ID]) == 0 {
			f.graded[p.ID] = []change{{earlier(m.from, p.GradedAt), f.began(*p, m)}}
		}
		now := f.graded[p.ID][len(f.graded[p.ID])-1]
		p.Grade, p.GradedAt, p.Did.Grade = now.grade, now.at, now.grade
		if m.told.has(program.FactPeriodAwarded) {
			p.Did.Awarded = f.gave.within(p.ID, span.To.Add(-time.Microsecond), window).Net
		}
	}
	return d, nil
}

// began is the grade with which somebody enters the simulation.
func (f *forward) began(p Deed, m *Simulation) string {
	frozen, known := f.first[p.ID]
	switch {
	case p.GradedAt.Before(m.from):
		return p.Grade
	case known:
		return frozen
	case len(m.plan.Settings.Grades) > 0:
		return m.plan.Settings.Grades[0]
	}
	return p.Grade
}

// grade asks who would have been promoted, kept or demoted at an instant.
func (m *Simulation) grade(ctx context.Context, at time.Time, tell bool) error {
	f := m.forward
	var deeds Deeds
	request := &strategyv1.EvaluateTierRequest{Config: m.plan.Config, Rules: m.plan.Settings.Rules(), Currency: m.facts.currency,
		MinorDigits: m.facts.minorDigits, Grades: m.plan.Settings.Grades}
	err := m.service.db.Within(ctx, m.tenant, func(ctx context.Context, tx *pg.Tx) error {
		from, _ := windowAround(at.Add(-time.Microsecond), m.told.window, m.zone)
		request.Window = &strategyv1.Period{Key: at.Add(-time.Microsecond).In(m.zone).Format(time.DateOnly), FromMs: from.UnixMilli(), ToMs: at.UnixMilli()}
		var err error
		if deeds, err = m.deedsThen(ctx, tx, Span{From: from.UTC(), To: at.UTC(), AsOf: at.UTC(), Zone: m.zone}, m.told.window); err != nil {
			return err
		}
		who := make([]distributor.ID, len(deeds.Members))
		for i, p := range deeds.Members {
			who[i] = p.ID
		}
		sizes, err := distributor.Sizes(ctx, tx, who)
		for _, p := range deeds.Members {
			request.Members = append(request.Members, &strategyv1.TierMember{Did: p.Did, JoinedAtMs: p.JoinedAt.UnixMilli(),
				GradedAtMs: p.GradedAt.UnixMilli(), Direct: sizes[p.ID].Direct, Team: sizes[p.ID].Team})
		}
		return err
	})
	if err != nil || len(request.Members) == 0 {
		return err
	}
	answer, err := m.service.strategies.EvaluateTier(ctx, m.plan.Artifact, request)
	if err != nil {
		return ErrStrategyAway.Because(errors.Join(err, ctx.Err()))
	}
	told := &f.told
	if !tell {
		told = new(Forwarded)
	}
	if why := unsound(request, answer); why != "" {
		if told.Held++; told.Why == "" {
			told.Why = why
		}
		return nil
	}
	for i, d := range answer.GetDecisions() {
		to := d.GetChange()
		if to == nil {
			continue
		}
		p := deeds.Members[i]
		f.graded[p.ID] = append(f.graded[p.ID], change{at, to.GetTo()})
		if slices.Index(request.Grades, to.GetTo()) > slices.Index(request.Grades, p.Grade) {
			told.Promoted++
		} else {
			told.Demoted++
		}
	}
	return nil
}

// unsound says why an answer about grades would change nobody's.
func unsound(q *strategyv1.EvaluateTierRequest, a *strategyv1.EvaluateTierResponse) string {
	if len(a.GetDecisions()) != len(q.GetMembers()) {
		return "plugin.malformed_answer"
	}
	for i, d := range a.GetDecisions() {
		to := d.GetChange()
		switch {
		case int(d.GetMember()) != i || d.GetOutcome() == nil:
			return "plugin.malformed_answer"
		case to != nil && (!slices.Contains(q.GetGrades(), to.GetTo()) || to.GetTo() == q.GetMembers()[i].GetDid().GetGrade()):
			return "grading.rail_grade"
		}
	}
	return ""
}

// close asks what a month would have given beyond its orders, and reads what
// it gave in fact.
func (m *Simulation) close(ctx context.Context, due month, tell bool) error {
	f := m.forward
	if !f.closes {
		return nil
	}
	c := &closing{month: due, now: due.to, revision: m.plan, strategy: f.strategy, plan: m.told, asks: true}
	out := ClosedMonth{Key: due.key, Was: map[distributor.ID]int64{}, Would: map[distributor.ID]int64{}}
	err := m.service.db.Within(ctx, m.tenant, func(ctx context.Context, tx *pg.Tx) error {
		d, err := m.deedsThen(ctx, tx, Span{From: due.from, To: due.to, AsOf: due.to, Zone: m.zone}, "month")
		if err != nil {
			return err
		}
		c.sold = f.soldIn(due)
		if m.told.has(program.FactPeriodOrders) {
			tellSold(d.Members, c.sold)
		}
		c.request = &strategyv1.ClosePeriodRequest{
			Config: m.plan.Config, Rules: m.plan.Settings.Rules(), Currency: m.facts.currency, MinorDigits: m.facts.minorDigits,
			Period: &strategyv1.Period{Key: due.key, FromMs: due.from.UnixMilli(), ToMs: due.to.UnixMilli()}, Sales: d.Store,
		}
		for _, p := range d.Members {
			c.request.Members = append(c.request.Members, p.Did)
		}
		if out.Closed, err = isClosed(ctx, tx, due.key); err != nil {
			return err
		}
		booked, err := periodAwards(ctx, tx, []string{due.key})
		for who, p := range booked[due.key] {
			out.Was[who] = p.Amount
		}
		return err
	})
	if err != nil {
		return err
	}
	m.service.askToClose(ctx, c)
	switch nothing := c.answer.GetNothingToClose(); {
	case c.broken != nil && c.broken.code == "plugin.unavailable":
		return ErrStrategyAway.Because(errors.Join(errors.New(c.broken.note), ctx.Err()))
	case c.broken != nil:
		out.Code, out.Note = c.broken.code, c.broken.note
	case nothing != nil:
		out.Code = nothing.GetWhy().GetKey()
	default:
		shares, cut, err := c.shares()
		if err != nil {
			return err
		}
		payments, err := c.payments(cut)
		if err != nil {
			return err
		}
		if _, err := c.bound(payments, shares, m.counters); err != nil {
			return err
		}
		for _, p := range payments {
			out.Would[p.Payee] = p.Amount
		}
	}
	if tell {
		f.told.Months = append(f.told.Months, out)
	}
	return nil
}

// soldIn takes out the orders that were paid within a month.
func (f *forward) soldIn(due month) (in []soldOrder) {
	var kept []soldOrder
	var paid []time.Time
	for i, o := range f.sold {
		switch at := f.paid[i]; {
		case at.Before(due.from):
		case at.Before(due.to):
			in = append(in, o)
		default:
			kept, paid = append(kept, o), append(paid, at)
		}
	}
	f.sold, f.paid = kept, paid
	slices.SortFunc(in, func(a, b soldOrder) int { return slices.Compare(a.id[:], b.id[:]) })
	return in
}
