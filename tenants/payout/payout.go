// Package payout moves withdrawals out of the merchant's own account.
//
// A transfer has one number for ever, chosen and stored, with the exact bytes
// of the request, before the provider is called. Callbacks, looking and staff
// pass through one function, [Service.advance], and a transfer only moves
// forward. In any doubt the same bytes are sent again or the provider is
// asked; another number exists only after the provider said that the one
// before it failed. No provider is called inside a transaction.
package payout

import (
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type transferKind struct{}

func (transferKind) Prefix() string { return "pyt" }

// ID is a transfer's id, "pyt_…".
type ID = id.Of[transferKind]

// ParseID reads "pyt_…".
func ParseID(s string) (ID, error) { return id.Parse[transferKind](s) }

// State is where a transfer stands. It only moves forward.
type State string

const (
	Queued   State = "queued"  // has its number; nobody has been told to pay
	Sending  State = "sending" // the withdrawal is on its way
	Awaiting State = "waiting_for_user"
	Done     State = "paid"
	Broken   State = "failed"
	Called   State = "cancelled"
	Void     State = "void" // the withdrawal was given back before anything was sent
)

// States lists them all, in the order of the way.
var States = []State{Queued, Sending, Awaiting, Done, Broken, Called, Void}

func (s State) ended() bool { return s == Done || s == Broken || s == Called || s == Void }

func (s State) rank() int {
	switch s {
	case Queued:
		return 0
	case Sending:
		return 1
	case Awaiting:
		return 2
	}
	return 3
}

// Trouble is why a person should look.
type Trouble string

const (
	NoTrouble     Trouble = ""
	AccountShort  Trouble = "short"         // the merchant's account has too little; it goes on by itself when topped up
	Silent        Trouble = "silent"        // the provider has not said anything reliable for long
	Stuck         Trouble = "stuck"         // it should have ended long ago
	RequestWrong  Trouble = "refused"       // the provider does not take the request
	CannotSend    Trouble = "cannot_send"   // it cannot be written down for the provider: an account is missing, a limit exceeded
	Contradiction Trouble = "contradiction" // the provider says something else than before
)

// Transfer is one withdrawal at one provider, under one number.
type Transfer struct {
	ID          ID                `db:"id"`
	Withdrawal  withdrawal.ID     `db:"withdrawal_id"`
	Distributor distributor.ID    `db:"distributor_id"`
	Account     AccountID         `db:"account_id"`
	Method      withdrawal.Method `db:"method"`
	Number      string            `db:"number"`
	Amount      int64             `db:"amount"` // final once it is sent: the tax is that of the month of sending
	State       State             `db:"state"`
	Standing    Standing          `db:"standing"` // the provider's last word
	Asked       string            `db:"asked"`    // what we did last: "submit", "query", "cancel"
	Tries       int               `db:"tries"`    // looks since the standing changed
	Submits     int               `db:"submits"`
	ProviderID  string            `db:"provider_id"`
	Confirm     string            `db:"confirm"` // for the payee's phone
	Code        string            `db:"code"`
	Words       string            `db:"words"`
	Trouble     Trouble           `db:"trouble"`
	TroubleAt   *time.Time        `db:"trouble_at"`
	Batch       *BatchID          `db:"batch_id"`
	CancelBy    string            `db:"cancel_by"` // who wants it called back
	CreatedAt   time.Time         `db:"created_at"`
	SentAt      *time.Time        `db:"sent_at"` // when its bytes were first sent
	WaitsSince  *time.Time        `db:"waits_since"`
	EndedAt     *time.Time        `db:"ended_at"`
	ChangedAt   time.Time         `db:"changed_at"`
}

// Step is one thing that was heard or done about a transfer, for ever.
type Step struct {
	Nth      int       `db:"nth"`
	At       time.Time `db:"at"`
	Source   string    `db:"source"` // "submit", "query", "cancel", "notice", "batch", "staff:…"
	Standing Standing  `db:"standing"`
	State    State     `db:"state"` // afterwards
	Code     string    `db:"code"`
	Words    string    `db:"words"`
}

// Number is what a provider knows a withdrawal by: its id, 26 letters and
// digits. It is the same whoever works it out, so a withdrawal whose sending a
// restore has forgotten is sent under the number it was sent under before. A
// withdrawal that failed gives its money back; whoever asks again gets another
// withdrawal, and so another number.
func Number(w withdrawal.ID) string {
	_, suffix, _ := strings.Cut(w.String(), "_")
	return strings.ToUpper(suffix)
}

// WithdrawalOf reads a number back; false when it is not one of ours.
func WithdrawalOf(number string) (w withdrawal.ID, ours bool) {
	if len(number) != 26 {
		return w, false
	}
	w, err := withdrawal.ParseID("wdr_" + strings.ToLower(number))
	return w, err == nil && Number(w) == number
}
