// Package tenancy names the store on whose behalf something happens.
package tenancy

import (
	"time"

	"github.com/fenli-io/fenli/platform/id"
)

type storeKind struct{}

func (storeKind) Prefix() string { return "sto" }

// ID is a store's id. Every row of a store, every statement and every key in
// Redis carries it.
type ID = id.Of[storeKind]

// New makes the id of a store that signs up at the given time.
func New(at time.Time) ID { return id.New[storeKind](at) }

// Parse reads "sto_…".
func Parse(s string) (ID, error) { return id.Parse[storeKind](s) }
