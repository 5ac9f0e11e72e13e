// Package payer knows who pays before the law: the legal entity whose money
// leaves, and what it has to withhold.
//
// A withholding agent is a company, not a shop: two stores of one owner that
// pay by the same company pay the same person together, and tax is worked out
// on the sum. So what an entity has paid is the entity's, not a store's. It
// stands behind a wall of its own, and the only road to it is a store's own
// link, or a code that the other store has given.
package payer

import (
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/performance"
)

type kind struct{}

func (kind) Prefix() string { return "pyr" }

// ID is a payer's id, "pyr_…".
type ID = id.Of[kind]

// Payer is a legal entity that pays.
type Payer struct {
	ID      ID     `db:"payer_id"`
	Name    string `db:"name"`
	TaxID   string `db:"tax_id"`
	Methods []Dated
}

// Dated is a method from a month on.
type Dated struct {
	From   performance.Date `db:"from_month"`
	Method Method           `db:"method"`
	At     time.Time        `db:"at"`
	By     string           `db:"by"`
}

// In is the method of a month and the month from which it holds.
func (p Payer) In(month performance.Date) Dated {
	now := Dated{Method: None}
	for _, d := range p.Methods {
		if d.From.Compare(month.MonthStart()) <= 0 {
			if d.Method == now.Method && !now.From.IsZero() {
				d.From = now.From // said again
			}
			now = d
		}
	}
	return now
}
