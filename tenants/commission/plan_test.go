package commission_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// onTheWire is what each fact becomes on the wire.
var onTheWire = map[string]func(*strategyv1.Order) bool{
	program.FactLines:    func(o *strategyv1.Order) bool { return len(o.GetLines()) > 0 },
	program.FactChannel:  func(o *strategyv1.Order) bool { return o.GetChannel() != "" },
	program.FactCategory: func(o *strategyv1.Order) bool { return len(o.GetLines()) > 0 && o.GetLines()[0].GetCategory() != "" },
	program.FactUnitCost: func(o *strategyv1.Order) bool { return len(o.GetLines()) > 0 && o.GetLines()[0].UnitCost != nil },
	program.FactChain:    func(o *strategyv1.Order) bool { return len(o.GetChain()) > 0 },
	program.FactGrade:    func(o *strategyv1.Order) bool { return len(o.GetChain()) > 0 && o.GetChain()[0].GetGrade() != "" },
	program.FactStats: func(o *strategyv1.Order) bool {
		return len(o.GetChain()) > 0 && o.GetChain()[0].GetStats().GetOrders() > 0
	},
	program.FactInvitee: func(o *strategyv1.Order) bool {
		return slices.ContainsFunc(o.GetRoles(), func(r *strategyv1.Role) bool { return r.GetName() == "invitee" })
	},
	program.FactFirstOrder:         func(o *strategyv1.Order) bool { return o.GetBuyer().GetFirstOrder() },
	program.FactBuyerIsDistributor: func(o *strategyv1.Order) bool { return o.GetBuyer().GetDistributor() },
	program.FactGroupBuy:           func(o *strategyv1.Order) bool { return o.GetGroupBuy() != nil },
	program.FactRegion:             func(o *strategyv1.Order) bool { return o.GetRegion() != "" },
}

// place is what must be declared besides for a fact to have a place to stand.
func place(fact string) (other string) {
	switch {
	case strings.HasPrefix(fact, "line."):
		return program.FactLines
	case strings.HasPrefix(fact, "chain."):
		return program.FactChain
	}
	return fact
}

// A strategy is told what it has declared and nothing else, whatever stands on
// the order.
func TestPlan_AnUndeclaredFactNeverReachesAStrategy(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	all := make([]string, 0, len(onTheWire))
	for fact := range onTheWire {
		all = append(all, fact)
	}
	slices.Sort(all)
	for _, fact := range all {
		allBut := slices.DeleteFunc(slices.Clone(all), func(f string) bool { return f == fact })
		for _, declared := range [][]string{allBut, {program.FactChain, place(fact), fact}} {
			seen := askedWith(t, s, declared)
			for _, f := range all {
				want := slices.Contains(declared, f) && slices.Contains(declared, place(f))
				if got := onTheWire[f](seen); got != want {
					t.Errorf("declared %v: %s is told: %v", declared, f, got)
				}
			}
		}
	}
}

// askedWith sells an order on which everything stands and returns what a
// strategy with these needs was told; nil when nobody was asked.
func askedWith(t *testing.T, s *storetest.Stores, declared []string) (seen *strategyv1.Order) {
	t.Helper()
	n := counted.Add(1)
	id := "plan-" + strings.Repeat("x", int(n))
	s.Install(t, &storetest.Scripted{ID: id, Facts: declared, Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
		seen = o
		return storetest.PaysNobody()
	}})
	s.ProposeStrategy(t, s.A, id, `{}`, nil)
	team := s.Team(t, s.A, "up"+id, "self"+id)
	s.Sell(t, s.A, storetest.Sale{ID: "earlier" + id, Buyer: "other" + id, Via: team["up"+id], Nets: []int64{500}})
	s.Work(t, s.A)
	seen = nil
	var o order.Order
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		buyer, err := customer.Register(ctx, tx, customer.Registration{ExternalID: "self" + id, Name: "self"}) // who is a distributor
		if err != nil {
			return err
		}
		o, _, err = s.Orders.Place(ctx, tx, order.Placement{Source: "test", ExternalID: id, Buyer: buyer.ID, Channel: "h5", Region: "440305", GroupBuy: true,
			Lines: order.Lines{{ID: "1", SKU: "S1", Category: "tea/green", Qty: 1, UnitPrice: 1000, Cost: 300}}})
		return err
	})
	pay(t, s, o.ID)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.DecideGroup(ctx, tx, o.ID, order.GroupSucceeded)
		return err
	})
	s.Work(t, s.A)
	return seen
}

