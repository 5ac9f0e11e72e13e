package importing

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
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
	buyers  map[string]customer.ID
	members map[string]distributor.ID
	orders  map[string]order.ID // by invoice
}

func newStage(s *Service, h *history) *stage {
	return &stage{Service: s, history: h, buyers: map[string]customer.ID{}, members: map[string]distributor.ID{}, orders: map[string]order.ID{}}
}

// play does one step and counts it, in one transaction.
func (s *stage) play(ctx context.Context, tenant tenancy.ID, nth int) error {
	return s.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := finish(ctx, tx, s.history.slug, nth); err != nil {
			return err
		}
		switch next := s.history.steps[nth]; next.Kind {
		case sale:
			return s.sell(ctx, tx, next)
		case giveBack:
			return s.refund(ctx, tx, next)
		case payday:
			return s.payOut(ctx, tx, next)
		}
		return nil
	})
}

// sell lets a customer come through a link, order, pay and be sent the goods.
func (s *stage) sell(ctx context.Context, tx *pg.Tx, next step) error {
	buyer, err := s.buyer(ctx, tx, next.Customer)
	if err != nil {
		return err
	}
	rev, err := s.Programs.InForce(ctx, tx, next.At)
	if err != nil {
		return err
	}
	var via distributor.ID
	if next.Via != "" {
		if via, err = s.member(ctx, tx, next.Via); err != nil {
			return err
		}
		from := attribution.Source{Channel: Source, At: next.At}
		if _, err := attribution.Touch(ctx, tx, buyer, via, from, order.RulesOf(rev.Settings)); err != nil {
			return err
		}
	}
	if err := s.order(ctx, tx, next, buyer); err != nil || !next.Joins {
		return err
	}
	m, err := s.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: next.Customer, Name: nameOf(next.Customer),
		Grade: rev.Settings.Grades[0], Upline: via})
	s.members[next.Customer] = m.ID
	return err
}

func (s *stage) order(ctx context.Context, tx *pg.Tx, next step, buyer customer.ID) error {
	lines := make(order.Lines, len(next.Lines))
	for i, l := range next.Lines {
		lines[i] = order.Line{ID: lineID(i + 1), SKU: l.code, Title: l.title, Qty: l.qty, UnitPrice: l.price, Cost: -1}
	}
	o, _, err := s.Orders.Place(ctx, tx, order.Placement{Source: Source, ExternalID: next.Invoice, Buyer: buyer, Channel: Source,
		Lines: lines, PlacedAt: next.At})
	if err != nil {
		return err
	}
	s.orders[next.Invoice] = o.ID
	if _, err := s.Orders.Pay(ctx, tx, o.ID, next.At); err != nil {
		return err
	}
	_, err = s.Orders.Ship(ctx, tx, o.ID, next.At)
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

// buyer finds or registers a customer.
func (s *stage) buyer(ctx context.Context, tx *pg.Tx, name string) (customer.ID, error) {
	if known, ok := s.buyers[name]; ok {
		return known, nil
	}
	b, err := customer.Register(ctx, tx, customer.Registration{ExternalID: name, Name: nameOf(name), Source: customer.Source{Channel: Source}})
	s.buyers[name] = b.ID
	return b.ID, err
}

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
