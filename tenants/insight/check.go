package insight

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Check compares the commission in each member's sums with the awards that
// stand, and what closed periods gave with what the journal booked for them. It
// describes what differs. For doctor.
func Check(ctx context.Context, tx *pg.Tx) ([]string, error) {
	found, err := pg.Collect[struct {
		Member  distributor.ID
		Summed  int64
		Awarded int64
	}](ctx, tx, `
		select member, coalesce(summed, 0) as summed, coalesce(awarded, 0) as awarded
		  from (select member_id as member, sum(commission)::bigint as summed from performance_day where tenant_id = $1 group by 1) p
		  full join (select payee as member, sum(amount)::bigint as awarded
		               from (select payee, standing as amount from commission_award where tenant_id = $1
		                     union all select payee, amount from commission_period_award where tenant_id = $1
		                     union all select payee, standing - granted from commission_period_share where tenant_id = $1) every group by 1) a using (member)
		 where coalesce(summed, 0) <> coalesce(awarded, 0)
		 order by member limit 100`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("insight: check: %w", err)
	}
	lines := make([]string, len(found))
	for i, f := range found {
		lines[i] = fmt.Sprintf("performance of %s: days sum to a commission of %d, awards stand at %d", f.Member, f.Summed, f.Awarded)
	}
	periods, err := checkPeriods(ctx, tx)
	return append(lines, periods...), err
}

func checkPeriods(ctx context.Context, tx *pg.Tx) (lines []string, err error) {
	found, err := pg.Collect[struct {
		Member  distributor.ID
		Booked  int64
		Awarded int64
	}](ctx, tx, `
		select member, coalesce(booked, 0) as booked, coalesce(awarded, 0) as awarded
		  from (select party as member, sum(amount)::bigint as booked from ledger_movement
		         where tenant_id = $1 and kind = $2 group by 1) m
		  full join (select payee as member, sum(amount)::bigint as awarded from commission_period_award where tenant_id = $1 group by 1) a using (member)
		 where coalesce(booked, 0) <> coalesce(awarded, 0)
		 order by member limit 100`, tx.Tenant(), ledger.KindCode(ledger.BookPeriodAward{}))
	if err != nil {
		return nil, fmt.Errorf("insight: check periods: %w", err)
	}
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%s: closed periods gave %d, the journal booked %d for them", f.Member, f.Awarded, f.Booked))
	}
	return lines, nil
}
