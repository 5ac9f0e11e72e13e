package commission

import (
	"context"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Earn tells what a distributor would get as the seller of one of each SKU, in
// minor units by SKU code, under the programme in force. A SKU that pays
// nothing, or that cannot be told now, is absent. It asks the strategy in one
// batch, so it is not for use in a transaction.
func (s *Service) Earn(ctx context.Context, tenant tenancy.ID, who distributor.ID, products []catalog.Product) (map[string]int64, error) {
	var seller distributor.Member
	var rev program.Revision
	var now time.Time
	room := int64(money.MaxMinor)
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		if seller, err = distributor.Get(ctx, tx, who); err != nil {
			return err
		}
		now = tx.Now()
		if rev, err = s.programs.InForce(ctx, tx, now); err != nil {
			return err
		}
		room, err = s.room(ctx, tx, rev.Settings.RecipientCap, who)
		return err
	})
	if err != nil || !seller.State.MayEarn() {
		return nil, err
	}
	f, _, err := s.storeFacts(ctx, tenant)
	if err != nil {
		return nil, err
	}
	earns := map[string]int64{}
	var unknown []*work
	var keys []earnKey
	for _, p := range products {
		for _, sku := range p.SKUs {
			if !p.Distributed {
				continue
			}
			k := earnKeyOf(tenant, rev.Revision, seller.Grade, p.Category, sku, now)
			if amount, found := s.earned.get(k); found {
				put(earns, sku.Code, min(amount, room))
				continue
			}
			keys = append(keys, k)
			unknown = append(unknown, &work{order: oneItem(p, sku, seller, now), revision: rev})
		}
	}
	s.decide(ctx, unknown, f)
	countAlone(unknown)
	for i, w := range unknown {
		if w.decision == nil {
			continue // not to be told now, and not to be remembered
		}
		want, err := target(w, nil, f.currency, nil)
		if err != nil {
			return nil, err
		}
		s.earned.put(keys[i], want[who].granted)
		put(earns, keys[i].sku, min(want[who].granted, room))
	}
	return earns, nil
}

func put(earns map[string]int64, sku string, amount int64) {
	if amount > 0 {
		earns[sku] = amount
	}
}

// oneItem is an order of one piece that the seller alone stands behind.
func oneItem(p catalog.Product, sku catalog.SKU, seller distributor.Member, now time.Time) order.Order {
	line := order.Line{ID: "1", SKU: sku.Code, Category: p.Category, Qty: 1, UnitPrice: sku.Price, Net: sku.Price, Cost: -1}
	if sku.Cost != nil {
		line.Cost = *sku.Cost
	}
	return order.Order{ID: idOf(now), PlacedAt: now, PaidAt: now, Goods: sku.Price, Lines: order.Lines{line}, Seller: seller.ID,
		Chain: attribution.Chain{Seller: seller.ID, Reason: attribution.BehindBound,
			Members: []attribution.ChainMember{{ID: seller.ID, Grade: seller.Grade, State: seller.State, Level: 1}}}}
}

// earnKey is everything that the answer may depend on. The minute is there
// for strategies that look at the time.
type earnKey struct {
	tenant               tenancy.ID
	revision             int
	grade, sku, category string
	price, cost, minute  int64
}

func earnKeyOf(tenant tenancy.ID, revision int, grade, category string, sku catalog.SKU, now time.Time) earnKey {
	cost := int64(-1)
	if sku.Cost != nil {
		cost = *sku.Cost
	}
	return earnKey{tenant, revision, grade, sku.Code, category, sku.Price, cost, now.Unix() / 60}
}

// earnCache forgets everything when it is full, which is simple and rare
// enough: pages of the shop ask for the same few products.
type earnCache struct {
	mu   sync.Mutex
	kept map[earnKey]int64
}

const earnCacheSize = 20_000

func (c *earnCache) get(k earnKey) (amount int64, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	amount, found = c.kept[k]
	return amount, found
}

func (c *earnCache) put(k earnKey, amount int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= earnCacheSize {
		c.kept = map[earnKey]int64{}
	}
	c.kept[k] = amount
}
