// Package stest proves that a strategy keeps the contract.
//
//	func TestStrategy(t *testing.T) { stest.Verify(t, Strategy, stest.Golden("testdata/golden.json")) }
//
// Golden cases say what it pays; the properties, run on orders made from them,
// say what must hold whatever it pays: the same answer twice, in any batch and
// any order of lines; nothing negative; a reason for every award and for
// everybody who gets nothing; sentences in every language; amounts up to the
// largest, and currencies without or with three decimals. The same holds for
// periods, grades and tasks: who stands first in the list changes nothing.
package stest

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Strategy is what a strategy.Plugin is to a test.
type Strategy interface {
	Server() strategyv1.StrategyServer
}

// Option adds to a verification.
type Option func(*testing.T, *kit)

// Verify runs the golden cases and the properties.
func Verify(t *testing.T, s Strategy, options ...Option) {
	t.Helper()
	k := &kit{server: s.Server()}
	for _, option := range options {
		option(t, k)
	}
	if len(k.cases) == 0 {
		t.Fatal("stest: give at least one golden case: stest.Golden(path) or stest.Cases(…)")
	}
	described, err := k.server.Describe(context.Background(), &strategyv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	k.described = described
	t.Run("Description", k.description)
	t.Run("Config", k.configs)
	t.Run("Golden", k.golden)
	t.Run("Properties", k.properties)
	if described.CanRecompute {
		t.Run("Recompute", k.recompute)
	}
	if described.ClosesPeriods {
		t.Run("Periods", k.periods)
	}
	if described.GradesMembers {
		t.Run("Tiers", k.tiers)
	}
	if described.HasIncentives {
		t.Run("Incentives", k.incentives)
	}
}

type kit struct {
	server    strategyv1.StrategyServer
	described *strategyv1.DescribeResponse
	cases     []Case
}

func (k *kit) golden(t *testing.T) {
	for _, c := range k.cases {
		t.Run(c.Name, func(t *testing.T) {
			switch c.asks() {
			case asksOrder:
				k.goldenOrder(t, c)
			case asksPeriod:
				k.goldenPeriod(t, c)
			case asksTier:
				k.goldenTier(t, c)
			case asksProgress:
				k.goldenProgress(t, c)
			}
		})
	}
}

func (k *kit) goldenOrder(t *testing.T, c Case) {
	o, err := c.order()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.check(o, k.ask(t, c, o)[0]); err != nil {
		t.Error(err)
	}
}

// ask evaluates a batch under a case's configuration and checks that the
// answer has the shape of the contract.
func (k *kit) ask(t *testing.T, c Case, orders ...*strategyv1.Order) []*strategyv1.Decision {
	t.Helper()
	req := &strategyv1.EvaluateRequest{Config: c.Config, Rules: c.rules(), Orders: orders}
	before := proto.Clone(req)
	out, err := k.server.Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, req) {
		t.Fatal("the strategy changed its request")
	}
	decisions := make([]*strategyv1.Decision, len(orders))
	for _, d := range out.Decisions {
		if d.Order < 0 || int(d.Order) >= len(orders) || decisions[d.Order] != nil {
			t.Fatalf("decision for order %d: unknown or twice", d.Order)
		}
		decisions[d.Order] = d
	}
	for i, d := range decisions {
		if d == nil {
			t.Fatalf("no decision for order %d", i)
		}
		if err := k.sound(c.rules(), orders[i], d); err != nil {
			t.Fatalf("%v\norder: %v\ndecision: %v", err, orders[i], d)
		}
	}
	return decisions
}
