package stest

import (
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// recompute is what the refund policy of that name relies on: when less of an
// order remains, it pays no more in sum, and when nothing remains, nothing.
func (k *kit) recompute(t *testing.T) {
	golden := k.of(asksOrder)
	if len(golden) == 0 {
		t.Fatal("stest: a strategy that can recompute needs a golden case with an order")
	}
	maker := newMaker(t, golden)
	for _, c := range golden {
		t.Run(c.Name, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(20260301, 7))
			for range 4 * rounds {
				k.paysNoMore(t, dice, c, maker.order(dice, 1))
			}
		})
	}
}

// paysNoMore takes goods back, step by step, until nothing is left.
func (k *kit) paysNoMore(t *testing.T, dice *rand.Rand, c Case, o *strategyv1.Order) {
	t.Helper()
	before := k.ask(t, c, o)[0]
	for range 3 {
		less := refunded(dice, o)
		after := k.ask(t, c, less)[0]
		if sumOf(after) > sumOf(before) {
			t.Fatalf("with less remaining it pays more, %d after %d:\n%v\n%v\n%v\n%v", sumOf(after), sumOf(before), o, before, less, after)
		}
		o, before = less, after
	}
	nothing := proto.Clone(o).(*strategyv1.Order)
	for _, l := range nothing.Lines {
		l.Net = 0
	}
	if d := k.ask(t, c, nothing)[0]; sumOf(d) > 0 {
		t.Fatalf("nothing remains of the order, and it pays %v", d)
	}
}

// refunded is the order with less remaining on some lines, in money alone or
// in pieces as well.
func refunded(dice *rand.Rand, o *strategyv1.Order) *strategyv1.Order {
	less := proto.Clone(o).(*strategyv1.Order)
	for _, l := range less.Lines {
		switch dice.IntN(4) {
		case 0:
			l.Net = dice.Int64N(l.Net + 1)
		case 1:
			pieces := dice.Int64N(l.Quantity + 1)
			l.Net, l.Quantity = min(l.Net, l.UnitPrice*pieces), pieces
		case 2:
			l.Net = 0
		}
	}
	return less
}

func sumOf(d *strategyv1.Decision) (sum int64) {
	for _, a := range d.GetPaid().GetAwards() {
		sum += a.Amount
	}
	return sum
}
