package commission

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// periodRequest is what a strategy is asked about a period: handles instead of
// people, nothing that names anyone. Whoever is frozen is among them, so that
// their share is not divided among the others; the host keeps it.
func (s *Service) periodRequest(ctx context.Context, tx *pg.Tx, c *closing, currency string) (*strategyv1.ClosePeriodRequest, error) {
	cutOffs, err := s.cutOffs(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	turnovers, err := order.Turnovers(ctx, tx, c.from, c.to, cutOffs)
	if err != nil {
		return nil, err
	}
	members, err := distributor.InBusiness(ctx, tx)
	if err != nil {
		return nil, err
	}
	store, own := &strategyv1.PeriodSales{}, map[distributor.ID]*strategyv1.PeriodSales{}
	for _, t := range turnovers {
		store.Paid += t.Paid
		store.Settled += t.Settled
		own[t.Seller] = &strategyv1.PeriodSales{Paid: t.Paid, Settled: t.Settled}
	}
	request := &strategyv1.ClosePeriodRequest{
		Config: c.revision.Config, Rules: c.revision.Settings.Rules(), Currency: currency, MinorDigits: int32(money.Digits(currency)),
		Period: &strategyv1.Period{Key: c.key, FromMs: c.from.UnixMilli(), ToMs: c.to.UnixMilli()}, Sales: store,
	}
	for _, m := range members {
		request.Members = append(request.Members, &strategyv1.PeriodMember{Handle: m.ID.UUID(), Grade: m.Grade, Sales: own[m.ID]})
	}
	return request, nil
}

// cutOffs tell, by programme, until when an order must have been received to
// be settled now. Not the mark: it moves only when an award matures, and a pool
// awards no order anything.
func (s *Service) cutOffs(ctx context.Context, tx *pg.Tx, c *closing) (map[int]time.Time, error) {
	revisions, err := order.RevisionsPaid(ctx, tx, c.from, c.to)
	if err != nil {
		return nil, err
	}
	at := make(map[int]time.Time, len(revisions))
	for _, n := range revisions {
		rev, err := s.programs.Revision(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		at[n] = c.now.Add(-time.Duration(rev.Settings.FreezeDays) * 24 * time.Hour)
	}
	return at, nil
}
