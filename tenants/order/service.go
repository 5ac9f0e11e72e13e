package order

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/program"
)

// Service holds the verbs. Those that take a Tx join the caller's transaction.
type Service struct {
	db       *pg.DB
	programs *program.Service

	// Doorbell wakes the store's lane after a change has been committed.
	Doorbell func(tenancy.ID)

	// Sandbox lets buyers pay with pretended money: for demonstrations.
	Sandbox bool
}

// New builds the service.
func New(db *pg.DB, programs *program.Service) *Service {
	return &Service{db: db, programs: programs}
}

// Placement is an order that a buyer places or a shop reports. Times are zero
// for "now".
type Placement struct {
	Source     string      `json:"source"`
	ExternalID string      `json:"external_id"`
	Buyer      customer.ID `json:"buyer"`
	Channel    string      `json:"channel,omitempty"`
	Region     string      `json:"region,omitempty"` // where it goes
	Lines      Lines       `json:"lines"`
	Discount   int64       `json:"discount,omitempty"` // of the whole order, minor units
	Freight    int64       `json:"freight,omitempty"`
	GroupBuy   bool        `json:"group_buy,omitempty"`
	PlacedAt   time.Time   `json:"placed_at,omitzero"`
}

// Place records an order and freezes who stands behind it. The same source and
// external id with the same content is the same order, and created is false;
// with other content it is refused.
func (s *Service) Place(ctx context.Context, tx *pg.Tx, p Placement) (o Order, created bool, err error) {
	hash := hashOf(p)
	if o, found, err := known(ctx, tx, p.Source, p.ExternalID, hash); found || err != nil {
		return o, false, err
	}
	o, err = s.place(ctx, tx, p, hash)
	return o, err == nil, err
}

// known finds the order that the external id already names.
func known(ctx context.Context, tx *pg.Tx, source, externalID string, hash []byte) (o Order, found bool, err error) {
	o, err = ByExternal(ctx, tx, source, externalID)
	switch {
	case errors.Is(err, errUnknown):
		return Order{}, false, nil
	case err != nil:
		return Order{}, false, err
	case !o.tells(hash):
		return Order{}, true, errReused.With("external_id", externalID).At("external_id")
	}
	return o, true, nil
}

func (s *Service) place(ctx context.Context, tx *pg.Tx, p Placement, hash []byte) (Order, error) {
	o, err := s.draft(ctx, tx, p)
	if err != nil {
		return Order{}, err
	}
	o.bodyHash = hash
	if err := insertAll(ctx, tx, []Order{o}); err != nil {
		return Order{}, err
	}
	rev, err := s.programs.Revision(ctx, tx, o.Revision)
	if err != nil {
		return Order{}, err
	}
	closes := o.PlacedAt.Add(time.Duration(rev.Settings.CloseUnpaidMinutes) * time.Minute)
	setDue(tx, o.ID, closeUnpaid, closes)
	return o, nil
}

// Raced reports whether a transaction failed only because the same order was
// placed by another at the same instant: running it again finds that order.
func Raced(err error) bool {
	return errors.Is(err, errRaced) || pg.Violates(err, "order_record_tenant_id_source_external_id_key")
}

func (s *Service) draft(ctx context.Context, tx *pg.Tx, p Placement) (Order, error) {
	if err := checkPlacement(p, tx.Now()); err != nil {
		return Order{}, err
	}
	var err error
	if p.Lines, err = price(p.Lines, p.Discount); err != nil {
		return Order{}, err
	}
	at := occurred(p.PlacedAt, tx.Now())
	rev, err := s.programs.InForce(ctx, tx, at)
	if err != nil {
		return Order{}, err
	}
	chain, err := attribution.ResolveAt(ctx, tx, p.Buyer, RulesOf(rev.Settings), at)
	if err != nil {
		return Order{}, err
	}
	o := drafted(tx, p, rev, chain)
	if err := appoint(ctx, tx, []*Order{&o}); err != nil {
		return Order{}, err
	}
	canary, err := program.Trying(ctx, tx)
	if err != nil {
		return Order{}, err
	}
	return o, tryOn(ctx, tx, canary, []*Order{&o})
}

