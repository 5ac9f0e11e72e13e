package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/performance"
	"github.com/fenli-io/fenli/tenants/program"
)

// Span is a time in a store, half-open. AsOf decides what counts as settled.
type Span struct {
	From, To time.Time
	AsOf     time.Time
	Zone     *time.Location

	Back time.Time // refunds after it do not count; zero is every one there is
}

// Deeds are what a store and its members did within a span.
type Deeds struct {
	Store   *strategyv1.PeriodSales
	Members []Deed
}

// Deed is one member, as a strategy may know them.
type Deed struct {
	distributor.Graded
	Did *strategyv1.PeriodMember
}

// Deeds reads what the given members who are in business did within a span;
// nil is everybody. Facts that the revision's strategy has not declared are
// absent, and each costs one statement, however many members there are.
func (s *Service) Deeds(ctx context.Context, tx *pg.Tx, rev program.Revision, span Span, only []distributor.ID) (Deeds, error) {
	return s.deeds(ctx, tx, rev, span, only)
}

// WindowOf is the span that a revision's configuration names, as an instant
// sees it: from the window's first instant to this one.
func (s *Service) WindowOf(ctx context.Context, tx *pg.Tx, rev program.Revision, at time.Time, zone *time.Location) (Span, error) {
	p, err := s.plan(ctx, tx, rev)
	if err != nil {
		return Span{}, err
	}
	from, _ := windowAround(at.Add(-time.Microsecond), p.window, zone)
	return Span{From: from.UTC(), To: at, AsOf: at, Zone: zone}, nil
}

func (s *Service) deeds(ctx context.Context, tx *pg.Tx, rev program.Revision, span Span, only []distributor.ID) (d Deeds, err error) {
	p, err := s.plan(ctx, tx, rev)
	if err != nil {
		return d, err
	}
	members, err := distributor.InBusinessOf(ctx, tx, only)
	if err != nil {
		return d, err
	}
	list := make(map[distributor.ID]*strategyv1.PeriodMember, len(members))
	d.Members = make([]Deed, len(members))
	for i, m := range members {
		did := &strategyv1.PeriodMember{Handle: m.ID.UUID(), Grade: m.Grade}
		list[m.ID], d.Members[i] = did, Deed{m, did}
	}
	if d.Store, err = s.sold(ctx, tx, p, span, list); err != nil {
		return d, err
	}
	if p.has(program.FactPeriodGrowth) {
		if err := grew(ctx, tx, span, only, members, list); err != nil {
			return d, err
		}
	}
	if p.has(program.FactPeriodAwarded) {
		err = earned(ctx, tx, span, only, list)
	}
	return d, err
}

// sold fills in what each member sold, and their teams when the strategy asks,
// and returns what the whole store did.
func (s *Service) sold(ctx context.Context, tx *pg.Tx, p *plan, span Span, list map[distributor.ID]*strategyv1.PeriodMember) (*strategyv1.PeriodSales, error) {
	cutOffs, err := s.cutOffs(ctx, tx, span)
	if err != nil {
		return nil, err
	}
	turnovers, err := order.Turnovers(ctx, tx, span.From, span.To, cutOffs, span.Back)
	if err != nil {
		return nil, err
	}
	store, sellers := &strategyv1.PeriodSales{}, make([]distributor.ID, 0, len(turnovers))
	for _, t := range turnovers {
		store.Paid += t.Paid
		store.Settled += t.Settled
		if m := list[t.Seller]; m != nil {
			m.Sales, m.Orders = &strategyv1.PeriodSales{Paid: t.Paid, Settled: t.Settled}, t.Orders
		}
		if !t.Seller.IsZero() {
			sellers = append(sellers, t.Seller)
		}
	}
	if !p.has(program.FactPeriodTeam) {
		return store, nil
	}
	lines, err := distributor.Lines(ctx, tx, sellers)
	if err != nil {
		return nil, err
	}
	for _, t := range turnovers {
		for _, above := range lines[t.Seller] {
			m := list[above]
			if m == nil {
				continue
			}
			if m.Team == nil {
				m.Team = &strategyv1.PeriodSales{}
			}
			m.Team.Paid += t.Paid
			m.Team.Settled += t.Settled
		}
	}
	return store, nil
}

// grew fills in new customers and recruits.
func grew(ctx context.Context, tx *pg.Tx, span Span, only []distributor.ID, members []distributor.Graded, list map[distributor.ID]*strategyv1.PeriodMember) error {
	who := make([]distributor.ID, len(members))
	for i, m := range members {
		who[i] = m.ID
	}
	from, to := performance.FirstDay, performance.Day(span.To.Add(-time.Microsecond), span.Zone)
	if !span.From.IsZero() {
		from = performance.Day(span.From, span.Zone)
	}
	sums, err := performance.Range(ctx, tx, who, from, to)
	if err != nil {
		return err
	}
	recruits, err := distributor.Recruits(ctx, tx, span.From, span.To, only)
	if err != nil {
		return fmt.Errorf("commission: recruits: %w", err)
	}
	for id, m := range list {
		m.NewCustomers, m.Recruits = sums[id].Customers, recruits[id]
	}
	return nil
}

// earned fills in what the orders of the span give, less what refunds took.
func earned(ctx context.Context, tx *pg.Tx, span Span, only []distributor.ID, list map[distributor.ID]*strategyv1.PeriodMember) error {
	rows, err := pg.Collect[struct {
		Payee    distributor.ID
		Standing int64
	}](ctx, tx, `
		select payee, sum(standing)::bigint as standing from commission_award
		 where tenant_id = $1 and paid_at >= $2 and paid_at < $3 and ($4::uuid[] is null or payee = any($4)) group by payee`,
		tx.Tenant(), span.From, span.To, only)
	if err != nil {
		return fmt.Errorf("commission: what a period gave: %w", err)
	}
	for _, r := range rows {
		if m := list[r.Payee]; m != nil {
			m.Awarded = r.Standing
		}
	}
	return nil
}
