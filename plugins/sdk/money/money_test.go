package money_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

const rounds = 20_000

// dice leans to the edges, where arithmetic breaks.
func dice(r *rand.Rand) int64 {
	switch r.IntN(5) {
	case 0:
		return r.Int64N(20)
	case 1:
		return math.MaxInt64 - r.Int64N(20)
	case 2:
		return money.MaxMinor - r.Int64N(20)
	case 3:
		return r.Int64N(2_000_000)
	}
	return r.Int64()
}

func how(r *rand.Rand) money.Rounding { return money.Rounding(r.IntN(2)) }

// oracle is ∏factors ÷ c in unbounded integers.
func oracle(rounding money.Rounding, c *big.Int, factors ...int64) *big.Int {
	n := big.NewInt(1)
	for _, f := range factors {
		n.Mul(n, big.NewInt(f))
	}
	if rounding == money.HalfUp { // floor(2n + c ÷ 2c)
		return n.Add(n.Mul(n, big.NewInt(2)), c).Quo(n, new(big.Int).Mul(c, big.NewInt(2)))
	}
	return n.Quo(n, c)
}

func agree(t *testing.T, got int64, err error, want *big.Int) {
	t.Helper()
	switch {
	case !want.IsInt64() && !errors.Is(err, money.ErrOverflow):
		t.Fatalf("want overflow, got %d, %v", got, err)
	case want.IsInt64() && (err != nil || got != want.Int64()):
		t.Fatalf("want %v, got %d, %v", want, got, err)
	}
}

func TestMulDiv(t *testing.T) {
	t.Parallel()
	t.Run("AgreesWithUnboundedIntegers", func(t *testing.T) {
		t.Parallel()
		r := rand.New(rand.NewPCG(1, 1))
		for range rounds {
			a, b, c, rounding := dice(r), dice(r), dice(r)+1, how(r)
			if c <= 0 {
				c = 1
			}
			got, err := money.MulDiv(a, b, c, rounding)
			agree(t, got, err, oracle(rounding, big.NewInt(c), a, b))
		}
	})
	t.Run("RefusesNegativesAndZeroDivisors", func(t *testing.T) {
		t.Parallel()
		for _, x := range [][3]int64{{-1, 1, 1}, {1, -1, 1}, {1, 1, 0}, {1, 1, -1}} {
			if _, err := money.MulDiv(x[0], x[1], x[2], money.Floor); err == nil {
				t.Errorf("%v is accepted", x)
			}
		}
	})
}

func TestRate(t *testing.T) {
	t.Parallel()
	t.Run("OfAProductIsRoundedOnce", func(t *testing.T) {
		t.Parallel()
		r := rand.New(rand.NewPCG(2, 2))
		million := big.NewInt(1_000_000)
		for range rounds {
			a, x, y, rounding := dice(r), r.Int64N(3_000_000), r.Int64N(3_000_000), how(r)
			got, err := money.Product(a, rounding, money.Rate(x), money.Rate(y))
			agree(t, got, err, oracle(rounding, new(big.Int).Mul(million, million), a, x, y))
			z := dice(r) // with three factors and more the wholes outgrow 64 bits
			got, err = money.Product(a, rounding, money.Rate(x), money.Rate(y), money.Rate(z), money.Rate(y))
			agree(t, got, err, oracle(rounding, new(big.Int).Exp(million, big.NewInt(4), nil), a, x, y, z, y))
			got, err = money.Product(a, rounding, money.Rate(x), money.Rate(z))
			agree(t, got, err, oracle(rounding, new(big.Int).Mul(million, million), a, x, z))
			got, err = money.Product(a, rounding, money.Rate(x))
			agree(t, got, err, oracle(rounding, million, a, x))
		}
	})
	t.Run("ReadsBackWhatItWrites", func(t *testing.T) {
		t.Parallel()
		r := rand.New(rand.NewPCG(3, 3))
		for range rounds {
			want := money.Rate(r.Int64N(1e18))
			if got, err := money.ParseRate(want.String()); err != nil || got != want {
				t.Fatalf("%s: %v, %v", want, got, err)
			}
		}
	})
	t.Run("RefusesWhatIsNoExactRate", func(t *testing.T) {
		t.Parallel()
		for _, s := range []string{"", ".", "1.", ".1", "0.1234567", "-0.1", "+1", "1e3", " 1", "0,1", "0x1", "NaN", "1234567890123", "٠.١"} {
			if v, err := money.ParseRate(s); err == nil {
				t.Errorf("%q reads as %v", s, v)
			}
		}
	})
	t.Run("IsWrittenAsAPercentage", func(t *testing.T) {
		t.Parallel()
		for rate, want := range map[money.Rate]string{0: "0%", 100_000: "10%", 25_000: "2.5%", 1: "0.0001%", 1_500_000: "150%", 1e18 - 1: "99999999999999.9999%"} {
			if got := rate.Percent(); got != want {
				t.Errorf("%d: want %s, got %s", int64(rate), want, got)
			}
		}
	})
}

