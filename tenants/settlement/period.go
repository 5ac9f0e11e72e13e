package settlement

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/tenants/ledger"
)

// Period is a closed period of a store. It holds the journal's entries behind
// the number After up to the number Last.
type Period struct {
	Nth        int
	Day        time.Time // its first day in store time: its name
	Kind       string    // program.Week or program.Month
	Method     string    // when it closed
	FromAt     time.Time
	ToAt       time.Time // half-open
	After      int64
	Last       int64
	Hash       []byte // of the entry Last, empty when there is none
	Statements int    // parties with at least one entry
	Sums       Sums
	Opening    Accounts // of the whole store
	Closing    Accounts
	ClosedAt   time.Time
}

// Key is the period's name, "2026-03-01".
func (p Period) Key() string { return p.Day.Format(time.DateOnly) }

// Entries is how many there are in the period.
func (p Period) Entries() int64 { return p.Last - p.After }

// Making is a period whose statements are being made.
type Making struct {
	Nth        int
	Day        time.Time
	Kind       string
	Method     string
	FromAt     time.Time
	ToAt       time.Time
	After      int64
	Last       int64
	Done       int64 // the number up to which they are made
	Part       int
	Statements int
	BegunAt    time.Time
}

func (m Making) Key() string { return m.Day.Format(time.DateOnly) }

// Sums are amounts by kind of movement.
type Sums map[string]int64

func (s Sums) add(other Sums) {
	for kind, amount := range other {
		s[kind] += amount
	}
}

// Accounts are what stands in each account: money, and points.
type Accounts struct {
	Money  ledger.Balance
	Points int64
}

func (a Accounts) after(kind string, amount int64) Accounts {
	way, _ := ledger.WayOf(kind)
	if way.Asset == ledger.Money {
		a.Money = a.Money.Apply(kind, amount)
	} else if way.To == ledger.Available {
		a.Points += amount
	} else if way.From == ledger.Available {
		a.Points -= amount
	}
	return a
}

func (a Accounts) afterAll(sums Sums) Accounts {
	for kind, amount := range sums {
		a = a.after(kind, amount)
	}
	return a
}

const pointsKey = "points"

// MarshalJSON writes the accounts in which something stands.
func (a Accounts) MarshalJSON() ([]byte, error) {
	all := map[string]int64{}
	for _, name := range ledger.Accounts {
		if v := a.Money.Of(name); v != 0 {
			all[string(name)] = v
		}
	}
	if a.Points != 0 {
		all[pointsKey] = a.Points
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Accounts) UnmarshalJSON(b []byte) error {
	var all map[ledger.Account]int64
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*a = Accounts{Points: all[pointsKey]}
	a.Money = ledger.Balance{Expense: all[ledger.Expense], Adjustment: all[ledger.Adjustment], Fees: all[ledger.Fees], Tax: all[ledger.Tax],
		Held: all[ledger.Held], Available: all[ledger.Available], Reserved: all[ledger.Reserved], Debt: all[ledger.Debt], Paid: all[ledger.Paid]}
	return nil
}
