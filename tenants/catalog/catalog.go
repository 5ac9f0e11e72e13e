// Package catalog knows what the store sells: products, their SKUs, prices
// and stock.
//
// A SKU is known by its code. Prices are minor units of the store's currency.
// Stock never falls below zero, however many buyers take at once.
package catalog

import (
	"time"

	"github.com/fenli-io/fenli/platform/id"
)

type kind struct{}

func (kind) Prefix() string { return "prd" }

// ID is a product's id, "prd_…".
type ID = id.Of[kind]

// ParseID reads "prd_…".
func ParseID(s string) (ID, error) { return id.Parse[kind](s) }

// State of a product.
type State string

const (
	Listed   State = "listed"
	Unlisted State = "unlisted" // buyers do not see it
	Archived State = "archived" // gone for good; orders keep their facts
)

// Product is what a page of the shop shows.
type Product struct {
	ID          ID        `db:"id"`
	Title       string    `db:"title"`
	Category    string    `db:"category"` // path "tea/green"
	Description string    `db:"description"`
	Picture     string    `db:"picture"`
	State       State     `db:"state"`
	Distributed bool      `db:"distributed"` // whether it pays commission at all
	CreatedAt   time.Time `db:"created_at"`
	SKUs        []SKU     `db:"-"`
}

// SKU is one thing that can be bought.
type SKU struct {
	Code      string `db:"code"`
	ProductID ID     `db:"product_id"`
	Title     string `db:"title"`
	Price     int64  `db:"price"`
	Cost      *int64 `db:"cost"` // nil: not told
	Stock     int    `db:"stock"`
}

// Line asks for a quantity of a SKU.
type Line struct {
	SKU string
	Qty int
}

// PricedLine is a line as the catalogue sells it.
type PricedLine struct {
	SKU         string
	Qty         int
	Product     ID
	Title       string // product and variant
	Category    string
	UnitPrice   int64
	Cost        *int64
	Distributed bool
}
