package adjustmenthttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Person is whose balance it moves.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Draft is what somebody would like to give or take.
type Draft struct {
	DistributorID string       `json:"distributor_id" maxLength:"60"`
	Kind          string       `json:"kind" enum:"bonus,deduction"`
	Amount        money.Amount `json:"amount"`
	Cause         string       `json:"cause" enum:"dispute,correction,service,sales,breach,other"`
	Reason        string       `json:"reason" minLength:"1" maxLength:"200" doc:"The distributor reads it"`
	Note          string       `json:"note,omitempty" maxLength:"500" doc:"Staff alone read it"`
	Corrects      string       `json:"corrects,omitempty" maxLength:"60" doc:"The booked adjustment that this takes back, whole or in part"`
	NotRecruiting bool         `json:"not_recruiting,omitempty" doc:"One's word that a bonus has nothing to do with recruiting"`
}

// Adjustment is one bonus or deduction.
type Adjustment struct {
	ID            adjustment.ID    `json:"id"`
	Distributor   Person           `json:"distributor"`
	Kind          adjustment.Kind  `json:"kind" enum:"bonus,deduction"`
	Amount        money.Amount     `json:"amount"`
	Cause         adjustment.Cause `json:"cause" enum:"dispute,correction,service,sales,breach,other"`
	Reason        string           `json:"reason"`
	Note          string           `json:"note,omitempty" doc:"Told to staff only"`
	Corrects      *adjustment.ID   `json:"corrects"`
	State         adjustment.State `json:"state" enum:"waiting,booked,refused,withdrawn"`
	FromAvailable money.Amount     `json:"from_available" doc:"Of a booked deduction: what was still here"`
	IntoDebt      money.Amount     `json:"into_debt" doc:"Of a booked deduction: what is owed since"`
	ProposedBy    string           `json:"proposed_by,omitempty" doc:"Told to staff only"`
	ProposedAt    time.Time        `json:"proposed_at"`
	DecidedBy     string           `json:"decided_by,omitempty" doc:"Told to staff only"`
	DecidedAt     *time.Time       `json:"decided_at"`
	Refusal       string           `json:"refusal,omitempty" doc:"Why a second person refused; told to staff only"`
	Mine          bool             `json:"mine" doc:"The caller has proposed it, and so cannot decide it"`
}

// Balance is what of somebody's money an adjustment can move.
type Balance struct {
	Available money.Amount `json:"available"`
	Owed      money.Amount `json:"owed"`
}

// Budget is what a month's bonuses may still come to.
type Budget struct {
	Month string        `json:"month" example:"2026-03"`
	Limit money.Amount  `json:"limit" doc:"0: none"`
	Used  money.Amount  `json:"used"`
	Left  *money.Amount `json:"left" doc:"Null without a limit"`
}

// Outlook is what would become of a draft.
type Outlook struct {
	Before      Balance `json:"before"`
	After       Balance `json:"after"`
	NeedsSecond bool    `json:"needs_second" doc:"It would wait for a second person"`
	Budget      Budget  `json:"budget" doc:"As it is before"`
}

// Rules are the store's own, and where the month's budget stands.
type Rules struct {
	SecondAbove money.Amount `json:"second_above" doc:"What is more waits for a second person; 0: nothing does"`
	Budget      Budget       `json:"budget"`
}

func balanceOf(b ledger.Balance, currency string) Balance {
	return Balance{money.Amount{Minor: b.Available, Currency: currency}, money.Amount{Minor: b.Owed(), Currency: currency}}
}

func budgetOf(b adjustment.Budget, currency string) Budget {
	in := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	out := Budget{Month: b.Month, Limit: in(b.Limit), Used: in(b.Used)}
	if b.Limit > 0 {
		left := in(b.Left())
		out.Left = &left
	}
	return out
}

func (h *handlers) shape(ctx context.Context, tx *pg.Tx, a adjustment.Adjustment) (Adjustment, error) {
	all, err := h.shapes(ctx, tx, []adjustment.Adjustment{a}, true)
	if err != nil {
		return Adjustment{}, err
	}
	return all[0], nil
}

func (h *handlers) shapes(ctx context.Context, tx *pg.Tx, list []adjustment.Adjustment, toStaff bool) ([]Adjustment, error) {
	who := make([]distributor.ID, len(list))
	for i, a := range list {
		who[i] = a.DistributorID
	}
	names, err := distributor.Names(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	currency, _, err := h.stores.Money(ctx, tx)
	if err != nil {
		return nil, err
	}
	in := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	out := make([]Adjustment, len(list))
	for i, a := range list {
		out[i] = Adjustment{ID: a.ID, Distributor: Person{a.DistributorID, names[a.DistributorID]}, Kind: a.Kind, Amount: in(a.Amount), Cause: a.Cause,
			Reason: a.Reason, Corrects: a.Corrects, State: a.State, FromAvailable: in(a.FromAvailable), IntoDebt: in(a.IntoDebt),
			ProposedAt: a.ProposedAt.UTC(), DecidedAt: a.DecidedAt}
		if toStaff {
			out[i].Note, out[i].ProposedBy, out[i].DecidedBy, out[i].Refusal = a.Note, a.ProposedBy, a.DecidedBy, a.Refusal
			out[i].Mine = a.ProposedBy == httpapi.CallerOf(ctx).Actor
		}
	}
	return out, nil
}
