package orderhttp

import (
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Buyer is who bought.
type Buyer struct {
	ID   customer.ID `json:"id"`
	Name string      `json:"name"`
}

// Seller is who stands behind an order.
type Seller struct {
	ID         distributor.ID `json:"id"`
	Name       string         `json:"name"`
	ExternalID string         `json:"external_id,omitempty" doc:"The merchant's own id"`
}

// Commission is what became of an order's commission.
type Commission struct {
	State string       `json:"state" enum:"none,awaiting,decided"`
	Total money.Amount `json:"total" doc:"What stands for all distributors"`
}

// Order is an order in a list.
type Order struct {
	ID         order.ID         `json:"id"`
	ExternalID string           `json:"external_id"`
	Source     string           `json:"source"`
	State      order.State      `json:"state" enum:"placed,paid,shipped,received,closed"`
	GroupState order.GroupState `json:"group_state,omitempty" enum:"open,succeeded,failed"`
	Channel    string           `json:"channel"`
	Region     string           `json:"region" doc:"Where it goes"`
	Revision   int              `json:"revision" doc:"Of the programme the order was placed under"`
	Buyer      Buyer            `json:"buyer"`
	Seller     *Seller          `json:"seller"`
	Goods      money.Amount     `json:"goods" doc:"Paid for the goods, after discounts"`
	Freight    money.Amount     `json:"freight"`
	Refunded   money.Amount     `json:"refunded" doc:"Of goods"`
	PlacedAt   time.Time        `json:"placed_at"`
	PaidAt     *time.Time       `json:"paid_at"`
	ShippedAt  *time.Time       `json:"shipped_at"`
	ReceivedAt *time.Time       `json:"received_at"`
	ClosedAt   *time.Time       `json:"closed_at"`
	Commission *Commission      `json:"commission,omitempty"`
}

// Detail is an order with everything that staff may see of it.
type Detail struct {
	Order
	Lines       []Line      `json:"lines"`
	Chain       []Member    `json:"chain" doc:"Who stood behind the order when it was placed, the seller first"`
	Roles       []Holder    `json:"roles" doc:"Who held a post towards the order when it was placed: team lead, city partner"`
	Attribution Attribution `json:"attribution"`
	Refunds     []Refund    `json:"refunds"`
	Exchanges   []Exchange  `json:"exchanges" doc:"Goods that were replaced after payment, and prices that were corrected"`
	Timeline    []Event     `json:"timeline" doc:"Touches, binds and what happened to the order, the oldest first"`
}

// Line is one line of an order.
type Line struct {
	ID        string        `json:"id"`
	SKU       string        `json:"sku"`
	Title     string        `json:"title"`
	Category  string        `json:"category"`
	Qty       int64         `json:"qty"`
	UnitPrice money.Amount  `json:"unit_price"`
	Discount  money.Amount  `json:"discount" doc:"Its own and its part of the order's"`
	Net       money.Amount  `json:"net" doc:"What was paid for the line"`
	Cost      *money.Amount `json:"cost,omitempty" doc:"Of one unit"`

	Distributed *bool `json:"distributed,omitempty" doc:"Whether it pays commission at all; for staff"`
}

// Member is one position of the chain.
type Member struct {
	Seller
	Level int    `json:"level"`
	Grade string `json:"grade" doc:"When the order was placed"`
	State string `json:"state" doc:"When the order was placed"`
}

// Holder is somebody beside the chain.
type Holder struct {
	Seller
	Role  string `json:"role" enum:"team_lead,city_partner"`
	Grade string `json:"grade" doc:"When the order was placed"`
	State string `json:"state" doc:"When the order was placed"`
}

// Attribution is why the seller stands behind the order, or why nobody does.
type Attribution struct {
	Reason   string     `json:"reason"`
	Sentence string     `json:"sentence"`
	Since    *time.Time `json:"since" doc:"When the deciding bind or touch was made"`
}

// Refund is money that went back to the buyer.
type Refund struct {
	ID         order.RefundID `json:"id"`
	ExternalID string         `json:"external_id"`
	Amount     money.Amount   `json:"amount" doc:"Of goods"`
	Freight    money.Amount   `json:"freight"`
	Reason     string         `json:"reason"`
	Lines      []LineRefund   `json:"lines" doc:"How the amount spreads"`
	OccurredAt time.Time      `json:"occurred_at"`
}

// Exchange is a replacement, or a corrected price.
type Exchange struct {
	ID         order.ExchangeID `json:"id"`
	ExternalID string           `json:"external_id"`
	Line       string           `json:"line"`
	SKU        string           `json:"sku" doc:"What came instead; empty for the same again"`
	Charged    money.Amount     `json:"charged" doc:"What the buyer paid more"`
	Refunded   money.Amount     `json:"refunded" doc:"What the buyer got back"`
	ExtraID    *order.ID        `json:"extra_id" doc:"The order that holds what was paid more; null otherwise"`
	PriceOnly  bool             `json:"price_only" doc:"The price was corrected; nothing was sent"`
	Reason     string           `json:"reason"`
	OccurredAt time.Time        `json:"occurred_at"`
}

// LineRefund is one line's part of a refund.
type LineRefund struct {
	Line   string       `json:"line"`
	Amount money.Amount `json:"amount"`
}

// Event is one thing that happened.
type Event struct {
	At       time.Time     `json:"at"`
	Event    string        `json:"event" example:"touch"`
	Sentence string        `json:"sentence"`
	Who      *Seller       `json:"who,omitempty"`
	Amount   *money.Amount `json:"amount,omitempty"`
}

// Purchase is an order as its buyer sees it: nothing about who earns.
type Purchase struct {
	ID         order.ID     `json:"id"`
	ExternalID string       `json:"external_id" doc:"The order's number"`
	State      order.State  `json:"state" enum:"placed,paid,shipped,received,closed"`
	Goods      money.Amount `json:"goods"`
	Freight    money.Amount `json:"freight"`
	Total      money.Amount `json:"total"`
	Refunded   money.Amount `json:"refunded"`
	Lines      []Line       `json:"lines"`
	Region     string       `json:"region" doc:"Where it goes; empty when it was not asked for"`
	Sandbox    bool         `json:"sandbox" doc:"Payments are pretended: no money moves"`
	PlacedAt   time.Time    `json:"placed_at"`
	PaidAt     *time.Time   `json:"paid_at"`
	ShippedAt  *time.Time   `json:"shipped_at"`
	ReceivedAt *time.Time   `json:"received_at"`
	ClosedAt   *time.Time   `json:"closed_at"`
}

// Promoted is an order as its seller sees it: the buyer's name is masked.
type Promoted struct {
	ID         order.ID     `json:"id"`
	ExternalID string       `json:"external_id"`
	State      order.State  `json:"state" enum:"placed,paid,shipped,received,closed"`
	Buyer      string       `json:"buyer" example:"林**"`
	Goods      money.Amount `json:"goods"`
	Refunded   money.Amount `json:"refunded"`
	Titles     []string     `json:"titles"`
	PlacedAt   time.Time    `json:"placed_at"`
	PaidAt     *time.Time   `json:"paid_at"`
	ReceivedAt *time.Time   `json:"received_at"`

	Commission *OwnCommission `json:"commission,omitempty"`
}

// OwnCommission is what became of a distributor's own part of an order.
type OwnCommission struct {
	State string       `json:"state" enum:"none,awaiting,decided"`
	Total money.Amount `json:"total" doc:"What stands for the one who asks, after refunds"`
}

// teller writes amounts in the store's currency.
type teller string

func (c teller) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: string(c)}
}

