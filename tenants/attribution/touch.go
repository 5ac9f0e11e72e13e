package attribution

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Touch records that a buyer opened a distributor's link and does what the
// rules say. Every touch is kept, also one that changes nothing.
// distributor.ErrUnknown and customer.ErrUnknown when the store has no such
// person.
func Touch(ctx context.Context, tx *pg.Tx, buyer customer.ID, by distributor.ID, from Source, r Rules) (Outcome, error) {
	at := from.At
	if at.IsZero() {
		at = tx.Now()
	}
	b, err := customer.Get(ctx, tx, buyer)
	if err != nil {
		return Outcome{}, err
	}
	owner, err := distributor.Get(ctx, tx, by)
	if err != nil {
		return Outcome{}, err
	}
	rec, err := lockBuyer(ctx, tx, buyer)
	if err != nil {
		return Outcome{}, err
	}
	latest, h, err := held(ctx, tx, buyer, rec)
	if err != nil {
		return Outcome{}, err
	}
	t := TouchRecord{ID: id.New[touchKind](at), Buyer: buyer, Nth: rec.Touches + 1, Distributor: by, Coupon: from.Coupon,
		Channel: from.Channel, Material: from.Material, Campaign: from.Campaign, At: at}
	if t.Verdict, err = judge(ctx, tx, r, at, b, owner, h); err != nil {
		return Outcome{}, err
	}
	if err := obey(ctx, tx, r, t, latest); err != nil {
		return Outcome{}, err
	}
	if err := addTouch(ctx, tx, t); err != nil {
		return Outcome{}, err
	}
	return Outcome{t.ID, t.Verdict, holderAfter(t, h)}, nil
}

// judge puts what a person may never do before what the store's rules say.
func judge(ctx context.Context, tx *pg.Tx, r Rules, at time.Time, b customer.Buyer, owner distributor.Member, h holding) (Verdict, error) {
	if !b.DistributorID.IsZero() {
		if b.DistributorID == owner.ID {
			return Self, nil
		}
		below, err := distributor.IsBelow(ctx, tx, owner.ID, b.DistributorID)
		if err != nil || below {
			return Downline, err
		}
		self, err := distributor.Get(ctx, tx, b.DistributorID)
		if err != nil || self.State.Joined() {
			return OwnChain, err
		}
	}
	if !owner.State.LinkWorks() {
		return DeadLink, nil
	}
	return r.onTouch(at, h, owner.ID), nil
}

// obey changes the bind as the verdict says.
func obey(ctx context.Context, tx *pg.Tx, r Rules, t TouchRecord, latest *Bind) error {
	switch t.Verdict {
	case Binds:
		_, err := bind(ctx, tx, r, t.At, t.Buyer, t.Distributor, ByTouch, t.Nth, latest)
		return err
	case Takes:
		_, err := bind(ctx, tx, r, t.At, t.Buyer, t.Distributor, ByTaking, t.Nth, latest)
		return err
	case Renews:
		b := *latest
		b.Touches = t.Nth
		if until := r.validUntil(t.At); until.After(b.ValidUntil) {
			b.ValidUntil = until
		}
		return setTerms(ctx, tx, b)
	}
	return nil
}

func holderAfter(t TouchRecord, h holding) distributor.ID {
	if t.Verdict == Binds || t.Verdict == Takes {
		return t.Distributor
	}
	if b := h.validBind(t.At); b != nil {
		return b.Distributor
	}
	return distributor.ID{}
}

// held reads the buyer's latest bind, and what of it the rules may count on:
// one whose holder was banned or has left holds nobody.
func held(ctx context.Context, tx *pg.Tx, buyer customer.ID, rec record) (latest *Bind, h holding, err error) {
	h.new = rec.FirstPaidAt == nil
	latest, err = latestBind(ctx, tx, buyer)
	if err != nil || latest == nil || latest.EndedAt != nil {
		return latest, h, err
	}
	states, err := distributor.States(ctx, tx, []distributor.ID{latest.Distributor})
	if err != nil {
		return latest, h, err
	}
	if states[latest.Distributor].LinkWorks() {
		h.bind = latest
	}
	return latest, h, nil
}

// TouchByCode is [Touch] on the link with the code. A code that nobody has is
// no fault: posters outlive people. Found tells.
func TouchByCode(ctx context.Context, tx *pg.Tx, buyer customer.ID, code string, from Source, r Rules) (o Outcome, found bool, err error) {
	owner, err := distributor.ByCode(ctx, tx, code)
	if errors.Is(err, distributor.ErrUnknown) {
		return Outcome{Verdict: DeadLink}, false, nil
	}
	if err != nil {
		return Outcome{}, false, err
	}
	o, err = Touch(ctx, tx, buyer, owner.ID, from, r)
	return o, true, err
}