// drafted is the order of a placement whose lines have been priced.
func drafted(tx *pg.Tx, p Placement, rev program.Revision, chain attribution.Chain) Order {
	at := occurred(p.PlacedAt, tx.Now())
	o := Order{
		ID: id.New[kind](at), Month: tx.Month(), Source: p.Source, ExternalID: p.ExternalID, Buyer: p.Buyer,
		Seller: chain.Seller, Channel: p.Channel, Revision: rev.Revision, Goods: p.Lines.goods(), Freight: p.Freight,
		Lines: p.Lines, Chain: chain, Region: p.Region, PlacedAt: at,
	}
	if p.GroupBuy {
		o.Group = GroupOpen
	}
	o.State = o.state()
	return o
}

// maxRegion bounds a region, in letters.
const maxRegion = 100

func checkPlacement(p Placement, now time.Time) error {
	switch {
	case len(p.Lines) == 0:
		return errNoLines.At("lines")
	case len(p.Lines) > 1000:
		return errManyLines.At("lines")
	case p.Freight < 0:
		return errNegative.At("freight")
	case utf8.RuneCountInString(p.Region) > maxRegion:
		return errRegion.At("region")
	}
	seen := make(map[string]bool, len(p.Lines))
	for i, l := range p.Lines {
		if seen[l.ID] {
			return errLineTwice.With("line", l.ID).At(fmt.Sprintf("lines[%d].id", i))
		}
		seen[l.ID] = true
	}
	return checkTime(p.PlacedAt, now, "placed_at")
}

// Pay records that the buyer has paid. A reported payment may come after we
// have closed the order; it counts when it was made before.
func (s *Service) Pay(ctx context.Context, tx *pg.Tx, o ID, at time.Time) (Order, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Order{}, err
	}
	switch {
	case !locked.PaidAt.IsZero():
		return locked, nil
	case !locked.ClosedAt.IsZero() && (locked.Source == Checkout || !occurred(at, tx.Now()).Before(locked.ClosedAt)):
		return Order{}, errClosed // the stock of our own is given back
	}
	if err := checkTime(at, tx.Now(), "paid_at"); err != nil {
		return Order{}, err
	}
	locked.PaidAt, locked.ClosedAt = occurred(at, tx.Now()), time.Time{}
	locked.State = locked.state()
	if err := save(ctx, tx, locked); err != nil {
		return Order{}, err
	}
	if err := dropDue(ctx, tx, o, closeUnpaid); err != nil {
		return Order{}, err
	}
	rev, err := s.programs.Revision(ctx, tx, locked.Revision)
	if err != nil {
		return Order{}, err
	}
	if err := attribution.OnPaidAt(ctx, tx, locked.Buyer, locked.Chain, RulesOf(rev.Settings), locked.PaidAt); err != nil {
		return Order{}, err
	}
	early, err := askEarly(tx, []Order{locked}).All(ctx)
	if err != nil {
		return Order{}, err
	}
	if _, err := s.applyEarlyRefunds(ctx, tx, []Order{locked}, early); err != nil {
		return Order{}, err
	}
	s.note(tx, o)
	return locked, nil
}

// Ship records that the goods are on their way; receipt follows by itself
// after the programme's days.
func (s *Service) Ship(ctx context.Context, tx *pg.Tx, o ID, at time.Time) (Order, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Order{}, err
	}
	switch {
	case !locked.ShippedAt.IsZero():
		return locked, nil
	case !locked.ClosedAt.IsZero():
		return Order{}, errClosed
	}
	if err := checkTime(at, tx.Now(), "shipped_at"); err != nil {
		return Order{}, err
	}
	locked.ShippedAt = occurred(at, tx.Now())
	locked.State = locked.state()
	if err := save(ctx, tx, locked); err != nil {
		return Order{}, err
	}
	if err := dropDue(ctx, tx, o, closeUnpaid); err != nil { // cash on delivery
		return Order{}, err
	}
	if !locked.ReceivedAt.IsZero() {
		return locked, nil
	}
	rev, err := s.programs.Revision(ctx, tx, locked.Revision)
	if err != nil {
		return Order{}, err
	}
	setDue(tx, o, autoReceive, locked.ShippedAt.Add(time.Duration(rev.Settings.AutoReceiveDays)*24*time.Hour))
	return locked, nil
}

