package payout

import (
	"context"
	"net/http"
	"time"
)

// Provider moves money out of a merchant's own account. It is called outside
// of any transaction, with a number that was chosen and stored before.
//
// No method fails: whatever is not a clear word of the provider is an [Answer]
// that says [Doubt], and the caller sends the same bytes again or asks.
type Provider interface {
	// Prepare makes the exact bytes that will be sent, however often. It may
	// ask the provider for a key and nothing else.
	Prepare(ctx context.Context, o Order) (Request, error)
	// Submit sends the bytes. The same number is one transfer, however often.
	Submit(ctx context.Context, r Request) Answer
	// Query asks where a number stands.
	Query(ctx context.Context, number string) Answer
}

// Canceller is a provider that can call a transfer back before its payee has
// confirmed it.
type Canceller interface {
	Cancel(ctx context.Context, number string) Answer
}

// Listener is a provider that calls back. What it returns has been proven to
// come from the provider; anything else is an error, and nothing is done.
type Listener interface {
	Hear(ctx context.Context, header http.Header, body []byte) (Notice, error)
}

// Biller is a provider whose bill can be fetched, a day at a time.
type Biller interface {
	Bill(ctx context.Context, day time.Time) ([]BillRow, error)
}

// BillReader reads a bill that a person has downloaded.
type BillReader interface {
	ReadBill(file []byte) ([]BillRow, error)
}

// Order is what a provider is asked to pay.
type Order struct {
	Number    string
	Amount    int64 // minor units
	Currency  string
	Payee     Payee
	Remark    string
	NotifyURL string
	Anew      bool // the provider no longer takes the key it was prepared with: look for a newer one
}

// Payee is where the money goes. Account is what the method knows a person by:
// an openid, an Alipay account, a bank card's number.
type Payee struct {
	Account  string
	RealName string
	Bank     string
}

// Request is what was prepared: the body to the byte, and the headers that
// belong to it, such as the key with which a name in it is encrypted.
type Request struct {
	Body   []byte
	Header map[string]string
}

// Standing is where a transfer stands as the provider says.
type Standing string

const (
	Doubt      Standing = "doubt"      // no word that can be relied on: send the same bytes again, or ask
	Absent     Standing = "absent"     // the provider does not know the number now
	Processing Standing = "processing" // accepted
	AwaitsUser Standing = "awaits_user"
	Cancelling Standing = "cancelling"
	Paid       Standing = "paid"
	Failed     Standing = "failed"
	Cancelled  Standing = "cancelled"

	Short    Standing = "short"     // the merchant's account has too little: wait
	Slower   Standing = "slower"    // too many calls: wait
	StaleKey Standing = "stale_key" // the bytes are encrypted with a key that is no longer taken: prepare the same number again
	Refused  Standing = "refused"   // the provider does not take the request as it is: a person looks
)

// Answer is one word of the provider about one number.
type Answer struct {
	Standing   Standing
	Number     string // whom the answer is about; "" when it does not say
	Amount     int64  // 0 when it does not say
	ProviderID string // the provider's own number
	Confirm    string // what the payee's phone needs to ask for confirmation
	Code       string // the provider's word, for people
	Words      string
	At         time.Time // when it happened, if it says
}

// Notice is a call of the provider that has been proven genuine.
type Notice struct {
	ID     string // the provider's id of the notice
	Answer Answer
}

// BillRow is one line of a provider's bill that concerns payouts. Amount is
// what left the merchant's account; below zero it came back.
type BillRow struct {
	Entry      string // the provider's number of the line, unique in the account
	Number     string // our number, as the provider kept it
	ProviderID string
	Amount     int64
	Kind       string // the provider's word for the line
	At         time.Time
}
