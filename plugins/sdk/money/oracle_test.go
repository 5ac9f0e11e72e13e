package money_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// hamilton is the largest-remainder method in exact fractions, as a textbook
// has it.
func hamilton(total int64, weights []int64) []int64 {
	sum, left := new(big.Int), big.NewInt(total)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	parts, rests := make([]int64, len(weights)), make([]*big.Rat, len(weights))
	for i, w := range weights {
		quota := new(big.Rat).Mul(big.NewRat(total, 1), new(big.Rat).SetFrac(big.NewInt(w), sum))
		whole := new(big.Int).Quo(quota.Num(), quota.Denom())
		parts[i], rests[i] = whole.Int64(), new(big.Rat).Sub(quota, new(big.Rat).SetInt(whole))
		left.Sub(left, whole)
	}
	for ; left.Sign() > 0; left.Sub(left, big.NewInt(1)) {
		largest := 0
		for i := range rests {
			if rests[i].Cmp(rests[largest]) > 0 {
				largest = i
			}
		}
		parts[largest]++
		rests[largest] = big.NewRat(-1, 1)
	}
	return parts
}

func TestSplitIsTheLargestRemainderMethod(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 6))
	for range rounds / 10 {
		total, weights := dice(r), make([]int64, 1+r.IntN(9))
		for i := range weights {
			weights[i] = min(dice(r), math.MaxInt64/16)
		}
		weights[r.IntN(len(weights))]++
		got, err := money.Split(total, weights)
		if err != nil {
			t.Fatal(err)
		}
		if want := hamilton(total, weights); !slices.Equal(got, want) {
			t.Fatalf("%d by %v: want %v, got %v", total, weights, want, got)
		}
	}
}

func TestRoundingModes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, c, floor, half int64 }{
		{1, 1, 2, 0, 1}, {3, 1, 2, 1, 2}, {1, 1, 3, 0, 0}, {2, 1, 3, 0, 1}, {4, 1, 3, 1, 1}, {5, 1, 3, 1, 2}, {0, 7, 3, 0, 0},
		{499_999, 1, 1_000_000, 0, 0}, {500_000, 1, 1_000_000, 0, 1}, {1_499_999, 1, 1_000_000, 1, 1},
		{math.MaxInt64, 1, 1, math.MaxInt64, math.MaxInt64}, {math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{math.MaxInt64, 1, 2, math.MaxInt64 / 2, math.MaxInt64/2 + 1},
	} {
		floor, err := money.MulDiv(c.a, c.b, c.c, money.Floor)
		half, err2 := money.MulDiv(c.a, c.b, c.c, money.HalfUp)
		if err != nil || err2 != nil || floor != c.floor || half != c.half {
			t.Errorf("%d × %d ÷ %d: want %d and %d, got %d and %d, %v, %v", c.a, c.b, c.c, c.floor, c.half, floor, half, err, err2)
		}
	}
}

// A naive product of int64 turns negative here.
func TestProductsRunThrough128Bits(t *testing.T) {
	t.Parallel()
	amount, rate := int64(money.MaxMinor), money.Rate(1_500_000)
	want := oracle(money.Floor, big.NewInt(1_000_000), amount, int64(rate)).Int64()
	if got, err := rate.Of(amount, money.Floor); err != nil || got != want || got < amount {
		t.Errorf("want %d, got %d, %v", want, got, err)
	}
	if naive := amount * int64(rate) / 1_000_000; naive == want {
		t.Error("this amount proves nothing")
	}
}

func TestMinorDigitsAgreeWithExactDecimals(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for currency, digits := range map[string]int{"JPY": 0, "KRW": 0, "VND": 0, "CNY": 2, "USD": 2, "EUR": 2, "XXX": 2, "KWD": 3, "BHD": 3, "TND": 3} {
		if got := money.Digits(currency); got != digits {
			t.Errorf("%s has %d digits, got %d", currency, digits, got)
		}
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
		for range rounds / 100 {
			minor := dice(r)
			if r.IntN(2) == 0 {
				minor = -minor
			}
			want := new(big.Rat).SetFrac(big.NewInt(minor), unit).FloatString(digits)
			if got := money.Format(minor, currency); got != want {
				t.Fatalf("%d %s: want %s, got %s", minor, currency, want, got)
			}
		}
	}
}

func TestPercentIsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	for range rounds / 10 {
		rate := money.Rate(r.Int64N(3_000_000))
		want := big.NewRat(int64(rate), 10_000).FloatString(4)
		want = strings.TrimSuffix(strings.TrimRight(want, "0"), ".") + "%"
		if got := rate.Percent(); got != want {
			t.Fatalf("%d ppm: want %s, got %s", int64(rate), want, got)
		}
	}
}

func FuzzMulDiv(f *testing.F) {
	f.Add(int64(math.MaxInt64), int64(math.MaxInt64), int64(3), true)
	f.Add(int64(9999), int64(50_000), int64(1_000_000), false)
	f.Fuzz(func(t *testing.T, a, b, c int64, half bool) {
		how := money.Floor
		if half {
			how = money.HalfUp
		}
		got, err := money.MulDiv(a, b, c, how)
		if a < 0 || b < 0 || c <= 0 {
			if err == nil {
				t.Errorf("%d × %d ÷ %d is accepted", a, b, c)
			}
			return
		}
		agree(t, got, err, oracle(how, big.NewInt(c), a, b))
	})
}

func BenchmarkProduct(b *testing.B) {
	for name, times := range map[string][]money.Rate{"OneRate": nil, "RateTimesMultiplier": {1_500_000}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := money.Product(1_999_900, money.HalfUp, 123_456, times...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
