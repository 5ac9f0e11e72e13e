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
	d, err := deskOf(ctx, tx, buyer)
	if err != nil {
		return Chain{}, err
	}
	chain := d.Resolve(buyer, r, at)
	d.Write()
	return chain, nil
}

// Resolve is [ResolveAt] of a buyer on the desk.
func (d *Desk) Resolve(buyer customer.ID, r Rules, at time.Time) Chain {
	f := d.files[buyer]
	h := d.held(f)
	if c, done := d.ownChain(f.buyer.DistributorID, r, at, h); done {
		return c
	}
	open := d.openTouches(f)
	who, why, t := r.behind(at, h, open.working)
	if who.IsZero() {
		return Chain{Reason: nobody(at, f.latest(), h, open.last)}
	}
	c := d.chainOf(who)
	c.Reason = why
	if t == nil {
		c.Bind, c.Since = h.bind.ID, h.bind.BoundAt
		return c
	}
	c.Touch, c.Since = t.ID, t.At
	if r.BindOn == OnFirstOrder && why == BehindTouched {
		c.Reason, c.Bind = BehindBound, f.bind(r, at, who, ByOrder).ID
	}
	return c
}

// ownChain is the chain of a buyer who is a distributor: their own, unless a
// bind from before they joined is still honoured. Done is false for an
// ordinary customer, and for somebody who has only applied, was refused, or
// has left.
func (d *Desk) ownChain(self distributor.ID, r Rules, at time.Time, h holding) (c Chain, done bool) {
	if state, known := d.state(self); !known || !state.Joined() {
		return c, false
	}
	if b := h.validBind(at); b != nil && b.Honoured {
		c = d.chainOf(b.Distributor)
		c.Reason, c.Bind, c.Since, c.Self = BehindHonoured, b.ID, b.BoundAt, self
		return c, true
	}
	skip, first := r.levels()
	c = Chain{Members: members(d.lines[self], skip, first), Reason: BehindSelf, Self: self}
	return c.withSeller(), true
}

func (d *Desk) chainOf(seller distributor.ID) Chain {
	return Chain{Members: members(d.lines[seller], 0, 1)}.withSeller()
}

// openTouchList is the touches that came after the latest bind had heard the
// rest.
type openTouchList struct {
	working []TouchRecord // whose owner's link works today
	last    *TouchRecord  // the last of all, working or not
}

func (d *Desk) openTouches(f *file) (list openTouchList) {
	heard := f.heard()
	for i, t := range f.touches {
		if t.Nth <= heard {
			continue
		}
		list.last = &f.touches[i]
		if d.linkWorks(t.Distributor) {
			list.working = append(list.working, t)
		}
	}
	return list
}

// nobody says why nobody stands behind an order.
func nobody(at time.Time, latest *bindSheet, h holding, last *TouchRecord) Reason {
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
	d, err := deskOf(ctx, tx, buyer, sellerOf(c)...)
	if err != nil {
		return err
	}
	d.Paid(buyer, c, r, at)
	d.Write()
	return nil
}

func sellerOf(c Chain) []distributor.ID {
	if c.Seller.IsZero() {
		return nil
	}
	return []distributor.ID{c.Seller}
}

// Paid is [OnPaidAt] of a buyer on the desk, whose chain the desk has resolved
// or whose seller it was opened for.
func (d *Desk) Paid(buyer customer.ID, c Chain, r Rules, at time.Time) {
	f := d.files[buyer]
	if f.record.FirstPaidAt == nil {
		f.record.FirstPaidAt, f.changed = &at, true
	}
	if c.Seller.IsZero() || c.Reason == BehindSelf || c.Reason == BehindHonoured {
		return
	}
	switch r.onPaid(at, d.held(f), c.Seller, c.Reason) {
	case restartBind:
		f.latest().set(f.latest().restarted(r, at, f.record.Touches))
	case openBind:
		d.bindPaid(f, c, r, at)
	}
}

func (d *Desk) bindPaid(f *file, c Chain, r Rules, at time.Time) {
	if !d.linkWorks(c.Seller) {
		return
	}
	if self, known := d.state(f.buyer.DistributorID); known && self.Joined() { // joined between placing and paying
		return
	}
	why := ByPayment
	if c.Reason == BehindTaken {
		why = ByTaking
	}
	f.bind(r, at, c.Seller, why)
}
