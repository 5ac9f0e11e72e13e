package payer_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	. "github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
)

func month(n int) performance.Date {
	return performance.Date{Year: 2026, Month: 1, Day: 1}.AddDays(31*(n-1) + 3).MonthStart()
}

var always = performance.Date{Year: 2025, Month: 10, Day: 1}

// pay pays one after another and returns what was withheld of each.
func pay(t interface{ Fatal(...any) }, m Method, payments ...Income) (withheld []int64) {
	var history []Income
	for _, p := range payments {
		b, err := m.Tax(history, always, p.Month, p.Gross)
		if err != nil {
			t.Fatal(err)
		}
		withheld = append(withheld, b.Tax)
		history = append(history, Income{p.Month, p.Gross, b.Tax})
	}
	return withheld
}

// Worked by hand from the announcements' tables, in fen.
func TestLabour_WorkedExamples(t *testing.T) {
	t.Parallel()
	for gross, want := range map[int64]int64{
		0:          0,
		80_000:     0,         // 800.00
		80_001:     0,         // a fifth of a fen
		80_003:     1,         // 0.6 fen
		200_000:    24_000,    // 2,000.00: (2,000 − 800) × 20 %
		400_000:    64_000,    // 4,000.00: 3,200 × 20 %
		400_001:    64_000,    // 80 % of it is 3,200.008
		500_000:    80_000,    // 5,000.00: 4,000 × 20 %
		2_500_000:  400_000,   // 25,000.00: 20,000 × 20 %
		3_000_000:  520_000,   // 30,000.00: 24,000 × 30 % − 2,000
		6_250_000:  1_300_000, // 62,500.00: 50,000 × 30 % − 2,000
		10_000_000: 2_500_000, // 100,000.00: 80,000 × 40 % − 7,000
	} {
		if got := pay(t, Labour, Income{Month: month(1), Gross: gross}); got[0] != want {
			t.Errorf("%d: %d, want %d", gross, got[0], want)
		}
	}
}

func TestLabour_AMonthIsOnePayment(t *testing.T) {
	t.Parallel()
	got := pay(t, Labour,
		Income{Month: month(1), Gross: 50_000},  // 500.00: free
		Income{Month: month(1), Gross: 150_000}, // 2,000.00 together: 240.00
		Income{Month: month(1), Gross: 300_000}, // 5,000.00 together: 800.00
		Income{Month: month(2), Gross: 80_000})  // a month of its own: free
	if want := "[0 24000 56000 0]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// 10,000.00 a month: 8,000 − 5,000 is taxable, 3 % of 3,000 each month. Then
// 100,000.00 in April: income 130,000, cost 26,000, deduction 20,000, taxable
// 84,000, 10 % less 2,520 is 5,880, less 270 withheld.
func TestPlatform_WorkedExamples(t *testing.T) {
	t.Parallel()
	got := pay(t, Platform,
		Income{Month: month(1), Gross: 1_000_000}, Income{Month: month(2), Gross: 1_000_000}, Income{Month: month(3), Gross: 1_000_000},
		Income{Month: month(4), Gross: 10_000_000})
	if want := "[9000 9000 9000 561000]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	for income, want := range map[int64]int64{ // of January alone: taxable is 80 % less 5,000.00
		625_000:     0,          // 6,250.00: 0
		5_125_000:   108_000,    // 36,000 × 3 %
		18_625_000:  1_188_000,  // 144,000 × 10 % − 2,520
		38_125_000:  4_308_000,  // 300,000 × 20 % − 16,920
		53_125_000:  7_308_000,  // 420,000 × 25 % − 31,920
		83_125_000:  14_508_000, // 660,000 × 30 % − 52,920
		120_625_000: 25_008_000, // 960,000 × 35 % − 85,920
		125_625_000: 26_808_000, // 1,000,000 × 45 % − 181,920
	} {
		if got := pay(t, Platform, Income{Month: month(1), Gross: income}); got[0] != want {
			t.Errorf("%d: %d, want %d", income, got[0], want)
		}
	}
}

func TestPlatform_TwoPaymentsOfAMonthDeductOnce(t *testing.T) {
	t.Parallel()
	got := pay(t, Platform, Income{Month: month(1), Gross: 625_000}, Income{Month: month(1), Gross: 625_000})
	if want := "[0 15000]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestPlatform_AMonthWithoutIncomeBeginsTheRunAnew(t *testing.T) {
	t.Parallel()
	history := []Income{{month(1), 1_000_000, 9_000}, {month(2), 0, 0}, {month(3), 1_000_000, 9_000}}
	b, err := Platform.Tax(history, always, month(4), 1_000_000)
	if err != nil || b.Months != 2 || b.Before != 1_000_000 || b.Tax != 9_000 {
		t.Errorf("%+v %v", b, err)
	}
}

