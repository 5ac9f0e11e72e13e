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
	arena    *arena
	paid     []*Award
	declined []*strategyv1.Why // by recipient
	named    []bool            // by recipient: paid
	none     *strategyv1.Why
}

// begin empties the collection for the next order of a batch.
func (w *Awards) begin(o Order) {
	people := len(o.wire.GetChain()) + len(o.wire.GetRoles())
	w.order, w.paid, w.none = o, w.paid[:0], nil
	w.declined, w.named = emptied(w.declined, people), emptied(w.named, people)
}

func emptied[T any](list []T, n int) []T {
	list = slices.Grow(list[:0], n)[:n]
	clear(list)
	return list
}

// Award is one payment to one recipient.
type Award struct {
	wire  *strategyv1.Award
	arena *arena
}

// Amount is what is paid, in minor units, after rounding.
func (a *Award) Amount() int64 { return a.wire.Amount }

// Because gives the reason: the key of a message in the strategy's locales and
// its arguments in pairs of name and value.
func (a *Award) Because(key string, args ...any) *Award {
	a.wire.Why = a.arena.why(key, args...)
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
		w.declined[at] = w.arena.why(key, args...)
	}
}

// None says why nobody earns. Paying somebody as well fails the order.
func (w *Awards) None(key string, args ...any) { w.none = w.arena.why(key, args...) }

const wholeOrder = -1

func (w *Awards) add(to Recipient, line int32, base, rate, amount int64) *Award {
	if amount < 0 {
		panic(Failure{Code: "strategy.negative_amount", Message: fmt.Sprintf("the strategy pays %d", amount)})
	}
	at, level, kind := to.recipient()
	wire := w.arena.wires.next()
	wire.Recipient, wire.Line, wire.Kind, wire.Level = at, line, kind, level
	wire.Base, wire.RatePpm, wire.Amount = base, rate, amount
	a := w.another()
	a.wire, a.arena = wire, w.arena
	return a
}

// another adds an award, reusing what an earlier order of the batch has left.
func (w *Awards) another() *Award {
	n := len(w.paid)
	if n == cap(w.paid) {
		w.paid = slices.Grow(w.paid, max(n, 4))
		clear(w.paid[n:cap(w.paid)])
	}
	w.paid = w.paid[:n+1]
	if w.paid[n] == nil {
		w.paid[n] = &Award{}
	}
	return w.paid[n]
}

// decide turns what was collected into the wire's decision.
func (w *Awards) decide() *strategyv1.Decision {
	awards := w.settle()
	if len(awards) > 0 && w.none != nil {
		panic(Failure{Code: "strategy.contradiction", Message: "the strategy pays somebody and says that nobody earns"})
	}
	if len(awards) == 0 {
		d := w.arena.nothing.next()
		d.nothing.Why, d.nothing.Declined = w.nobody()
		d.outcome.NoCommission, d.decision.Outcome = &d.nothing, &d.outcome
		return &d.decision
	}
	d := w.arena.paid.next()
	d.paid.Awards, d.paid.Declined = awards, w.reasons()
	d.outcome.Paid, d.decision.Outcome = &d.paid, &d.outcome
	return &d.decision
}

// settle sorts the awards and turns those of zero into reasons.
func (w *Awards) settle() []*strategyv1.Award {
	if !slices.IsSortedFunc(w.paid, byPlace) {
		slices.SortStableFunc(w.paid, byPlace)
	}
	awards := w.arena.list(len(w.paid))
	for _, a := range w.paid {
		switch to := a.wire.Recipient; {
		case a.wire.Amount > 0:
			awards = append(awards, a.withReason())
			w.named[to] = true
		case w.declined[to] == nil:
			w.declined[to] = a.whyZero()
		}
	}
	return awards
}

func byPlace(a, b *Award) int {
	return cmp.Or(cmp.Compare(a.wire.Line, b.wire.Line), cmp.Compare(a.wire.Recipient, b.wire.Recipient), cmp.Compare(a.wire.Kind, b.wire.Kind))
}

// withReason keeps an award from going out unexplained.
func (a *Award) withReason() *strategyv1.Award {
	if a.wire.Why == nil {
		a.Because("sdk.paid", "level", a.wire.Level, "rate", money.Rate(a.wire.RatePpm))
	}
	return a.wire
}

func (a *Award) whyZero() *strategyv1.Why {
	switch {
	case a.wire.Base == 0 && a.wire.RatePpm == 0:
		return a.arena.why("sdk.amount_zero")
	case a.wire.RatePpm == 0:
		return a.arena.why("sdk.rate_zero", "level", a.wire.Level)
	case a.wire.Base == 0:
		return a.arena.why("sdk.base_zero")
	}
	return a.arena.why("sdk.rounded_to_zero", "rate", money.Rate(a.wire.RatePpm))
}

// reasons names everybody who could have earned and did not: of the chain
// within the levels and of the declared roles, by position.
func (w *Awards) reasons() []*strategyv1.Declined {
	var list []*strategyv1.Declined
	for at, paid := range w.named {
		if paid || !w.order.sees(at) {
			continue
		}
		if list == nil {
			list = make([]*strategyv1.Declined, 0, len(w.named)-at)
		}
		d := w.arena.declined.next()
		if d.Recipient, d.Why = int32(at), w.declined[at]; d.Why == nil {
			d.Why = w.arena.why("sdk.no_award")
		}
		list = append(list, d)
	}
	return list
}

// nobody explains an order that pays no one: one reason when all share it.
func (w *Awards) nobody() (*strategyv1.Why, []*strategyv1.Declined) {
	if w.none != nil {
		return w.none, nil
	}
	list := w.reasons()
	if len(list) == 0 {
		return w.arena.why("sdk.nobody_behind"), nil
	}
	for _, d := range list[1:] {
		if !sameWhy(d.Why, list[0].Why) {
			return w.arena.why("sdk.nobody_earned"), list
		}
	}
	return list[0].Why, nil
}
