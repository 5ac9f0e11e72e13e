package strategy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Awards collects what one order pays. Amounts are minor units of the order's
// currency. Whoever of the chain is neither paid nor declined is declined with
// a general reason, and an amount of zero becomes a reason too, so that an
// answer never holds a silent zero.
type Awards struct {
	order    Order
	paid     []*Award
	declined map[int32]*strategyv1.Why
	none     *strategyv1.Why
}

// Award is one payment to one recipient.
type Award struct{ wire *strategyv1.Award }

// Amount is what is paid, in minor units, after rounding.
func (a *Award) Amount() int64 { return a.wire.Amount }

// Because gives the reason: the key of a message in the strategy's locales and
// its arguments in pairs of name and value.
func (a *Award) Because(key string, args ...any) *Award {
	a.wire.Why = why(key, args...)
	return a
}

// Kind names the sort of award; without it "level", or the role's name.
func (a *Award) Kind(kind string) *Award {
	a.wire.Kind = kind
	return a
}

// Of tells what the amount was a share of, when the strategy computed it itself.
func (a *Award) Of(base int64, rate money.Rate) *Award {
	a.wire.Base, a.wire.RatePpm = base, int64(rate)
	return a
}

// Pay awards a fixed amount for a line.
func (w *Awards) Pay(to Recipient, line Line, amount int64) *Award {
	return w.add(to, line.at, 0, 0, amount)
}

// PayPerPiece awards a fixed amount for every piece of a line.
func (w *Awards) PayPerPiece(to Recipient, line Line, each int64) *Award {
	if each < 0 || line.Quantity() < 0 {
		panic(Failure{Code: "strategy.negative_amount", Message: fmt.Sprintf("the strategy pays %d for each of %d", each, line.Quantity())})
	}
	amount, err := money.MulDiv(each, line.Quantity(), 1, money.Floor)
	if err != nil {
		panic(Failure{Code: "strategy.amount_out_of_range", Message: err.Error()})
	}
	return w.add(to, line.at, 0, 0, amount)
}

// PayOrder awards a fixed amount for the order as a whole.
func (w *Awards) PayOrder(to Recipient, amount int64) *Award {
	return w.add(to, wholeOrder, 0, 0, amount)
}

// PayRate awards a share of what was paid for the line, rounded once as the
// store rounds. More rates multiply the first exactly, before rounding.
func (w *Awards) PayRate(to Recipient, line Line, rate money.Rate, times ...money.Rate) *Award {
	return w.PayShare(to, line, line.Net(), rate, times...)
}

// PayShare is PayRate of a base other than the line's net amount.
func (w *Awards) PayShare(to Recipient, line Line, base int64, rate money.Rate, times ...money.Rate) *Award {
	amount, err := money.Product(base, w.order.rules.Rounding, rate, times...)
	if err != nil {
		panic(Failure{Code: "strategy.amount_out_of_range", Message: err.Error()})
	}
	together, err := money.Product(int64(rate), money.Floor, money.Whole, times...)
	if err != nil {
		panic(Failure{Code: "strategy.amount_out_of_range", Message: err.Error()})
	}
	return w.add(to, line.at, base, together, amount)
}

// Rounding is how the store rounds, for a strategy that computes an amount
// itself.
func (w *Awards) Rounding() money.Rounding { return w.order.rules.Rounding }

// Decline says why a recipient gets nothing. An award to them overrules it.
func (w *Awards) Decline(who Recipient, key string, args ...any) {
	at, _, _ := who.recipient()
	if w.declined[at] == nil {
		w.declined[at] = why(key, args...)
	}
}

// None says why nobody earns. Paying somebody as well fails the order.
func (w *Awards) None(key string, args ...any) { w.none = why(key, args...) }

const wholeOrder = -1

func (w *Awards) add(to Recipient, line int32, base, rate, amount int64) *Award {
	if amount < 0 {
		panic(Failure{Code: "strategy.negative_amount", Message: fmt.Sprintf("the strategy pays %d", amount)})
	}
	at, level, kind := to.recipient()
	a := &Award{&strategyv1.Award{Recipient: at, Line: line, Kind: kind, Level: level, Base: base, RatePpm: rate, Amount: amount}}
	w.paid = append(w.paid, a)
	return a
}

