package withdrawal

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/performance"
	"github.com/fenli-io/fenli/tenants/program"
)

// Rules are the store's, as its programme has them now. Amounts are minor
// units; zero is "no limit".
type Rules struct {
	Min           int64
	MaxPerRequest int64
	MaxPerMonth   int64
	Days          []int // of the month on which one may ask; empty: all
	FeePPM        int64 // floored

	Methods     []Method         // the distributor's choice; empty: by hand
	PerTransfer map[Method]int64 // what one transfer may carry
	Split       bool             // into several transfers; else refused
	RealName    bool             // nobody is paid whose real name is not known
	AutoBelow   int64            // less than this is approved by itself
	TwoAbove    int64            // more than this takes two people

	Currency string
	Zone     *time.Location // decides days and months
}

// RulesOf reads them from a programme's settings.
func RulesOf(s program.WithdrawalSettings, currency string, zone *time.Location) Rules {
	r := Rules{Min: s.Min, MaxPerRequest: s.MaxPerRequest, MaxPerMonth: s.MaxPerMonth, Days: s.Days, FeePPM: int64(s.Fee), Split: s.Split,
		RealName: s.RealName, AutoBelow: s.AutoBelow, TwoAbove: s.TwoAbove, PerTransfer: map[Method]int64{}, Currency: currency, Zone: zone}
	for _, m := range s.Methods {
		r.Methods = append(r.Methods, Method(m))
	}
	for m, limit := range s.PerTransfer {
		r.PerTransfer[Method(m)] = limit
	}
	return r
}

func (r Rules) methods() []Method {
	if len(r.Methods) == 0 {
		return []Method{Manual}
	}
	return r.Methods
}

// Quote is what becomes of an amount: Gross = Tax + Fee + Net.
type Quote struct {
	Gross int64 `db:"gross"`
	Tax   int64 `db:"tax"`
	Fee   int64 `db:"fee"`
	Net   int64 `db:"net"` // what arrives
}

func (r Rules) fee(gross int64) (int64, error) {
	fee, err := money.Rate(r.FeePPM).Of(gross, money.Floor)
	if err != nil {
		return 0, fmt.Errorf("withdrawal: fee: %w", err)
	}
	return fee, nil
}

// FourEyes: an amount that takes two people.
func (r Rules) FourEyes(whole int64) bool { return r.TwoAbove > 0 && whole > r.TwoAbove }

// byItself: an amount that nobody has to look at.
func (r Rules) byItself(whole int64) bool { return whole < r.AutoBelow && !r.FourEyes(whole) }

// taxedCurrency is the one in which income tax is withheld.
const taxedCurrency = "CNY"

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
