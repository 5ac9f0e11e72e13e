package commission

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// tell reads what a strategy is asked about a period: handles instead of
// people, nothing that names anyone. Whoever is frozen is among them, so that
// their share is not divided among the others; the host keeps it.
func (s *Service) tell(ctx context.Context, tx *pg.Tx, c *closing, currency string) error {
	d, err := s.deeds(ctx, tx, c.revision, Span{From: c.from, To: c.to, AsOf: c.now, Zone: c.zone}, nil)
	if err != nil {
		return err
	}
	c.carried = &strategyv1.PeriodSales{}
	if c.asks {
		if c.carried, err = s.carry(ctx, tx, c.month, c.now); err != nil {
			return err
		}
	}
	d.Store.Paid, c.carried.Paid = carriedOn(d.Store.Paid, c.carried.Paid)
	d.Store.Settled, c.carried.Settled = carriedOn(d.Store.Settled, c.carried.Settled)
	if c.plan.has(program.FactPeriodAwarded) || c.plan.has(program.FactPeriodOrders) || c.bounded() {
		if c.unfinished, err = order.Unfinished(ctx, tx, c.from, c.to); err != nil {
			return err
		}
	}
	if c.sold, err = s.soldOrders(ctx, tx, c); err != nil {
		return err
	}
	tellSold(d.Members, c.sold)
	c.request = &strategyv1.ClosePeriodRequest{
		Config: c.revision.Config, Rules: c.revision.Settings.Rules(), Currency: currency, MinorDigits: int32(money.Digits(currency)),
		Period: &strategyv1.Period{Key: c.key, FromMs: c.from.UnixMilli(), ToMs: c.to.UnixMilli()}, Sales: d.Store,
	}
	for _, m := range d.Members {
		c.request.Members = append(c.request.Members, m.Did)
	}
	return nil
}

// carriedOn is a month's sales with what is carried on to it, and what of that
// it takes: sales are not below zero, the rest is left for the next month.
func carriedOn(own, carried int64) (sales, taken int64) {
	sales = max(own+carried, 0)
	return sales, sales - own
}

// same reports whether the strategy would be told the same, of the same orders.
func (c *closing) same(as *closing) bool {
	return proto.Equal(c.request, as.request) && c.unfinished == as.unfinished && slices.Equal(c.sold, as.sold)
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