func (c teller) order(o order.Order, buyers map[customer.ID]string, sellers map[distributor.ID]distributor.Label) Order {
	shape := Order{
		ID: o.ID, ExternalID: o.ExternalID, Source: o.Source, State: o.State, GroupState: o.Group, Channel: o.Channel, Region: o.Region, Revision: o.Revision,
		Buyer: Buyer{o.Buyer, buyers[o.Buyer]}, Goods: c.money(o.Goods), Freight: c.money(o.Freight), Refunded: c.money(o.Refunded),
		PlacedAt: o.PlacedAt.UTC(), PaidAt: instant(o.PaidAt), ShippedAt: instant(o.ShippedAt), ReceivedAt: instant(o.ReceivedAt), ClosedAt: instant(o.ClosedAt),
	}
	if !o.Seller.IsZero() {
		s := seller(o.Seller, sellers)
		shape.Seller = &s
	}
	return shape
}

func seller(who distributor.ID, labels map[distributor.ID]distributor.Label) Seller {
	return Seller{who, labels[who].Name, labels[who].ExternalID}
}

func (c teller) lines(o order.Order, forStaff bool) []Line {
	lines := make([]Line, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = Line{ID: l.ID, SKU: l.SKU, Title: l.Title, Category: l.Category, Qty: l.Qty,
			UnitPrice: c.money(l.UnitPrice), Discount: c.money(l.Discount), Net: c.money(l.Net)}
		if !forStaff {
			continue
		}
		distributed := l.Distribution != order.NotDistributed
		lines[i].Distributed = &distributed
		if l.Cost >= 0 {
			cost := c.money(l.Cost)
			lines[i].Cost = &cost
		}
	}
	return lines
}

func (c teller) refund(o order.Order, f order.Refund) Refund {
	shape := Refund{ID: f.ID, ExternalID: f.ExternalID, Amount: c.money(f.Amount), Freight: c.money(f.Freight), Reason: f.Reason,
		Lines: []LineRefund{}, OccurredAt: f.OccurredAt.UTC()}
	for i, part := range f.Spread {
		if part > 0 {
			shape.Lines = append(shape.Lines, LineRefund{o.Lines[i].ID, c.money(part)})
		}
	}
	return shape
}

func (c teller) purchase(o order.Order, sandbox bool) Purchase {
	return Purchase{
		ID: o.ID, ExternalID: o.ExternalID, State: o.State, Goods: c.money(o.Goods), Freight: c.money(o.Freight),
		Total: c.money(o.Goods + o.Freight), Refunded: c.money(o.Refunded), Lines: c.lines(o, false), Region: o.Region, Sandbox: sandbox,
		PlacedAt: o.PlacedAt.UTC(), PaidAt: instant(o.PaidAt), ShippedAt: instant(o.ShippedAt), ReceivedAt: instant(o.ReceivedAt), ClosedAt: instant(o.ClosedAt),
	}
}

func (c teller) promoted(o order.Order, buyer string) Promoted {
	shape := Promoted{ID: o.ID, ExternalID: o.ExternalID, State: o.State, Buyer: masked(buyer), Goods: c.money(o.Goods), Refunded: c.money(o.Refunded),
		Titles: []string{}, PlacedAt: o.PlacedAt.UTC(), PaidAt: instant(o.PaidAt), ReceivedAt: instant(o.ReceivedAt)}
	for _, l := range o.Lines {
		shape.Titles = append(shape.Titles, l.Title)
	}
	return shape
}

// masked keeps the first letter of a name.
func masked(name string) string {
	for _, first := range name {
		return string(first) + "**"
	}
	return "**"
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
