// Package customer knows who buys.
//
// A buyer is one human being of one store, known by the merchant's own id or
// by their account; registering twice finds the same buyer. A buyer may also
// be a distributor, and then carries that member's id.
package customer

import (
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type kind struct{}

func (kind) Prefix() string { return "buy" }

// ID is a buyer's id, "buy_…".
type ID = id.Of[kind]

// ParseID reads "buy_…".
func ParseID(s string) (ID, error) { return id.Parse[kind](s) }

// Buyer is one customer of the store.
type Buyer struct {
	ID            ID                   `db:"id"`
	ExternalID    string               `db:"external_id"` // the merchant's own id, "" for none
	PersonID      distributor.PersonID `db:"person_id"`
	DistributorID distributor.ID       `db:"distributor_id"` // the same human being as a distributor
	Name          string               `db:"name"`
	FirstSource   Source               `db:"first_source"`
	RegisteredAt  time.Time            `db:"registered_at"`

	New bool `db:"-"` // this transaction has registered them: nobody else knows them yet
}

// Source is how a buyer came to the store first. It never changes.
type Source struct {
	Channel  string `json:"channel,omitempty"`
	Material string `json:"material,omitempty"`
	Code     string `json:"code,omitempty"` // the link's
}

// What callers may be told.
var (
	ErrUnknown = fault.New(fault.NotFound, "customer.unknown",
		"没有这位客户", "there is no such customer")
	ErrNobody = fault.New(fault.Invalid, "customer.nobody",
		"请给出客户的外部编号或账号", "a customer needs an external id or an account")
	ErrLinked = fault.New(fault.Conflict, "customer.linked",
		"该分销员已关联另一位客户", "the distributor belongs to another customer, or the customer to another distributor")
)
