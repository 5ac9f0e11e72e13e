package distributorhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Person is somebody by id and name.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Distributor is one row of the list, and the page of one.
type Distributor struct {
	ID          distributor.ID    `json:"id"`
	Code        string            `json:"code"`
	ExternalID  string            `json:"external_id"`
	Name        string            `json:"name"`
	Grade       string            `json:"grade"`
	State       distributor.State `json:"state" enum:"applied,rejected,active,frozen,banned,left"`
	StateReason string            `json:"state_reason"`
	Upline      *Person           `json:"upline"`
	Lead        bool              `json:"lead" doc:"Whether they are a team lead"`
	AppliedAt   time.Time         `json:"applied_at"`
	JoinedAt    *time.Time        `json:"joined_at"`
	Balance     Balance           `json:"balance"`
	Sales       money.Amount      `json:"sales_30d" doc:"Paid less refunded, personally sold"`
	Orders      int               `json:"orders_30d"`
}

// Balance is what a distributor has where.
type Balance struct {
	Held      money.Amount `json:"held"`
	Available money.Amount `json:"available"`
	Reserved  money.Amount `json:"reserved"`
	Debt      money.Amount `json:"debt" doc:"Owed by the distributor, as a positive amount"`
	Paid      money.Amount `json:"paid" doc:"Gross"`
}

func balanceShape(b ledger.Balance, currency string) Balance {
	of := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	return Balance{of(b.Held), of(b.Available), of(b.Reserved), of(b.Owed()), of(b.Withdrawn())}
}

// Detail is the page of one distributor.
type Detail struct {
	Distributor
	Regions   []string       `json:"regions" doc:"Of which they are the city partner"`
	Profile   map[string]any `json:"profile"`
	Ancestors []Person       `json:"ancestors" doc:"Nearest first, the whole way up"`
	Children  int            `json:"children"`
	Team      int            `json:"team"`
}

// Twig is a member of a team with what hangs below.
type Twig struct {
	ID       distributor.ID    `json:"id"`
	Code     string            `json:"code"`
	Name     string            `json:"name"`
	Grade    string            `json:"grade"`
	State    distributor.State `json:"state" enum:"applied,rejected,active,frozen,banned,left"`
	JoinedAt *time.Time        `json:"joined_at"`
	Children int               `json:"children" doc:"Directly below"`
	Team     int               `json:"team" doc:"Below at any depth"`
}

func twigShape(t distributor.Twig) Twig {
	return Twig{t.ID, t.Code, t.Name, t.Grade, t.State, t.JoinedAt, t.Children, t.Team}
}

// dress adds to members what their rows show besides: names of uplines,
// balances, sales. One read each for the whole page.
func (a api) dress(ctx context.Context, tx *pg.Tx, members []distributor.Member, currency string) ([]Distributor, error) {
	who, uplines, parties := make([]distributor.ID, len(members)), make([]distributor.ID, len(members)), make([]ledger.Party, len(members))
	for i, m := range members {
		who[i], uplines[i], parties[i] = m.ID, m.UplineID, ledger.Party(m.ID)
	}
	names, err := distributor.Names(ctx, tx, uplines)
	if err != nil {
		return nil, err
	}
	balances, err := ledger.BalancesOf(ctx, tx, parties, ledger.Money)
	if err != nil {
		return nil, err
	}
	var sales map[distributor.ID]Sales
	if a.outside.Sales != nil {
		if sales, err = a.outside.Sales(ctx, tx, who); err != nil {
			return nil, err
		}
	}
	leads, err := distributor.Leads(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	rows := make([]Distributor, len(members))
	for i, m := range members {
		var upline *Person
		if !m.UplineID.IsZero() {
			upline = &Person{m.UplineID, names[m.UplineID]}
		}
		rows[i] = Distributor{m.ID, m.Code, m.ExternalID, m.Name, m.Grade, m.State, m.StateReason, upline, leads[m.ID], m.AppliedAt, m.JoinedAt,
			balanceShape(balances[parties[i]], currency), money.Amount{Minor: sales[m.ID].Net, Currency: currency}, sales[m.ID].Orders}
	}
	return rows, nil
}
