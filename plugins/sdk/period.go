package strategy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Period is a month of the store that is over and is being closed. Amounts are
// minor units of the store's currency. What of its members needs declaring,
// [PeriodMember] tells.
type Period struct {
	wire  *strategyv1.ClosePeriodRequest
	facts declared
	rules Rules
}

// Key is how the store names the period: "2026-03".
func (p Period) Key() string { return p.wire.GetPeriod().GetKey() }

// From is the period's first instant, in UTC.
func (p Period) From() time.Time { return spanOf(p.wire.GetPeriod()).From }

// To is the first instant after the period, in UTC.
func (p Period) To() time.Time { return spanOf(p.wire.GetPeriod()).To }

// Sales are the whole store's.
func (p Period) Sales() Sales { return salesOf(p.wire.GetSales()) }

// Members is everybody who sells here as the period closes.
func (p Period) Members() []PeriodMember {
	members := make([]PeriodMember, len(p.wire.GetMembers()))
	for i, m := range p.wire.GetMembers() {
		members[i] = PeriodMember{did: m, at: int32(i), facts: p.facts}
	}
	return members
}

// Currency is the ISO 4217 code of every amount of the period.
func (p Period) Currency() string { return p.wire.GetCurrency() }

// Money writes an amount for people, in major units: 1990 CNY is "19.90".
func (p Period) Money(minor int64) string { return money.Format(minor, p.Currency()) }

// Rounding is how the store rounds.
func (p Period) Rounding() money.Rounding { return p.rules.Rounding }

// PeriodAwards collects what a period pays. Whoever is neither paid nor
// declined is declined with a general reason, and an amount of zero becomes a
// reason too.
type PeriodAwards struct {
	period   Period
	paid     []*PeriodAward
	declined map[int32]*strategyv1.Why
	none     *strategyv1.Why
}

// PeriodAward is one payment to one member.
type PeriodAward struct{ wire *strategyv1.PeriodAward }

// Because gives the reason: the key of a message in the strategy's locales and
// its arguments in pairs of name and value.
func (a *PeriodAward) Because(key string, args ...any) *PeriodAward {
	a.wire.Why = why(key, args...)
	return a
}

// Kind names the sort of award; without it "period".
func (a *PeriodAward) Kind(kind string) *PeriodAward {
	a.wire.Kind = kind
	return a
}

// Of tells what the amount is a share of.
func (a *PeriodAward) Of(base int64, rate money.Rate) *PeriodAward {
	a.wire.Base, a.wire.RatePpm = base, int64(rate)
	return a
}

// Pay awards an amount in minor units, after rounding.
func (w *PeriodAwards) Pay(to PeriodMember, amount int64) *PeriodAward {
	if amount < 0 {
		panic(Failure{Code: "strategy.negative_amount", Message: fmt.Sprintf("the strategy pays %d", amount)})
	}
	a := &PeriodAward{&strategyv1.PeriodAward{Member: to.at, Kind: "period", Amount: amount}}
	w.paid = append(w.paid, a)
	return a
}

// PayOrders awards what belongs to a member's orders: an amount in minor units
// for each of [PeriodMember.Sold], in their order. When such an order comes
// back later, so does its part. A member gets at most one such award.
func (w *PeriodAwards) PayOrders(to PeriodMember, shares []int64) *PeriodAward {
	sold := to.Sold()
	if len(shares) != len(sold) {
		panic(Failure{Code: "strategy.shares", Message: fmt.Sprintf("the strategy pays for %d orders where %d were sold", len(shares), len(sold))})
	}
	var amount int64
	for i, share := range shares {
		if share < 0 || amount > money.MaxMinor-share || share > 0 && sold[i].Net <= 0 {
			panic(Failure{Code: "strategy.shares", Message: fmt.Sprintf("the strategy pays %d for an order", share)})
		}
		amount += share
	}
	a := w.Pay(to, amount)
	a.wire.Shares = slices.Clone(shares)
	return a
}

// Decline says why a member gets nothing. An award to them overrules it.
func (w *PeriodAwards) Decline(who PeriodMember, key string, args ...any) {
	if w.declined[who.at] == nil {
		w.declined[who.at] = why(key, args...)
	}
}

