package commission

import (
	"fmt"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Reader is for whom an explanation is told.
type Reader int

const (
	Merchant Reader = iota // everything: each step, the rounding, the decision's particulars
	Earner                 // a distributor, about their own: what, and when
)

// TellRuling says by what the order was decided, or what it waits for. Nothing
// for an order that has not been paid.
func (x Explanation) TellRuling(lang string) (said []string) {
	if w := x.Waits; w != nil {
		key, at := "told.wait_next", ""
		if !w.NextTryAt.IsZero() {
			key, at = "told.wait", x.moment(w.NextTryAt)
		} else if w.Code == codeGroupOpen {
			key = "told.wait_forever"
		}
		said = append(said, say(key, lang, "reason", w.Sentence, "attempts", fmt.Sprint(w.Attempts), "at", at))
	}
	if r := x.Ruling; r != nil {
		key := "told.ruling"
		if r.Strategy == "" {
			key = "told.ruling_host"
		}
		said = append(said, say(key, lang, "strategy", r.Strategy, "version", r.Version, "revision", fmt.Sprint(r.Revision), "seq", fmt.Sprint(r.Seq), "at", x.moment(r.DecidedAt)))
	}
	return said
}

// TellAward says in plain sentences how an award came about, what was taken
// from it, and when it arrives.
func (x Explanation) TellAward(a Explained, to Reader, lang string) (said []string) {
	for _, l := range a.Lines {
		if to == Merchant {
			said = append(said, x.step(l, lang))
		}
		if l.RolledUp != nil {
			said = append(said, say("told.rolled_up", lang, "from", l.RolledUp.Name, "amount", x.plain(l.Amount)))
		}
	}
	for _, l := range a.Lines {
		if l.Margin > 0 {
			said = append(said, x.marginCut(l, to, lang))
		}
	}
	if cut := a.cut(); cut > 0 && x.Cap != nil {
		key := "told.cut_of"
		if to == Earner {
			key = "told.cut"
		}
		said = append(said, say(key, lang, "share", x.Cap.Share.Percent(), "most", x.plain(x.Cap.Most), "asked", x.plain(x.Cap.Asked), "cut", x.plain(cut)))
	}
	for _, c := range x.Counters {
		if c.Payee.ID == a.Payee.ID {
			said = append(said, say("told.over", lang, "period", sayPeriod(c.Period, lang), "most", x.plain(c.Most), "used", x.plain(c.Used), "cut", x.plain(c.Cut)))
		}
	}
	for _, r := range x.Reversed {
		if r.Payee.ID == a.Payee.ID {
			key := "told.refund"
			if r.Borne {
				key = "told.borne"
			}
			said = append(said, say(key, lang, "days", fmt.Sprint(x.settings.BearReversalsAfterDays), "refund", r.Refund.ExternalID, "refunded", x.plain(r.Refund.Amount), "amount", x.plain(r.Amount)))
		}
	}
	for _, p := range x.FromPeriods {
		if p.Payee.ID == a.Payee.ID {
			said = append(said, say("told.from_period", lang, "period", p.Period, "amount", x.plain(p.Granted), "standing", x.plain(p.Standing)))
		}
	}
	return append(said, x.arrival(a, lang))
}

func (a Explained) cut() (cut int64) {
	for _, l := range a.Lines {
		cut += l.Cut - l.Margin - l.Over
	}
	return cut
}

// marginCut says what the cap on a line's margin took. What the goods cost is
// the store's own business: an earner reads that there was a cap, and no figure
// of it.
func (x Explanation) marginCut(l ExplainedLine, to Reader, lang string) string {
	if l.Line == "" {
		return say("told.margin_whole", lang, "cut", x.plain(l.Margin))
	}
	for _, c := range x.LineCaps {
		if c.Line == l.Line && to == Merchant {
			return say("told.margin_of", lang, "sku", l.SKU, "share", x.settings.LineMarginCap.Percent(), "margin", x.plain(c.Margin),
				"most", x.plain(c.Most), "asked", x.plain(c.Asked), "cut", x.plain(l.Margin))
		}
	}
	return say("told.margin", lang, "sku", l.SKU, "cut", x.plain(l.Margin))
}

// TellDeclined is the reason why somebody gets nothing, with the amount that a
// rule of the store took.
func (x Explanation) TellDeclined(d Declined, lang string) []string {
	said := []string{d.Why}
	if d.Lost > 0 {
		said = append(said, say("told.lost", lang, "amount", x.plain(d.Lost)))
	}
	return said
}

// step is one line's arithmetic as it was done. A strategy may have multiplied
// or blended rates; then base times rate is not the amount, and is not said to
// be.
func (x Explanation) step(l ExplainedLine, lang string) string {
	key := "told.line_factor"
	down, errDown := l.Rate.Of(l.Base, money.Floor)
	near, errNear := l.Rate.Of(l.Base, money.HalfUp)
	exact, errBack := money.MulDiv(down, int64(money.Whole), max(int64(l.Rate), 1), money.Floor)
	switch {
	case l.Base == 0 || l.Rate == 0:
		key = "told.line_fixed"
	case errDown != nil || errNear != nil || errBack != nil:
	case l.Amount == down && exact == l.Base:
		key = "told.line"
	case l.Amount == down && x.settings.Rounding != "half_up":
		key = "told.line_down"
	case l.Amount == near:
		key = "told.line_up"
	}
	sku := l.SKU
	if l.Line == "" {
		sku = say("told.whole_order", lang)
	}
	return say(key, lang, "sku", sku, "base", x.plain(l.Base), "rate", l.Rate.Percent(), "amount", x.plain(l.Amount))
}

func (x Explanation) arrival(a Explained, lang string) string {
	days := fmt.Sprint(x.settings.FreezeDays)
	switch {
	case a.Standing == 0:
		return say("told.gone", lang)
	case a.Status == OnHold:
		return say("told.hold", lang, "reason", sayHold(a.Hold, lang))
	case a.Status == Settled:
		return say("told.settled", lang, "at", x.moment(a.MaturesAt))
	case a.MaturesAt.IsZero():
		return say("told.waits", lang, "days", days)
	}
	return say("told.matures", lang, "at", x.moment(a.MaturesAt), "days", days)
}

// sayHold names why an award is on hold: somebody's state, or the reason that
// staff gave.
func sayHold(hold, lang string) string {
	if text := sayState(distributor.State(hold), lang); text != "state."+hold {
		return text
	}
	return hold
}

func (x Explanation) plain(minor int64) string { return plain(minor, x.currency) }

func plain(minor int64, currency string) string { return money.Format(minor, currency) }

// moment is a time as the store's clocks show it.
func (x Explanation) moment(t time.Time) string {
	if x.zone != nil {
		t = t.In(x.zone)
	}
	return t.Format("2006-01-02 15:04:05")
}
