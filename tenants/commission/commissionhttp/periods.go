package commissionhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/commission"
)

// Period is a month that was closed, or is held.
type Period struct {
	Period   string       `json:"period" example:"2026-03"`
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to" doc:"The first instant after the month"`
	State    string       `json:"state" enum:"closed,held" doc:"Held: nothing is booked; closing again asks the strategy again"`
	Code     string       `json:"code" doc:"Why it is held, or why nobody gets anything; empty otherwise"`
	Reason   string       `json:"reason" doc:"The same as a sentence"`
	Strategy string       `json:"strategy" doc:"Empty when nobody had to be asked"`
	Version  string       `json:"version"`
	Artifact string       `json:"artifact"`
	Revision int          `json:"revision" doc:"The programme in force at the month's end"`
	Paid     money.Amount `json:"paid" doc:"The store's sales as the month was closed, less refunded"`
	Settled  money.Amount `json:"settled" doc:"Of that, received and past the days in which goods may come back"`
	Carried  Carried      `json:"carried" doc:"Of both, what stems from months closed before: what has settled since, less what came back"`
	Total    money.Amount `json:"total" doc:"Booked"`
	ClosedAt time.Time    `json:"closed_at" doc:"When held: of the last try"`
}

// Carried is what a month counts of those closed before it.
type Carried struct {
	Paid    money.Amount `json:"paid"`
	Settled money.Amount `json:"settled"`
}

// PeriodDetail says who gets what of a closed month, and why.
type PeriodDetail struct {
	Period
	Awards   []PeriodAward `json:"awards"`
	Declined []Declined    `json:"declined"`
}

// PeriodAward is one reason for which a closed month pays somebody.
type PeriodAward struct {
	Payee     Payee        `json:"payee"`
	Kind      string       `json:"kind" example:"pool"`
	Base      money.Amount `json:"base" doc:"What the rate was applied to; 0 for a fixed amount"`
	Rate      money.Rate   `json:"rate" example:"0.1"`
	Amount    money.Amount `json:"amount"`
	Cut       money.Amount `json:"cut" doc:"What the caps of single orders took of it"`
	PersonCut money.Amount `json:"person_cut" doc:"What the cap on what one person gets in a month then took"`
	Why       string       `json:"why"`
}

func (c teller) period(p commission.Period) Period {
	return Period{Period: p.Key, From: p.From, To: p.To, State: string(p.State), Code: p.Code, Reason: p.Reason, Strategy: p.Strategy, Version: p.Version,
		Artifact: p.Artifact, Revision: p.Revision, Paid: c.money(p.Paid), Settled: c.money(p.Settled),
		Carried: Carried{c.money(p.Carried.Paid), c.money(p.Carried.Settled)}, Total: c.money(p.Total), ClosedAt: p.ClosedAt}
}

func (c teller) periodDetail(p commission.Period) PeriodDetail {
	out := PeriodDetail{Period: c.period(p), Awards: []PeriodAward{}, Declined: []Declined{}}
	for _, a := range p.Awards {
		out.Awards = append(out.Awards, PeriodAward{payee(a.Payee), a.Kind, c.money(a.Base), a.Rate, c.money(a.Amount), c.money(a.Cut), c.money(a.Over), a.Why})
	}
	for _, d := range p.Declined {
		out.Declined = append(out.Declined, Declined{Who: somebody(d.Who), Code: d.Code, Why: d.Why})
	}
	return out
}

// PeriodRequest names a month.
type PeriodRequest struct {
	Period string `path:"period" maxLength:"20" doc:"A month of the store: 2026-03"`
}

type periodAnswer struct{ Body PeriodDetail }

func (h *handlers) period(ctx context.Context, in *PeriodRequest) (*periodAnswer, error) {
	out := &periodAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		p, err := h.Commission.Period(ctx, tx, in.Period, httpapi.LangOf(ctx))
		if err != nil {
			return err
		}
		currency, err := h.Currency(ctx, tx)
		out.Body = teller(currency).periodDetail(p)
		return err
	})
	return out, err
}

func (h *handlers) closePeriod(ctx context.Context, in *PeriodRequest) (*periodAnswer, error) {
	if err := h.Commission.ClosePeriod(ctx, httpapi.TenantOf(ctx), in.Period); err != nil {
		return nil, err
	}
	return h.period(ctx, in)
}

type periodsAnswer struct{ Body httpapi.Page[Period] }

func (h *handlers) periods(ctx context.Context, in *struct{ httpapi.PageQuery }) (*periodsAnswer, error) {
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	below := ""
	if parts != nil {
		below = parts[0]
	}
	out := &periodsAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := h.Commission.Periods(ctx, tx, below, in.Limit+1, httpapi.LangOf(ctx))
		if err != nil {
			return err
		}
		page := httpapi.PageOf(found, in.Limit, func(p commission.Period) []string { return []string{p.Key} })
		currency, err := h.Currency(ctx, tx)
		out.Body = httpapi.MapPage(page, teller(currency).period)
		return err
	})
	return out, err
}

// OwnPeriod is what a closed month gave the caller, and why, or why nothing.
type OwnPeriod struct {
	Period   string        `json:"period" example:"2026-03"`
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to" doc:"The first instant after the month"`
	Total    money.Amount  `json:"total" doc:"Available at once"`
	Awards   []PeriodAward `json:"awards"`
	Declined []Declined    `json:"declined" doc:"Why nothing"`
	ClosedAt time.Time     `json:"closed_at"`
}

func (c teller) ownPeriod(p commission.OwnPeriod) OwnPeriod {
	whole := c.periodDetail(commission.Period{Awards: p.Awards, Declined: p.Declined})
	return OwnPeriod{Period: p.Key, From: p.From, To: p.To, Total: c.money(p.Total), Awards: whole.Awards, Declined: whole.Declined, ClosedAt: p.ClosedAt}
}

type ownPeriodsAnswer struct{ Body httpapi.Page[OwnPeriod] }

func (h *handlers) ownPeriods(ctx context.Context, in *struct{ httpapi.PageQuery }) (*ownPeriodsAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	below := ""
	if parts != nil {
		below = parts[0]
	}
	out := &ownPeriodsAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, next, err := h.Commission.OwnPeriods(ctx, tx, who, below, in.Limit, httpapi.LangOf(ctx))
		if err != nil {
			return err
		}
		currency, err := h.Currency(ctx, tx)
		out.Body.Items = []OwnPeriod{}
		for _, p := range found {
			out.Body.Items = append(out.Body.Items, teller(currency).ownPeriod(p))
		}
		if next != "" {
			out.Body.NextCursor = httpapi.MakeCursor(next)
		}
		return err
	})
	return out, err
}
