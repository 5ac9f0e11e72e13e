package withdrawal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

// gate stops one step before its nth statement until it is opened.
type gate struct {
	nth     int64
	count   atomic.Int64
	reached chan struct{}
	open    chan struct{}
}

type gateKey struct{}

// gates is the tracer: a step carries its gate in its context.
type gates struct{}

func (gates) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if g, is := ctx.Value(gateKey{}).(*gate); is && g.count.Add(1) == g.nth {
		close(g.reached)
		<-g.open
	}
	return ctx
}

func (gates) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// scene is what two steps meet in: an order that is not decided yet, one that is
// about to mature, one whose money is available, and a request for some of it.
type scene struct {
	*town
	n                     int
	team                  map[string]distributor.ID
	fresh, ripe, finished order.ID
	asked                 ID
}

func (s *town) scene(n int) *scene {
	t := s.t
	t.Helper()
	name := func(x string) string { return fmt.Sprintf("%s%d", x, n) }
	people := s.Team(t, s.A, name("c"), name("b"), name("a"))
	c := &scene{town: s, n: n, team: map[string]distributor.ID{"a": people[name("a")], "b": people[name("b")], "c": people[name("c")]}}
	c.team["x"] = s.Team(t, s.A, name("x"))[name("x")]
	sell := func(id string) order.ID {
		o, err := s.sell(t.Context(), name(id), c.team["a"], 30000, 10001)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	c.finished = sell("finished")
	s.Receive(t, s.A, c.finished)
	s.drain()
	s.Clock.Advance(7 * 24 * time.Hour)
	s.settle()
	c.ripe = sell("ripe")
	s.Receive(t, s.A, c.ripe)
	s.drain()
	s.Clock.Advance(7 * 24 * time.Hour) // due, and not settled yet
	w, err := s.ask(t.Context(), c.team["a"], 3000)
	if err != nil {
		t.Fatal(err)
	}
	c.asked = w.ID
	c.fresh = sell("fresh")
	return c
}

// steps are what may happen at any instant.
var steps = []struct {
	name string
	do   func(*scene, context.Context) error
}{
	{"order", func(c *scene, ctx context.Context) error {
		_, err := c.sell(ctx, fmt.Sprint("new", c.n), c.team["a"], 5000)
		return err
	}},
	{"lane", func(c *scene, ctx context.Context) error { _, err := c.Commission.Drain(ctx, c.A); return err }},
	{"refund what is not decided", func(c *scene, ctx context.Context) error {
		return c.refundIn(ctx, c.fresh, order.RefundRequest{ExternalID: "R", Amount: 20000})
	}},
	{"refund what matures", func(c *scene, ctx context.Context) error {
		return c.refundIn(ctx, c.ripe, order.RefundRequest{ExternalID: "R", Amount: 40001})
	}},
	{"refund what is settled", func(c *scene, ctx context.Context) error {
		return c.refundIn(ctx, c.finished, order.RefundRequest{ExternalID: "R", Amount: 40001})
	}},
	{"receive", func(c *scene, ctx context.Context) error { return c.receiveIn(ctx, c.fresh) }},
	{"mature", func(c *scene, ctx context.Context) error { _, err := c.Settlement.Mature(ctx, c.A); return err }},
	{"freeze", func(c *scene, ctx context.Context) error {
		_, err := c.Distributors.Freeze(ctx, c.A, c.team["a"], "test")
		return err
	}},
	{"ban", func(c *scene, ctx context.Context) error {
		_, err := c.Distributors.Ban(ctx, c.A, c.team["b"], "test")
		return err
	}},
	{"withdraw", func(c *scene, ctx context.Context) error { _, err := c.ask(ctx, c.team["a"], 1000); return err }},
	{"pay out", func(c *scene, ctx context.Context) error { return c.payOut(ctx, c.asked) }},
	{"settle debts", func(c *scene, ctx context.Context) error { return c.money.SettleDebts(ctx, c.A) }},
	{"move below", func(c *scene, ctx context.Context) error { return c.move(ctx, "c", "x") }},
	{"move above", func(c *scene, ctx context.Context) error { return c.move(ctx, "x", "a") }},
}

func (c *scene) move(ctx context.Context, who, below string) error {
	return c.Within(ctx, c.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := c.Distributors.Reparent(ctx, tx, c.team[who], c.team[below])
		return err
	})
}

