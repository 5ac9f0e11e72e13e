// Package distributor knows who sells, whether they may earn, and under whom.
//
// A member's place in the team is kept three times over: the upline they name,
// the array of all ancestors that reads one chain, and the closure that reads
// a sub-tree. Every verb here changes all three in one transaction, so they
// never disagree, and no upline change can close a loop.
package distributor

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/platform/id"
)

type kind struct{}

func (kind) Prefix() string { return "dst" }

// ID is a distributor's id, "dst_…".
type ID = id.Of[kind]

// ParseID reads "dst_…".
func ParseID(s string) (ID, error) { return id.Parse[kind](s) }

// State is where a member stands.
type State string

const (
	Applied  State = "applied"  // asked to join, waits for review
	Rejected State = "rejected" // refused with a reason, may ask again
	Active   State = "active"
	Frozen   State = "frozen" // keeps customers and team, earns nothing meanwhile
	Banned   State = "banned" // links are dead, customers released
	Left     State = "left"   // gone by their own wish; the balance stays theirs
)

// MayEarn reports whether an order placed now may pay them.
func (s State) MayEarn() bool { return s == Active }

// LinkWorks reports whether a buyer may come through them: a frozen member's
// customers stay theirs, so the link lives on.
func (s State) LinkWorks() bool { return s == Active || s == Frozen }

// Joined reports whether the person is, or was until a ban, one of the team:
// such a person buys through their own chain and not as somebody's customer.
func (s State) Joined() bool { return s == Active || s == Frozen || s == Banned }

// next lists where each state may go. Put at least a reason on every way down.
var next = map[State][]State{
	Applied:  {Active, Rejected},
	Rejected: {Applied},
	Active:   {Frozen, Banned, Left},
	Frozen:   {Active, Banned, Left},
	Banned:   {Active}, // overturned on appeal
	Left:     {Applied},
}

func (s State) canBecome(to State) bool {
	for _, t := range next[s] {
		if t == to {
			return true
		}
	}
	return false
}

func (s State) known() bool { _, ok := next[s]; return ok }

// needsReason: whoever is refused or stopped is told why.
func (s State) needsReason() bool { return s == Rejected || s == Frozen || s == Banned }

// Member is one distributor.
type Member struct {
	ID          ID              `db:"id"`
	ExternalID  string          `db:"external_id"` // the merchant's own id, "" for none
	PersonID    PersonID        `db:"person_id"`
	Code        string          `db:"code"` // in links and on posters
	Name        string          `db:"name"`
	Grade       string          `db:"grade"`
	State       State           `db:"state"`
	StateReason string          `db:"state_reason"`
	UplineID    ID              `db:"upline_id"`
	Ancestors   []ID            `db:"ancestors"` // nearest first, the whole way up
	Profile     json.RawMessage `db:"profile"`
	AppliedAt   time.Time       `db:"applied_at"`
	JoinedAt    *time.Time      `db:"joined_at"`
}

type personKind struct{}

func (personKind) Prefix() string { return "per" }

// PersonID is the account of a human being, "per_…".
type PersonID = id.Of[personKind]

// Link is one position of a chain.
type Link struct {
	ID    ID
	Grade string
	State State
}

// What says which fact about a member has changed.
type What string

const (
	Enlisted     What = "enlisted"
	StateChanged What = "state"
	GradeChanged What = "grade"
	UplineMoved  What = "upline"
)

// Change is told to whoever follows, inside the transaction that made it.
// Before is the member as it was; it is zero for Enlisted.
type Change struct {
	What          What
	Before, After Member
	Reason        string
}

// Activated reports whether the member has just become one of the team.
func (c Change) Activated() bool {
	return c.After.State == Active && !c.Before.State.Joined()
}
