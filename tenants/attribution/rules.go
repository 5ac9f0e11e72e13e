// Package attribution knows who stands behind a buyer at an instant, and why.
//
// A buyer touches distributors' links; the store's rules decide whether a
// touch binds, renews, waits, challenges or changes nothing, and the answer is
// kept with the touch for ever. An order freezes the chain it was placed
// under: nothing that happens later moves it.
package attribution

import (
	"time"

	"github.com/fenli-io/fenli/tenants/distributor"
)

// BindOn is the event that makes a touch a bind.
type BindOn string

const (
	OnClick        BindOn = "click"
	OnRegistration BindOn = "registration" // or the first touch of someone registered and unbound
	OnFirstOrder   BindOn = "first_order"
	OnFirstPayment BindOn = "first_payment"
)

// Who may be bound.
type Who string

const (
	AnyUnbound   Who = "unbound" // anyone whom nobody holds
	NewCustomers Who = "new"     // whoever has never paid an order here
)

// Take says how a bind out of protection is lost to another's touch.
type Take string

const (
	TakeByPaying Take = "pay"   // the order goes through the new link and is paid
	TakeByTouch  Take = "touch" // at once
	TakeNever    Take = "never" // only the end of validity frees the customer
)

// Model says which of several touches that compete wins.
type Model string

const (
	LastTouch  Model = "last"
	FirstTouch Model = "first" // a valid bind is never taken; of touches that wait the earliest wins
)

// SelfPurchase says what a distributor's own purchase gives.
type SelfPurchase string

const (
	SelfOff          SelfPurchase = "off"           // the upline is level 1
	SelfUplineSecond SelfPurchase = "upline_second" // the upline keeps level 2's rate
	SelfOn           SelfPurchase = "on"            // the buyer is level 1
)

const (
	Permanent = 0  // ValidityDays: until taken or released
	ThisVisit = -1 // ValidityDays: half an hour, as visits are counted
	Always    = -1 // ProtectionDays: as long as the bind is valid
)

const (
	day   = 86_400 * time.Second
	visit = 30 * time.Minute
)

// forever is later than any order and still a timestamp of PostgreSQL.
var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Rules are a store's choices. The zero value of a word is its default.
type Rules struct {
	BindOn         BindOn
	Who            Who
	ValidityDays   int // 0 is permanent
	ProtectionDays int // 0 is none
	Take           Take
	Model          Model
	SelfPurchase   SelfPurchase
}

// Defaults are the rules of a new store.
func Defaults() Rules {
	return Rules{OnRegistration, AnyUnbound, 30, 15, TakeByPaying, LastTouch, SelfOff}
}

// validUntil and protectedUntil are half-open: at that instant it is over.
func (r Rules) validUntil(from time.Time) time.Time {
	switch {
	case r.ValidityDays == Permanent:
		return forever
	case r.ValidityDays < 0:
		return from.Add(visit)
	}
	return from.Add(time.Duration(r.ValidityDays) * day)
}

func (r Rules) protectedUntil(from time.Time) time.Time {
	if r.ProtectionDays < 0 {
		return forever
	}
	return from.Add(time.Duration(r.ProtectionDays) * day)
}

// Verdict is what the rules said to a touch, for ever.
type Verdict string

const (
	Binds      Verdict = "bound"      // nobody held the customer: now they do
	Renews     Verdict = "renewed"    // theirs already: validity starts again, protection does not
	Takes      Verdict = "taken"      // another's customer, out of protection, is theirs from now on
	Waits      Verdict = "waits"      // binds with the first order or payment
	Challenges Verdict = "challenges" // takes the customer if they pay through this link
	Protected  Verdict = "protected"  // another's customer, under protection
	Kept       Verdict = "kept"       // another's customer, not to be taken while valid
	NotNew     Verdict = "not_new"    // the store binds new customers alone
	Self       Verdict = "self"       // one's own link
	Downline   Verdict = "downline"   // the link of somebody in one's own team
	OwnChain   Verdict = "own_chain"  // a distributor buys through their own chain
	DeadLink   Verdict = "dead_link"  // the owner is not selling
)

// holding is what the rules need to know of a buyer.
type holding struct {
	bind *Bind // open, and its holder's links work; else nil
	new  bool  // has never paid
}

