// Package leaderboard ranks members by what they have done in a day, a week, a
// month or ever.
//
// Boards live in Redis, and Redis is never the truth: a board is a copy of the
// sums that performance keeps, written as absolute values by one flusher a
// store. A board that is missing is built from the sums when somebody looks at
// it, and while Redis is away the sums themselves answer. Of two members with
// the same figure the one who reached it first stands higher.
package leaderboard

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Metric is what a board counts.
type Metric string

const (
	Sales      Metric = "sales"      // net of refunds, minor units
	Orders     Metric = "orders"     // a number
	Commission Metric = "commission" // awarded less taken back, minor units
)

// Metrics lists them.
var Metrics = []Metric{Sales, Orders, Commission}

// Period is how long a board counts.
type Period string

const (
	Day   Period = "day"
	Week  Period = "week" // Monday to Sunday
	Month Period = "month"
	All   Period = "all"
)

// Periods lists them.
var Periods = []Period{Day, Week, Month, All}

// Window is the period around a day: its first and its last day.
func (p Period) Window(day performance.Date) (from, to performance.Date) {
	switch p {
	case Day:
		return day, day
	case Week:
		return day.Monday(), day.Monday().AddDays(6)
	case Month:
		return day.MonthStart(), day.MonthEnd()
	}
	return performance.FirstDay, performance.LastDay
}

// keep is how long an untouched board stays in Redis; a board of the past is
// built again when somebody looks.
func (p Period) keep() time.Duration {
	const day = 24 * time.Hour
	switch p {
	case Day, Week:
		return 40 * day
	case Month:
		return 400 * day
	}
	return 0
}

// Board is one ranking: a metric over a period.
type Board struct {
	Metric   Metric
	Period   Period
	From, To performance.Date
}

// BoardOf is the board around a day; [ErrUnknownMetric] or [ErrUnknownPeriod]
// when there is none.
func BoardOf(m Metric, p Period, day performance.Date) (Board, error) {
	if !slices.Contains(Metrics, m) {
		return Board{}, ErrUnknownMetric.With("metric", m)
	}
	if !slices.Contains(Periods, p) {
		return Board{}, ErrUnknownPeriod.With("period", p)
	}
	from, to := p.Window(day)
	return Board{m, p, from, to}, nil
}

// String names a board: "sales week 2026-03-02".
func (b Board) String() string { return fmt.Sprintf("%s %s %s", b.Metric, b.Period, b.From) }

func parseBoard(name string) (Board, error) {
	var m, p, day string
	if _, err := fmt.Sscan(name, &m, &p, &day); err != nil {
		return Board{}, fmt.Errorf("leaderboard: no board %q: %w", name, err)
	}
	from, err := performance.ParseDate(day)
	if err != nil {
		return Board{}, err
	}
	return BoardOf(Metric(m), Period(p), from)
}

// Place is a member's place on a board. Ranks are 1, 2, 3 … without repeats:
// ties are decided.
type Place struct {
	Rank   int
	Member distributor.ID
	Value  int64
}

// score is a member's figure and when it was reached.
type score struct {
	member  distributor.ID
	value   int64
	reached int64
}

// ahead orders scores: more first, then earlier, then by id so that the order
// is one.
func ahead(a, b score) int {
	return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.reached, b.reached), slices.Compare(a.member[:], b.member[:]))
}

// scoresOf picks the metric; who has nothing, or less, is on no board.
func scoresOf(m Metric, standings []performance.Standing) []score {
	all := make([]score, 0, len(standings))
	for _, s := range standings {
		if sc := scoreOf(m, s); sc.value > 0 {
			all = append(all, sc)
		}
	}
	return all
}

func scoreOf(m Metric, s performance.Standing) score {
	switch m {
	case Orders:
		return score{s.Member, s.Orders, s.OrdersSeq}
	case Commission:
		return score{s.Member, s.Commission, s.CommissionSeq}
	}
	return score{s.Member, s.Net, s.NetSeq}
}

func places(sorted []score, first int) []Place {
	list := make([]Place, len(sorted))
	for i, s := range sorted {
		list[i] = Place{Rank: first + i, Member: s.member, Value: s.value}
	}
	return list
}
