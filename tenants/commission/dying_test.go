package commission_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// death ends the process that carries it before its nth statement.
type death struct {
	nth   int64
	count atomic.Int64
	die   context.CancelFunc
}

type deathKey struct{}

type deaths struct{}

func (deaths) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if d, is := ctx.Value(deathKey{}).(*death); is && d.count.Add(1) == d.nth {
		d.die()
	}
	return ctx
}

func (deaths) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// M2: a lane that dies before any of its statements leaves its orders to the
// next process, and each paid order has exactly one commission set.
func TestDrain_DyingBeforeAnyStatement(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, pg.Tracer(deaths{}))
	s.Propose(t, s.A, func(p *program.Settings) { p.Refund = "recompute" })
	team := s.Team(t, s.A, "b", "a")
	sell := func(id string) order.ID {
		return s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	}
	orders := int64(0)
	die := func(nth int64, decided bool) (lived bool) {
		old, back := sell(fmt.Sprint("old", orders)), sell(fmt.Sprint("back", orders))
		if decided {
			s.Work(t, s.A)
		}
		s.Receive(t, s.A, old)
		s.Refund(t, s.A, back, "R", 4000, "")
		sell(fmt.Sprint("new", orders))
		orders += 3
		ctx, end := context.WithCancel(t.Context())
		defer end()
		_, err := s.Commission.Drain(context.WithValue(ctx, deathKey{}, &death{nth: nth, die: end}), s.A)

		// Another process, once the dead one's lease is over.
		s.Owner(t, `update commission_lane set leased_until = '1970-01-01'`)
		next := commission.New(s.DB, s.Programs, s.Strategy, storetest.Yuan, time.Now())
		if _, err := next.Drain(t.Context(), s.A); err != nil {
			t.Fatal(err)
		}
		if n := s.Int(t, `select count(*) from commission_decision`); n != orders {
			t.Fatalf("it died before statement %d: %d of %d orders are decided", nth, n, orders)
		}
		if n := s.Int(t, `select count(*) from order_change`); n > 0 {
			t.Fatalf("it died before statement %d: %d orders are left", nth, n)
		}
		if b := s.Balance(t, s.A, team["a"]); b.Held != orders*1000-orders/3*400 {
			t.Fatalf("it died before statement %d: %d is held for %d orders", nth, b.Held, orders)
		}
		return err == nil
	}
	for nth, lived := int64(1), 0; lived < 2; nth++ {
		lived = 0
		for _, decided := range []bool{false, true} {
			if die(nth, decided) {
				lived++
			}
		}
	}
	if orders < 30 {
		t.Errorf("only %d orders", orders)
	}
	s.MustBalance(t)
}
