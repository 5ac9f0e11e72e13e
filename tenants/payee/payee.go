// Package payee knows whom a withdrawal pays: who somebody is before the law,
// and on which account they want their money.
//
// What is personal is sealed and opens in one place, [Service.Reveal], in the
// moment money is sent. Everything else sees masks. A change never replaces
// what was there: a withdrawal names the revision it goes to, and that
// revision stays as it was.
package payee

import (
	"log/slog"
	"time"

	"github.com/fenli-io/fenli/tenants/distributor"
)

// Kind says what a payee is before the law, which decides their tax.
type Kind string

const (
	Individual Kind = "individual"
	Business   Kind = "business" // gives an invoice, so nothing is withheld
)

// Identity is who somebody says they are, in clear: it comes in once and is
// sealed.
type Identity struct {
	Kind    Kind   `json:"kind"`
	Name    string `json:"name"`   // the real name, or the business's
	Number  string `json:"number"` // resident id, or unified social credit code
	Phone   string `json:"phone"`
	Invoice bool   `json:"invoice"` // a business: it gives an invoice for what it is paid
}

// String and LogValue keep an identity out of logs and error texts.
func (Identity) String() string       { return "(sealed)" }
func (Identity) GoString() string     { return "(sealed)" }
func (Identity) LogValue() slog.Value { return slog.StringValue("(sealed)") }

// Profile is a revision of an identity as it may be shown.
type Profile struct {
	Revision int       `db:"revision"`
	Kind     Kind      `db:"kind"`
	Name     string    `db:"name"`
	Number   string    `db:"number"`
	Phone    string    `db:"phone"`
	Taxpayer []byte    `db:"taxpayer"` // the same person's is the same in this store
	At       time.Time `db:"at"`
	By       string    `db:"by"`
}

// Channel is a kind of account.
type Channel string

const (
	BankCard Channel = "bank_card"
	Alipay   Channel = "alipay"
	WeChat   Channel = "wechat"
)

// Entry is an account in clear, as somebody enters it.
type Entry struct {
	Channel Channel `json:"channel"`
	Number  string  `json:"number"` // card number, Alipay login, WeChat openid
	Bank    string  `json:"bank"`   // of a card
}

func (Entry) String() string       { return "(sealed)" }
func (Entry) GoString() string     { return "(sealed)" }
func (Entry) LogValue() slog.Value { return slog.StringValue("(sealed)") }

// Account is a revision of an account as it may be shown.
type Account struct {
	Revision int       `db:"revision"`
	Channel  Channel   `db:"kind"`
	Shown    string    `db:"shown"`
	Bank     string    `db:"bank"`
	UsableAt time.Time `db:"usable_at"`
	At       time.Time `db:"at"`
	By       string    `db:"by"`
}

// Payee is what stands now.
type Payee struct {
	Distributor distributor.ID
	Profile     *Profile // nil: nothing entered yet
	Accounts    []Account
	PausedUntil *time.Time // nothing is sent before
}

// Account is the one in force on a channel.
func (p Payee) Account(c Channel) (Account, bool) {
	for _, a := range p.Accounts {
		if a.Channel == c {
			return a, true
		}
	}
	return Account{}, false
}

// Destination is what money is sent to, in clear. Keep it no longer than the
// call that sends.
type Destination struct {
	Identity
	Account Entry
}

func (Destination) String() string       { return "(sealed)" }
func (Destination) GoString() string     { return "(sealed)" }
func (Destination) LogValue() slog.Value { return slog.StringValue("(sealed)") }

// Pause is how long nothing is sent after a change: long enough for the person
// to notice that it was not them.
const Pause = 72 * time.Hour
