package commission

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// M9: every rate there is, on bases from one fen to ten thousand million yuan:
// the part is what exact arithmetic says, rounded down, and with the remainder
// it is the base again.
func TestRounding_EveryRateLosesNothing(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 1, func(t *testing.T, seed uint64) {
		r := soak.Rand(seed, 0)
		bases := []int64{1, 99, 1_000_000_000_000 - 1, 1_000_000_000_000}
		for range 3 {
			bases = append(bases, 1+r.Int64N(1_000_000_000_000))
		}
		exact, whole, rest := new(big.Int), big.NewInt(int64(money.Whole)), new(big.Int)
		for rate := money.Rate(0); rate <= money.Whole; rate++ {
			for _, base := range bases {
				part, err := rate.Of(base, money.Floor)
				if err != nil {
					t.Fatal(err)
				}
				exact.Mul(big.NewInt(base), big.NewInt(int64(rate)))
				exact.QuoRem(exact, whole, rest)
				if part != exact.Int64() || part < 0 || part > base {
					t.Fatalf("%s of %d is %d, exactly %s and %s millionths", rate.Percent(), base, part, exact, rest)
				}
				near, err := rate.Of(base, money.HalfUp)
				if want := exact.Int64() + b2i(rest.Int64()*2 >= int64(money.Whole)); err != nil || near != want {
					t.Fatalf("%s of %d is about %d, want %d: %v", rate.Percent(), base, near, want, err)
				}
			}
		}
	})
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// M9: what a sound answer gives, what the cap cuts from it and what stays with
// the merchant are together what was paid, whatever the rates, the lines and
// the cap; refunds in any steps never leave more than exact arithmetic would,
// and nothing in the end.
func TestRounding_PartsAndRemainderAreWhatWasPaid(t *testing.T) {
	t.Parallel()
	soak.Check(t, func(r *rapid.T) {
		o := order.Order{}
		for range rapid.IntRange(1, 6).Draw(r, "lines") {
			net := rapid.Int64Range(0, 1_000_000_000_000).Draw(r, "net")
			if rapid.Bool().Draw(r, "small") {
				net %= 1000
			}
			o.Lines = append(o.Lines, order.Line{Net: net, Qty: 1, UnitPrice: net})
			o.Goods += net
		}
		list := make([]recipient, rapid.IntRange(1, 3).Draw(r, "levels"))
		paid := &strategyv1.Paid{}
		var asked int64
		for i := range list {
			list[i] = recipient{level: i + 1, state: distributor.Active}
			rate := money.Rate(rapid.Int64Range(0, int64(money.Whole)).Draw(r, "rate"))
			for at, l := range o.Lines {
				amount, err := rate.Of(l.Net, money.Floor)
				if err != nil {
					r.Fatal(err)
				}
				if amount > 0 {
					paid.Awards = append(paid.Awards, &strategyv1.Award{Recipient: int32(i), Level: int32(i + 1), Line: int32(at), Amount: amount})
					asked += amount
				}
			}
		}
		share := money.Rate(rapid.Int64Range(0, int64(money.Whole)).Draw(r, "cap"))
		g, err := grantsOf(o, o.Remaining(nil, 0), list, program.Settings{OrderCap: share}, guardVersion, &strategyv1.Decision{Outcome: &strategyv1.Decision_Paid{Paid: paid}})
		if err != nil {
			r.Fatal(err)
		}
		most, _ := share.Of(o.Goods, money.Floor)
		var given, cut int64
		for i, amount := range g.amounts() {
			if amount < 0 || g.given[i].cut < 0 {
				r.Fatalf("%+v", g.given[i])
			}
			given, cut = given+amount, cut+g.given[i].cut
		}
		if given+cut != asked || given != min(asked, most) {
			r.Fatalf("of %d asked %d are given and %d cut, with a cap of %d", asked, given, cut, most)
		}
		refundsLeaveNoMore(r, o, g, share)
	})
}

func refundsLeaveNoMore(r *rapid.T, o order.Order, g grants, share money.Rate) {
	var refunds []order.Refund
	left := o.Remaining(nil, 0)
	for {
		var sum int64
		for _, l := range left {
			sum += l
		}
		if sum == 0 {
			break
		}
		f := order.Refund{Spread: make([]int64, len(left))}
		last := len(refunds) == 5
		for i := range left {
			if f.Spread[i] = left[i]; !last && left[i] > 0 {
				f.Spread[i] = rapid.Int64Range(0, left[i]).Draw(r, "refund")
			}
			left[i] -= f.Spread[i]
		}
		refunds = append(refunds, f)
		stands, err := g.standing(o, refunds, caps{order: share})
		if err != nil {
			r.Fatal(err)
		}
		for i, x := range g.given {
			exact := new(big.Int).Mul(big.NewInt(x.amount-x.cut), big.NewInt(left[x.line]))
			exact.Quo(exact, big.NewInt(o.Lines[x.line].Net))
			if stands[i] < 0 || stands[i] > exact.Int64() {
				r.Fatalf("%d stand of %+v with %d left of %d", stands[i], x, left[x.line], o.Lines[x.line].Net)
			}
		}
	}
	stands, err := g.standing(o, refunds, caps{order: share})
	if err != nil {
		r.Fatal(err)
	}
	for i := range stands {
		if len(refunds) > 0 && stands[i] != 0 {
			r.Fatalf("%d of grant %d stand after everything has come back", stands[i], i)
		}
	}
}
