package settlement_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// pauses makes every statement wait a little, so that transactions which run
// beside each other meet at every pair of steps sooner or later.
type pauses struct {
	mu     sync.Mutex
	random *rand.Rand
}

func (p *pauses) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	p.mu.Lock()
	wait := time.Duration(p.random.IntN(1500)) * time.Microsecond
	p.mu.Unlock()
	time.Sleep(wait)
	return ctx
}

func (*pauses) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// street is a store where everything happens at once.
type street struct {
	*storetest.Stores
	t      *testing.T
	team   map[string]distributor.ID
	second *commission.Service // another process with the same lanes
	mu     sync.Mutex
	paid   []order.ID
}

func (s *street) some(r *rand.Rand) (order.ID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.paid) == 0 {
		return order.ID{}, false
	}
	return s.paid[r.IntN(len(s.paid))], true
}

// expected are refusals that a person may meet; everything else fails the test.
func (s *street) expected(what string, err error) {
	if err == nil || errors.Is(err, commission.ErrBusy) {
		return
	}
	if f := fault.Of(err); f.Kind == fault.Internal {
		s.t.Errorf("%s: %v", what, err)
	}
}

func (s *street) within(what string, fn func(context.Context, *pg.Tx) error) {
	s.expected(what, s.Within(s.t.Context(), s.A, fn))
}

// M12: a refund, a hold or a ban at any instant of evaluation or settlement is
// never lost, no award is stranded, the tree has no loop, and no order is left
// without a lane.
func TestInterleaving(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 3, interleave)
}

func interleave(t *testing.T, seed uint64) {
	s := &street{Stores: storetest.Open(t, pg.MaxConns(24), pg.Tracer(&pauses{random: soak.Rand(seed, 0)})), t: t}
	s.team = s.Team(t, s.A, "d", "c", "b", "a")
	s.Commission.Batch = 3
	s.second = commission.New(s.DB, s.Programs, s.Strategy, storetest.Yuan, pgtest.Start.Add(time.Second))
	s.second.Batch = 2

	var all sync.WaitGroup
	for i, act := range []func(*rand.Rand, int){s.sell, s.refund, s.lane(s.Commission), s.lane(s.second), s.settle, s.freeze, s.reparent, s.receive, s.rechoose} {
		all.Go(func() {
			r := soak.Rand(seed, uint64(i)+1)
			for n := range 25 {
				act(r, n)
			}
		})
	}
	all.Wait()
	s.comeToRest()
}

func (s *street) sell(r *rand.Rand, n int) {
	seller := s.team[[]string{"a", "b", "c"}[r.IntN(3)]]
	net := int64(1000 + r.IntN(100_000))
	s.within("sell", func(ctx context.Context, tx *pg.Tx) error {
		o, err := s.Place(ctx, tx, storetest.Sale{ID: fmt.Sprint("O", n), Buyer: fmt.Sprint("buyer", n%7), Via: seller, Nets: []int64{net, net / 3}})
		if err != nil {
			return err
		}
		if _, err := s.Orders.Pay(ctx, tx, o.ID, time.Time{}); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.mu.Lock(); s.paid = append(s.paid, o.ID); s.mu.Unlock() })
		return nil
	})
}

func (s *street) refund(r *rand.Rand, n int) {
	if o, found := s.some(r); found {
		s.within("refund", func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Orders.Refund(ctx, tx, o, order.RefundRequest{ExternalID: fmt.Sprint("R", n), Amount: int64(1 + r.IntN(30_000))})
			return err
		})
	}
}

func (s *street) receive(r *rand.Rand, _ int) {
	if o, found := s.some(r); found {
		s.within("receive", func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Orders.Receive(ctx, tx, o, time.Time{})
			return err
		})
	}
}

func (s *street) lane(c *commission.Service) func(*rand.Rand, int) {
	return func(*rand.Rand, int) {
		_, err := c.Drain(s.t.Context(), s.A)
		s.expected("lane", err)
	}
}

func (s *street) settle(r *rand.Rand, _ int) {
	s.Clock.Advance(time.Duration(r.IntN(36)) * time.Hour)
	_, err := s.Settlement.Mature(s.t.Context(), s.A)
	s.expected("settle", err)
}

func (s *street) freeze(r *rand.Rand, n int) {
	who := s.team[[]string{"a", "b"}[r.IntN(2)]]
	if n%2 == 0 {
		_, err := s.Distributors.Freeze(s.t.Context(), s.A, who, "test")
		s.expected("freeze", err)
		return
	}
	_, err := s.Distributors.Unfreeze(s.t.Context(), s.A, who)
	s.expected("unfreeze", err)
}

// rechoose changes when awards settle, back and forth.
func (s *street) rechoose(r *rand.Rand, n int) {
	if n%8 == 0 {
		s.Propose(s.t, s.A, func(p *program.Settings) {
			p.Settlement.Method = []string{program.AfterFreeze, program.PeriodEnd}[r.IntN(2)]
			p.Settlement.Period = []string{program.Week, program.Month}[r.IntN(2)]
		})
	}
}

func (s *street) reparent(r *rand.Rand, _ int) {
	names := []string{"a", "b", "c", "d"}
	who, upline := s.team[names[r.IntN(4)]], s.team[names[r.IntN(4)]]
	s.within("reparent", func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Distributors.Reparent(ctx, tx, who, upline)
		return err
	})
}

// comeToRest lets everything due happen and then asks for the truth.
func (s *street) comeToRest() {
	for _, who := range s.team {
		_, err := s.Distributors.Unfreeze(s.t.Context(), s.A, who)
		s.expected("unfreeze", err)
	}
	for _, o := range s.paid {
		s.within("receive", func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Orders.Receive(ctx, tx, o, time.Time{})
			return err
		})
	}
	deadline := clock.Real().Add(30 * time.Second)
	for s.Int(s.t, `select count(*) from order_change`) > 0 {
		if clock.Real().After(deadline) {
			s.t.Fatal("orders are left in the lane")
		}
		_, err := s.Commission.Drain(s.t.Context(), s.A)
		s.expected("drain", err)
		if errors.Is(err, commission.ErrBusy) {
			time.Sleep(50 * time.Millisecond)
		}
	}
	s.Clock.Advance(30 * 24 * time.Hour)
	s.Propose(s.t, s.A, func(*program.Settings) {})
	s.Work(s.t, s.A)
	s.MustBalance(s.t)
	for name, who := range s.team {
		if b := s.Balance(s.t, s.A, who); b.Held != 0 || b.Owed() > 0 && b.Available > 0 {
			s.t.Errorf("%s: an award is stranded, or debt stands beside money: %+v", name, b)
		}
	}
	if loops := s.Int(s.t, `select count(*) from distributor_member where id = any(ancestors)`); loops > 0 {
		s.t.Errorf("%d people stand above themselves", loops)
	}
}
