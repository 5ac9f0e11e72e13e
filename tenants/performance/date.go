package performance

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// Date is a civil day of a store, without a time of day or a zone. The zero
// Date is none.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// The first and the last day of all time.
var (
	FirstDay = Date{1, time.January, 1}
	LastDay  = Date{9999, time.December, 31}
)

// Day is the store's day at an instant; loc is the store's time zone.
func Day(at time.Time, loc *time.Location) Date {
	y, m, d := at.In(loc).Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-03-01".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("performance: %q is not a day", s)
	}
	return Day(t, time.UTC), nil
}

func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText and UnmarshalText use the form 2026-03-01.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

func (d Date) IsZero() bool { return d == Date{} }

// Start is the instant the day begins in a time zone.
func (d Date) Start(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// AddDays is n days later.
func (d Date) AddDays(n int) Date { return Day(d.Start(time.UTC).AddDate(0, 0, n), time.UTC) }

// Monday is the first day of the week.
func (d Date) Monday() Date {
	return d.AddDays(-(int(d.Start(time.UTC).Weekday()) + 6) % 7)
}

// MonthStart and MonthEnd are the first and the last day of the month.
func (d Date) MonthStart() Date { return Date{d.Year, d.Month, 1} }

func (d Date) MonthEnd() Date {
	return Day(time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC), time.UTC)
}

// Compare is negative when d is earlier than e.
func (d Date) Compare(e Date) int { return d.Start(time.UTC).Compare(e.Start(time.UTC)) }

// DateValue and ScanDate let pgx move days, alone and in arrays.
func (d Date) DateValue() (pgtype.Date, error) {
	return pgtype.Date{Time: d.Start(time.UTC), Valid: !d.IsZero()}, nil
}

func (d *Date) ScanDate(v pgtype.Date) error {
	*d = Date{}
	if v.Valid {
		*d = Day(v.Time, time.UTC)
	}
	return nil
}
