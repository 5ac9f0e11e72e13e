package insight

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
)

// Bought is what one customer has bought.
type Bought struct {
	BuyerID customer.ID
	Orders  int       // that were paid
	Net     int64     // paid for goods less refunded, minor units
	First   time.Time // when the first was paid
}

// BoughtBy reads what each of them has bought, for a page of customers. Who
// has paid nothing is absent.
func BoughtBy(ctx context.Context, tx *pg.Tx, who []customer.ID) (map[customer.ID]Bought, error) {
	rows, err := pg.Collect[Bought](ctx, tx, `
		select buyer_id, count(*)::int as orders, sum(goods - refunded)::bigint as net, min(paid_at) as first
		  from order_record
		 where tenant_id = $1 and buyer_id = any($2::uuid[]) and paid_at is not null
		 group by buyer_id`, tx.Tenant(), who)
	if err != nil {
		return nil, fmt.Errorf("insight: purchases: %w", err)
	}
	bought := make(map[customer.ID]Bought, len(rows))
	for _, r := range rows {
		bought[r.BuyerID] = r
	}
	return bought, nil
}
