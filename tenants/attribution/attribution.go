package attribution

import (
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type (
	touchKind struct{}
	bindKind  struct{}
)

func (touchKind) Prefix() string { return "tch" }
func (bindKind) Prefix() string  { return "bnd" }

// TouchID is "tch_…", BindID is "bnd_…".
type (
	TouchID = id.Of[touchKind]
	BindID  = id.Of[bindKind]
)

// Source is how a buyer came to a link.
type Source struct {
	Channel  string
	Material string
	Campaign string
	Coupon   bool      // a distributor's coupon, which beats a link
	At       time.Time // zero is now; a history is replayed with its own instants
}

// TouchRecord is one touch and what the rules said to it.
type TouchRecord struct {
	ID          TouchID        `db:"id"`
	Buyer       customer.ID    `db:"buyer_id"`
	Nth         int            `db:"nth"` // of this buyer, from 1
	Distributor distributor.ID `db:"distributor_id"`
	Coupon      bool           `db:"coupon"`
	Channel     string         `db:"channel"`
	Material    string         `db:"material"`
	Campaign    string         `db:"campaign"`
	Verdict     Verdict        `db:"verdict"`
	At          time.Time      `db:"at"`
}

// Cause is what opened a bind.
type Cause string

const (
	ByTouch   Cause = "touch"
	ByTaking  Cause = "taken"
	ByOrder   Cause = "order"
	ByPayment Cause = "payment"
)

// Ended is what closed one.
type Ended string

const (
	EndedExpired Ended = "expired"
	EndedTaken   Ended = "taken"
	EndedJoined  Ended = "joined" // the buyer became a distributor
	EndedBanned  Ended = "distributor_banned"
	EndedLeft    Ended = "distributor_left"
)

// Bind says that a buyer belongs to a distributor for a time. A buyer has at
// most one that has not ended; one that has expired may still be open.
type Bind struct {
	ID             BindID         `db:"id"`
	Buyer          customer.ID    `db:"buyer_id"`
	Distributor    distributor.ID `db:"distributor_id"`
	Cause          Cause          `db:"cause"`
	BoundAt        time.Time      `db:"bound_at"`
	ProtectedUntil time.Time      `db:"protected_until"`
	ValidUntil     time.Time      `db:"valid_until"`
	Touches        int            `db:"touches"` // the buyer's touches up to this one have had their say
	Honoured       bool           `db:"honoured"`
	EndedAt        *time.Time     `db:"ended_at"`
	EndedCause     Ended          `db:"ended_cause"`
}

func (b Bind) validAt(t time.Time) bool     { return t.Before(b.ValidUntil) }
func (b Bind) protectedAt(t time.Time) bool { return t.Before(b.ProtectedUntil) }

func (b Bind) reason() Reason {
	if b.Honoured {
		return BehindHonoured
	}
	return BehindBound
}

// Outcome is the answer to a touch.
type Outcome struct {
	Touch   TouchID
	Verdict Verdict
	Holder  distributor.ID // who holds the buyer now; zero for nobody
}

// Bound reports whether the owner of the link holds the buyer now.
func (o Outcome) Bound() bool { return o.Verdict == Binds || o.Verdict == Renews || o.Verdict == Takes }

// Reason says why somebody stands behind an order, or why nobody does.
type Reason string

const (
	BehindBound    Reason = "bound"    // the bind holds
	BehindHonoured Reason = "honoured" // the buyer has joined, the old bind's protection runs out first
	BehindTouched  Reason = "touched"  // nobody held the buyer; this touch waits for the payment
	BehindTaken    Reason = "taken"    // the bind was out of protection and the order came through another link
	BehindSelf     Reason = "self"     // a distributor buys, through their own chain

	NobodyTouched  Reason = "no_touch"
	NobodyExpired  Reason = "bind_expired"
	NobodyLate     Reason = "touch_expired"
	NobodyNew      Reason = "not_new"
	NobodyBanned   Reason = "distributor_banned"
	NobodyLeft     Reason = "distributor_left"
	NobodyDeadLink Reason = "dead_link"
)
