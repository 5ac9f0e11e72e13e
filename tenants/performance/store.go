package performance

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Add adds changes to the sums in one statement that nobody waits for. Changes
// that add nothing leave no row and no seq.
func Add(tx *pg.Tx, changes []Change) {
	rows := perDay(changes)
	if len(rows) == 0 {
		return
	}
	n := len(rows)
	members, days := make([]distributor.ID, n), make([]Date, n)
	columns := make([][]int64, 8)
	for i, r := range rows {
		members[i], days[i] = r.member, r.day
		for c, v := range []int64{r.sums.Sales, r.sums.Refunds, r.sums.Orders, r.sums.Customers, r.sums.Commission, r.salesSeq, r.ordersSeq, r.commissionSeq} {
			columns[c] = append(columns[c], v)
		}
	}
	tx.Later("performance: add", `
		insert into performance_day as p
		       (tenant_id, member_id, day, sales, refunds, orders, customers, commission, sales_seq, orders_seq, commission_seq)
		select $1, * from unnest($2::uuid[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
		on conflict (tenant_id, member_id, day) do update
		   set sales = p.sales + excluded.sales, refunds = p.refunds + excluded.refunds, orders = p.orders + excluded.orders,
		       customers = p.customers + excluded.customers, commission = p.commission + excluded.commission,
		       sales_seq = greatest(p.sales_seq, excluded.sales_seq), orders_seq = greatest(p.orders_seq, excluded.orders_seq),
		       commission_seq = greatest(p.commission_seq, excluded.commission_seq)`,
		tx.Tenant(), members, days, columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6], columns[7])
}

const sums = `coalesce(sum(sales), 0)::bigint as sales, coalesce(sum(refunds), 0)::bigint as refunds,
	coalesce(sum(orders), 0)::bigint as orders, coalesce(sum(customers), 0)::bigint as customers,
	coalesce(sum(commission), 0)::bigint as commission`

// Range reads each member's sums from one day to another, both included.
// Members without a sum are absent.
func Range(ctx context.Context, tx *pg.Tx, members []distributor.ID, from, to Date) (map[distributor.ID]Sums, error) {
	rows, err := pg.Collect[struct {
		Member distributor.ID
		Sums
	}](ctx, tx, `
		select member_id as member, `+sums+` from performance_day
		 where tenant_id = $1 and member_id = any($2::uuid[]) and day between $3 and $4
		 group by member_id`, tx.Tenant(), list(members), from, to)
	if err != nil {
		return nil, fmt.Errorf("performance: range: %w", err)
	}
	all := make(map[distributor.ID]Sums, len(rows))
	for _, r := range rows {
		all[r.Member] = r.Sums
	}
	return all, nil
}

// Total reads the store's sums from one day to another, both included.
func Total(ctx context.Context, tx *pg.Tx, from, to Date) (Sums, error) {
	total, err := pg.CollectOne[Sums](ctx, tx, `
		select `+sums+` from performance_day where tenant_id = $1 and day between $2 and $3`, tx.Tenant(), from, to)
	if err != nil {
		return Sums{}, fmt.Errorf("performance: total: %w", err)
	}
	return total, nil
}

// DaySums are the sums of one day.
type DaySums struct {
	Day Date
	Sums
}

// Series reads the sums of every day from one to another, both included, empty
// days too: of one member, or of the whole store when member is zero.
func Series(ctx context.Context, tx *pg.Tx, member distributor.ID, from, to Date) ([]DaySums, error) {
	whose := `$4::uuid is null`
	if !member.IsZero() {
		whose = `member_id = $4`
	}
	days, err := pg.Collect[DaySums](ctx, tx, `
		select d.day::date as day, coalesce(p.sales, 0) as sales, coalesce(p.refunds, 0) as refunds, coalesce(p.orders, 0) as orders,
		       coalesce(p.customers, 0) as customers, coalesce(p.commission, 0) as commission
		  from generate_series($2::date::timestamp, $3::date::timestamp, interval '1 day') as d (day)
		  left join (select day, `+sums+` from performance_day
		              where tenant_id = $1 and day between $2 and $3 and `+whose+` group by day) p
		    on p.day = d.day::date
		 order by d.day`, tx.Tenant(), from, to, member)
	if err != nil {
		return nil, fmt.Errorf("performance: series: %w", err)
	}
	return days, nil
}

const standing = `select member_id as member,
	sum(sales - refunds)::bigint as net, max(sales_seq) as net_seq,
	sum(orders)::bigint as orders, max(orders_seq) as orders_seq,
	sum(commission)::bigint as commission, max(commission_seq) as commission_seq
	from performance_day where tenant_id = $1 and day between $2 and $3`

// Standings reads where everybody stands from one day to another, both
// included, in no order.
func Standings(ctx context.Context, tx *pg.Tx, from, to Date) ([]Standing, error) {
	all, err := pg.Collect[Standing](ctx, tx, standing+` group by member_id`, tx.Tenant(), from, to)
	if err != nil {
		return nil, fmt.Errorf("performance: standings: %w", err)
	}
	return all, nil
}

// StandingsOf reads where some members stand; those without a sum are absent.
func StandingsOf(ctx context.Context, tx *pg.Tx, members []distributor.ID, from, to Date) ([]Standing, error) {
	some, err := pg.Collect[Standing](ctx, tx, standing+` and member_id = any($4::uuid[]) group by member_id`, tx.Tenant(), from, to, list(members))
	if err != nil {
		return nil, fmt.Errorf("performance: standings: %w", err)
	}
	return some, nil
}

// list is never NULL, which any() takes for "unknown".
func list(members []distributor.ID) []distributor.ID {
	if members == nil {
		return []distributor.ID{}
	}
	return members
}