// pair is one meeting: the first step stops before its nth statement, the
// second runs until it is through or waits for a lock, then the first goes on.
type pair struct {
	first, second int
	nth           int64
}

const deepest = 24 // statements of the longest step, about

// shuffled are all pairs in an order of the seed's.
func shuffled(r *rand.Rand) (all []pair) {
	for a := range steps {
		for b := range steps {
			for n := range int64(deepest) {
				all = append(all, pair{a, b, n + 1})
			}
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// M12: whatever two steps meet at whatever statement, nothing is lost: what
// stands is what reconcile computes from scratch, whatever has matured is
// released, the tree has no loop, no order is left without a lane.
func TestInterleaving_EveryPairOfSteps(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 2, func(t *testing.T, seed uint64) {
		r := soak.Rand(seed, 0)
		s := openTown(t, []string{"frozen", "recompute"}[seed%2], pg.MaxConns(8), pg.Tracer(gates{}))
		for n, p := range shuffled(r)[:soak.Size(12, 60)] {
			c := s.scene(n)
			c.meet(p)
			c.rest()
			if t.Failed() {
				t.Fatalf("%q stopped before its statement %d, where %q came", steps[p.first].name, p.nth, steps[p.second].name)
			}
		}
		s.MustBalance(t)
	})
}

// The lane and a refund of what it is looking at, at every statement.
func TestInterleaving_TheLaneAndARefund(t *testing.T) {
	t.Parallel()
	lane, refund := stepNamed(t, "lane"), stepNamed(t, "refund what is not decided")
	s := openTown(t, "frozen", pg.MaxConns(8), pg.Tracer(gates{}))
	for n := range int64(deepest) {
		c := s.scene(int(n))
		c.meet(pair{lane, refund, n + 1})
		c.drain()
		if stands := c.Int(t, `select sum(standing) from commission_award where order_id = $1 and payee = $2`, c.fresh, c.team["a"]); stands != 2000 {
			t.Fatalf("a refund before statement %d of the lane is lost: %d stands, want 2000", n+1, stands)
		}
	}
	s.MustBalance(t)
}

func stepNamed(t *testing.T, name string) int {
	t.Helper()
	for i, s := range steps {
		if s.name == name {
			return i
		}
	}
	t.Fatalf("there is no step %q", name)
	return 0
}

func (c *scene) meet(p pair) {
	g := &gate{nth: p.nth, reached: make(chan struct{}), open: make(chan struct{})}
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- steps[p.first].do(c, context.WithValue(c.t.Context(), gateKey{}, g)) }()
	through := false
	select {
	case <-g.reached:
	case err := <-first: // it is shorter than that
		c.expected(steps[p.first].name, err)
		through = true
	}
	go func() { second <- steps[p.second].do(c, c.t.Context()) }()
	select {
	case err := <-second:
		c.expected(steps[p.second].name, err)
		close(g.open)
	case <-time.After(60 * time.Millisecond): // it waits for the first
		close(g.open)
		c.expected(steps[p.second].name, <-second)
	}
	if !through {
		c.expected(steps[p.first].name, <-first)
	}
}

// rest lets everything due happen, and asks for the truth.
func (c *scene) rest() {
	t := c.t
	t.Helper()
	_, err := c.Distributors.Unfreeze(t.Context(), c.A, c.team["a"])
	c.expected("unfreeze", err)
	c.expected("receive", c.receiveIn(t.Context(), c.fresh))
	c.drain()
	c.Clock.Advance(7 * 24 * time.Hour)
	c.settle()
	c.eachHas(c.team)
	for name, who := range c.team {
		stranded := c.Int(t, `select count(*) from commission_award a join commission_mark m using (tenant_id)
			where a.payee = $1 and a.matures_at > m.mark and a.due_at < m.mark and a.hold = ''`, who)
		if stranded > 0 {
			t.Errorf("%d awards of %s are stranded", stranded, name)
		}
		if b := c.Balance(t, c.A, who); name == "a" && b.Held > c.Int(t, `select coalesce(sum(standing), 0) from commission_award a join commission_mark m using (tenant_id) where payee = $1 and due_at > mark`, who) {
			t.Errorf("%s holds %d that has matured", name, b.Held)
		}
	}
	if loops := c.Int(t, `select count(*) from distributor_member where id = any(ancestors)`); loops > 0 {
		t.Errorf("%d people stand above themselves", loops)
	}
	c.MustBalance(t)
}
