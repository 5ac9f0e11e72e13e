package withdrawal_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

// The model below is the rules page in a hundred lines: 10 % to the seller and
// 5 % to the upline of each line that is distributed, cut to 12 % of the order;
// a freeze of seven days; refunds, holds, debts and withdrawals. It knows
// nothing of seqs, marks, batches or decisions.

const week = 7 * 24 * time.Hour

// parts divides total by weights, by largest remainder, the earlier first.
func parts(total int64, weights []int64) []int64 {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	out, rest := make([]int64, len(weights)), make([]*big.Int, len(weights))
	if sum.Sign() == 0 {
		return out
	}
	left := total
	for i, w := range weights {
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(total), big.NewInt(w)), sum, new(big.Int))
		out[i], rest[i] = q.Int64(), r
		left -= out[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rest {
			if rest[i].Cmp(rest[best]) > 0 {
				best = i
			}
		}
		out[best]++
		rest[best] = big.NewInt(-1)
	}
	return out
}

func sum(list []int64) (n int64) {
	for _, x := range list {
		n += x
	}
	return n
}

type modelOrder struct {
	id       order.ID
	nets     []int64
	pays     []bool // whether the line is distributed
	left     []int64
	refunds  [][]int64
	received time.Time
	seen     int       // refunds that the lane has seen, −1 before the first look
	stands   [2]int64  // seller's and upline's award
	points   int64     // the seller's
	due      time.Time // zero: not received as the lane knows
	settled  [2]bool
}

// awards are what stands after the first n refunds, nothing ever raised.
func (o *modelOrder) awards(n int) (stands [2]int64, points int64) {
	cut := func(amounts []int64, paid int64) []int64 {
		if most := paid * 12 / 100; sum(amounts) > most {
			return parts(most, amounts)
		}
		return amounts
	}
	var first []int64
	for i, net := range o.nets {
		if o.pays[i] {
			first = append(first, net/10, net/20)
		}
	}
	first = cut(first, sum(o.nets))
	now, left := slices.Clone(first), slices.Clone(o.nets)
	for _, refund := range o.refunds[:n] {
		for i := range left {
			left[i] -= refund[i]
		}
		var after []int64
		for i, net := range o.nets {
			if o.pays[i] {
				after = append(after, first[len(after)]*left[i]/max(net, 1), first[len(after)+1]*left[i]/max(net, 1))
			}
		}
		for i, x := range cut(after, sum(left)) {
			now[i] = min(now[i], x)
		}
	}
	for i := range now {
		stands[i%2] += now[i]
	}
	for i := range left {
		if o.pays[i] {
			points += left[i]
		}
	}
	return stands, points / 100
}

type purse struct{ held, available, reserved, debt, paid, points int64 }

func (p *purse) net() {
	n := min(p.debt, p.available)
	p.debt, p.available = p.debt-n, p.available-n
}

func (p *purse) giveBack() {
	p.available, p.reserved = p.available+p.reserved, 0
	p.net()
}

type model struct {
	orders  []*modelOrder
	purses  [2]purse
	stopped [2]bool
}

func (m *model) work(now time.Time) {
	for _, o := range m.orders { // the lane
		for i := range m.purses {
			p := &m.purses[i]
			stands, points := o.awards(len(o.refunds))
			switch back := o.stands[i] - stands[i]; {
			case o.seen < 0:
				p.held += stands[i]
			case !o.settled[i]:
				p.held -= back
			default:
				from := min(back, p.available)
				p.available, p.debt = p.available-from, p.debt+back-from
				if i == 0 {
					p.points -= o.points - points
				}
			}
		}
		o.stands, o.points = o.awards(len(o.refunds))
		o.seen = len(o.refunds)
		if !o.received.IsZero() {
			o.due = o.received.Add(week)
		}
	}
	for _, o := range m.orders { // the cut-off
		for i := range m.purses {
			if p := &m.purses[i]; !o.settled[i] && !o.due.IsZero() && !o.due.After(now) && !m.stopped[i] {
				o.settled[i] = true
				p.held, p.available = p.held-o.stands[i], p.available+o.stands[i]
				if i == 0 {
					p.points += o.points
				}
			}
		}
	}
	for i := range m.purses {
		p := &m.purses[i]
		p.net()
		if p.debt > 0 {
			p.giveBack()
		}
	}
}

