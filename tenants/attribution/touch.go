package attribution

import (
	"context"
	"errors"

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
	d, err := deskOf(ctx, tx, buyer, by)
	if err != nil {
		return Outcome{}, err
	}
	o, err := d.Touch(ctx, buyer, by, from, r)
	if err != nil {
		return Outcome{}, err
	}
	d.Write()
	return o, nil
}

// Touch is [Touch] of a buyer on the desk by one of the owners it was opened
// for.
func (d *Desk) Touch(ctx context.Context, buyer customer.ID, by distributor.ID, from Source, r Rules) (Outcome, error) {
	f := d.files[buyer]
	if _, known := d.state(by); !known {
		return Outcome{}, distributor.ErrUnknown
	}
	at := from.At
	if at.IsZero() {
		at = d.tx.Now()
	}
	t := TouchRecord{ID: id.New[touchKind](at), Buyer: buyer, Nth: f.record.Touches + 1, Distributor: by, Coupon: from.Coupon,
		Channel: from.Channel, Material: from.Material, Campaign: from.Campaign, At: at}
	h := d.held(f)
	var err error
	if t.Verdict, err = d.judge(ctx, r, f.buyer, t, h); err != nil {
		return Outcome{}, err
	}
	f.record.Touches, f.changed = t.Nth, true
	f.obey(r, t)
	f.touches = append(f.touches, t)
	d.touched = append(d.touched, t)
	return Outcome{t.ID, t.Verdict, holderAfter(t, h)}, nil
}

// judge puts what a person may never do before what the store's rules say.
func (d *Desk) judge(ctx context.Context, r Rules, b customer.Buyer, t TouchRecord, h holding) (Verdict, error) {
	if !b.DistributorID.IsZero() {
		if b.DistributorID == t.Distributor {
			return Self, nil
		}
		below, err := distributor.IsBelow(ctx, d.tx, t.Distributor, b.DistributorID)
		if err != nil || below {
			return Downline, err
		}
		if self, known := d.state(b.DistributorID); known && self.Joined() {
			return OwnChain, nil
		}
	}
	if !d.linkWorks(t.Distributor) {
		return DeadLink, nil
	}
	return r.onTouch(t.At, h, t.Distributor), nil
}

// obey changes the bind as the verdict says.
func (f *file) obey(r Rules, t TouchRecord) {
	switch t.Verdict {
	case Binds:
		f.bind(r, t.At, t.Distributor, ByTouch)
	case Takes:
		f.bind(r, t.At, t.Distributor, ByTaking)
	case Renews:
		b := f.latest().Bind
		b.Touches = t.Nth
		if until := r.validUntil(t.At); until.After(b.ValidUntil) {
			b.ValidUntil = until
		}
		f.latest().set(b)
	}
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