// decide turns what was collected into the wire's decision.
func (w *Awards) decide() *strategyv1.Decision {
	awards := w.settle()
	switch {
	case len(awards) > 0 && w.none != nil:
		panic(Failure{Code: "strategy.contradiction", Message: "the strategy pays somebody and says that nobody earns"})
	case len(awards) > 0:
		return &strategyv1.Decision{Outcome: &strategyv1.Decision_Paid{Paid: &strategyv1.Paid{Awards: awards, Declined: w.reasons(awards)}}}
	}
	return &strategyv1.Decision{Outcome: &strategyv1.Decision_NoCommission{NoCommission: w.nobody()}}
}

// settle sorts the awards and turns those of zero into reasons.
func (w *Awards) settle() []*strategyv1.Award {
	slices.SortStableFunc(w.paid, func(a, b *Award) int {
		return cmp.Or(cmp.Compare(a.wire.Line, b.wire.Line), cmp.Compare(a.wire.Recipient, b.wire.Recipient), cmp.Compare(a.wire.Kind, b.wire.Kind))
	})
	var awards []*strategyv1.Award
	for _, a := range w.paid {
		if a.wire.Amount > 0 {
			awards = append(awards, withReason(a.wire))
		} else if w.declined[a.wire.Recipient] == nil {
			w.declined[a.wire.Recipient] = whyZero(a.wire)
		}
	}
	return awards
}

// withReason keeps an award from going out unexplained.
func withReason(a *strategyv1.Award) *strategyv1.Award {
	if a.Why == nil {
		a.Why = why("sdk.paid", "level", a.Level, "rate", money.Rate(a.RatePpm))
	}
	return a
}

func whyZero(a *strategyv1.Award) *strategyv1.Why {
	switch {
	case a.Base == 0 && a.RatePpm == 0:
		return why("sdk.amount_zero")
	case a.RatePpm == 0:
		return why("sdk.rate_zero", "level", a.Level)
	case a.Base == 0:
		return why("sdk.base_zero")
	}
	return why("sdk.rounded_to_zero", "rate", money.Rate(a.RatePpm))
}

// reasons names everybody who could have earned and did not.
func (w *Awards) reasons(awards []*strategyv1.Award) []*strategyv1.Declined {
	paid := map[int32]bool{}
	for _, a := range awards {
		paid[a.Recipient] = true
	}
	var list []*strategyv1.Declined
	for _, at := range w.present() {
		if paid[at] {
			continue
		}
		reason := w.declined[at]
		if reason == nil {
			reason = why("sdk.no_award")
		}
		list = append(list, &strategyv1.Declined{Recipient: at, Why: reason})
	}
	return list
}

// nobody explains an order that pays no one: one reason when all share it.
func (w *Awards) nobody() *strategyv1.NoCommission {
	if w.none != nil {
		return &strategyv1.NoCommission{Why: w.none}
	}
	list := w.reasons(nil)
	if len(list) == 0 {
		return &strategyv1.NoCommission{Why: why("sdk.nobody_behind")}
	}
	for _, d := range list[1:] {
		if !sameWhy(d.Why, list[0].Why) {
			return &strategyv1.NoCommission{Why: why("sdk.nobody_earned"), Declined: list}
		}
	}
	return &strategyv1.NoCommission{Why: list[0].Why}
}

// present is everybody the strategy could see: the chain within the levels and
// the declared roles, by position.
func (w *Awards) present() []int32 {
	var at []int32
	if w.order.facts[Chain] {
		for _, m := range w.order.Chain() {
			at = append(at, m.at)
		}
	}
	for i, r := range w.order.wire.GetRoles() {
		if w.order.facts[roleFact(r)] {
			at = append(at, int32(len(w.order.wire.GetChain())+i))
		}
	}
	return at
}
