package settlement

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/program"
)

// Open is the period that is not over yet.
type Open struct {
	Begun  bool // something was ever booked
	Kind   string
	Method string
	FromAt time.Time
	ToAt   time.Time // when it closes, as things stand
	Since  Accounts  // of the store, when it began
	Stands Accounts  // and now
	Making *Making   // the period before, when its statements are not made yet
}

// Open tells about the period that is not over.
func (s *Service) Open(ctx context.Context, tx *pg.Tx) (o Open, err error) {
	calendar, err := s.calendar(ctx, tx)
	if err != nil {
		return o, err
	}
	at := calendar.At(tx.Now())
	o.Kind, o.Method = at.Period, at.Method
	m, found, err := nextPeriod(ctx, tx, calendar.PeriodStart)
	if err != nil {
		return o, err
	}
	making, isMaking, err := ReadMaking(ctx, tx)
	if err != nil {
		return o, err
	}
	if isMaking {
		m.FromAt, o.Making = making.ToAt, &making
	}
	if o.Begun = found; found {
		o.FromAt, o.ToAt = m.FromAt, calendar.NextClose(m.FromAt)
		o.Kind = kindAt(calendar, o.ToAt)
	}
	before, err := Periods(ctx, tx, 0, 1)
	if err != nil {
		return o, err
	}
	if len(before) == 1 {
		o.Since = before[0].Closing
	}
	if o.Stands.Money, err = ledger.Totals(ctx, tx, ledger.Money); err != nil {
		return o, err
	}
	points, err := ledger.Totals(ctx, tx, ledger.Points)
	o.Stands.Points = points.Available
	return o, err
}

// kindAt is as what a period closes at an instant.
func kindAt(c program.Calendar, close time.Time) string {
	return c.At(close.Add(-time.Microsecond)).Period
}
