package importing

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Store is what has become of one store. Amounts are pence.
type Store struct {
	ID           tenancy.ID
	Slug         string
	Name         string // the country
	Orders       int
	Waiting      int // orders without a commission yet, because the strategy cannot decide them
	Customers    int
	Distributors int
	Sales        int64 // goods paid
	Refunds      int64 // of them
	Held         int64
	Available    int64
	Paid         int64 // withdrawn
	Owed         int64
	Top          []Top // at most five, by commission
}

// Top is one of a store's best distributors.
type Top struct {
	Name       string
	Orders     int64
	Net        int64 // personally sold, less refunds
	Commission int64
}

const topFive = 5

// summary reads it all from the store and nothing from the files.
func (s *Service) summary(ctx context.Context, tenant tenancy.ID, h *history) (Store, error) {
	store := Store{ID: tenant, Slug: h.slug, Name: h.name}
	err := s.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := store.addOrders(ctx, tx); err != nil {
			return err
		}
		totals, err := ledger.Totals(ctx, tx, ledger.Money)
		if err != nil {
			return err
		}
		store.Held, store.Available, store.Paid, store.Owed = totals.Held, totals.Available, totals.Withdrawn(), totals.Owed()
		if store.Distributors, err = distributor.Count(ctx, tx, distributor.Active); err != nil {
			return err
		}
		store.Top, err = top(ctx, tx)
		return err
	})
	return store, err
}

func (store *Store) addOrders(ctx context.Context, tx *pg.Tx) error {
	buyers := map[any]bool{}
	for after := (order.ID{}); ; {
		page, err := order.Page(ctx, tx, after, 100)
		if err != nil {
			return err
		}
		for _, o := range page {
			if o.Source != Source {
				continue
			}
			buyers[o.Buyer] = true
			store.Orders++
			store.Sales += o.Goods
			store.Refunds += o.Refunded
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].ID
	}
	store.Customers = len(buyers)
	waiting, err := order.Waiting(ctx, tx, order.ID{}, store.Orders)
	store.Waiting = len(waiting)
	return err
}

func top(ctx context.Context, tx *pg.Tx) ([]Top, error) {
	all, err := performance.Standings(ctx, tx, performance.FirstDay, performance.LastDay)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b performance.Standing) int {
		return cmp.Or(cmp.Compare(b.Commission, a.Commission), cmp.Compare(a.CommissionSeq, b.CommissionSeq), slices.Compare(a.Member[:], b.Member[:]))
	})
	all = all[:min(len(all), topFive)]
	who := make([]distributor.ID, len(all))
	for i, x := range all {
		who[i] = x.Member
	}
	names, err := distributor.Names(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	list := make([]Top, len(all))
	for i, x := range all {
		list[i] = Top{Name: names[x.Member], Orders: x.Orders, Net: x.Net, Commission: x.Commission}
	}
	return list, nil
}
