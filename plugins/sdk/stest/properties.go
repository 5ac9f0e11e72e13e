package stest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

const rounds, batch = 20, 12

// properties runs on orders made from the golden ones: their SKUs, categories,
// channels and grades, with amounts, chains and times of chance. The chance is
// the same on every run.
func (k *kit) properties(t *testing.T) {
	maker := newMaker(t, k.of(asksOrder))
	for _, c := range k.of(asksOrder) {
		t.Run(c.Name, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(20260301, 7))
			for range rounds {
				orders := make([]*strategyv1.Order, batch)
				for i := range orders {
					orders[i] = maker.order(dice, int64(i)+1)
				}
				k.sameTwice(t, c, orders)
				k.sameInAnyBatch(t, dice, c, orders)
				k.sameForLinesInAnyOrder(t, dice, c, orders)
				k.sameInAnyCurrency(t, c, orders)
			}
		})
	}
}

func (k *kit) sameTwice(t *testing.T, c Case, orders []*strategyv1.Order) {
	t.Helper()
	first, second := k.ask(t, c, orders...), k.ask(t, c, orders...)
	for i := range first {
		if !proto.Equal(first[i], second[i]) {
			t.Fatalf("asked twice, answered differently:\n%v\n%v", first[i], second[i])
		}
	}
}

func (k *kit) sameInAnyBatch(t *testing.T, dice *rand.Rand, c Case, orders []*strategyv1.Order) {
	t.Helper()
	whole := k.ask(t, c, orders...)
	moved := dice.Perm(len(orders))
	cut := dice.IntN(len(orders))
	for _, part := range [][]int{moved[:cut], moved[cut:]} {
		var some []*strategyv1.Order
		for _, at := range part {
			some = append(some, orders[at])
		}
		for i, d := range k.ask(t, c, some...) {
			d.Order = int32(part[i])
			if !proto.Equal(d, whole[part[i]]) {
				t.Fatalf("the answer depends on the batch:\n%v\n%v", whole[part[i]], d)
			}
		}
	}
}

func (k *kit) sameForLinesInAnyOrder(t *testing.T, dice *rand.Rand, c Case, orders []*strategyv1.Order) {
	t.Helper()
	moved := make([]*strategyv1.Order, len(orders))
	for i, o := range orders {
		moved[i] = proto.Clone(o).(*strategyv1.Order)
		dice.Shuffle(len(o.Lines), func(a, b int) {
			l := moved[i].Lines
			l[a], l[b] = l[b], l[a]
		})
	}
	k.sameSums(t, "the order of lines", c, orders, moved)
}

func (k *kit) sameInAnyCurrency(t *testing.T, c Case, orders []*strategyv1.Order) {
	t.Helper()
	for currency, digits := range map[string]int32{"JPY": 0, "KWD": 3} {
		moved := make([]*strategyv1.Order, len(orders))
		for i, o := range orders {
			moved[i] = proto.Clone(o).(*strategyv1.Order)
			moved[i].Currency, moved[i].MinorDigits = currency, digits
		}
		k.sameSums(t, "the currency "+currency, c, orders, moved)
	}
}

func (k *kit) sameSums(t *testing.T, what string, c Case, orders, moved []*strategyv1.Order) {
	t.Helper()
	a, b := k.ask(t, c, orders...), k.ask(t, c, moved...)
	for i := range a {
		if !maps.Equal(sums(orders[i], a[i]), sums(moved[i], b[i])) || kindOf(a[i]) != kindOf(b[i]) {
			t.Fatalf("the answer depends on %s:\n%v\n%v", what, a[i], b[i])
		}
		if f := a[i].GetFailed(); f != nil {
			t.Fatalf("failed: %v\norder: %v", f, orders[i])
		}
	}
}

func kindOf(d *strategyv1.Decision) string { return fmt.Sprintf("%T", d.Outcome) }

// maker makes orders from the words of the golden ones.
type maker struct {
	seeds                                    []*strategyv1.Order
	skus, categories, grades, where, regions []string
}

func newMaker(t *testing.T, cases []Case) *maker {
	m := &maker{skus: []string{"stranger"}, categories: []string{"", "else/where"}, grades: []string{"", "stranger"}, where: []string{"", "h5"}, regions: []string{"", "else/where"}}
	for _, c := range cases {
		o, err := c.order()
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		m.seeds = append(m.seeds, o)
		m.where, m.regions = append(m.where, o.Channel), append(m.regions, o.Region)
		for _, l := range o.Lines {
			m.skus, m.categories = append(m.skus, l.Sku), append(m.categories, l.Category)
		}
		for _, member := range o.Chain {
			m.grades = append(m.grades, member.Grade)
		}
	}
	return m
}

func (m *maker) order(dice *rand.Rand, seq int64) *strategyv1.Order {
	o := proto.Clone(m.seeds[dice.IntN(len(m.seeds))]).(*strategyv1.Order)
	o.Seq, o.Channel, o.Region = seq, pick(dice, m.where), pick(dice, m.regions)
	o.PlacedAtMs += dice.Int64N(3) - 1 // either side of an edge instant
	o.Buyer = &strategyv1.Buyer{FirstOrder: dice.IntN(2) == 0, Distributor: len(o.Roles) > 0}
	o.Lines = nil
	for range 1 + dice.IntN(4) {
		quantity := 1 + dice.Int64N(5)
		l := &strategyv1.Line{Sku: pick(dice, m.skus), Category: pick(dice, m.categories), Quantity: quantity, Net: amount(dice)}
		l.UnitPrice = l.Net / quantity
		o.Lines = append(o.Lines, l)
	}
	o.Chain = nil
	for _, r := range o.Roles {
		r.Grade = pick(dice, m.grades)
	}
	for i := range dice.IntN(4) {
		o.Chain = append(o.Chain, &strategyv1.Member{
			Handle: fmt.Sprintf("m%d", i+1), Level: int32(i) + 1, Grade: pick(dice, m.grades),
			Stats: &strategyv1.Stats{Sales: amount(dice) / 4, Orders: dice.Int64N(100), Awarded: amount(dice) / 4},
		})
	}
	return o
}

// amount leans to the edges: nothing, a fen, a few, and the largest there is.
func amount(dice *rand.Rand) int64 {
	switch dice.IntN(6) {
	case 0:
		return 0
	case 1:
		return 1 + dice.Int64N(20)
	case 2:
		return money.MaxMinor - dice.Int64N(20)
	}
	return dice.Int64N(10_000_000)
}

func pick(dice *rand.Rand, from []string) string { return from[dice.IntN(len(from))] }
