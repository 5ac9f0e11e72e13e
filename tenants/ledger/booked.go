package ledger

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
)

// Booked is what the journal says that orders have cost: granted less taken
// back, from wherever it was taken. It reads the whole journal once, so ask
// about many at a time.
func Booked(ctx context.Context, tx *pg.Tx, refs []Ref) (map[Ref]int64, error) {
	type sum struct {
		Ref    Ref
		Amount int64
	}
	rows, err := pg.Collect[sum](ctx, tx, `
		select m.ref, sum(case when m.source = $4 then m.amount else -m.amount end)::bigint as amount
		  from ledger_movement m join unnest($2::uuid[]) as x(ref) on x.ref = m.ref
		 where m.tenant_id = $1 and m.asset = $3 and (m.source = $4 or m.target = $4)
		 group by m.ref`, tx.Tenant(), refs, assetCodes[Money], accountCodes[Expense])
	if err != nil {
		return nil, fmt.Errorf("ledger: booked: %w", err)
	}
	all := make(map[Ref]int64, len(rows))
	for _, r := range rows {
		all[r.Ref] = r.Amount
	}
	return all, nil
}