func TestPlatform_MonthsOfAnEarlierMethodDoNotCount(t *testing.T) {
	t.Parallel()
	history := []Income{{month(1), 1_000_000, 160_000}, {month(2), 1_000_000, 9_000}}
	b, err := Platform.Tax(history, month(2), month(3), 1_000_000)
	if err != nil || b.Months != 2 || b.Withheld != 9_000 || b.Tax != 9_000 {
		t.Errorf("%+v %v", b, err)
	}
}

func TestTax_ABusinessWithAnInvoicePaysItsOwn(t *testing.T) {
	t.Parallel()
	if got := pay(t, None, Income{Month: month(1), Gross: 100_000_000}); got[0] != 0 {
		t.Error(got)
	}
}

func TestTax_OfNonsenseIsAnError(t *testing.T) {
	t.Parallel()
	for _, m := range []Method{"", "half"} {
		if _, err := m.Tax(nil, always, month(1), 1); err == nil {
			t.Errorf("%q", m)
		}
	}
	if _, err := Labour.Tax(nil, always, month(1), 2_000_000_000_000_000); err == nil {
		t.Error("a sum that could overflow")
	}
}

// oracle is the tax of a whole sum, in rational numbers, written down from the
// tables once more.
func oracle(m Method, income int64, months int64) int64 {
	r := func(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }
	taxable := new(big.Rat).Mul(r(income), big.NewRat(8, 10))
	table := [][3]int64{{20_000, 20, 0}, {50_000, 30, 2_000}, {1 << 50, 40, 7_000}}
	if m == Labour {
		if income <= 400_000 {
			taxable = r(max(0, income-80_000))
		}
	} else {
		taxable.Sub(taxable, r(months*500_000))
		table = [][3]int64{{36_000, 3, 0}, {144_000, 10, 2_520}, {300_000, 20, 16_920}, {420_000, 25, 31_920}, {660_000, 30, 52_920}, {960_000, 35, 85_920}, {1 << 50, 45, 181_920}}
	}
	if taxable.Sign() <= 0 {
		return 0
	}
	for _, l := range table {
		if taxable.Cmp(r(100*l[0])) <= 0 {
			due := new(big.Rat).Mul(taxable, big.NewRat(l[1], 100))
			due.Sub(due, r(100*l[2])).Add(due, big.NewRat(1, 2))
			return new(big.Int).Div(due.Num(), due.Denom()).Int64()
		}
	}
	return -1
}

// However a year is cut into payments, what was withheld is the tax of the sum
// worked out from scratch; each tax lies between nothing and the payment.
func TestTax_CumulativeEqualsFromScratch(t *testing.T) {
	t.Parallel()
	for _, m := range []Method{Labour, Platform} {
		t.Run(string(m), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				var history []Income
				sum, withheld := int64(0), int64(0)
				for n := 1; n <= rapid.IntRange(1, 12).Draw(r, "months"); n++ {
					if m == Labour {
						sum, withheld = 0, 0
					}
					for range rapid.IntRange(1, 4).Draw(r, "payments") {
						gross := rapid.OneOf(rapid.Int64Range(1, 900_000), rapid.Int64Range(1, 90_000_000)).Draw(r, "gross")
						b, err := m.Tax(history, always, month(n), gross)
						if err != nil {
							r.Fatal(err)
						}
						if b.Tax < 0 || b.Tax > gross {
							r.Fatalf("%d of %d", b.Tax, gross)
						}
						sum, withheld = sum+gross, withheld+b.Tax
						history = append(history, Income{month(n), gross, b.Tax})
						due := oracle(m, sum, int64(n))
						if b.Due != due {
							r.Fatalf("due %d, from scratch %d of %d in %d months", b.Due, due, sum, n)
						}
						if withheld < due && b.Tax < gross {
							r.Fatalf("withheld %d of %d due", withheld, due)
						}
						if withheld > due && b.Tax > 0 {
							r.Fatalf("withheld %d of %d due and went on", withheld, due)
						}
					}
				}
			})
		})
	}
}

// Who asks for more gets more and pays no less tax.
func TestTax_IsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		m := rapid.SampledFrom(Methods).Draw(r, "method")
		history := []Income{{month(1), rapid.Int64Range(1, 50_000_000).Draw(r, "before"), rapid.Int64Range(0, 1_000_000).Draw(r, "withheld")}}
		at := month(rapid.IntRange(1, 3).Draw(r, "month"))
		gross := rapid.Int64Range(1, 100_000_000).Draw(r, "gross")
		more := gross + rapid.Int64Range(1, 10_000_000).Draw(r, "more")
		a, err := m.Tax(history, always, at, gross)
		b, err2 := m.Tax(history, always, at, more)
		if err != nil || err2 != nil || b.Tax < a.Tax || more-b.Tax < gross-a.Tax {
			r.Fatalf("%d pays %d, %d pays %d", gross, a.Tax, more, b.Tax)
		}
	})
}
