// Package registry knows the stores, the people who may enter them, and how
// they prove it.
//
// Stores, host names and people's accounts belong to the platform; staff,
// sessions, keys and the audit log belong to a store and stand behind its wall.
package registry

import (
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/tenancy"
)

type (
	personKind struct{}
	keyKind    struct{}
	entryKind  struct{}

	invitationKind struct{}
)

func (personKind) Prefix() string { return "per" }
func (keyKind) Prefix() string    { return "key" }
func (entryKind) Prefix() string  { return "aud" }

func (invitationKind) Prefix() string { return "inv" }

type (
	PersonID = id.Of[personKind] // a human being's account, of the platform
	KeyID    = id.Of[keyKind]    // an API key of a store
	EntryID  = id.Of[entryKind]  // an entry of a store's audit log

	InvitationID = id.Of[invitationKind] // lets one person join the staff
)

// Store is a tenant.
type Store struct {
	ID        tenancy.ID
	Slug      string // in host names and links
	Name      string
	Currency  string // one for everything in the store
	TimeZone  string // decides its days, weeks and months
	Industry  string // what its owner said at sign-up; "" is unsaid
	Plan      string
	State     string // open, closing, closed
	Brand     Brand
	CreatedAt time.Time
}

// Location is the store's time zone.
func (s Store) Location() *time.Location {
	l, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC // was checked at sign-up; this machine has no zone data
	}
	return l
}

// Person is a human being's account.
type Person struct {
	ID   PersonID
	Name string
}

// The roles of staff; package rbac says what they may do.
const (
	RoleOwner   = "owner"
	RoleManager = "manager"
	RoleFinance = "finance"
	RoleSupport = "support"
)

// Realm is where a session is good: in the console or in the shop.
type Realm string

const (
	RealmMerchant Realm = "merchant"
	RealmStore    Realm = "store"
)

// SessionLife is how long a session lasts; using it does not prolong it.
const SessionLife = 30 * 24 * time.Hour

// Key is an API key; its secret is shown once, when it is made.
type Key struct {
	ID        KeyID
	Name      string
	Hint      string // the secret's last four characters
	CreatedAt time.Time
	RevokedAt *time.Time
}

// Entry is one line of the audit log.
type Entry struct {
	ID      EntryID
	At      time.Time
	Actor   string // "staff:per_…", "key:key_…", "operator", "system"
	Name    string // how they are called; see [ActorNames]
	Action  string // "distributor.freeze"
	Subject string // the id of what it was done to
	Detail  []byte // JSON
}
