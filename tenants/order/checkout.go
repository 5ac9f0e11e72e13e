package order

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/program"
)

// Purchase is what a buyer wants to buy here.
type Purchase struct {
	Buyer   customer.ID
	Lines   []catalog.Line
	Channel string
	Region  string // where it goes
	Code    string // of the distributor whose link the buyer came by, "" for none
	Freight int64
}

// Buy places a buyer's own order at the catalogue's prices and takes the goods
// from the stock. The faults name the line: unknown SKU, not on sale, short of
// stock. A code that nobody has changes nothing: posters outlive people.
func (s *Service) Buy(ctx context.Context, tx *pg.Tx, p Purchase) (Order, error) {
	if len(p.Lines) == 0 {
		return Order{}, errNoLines.At("lines")
	}
	priced, err := catalog.Price(ctx, tx, p.Lines)
	if err != nil {
		return Order{}, err
	}
	if err := s.cameBy(ctx, tx, p); err != nil {
		return Order{}, err
	}
	o, _, err := s.Place(ctx, tx, Placement{Source: Checkout, ExternalID: orderNumber(tx.Now()), Buyer: p.Buyer,
		Channel: p.Channel, Region: p.Region, Lines: linesOf(priced), Freight: p.Freight})
	if err != nil {
		return Order{}, err
	}
	return o, catalog.Reserve(ctx, tx, p.Lines)
}

// AsksRegion tells whether the strategy in force wants to know where goods go.
func (s *Service) AsksRegion(ctx context.Context, tx *pg.Tx) (bool, error) {
	rev, err := s.programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return false, err
	}
	strategy, err := s.programs.Artifact(ctx, tx, rev.Artifact)
	if err != nil {
		return false, err
	}
	facts := program.FactsOf(strategy.Description)
	return slices.Contains(facts, program.FactRegion) || slices.Contains(facts, program.FactCityPartner), nil
}

func (s *Service) cameBy(ctx context.Context, tx *pg.Tx, p Purchase) error {
	if p.Code == "" {
		return nil
	}
	rev, err := s.programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return err
	}
	_, _, err = attribution.TouchByCode(ctx, tx, p.Buyer, p.Code, attribution.Source{Channel: p.Channel}, RulesOf(rev.Settings))
	return err
}

func linesOf(priced []catalog.PricedLine) Lines {
	lines := make(Lines, len(priced))
	for i, p := range priced {
		lines[i] = Line{ID: strconv.Itoa(i + 1), SKU: p.SKU, Title: p.Title, Category: p.Category, Qty: int64(p.Qty), UnitPrice: p.UnitPrice, Cost: -1}
		if p.Cost != nil {
			lines[i].Cost = *p.Cost
		}
		if !p.Distributed {
			lines[i].Distribution = NotDistributed
		}
	}
	return lines
}

// orderNumber is what people read to one another: the day and nine letters.
func orderNumber(at time.Time) string {
	return fmt.Sprintf("%s-%s", at.UTC().Format("060102"), rand.Text()[:9])
}

// OwnedBy reads a buyer's own order; another buyer's is unknown to them.
func OwnedBy(ctx context.Context, tx *pg.Tx, o ID, buyer customer.ID) (Order, error) {
	found, err := Get(ctx, tx, o)
	if err == nil && (buyer.IsZero() || found.Buyer != buyer) {
		return Order{}, errUnknown
	}
	return found, err
}

// PayInSandbox pretends that the buyer has paid. Nothing else in the system
// can tell, so it is refused unless the service was told to allow it.
func (s *Service) PayInSandbox(ctx context.Context, tx *pg.Tx, o ID) (Order, error) {
	if !s.Sandbox {
		return Order{}, errNoSandbox
	}
	return s.Pay(ctx, tx, o, time.Time{})
}

// ReceiveOwn is the buyer saying that the goods are here, which cannot be
// before they were paid for or sent.
func (s *Service) ReceiveOwn(ctx context.Context, tx *pg.Tx, o ID) (Order, error) {
	found, err := Get(ctx, tx, o)
	if err == nil && found.PaidAt.IsZero() && found.ShippedAt.IsZero() && found.ClosedAt.IsZero() {
		err = errNotPaid
	}
	if err != nil {
		return Order{}, err
	}
	return s.Receive(ctx, tx, o, time.Time{})
}
