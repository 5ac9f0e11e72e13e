// Package order follows an order through its life: placed, paid, shipped,
// received, refunded.
//
// What an order froze when it was placed (its lines, the chain of people
// behind it, the revision of the programme) never changes. Whatever happens to
// it later leaves a work row that says "this order has changed", in the same
// transaction; the commission lane deals with it.
package order

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type kind struct{}

func (kind) Prefix() string { return "ord" }

// ID is an order's id.
type ID = id.Of[kind]

// ParseID reads "ord_…"; what is no order's id is no order.
func ParseID(s string) (ID, error) {
	o, err := id.Parse[kind](s)
	if err != nil {
		return ID{}, errUnknown.Because(err)
	}
	return o, nil
}

// State is how far an order has come. Shipping and receipt may come before the
// money (cash on delivery); the state then stays Placed until it is paid.
type State string

const (
	Placed   State = "placed"
	Paid     State = "paid"
	Shipped  State = "shipped"
	Received State = "received"
	Closed   State = "closed" // never paid
)

// GroupState is the fate of the group an order belongs to, "" without one.
type GroupState string

const (
	GroupOpen      GroupState = "open"
	GroupSucceeded GroupState = "succeeded"
	GroupFailed    GroupState = "failed"
)

// Order is one order. Amounts are minor units of the store's currency.
type Order struct {
	ID         ID
	Month      time.Time // partition of its decision
	Source     string
	ExternalID string
	Buyer      customer.ID
	Seller     distributor.ID // zero: nobody
	Channel    string
	Revision   int
	Goods      int64 // Σ net of the lines: what was paid without freight
	Freight    int64
	Refunded   int64 // of goods
	Lines      Lines
	Chain      attribution.Chain
	Region     string // where it goes, as the store writes it
	Posts      Posts  // who held a post towards it when it was placed
	State      State
	Group      GroupState
	Seq        int64 // the store's order of money; 0 before the lane has seen it
	PlacedAt   time.Time
	PaidAt     time.Time // zero: not yet
	ShippedAt  time.Time
	ReceivedAt time.Time
	ClosedAt   time.Time

	bodyHash []byte
}

// Posts are who held a post towards an order.
type Posts []distributor.Post

// UnmarshalJSON reads the form in which posts were kept before:
// [[role, member, grade, state], …].
func (ps *Posts) UnmarshalJSON(b []byte) error {
	var rows [][4]json.RawMessage
	if err := json.Unmarshal(b, &rows); err != nil {
		return err
	}
	*ps = make(Posts, len(rows))
	for i, row := range rows {
		p := &(*ps)[i]
		for j, field := range []any{&p.Role, &p.ID, &p.Grade, &p.State} {
			if err := json.Unmarshal(row[j], field); err != nil {
				return fmt.Errorf("order: post %d: %w", i, err)
			}
		}
	}
	return nil
}

// Line is one line of an order.
type Line struct {
	ID        string
	SKU       string
	Title     string
	Category  string // path "tea/green"
	Qty       int64
	UnitPrice int64
	Discount  int64 // its own and its part of the order's
	Net       int64 // Qty × UnitPrice − Discount: what was paid for it
	Cost      int64 // of one unit; −1 when unknown

	Distribution Distribution
}

// Distribution says whether a line pays commission at all.
type Distribution int8

const (
	Unsaid         Distribution = iota // the catalogue decides, and where it is silent the line pays
	Distributed                        // said by whoever reported the order
	NotDistributed                     // pays nobody anything, whatever else holds
)

// Lines are an order's. As JSON they are positional arrays: so they stand in
// the fingerprints of requests, and so they were kept before. What was added
// later stands at the end, and only where it was said: older lines, and the
// fingerprints of older requests, stay as they are.
type Lines []Line

func (ls Lines) MarshalJSON() ([]byte, error) {
	rows := make([][]any, len(ls))
	for i, l := range ls {
		rows[i] = []any{l.ID, l.SKU, l.Title, l.Category, l.Qty, l.UnitPrice, l.Discount, l.Net, l.Cost}
		if l.Distribution != Unsaid {
			rows[i] = append(rows[i], l.Distribution)
		}
	}
	return json.Marshal(rows)
}

func (ls *Lines) UnmarshalJSON(b []byte) error {
	var rows [][]json.RawMessage
	if err := json.Unmarshal(b, &rows); err != nil {
		return err
	}
	*ls = make(Lines, len(rows))
	for i, row := range rows {
		l := &(*ls)[i]
		fields := []any{&l.ID, &l.SKU, &l.Title, &l.Category, &l.Qty, &l.UnitPrice, &l.Discount, &l.Net, &l.Cost, &l.Distribution}
		if len(row) < len(fields)-1 || len(row) > len(fields) {
			return fmt.Errorf("order: line %d has %d fields", i, len(row))
		}
		for j := range row {
			if err := json.Unmarshal(row[j], fields[j]); err != nil {
				return fmt.Errorf("order: line %d: %w", i, err)
			}
		}
	}
	return nil
}

type refundKind struct{}

func (refundKind) Prefix() string { return "ref" }

// RefundID is a refund's id.
type RefundID = id.Of[refundKind]

// Refund is money given back to the buyer.
type Refund struct {
	ID         RefundID
	Order      ID
	ExternalID string
	Amount     int64   // of goods
	Freight    int64   // reverses nothing
	Spread     []int64 // Amount, line by line
	Reason     string
	Nth        int   // among the order's refunds, from 1
	Seq        int64 // 0 before the lane has seen it
	OccurredAt time.Time

	bodyHash []byte
}

// Remaining is what is left of each line after the first n refunds.
func (o Order) Remaining(refunds []Refund, n int) []int64 {
	left := make([]int64, len(o.Lines))
	for i, l := range o.Lines {
		left[i] = l.Net
		for _, r := range refunds[:n] {
			left[i] -= r.Spread[i]
		}
	}
	return left
}

// Distributed sums amounts of the lines, in their order, over those that pay
// commission.
func (o Order) Distributed(amounts []int64) (sum int64) {
	for i, l := range o.Lines {
		if l.Distribution != NotDistributed {
			sum += amounts[i]
		}
	}
	return sum
}

// state is the label of the facts.
func (o Order) state() State {
	switch {
	case !o.ClosedAt.IsZero():
		return Closed
	case o.PaidAt.IsZero():
		return Placed
	case !o.ReceivedAt.IsZero():
		return Received
	case !o.ShippedAt.IsZero():
		return Shipped
	}
	return Paid
}
