package order

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
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

// Ingested is what became of one report.
type Ingested struct {
	Order   Order
	Created bool  // false: it was known, and nothing has happened again
	Err     error // a report that is wrong; the others are not touched by it

	BuyerName string            // of an order that was created
	Seller    distributor.Label // whose link its buyer came by
}

// Ingest records a reported order: who buys, whose link they came by, what was
// bought and, when the report says so, that it is paid. The same source and
// external id with the same content is the same order, nothing happens again
// and created is false; with other content it is refused. When [Raced] says so
// of the error, the transaction is worth running once more.
func (s *Service) Ingest(ctx context.Context, tx *pg.Tx, r Report) (o Order, created bool, err error) {
	all, err := s.IngestAll(ctx, tx, []Report{r})
	if err != nil {
		return Order{}, false, err
	}
	return all[0].Order, all[0].Created, all[0].Err
}

// IngestAll is [Service.Ingest] of many reports in one transaction, one after
// another, in hardly more statements than one takes. An error is everybody's:
// nothing has been written then.
func (s *Service) IngestAll(ctx context.Context, tx *pg.Tx, reports []Report) ([]Ingested, error) {
	in := &intake{service: s, tx: tx, out: make([]Ingested, len(reports))}
	for i, r := range reports {
		n := &newcomer{report: r.settled(), out: &in.out[i]}
		if n.out.Err = n.report.check(tx.Now()); n.out.Err == nil {
			n.hash = hashOf(n.report)
			in.list = append(in.list, n)
		}
	}
	if len(in.list) == 0 {
		return in.out, nil
	}
	in.ask()
	for _, step := range []func(context.Context) error{
		in.recogniseKnown, in.fillIn, in.price, in.findProgrammes, in.findPeople, in.draft, in.appoint, in.tryOn, in.write,
	} {
		if err := step(ctx); err != nil || len(in.list) == 0 {
			return in.out, err
		}
	}
	return in.out, nil
}

// intake is one IngestAll on its way. Each step asks once for all and drops
// from the list whoever needs no further one.
type intake struct {
	service *Service
	tx      *pg.Tx
	out     []Ingested
	list    []*newcomer
	asked   asked
	desk    *attribution.Desk
	early   []earlyRefund // of the orders on their way in
}

// asked are the questions whose answers do not depend on one another: they
// travel together.
type asked struct {
	known    *pg.Answer[row]
	sold     func(context.Context) (map[string]catalog.PricedLine, error)
	members  func(context.Context) (map[string]distributor.Label, error) // by the names of links and of buyers
	buyers   func(context.Context) (map[string]customer.Buyer, error)
	inForce  func(context.Context) (map[time.Time]program.Revision, error)
	trying   func(context.Context) (*program.Canary, error)
	anyPosts func(context.Context) (bool, error)
}

// newcomer is one reported order on its way in.
type newcomer struct {
	report Report
	hash   []byte
	out    *Ingested
	buyer  customer.Buyer
	via    distributor.ID
	rev    program.Revision
	order  Order
}

// keep drops those for whom f says so.
func (in *intake) keep(f func(*newcomer) bool) {
	in.list = slices.DeleteFunc(in.list, func(n *newcomer) bool { return !f(n) })
}

