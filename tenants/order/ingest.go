package order

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Report is an order that a shop's own system tells about. Amounts are minor
// units of the store's currency, times are zero for "now".
type Report struct {
	Source     string
	ExternalID string
	Buyer      string // the shop's own id of the buyer
	BuyerName  string
	Via        string // the shop's own id of the distributor whose link the buyer came by, "" for none
	Channel    string
	Region     string `json:",omitempty"` // where it goes; the fingerprints of older reports stay as they are
	PlacedAt   time.Time
	Lines      Lines // an empty ID is the line's number, from 1; an empty title or category is the catalogue's, and so is an unsaid distribution
	Discount   int64
	Freight    int64
	GroupBuy   bool
	Paid       bool
	PaidAt     time.Time
}

// Ingest records a reported order: who buys, whose link they came by, what was
// bought and, when the report says so, that it is paid. The same source and
// external id with the same content is the same order, nothing happens again
// and created is false; with other content it is refused. When [Raced] says so
// of the error, the transaction is worth running once more.
func (s *Service) Ingest(ctx context.Context, tx *pg.Tx, r Report) (o Order, created bool, err error) {
	r = r.settled()
	if err := r.check(tx.Now()); err != nil {
		return Order{}, false, err
	}
	hash := hashOf(r)
	if o, found, err := known(ctx, tx, r.Source, r.ExternalID, hash); found || err != nil {
		return o, false, err
	}
	p, err := s.placement(ctx, tx, r)
	if err != nil {
		return Order{}, false, err
	}
	if o, err = s.place(ctx, tx, p, hash); err != nil || !r.Paid {
		return o, err == nil, err
	}
	o, err = s.Pay(ctx, tx, o.ID, r.PaidAt)
	return o, err == nil, err
}

// settled gives a report the one form that its fingerprint is taken of.
func (r Report) settled() Report {
	lines := make(Lines, len(r.Lines))
	for i, l := range r.Lines {
		if l.ID == "" {
			l.ID = strconv.Itoa(i + 1)
		}
		lines[i] = l
	}
	r.Lines = lines
	for _, at := range []*time.Time{&r.PlacedAt, &r.PaidAt} {
		if !at.IsZero() {
			*at = at.UTC().Truncate(time.Microsecond)
		}
	}
	return r
}

func (r Report) check(now time.Time) error {
	switch {
	case r.ExternalID == "":
		return errNoExternalID.At("external_id")
	case r.Buyer == "":
		return errNoBuyer.At("buyer.external_id")
	case r.Source == Checkout:
		return errOwnSource.With("source", r.Source).At("source")
	}
	for i, l := range r.Lines {
		if l.Cost < -1 {
			return errNegative.At(fmt.Sprintf("lines[%d].cost", i))
		}
	}
	if err := checkTime(r.PaidAt, now, "paid_at"); err != nil {
		return err
	}
	return checkTime(r.PlacedAt, now, "placed_at") // before the touch, which happens at that time
}

// placement lets the buyer come in through the link and fills in what the
// catalogue knows.
func (s *Service) placement(ctx context.Context, tx *pg.Tx, r Report) (Placement, error) {
	buyer, err := customer.Register(ctx, tx, customer.Registration{ExternalID: r.Buyer, Name: r.BuyerName,
		Source: customer.Source{Channel: r.Channel}})
	if err != nil {
		return Placement{}, err
	}
	if r.Via != "" {
		if err := s.touchedBy(ctx, tx, buyer.ID, r); err != nil {
			return Placement{}, err
		}
	}
	if err := fillIn(ctx, tx, r.Lines); err != nil {
		return Placement{}, err
	}
	return Placement{Source: r.Source, ExternalID: r.ExternalID, Buyer: buyer.ID, Channel: r.Channel, Region: r.Region, Lines: r.Lines,
		Discount: r.Discount, Freight: r.Freight, GroupBuy: r.GroupBuy, PlacedAt: r.PlacedAt}, nil
}

func (s *Service) touchedBy(ctx context.Context, tx *pg.Tx, buyer customer.ID, r Report) error {
	owner, err := distributor.ByExternal(ctx, tx, r.Via)
	if errors.Is(err, distributor.ErrUnknown) {
		return errUnknownVia.With("via", r.Via).At("via")
	}
	if err != nil {
		return err
	}
	rev, err := s.programs.InForce(ctx, tx, occurred(r.PlacedAt, tx.Now()))
	if err != nil {
		return err
	}
	_, err = attribution.Touch(ctx, tx, buyer, owner.ID, attribution.Source{Channel: r.Channel, At: r.PlacedAt}, RulesOf(rev.Settings))
	return err
}

// fillIn takes from the catalogue what a report leaves out. A SKU that the
// catalogue does not have is the shop's own.
func fillIn(ctx context.Context, tx *pg.Tx, lines Lines) error {
	codes := make([]string, len(lines))
	for i, l := range lines {
		codes[i] = l.SKU
	}
	sold, err := catalog.Known(ctx, tx, codes)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		p, known := sold[l.SKU]
		if l.Title == "" {
			l.Title = p.Title
		}
		if l.Category == "" {
			l.Category = p.Category
		}
		if l.Cost < 0 && p.Cost != nil {
			l.Cost = *p.Cost
		}
		if l.Distribution == Unsaid && known && !p.Distributed {
			l.Distribution = NotDistributed
		}
	}
	return nil
}

// ReportRefund records a refund that a shop's own system tells about. One that
// comes before its order, or before the order's payment, is kept and applied
// when the order is paid; kept is then true and there is no refund yet.
func (s *Service) ReportRefund(ctx context.Context, tx *pg.Tx, source, externalID string, r RefundRequest) (f Refund, kept bool, err error) {
	if r.ExternalID == "" {
		return Refund{}, false, errNoExternalID.At("external_id")
	}
	o, paid, err := paidOrder(ctx, tx, source, externalID)
	if err == nil && !paid {
		// Whoever pays or places now is waited for, and waits for us.
		if err := lockEarly(ctx, tx, source, externalID); err != nil {
			return Refund{}, false, err
		}
		o, paid, err = paidOrder(ctx, tx, source, externalID)
	}
	switch {
	case err != nil:
		return Refund{}, false, err
	case paid:
		f, err = s.Refund(ctx, tx, o.ID, r)
		return f, false, err
	case !o.ClosedAt.IsZero():
		return Refund{}, false, errNotPaid
	}
	if err := checkRefund(Order{PaidAt: tx.Now()}, r, tx.Now()); err != nil {
		return Refund{}, false, err
	}
	return Refund{}, true, s.KeepEarlyRefund(ctx, tx, source, externalID, r)
}

// paidOrder finds the order, zero when nobody has told about it yet.
func paidOrder(ctx context.Context, tx *pg.Tx, source, externalID string) (o Order, paid bool, err error) {
	o, err = ByExternal(ctx, tx, source, externalID)
	if errors.Is(err, errUnknown) {
		return Order{}, false, nil
	}
	return o, !o.PaidAt.IsZero(), err
}

// lockEarly makes a payment and an early refund of the same order wait for one
// another, so that the refund is either found by the payment or finds it.
func lockEarly(ctx context.Context, tx *pg.Tx, source, externalID string) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`,
		"order_early_refund\x1f"+tx.Tenant().UUID()+"\x1f"+source+"\x1f"+externalID)
	if err != nil {
		return fmt.Errorf("order: wait for early refunds: %w", err)
	}
	return nil
}
