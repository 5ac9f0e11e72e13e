package order

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

// tryOn puts under a candidate the orders of teams that try it. Who stands behind
// an order is decided before, by the programme in force: a candidate tries how
// orders are paid for, not whose they are. Orders of a time before the try
// keep the programme of that time.
func tryOn(ctx context.Context, tx *pg.Tx, canary *program.Canary, orders []*Order) error {
	if canary == nil {
		return nil
	}
	sellers := make([]distributor.ID, 0, len(orders))
	for _, o := range orders {
		if !o.Seller.IsZero() {
			sellers = append(sellers, o.Seller)
		}
	}
	roots, err := distributor.Roots(ctx, tx, sellers)
	if err != nil {
		return err
	}
	for _, o := range orders {
		root, known := roots[o.Seller]
		if known && !o.PlacedAt.Before(canary.StartedAt) && canary.Takes(root) {
			o.Revision = canary.Revision
		}
	}
	return nil
}