// Whatever happens to some orders, in whatever order, every balance is what
// the rules say, to the fen.
func TestLife_AsTheRulesSay(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Propose(t, s.A, func(p *program.Settings) { p.OrderCap = 120_000; p.Levels = 2; p.ThirdLevelAck = "" })
	svc := New(s.DB, func(context.Context, *pg.Tx) (Rules, error) { return Rules{Currency: "CNY", Zone: time.UTC}, nil })
	life := 0
	soak.Check(t, func(r *rapid.T) {
		life++
		name := func(x string) string { return fmt.Sprintf("%s%d", x, life) }
		team := s.Team(t, s.A, name("b"), name("a"))
		who := [2]distributor.ID{team[name("a")], team[name("b")]}
		var m model
		now := func() time.Time { at, _ := s.Clock.Now(t.Context(), s.A); return at }
		pick := func() *modelOrder { return m.orders[rapid.IntRange(0, len(m.orders)-1).Draw(r, "order")] }
		do := func(fn func(context.Context, *pg.Tx) error) error { return s.Within(t.Context(), s.A, fn) }
		ok := func(err error) {
			if err != nil {
				r.Fatal(err)
			}
		}
		work := func() {
			s.Clock.Advance(time.Second)
			s.Work(t, s.A)
			ok(svc.SettleDebts(t.Context(), s.A))
			m.work(now())
		}
		actions := map[string]func(){
			"sell": func() {
				o := &modelOrder{seen: -1}
				var lines order.Lines
				for i := range rapid.IntRange(1, 3).Draw(r, "lines") {
					net, pays := rapid.Int64Range(0, 30_000).Draw(r, "net"), rapid.IntRange(0, 3).Draw(r, "pays") > 0
					o.nets, o.pays = append(o.nets, net), append(o.pays, pays)
					l := order.Line{ID: fmt.Sprint(i + 1), SKU: "S", Qty: 1, UnitPrice: net, Cost: -1}
					if !pays {
						l.Distribution = order.NotDistributed
					}
					lines = append(lines, l)
				}
				o.left = slices.Clone(o.nets)
				ok(do(func(ctx context.Context, tx *pg.Tx) error {
					b, err := customer.Register(ctx, tx, customer.Registration{ExternalID: name("buyer")})
					if err != nil {
						return err
					}
					if _, err := attribution.Touch(ctx, tx, b.ID, who[0], attribution.Source{}, attribution.Defaults()); err != nil {
						return err
					}
					made, _, err := s.Orders.Place(ctx, tx, order.Placement{Source: "life", ExternalID: name(fmt.Sprintf("O%d-", len(m.orders))), Buyer: b.ID, Lines: lines})
					if err != nil {
						return err
					}
					o.id = made.ID
					_, err = s.Orders.Pay(ctx, tx, o.id, time.Time{})
					return err
				}))
				if m.stopped[0] || m.stopped[1] {
					r.Fatal("the model does not sell while somebody is frozen")
				}
				m.orders = append(m.orders, o)
			},
			"refund": func() {
				o := pick()
				line := rapid.IntRange(0, len(o.nets)).Draw(r, "line") // 0: the order as a whole
				most := sum(o.left)
				if line > 0 {
					most = o.left[line-1]
				}
				if most == 0 {
					return
				}
				amount := rapid.Int64Range(1, most).Draw(r, "amount")
				back, named := make([]int64, len(o.nets)), ""
				if line > 0 {
					back[line-1], named = amount, fmt.Sprint(line)
				} else {
					back = parts(amount, o.left)
				}
				s.Refund(t, s.A, o.id, fmt.Sprintf("R%d", len(o.refunds)), amount, named)
				for i := range back {
					o.left[i] -= back[i]
				}
				o.refunds = append(o.refunds, back)
			},
			"receive": func() {
				if o := pick(); o.received.IsZero() {
					s.Receive(t, s.A, o.id)
					o.received = now()
				}
			},
			"wait": func() { s.Clock.Advance(time.Duration(rapid.IntRange(1, 5).Draw(r, "days")) * 24 * time.Hour) },
			"work": work,
			"freeze": func() {
				i := rapid.IntRange(0, 1).Draw(r, "who")
				var err error
				if m.stopped[i] {
					_, err = s.Distributors.Unfreeze(t.Context(), s.A, who[i])
				} else {
					_, err = s.Distributors.Freeze(t.Context(), s.A, who[i], "test")
				}
				ok(err)
				m.stopped[i] = !m.stopped[i]
			},
			"request": func() {
				i := rapid.IntRange(0, 1).Draw(r, "who")
				p := &m.purses[i]
				amount := rapid.Int64Range(1, 3000).Draw(r, "amount")
				err := do(func(ctx context.Context, tx *pg.Tx) error {
					_, err := svc.Request(ctx, tx, Ask{Distributor: who[i], Amount: amount})
					return err
				})
				if may := !m.stopped[i] && p.debt == 0 && amount <= p.available; may != (err == nil) {
					r.Fatalf("a request for %d of %+v: %v", amount, *p, err)
				}
				if err == nil {
					p.available, p.reserved = p.available-amount, p.reserved+amount
				}
			},
			"pay": func() {
				i := rapid.IntRange(0, 1).Draw(r, "who")
				p := &m.purses[i]
				if m.stopped[i] {
					return
				}
				ok(do(func(ctx context.Context, tx *pg.Tx) error {
					list, err := List(ctx, tx, Filter{States: []State{Requested}, Distributor: who[i], Limit: 100})
					for _, w := range list {
						if _, err = svc.Approve(ctx, tx, w.ID, "staff"); err != nil {
							return err
						}
						if _, err = svc.Pay(ctx, tx, w.ID, "V", "staff"); err != nil {
							return err
						}
					}
					return err
				}))
				p.paid, p.reserved = p.paid+p.reserved, 0
			},
		}
		names := slices.Sorted(func(yield func(string) bool) {
			for n := range actions {
				if !yield(n) {
					return
				}
			}
		})
		actions["sell"]()
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			n := rapid.SampledFrom(names).Draw(r, "step")
			if n == "sell" && (m.stopped[0] || m.stopped[1]) {
				continue
			}
			actions[n]()
		}
		work()
		for i, p := range m.purses {
			b := s.Balance(t, s.A, who[i])
			var points ledger.Balance
			ok(do(func(ctx context.Context, tx *pg.Tx) (err error) {
				points, err = ledger.BalanceOf(ctx, tx, ledger.Party(who[i]), ledger.Points)
				return err
			}))
			if got := (purse{b.Held, b.Available, b.Reserved, b.Owed(), b.Paid, points.Available}); got != p {
				r.Fatalf("person %d has %+v, the rules say %+v", i, got, p)
			}
		}
	})
	s.MustBalance(t)
}
