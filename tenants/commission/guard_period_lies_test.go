package commission_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
)

// periodLies are wrong answers about a month, and what it is held with.
func periodLies() map[string]struct {
	code string
	tell func(*strategyv1.ClosePeriodResponse)
} {
	type lie = struct {
		code string
		tell func(*strategyv1.ClosePeriodResponse)
	}
	award := func(do func(a *strategyv1.PeriodAward)) func(*strategyv1.ClosePeriodResponse) {
		return func(r *strategyv1.ClosePeriodResponse) { do(r.GetClosed().Awards[0]) }
	}
	number := func(set func(a *strategyv1.PeriodAward)) lie { return lie{"commission.rail_amount", award(set)} }
	closed := func(c *strategyv1.Closed) func(*strategyv1.ClosePeriodResponse) {
		return func(r *strategyv1.ClosePeriodResponse) {
			r.Outcome = &strategyv1.ClosePeriodResponse_Closed{Closed: c}
		}
	}
	nothing := func(n *strategyv1.NothingToClose) func(*strategyv1.ClosePeriodResponse) {
		return func(r *strategyv1.ClosePeriodResponse) {
			r.Outcome = &strategyv1.ClosePeriodResponse_NothingToClose{NothingToClose: n}
		}
	}
	failing := func(code, message string) func(*strategyv1.ClosePeriodResponse) {
		return func(r *strategyv1.ClosePeriodResponse) {
			r.Outcome = &strategyv1.ClosePeriodResponse_Failed{Failed: &strategyv1.Failed{Code: code, Message: message}}
		}
	}
	fen := &strategyv1.PeriodAward{Amount: 1, Kind: "pool", Why: because("x")}
	return map[string]lie{
		"a stranger below":          {"commission.rail_stranger", award(func(a *strategyv1.PeriodAward) { a.Member = -1 })},
		"a stranger beyond":         {"commission.rail_stranger", award(func(a *strategyv1.PeriodAward) { a.Member = 3 })},
		"the last stranger":         {"commission.rail_stranger", award(func(a *strategyv1.PeriodAward) { a.Member = math.MaxInt32 })},
		"a negative amount":         {"commission.rail_negative", award(func(a *strategyv1.PeriodAward) { a.Amount = -1 })},
		"the least amount":          {"commission.rail_negative", award(func(a *strategyv1.PeriodAward) { a.Amount = math.MinInt64 })},
		"an award of nothing":       number(func(a *strategyv1.PeriodAward) { a.Amount = 0 }),
		"an amount beyond":          number(func(a *strategyv1.PeriodAward) { a.Amount = math.MaxInt64 }),
		"a sum beyond":              number(func(a *strategyv1.PeriodAward) { a.Amount = money.MaxMinor }),
		"a base below zero":         number(func(a *strategyv1.PeriodAward) { a.Base = -1 }),
		"a base beyond":             number(func(a *strategyv1.PeriodAward) { a.Base = math.MaxInt64 }),
		"a rate below zero":         number(func(a *strategyv1.PeriodAward) { a.RatePpm = -1 }),
		"more than the cap":         {"commission.rail_period_cap", award(func(a *strategyv1.PeriodAward) { a.Amount = 6000 })},
		"shares of orders unsold":   {"commission.rail_shares", award(func(a *strategyv1.PeriodAward) { a.Shares = []int64{a.Amount} })},
		"shares of nothing":         {"commission.rail_shares", award(func(a *strategyv1.PeriodAward) { a.Shares = []int64{0} })},
		"no reason":                 {"commission.rail_no_reason", award(func(a *strategyv1.PeriodAward) { a.Why = nil })},
		"an escape sequence":        {"commission.rail_text", award(func(a *strategyv1.PeriodAward) { a.Why.Args[0].Value = "\x1b[2J" })},
		"no UTF-8":                  {"commission.rail_text", award(func(a *strategyv1.PeriodAward) { a.Kind = "\xff" })},
		"endless words":             {"commission.rail_text", award(func(a *strategyv1.PeriodAward) { a.Why.Args[0].Value = strings.Repeat("x", 1<<20) })},
		"too many awards":           {"commission.rail_too_many", closed(&strategyv1.Closed{Awards: slices.Repeat([]*strategyv1.PeriodAward{fen}, 1000)})},
		"closed, but nobody":        {"plugin.malformed_answer", closed(&strategyv1.Closed{})},
		"no outcome":                {"plugin.malformed_answer", func(r *strategyv1.ClosePeriodResponse) { r.Outcome = nil }},
		"paid and declined":         {"commission.rail_contradiction", closed(&strategyv1.Closed{Awards: []*strategyv1.PeriodAward{fen}, Declined: []*strategyv1.PeriodDeclined{{Member: 0, Why: because("x")}}})},
		"declined a stranger":       {"commission.rail_stranger", closed(&strategyv1.Closed{Awards: []*strategyv1.PeriodAward{fen}, Declined: []*strategyv1.PeriodDeclined{{Member: 9, Why: because("x")}}})},
		"declined without a reason": {"commission.rail_no_reason", closed(&strategyv1.Closed{Awards: []*strategyv1.PeriodAward{fen}, Declined: []*strategyv1.PeriodDeclined{{Member: 1}}})},
		"nothing, without a reason": {"commission.rail_no_reason", nothing(&strategyv1.NothingToClose{})},
		"nothing, for strangers":    {"commission.rail_stranger", nothing(&strategyv1.NothingToClose{Why: because("x"), Declined: []*strategyv1.PeriodDeclined{{Member: -1, Why: because("x")}}})},
		"failed without a code":     {"strategy.failed", failing("", "")},
		"failed in our name":        {"strategy.failed", failing("commission.period_open", "later")},
		"failed with a zero byte":   {"mine.no", failing("mine.no", "a\x00\xffb"+strings.Repeat("x", 1<<20))},
	}
}

// Whatever a strategy answers wrongly about a month, nothing is booked, and
// the month is held with the reason until it has been mended.
func TestGuard_NoLieAboutAPeriodMovesMoney(t *testing.T) {
	t.Parallel()
	p := openPartners(t, poolOfPaid)
	for name, l := range periodLies() {
		t.Run(name, func(t *testing.T) {
			p.Strategy.AfterClose = l.tell
			held := p.mustClose()
			if held.State != commission.PeriodHeld || held.Code != l.code || held.Reason == "" || p.booked() != 0 || held.Total != 0 {
				t.Errorf("%+v, %d movements, want %s", held, p.booked(), l.code)
			}
			if strings.ContainsAny(held.Reason, "\x00\x1b\n") || len(held.Reason) > 2500 {
				t.Errorf("people are told %q", held.Reason)
			}
		})
	}
	p.mustBalance()
	p.Strategy.AfterClose = nil
	if period := p.mustClose(); period.State != commission.PeriodClosed || period.Total != 1000 {
		t.Errorf("%+v", period)
	}
	p.mustBalance()
}
