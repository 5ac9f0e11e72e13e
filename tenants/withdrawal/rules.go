package withdrawal

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Rules are the store's, as its programme has them now. Amounts are minor
// units; zero is "no limit".
type Rules struct {
	Min           int64
	MaxPerRequest int64
	MaxPerMonth   int64
	Days          []int // of the month on which one may ask; empty: all
	FeePPM        int64 // floored
	Tax           string
	Methods       []Method // the distributor's choice; empty: by hand
	RealName      bool     // nobody is paid whose real name is not known

	Currency string
	Zone     *time.Location // decides days and months
}

func (r Rules) methods() []Method {
	if len(r.Methods) == 0 {
		return []Method{Manual}
	}
	return r.Methods
}

// TaxNone withholds nothing: the distributor is a business with an invoice.
const TaxNone = "none"

// Quote is what becomes of an amount: Gross = Tax + Fee + Net.
type Quote struct {
	Gross int64 `db:"gross"`
	Tax   int64 `db:"tax"`
	Fee   int64 `db:"fee"`
	Net   int64 `db:"net"` // what arrives
}

// Quote works out tax and fee of an amount.
func (r Rules) Quote(gross int64) (Quote, error) {
	if r.Tax != "" && r.Tax != TaxNone {
		return Quote{}, fmt.Errorf("withdrawal: no tax method %q", r.Tax)
	}
	fee, err := money.Rate(r.FeePPM).Of(gross, money.Floor)
	if err != nil {
		return Quote{}, fmt.Errorf("withdrawal: fee: %w", err)
	}
	return Quote{Gross: gross, Fee: fee, Net: gross - fee}, nil
}

// refuse says why an amount cannot be asked for today; asked is what the
// distributor has already asked for this month.
func (r Rules) refuse(amount, asked int64, now time.Time) error {
	today := performance.Day(now, r.Zone)
	switch {
	case amount < r.Min:
		return ErrBelowMinimum.At("amount").With("minimum", r.text(r.Min))
	case r.MaxPerRequest > 0 && amount > r.MaxPerRequest:
		return ErrAboveMaximum.At("amount").With("maximum", r.text(r.MaxPerRequest))
	case !r.permitted(today):
		return ErrNotToday.With("next", r.nextDay(today)).With("days", r.dayList())
	case r.MaxPerMonth > 0 && amount > r.MaxPerMonth-asked:
		return ErrAboveMonth.At("amount").With("maximum", r.text(r.MaxPerMonth)).
			With("left", r.text(max(0, r.MaxPerMonth-asked))).With("next", today.MonthEnd().AddDays(1))
	}
	return nil
}

func (r Rules) permitted(d performance.Date) bool {
	return len(r.Days) == 0 || slices.Contains(r.Days, d.Day)
}

// nextDay is the next permitted day; a 31st comes at most two months later.
func (r Rules) nextDay(from performance.Date) performance.Date {
	d := from.AddDays(1)
	for range 62 {
		if r.permitted(d) {
			return d
		}
		d = d.AddDays(1)
	}
	return d
}

func (r Rules) dayList() string {
	list := ""
	for i, d := range r.Days {
		if i > 0 {
			list += ", "
		}
		list += strconv.Itoa(d)
	}
	return list
}

// month is the store's month around an instant, half-open.
func (r Rules) month(now time.Time) (from, to time.Time) {
	today := performance.Day(now, r.Zone)
	return today.MonthStart().Start(r.Zone), today.MonthEnd().AddDays(1).Start(r.Zone)
}

func (r Rules) text(minor int64) string { return money.Format(minor, r.Currency) }