func TestBlend(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	million := big.NewInt(1_000_000)
	for range rounds / 4 {
		rounding, a, b := how(r), money.Part{Amount: dice(r), Rate: money.Rate(r.Int64N(2_000_000))}, money.Part{Amount: dice(r), Rate: money.Rate(r.Int64N(2_000_000))}
		exact := new(big.Int).Add(oracle(money.Floor, big.NewInt(1), a.Amount, int64(a.Rate)), oracle(money.Floor, big.NewInt(1), b.Amount, int64(b.Rate)))
		if rounding == money.HalfUp {
			exact.Add(exact, big.NewInt(500_000))
		}
		got, err := money.Blend(rounding, a, b)
		agree(t, got, err, exact.Quo(exact, million))
	}
	if _, err := money.Blend(money.Floor, money.Part{Amount: -1, Rate: 1}); err == nil {
		t.Error("a negative amount is accepted")
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	for range rounds / 4 {
		total, weights := dice(r), make([]int64, 1+r.IntN(8))
		var sum int64
		for i := range weights {
			weights[i] = min(dice(r), math.MaxInt64/8)
			sum += weights[i]
		}
		parts, err := money.Split(total, weights)
		if err != nil {
			t.Fatal(err)
		}
		checkSplit(t, total, sum, weights, parts)
	}
	t.Run("GivesEqualRemaindersToTheEarlierPart", func(t *testing.T) {
		parts, err := money.Split(100, []int64{1, 1, 1})
		if err != nil || fmt.Sprint(parts) != "[34 33 33]" {
			t.Fatal(parts, err)
		}
	})
	t.Run("RefusesNegatives", func(t *testing.T) {
		if _, err := money.Split(-1, []int64{1}); err == nil {
			t.Error("a negative total is split")
		}
		if _, err := money.Split(1, []int64{2, -1}); err == nil {
			t.Error("a negative weight is accepted")
		}
		if _, err := money.Split(1, []int64{math.MaxInt64, 1}); err == nil {
			t.Error("weights beyond int64 are accepted")
		}
	})
}

// checkSplit claims that parts sum to the total and each is its exact share
// rounded down or up.
func checkSplit(t *testing.T, total, sum int64, weights, parts []int64) {
	t.Helper()
	var given int64
	for i, p := range parts {
		given += p
		if sum == 0 {
			continue
		}
		exact := oracle(money.Floor, big.NewInt(sum), total, weights[i]).Int64()
		if p != exact && p != exact+1 || weights[i] == 0 && p != 0 {
			t.Fatalf("part %d of %d by %v is %d", i, total, weights, p)
		}
	}
	if sum > 0 && given != total || sum == 0 && given != 0 {
		t.Fatalf("%d by %v: the parts sum to %d", total, weights, given)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{1990, "CNY", "19.90"}, {-5, "CNY", "-0.05"}, {1990, "JPY", "1990"}, {1990, "KWD", "1.990"}, {0, "KWD", "0.000"},
		{math.MinInt64, "CNY", "-92233720368547758.08"}, {math.MinInt64, "JPY", "-9223372036854775808"},
	} {
		if got := money.Format(c.minor, c.currency); got != c.want {
			t.Errorf("%d %s: want %s, got %s", c.minor, c.currency, c.want, got)
		}
	}
	if got := (money.Amount{Minor: 1990, Currency: "CNY"}).String(); got != "19.90 CNY" {
		t.Error(got)
	}
}

func FuzzParseRate(f *testing.F) {
	f.Add("0.10")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := money.ParseRate(s); err == nil && r < 0 {
			t.Errorf("%q reads as %d", s, int64(r))
		}
	})
}

func ExampleRate_Of() {
	rate, _ := money.ParseRate("0.05")
	down, _ := rate.Of(9999, money.Floor)
	half, _ := rate.Of(9999, money.HalfUp)
	fmt.Println(down, half)
	// Output: 499 500
}

func ExampleSplit() {
	parts, _ := money.Split(100, []int64{1000, 1000, 1000})
	fmt.Println(parts)
	// Output: [34 33 33]
}
