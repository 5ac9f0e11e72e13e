package program

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// Calendar knows when a store's periods close, and up to where its mark may
// move at an instant. It follows from the revisions alone, so whoever looks
// late sees what they would have seen in time.
type Calendar struct {
	zone  *time.Location
	turns []turn // the first first
}

// turn is one revision as a calendar sees it.
type turn struct {
	from time.Time
	SettlementSettings
}

// Calendar reads a store's calendar.
func (s *Service) Calendar(ctx context.Context, tx *pg.Tx, zone *time.Location) (Calendar, error) {
	rows, err := pg.Collect[struct {
		EffectiveAt    time.Time
		Method, Period string
	}](ctx, tx, `
		select effective_at, coalesce(settings -> 'settlement' ->> 'method', $3) as method, coalesce(settings -> 'settlement' ->> 'period', $4) as period
		  from program_revision r
		 where tenant_id = $1 and effective_at < $2
		   and not exists (select 1 from program_cancelled c where c.tenant_id = $1 and c.revision = r.revision)
		 order by effective_at, revision`, tx.Tenant(), never, AfterFreeze, Month)
	if err != nil {
		return Calendar{}, fmt.Errorf("program: calendar: %w", err)
	}
	c := Calendar{zone: zone}
	for _, r := range rows {
		c.turns = append(c.turns, turn{r.EffectiveAt.UTC(), SettlementSettings{r.Method, r.Period}})
	}
	return c, nil
}

// Zone is in whose days the store lives.
func (c Calendar) Zone() *time.Location { return c.zone }

// At is what the store has chosen at an instant.
func (c Calendar) At(at time.Time) SettlementSettings {
	return c.turns[c.turnAt(at)].SettlementSettings
}

func (c Calendar) turnAt(at time.Time) int {
	for i := len(c.turns) - 1; i > 0; i-- {
		if !c.turns[i].from.After(at) {
			return i
		}
	}
	return 0
}

// CutOff is up to where the mark may move at an instant: to the instant itself
// when awards are settled after their freeze. When they are settled at the end
// of a period it is the last moment of the period that closed last, so that
// what matures at the close belongs to the next; or the moment before this
// method was chosen, since what had matured until then was settled after its
// freeze, whether or not somebody had come to it.
func (c Calendar) CutOff(now time.Time) time.Time {
	at := c.turnAt(now)
	if c.turns[at].Method != PeriodEnd {
		return now
	}
	for at > 0 && c.turns[at-1].Method == PeriodEnd {
		at--
	}
	chosen := c.turns[at].from
	if closed, found := c.LastClose(now); found && closed.After(chosen) {
		chosen = closed
	}
	return chosen.Add(-time.Microsecond)
}

// ArrivesAt is when what matures at an instant becomes available, as things
// stand now.
func (c Calendar) ArrivesAt(matures, now time.Time) time.Time {
	if c.At(now).Method != PeriodEnd || !matures.Before(never) {
		return matures
	}
	return c.NextClose(matures)
}

// NextLook is the next instant at which CutOff may say more than it does now.
// After the freeze it always may.
func (c Calendar) NextLook(now time.Time) time.Time {
	at := c.turnAt(now)
	if c.turns[at].Method != PeriodEnd {
		return now
	}
	next := c.NextClose(now)
	if at+1 < len(c.turns) && c.turns[at+1].from.Before(next) {
		next = c.turns[at+1].from
	}
	return next
}

// closesLooked bounds the search where somebody has changed the period week
// after week.
const closesLooked = 500

// NextClose is the first instant after the given one at which a period closes.
// Whether a boundary is one is decided by what is chosen in the moment before
// it: a change of the period within one makes it end at the next boundary of
// the new kind.
func (c Calendar) NextClose(after time.Time) time.Time {
	next := after
	for range closesLooked {
		week, month := weekAfter(next, c.zone), monthAfter(next, c.zone)
		if next = week; month.Before(week) {
			next = month
		}
		if c.closes(next, week, month) {
			return next
		}
	}
	return next
}

// NextBoundary is the next instant after the given one at which a period could
// close, whatever is chosen until then.
func (c Calendar) NextBoundary(after time.Time) time.Time {
	week, month := weekAfter(after, c.zone), monthAfter(after, c.zone)
	if month.Before(week) {
		return month
	}
	return week
}

// LastClose is the last close at or before an instant, and whether there is
// one at all within reach.
func (c Calendar) LastClose(upTo time.Time) (at time.Time, found bool) {
	last := upTo.Add(time.Microsecond)
	for range closesLooked {
		week, month := weekBefore(last, c.zone), monthBefore(last, c.zone)
		if last = week; month.After(week) {
			last = month
		}
		if c.closes(last, week, month) {
			return last, true
		}
	}
	return time.Time{}, false
}

func (c Calendar) closes(at, week, month time.Time) bool {
	kind := c.At(at.Add(-time.Microsecond)).Period
	return kind == Week && at.Equal(week) || kind != Week && at.Equal(month)
}

// PeriodStart is where the period begins that an instant lies in.
func (c Calendar) PeriodStart(at time.Time) time.Time {
	if from, found := c.LastClose(at); found {
		return from
	}
	y, m, _ := at.In(c.zone).Date()
	return dayStart(y, m, 1, c.zone)
}

// weekAfter is the next Sunday 24:00 of the store after an instant.
func weekAfter(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	d -= (int(t.In(zone).Weekday()) + 6) % 7 // this week's Monday
	for at := dayStart(y, m, d, zone); ; at = dayStart(y, m, d, zone) {
		if at.After(t) {
			return at
		}
		d += 7
	}
}

func weekBefore(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	d -= (int(t.In(zone).Weekday()) + 6) % 7
	for at := dayStart(y, m, d, zone); ; at = dayStart(y, m, d, zone) {
		if at.Before(t) {
			return at
		}
		d -= 7
	}
}

func monthAfter(t time.Time, zone *time.Location) time.Time {
	y, m, _ := t.In(zone).Date()
	return dayStart(y, m+1, 1, zone)
}

func monthBefore(t time.Time, zone *time.Location) time.Time {
	y, m, _ := t.In(zone).Date()
	if at := dayStart(y, m, 1, zone); at.Before(t) {
		return at
	}
	return dayStart(y, m-1, 1, zone)
}

// dayStart is the first instant of a day. Where clocks are put forward at
// midnight a day begins at one o'clock, where they are put back at midnight an
// hour is lived twice, and time.Date promises neither. Clocks are moved at
// quarters of an hour.
func dayStart(y int, m time.Month, d int, zone *time.Location) time.Time {
	const quarter = 15 * time.Minute
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	begun := func(t time.Time) bool {
		y, m, d := t.Date()
		return !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(day)
	}
	at := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for !begun(at) {
		at = at.Add(quarter)
	}
	for begun(at.Add(-quarter)) {
		at = at.Add(-quarter)
	}
	return at.UTC()
}
