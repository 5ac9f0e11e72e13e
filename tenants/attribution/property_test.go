package attribution_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func drawRules(t *rapid.T) attribution.Rules {
	return attribution.Rules{
		BindOn: rapid.SampledFrom([]attribution.BindOn{attribution.OnClick, attribution.OnRegistration, attribution.OnFirstOrder, attribution.OnFirstPayment}).Draw(t, "bind on"),
		Who:    rapid.SampledFrom([]attribution.Who{attribution.AnyUnbound, attribution.NewCustomers}).Draw(t, "who"),

		ValidityDays:   rapid.SampledFrom([]int{attribution.Permanent, attribution.ThisVisit, 1, 30}).Draw(t, "validity"),
		ProtectionDays: rapid.SampledFrom([]int{0, attribution.Always, 1, 15}).Draw(t, "protection"),

		Take:         rapid.SampledFrom([]attribution.Take{attribution.TakeByPaying, attribution.TakeByTouch, attribution.TakeNever}).Draw(t, "take"),
		Model:        rapid.SampledFrom([]attribution.Model{attribution.LastTouch, attribution.FirstTouch}).Draw(t, "model"),
		SelfPurchase: rapid.SampledFrom([]attribution.SelfPurchase{attribution.SelfOff, attribution.SelfUplineSecond, attribution.SelfOn}).Draw(t, "self"),
	}
}

// life is one buyer among four distributors under drawn rules.
type life struct {
	*shop
	rt     *rapid.T
	buyer  customer.ID
	people []distributor.ID
	placed []attribution.Chain
}

// Whatever happens to a buyer, under whatever rules: protection holds, nobody
// who was banned or has left stands behind an order, asking twice gives the
// same answer, and an order changes nothing but by being paid.
func TestLifeProperty(t *testing.T) {
	t.Parallel()
	s := open(t)
	round := 0
	soak.Check(t, func(rt *rapid.T) {
		round++
		s.rules = drawRules(rt)
		l := &life{shop: s, rt: rt}
		up := distributor.ID{}
		for i := range 4 {
			l.do(func(ctx context.Context, tx *pg.Tx) error {
				m, err := s.sellers.Enlist(ctx, tx, distributor.Enlistment{Name: fmt.Sprint("s", i), Grade: "g", Upline: up})
				l.people, up = append(l.people, m.ID), m.ID
				return err
			})
		}
		l.do(func(ctx context.Context, tx *pg.Tx) error {
			b, err := customer.Register(ctx, tx, customer.Registration{ExternalID: fmt.Sprint("buyer", round)})
			l.buyer = b.ID
			return err
		})
		for range rapid.IntRange(3, 14).Draw(rt, "steps") {
			l.step()
			l.check()
		}
	})
}

func (l *life) do(fn func(context.Context, *pg.Tx) error) {
	if err := l.Within(context.Background(), l.A, fn); err != nil {
		l.rt.Fatalf("%v", err)
	}
}

func (l *life) step() {
	switch rapid.SampledFrom([]string{"touch", "touch", "wait", "place", "pay", "stop", "join"}).Draw(l.rt, "step") {
	case "touch":
		l.touchSomebody()
	case "wait":
		l.Clock.Advance(time.Duration(rapid.SampledFrom([]int{1, 3600, 86_400, 15 * 86_400, 30 * 86_400}).Draw(l.rt, "seconds")) * time.Second)
	case "place":
		l.do(func(ctx context.Context, tx *pg.Tx) error {
			c, err := attribution.Resolve(ctx, tx, l.buyer, l.rules)
			l.placed = append(l.placed, c)
			return err
		})
	case "pay":
		if len(l.placed) > 0 {
			c := rapid.SampledFrom(l.placed).Draw(l.rt, "order")
			l.do(func(ctx context.Context, tx *pg.Tx) error { return attribution.OnPaid(ctx, tx, l.buyer, c, l.rules) })
		}
	case "stop":
		l.moveSomebody()
	case "join":
		if rapid.IntRange(0, 3).Draw(l.rt, "joins") == 0 {
			_ = l.Within(context.Background(), l.A, func(ctx context.Context, tx *pg.Tx) error {
				_, err := l.svc.Join(ctx, tx, attribution.Application{Buyer: l.buyer, Name: "b", Grade: "g", Approve: rapid.Bool().Draw(l.rt, "approved")})
				return err // has joined already
			})
		}
	}
}

