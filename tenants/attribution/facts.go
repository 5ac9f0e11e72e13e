package attribution

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Timeline reads the touches and binds of a buyer, the latest first.
func Timeline(ctx context.Context, tx *pg.Tx, buyer customer.ID, limit int) ([]TouchRecord, []Bind, error) {
	touches, err := pg.Collect[TouchRecord](ctx, tx, `
		select `+touchColumns+` from attribution_touch where tenant_id = $1 and buyer_id = $2 order by nth desc limit $3`,
		tx.Tenant(), buyer, limit)
	if err != nil {
		return nil, nil, err
	}
	binds, err := pg.Collect[Bind](ctx, tx, `
		select `+bindColumns+` from attribution_bind where tenant_id = $1 and buyer_id = $2 order by bound_at desc, id desc limit $3`,
		tx.Tenant(), buyer, limit)
	return touches, binds, err
}

// Holders reads who holds each of the buyers at an instant; unheld ones are
// absent. Whether the holder's links still work is not asked.
func Holders(ctx context.Context, tx *pg.Tx, buyers []customer.ID, at time.Time) (map[customer.ID]Bind, error) {
	binds, err := pg.Collect[Bind](ctx, tx, `
		select `+bindColumns+` from attribution_bind
		 where tenant_id = $1 and buyer_id = any($2::uuid[]) and ended_at is null and valid_until > $3`, tx.Tenant(), buyers, at)
	holders := make(map[customer.ID]Bind, len(binds))
	for _, b := range binds {
		holders[b.Buyer] = b
	}
	return holders, err
}

// CustomersOf reads a page of the binds that a distributor holds at an
// instant, the latest first, after the given bind (zero for the first page).
func CustomersOf(ctx context.Context, tx *pg.Tx, holder distributor.ID, at time.Time, after BindID, limit int) ([]Bind, error) {
	return pg.Collect[Bind](ctx, tx, `
		select `+bindColumns+` from attribution_bind
		 where tenant_id = $1 and distributor_id = $2 and ended_at is null and valid_until > $3 and ($4::uuid is null or id < $4)
		 order by id desc limit $5`, tx.Tenant(), holder, at, after, limit)
}
