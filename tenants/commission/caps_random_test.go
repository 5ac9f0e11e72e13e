package commission

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// M9, M10: whatever the lines, their costs, the awards and the caps: no line
// gives more than its share of its margin, the order no more than its own; what
// is given and what either cap took is what was asked. Refunds raise nothing
// and leave nothing in the end, and the guard before this one knew no margins.
func TestMarginCap_NoLineGivesMoreThanItsShare(t *testing.T) {
	t.Parallel()
	soak.Check(t, func(r *rapid.T) {
		o := order.Order{}
		for range rapid.IntRange(1, 5).Draw(r, "lines") {
			l := order.Line{Net: rapid.Int64Range(0, 100_000).Draw(r, "net"), Qty: rapid.Int64Range(1, 4).Draw(r, "qty"), Cost: rapid.Int64Range(-1, 40_000).Draw(r, "cost")}
			if rapid.IntRange(0, 5).Draw(r, "pays") == 0 {
				l.Distribution = order.NotDistributed
			}
			o.Lines, o.Goods = append(o.Lines, l), o.Goods+l.Net
		}
		list := []recipient{{level: 1, state: distributor.Active}, {level: 2, state: distributor.Active}, {level: 3, state: distributor.Active}}
		paid, asked := &strategyv1.Paid{}, int64(0)
		for range rapid.IntRange(1, 12).Draw(r, "awards") {
			a := &strategyv1.Award{Recipient: int32(rapid.IntRange(0, 2).Draw(r, "to")), Line: int32(rapid.IntRange(-1, len(shown(o))-1).Draw(r, "line")), Amount: rapid.Int64Range(1, 30_000).Draw(r, "amount")}
			paid.Awards, asked = append(paid.Awards, a), asked+a.Amount
		}
		answer := &strategyv1.Decision{Outcome: &strategyv1.Decision_Paid{Paid: paid}}
		settings := program.Settings{OrderCap: money.Rate(rapid.Int64Range(0, int64(money.Whole)).Draw(r, "order")), LineMarginCap: money.Rate(rapid.Int64Range(1, int64(money.Whole)).Draw(r, "margin"))}
		decide := func(guard int, s program.Settings) grants {
			g, err := grantsOf(o, o.Remaining(nil, 0), list, s, guard, answer)
			if err != nil {
				r.Fatal(err)
			}
			return g
		}
		g := decide(guardVersion, settings)
		lines, err := margins(o, g, settings.LineMarginCap)
		if err != nil {
			r.Fatal(err)
		}
		var given, onLines int64
		for _, x := range g.given {
			if x.margin < 0 || x.cut < 0 || x.left() < 0 {
				r.Fatalf("%+v", x)
			}
			given += x.left()
			asked -= x.margin + x.cut
		}
		for i, m := range lines {
			onLines += m.Commission
			margin := max(m.Net-m.Cost, 0)
			if most, _ := settings.LineMarginCap.Of(margin, money.Floor); m.Cost >= 0 && m.Commission > most {
				r.Fatalf("line %d gives %d, its margin is %d and its share of that %d", i, m.Commission, margin, most)
			}
		}
		if most, _ := settings.OrderCap.Of(o.Goods, money.Floor); given > most || given != asked || (onLines != given && len(shown(o)) > 0 && paidFor(o) > 0) {
			r.Fatalf("%d given, %d on lines, %d asked less what was cut, at most %d", given, onLines, asked, most)
		}
		uncapped := settings
		uncapped.LineMarginCap = 0
		was, _ := decide(1, settings).MarshalJSON()
		if now, _ := decide(guardVersion, uncapped).MarshalJSON(); string(was) != string(now) {
			r.Fatalf("the first guard gives %s, want %s", was, now)
		}
		marginRefunds(r, o, g, capsOf(settings, guardVersion))
	})
}

func marginRefunds(r *rapid.T, o order.Order, g grants, c caps) {
	var refunds []order.Refund
	stood := g.amounts()
	for step := range 4 {
		left := o.Remaining(refunds, len(refunds))
		f := order.Refund{Spread: make([]int64, len(left))}
		for i := range left {
			if f.Spread[i] = left[i]; step < 3 {
				f.Spread[i] = rapid.Int64Range(0, left[i]).Draw(r, "refund")
			}
		}
		refunds = append(refunds, f)
		stands, err := g.standing(o, refunds, c)
		if err != nil {
			r.Fatal(err)
		}
		for i := range stands {
			if stands[i] < 0 || stands[i] > stood[i] || step == 3 && stands[i] != 0 && o.Goods > 0 && paidFor(o) > 0 {
				r.Fatalf("grant %d stands %d after refund %d, stood %d", i, stands[i], step, stood[i])
			}
		}
		stood = stands
	}
}