func (l *life) touchSomebody() {
	by := rapid.SampledFrom(l.people).Draw(l.rt, "by")
	coupon := rapid.Bool().Draw(l.rt, "coupon")
	before, protected := l.holder()
	var o attribution.Outcome
	l.do(func(ctx context.Context, tx *pg.Tx) (err error) {
		o, err = attribution.Touch(ctx, tx, l.buyer, by, attribution.Source{Coupon: coupon}, l.rules)
		return err
	})
	after, _ := l.holder()
	switch {
	case protected && after != before:
		l.rt.Fatalf("a touch (%s) moved a protected customer from %s to %s", o.Verdict, before, after)
	case o.Bound() && (after != by || o.Holder != by):
		l.rt.Fatalf("%s, but %s holds the customer and not %s", o.Verdict, after, by)
	case !o.Bound() && after != before:
		l.rt.Fatalf("%s changed the holder", o.Verdict)
	}
}

func (l *life) moveSomebody() {
	who := rapid.SampledFrom(l.people).Draw(l.rt, "who")
	to := rapid.SampledFrom([]distributor.State{distributor.Frozen, distributor.Active, distributor.Banned, distributor.Left}).Draw(l.rt, "to")
	_ = l.Within(context.Background(), l.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := l.sellers.Move(ctx, tx, who, to, "drawn")
		return err // there is no such way
	})
}

// holder is who holds the buyer now by a valid bind.
func (l *life) holder() (who distributor.ID, protected bool) {
	l.do(func(ctx context.Context, tx *pg.Tx) error {
		held, err := attribution.Holders(ctx, tx, []customer.ID{l.buyer}, tx.Now())
		b := held[l.buyer]
		who, protected = b.Distributor, tx.Now().Before(b.ProtectedUntil)
		return err
	})
	return who, protected
}

func (l *life) check() {
	holder, protected := l.holder()
	var once, twice attribution.Chain
	var states map[distributor.ID]distributor.State
	l.do(func(ctx context.Context, tx *pg.Tx) (err error) {
		if states, err = distributor.States(ctx, tx, append([]distributor.ID{holder}, l.people...)); err != nil {
			return err
		}
		if l.rules.BindOn == attribution.OnFirstOrder {
			return nil // asking places the first order
		}
		if once, err = attribution.Resolve(ctx, tx, l.buyer, l.rules); err != nil {
			return err
		}
		twice, err = attribution.Resolve(ctx, tx, l.buyer, l.rules)
		return err
	})
	if fmt.Sprint(once) != fmt.Sprint(twice) {
		l.rt.Fatalf("asked twice: %v, %v", once, twice)
	}
	if s, held := states[holder]; held && !s.LinkWorks() {
		l.rt.Fatalf("a %s distributor holds a customer", s)
	}
	if l.rules.BindOn == attribution.OnFirstOrder {
		return
	}
	if protected && once.Self.IsZero() && once.Seller != holder {
		l.rt.Fatalf("%s stands behind the customer whom %s protects", once.Seller, holder)
	}
	if !once.Self.IsZero() {
		return // one's own chain names whoever stands above
	}
	if s, named := states[once.Seller]; named && !s.LinkWorks() {
		l.rt.Fatalf("a %s distributor sells", s)
	}
	if once.Seller.IsZero() == (len(once.Members) > 0) {
		l.rt.Fatalf("%+v", once)
	}
}
