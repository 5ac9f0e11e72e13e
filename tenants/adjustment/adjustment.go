// Package adjustment gives and takes money by hand: a bonus or a deduction,
// with a reason that the distributor reads.
//
// Bonuses of a month stay within the store's budget, what is more than a
// threshold waits for a second person, and nothing is ever given for
// recruiting. What was booked is never changed: a correction is a later
// adjustment that names the earlier one.
package adjustment

import (
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

type kind struct{}

func (kind) Prefix() string { return "adj" }

// ID is an adjustment's id, "adj_…".
type ID = id.Of[kind]

// ParseID reads "adj_…".
func ParseID(s string) (ID, error) { return id.Parse[kind](s) }

// Kind is which way the money goes.
type Kind string

const (
	Bonus     Kind = "bonus"
	Deduction Kind = "deduction"
)

// State is where an adjustment stands.
type State string

const (
	Waiting   State = "waiting"   // for a second person
	Booked    State = "booked"    // for ever
	Refused   State = "refused"   // by the second person, with a reason
	Withdrawn State = "withdrawn" // by the first
)

func (s State) known() bool {
	return s == Waiting || s == Booked || s == Refused || s == Withdrawn
}

// Cause is what an adjustment is for. Recruiting is none.
type Cause string

// Causes are all there are.
var Causes = []Cause{"dispute", "correction", "service", "sales", "breach", "other"}

// Adjustment is one bonus or deduction. Amounts are minor units of the store's
// currency.
type Adjustment struct {
	ID            ID
	DistributorID distributor.ID
	Kind          Kind
	Amount        int64
	Cause         Cause
	Reason        string // the distributor reads it
	Note          string // staff alone
	Corrects      *ID    // the earlier one that this takes back
	State         State
	Month         string // whose budget it counts for
	FromAvailable int64  // of a booked deduction: what was still here
	IntoDebt      int64  // and what is owed since
	ProposedBy    string
	ProposedAt    time.Time
	DecidedBy     string
	DecidedAt     *time.Time
	Refusal       string
}

func (a Adjustment) payee() ledger.Party { return ledger.Party(a.DistributorID) }

// Draft is what somebody would like to give or take.
type Draft struct {
	Distributor distributor.ID
	Kind        Kind
	Amount      int64
	Cause       Cause
	Reason      string
	Note        string
	Corrects    *ID
	// NotRecruiting is the proposer's word that nothing is given for bringing
	// people in.
	NotRecruiting bool
}

// Rules are a store's own. Amounts are minor units.
type Rules struct {
	Budget      int64 // of bonuses a month; 0: no limit
	SecondAbove int64 // what is more waits for a second person; 0: nothing does
}

func (r Rules) needsSecond(amount int64) bool { return r.SecondAbove > 0 && amount > r.SecondAbove }

// recruiting are words by which people would name a reward for bringing people
// in. Naming it otherwise does not make it allowed, but it makes it a lie.
var recruiting = []string{"拉人", "人头", "招募奖", "招人奖", "招募佣金", "推荐人数", "发展下线", "下线人数", "邀请注册", "注册奖励", "入会奖", "加盟奖", "拉新会员奖", "headcount", "head count", "recruit", "sign-up bonus", "signup bonus", "joining bonus"}

func aboutRecruiting(reason string) bool {
	reason = strings.ToLower(strings.Join(strings.Fields(reason), " "))
	for _, word := range recruiting {
		if strings.Contains(reason, word) {
			return true
		}
	}
	return false
}
