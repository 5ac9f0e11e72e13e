package payer

import (
	"fmt"

	"github.com/fenli-io/fenli/tenants/performance"
)

// Method is how income tax is withheld from what people are paid. All figures
// are fen; nothing here is advice, and the product says so.
type Method string

const (
	// None withholds nothing: the payee is a business that gives an invoice, or
	// somebody else declares.
	None Method = "none"

	// Labour withholds from remuneration for labour by payment.
	//
	// 国家税务总局公告 2018 年第 61 号, article 8 and table 2 (个人所得税预扣率表二): of up
	// to 800.00 nothing; of up to 4,000.00 the part above 800.00 is taxable; of
	// more, 80 %. Taxable up to 20,000.00 pays 20 %, up to 50,000.00 30 % less
	// 2,000.00, above 40 % less 7,000.00. What one payer pays one person for
	// the same work within a month is one payment (个人所得税法实施条例, article 14),
	// so the month is taxed as a whole, less what was withheld in it.
	Labour Method = "labour"

	// Platform withholds cumulatively, as internet platforms do from October
	// 2025 for the people who work through them.
	//
	// 国家税务总局公告 2025 年第 16 号, article 1 (1): (cumulative income − cumulative
	// cost − cumulative deduction) × rate − quick deduction − what was withheld;
	// cost is 20 % of income, the deduction 5,000.00 for each month of the year,
	// up to this one, in which the person was paid without a gap; rates are
	// those of table 1 of announcement 61 of 2018 (预扣率表一, 3 % to 45 %).
	// The text leaves open what becomes of the sums after a month without
	// income. Here income, cost and deduction are all counted over the months
	// without a gap, so that they belong together. Months before this method
	// are not counted.
	Platform Method = "platform"
)

// Methods lists them all.
var Methods = []Method{None, Labour, Platform}

func (m Method) known() bool { return m == None || m == Labour || m == Platform }

// Income is what a payer has paid a person in a month, and withheld.
type Income struct {
	Month performance.Date `db:"month" json:"month"` // its first day
	Gross int64            `db:"gross" json:"gross"`
	Tax   int64            `db:"tax" json:"tax"`
}

// Basis shows how a tax comes about, for whoever wants to follow it.
type Basis struct {
	Method    Method           `json:"method"`
	Month     performance.Date `json:"month"`     // the one it is paid in
	Income    int64            `json:"income"`    // counted together: this payment and those before
	Before    int64            `json:"before"`    // of it, paid before
	Months    int              `json:"months"`    // counted, this one included
	Cost      int64            `json:"cost"`      // taken off as cost; less than a fen is kept in the sum
	Deduction int64            `json:"deduction"` // taken off for the months
	Taxable   int64            `json:"taxable"`
	Percent   int64            `json:"percent"`
	Quick     int64            `json:"quick"`
	Due       int64            `json:"due"`      // of all that was counted
	Withheld  int64            `json:"withheld"` // before
	Tax       int64            `json:"tax"`      // of this payment
}

// most is above every sum of a person's income; sums below it cannot overflow.
const most = 1_000_000_000_000_000

// Tax is what to withhold from a payment of gross in month, after what was
// paid in the months of history. since is the first month of the method. Tax
// is never below zero, nor above the payment.
func (m Method) Tax(history []Income, since, month performance.Date, gross int64) (Basis, error) {
	b := Basis{Method: m, Month: month.MonthStart(), Months: 1}
	switch m {
	case None:
		b.Income = gross
		return b, nil
	case Labour:
		b.count(history, func(of performance.Date) bool { return of == b.Month })
	case Platform:
		first := unbroken(history, since, b.Month)
		b.count(history, func(of performance.Date) bool { return first.Compare(of) <= 0 && of.Compare(b.Month) <= 0 })
		b.Months = 1 + int(b.Month.Month) - int(first.Month)
	default:
		return b, fmt.Errorf("payer: no tax method %q", m)
	}
	b.Income = b.Before + gross
	if gross < 0 || b.Income > most {
		return b, fmt.Errorf("payer: an income of %d", b.Income)
	}
	if m == Labour {
		b.labour()
	} else {
		b.platform()
	}
	b.Tax = min(max(0, b.Due-b.Withheld), gross)
	return b, nil
}

func (b *Basis) count(history []Income, in func(performance.Date) bool) {
	for _, i := range history {
		if in(i.Month) {
			b.Before += i.Gross
			b.Withheld += i.Tax
		}
	}
}

// unbroken is the first month from which on somebody was paid in each month of
// the year up to this one.
func unbroken(history []Income, since, month performance.Date) performance.Date {
	paid := map[performance.Date]bool{}
	for _, i := range history {
		paid[i.Month] = i.Gross > 0
	}
	first := month
	for first.Month > 1 {
		before := first.AddDays(-1).MonthStart()
		if !paid[before] || before.Compare(since) < 0 {
			break
		}
		first = before
	}
	return first
}

// bracket is a line of a table: up to this much is taxable at percent, less
// quick.
type bracket struct{ upTo, percent, quick int64 }

var (
	labourTable   = []bracket{{2_000_000, 20, 0}, {5_000_000, 30, 200_000}, {most, 40, 700_000}}
	platformTable = []bracket{
		{3_600_000, 3, 0}, {14_400_000, 10, 252_000}, {30_000_000, 20, 1_692_000}, {42_000_000, 25, 3_192_000},
		{66_000_000, 30, 5_292_000}, {96_000_000, 35, 8_592_000}, {most, 45, 18_192_000},
	}
)

const (
	labourFree    = 80_000  // 800.00
	labourFlat    = 400_000 // up to 4,000.00 the free part is taken off
	platformMonth = 500_000 // 5,000.00
)

func (b *Basis) labour() {
	switch {
	case b.Income <= labourFree:
		b.Cost = b.Income
	case b.Income <= labourFlat:
		b.Cost = labourFree
		b.levy(labourTable, 5*(b.Income-labourFree))
	default:
		b.Cost = b.Income / 5
		b.levy(labourTable, 4*b.Income)
	}
}

func (b *Basis) platform() {
	b.Cost, b.Deduction = b.Income/5, int64(b.Months)*platformMonth
	b.levy(platformTable, max(0, 4*b.Income-5*b.Deduction))
}

// levy looks up the table with fifths of a fen, because a fifth of the income
// is cost, and rounds once, half a fen up.
func (b *Basis) levy(table []bracket, fifths int64) {
	b.Taxable = fifths / 5
	for _, l := range table {
		if fifths <= 5*l.upTo {
			b.Percent, b.Quick = l.percent, l.quick
			b.Due = (fifths*l.percent - 500*l.quick + 250) / 500
			return
		}
	}
}