// validBind is the bind that holds the buyer at an instant, or nil.
func (h holding) validBind(at time.Time) *Bind {
	if h.bind != nil && h.bind.validAt(at) {
		return h.bind
	}
	return nil
}

// onTouch judges a touch on a working link by an ordinary buyer.
func (r Rules) onTouch(at time.Time, h holding, by distributor.ID) Verdict {
	b := h.validBind(at)
	if b == nil {
		return r.onFreeTouch(h.new)
	}
	switch {
	case b.Distributor == by:
		return Renews
	case b.protectedAt(at):
		return Protected
	case r.Model == FirstTouch || r.Take == TakeNever:
		return Kept
	case r.Take == TakeByTouch:
		return Takes
	}
	return Challenges
}

func (r Rules) onFreeTouch(isNew bool) Verdict {
	switch {
	case r.Who == NewCustomers && !isNew:
		return NotNew
	case r.BindOn == OnFirstOrder || r.BindOn == OnFirstPayment:
		return Waits
	}
	return Binds
}

// behind says who stands behind an order placed at an instant: the holder of
// the bind, or the winner among the touches that still wait or challenge.
func (r Rules) behind(at time.Time, h holding, open []TouchRecord) (distributor.ID, Reason, *TouchRecord) {
	b := h.validBind(at)
	if b != nil && (b.protectedAt(at) || b.Honoured) {
		return b.Distributor, b.reason(), nil
	}
	t := r.winner(at, open)
	switch {
	case b == nil && t == nil:
		return distributor.ID{}, "", nil
	case b == nil:
		return t.Distributor, BehindTouched, t
	case t == nil || t.Distributor == b.Distributor:
		return b.Distributor, BehindBound, nil
	case r.Model == FirstTouch || r.Take == TakeNever:
		return b.Distributor, BehindBound, nil
	}
	return t.Distributor, BehindTaken, t
}

// winner picks among touches in the order they came: a coupon beats a link,
// then the last or the first. A touch lives as long as a bind would.
func (r Rules) winner(at time.Time, open []TouchRecord) (best *TouchRecord) {
	for i := range open {
		t := &open[i]
		if t.Verdict != Waits && t.Verdict != Challenges || !at.Before(r.validUntil(t.At)) {
			continue
		}
		if best == nil || t.Coupon && !best.Coupon || t.Coupon == best.Coupon && r.Model != FirstTouch {
			best = t
		}
	}
	return best
}

// onPaid says what a paid order does to the buyer's bind.
type paidEffect int8

const (
	leaveBind   paidEffect = iota
	restartBind            // protection and validity start again
	openBind               // the seller holds the buyer from now on, whoever did before
)

// onPaid judges the payment of an order whose frozen chain gave the seller for
// the reason. Only an order won by a touch may open a bind: a bind that ended
// since the order was placed has ended for a reason.
func (r Rules) onPaid(at time.Time, h holding, seller distributor.ID, why Reason) paidEffect {
	if h.bind != nil && h.bind.Distributor == seller && !h.bind.Honoured {
		return restartBind
	}
	if why != BehindTouched && why != BehindTaken {
		return leaveBind
	}
	b := h.validBind(at)
	switch {
	case b == nil:
		return openBind
	case why == BehindTaken && !b.protectedAt(at) && !b.Honoured:
		return openBind
	}
	return leaveBind
}

// restarted is the bind after a payment. One that is reported late does not
// shorten what has begun since.
func (b Bind) restarted(r Rules, at time.Time, touches int) Bind {
	if until := r.protectedUntil(at); until.After(b.ProtectedUntil) {
		b.ProtectedUntil = until
	}
	if until := r.validUntil(at); until.After(b.ValidUntil) {
		b.ValidUntil = until
	}
	b.Touches = touches
	return b
}

// onJoin says what becomes of the bind of a customer who has become a
// distributor: true when it is honoured until its protection ends.
func onJoin(at time.Time, b *Bind) (honour bool) {
	return b != nil && b.validAt(at) && b.protectedAt(at)
}

// levels numbers a distributor's own line for their own purchase: how many of
// its first positions to skip, and the level of the next.
func (r Rules) levels() (skip, first int) {
	switch r.SelfPurchase {
	case SelfOn:
		return 0, 1
	case SelfUplineSecond:
		return 1, 2
	}
	return 1, 1
}
