package commission

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

// periodRequest is what a strategy is asked about a period: handles instead of
// people, nothing that names anyone. Whoever is frozen is among them, so that
// their share is not divided among the others; the host keeps it.
func (s *Service) periodRequest(ctx context.Context, tx *pg.Tx, c *closing, currency string) (*strategyv1.ClosePeriodRequest, error) {
	d, err := s.deeds(ctx, tx, c.revision, Span{c.from, c.to, c.now, c.zone}, nil)
	if err != nil {
		return nil, err
	}
	request := &strategyv1.ClosePeriodRequest{
		Config: c.revision.Config, Rules: c.revision.Settings.Rules(), Currency: currency, MinorDigits: int32(money.Digits(currency)),
		Period: &strategyv1.Period{Key: c.key, FromMs: c.from.UnixMilli(), ToMs: c.to.UnixMilli()}, Sales: d.Store,
	}
	for _, m := range d.Members {
		request.Members = append(request.Members, m.Did)
	}
	return request, nil
}

// cutOffs tell, by programme, until when an order must have been received to
// be settled. Not the mark: it moves only when an award matures, and a pool
// awards no order anything.
func (s *Service) cutOffs(ctx context.Context, tx *pg.Tx, span Span) (map[int]time.Time, error) {
	revisions, err := order.RevisionsPaid(ctx, tx, span.From, span.To)
	if err != nil {
		return nil, err
	}
	at := make(map[int]time.Time, len(revisions))
	for _, n := range revisions {
		rev, err := s.programs.Revision(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		at[n] = span.AsOf.Add(-time.Duration(rev.Settings.FreezeDays) * 24 * time.Hour)
	}
	return at, nil
}
