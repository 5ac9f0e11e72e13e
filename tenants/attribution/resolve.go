package attribution

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Resolve says who stands behind an order the buyer places now. Where the
// store binds on the first order, this order binds.
func Resolve(ctx context.Context, tx *pg.Tx, buyer customer.ID, r Rules) (Chain, error) {
	return ResolveAt(ctx, tx, buyer, r, tx.Now())
}

// ResolveAt is Resolve for an order of another instant. Binds and touches
// count as of then, the team and its grades as they are now.
func ResolveAt(ctx context.Context, tx *pg.Tx, buyer customer.ID, r Rules, at time.Time) (Chain, error) {
	b, err := customer.Get(ctx, tx, buyer)
	if err != nil {
		return Chain{}, err
	}
	var rec record
	if r.BindOn == OnFirstOrder { // only then is anything written
		if rec, err = lockBuyer(ctx, tx, buyer); err != nil {
			return Chain{}, err
		}
	}
	latest, h, err := held(ctx, tx, buyer, rec)
	if err != nil {
		return Chain{}, err
	}
	if !b.DistributorID.IsZero() {
		c, done, err := ownChain(ctx, tx, b.DistributorID, r, at, h)
		if done || err != nil {
			return c, err
		}
	}
	return customerChain(ctx, tx, b, r, at, latest, h, rec)
}

// ownChain is the chain of a buyer who is a distributor: their own, unless a
// bind from before they joined is still honoured. Done is false for somebody
// who has only applied, was refused, or has left: an ordinary customer.
func ownChain(ctx context.Context, tx *pg.Tx, self distributor.ID, r Rules, at time.Time, h holding) (c Chain, done bool, err error) {
	lines, err := distributor.ChainOf(ctx, tx, []distributor.ID{self})
	if err != nil {
		return c, true, err
	}
	line := lines[self]
	if len(line) == 0 || !line[0].State.Joined() {
		return c, false, nil
	}
	if b := h.validBind(at); b != nil && b.Honoured {
		c, err = chainOf(ctx, tx, b.Distributor)
		c.Reason, c.Bind, c.Since, c.Self = BehindHonoured, b.ID, b.BoundAt, self
		return c, true, err
	}
	skip, first := r.levels()
	c = Chain{Members: members(line, skip, first), Reason: BehindSelf, Self: self}
	return c.withSeller(), true, nil
}

func customerChain(ctx context.Context, tx *pg.Tx, b customer.Buyer, r Rules, at time.Time, latest *Bind, h holding, rec record) (Chain, error) {
	open, err := openTouches(ctx, tx, b.ID, latest)
	if err != nil {
		return Chain{}, err
	}
	who, why, t := r.behind(at, h, open.working)
	if who.IsZero() {
		return Chain{Reason: nobody(at, latest, h, open.last)}, nil
	}
	c, err := chainOf(ctx, tx, who)
	if err != nil {
		return c, err
	}
	c.Reason = why
	if t == nil {
		c.Bind, c.Since = h.bind.ID, h.bind.BoundAt
		return c, nil
	}
	c.Touch, c.Since = t.ID, t.At
	if r.BindOn == OnFirstOrder && why == BehindTouched {
		made, err := bind(ctx, tx, r, at, b.ID, who, ByOrder, rec.Touches, latest)
		c.Reason, c.Bind = BehindBound, made.ID
		return c, err
	}
	return c, nil
}

func chainOf(ctx context.Context, tx *pg.Tx, seller distributor.ID) (Chain, error) {
	lines, err := distributor.ChainOf(ctx, tx, []distributor.ID{seller})
	return Chain{Members: members(lines[seller], 0, 1)}.withSeller(), err
}

// touches that came after the latest bind had heard the rest.
type openTouchList struct {
	working []TouchRecord // whose owner's link works today
	last    *TouchRecord  // the last of all, working or not
}

func openTouches(ctx context.Context, tx *pg.Tx, buyer customer.ID, latest *Bind) (list openTouchList, err error) {
	after := 0
	if latest != nil {
		after = latest.Touches
	}
	all, err := touchesAfter(ctx, tx, buyer, after)
	if err != nil || len(all) == 0 {
		return list, err
	}
	list.last = &all[len(all)-1]
	owners := make([]distributor.ID, len(all))
	for i, t := range all {
		owners[i] = t.Distributor
	}
	states, err := distributor.States(ctx, tx, owners)
	if err != nil {
		return list, err
	}
	for _, t := range all {
		if states[t.Distributor].LinkWorks() {
			list.working = append(list.working, t)
		}
	}
	return list, nil
}

// nobody says why nobody stands behind an order.
func nobody(at time.Time, latest *Bind, h holding, last *TouchRecord) Reason {
	if last != nil {
		switch last.Verdict {
		case NotNew:
			return NobodyNew
		case DeadLink:
			return NobodyDeadLink
		case Waits:
			return NobodyLate
		}
	}
	switch {
	case latest == nil || latest.EndedCause == EndedJoined:
		return NobodyTouched
	case latest.EndedCause == EndedBanned:
		return NobodyBanned
	case latest.EndedCause == EndedLeft:
		return NobodyLeft
	case latest.EndedAt == nil && h.bind == nil && latest.validAt(at):
		return NobodyBanned // released a moment ago, or about to be
	}
	return NobodyExpired
}

// OnPaid lets the payment of an order have its effect on the bind: the
// seller's own starts again, and a customer who was being taken is taken. The
// chain and the rules are the order's, frozen.
func OnPaid(ctx context.Context, tx *pg.Tx, buyer customer.ID, c Chain, r Rules) error {
	return OnPaidAt(ctx, tx, buyer, c, r, tx.Now())
}

// OnPaidAt is OnPaid for a payment of another instant.
func OnPaidAt(ctx context.Context, tx *pg.Tx, buyer customer.ID, c Chain, r Rules, at time.Time) error {
	rec, err := notePaid(ctx, tx, buyer, at)
	if err != nil || c.Seller.IsZero() || c.Reason == BehindSelf || c.Reason == BehindHonoured {
		return err
	}
	latest, h, err := held(ctx, tx, buyer, rec)
	if err != nil {
		return err
	}
	switch r.onPaid(at, h, c.Seller, c.Reason) {
	case restartBind:
		return setTerms(ctx, tx, latest.restarted(r, at, rec.Touches))
	case openBind:
		return bindPaid(ctx, tx, buyer, c, r, at, rec, latest)
	}
	return nil
}

func bindPaid(ctx context.Context, tx *pg.Tx, buyer customer.ID, c Chain, r Rules, at time.Time, rec record, latest *Bind) error {
	states, err := distributor.States(ctx, tx, []distributor.ID{c.Seller})
	if err != nil || !states[c.Seller].LinkWorks() {
		return err
	}
	self, err := customer.Get(ctx, tx, buyer)
	if err != nil {
		return err
	}
	if !self.DistributorID.IsZero() { // joined between placing and paying
		mine, err := distributor.Get(ctx, tx, self.DistributorID)
		if err != nil || mine.State.Joined() {
			return err
		}
	}
	why := ByPayment
	if c.Reason == BehindTaken {
		why = ByTaking
	}
	_, err = bind(ctx, tx, r, at, buyer, c.Seller, why, rec.Touches, latest)
	return err
}