// None says why nobody gets anything. Paying somebody as well fails the close.
func (w *PeriodAwards) None(key string, args ...any) { w.none = why(key, args...) }

// close turns what was collected into the wire's answer.
func (w *PeriodAwards) close() *strategyv1.ClosePeriodResponse {
	awards := w.settle()
	switch {
	case len(awards) > 0 && w.none != nil:
		panic(Failure{Code: "strategy.contradiction", Message: "the strategy pays somebody and says that nobody gets anything"})
	case len(awards) > 0:
		closed := &strategyv1.Closed{Awards: awards, Declined: w.reasons(awards)}
		return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Closed{Closed: closed}}
	}
	nothing := &strategyv1.NothingToClose{Why: w.none}
	if w.none == nil {
		nothing = &strategyv1.NothingToClose{Why: why("sdk.nobody_in_period"), Declined: w.reasons(nil)}
	}
	return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_NothingToClose{NothingToClose: nothing}}
}

// settle sorts the awards and turns those of zero into reasons.
func (w *PeriodAwards) settle() []*strategyv1.PeriodAward {
	slices.SortStableFunc(w.paid, func(a, b *PeriodAward) int {
		return cmp.Or(cmp.Compare(a.wire.Member, b.wire.Member), cmp.Compare(a.wire.Kind, b.wire.Kind))
	})
	var awards []*strategyv1.PeriodAward
	for _, a := range w.paid {
		switch {
		case a.wire.Amount > 0 && a.wire.Why == nil:
			a.wire.Why = why("sdk.paid_in_period")
			fallthrough
		case a.wire.Amount > 0:
			awards = append(awards, a.wire)
		case w.declined[a.wire.Member] == nil:
			w.declined[a.wire.Member] = whyZeroInPeriod(a.wire)
		}
	}
	return awards
}

func whyZeroInPeriod(a *strategyv1.PeriodAward) *strategyv1.Why {
	if a.Base > 0 && a.RatePpm > 0 {
		return why("sdk.rounded_to_zero", "rate", money.Rate(a.RatePpm))
	}
	return why("sdk.amount_zero")
}

// reasons names every member who gets nothing.
func (w *PeriodAwards) reasons(awards []*strategyv1.PeriodAward) []*strategyv1.PeriodDeclined {
	paid := map[int32]bool{}
	for _, a := range awards {
		paid[a.Member] = true
	}
	var list []*strategyv1.PeriodDeclined
	for _, m := range w.period.Members() {
		if paid[m.at] {
			continue
		}
		reason := w.declined[m.at]
		if reason == nil {
			reason = why("sdk.no_period_award")
		}
		list = append(list, &strategyv1.PeriodDeclined{Member: m.at, Why: reason})
	}
	return list
}

func (s *server[C]) ClosePeriod(_ context.Context, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	conf, bad := s.config(req.GetConfig())
	if bad != nil {
		return failedToClose(*bad), nil
	}
	return s.close(conf, req), nil
}

// close asks the author. Whatever goes wrong is a failure that the merchant
// sees, and no money.
func (s *server[C]) close(c C, req *strategyv1.ClosePeriodRequest) (answer *strategyv1.ClosePeriodResponse) {
	defer func() {
		if r := recover(); r != nil {
			answer = failedToClose(asFailure(r))
		}
	}()
	p := Period{wire: req, facts: s.facts, rules: rulesOf(req.GetRules())}
	out := &PeriodAwards{period: p, declined: map[int32]*strategyv1.Why{}}
	if s.plugin.ClosePeriod == nil {
		out.None("sdk.closes_no_periods")
	} else if err := s.plugin.ClosePeriod(c, p, out); err != nil {
		return failedToClose(asFailure(err))
	}
	return out.close()
}

func failedToClose(f Failure) *strategyv1.ClosePeriodResponse {
	return &strategyv1.ClosePeriodResponse{Outcome: &strategyv1.ClosePeriodResponse_Failed{Failed: f.wire()}}
}
