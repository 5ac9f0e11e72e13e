package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

// carry is what a period counts of those closed before it: what has settled
// since and was not counted, and, below zero, what has come back and was.
// Whatever every close has counted sums to what all of them have come to, so
// nothing is counted twice or lost, however often it is asked.
func (s *Service) carry(ctx context.Context, tx *pg.Tx, m month, now time.Time) (carried *strategyv1.PeriodSales, err error) {
	counted, err := countedBefore(ctx, tx, m.from)
	carried = &strategyv1.PeriodSales{}
	if err != nil {
		return carried, err
	}
	for _, c := range counted {
		carried.Paid -= c.Paid
		carried.Settled -= c.Settled
		came, err := s.cameTo(ctx, tx, Span{From: c.FromAt, To: c.ToAt, AsOf: now, Zone: m.zone})
		if err != nil {
			return carried, err
		}
		carried.Paid += came.GetPaid()
		carried.Settled += came.GetSettled()
	}
	return carried, nil
}

// cameTo is what the whole store's orders of a span have come to by now.
func (s *Service) cameTo(ctx context.Context, tx *pg.Tx, span Span) (*strategyv1.PeriodSales, error) {
	cutOffs, err := s.cutOffs(ctx, tx, span)
	if err != nil {
		return nil, err
	}
	turnovers, err := order.Turnovers(ctx, tx, span.From, span.To, cutOffs, span.Back)
	if err != nil {
		return nil, err
	}
	sum := &strategyv1.PeriodSales{}
	for _, t := range turnovers {
		sum.Paid += t.Paid
		sum.Settled += t.Settled
	}
	return sum, nil
}

type countedPeriod struct {
	FromAt  time.Time
	ToAt    time.Time
	Paid    int64
	Settled int64
}

// countedBefore reads what earlier closes have counted, neighbouring months as
// one. Only a strategy that was asked has counted anything.
func countedBefore(ctx context.Context, tx *pg.Tx, before time.Time) (list []countedPeriod, err error) {
	rows, err := pg.Collect[countedPeriod](ctx, tx, `
		select from_at, to_at, paid, settled from commission_period
		 where tenant_id = $1 and state = 'closed' and artifact <> '' and to_at <= $2 order by from_at`, tx.Tenant(), before)
	if err != nil {
		return nil, fmt.Errorf("commission: what closed periods have counted: %w", err)
	}
	for _, r := range rows {
		if n := len(list); n > 0 && list[n-1].ToAt.Equal(r.FromAt) {
			list[n-1].ToAt, list[n-1].Paid, list[n-1].Settled = r.ToAt, list[n-1].Paid+r.Paid, list[n-1].Settled+r.Settled
			continue
		}
		list = append(list, r)
	}
	return list, nil
}
