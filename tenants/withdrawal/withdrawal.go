// Package withdrawal takes a distributor's available money out of the store:
// requested, approved, sent, paid, or given back.
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
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
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
	Requested State = "requested"        // reserved, waits for review
	Approved  State = "approved"         // reviewed, not sent yet
	Sending   State = "sending"          // somebody has been told to pay; from here it runs on
	Waiting   State = "waiting_for_user" // the payee has to confirm
	InDoubt   State = "manual"           // beside the way: nobody knows whether it was paid, a person has to look
	Paid      State = "paid"             // the money has left
	Failed    State = "failed"           // it could not be paid, the money is back
	Cancelled State = "cancelled"        // called off, by its owner or by the provider, the money is back
	Rejected  State = "rejected"         // refused with a reason, the money is back
	Returned  State = "returned"         // given back by the system: its owner fell into debt
)

// States lists them all, in the order of the way.
var States = []State{Requested, Approved, Sending, Waiting, InDoubt, Paid, Failed, Cancelled, Rejected, Returned}

// unsent reports whether nobody has been told to pay yet.
func (s State) unsent() bool { return s == Requested || s == Approved }

// underway reports whether somebody has been told to pay and the end is open.
func (s State) underway() bool { return s == Sending || s == Waiting || s == InDoubt }

// back reports whether the money has been given back.
func (s State) back() bool {
	return s == Failed || s == Cancelled || s == Rejected || s == Returned
}

// known reports whether there is such a state.
func (s State) known() bool { return s.unsent() || s.underway() || s.back() || s == Paid }

// Reasons and words that are not a person's.
const (
	InDebt   = "in_debt"  // of a returned withdrawal
	Recalled = "recalled" // of one that its owner has cancelled

	FirstOfTwo = "first_of_two" // words of an event: one of two people has approved
	Requoted   = "requoted"     // words of an event: the tax has changed, before and after in minor units
)

// Method is how a withdrawal is paid.
type Method string

const (
	Manual   Method = "manual"    // by hand, against a voucher
	BankFile Method = "bank_file" // by a file that the bank takes
	Alipay   Method = "alipay"
	WeChat   Method = "wechat" // 商家转账: the payee confirms
)

// Methods lists them all.
var Methods = []Method{Manual, BankFile, Alipay, WeChat}

func (m Method) known() bool { return m == Manual || m == BankFile || m == Alipay || m == WeChat }

// channel is the account a method pays to, "" for any or none.
func (m Method) channel() payee.Channel {
	switch m {
	case BankFile:
		return payee.BankCard
	case Alipay:
		return payee.Alipay
	case WeChat:
		return payee.WeChat
	}
	return ""
}

// Withdrawal is one request. Amounts are minor units of the store's currency;
// Gross = Tax + Fee + Net.
type Withdrawal struct {
	ID          ID             `db:"id"`
	Distributor distributor.ID `db:"distributor_id"`
	Quote
	Method          Method `db:"method"`
	ProfileRevision int    `db:"profile_revision"` // of the payee it goes to; 0 when none was needed
	AccountRevision int    `db:"account_revision"`
	State           State  `db:"state"`

	Whole int64 `db:"whole"` // asked for together with the other parts
	Split ID    `db:"split_id"`
	Part  int   `db:"part"`
	Parts int   `db:"parts"`

	Payer    payer.ID         `db:"payer_id"` // zero: nobody withholds
	Taxpayer []byte           `db:"taxpayer"`
	TaxMonth performance.Date `db:"tax_month"`
	Basis    payer.Basis      `db:"tax_basis"` // how the tax comes about

	Reason          string     `db:"reason"`  // why it came back, or is in doubt
	Voucher         string     `db:"voucher"` // proof of payment
	RequestedAt     time.Time  `db:"requested_at"`
	FirstApprovedBy string     `db:"first_approved_by"` // when two people have to approve
	FirstApprovedAt *time.Time `db:"first_approved_at"`
	DecidedAt       *time.Time `db:"decided_at"` // approved, rejected or returned
	DecidedBy       string     `db:"decided_by"`
	SentAt          *time.Time `db:"sent_at"`
	PaidAt          *time.Time `db:"paid_at"`
	PaidBy          string     `db:"paid_by"` // who recorded the payment
	ChangedAt       time.Time  `db:"changed_at"`
}

// Event is one step of a withdrawal's way.
type Event struct {
	Nth   int       `db:"nth"`
	At    time.Time `db:"at"`
	State State     `db:"state"`
	Actor string    `db:"actor"`
	Words string    `db:"words"`
}

func (w Withdrawal) payee() ledger.Party { return ledger.Party(w.Distributor) }

func (w Withdrawal) ref() ledger.Ref { return ledger.Ref(w.ID) }

func (w *Withdrawal) decide(to State, reason, by string, at time.Time) {
	w.State, w.Reason, w.DecidedBy, w.DecidedAt = to, reason, by, &at
}
