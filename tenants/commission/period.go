package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/program"
)

// PeriodState is how far the close of a period has come.
type PeriodState string

const (
	PeriodClosed PeriodState = "closed" // for ever
	PeriodHeld   PeriodState = "held"   // the answer cannot be booked; closing again asks again
)

const (
	codePeriodNothing = "commission.period_nothing"
	codePeriodPayee   = "commission.period_payee"
	codePeriodCap     = "commission.rail_period_cap"
	codeShares        = "commission.rail_shares"

	codePeriodUnfinished = "commission.period_unfinished"
)

// closingTries is how often a close begins anew because the period's facts
// have changed while the strategy thought.
const closingTries = 5

// ClosePeriod closes a month of the store that is over, "2026-03": what the
// strategy pays beyond its orders becomes available at once. Closing again
// changes nothing. A strategy that fails, or whose answer breaks a rail, leaves
// the period held, with nothing booked and a reason. It asks the strategy, so
// it is not for use in a transaction. Errors: [ErrPeriodUnknown] for what is no
// month, commission.period_open before its end.
func (s *Service) ClosePeriod(ctx context.Context, tenant tenancy.ID, key string) error {
	for range closingTries {
		c, err := s.beginClosing(ctx, tenant, key)
		if err != nil || c == nil {
			return err
		}
		s.askToClose(ctx, c)
		if stored, err := s.finishClosing(ctx, tenant, c); err != nil || stored {
			return err
		}
	}
	return errPeriodMoving
}

type periodKind struct{}

func (periodKind) Prefix() string { return "per" }

type periodID = id.Of[periodKind]

// closing is one period on its way to being closed.
type closing struct {
	month
	now      time.Time // what counts as settled
	revision program.Revision
	strategy string // its id
	plan     *plan
	asks     bool // the strategy closes periods

	// What the strategy is asked about, and what belongs to it.
	request    *strategyv1.ClosePeriodRequest
	carried    *strategyv1.PeriodSales // of the request's sales: from periods closed before
	sold       []soldOrder             // the members' orders in the request, in order
	unfinished int                     // orders that are not decided, where that matters

	answer *strategyv1.ClosePeriodResponse // nil when nobody was asked
	broken *violation
}

// month is a calendar month of the store, half-open.
type month struct {
	key      string
	from, to time.Time
	zone     *time.Location
}

// monthOf reads "2026-03" in the store's time.
func monthOf(key string, zone *time.Location) (month, error) {
	first, err := time.ParseInLocation("2006-01", key, zone)
	if err != nil || first.Year() < 2000 {
		return month{}, ErrPeriodUnknown
	}
	return month{key: key, from: first.UTC(), to: first.AddDate(0, 1, 0).UTC(), zone: zone}, nil
}

// beginClosing reads what the strategy is asked about; nil when the period is
// closed already.
func (s *Service) beginClosing(ctx context.Context, tenant tenancy.ID, key string) (c *closing, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		currency, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		m, err := monthOf(key, zone)
		if err != nil {
			return err
		}
		if tx.Now().Before(m.to) {
			return errPeriodOpen.With("period", key).With("until", m.to.In(zone).Format(time.DateTime))
		}
		if closed, err := isClosed(ctx, tx, key); err != nil || closed {
			return err
		}
		c = &closing{month: m, now: tx.Now()}
		if c.revision, err = s.programs.InForce(ctx, tx, m.to.Add(-time.Microsecond)); err != nil {
			return err
		}
		artifact, err := s.programs.Artifact(ctx, tx, c.revision.Artifact)
		if err != nil {
			return err
		}
		c.asks, c.strategy = artifact.Description.GetClosesPeriods(), artifact.Strategy
		if c.plan, err = s.plan(ctx, tx, c.revision); err != nil {
			return err
		}
		return s.tell(ctx, tx, c, currency)
	})
	return c, err
}

// askToClose gets an answer that can be booked, or the reason why there is
// none.
func (s *Service) askToClose(ctx context.Context, c *closing) {
	if !c.asks {
		return
	}
	if c.unfinished > 0 {
		c.broken = &violation{codePeriodUnfinished, fmt.Sprint(c.unfinished)}
		return
	}
	answer, err := s.strategies.ClosePeriod(ctx, c.revision.Artifact, c.request)
	if err != nil {
		c.broken = &violation{"plugin.unavailable", cleanNote(err.Error())}
		return
	}
	c.answer = known(answer)
	c.broken = auditPeriod(c.request, c.revision.Settings.OrderCap, answer)
}

// finishClosing writes the close down, unless somebody else has closed the
// period or its facts are no longer those that the strategy was told. The mark
// keeps two closers, and a close and a settlement, apart.
func (s *Service) finishClosing(ctx context.Context, tenant tenancy.ID, c *closing) (stored bool, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := TakeMark(ctx, tx); err != nil {
			return err
		}
		if stored, err = isClosed(ctx, tx, c.key); err != nil || stored {
			return err
		}
		now := *c
		if err := s.tell(ctx, tx, &now, c.request.GetCurrency()); err != nil || !now.same(c) {
			return err
		}
		stored = true
		return s.book(ctx, tx, c)
	})
	return stored && err == nil, err
}
