package settlement

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// stepMost is how many entries one transaction of a making takes: a second's
// work.
const stepMost = 20_000

// Close closes every period of the store that is over and makes its
// statements: in steps of one transaction each, so that it can be stopped at
// any instant and goes on where it was. Of two processes at once each waits for
// the other's step. It returns how many periods it has closed.
//
// A period holds what the journal has numbered up to the first entry that was
// recorded after its end. An entry that was recorded before and numbered after
// is late, and goes into the open period.
func (s *Service) Close(ctx context.Context, tenant tenancy.ID) (closed int, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return closed, err
		}
		if _, err := s.journal.Seal(ctx, tenant); err != nil {
			return closed, err
		}
		var more, made bool
		err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			more, made, err = s.advance(ctx, tx)
			return err
		})
		if made {
			closed++
		}
		if err != nil || !more {
			return closed, err
		}
	}
}

// advance does one step: it begins a period that is over, or goes on with the
// one that has begun.
func (s *Service) advance(ctx context.Context, tx *pg.Tx) (more, closed bool, err error) {
	if err := lockCalendar(ctx, tx); err != nil {
		return false, false, err
	}
	m, making, err := ReadMaking(ctx, tx)
	if err != nil {
		return false, false, err
	}
	if !making {
		more, err = s.begin(ctx, tx)
		return more, false, err
	}
	if closed, err = s.step(ctx, tx, m); err != nil {
		return false, false, fmt.Errorf("settlement: statements of %s: %w", m.Key(), err)
	}
	return true, closed, nil
}

// begin looks for a period that is over and cuts it off the journal.
func (s *Service) begin(ctx context.Context, tx *pg.Tx) (begun bool, err error) {
	calendar, err := s.calendar(ctx, tx)
	if err != nil {
		return false, err
	}
	m, found, err := nextPeriod(ctx, tx, calendar.PeriodStart)
	if err != nil {
		return false, err
	}
	m.ToAt = calendar.NextClose(m.FromAt)
	if !found || m.ToAt.After(tx.Now()) {
		return false, lookAgain(ctx, tx, calendar.NextBoundary(tx.Now()))
	}
	last, cut, err := cutOff(ctx, tx, m)
	if err != nil || !cut {
		return false, err
	}
	at := calendar.At(m.ToAt.Add(-time.Microsecond))
	m.Last, m.Done, m.Kind, m.Method, m.BegunAt = last, m.After, at.Period, at.Method, tx.Now()
	y, month, d := m.FromAt.In(calendar.Zone()).Date()
	m.Day = time.Date(y, month, d, 0, 0, 0, 0, time.UTC)
	return true, insertMaking(ctx, tx, m)
}

// nextPeriod is the one behind the last that is closed. The first begins with
// the period in which the store's first entry was recorded.
func nextPeriod(ctx context.Context, tx *pg.Tx, start func(time.Time) time.Time) (m Making, found bool, err error) {
	before, err := Periods(ctx, tx, 0, 1)
	if err != nil {
		return m, false, err
	}
	if len(before) == 1 {
		return Making{Nth: before[0].Nth + 1, FromAt: before[0].ToAt, After: before[0].Last}, true, nil
	}
	first, err := ledger.Read(ctx, tx, 0, 1)
	if err != nil || len(first) == 0 {
		return m, false, err
	}
	return Making{Nth: 1, FromAt: start(first[0].RecordedAt)}, true, nil
}

// cutOff is the number of the period's last entry. As long as nothing that was
// recorded after its end has a number, everything must have one: what waits for
// it may belong to the period.
func cutOff(ctx context.Context, tx *pg.Tx, m Making) (last int64, sure bool, err error) {
	next, found, err := ledger.FirstFrom(ctx, tx, m.After, m.ToAt)
	if err != nil || found {
		return next - 1, found, err
	}
	waiting, err := ledger.Unsealed(ctx, tx)
	if err != nil || waiting > 0 {
		return 0, false, err
	}
	last, err = ledger.Last(ctx, tx)
	return last, true, err
}