func (in *intake) ask() {
	var sources, externals, codes, members, buyers []string
	placed := map[time.Time]bool{}
	for _, n := range in.list {
		r := n.report
		sources, externals, buyers = append(sources, r.Source), append(externals, r.ExternalID), append(buyers, r.Buyer)
		for _, l := range r.Lines {
			codes = append(codes, l.SKU)
		}
		members = append(members, r.Buyer)
		if r.Via != "" {
			members = append(members, r.Via)
		}
		placed[occurred(r.PlacedAt, in.tx.Now())] = true
	}
	in.asked.known = askByExternals(in.tx, sources, externals)
	in.asked.sold = catalog.AskKnown(in.tx, distinct(codes))
	in.asked.members = distributor.AskByExternal(in.tx, distinct(members))
	in.asked.inForce = in.service.programs.AskInForceAt(in.tx, slices.Collect(maps.Keys(placed)))
	in.asked.buyers = customer.AskByExternal(in.tx, distinct(buyers))
	in.asked.trying = program.AskTrying(in.tx)
	in.asked.anyPosts = distributor.AskAnyPosts(in.tx)
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// recogniseKnown finds the orders whose names are known already.
func (in *intake) recogniseKnown(ctx context.Context) error {
	stored, err := ordersOf(in.asked.known.All(ctx))
	if err != nil {
		return err
	}
	known := make(map[[2]string]Order, len(stored))
	for _, o := range stored {
		known[[2]string{o.Source, o.ExternalID}] = o
	}
	first := map[[2]string]bool{}
	in.keep(func(n *newcomer) bool {
		name := [2]string{n.report.Source, n.report.ExternalID}
		o, found := known[name]
		switch {
		case found && !o.tells(n.hash):
			n.out.Err = errReused.With("external_id", n.report.ExternalID).At("external_id")
		case found:
			n.out.Order = o
		case first[name]: // told twice at once: after the first it is known
			n.out.Err = errRaced
		default:
			first[name] = true
			return true
		}
		return false
	})
	return nil
}

// fillIn takes from the catalogue what reports leave out. A SKU that the
// catalogue does not have is the shop's own.
func (in *intake) fillIn(ctx context.Context) error {
	sold, err := in.asked.sold(ctx)
	if err != nil {
		return err
	}
	for _, n := range in.list {
		for i := range n.report.Lines {
			n.report.Lines[i].fillIn(sold)
		}
	}
	return nil
}

func (l *Line) fillIn(sold map[string]catalog.PricedLine) {
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

// price turns away what could not be an order, before anything is written for
// it, and spreads discounts over the lines.
func (in *intake) price(context.Context) error {
	in.keep(func(n *newcomer) bool {
		p := n.placement()
		if n.out.Err = checkPlacement(p, in.tx.Now()); n.out.Err == nil {
			n.report.Lines, n.out.Err = price(p.Lines, p.Discount)
		}
		return n.out.Err == nil
	})
	return nil
}

// findPeople knows or registers the buyers and finds whose links they came by.
func (in *intake) findPeople(ctx context.Context) error {
	members, err := in.asked.members(ctx)
	if err != nil {
		return err
	}
	var links []distributor.ID
	in.keep(func(n *newcomer) bool {
		if n.report.Via == "" {
			return true
		}
		via, known := members[n.report.Via]
		if !known {
			n.out.Err = errUnknownVia.With("via", n.report.Via).At("via")
			return false
		}
		n.via, n.out.Seller = via.ID, via
		links = append(links, via.ID)
		return true
	})
	if len(in.list) == 0 {
		return nil
	}
	early := askEarly(in.tx, in.paid()) // before the buyers: whoever refunds waits for the payment alone
	buyers, err := in.register(ctx, members)
	if err != nil {
		return err
	}
	for _, n := range in.list {
		n.buyer = buyers[n.report.Buyer]
		n.out.BuyerName = n.buyer.Name
	}
	if in.desk, err = attribution.OpenDesk(ctx, in.tx, slices.Collect(maps.Values(buyers)), links...); err != nil {
		return err
	}
	in.early, err = early.All(ctx)
	return err
}

// register makes buyers of those who are not known.
func (in *intake) register(ctx context.Context, members map[string]distributor.Label) (map[string]customer.Buyer, error) {
	known, err := in.asked.buyers(ctx)
	if err != nil {
		return nil, err
	}
	here := make(map[string]customer.Buyer, len(in.list))
	var fresh []customer.Registration
	also := map[string]distributor.ID{}
	for _, n := range in.list {
		name := n.report.Buyer
		if _, seen := here[name]; seen {
			continue
		}
		b, found := known[name]
		if here[name] = b; !found {
			fresh = append(fresh, customer.Registration{ExternalID: name, Name: n.report.BuyerName, Source: customer.Source{Channel: n.report.Channel}})
			also[name] = members[name].ID
		}
	}
	if len(fresh) == 0 {
		return here, nil
	}
	made, err := customer.RegisterAll(ctx, in.tx, fresh, also)
	if err == nil && len(made) < len(fresh) {
		err = errRaced
	}
	maps.Copy(here, made)
	return here, err
}

// paid are the orders that come with their payment.
func (in *intake) paid() (list []Order) {
	for _, n := range in.list {
		if n.report.Paid {
			list = append(list, Order{Source: n.report.Source, ExternalID: n.report.ExternalID})
		}
	}
	return list
}

// findProgrammes finds the revision in force when each was placed.
func (in *intake) findProgrammes(ctx context.Context) error {
	revisions, err := in.asked.inForce(ctx)
	for _, n := range in.list {
		n.rev = revisions[occurred(n.report.PlacedAt, in.tx.Now())]
	}
	return err
}

// draft lets each buyer come in through the link, order and pay, one after
// another: the second order of a buyer sees what the first has done.
func (in *intake) draft(ctx context.Context) error {
	for _, n := range in.list {
		p := n.placement()
		rules, at := RulesOf(n.rev.Settings), occurred(p.PlacedAt, in.tx.Now())
		if !n.via.IsZero() {
			if _, err := in.desk.Touch(ctx, n.buyer.ID, n.via, attribution.Source{Channel: p.Channel, At: p.PlacedAt}, rules); err != nil {
				return err
			}
		}
		n.order = drafted(in.tx, p, n.rev, in.desk.Resolve(n.buyer.ID, rules, at))
		n.order.bodyHash = n.hash
		if n.report.Paid {
			n.order.PaidAt = occurred(n.report.PaidAt, in.tx.Now())
			n.order.State = n.order.state()
			in.desk.Paid(n.buyer.ID, n.order.Chain, rules, n.order.PaidAt)
		}
		n.out.Order, n.out.Created = n.order, true
	}
	return nil
}

// appoint freezes who holds a post towards each order.
func (in *intake) appoint(ctx context.Context) error {
	if some, err := in.asked.anyPosts(ctx); err != nil || !some {
		return err
	}
	list := make([]*Order, len(in.list))
	for i, n := range in.list {
		list[i] = &n.order
	}
	err := appoint(ctx, in.tx, list)
	for _, n := range in.list {
		n.out.Order.Posts = n.order.Posts
	}
	return err
}

// tryOn puts the orders of teams that try a candidate under it.
func (in *intake) tryOn(ctx context.Context) error {
	canary, err := in.asked.trying(ctx)
	if err != nil || canary == nil {
		return err
	}
	list := make([]*Order, len(in.list))
	for i, n := range in.list {
		list[i] = &n.order
	}
	err = tryOn(ctx, in.tx, canary, list)
	for _, n := range in.list {
		n.out.Order.Revision = n.order.Revision
	}
	return err
}

func (n *newcomer) placement() Placement {
	r := n.report
	return Placement{Source: r.Source, ExternalID: r.ExternalID, Buyer: n.buyer.ID, Channel: r.Channel, Region: r.Region, Lines: r.Lines,
		Discount: r.Discount, Freight: r.Freight, GroupBuy: r.GroupBuy, PlacedAt: r.PlacedAt}
}

// write stores everything: orders that are paid with a note for the lane,
// orders that are not with the instant at which they close.
func (in *intake) write(ctx context.Context) error {
	in.desk.Write()
	var all, paid []Order
	var waiting []due
	for _, n := range in.list {
		all = append(all, n.order)
		if !n.order.PaidAt.IsZero() {
			paid = append(paid, n.order)
			continue
		}
		closes := n.order.PlacedAt.Add(time.Duration(n.rev.Settings.CloseUnpaidMinutes) * time.Minute)
		waiting = append(waiting, due{n.order.ID, closeUnpaid, closes})
	}
	insertLater(in.tx, all)
	setDues(in.tx, waiting)
	if len(paid) == 0 {
		return nil
	}
	in.service.noteNew(in.tx, paid)
	if len(in.early) == 0 {
		return nil
	}
	return in.applyEarlyRefunds(ctx, paid)
}

// applyEarlyRefunds gives the paid orders the refunds that came before them.
func (in *intake) applyEarlyRefunds(ctx context.Context, paid []Order) error {
	refunded, err := in.service.applyEarlyRefunds(ctx, in.tx, paid, in.early)
	if err != nil {
		return err
	}
	for _, n := range in.list {
		if refunded[n.order.ID] {
			if n.out.Order, err = Get(ctx, in.tx, n.order.ID); err != nil {
				return err
			}
		}
	}
	return nil
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
