// Package withdrawal takes a distributor's available money out of the store:
// requested, approved, paid, or given back.
//
// A request reserves its money at once, so two requests can never spend the
// same balance, and nobody who owes the store is sent anything: an unsent
// request of a person in debt is given back and netted instead. Each verb is
// part of the caller's transaction and harmless when it is said twice.
package withdrawal

import (
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

type kind struct{}

func (kind) Prefix() string { return "wdr" }

// ID is a withdrawal's id, "wdr_…".
type ID = id.Of[kind]

// ParseID reads "wdr_…".
func ParseID(s string) (ID, error) { return id.Parse[kind](s) }

// State is where a withdrawal stands. It only moves forward.
type State string

const (
	Requested State = "requested" // reserved, waits for review
	Approved  State = "approved"  // reviewed, not sent yet
	Paid      State = "paid"      // the money has left
	Rejected  State = "rejected"  // refused with a reason, the money is back
	Returned  State = "returned"  // given back by the system: its owner fell into debt
)

// unsent reports whether the money is still reserved.
func (s State) unsent() bool { return s == Requested || s == Approved }

// known reports whether there is such a state.
func (s State) known() bool { return s.unsent() || s == Paid || s == Rejected || s == Returned }

// InDebt is the reason of a returned withdrawal.
const InDebt = "in_debt"

// Manual is the method of paying by hand against a voucher.
const Manual = "manual"

// Withdrawal is one request. Amounts are minor units of the store's currency;
// Gross = Tax + Fee + Net.
type Withdrawal struct {
	ID          ID             `db:"id"`
	Distributor distributor.ID `db:"distributor_id"`
	Quote
	Method      string     `db:"method"`
	State       State      `db:"state"`
	Reason      string     `db:"reason"`  // why rejected or returned
	Voucher     string     `db:"voucher"` // proof of payment
	RequestedAt time.Time  `db:"requested_at"`
	DecidedAt   *time.Time `db:"decided_at"` // approved, rejected or returned
	DecidedBy   string     `db:"decided_by"`
	PaidAt      *time.Time `db:"paid_at"`
	PaidBy      string     `db:"paid_by"` // who recorded the payment
}

func (w Withdrawal) payee() ledger.Party { return ledger.Party(w.Distributor) }

func (w Withdrawal) ref() ledger.Ref { return ledger.Ref(w.ID) }

func (w *Withdrawal) decide(to State, reason, by string, at time.Time) {
	w.State, w.Reason, w.DecidedBy, w.DecidedAt = to, reason, by, &at
}

// mayWithdraw: whoever has left keeps what they have earned; of the frozen and
// the banned everything pauses.
func mayWithdraw(s distributor.State) bool { return s == distributor.Active || s == distributor.Left }
