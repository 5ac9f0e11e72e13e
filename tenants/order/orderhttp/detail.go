package orderhttp

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// again reads an order after something was done to it.
func (h *handlers) again(ctx context.Context, tx *pg.Tx, which order.ID) (Order, error) {
	o, err := order.Get(ctx, tx, which)
	if err != nil {
		return Order{}, err
	}
	all, err := h.shapes(ctx, tx, []order.Order{o})
	if err != nil {
		return Order{}, err
	}
	return all[0], nil
}

// shapes shows orders with the names of who bought and who sold.
func (h *handlers) shapes(ctx context.Context, tx *pg.Tx, orders []order.Order) ([]Order, error) {
	currency, err := h.Currency(ctx, tx)
	if err != nil {
		return nil, err
	}
	return askShapes(tx, currency, orders, nil, nil)(ctx)
}

// askShapes asks for the names that are not known already.
func askShapes(tx *pg.Tx, currency string, orders []order.Order, names map[customer.ID]string, labels map[distributor.ID]distributor.Label) func(context.Context) ([]Order, error) {
	var buyers []customer.ID
	var sellers []distributor.ID
	for _, o := range orders {
		if _, known := names[o.Buyer]; !known {
			buyers = append(buyers, o.Buyer)
		}
		if _, known := labels[o.Seller]; !known && !o.Seller.IsZero() {
			sellers = append(sellers, o.Seller)
		}
	}
	moreNames, moreLabels := customer.AskNames(tx, buyers), distributor.AskLabels(tx, sellers)
	return func(ctx context.Context) ([]Order, error) {
		unknown, err := moreNames(ctx)
		if err != nil {
			return nil, err
		}
		others, err := moreLabels(ctx)
		if err != nil {
			return nil, err
		}
		allNames, allLabels := joined(unknown, names), joined(others, labels)
		shapes := make([]Order, len(orders))
		for i, o := range orders {
			shapes[i] = teller(currency).order(o, allNames, allLabels)
		}
		return shapes, nil
	}
}

func joined[K comparable, V any](a, b map[K]V) map[K]V {
	all := make(map[K]V, len(a)+len(b))
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}

// earned adds what became of the orders' commission.
func (h *handlers) earned(ctx context.Context, tx *pg.Tx, orders []order.Order, shapes []Order) error {
	if h.Earned == nil || len(orders) == 0 {
		return nil
	}
	earned, err := h.Earned(ctx, tx, orders, distributor.ID{})
	if err != nil {
		return err
	}
	for i, o := range orders {
		e := earned[o.ID]
		shapes[i].Commission = &Commission{e.State, teller(shapes[i].Goods.Currency).money(e.Total)}
	}
	return nil
}

// detail shows everything about an order.
func (h *handlers) detail(ctx context.Context, tx *pg.Tx, o order.Order) (Detail, error) {
	shapes, err := h.shapes(ctx, tx, []order.Order{o})
	if err != nil {
		return Detail{}, err
	}
	if err := h.earned(ctx, tx, []order.Order{o}, shapes); err != nil {
		return Detail{}, err
	}
	refunds, err := order.RefundsOf(ctx, tx, []order.ID{o.ID})
	if err != nil {
		return Detail{}, err
	}
	exchanges, err := order.ExchangesOf(ctx, tx, o.ID)
	if err != nil {
		return Detail{}, err
	}
	touches, binds, err := attribution.Timeline(ctx, tx, o.Buyer, 50)
	if err != nil {
		return Detail{}, err
	}
	labels, err := distributor.Labels(ctx, tx, people(o, touches, binds))
	if err != nil {
		return Detail{}, err
	}
	c, lang := teller(shapes[0].Goods.Currency), httpapi.LangOf(ctx)
	d := Detail{Order: shapes[0], Lines: c.lines(o, true), Chain: []Member{}, Roles: []Holder{}, Refunds: []Refund{}, Exchanges: []Exchange{}, Attribution: Attribution{
		Reason: string(o.Chain.Reason), Sentence: say("reason."+string(o.Chain.Reason), lang), Since: instant(o.Chain.Since)}}
	for _, m := range o.Chain.Members {
		d.Chain = append(d.Chain, Member{seller(m.ID, labels), m.Level, m.Grade, string(m.State)})
	}
	for _, p := range o.Posts {
		d.Roles = append(d.Roles, Holder{seller(p.ID, labels), p.Role, p.Grade, string(p.State)})
	}
	for _, f := range refunds[o.ID] {
		d.Refunds = append(d.Refunds, c.refund(o, f))
	}
	for _, x := range exchanges {
		d.Exchanges = append(d.Exchanges, c.exchange(x))
	}
	d.Timeline = timeline(o, touches, binds, refunds[o.ID], labels, c, lang)
	return d, nil
}

func people(o order.Order, touches []attribution.TouchRecord, binds []attribution.Bind) (who []distributor.ID) {
	for _, m := range o.Chain.Members {
		who = append(who, m.ID)
	}
	for _, p := range o.Posts {
		who = append(who, p.ID)
	}
	for _, t := range touches {
		who = append(who, t.Distributor)
	}
	for _, b := range binds {
		who = append(who, b.Distributor)
	}
	return who
}

// timeline is the buyer's way to the order and the order's way since. What the
// buyer did elsewhere after the order is not this order's business.
func timeline(o order.Order, touches []attribution.TouchRecord, binds []attribution.Bind, refunds []order.Refund, labels map[distributor.ID]distributor.Label, c teller, lang string) []Event {
	events := []Event{}
	add := func(at time.Time, event, key string) *Event {
		if at.IsZero() {
			return &Event{}
		}
		events = append(events, Event{At: at.UTC(), Event: event, Sentence: say(key, lang)})
		return &events[len(events)-1]
	}
	for _, t := range slices.Backward(touches) {
		if !t.At.After(o.PlacedAt) {
			s := seller(t.Distributor, labels)
			add(t.At, "touch", "touch."+string(t.Verdict)).Who = &s
		}
	}
	for _, b := range slices.Backward(binds) {
		if !b.BoundAt.After(o.PlacedAt) {
			s := seller(b.Distributor, labels)
			add(b.BoundAt, "bind", "bind."+string(b.Cause)).Who = &s
		}
	}
	for _, x := range []struct {
		at    time.Time
		event string
	}{{o.PlacedAt, "placed"}, {o.PaidAt, "paid"}, {o.ShippedAt, "shipped"}, {o.ReceivedAt, "received"}, {o.ClosedAt, "closed"}} {
		add(x.at, x.event, "order."+x.event)
	}
	for _, f := range refunds {
		amount := c.money(f.Amount)
		add(f.OccurredAt, "refunded", "order.refunded").Amount = &amount
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events
}
