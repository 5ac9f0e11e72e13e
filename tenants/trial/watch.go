package trial

import (
	"context"
	"errors"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Watch is how the orders under a candidate have come out, and those decided
// meanwhile under anything else. Amounts are granted, before refunds.
type Watch struct {
	CursorSeq    int64
	Orders       int
	Goods        int64
	Granted      int64
	OtherOrders  int
	OtherGoods   int64
	OtherGranted int64
	Failed       int // under the candidate, waiting for a decision now
}

// Why a canary has stopped by itself.
const (
	ReasonPayout = "payout" // the commission's part of sales is above the bound
	ReasonFailed = "failed" // too many orders wait
)

// StartCanary lets a share of the teams try a draft and begins to watch.
func (s *Service) StartCanary(ctx context.Context, tenant tenancy.ID, d program.Draft, share int, b program.Bounds) (program.Canary, error) {
	c, err := s.programs.StartCanary(ctx, tenant, d, share, b)
	if err != nil {
		return c, err
	}
	return c, s.WatchCanary(ctx, tenant)
}

// watchPage is how many decisions one look takes in.
const watchPage = 2000

// WatchCanary takes in what has been decided since the last look and stops the
// canary when a bound is broken.
func (s *Service) WatchCanary(ctx context.Context, tenant tenancy.ID) error {
	for {
		more := false
		err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			more, err = s.watch(ctx, tx)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
}

func (s *Service) watch(ctx context.Context, tx *pg.Tx) (more bool, err error) {
	list, err := program.Canaries(ctx, tx, 1)
	if err != nil || len(list) == 0 || list[0].State != program.CanaryRunning && list[0].State != program.CanaryPaused {
		return false, err
	}
	c := list[0]
	w, found, err := readWatch(ctx, tx, c.ID, "for update")
	if err != nil {
		return false, err
	}
	was := w
	if !found {
		if w.CursorSeq, err = commission.LastSeq(ctx, tx); err != nil {
			return false, err
		}
	}
	seen, err := w.takeIn(ctx, tx, c.Revision)
	if err != nil {
		return false, err
	}
	if w.Failed, err = waiting(ctx, tx, c.Revision); err != nil {
		return false, err
	}
	if !found || w != was {
		if err := saveWatch(ctx, tx, c.ID, w); err != nil {
			return false, err
		}
	}
	reason, err := w.broken(c.Bounds)
	if err != nil || reason == "" {
		return seen == watchPage, err
	}
	_, err = program.StopCanary(ctx, tx, c.ID, reason)
	return false, err
}

// takeIn sums the decisions since the last look.
func (w *Watch) takeIn(ctx context.Context, tx *pg.Tx, candidate int) (seen int, err error) {
	decided, err := commission.DecidedSince(ctx, tx, w.CursorSeq, watchPage)
	if err != nil || len(decided) == 0 {
		return 0, err
	}
	ids := make([]order.ID, len(decided))
	for i, d := range decided {
		ids[i] = d.Order
	}
	orders, err := order.Load(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	goods := make(map[order.ID]int64, len(orders))
	for _, o := range orders {
		goods[o.ID] = o.Goods
	}
	for _, d := range decided {
		if w.CursorSeq = d.Seq; d.Revision == candidate {
			w.Orders, w.Goods, w.Granted = w.Orders+1, w.Goods+goods[d.Order], w.Granted+d.Granted
		} else {
			w.OtherOrders, w.OtherGoods, w.OtherGranted = w.OtherOrders+1, w.OtherGoods+goods[d.Order], w.OtherGranted+d.Granted
		}
	}
	return len(decided), nil
}

// waiting counts the candidate's orders that could not be decided.
func waiting(ctx context.Context, tx *pg.Tx, candidate int) (n int, err error) {
	changes, err := order.Waiting(ctx, tx, order.ID{}, 1000)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	ids := make([]order.ID, len(changes))
	for i, c := range changes {
		ids[i] = c.OrderID
	}
	orders, err := order.Load(ctx, tx, ids)
	for _, o := range orders {
		if o.Revision == candidate {
			n++
		}
	}
	return n, err
}

// broken names the bound that is broken, "" when none is.
func (w Watch) broken(b program.Bounds) (string, error) {
	if b.MaxFailed > 0 && w.Failed > b.MaxFailed {
		return ReasonFailed, nil
	}
	if b.MaxPayout == 0 || w.Orders < b.MinOrders {
		return "", nil
	}
	most, err := b.MaxPayout.Of(w.Goods, money.Floor)
	if err != nil {
		return "", fmt.Errorf("trial: bound: %w", err)
	}
	if w.Granted > most {
		return ReasonPayout, nil
	}
	return "", nil
}

// WatchOf reads how a canary has come out so far.
func WatchOf(ctx context.Context, tx *pg.Tx, c program.CanaryID) (Watch, error) {
	w, _, err := readWatch(ctx, tx, c, "")
	return w, err
}

func readWatch(ctx context.Context, tx *pg.Tx, c program.CanaryID, lock string) (w Watch, found bool, err error) {
	w, err = pg.CollectOne[Watch](ctx, tx, `
		select cursor_seq, orders, goods, granted, other_orders, other_goods, other_granted, failed
		  from trial_watch where tenant_id = $1 and canary_id = $2 `+lock, tx.Tenant(), c)
	if errors.Is(err, pg.ErrNoRows) {
		return Watch{}, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("trial: watch: %w", err)
	}
	return w, true, nil
}

func saveWatch(ctx context.Context, tx *pg.Tx, c program.CanaryID, w Watch) error {
	_, err := tx.Exec(ctx, `
		insert into trial_watch (tenant_id, canary_id, cursor_seq, orders, goods, granted, other_orders, other_goods, other_granted, failed)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (tenant_id, canary_id) do update
		   set cursor_seq = excluded.cursor_seq, orders = excluded.orders, goods = excluded.goods, granted = excluded.granted,
		       other_orders = excluded.other_orders, other_goods = excluded.other_goods, other_granted = excluded.other_granted, failed = excluded.failed`,
		tx.Tenant(), c, w.CursorSeq, w.Orders, w.Goods, w.Granted, w.OtherOrders, w.OtherGoods, w.OtherGranted, w.Failed)
	if err != nil {
		return fmt.Errorf("trial: watch: %w", err)
	}
	return nil
}
