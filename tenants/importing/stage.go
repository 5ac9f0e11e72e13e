package importing

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// stage plays the steps of one store. It remembers whom it has met, so that
// an order does not look everybody up; whoever it has not met (an earlier run
// has) it asks the database for. A stage ends with its first error, so what it
// remembers was committed.
type stage struct {
	*Service
	history *history
	members map[string]distributor.ID
	orders  map[string]order.ID // by invoice
}

func newStage(s *Service, h *history) *stage {
	return &stage{Service: s, history: h, members: map[string]distributor.ID{}, orders: map[string]order.ID{}}
}

// play does some steps and counts them, in one transaction. Several are sales.
func (s *stage) play(ctx context.Context, tenant tenancy.ID, nth int, next []step) error {
	return s.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := finish(ctx, tx, s.history.slug, nth, len(next)); err != nil {
			return err
		}
		if nth+len(next) == len(s.history.steps) {
			tx.Keep() // a store that is finished is finished for ever
		}
		switch next[0].Kind {
		case sale:
			return s.sell(ctx, tx, next)
		case giveBack:
			return s.refund(ctx, tx, next[0])
		case payday:
			return s.payOut(ctx, tx, next[0])
		}
		return nil
	})
}

// sell lets customers come through a link, order, pay and be sent the goods,
// one after another. Who joins after the last of the sales does so here.
func (s *stage) sell(ctx context.Context, tx *pg.Tx, sales []step) error {
	reports := make([]order.Report, len(sales))
	for i, sold := range sales {
		reports[i] = report(sold)
	}
	taken, err := s.Orders.IngestAll(ctx, tx, reports)
	if err != nil {
		return err
	}
	shipped := make([]order.Shipment, len(sales))
	for i, in := range taken {
		if in.Err != nil {
			return in.Err
		}
		s.orders[sales[i].Invoice] = in.Order.ID
		shipped[i] = order.Shipment{Order: in.Order.ID, At: sales[i].At}
	}
	if err := s.Orders.ShipAll(ctx, tx, shipped); err != nil {
		return err
	}
	if last := sales[len(sales)-1]; last.Joins {
		return s.join(ctx, tx, last)
	}
	return nil
}

func report(sold step) order.Report {
	lines := make(order.Lines, len(sold.Lines))
	for i, l := range sold.Lines {
		lines[i] = order.Line{ID: lineID(i + 1), SKU: l.code, Title: l.title, Qty: l.qty, UnitPrice: l.price, Cost: -1}
	}
	return order.Report{Source: Source, ExternalID: sold.Invoice, Buyer: sold.Customer, BuyerName: nameOf(sold.Customer), Via: sold.Via,
		Channel: Source, PlacedAt: sold.At, Lines: lines, Paid: true, PaidAt: sold.At}
}

// join makes a customer a distributor after their first order.
func (s *stage) join(ctx context.Context, tx *pg.Tx, sold step) error {
	rev, err := s.Programs.InForce(ctx, tx, sold.At)
	if err != nil {
		return err
	}
	e := distributor.Enlistment{ExternalID: sold.Customer, Name: nameOf(sold.Customer), Grade: rev.Settings.Grades[0]}
	if sold.Via != "" {
		if e.Upline, err = s.member(ctx, tx, sold.Via); err != nil {
			return err
		}
	}
	m, err := s.Distributors.Enlist(ctx, tx, e)
	s.members[sold.Customer] = m.ID
	return err
}

func lineID(nth int) string { return strconv.Itoa(nth) }

// refund gives a cancellation's money back, order by order in the order in
// which everybody locks them.
func (s *stage) refund(ctx context.Context, tx *pg.Tx, next step) error {
	type part struct {
		order order.ID
		goBack
	}
	parts := make([]part, len(next.Returns))
	for i, back := range next.Returns {
		o, err := s.placed(ctx, tx, back.Invoice)
		if err != nil {
			return err
		}
		parts[i] = part{o, back}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return slices.Compare(a.order[:], b.order[:]) })
	for _, p := range parts {
		_, err := s.Orders.Refund(ctx, tx, p.order, order.RefundRequest{ExternalID: p.ID, Amount: p.Amount, Line: lineID(p.Line),
			Reason: next.Invoice, OccurredAt: next.At})
		if err != nil {
			return err
		}
	}
	return nil
}

// payOut lets every third distributor have half of what they may withdraw,
// within the store's own limits. Balances are locked in the order of their
// owners.
func (s *stage) payOut(ctx context.Context, tx *pg.Tx, next step) error {
	payees := make([]distributor.ID, len(next.Payees))
	for i, name := range next.Payees {
		id, err := s.member(ctx, tx, name)
		if err != nil {
			return err
		}
		payees[i] = id
	}
	slices.SortFunc(payees, func(a, b distributor.ID) int { return slices.Compare(a[:], b[:]) })
	rules, err := s.Withdrawals.Rules(ctx, tx)
	if err != nil {
		return err
	}
	for _, who := range payees {
		balance, err := ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
		if err != nil {
			return err
		}
		half := balance.Available / 2
		if rules.MaxPerRequest > 0 {
			half = min(half, rules.MaxPerRequest)
		}
		if half <= 0 {
			continue
		}
		if err := s.withdraw(ctx, tx, who, half, next.At); err != nil {
			return err
		}
	}
	return nil
}

// by is who decides an imported withdrawal.
const by = "import"

// withdraw asks, approves and pays. What the store's rules refuse is not
// withdrawn: a refusal comes before anything is written.
func (s *stage) withdraw(ctx context.Context, tx *pg.Tx, who distributor.ID, amount int64, at time.Time) error {
	w, err := s.Withdrawals.Request(ctx, tx, withdrawal.Ask{Distributor: who, Amount: amount, Paid: true})
	for _, refusal := range []error{withdrawal.ErrNotAllowed, withdrawal.ErrInDebt, withdrawal.ErrBelowMinimum, withdrawal.ErrNotToday, withdrawal.ErrAboveMonth} {
		if errors.Is(err, refusal) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	if _, err := s.Withdrawals.Approve(ctx, tx, w.ID, by); err != nil {
		return err
	}
	_, err = s.Withdrawals.Pay(ctx, tx, w.ID, Source+" "+at.Format(time.DateOnly), by)
	return err
}

func nameOf(customer string) string { return "Customer " + customer }

// member finds a distributor.
func (s *stage) member(ctx context.Context, tx *pg.Tx, name string) (distributor.ID, error) {
	if known, ok := s.members[name]; ok {
		return known, nil
	}
	m, err := distributor.ByExternal(ctx, tx, name)
	s.members[name] = m.ID
	return m.ID, err
}

// placed finds an order by its invoice.
func (s *stage) placed(ctx context.Context, tx *pg.Tx, invoice string) (order.ID, error) {
	if known, ok := s.orders[invoice]; ok {
		return known, nil
	}
	o, err := order.ByExternal(ctx, tx, Source, invoice)
	s.orders[invoice] = o.ID
	return o.ID, err
}
