// Package cases plays worked commission cases through a running server, as a
// shop would: over HTTP, with a store and a clock of its own for each case.
//
// A case is data: people, steps at instants, and what everybody must have in
// the end, to the minor unit. The format is strict, an unknown key is an error.
package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Case is one worked case.
type Case struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Store    Store    `json:"store"`
	Strategy Strategy `json:"strategy"`
	People   []Person `json:"people"`
	Steps    []Step   `json:"steps"`
	Expect   Expect   `json:"expect"`
}

// Store holds the settings that differ from the defaults; nil means default.
type Store struct {
	Levels           *int           `json:"levels"`
	FreezeDays       *int           `json:"freeze_days"`
	Rounding         *string        `json:"rounding"`
	SelfPurchase     *string        `json:"self_purchase"`
	IneligibleUpline *string        `json:"ineligible_upline"`
	Refund           *string        `json:"refund"`
	CampaignClock    *string        `json:"campaign_clock"`
	OrderCap         *string        `json:"order_cap"`
	LineMarginCap    *string        `json:"line_margin_cap"`
	RecipientCap     *RecipientCap  `json:"recipient_cap"`
	Withdrawal       WithdrawalRule `json:"withdrawal"`
}

// RecipientCap bounds what one person gets in a day, week or month.
type RecipientCap struct {
	Amount int64  `json:"amount"`
	Period string `json:"period"`
}

// WithdrawalRule bounds withdrawals.
type WithdrawalRule struct {
	Min int64   `json:"min"`
	Fee *string `json:"fee"`
}

// Strategy is the plugin and its configuration.
type Strategy struct {
	ID     string          `json:"id"`
	Config json.RawMessage `json:"config"`
}

// Person is a distributor.
type Person struct {
	ID     string `json:"id"`
	Upline string `json:"upline"`
	Grade  string `json:"grade"`
	State  string `json:"state"`
}

// Step is one thing that happens at an instant; without a verb it only moves
// the clock.
type Step struct {
	At       time.Time `json:"at"`
	Place    *Place    `json:"place"`
	Pay      string    `json:"pay"`
	Ship     string    `json:"ship"`
	Receive  string    `json:"receive"`
	Refund   *Refund   `json:"refund"`
	Set      *Set      `json:"set"`
	Withdraw *Withdraw `json:"withdraw"`
	Group    *Group    `json:"group"`
	Close    string    `json:"close"`
}

// Place is an order.
type Place struct {
	Order    string `json:"order"`
	Buyer    string `json:"buyer"`
	Via      string `json:"via"`
	Channel  string `json:"channel"`
	Freight  int64  `json:"freight"`
	Discount int64  `json:"discount"`
	GroupBuy bool   `json:"group_buy"`
	Lines    []Line `json:"lines"`
}

// Line is one line of an order.
type Line struct {
	ID        string `json:"id"`
	SKU       string `json:"sku"`
	Category  string `json:"category"`
	Qty       int64  `json:"qty"`
	UnitPrice int64  `json:"unit_price"`
	Discount  int64  `json:"discount"`
	Cost      *int64 `json:"cost"` // of one unit; nil: not known
}

// Refund gives money back; no line spreads it over all.
type Refund struct {
	Order  string `json:"order"`
	ID     string `json:"id"`
	Amount int64  `json:"amount"`
	Line   string `json:"line"`
}

// Set changes a person.
type Set struct {
	Person string `json:"person"`
	State  string `json:"state"`
	Grade  string `json:"grade"`
	Upline string `json:"upline"`
}

// Withdraw asks for money, Times at once, and says what must come of it.
type Withdraw struct {
	Person string `json:"person"`
	Amount int64  `json:"amount"`
	Times  int    `json:"times"`
	Want   string `json:"want"`
}

// Group decides a group-buy.
type Group struct {
	Order  string `json:"order"`
	Result string `json:"result"`
}

// Expect is what must stand after the last step; nil parts are not checked.
type Expect struct {
	Awards              map[string]map[string]int64 `json:"awards"`
	Reversed            map[string]map[string]int64 `json:"reversed"`
	Period              map[string]map[string]int64 `json:"period"`
	Balances            map[string]map[string]int64 `json:"balances"`
	AcceptedWithdrawals *int                        `json:"accepted_withdrawals"`
}

// Read reads the cases of a file.
func Read(path string) ([]Case, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var list []Case
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("cases: %s: %w", path, err)
	}
	seen := map[string]bool{}
	for _, c := range list {
		if c.ID == "" || seen[c.ID] {
			return nil, fmt.Errorf("cases: %s: case ids must be there, each once: %q", path, c.ID)
		}
		seen[c.ID] = true
		for i, s := range c.Steps {
			if s.At.IsZero() || i > 0 && s.At.Before(c.Steps[i-1].At) {
				return nil, fmt.Errorf("cases: %s: step %d of %s: steps need times that do not go back", path, i+1, c.ID)
			}
		}
	}
	return list, nil
}