// Receive records that the buyer has the goods. The freeze starts here.
func (s *Service) Receive(ctx context.Context, tx *pg.Tx, o ID, at time.Time) (Order, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Order{}, err
	}
	switch {
	case !locked.ReceivedAt.IsZero():
		return locked, nil
	case !locked.ClosedAt.IsZero():
		return Order{}, errClosed
	}
	if err := checkTime(at, tx.Now(), "received_at"); err != nil {
		return Order{}, err
	}
	if err := s.receiveLocked(ctx, tx, locked, occurred(at, tx.Now())); err != nil {
		return Order{}, err
	}
	return Get(ctx, tx, o)
}

func (s *Service) receiveLocked(ctx context.Context, tx *pg.Tx, o Order, at time.Time) error {
	o.ReceivedAt = at
	if err := save(ctx, tx, o); err != nil {
		return err
	}
	for _, k := range []dueKind{closeUnpaid, autoReceive} { // unpaid goods that are with the buyer: cash on delivery
		if err := dropDue(ctx, tx, o.ID, k); err != nil {
			return err
		}
	}
	s.note(tx, o.ID)
	return nil
}

// Close ends an order that nobody will pay and gives its stock back.
func (s *Service) Close(ctx context.Context, tx *pg.Tx, o ID) (Order, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Order{}, err
	}
	switch {
	case !locked.ClosedAt.IsZero():
		return locked, nil
	case !locked.PaidAt.IsZero():
		return Order{}, errAlreadyPaid
	}
	if err := s.closeLocked(ctx, tx, locked, tx.Now()); err != nil {
		return Order{}, err
	}
	return Get(ctx, tx, o)
}

func (s *Service) closeLocked(ctx context.Context, tx *pg.Tx, o Order, at time.Time) error {
	o.ClosedAt = at
	if err := save(ctx, tx, o); err != nil {
		return err
	}
	for _, k := range []dueKind{closeUnpaid, autoReceive} {
		if err := dropDue(ctx, tx, o.ID, k); err != nil {
			return err
		}
	}
	if o.Source != Checkout {
		return nil // reported orders never took our stock
	}
	return catalog.Return(ctx, tx, stockOf(o.Lines))
}

// DecideGroup records the fate of the group an order belongs to.
func (s *Service) DecideGroup(ctx context.Context, tx *pg.Tx, o ID, result GroupState) (Order, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Order{}, err
	}
	switch {
	case locked.Group == "":
		return Order{}, errNoGroup
	case locked.Group == result:
		return locked, nil
	case locked.Group != GroupOpen:
		return Order{}, errGroupDecided
	}
	locked.Group = result
	if err := save(ctx, tx, locked); err != nil {
		return Order{}, err
	}
	s.note(tx, o)
	return locked, nil
}

func stockOf(lines Lines) []catalog.Line {
	stock := make([]catalog.Line, len(lines))
	for i, l := range lines {
		stock[i] = catalog.Line{SKU: l.SKU, Qty: int(l.Qty)}
	}
	return stock
}

// maxAhead is how far a sender's clock may be ahead of ours.
const maxAhead = 5 * time.Minute

// earliest keeps out times that are slips of a sender's software.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

func checkTime(at, now time.Time, field string) error {
	switch {
	case at.After(now.Add(maxAhead)):
		return errFuture.At(field)
	case !at.IsZero() && at.Before(earliest):
		return errLongAgo.At(field)
	}
	return nil
}

func occurred(at, now time.Time) time.Time {
	if at.IsZero() {
		return now
	}
	return at.UTC().Truncate(time.Microsecond)
}

// hashKept is as much of an order's fingerprint as is kept: it tells slips from
// repetitions, and nobody gains by two contents of their own that look alike.
const hashKept = 16

// tells reports whether a request with this fingerprint tells of the order as
// it was told before. Older orders keep theirs whole.
func (o Order) tells(hash []byte) bool {
	return len(o.bodyHash) >= hashKept && bytes.HasPrefix(hash, o.bodyHash)
}

// hashOf is the fingerprint of a request's content.
func hashOf(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("order: %T does not marshal: %v", v, err)) // plain structs always do
	}
	sum := sha256.Sum256(b)
	return sum[:]
}
