package order

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// appoint freezes on each order who holds a post towards it, in one statement.
func appoint(ctx context.Context, tx *pg.Tx, orders []*Order) error {
	sales := make([]distributor.Sale, len(orders))
	for i, o := range orders {
		sales[i] = distributor.Sale{Seller: o.Seller, Region: o.Region}
	}
	posts, err := distributor.PostsFor(ctx, tx, sales)
	if err != nil {
		return fmt.Errorf("order: posts: %w", err)
	}
	for i, o := range orders {
		o.Posts = posts[i]
	}
	return nil
}
