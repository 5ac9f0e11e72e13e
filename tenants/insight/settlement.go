package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Due is what becomes available on a day, as things stand.
type Due struct {
	Day    performance.Date
	Amount int64
}

// Settlement is how far the store has settled and what comes next. Awards of
// orders that nobody has received yet, and those on hold, have no day and are
// not among them.
type Settlement struct {
	Mark time.Time
	Next []Due
}

// ReadSettlement reads the next days on which something becomes available.
func ReadSettlement(ctx context.Context, tx *pg.Tx, zone *time.Location, days int) (s Settlement, err error) {
	if s.Mark, err = commission.Mark(ctx, tx); err != nil {
		return s, err
	}
	// Every zone's midnight is on a quarter of an hour. Days are cut here, by
	// the zone that cuts all other days.
	rows, err := pg.Collect[struct {
		At     time.Time
		Amount int64
	}](ctx, tx, `
		select date_bin('15 minutes', matures_at, timestamptz '1970-01-01T00:00:00Z') as at, sum(standing)::bigint as amount
		  from commission_award
		 where tenant_id = $1 and matures_at > $2 and matures_at < $3 and standing > 0
		 group by 1 order by 1`, tx.Tenant(), s.Mark, tx.Now().AddDate(2, 0, 0))
	if err != nil {
		return s, fmt.Errorf("insight: settlement: %w", err)
	}
	for _, r := range rows {
		day := performance.Day(r.At, zone)
		if n := len(s.Next); n > 0 && s.Next[n-1].Day == day {
			s.Next[n-1].Amount += r.Amount
			continue
		}
		if len(s.Next) == days {
			break
		}
		s.Next = append(s.Next, Due{day, r.Amount})
	}
	return s, nil
}
