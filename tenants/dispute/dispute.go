// Package dispute is the conversation about an award: a distributor questions
// it, or that there is none, and the merchant answers with the explanation at
// hand. Nothing here moves money, and what was said is never changed.
package dispute

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

type kind struct{}

func (kind) Prefix() string { return "dsp" }

// ID is a dispute's id, "dsp_…".
type ID = id.Of[kind]

// ParseID reads "dsp_…".
func ParseID(s string) (ID, error) { return id.Parse[kind](s) }

// State is whose turn it is.
type State string

const (
	Open     State = "open"     // the merchant's
	Answered State = "answered" // the distributor's
	Closed   State = "closed"   // nobody's
)

func (s State) known() bool { return s == Open || s == Answered || s == Closed }

// Outcome is how the merchant has answered, "" before.
type Outcome string

const (
	Upheld   Outcome = "upheld"   // the distributor is right; a manual bonus makes it good
	Rejected Outcome = "rejected" // the award stands as it is
)

// Side is who said something.
type Side string

const (
	Distributor Side = "distributor"
	Merchant    Side = "merchant"
)

// Dispute is one disagreement.
type Dispute struct {
	ID          ID             `db:"id"`
	Distributor distributor.ID `db:"distributor_id"`
	Order       *order.ID      `db:"order_id"` // nil: see Claimed
	Claimed     string         `db:"claimed"`  // the number of an order that is not theirs as far as we know
	State       State          `db:"state"`
	Outcome     Outcome        `db:"outcome"`
	OpenedAt    time.Time      `db:"opened_at"`
	ChangedAt   time.Time      `db:"changed_at"`
}

// Entry is one thing that was said or done.
type Entry struct {
	Nth   int       `db:"nth"`
	Side  Side      `db:"side"`
	Actor string    `db:"actor"` // who of the staff
	Verb  string    `db:"verb"`  // opened, replied, upheld, rejected, closed
	Words string    `db:"words"`
	At    time.Time `db:"at"`
}

// Subject is what somebody disputes: an order of theirs, or one they name by a
// number.
type Subject struct {
	Order   order.ID
	Claimed string
}

// Replayer asks the strategy about a decided order once more. The engine of
// replays implements it.
type Replayer interface {
	// Replay reports whether the decision came out the same, and what differs.
	// It asks a strategy, so it is not for use in a transaction.
	Replay(ctx context.Context, tenant tenancy.ID, which order.ID) (equal bool, differs []string, err error)
}
