package disputehttp

import (
	"time"

	"github.com/fenli-io/fenli/tenants/dispute"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Person is whose dispute it is.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Dispute is one disagreement about an award, or about there being none.
type Dispute struct {
	ID              dispute.ID      `json:"id"`
	Distributor     Person          `json:"distributor"`
	OrderID         *order.ID       `json:"order_id" doc:"Null when they name an order that is not theirs: see claimed"`
	OrderExternalID string          `json:"order_external_id"`
	Claimed         string          `json:"claimed" doc:"The number by which they name an order that is not theirs as far as we know"`
	State           dispute.State   `json:"state" enum:"open,answered,closed" doc:"Open waits for the merchant"`
	Outcome         dispute.Outcome `json:"outcome" enum:",upheld,rejected" doc:"Of the last answer"`
	OpenedAt        time.Time       `json:"opened_at"`
	ChangedAt       time.Time       `json:"changed_at"`
}

// Detail is a dispute with everything that was said.
type Detail struct {
	Dispute
	History []Entry `json:"history"`
}

// Entry is one thing that was said or done.
type Entry struct {
	Nth   int          `json:"nth"`
	Side  dispute.Side `json:"side" enum:"distributor,merchant"`
	Actor string       `json:"actor,omitempty" doc:"Who of the staff; told to staff only"`
	Verb  string       `json:"verb" enum:"opened,replied,upheld,rejected,closed"`
	Text  string       `json:"text"`
	At    time.Time    `json:"at"`
}

// Replay is what asking the strategy again has shown.
type Replay struct {
	Available bool     `json:"available" doc:"False when no strategy was asked about the order, or none can be asked now"`
	Equal     bool     `json:"equal" doc:"The decision came out the same, to the byte"`
	Differs   []string `json:"differs"`
}

func entries(list []dispute.Entry, toStaff bool) []Entry {
	out := []Entry{}
	for _, e := range list {
		shown := Entry{Nth: e.Nth, Side: e.Side, Verb: e.Verb, Text: e.Words, At: e.At.UTC()}
		if toStaff {
			shown.Actor = e.Actor
		}
		out = append(out, shown)
	}
	return out
}