var counted atomic.Int64

// Before facts had to be declared every strategy saw the invitee. What was
// decided then is still read as it was meant.
func TestPlan_AnOldDecisionKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "blind", Facts: []string{program.FactChain}, Decide: func([]byte, *strategyv1.Order) *strategyv1.Decision {
		return storetest.Pays(&strategyv1.Award{Level: 1, Line: -1, Amount: 50})
	}})
	s.ProposeStrategy(t, s.A, "blind", `{}`, nil)
	team := s.Team(t, s.A, "up", "self")
	var o order.Order
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		buyer, err := customer.Register(ctx, tx, customer.Registration{ExternalID: "self", Name: "self"})
		if err != nil {
			return err
		}
		o, _, err = s.Orders.Place(ctx, tx, order.Placement{Source: "test", ExternalID: "O1", Buyer: buyer.ID, GroupBuy: true,
			Lines: order.Lines{{ID: "1", SKU: "S1", Qty: 1, UnitPrice: 1000, Cost: -1}}})
		return err
	})
	pay(t, s, o.ID)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.DecideGroup(ctx, tx, o.ID, order.GroupSucceeded)
		return err
	})
	s.Work(t, s.A)
	if x := explain(t, s, s.A, o.ID, "en"); len(x.Awards) != 1 || x.Awards[0].Payee.ID != team["up"] {
		t.Fatalf("%+v", x.Awards)
	}
	storeInParts(t, s)
	s.Owner(t, `update commission_decision set facts = 1, granted = '{"g": [[0, 1, -1, 50, 0]]}'`) // position 1 was the invitee's
	s.Owner(t, `update commission_award set payee = $1 where order_id = $2`, team["self"].UUID(), o.ID.UUID())
	if x := explain(t, s, s.A, o.ID, "en"); len(x.Awards) != 1 || x.Awards[0].Payee.ID != team["self"] {
		t.Errorf("%+v", x.Awards)
	}
}

// statements counts what goes to the database.
type statements struct{ n atomic.Int64 }

func (c *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.n.Add(1)
	return ctx
}

func (*statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// What a batch costs the database does not depend on how many orders are in
// it, whatever the strategy has declared and whether it answers or fails.
func TestPlan_StatementsDoNotGrowWithTheBatch(t *testing.T) {
	t.Parallel()
	every := make([]string, 0, len(onTheWire))
	for fact := range onTheWire {
		every = append(every, fact)
	}
	count := func(orders int, answers bool) int64 {
		c := &statements{}
		s := storetest.Open(t, pg.Tracer(c))
		s.Install(t, &storetest.Scripted{ID: "curious", Facts: every, Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
			if !answers {
				return &strategyv1.Decision{Outcome: &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "x", Retryable: true}}}
			}
			return storetest.Pays(&strategyv1.Award{Level: 1, Amount: 5})
		}})
		s.ProposeStrategy(t, s.A, "curious", `{"window": "month"}`, nil)
		team := s.Team(t, s.A, "c", "b", "a")
		for i := range orders {
			s.Sell(t, s.A, storetest.Sale{ID: "O" + strings.Repeat("i", i), Buyer: "lin" + strings.Repeat("i", i%7), Via: team["a"], Nets: []int64{1000}})
		}
		before := c.n.Load()
		if n, err := s.Commission.Drain(t.Context(), s.A); err != nil || n != orders {
			t.Fatalf("%d, %v", n, err)
		}
		return c.n.Load() - before
	}
	for _, answers := range []bool{true, false} {
		few, many := count(2, answers), count(120, answers)
		if few != many || many > 40 {
			t.Errorf("answers %v: %d statements for 2 orders, %d for 120", answers, few, many)
		}
	}
}
