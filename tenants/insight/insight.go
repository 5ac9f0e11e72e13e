// Package insight looks across slices and changes nothing.
//
// It is the last slice and the only one that may read other slices' tables;
// where they offer a batch read it uses that. Figures of sales are those of
// distributors: an order nobody stands behind is not among them.
package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Overview is the first page of the console. Amounts are minor units.
type Overview struct {
	Today           performance.DaySums
	NewDistributors int            // joined today
	Totals          ledger.Balance // of the whole store
	Series          []performance.DaySums
	Top             []Seller

	Awaiting            int // orders whose commission waits for a reason
	PendingWithdrawals  int
	PendingApplications int
}

// Seller is a distributor with what they sold in the days of the overview.
type Seller struct {
	ID   distributor.ID
	Name string
	Net  int64
}

// ReadOverview reads the last days, today included; zone is the store's.
func ReadOverview(ctx context.Context, tx *pg.Tx, zone *time.Location, days int) (o Overview, err error) {
	today := performance.Day(tx.Now(), zone)
	from := today.AddDays(1 - days)
	if o.Series, err = performance.Series(ctx, tx, distributor.ID{}, from, today); err != nil {
		return o, err
	}
	o.Today = o.Series[len(o.Series)-1]
	if o.Totals, err = ledger.Totals(ctx, tx, ledger.Money); err != nil {
		return o, err
	}
	if o.Top, err = topSellers(ctx, tx, from, today, 5); err != nil {
		return o, err
	}
	return o, o.count(ctx, tx, today.Start(zone))
}

// count reads what waits for somebody.
func (o *Overview) count(ctx context.Context, tx *pg.Tx, midnight time.Time) error {
	err := tx.QueryRow(ctx, `
		select (select count(*) from distributor_member where tenant_id = $1 and joined_at >= $2),
		       (select count(*) from order_change where tenant_id = $1 and blocked_code <> ''),
		       (select count(*) from withdrawal_request where tenant_id = $1 and state = 'requested'),
		       (select count(*) from distributor_member where tenant_id = $1 and state = 'applied')`,
		tx.Tenant(), midnight).Scan(&o.NewDistributors, &o.Awaiting, &o.PendingWithdrawals, &o.PendingApplications)
	if err != nil {
		return fmt.Errorf("insight: counts: %w", err)
	}
	return nil
}

func topSellers(ctx context.Context, tx *pg.Tx, from, to performance.Date, limit int) ([]Seller, error) {
	top, err := pg.Collect[Seller](ctx, tx, `
		select m.id, m.name, p.net
		  from (select member_id, sum(sales - refunds)::bigint as net, max(sales_seq) as reached
		          from performance_day where tenant_id = $1 and day between $2 and $3
		         group by member_id having sum(sales - refunds) > 0
		         order by net desc, reached, member_id limit $4) p
		  join distributor_member m on m.tenant_id = $1 and m.id = p.member_id
		 order by p.net desc, p.reached, m.id`, tx.Tenant(), from, to, limit)
	if err != nil {
		return nil, fmt.Errorf("insight: top: %w", err)
	}
	return top, nil
}

// Sold is what a distributor sold: net of refunds, and how many orders.
type Sold struct {
	Net    int64
	Orders int
}

// SoldLately reads each one's last days, today included, for lists of
// distributors. Who sold nothing is absent.
func SoldLately(ctx context.Context, tx *pg.Tx, zone *time.Location, days int, who []distributor.ID) (map[distributor.ID]Sold, error) {
	today := performance.Day(tx.Now(), zone)
	sums, err := performance.Range(ctx, tx, who, today.AddDays(1-days), today)
	sold := make(map[distributor.ID]Sold, len(sums))
	for id, s := range sums {
		sold[id] = Sold{s.Net(), int(s.Orders)}
	}
	return sold, err
}
