// Package money is exact arithmetic on amounts of money.
//
// An amount is a whole number of minor units (fen, cents) and a rate is a
// whole number of parts per million. Products run through 128 bits, rounding
// happens once, at the end, and there is no floating-point number anywhere.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strings"
)

// ErrOverflow says that a result does not fit int64.
var ErrOverflow = errors.New("money: amount out of range")

// Rounding tells what becomes of the part of a minor unit.
type Rounding int8

// Floor drops it, so the remainder stays with whoever pays; HalfUp rounds a
// half or more up.
const (
	Floor Rounding = iota
	HalfUp
)

// Rate is parts per million: 100_000 is 10 %.
type Rate int64

// Whole is 100 %.
const Whole Rate = 1_000_000

// ParseRate reads a decimal such as "0.10" or "1.5". A sign, an exponent or
// more than six decimals is an error.
func ParseRate(s string) (Rate, error) {
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || (dotted && frac == "") || len(frac) > 6 || len(whole) > 12 {
		return 0, fmt.Errorf("money: %q is not a rate with at most six decimals", s)
	}
	var v int64
	for _, c := range whole + frac + strings.Repeat("0", 6-len(frac)) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("money: %q is not a rate with at most six decimals", s)
		}
		v = v*10 + int64(c-'0')
	}
	return Rate(v), nil
}

// String is the shortest decimal that reads back as r.
func (r Rate) String() string {
	frac := strings.TrimRight(fmt.Sprintf("%06d", r%Whole), "0")
	if frac == "" {
		return fmt.Sprint(int64(r / Whole))
	}
	return fmt.Sprintf("%d.%s", r/Whole, frac)
}

// Percent is r as people read it: "10%", "2.5%".
func (r Rate) Percent() string {
	frac := strings.TrimRight(fmt.Sprintf("%04d", r%10_000), "0")
	if frac == "" {
		return fmt.Sprintf("%d%%", r/10_000)
	}
	return fmt.Sprintf("%d.%s%%", r/10_000, frac)
}

// MarshalText writes the decimal.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the decimal.
func (r *Rate) UnmarshalText(b []byte) error {
	v, err := ParseRate(string(b))
	*r = v
	return err
}

// Of is amount × r, rounded once. Neither may be negative.
func (r Rate) Of(amount int64, how Rounding) (int64, error) {
	return MulDiv(amount, int64(r), int64(Whole), how)
}

// MulDiv is a × b ÷ c through 128 bits, rounded once. a and b may not be
// negative and c must be positive.
func MulDiv(a, b, c int64, how Rounding) (int64, error) {
	if a < 0 || b < 0 || c <= 0 {
		return 0, fmt.Errorf("money: %d × %d ÷ %d: negative operand or divisor not above zero", a, b, c)
	}
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if how == HalfUp { // floor((ab + ⌊c/2⌋) ÷ c) rounds a half up for even c, and an odd c has no half
		var carry uint64
		lo, carry = bits.Add64(lo, uint64(c)/2, 0)
		hi += carry
	}
	if hi >= uint64(c) {
		return 0, ErrOverflow
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(q), nil
}

// Split divides total in proportion to weights so that the parts sum to total
// exactly: every part is floored, and the units left over go to the largest
// remainders, equal remainders to the earlier part (Hamilton's method). All
// weights zero gives all of total to nobody: every part is zero.
func Split(total int64, weights []int64) ([]int64, error) {
	parts := make([]int64, len(weights))
	var sum int64
	for _, w := range weights {
		if w < 0 || sum+w < sum {
			return nil, fmt.Errorf("money: weights must not be negative and their sum must fit int64")
		}
		sum += w
	}
	if total < 0 {
		return nil, fmt.Errorf("money: cannot split %d", total)
	}
	if sum == 0 {
		return parts, nil
	}
	type rest struct {
		at        int
		remainder uint64
	}
	rests := make([]rest, len(weights))
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, rem := bits.Div64(hi, lo, uint64(sum))
		parts[i] = int64(q)
		left -= int64(q)
		rests[i] = rest{i, rem}
	}
	slices.SortStableFunc(rests, func(a, b rest) int {
		switch {
		case a.remainder > b.remainder:
			return -1
		case a.remainder < b.remainder:
			return 1
		}
		return 0
	})
	for i := range left {
		parts[rests[i].at]++
	}
	return parts, nil
}

// Product is amount × rate × times…, exact and rounded once at the end. No
// factor may be negative.
func Product(amount int64, how Rounding, rate Rate, times ...Rate) (int64, error) {
	if together, whole, fits := multiplied(rate, times); fits {
		return MulDiv(amount, together, whole, how)
	}
	product, whole := big.NewInt(amount), big.NewInt(1)
	negative := amount < 0
	for _, r := range append([]Rate{rate}, times...) {
		negative = negative || r < 0
		product.Mul(product, big.NewInt(int64(r)))
		whole.Mul(whole, big.NewInt(int64(Whole)))
	}
	if negative {
		return 0, fmt.Errorf("money: %d × %v × %v: negative factor", amount, rate, times)
	}
	if how == HalfUp {
		product.Add(product, new(big.Int).Rsh(whole, 1))
	}
	product.Quo(product, whole)
	if !product.IsInt64() {
		return 0, ErrOverflow
	}
	return product.Int64(), nil
}

// multiplied is the product of the rates and of as many wholes, when both fit.
// Then one division of 128 bits is as exact as unbounded integers.
func multiplied(rate Rate, times []Rate) (together, whole int64, fits bool) {
	together, whole = int64(rate), int64(Whole)
	for _, t := range times {
		hi, lo := bits.Mul64(uint64(together), uint64(t))
		if together < 0 || t < 0 || hi > 0 || lo > math.MaxInt64 || whole > math.MaxInt64/int64(Whole) {
			return 0, 0, false
		}
		together, whole = int64(lo), whole*int64(Whole)
	}
	return together, whole, true
}

// Part is an amount at its own rate.
type Part struct {
	Amount int64
	Rate   Rate
}

// Blend is the sum of each part's amount × rate, exact and rounded once. No
// amount or rate may be negative.
func Blend(how Rounding, parts ...Part) (int64, error) {
	sum, whole := new(big.Int), big.NewInt(int64(Whole))
	for _, p := range parts {
		if p.Amount < 0 || p.Rate < 0 {
			return 0, fmt.Errorf("money: %d × %v: negative factor", p.Amount, p.Rate)
		}
		sum.Add(sum, new(big.Int).Mul(big.NewInt(p.Amount), big.NewInt(int64(p.Rate))))
	}
	if how == HalfUp {
		sum.Add(sum, big.NewInt(int64(Whole)/2))
	}
	if sum.Quo(sum, whole); !sum.IsInt64() {
		return 0, ErrOverflow
	}
	return sum.Int64(), nil
}