// step makes what a bounded number of entries says of each party. The last
// step closes the period.
func (s *Service) step(ctx context.Context, tx *pg.Tx, m Making) (closed bool, err error) {
	entries, err := ledger.Read(ctx, tx, m.Done, int(min(m.Last-m.Done, int64(s.StepMost))))
	if err != nil {
		return false, err
	}
	if m.Done < m.Last && len(entries) == 0 {
		return false, fmt.Errorf("entry %d cannot be found", m.Done+1)
	}
	_, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return false, err
	}
	p := partOf(entries, m, zone)
	if err := p.balance(ctx, tx, &m); err != nil {
		return false, err
	}
	if err := p.insert(ctx, tx, m); err != nil {
		return false, err
	}
	m.Part++
	m.Done += int64(len(entries))
	if m.Done < m.Last {
		return false, saveMaking(ctx, tx, m)
	}
	return true, finish(ctx, tx, m)
}

// part is what one step has found.
type part struct {
	parties map[ledger.Party]*share
	days    map[dayKind]*daySum
}

// share is what a step has found of one party.
type share struct {
	lines   int
	entries []byte
	sums    Sums
	closing Accounts

	number, id int64 // of the last entry packed
}

type dayKind struct {
	day  time.Time
	kind string
}

type daySum struct {
	lines  int
	amount int64
}

func partOf(entries []ledger.Sealed, m Making, zone *time.Location) part {
	p := part{map[ledger.Party]*share{}, map[dayKind]*daySum{}}
	for _, e := range entries {
		x := p.parties[e.Party]
		if x == nil {
			x = &share{sums: Sums{}}
			p.parties[e.Party] = x
		}
		x.take(e)
		y, month, d := e.RecordedAt.In(zone).Date()
		k := dayKind{time.Date(y, month, d, 0, 0, 0, 0, time.UTC), e.Kind}
		if k.day.Before(m.Day) {
			k.day = m.Day // late: the books of its own day are closed
		}
		if p.days[k] == nil {
			p.days[k] = &daySum{}
		}
		p.days[k].lines++
		p.days[k].amount += e.Amount
	}
	return p
}

func (x *share) take(e ledger.Sealed) {
	x.entries = binary.AppendVarint(x.entries, e.Number-x.number)
	x.entries = binary.AppendVarint(x.entries, e.ID-x.id)
	x.number, x.id = e.Number, e.ID
	x.sums[e.Kind] += e.Amount
	x.lines++
}

// place is an entry's number and id.
type place struct{ number, id int64 }

var errPacked = errors.New("a statement's list of entries cannot be read")

func unpack(b []byte) (list []place, err error) {
	var at place
	for len(b) > 0 {
		number, n := binary.Varint(b)
		if n <= 0 {
			return nil, errPacked
		}
		id, more := binary.Varint(b[n:])
		if more <= 0 {
			return nil, errPacked
		}
		at.number, at.id, b = at.number+number, at.id+id, b[n+more:]
		list = append(list, at)
	}
	return list, nil
}

// balance carries each party's accounts on from where they stood, and counts
// who has had no entry in the period before.
func (p part) balance(ctx context.Context, tx *pg.Tx, m *Making) error {
	stood, err := standing(ctx, tx, slices.Collect(maps.Keys(p.parties)), m.Nth)
	if err != nil {
		return err
	}
	for party, x := range p.parties {
		if stood[party].nth < m.Nth {
			m.Statements++
		}
		x.closing = stood[party].Accounts.afterAll(x.sums)
	}
	return nil
}

// finish writes the period down. Nothing of it changes ever after.
func finish(ctx context.Context, tx *pg.Tx, m Making) error {
	p := Period{Nth: m.Nth, Day: m.Day, Kind: m.Kind, Method: m.Method, FromAt: m.FromAt, ToAt: m.ToAt, After: m.After, Last: m.Last,
		Hash: []byte{}, Statements: m.Statements, ClosedAt: tx.Now()}
	before, err := Periods(ctx, tx, 0, 1)
	if err != nil {
		return err
	}
	if len(before) == 1 {
		p.Opening = before[0].Closing
	}
	if p.Sums, err = sumDays(ctx, tx, m.Nth); err != nil {
		return err
	}
	p.Closing = p.Opening.afterAll(p.Sums)
	if m.Last > 0 {
		end, err := ledger.Read(ctx, tx, m.Last-1, 1)
		if err != nil {
			return err
		}
		p.Hash = end[0].Hash[:]
	}
	if err := insertPeriod(ctx, tx, p); err != nil {
		return err
	}
	return deleteMaking(ctx, tx)
}
