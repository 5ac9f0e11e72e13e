// Package insighthttp shows the console's overview and what settles next.
package insighthttp

import (
	"context"
	"net/http"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/insight"
	"github.com/fenli-io/fenli/tenants/registry"
)

type handlers struct {
	db     *pg.DB
	stores *registry.Service
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, stores *registry.Service) {
	h := &handlers{db, stores}
	httpapi.Register(s, httpapi.Merchant, httpapi.Operation{ID: "overview.read", Method: http.MethodGet, Path: "/overview", Permission: rbac.OverviewRead, Summary: "How the store is doing"}, h.overview)
	httpapi.Register(s, httpapi.Merchant, httpapi.Operation{ID: "settlement.read", Method: http.MethodGet, Path: "/settlement", Permission: rbac.SettlementRead, Summary: "How far the store has settled, and what becomes available next"}, h.settlement)
}

// Today is the store's day so far.
type Today struct {
	Sales           money.Amount `json:"sales"`
	Orders          int64        `json:"orders"`
	Commission      money.Amount `json:"commission"`
	NewDistributors int          `json:"new_distributors"`
}

// Totals is where all commission of the store stands. Expense is what was
// granted; debt is what distributors owe, as a positive amount.
type Totals struct {
	Held      money.Amount `json:"held"`
	Available money.Amount `json:"available"`
	Reserved  money.Amount `json:"reserved"`
	Paid      money.Amount `json:"paid" doc:"Withdrawn, tax and fees included"`
	Debt      money.Amount `json:"debt"`
	Expense   money.Amount `json:"expense"`
}

// Point is one day of a chart.
type Point struct {
	Day        string       `json:"day" format:"date"`
	Sales      money.Amount `json:"sales"`
	Refunds    money.Amount `json:"refunds"`
	Orders     int64        `json:"orders"`
	Commission money.Amount `json:"commission"`
}

// Person is a distributor by name.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Seller is a line of the list of those who sold most.
type Seller struct {
	Rank   int    `json:"rank"`
	Member Person `json:"member"`
	Value  int64  `json:"value" doc:"Net sales in minor units of the store's currency"`
}

// Overview is the console's first page.
type Overview struct {
	Today               Today    `json:"today"`
	Totals              Totals   `json:"totals"`
	Series              []Point  `json:"series"`
	Top                 []Seller `json:"top"`
	Awaiting            int      `json:"awaiting" doc:"Orders whose commission waits for a reason"`
	PendingWithdrawals  int      `json:"pending_withdrawals"`
	PendingApplications int      `json:"pending_applications"`
}

// Due is what becomes available on a day.
type Due struct {
	Day    string       `json:"day" format:"date"`
	Amount money.Amount `json:"amount"`
}

// Settlement is how far the store has settled.
type Settlement struct {
	Mark time.Time `json:"mark" doc:"Everything that matures up to here is settled"`
	Next []Due     `json:"next"`
}

type period struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"30"`
}

func (h *handlers) overview(ctx context.Context, in *period) (*struct{ Body Overview }, error) {
	store, err := h.stores.ByID(ctx, httpapi.TenantOf(ctx))
	if err != nil {
		return nil, err
	}
	var o insight.Overview
	err = h.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) (err error) {
		o, err = insight.ReadOverview(ctx, tx, store.Location(), in.Days)
		return err
	})
	return &struct{ Body Overview }{shape(o, store.Currency)}, err
}

func shape(o insight.Overview, currency string) Overview {
	in := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	out := Overview{
		Today: Today{in(o.Today.Sales), o.Today.Orders, in(o.Today.Commission), o.NewDistributors},
		Totals: Totals{Held: in(o.Totals.Held), Available: in(o.Totals.Available), Reserved: in(o.Totals.Reserved),
			Paid: in(o.Totals.Withdrawn()), Debt: in(o.Totals.Owed()), Expense: in(-o.Totals.Expense)},
		Series: make([]Point, len(o.Series)), Top: make([]Seller, len(o.Top)),
		Awaiting: o.Awaiting, PendingWithdrawals: o.PendingWithdrawals, PendingApplications: o.PendingApplications,
	}
	for i, d := range o.Series {
		out.Series[i] = Point{d.Day.String(), in(d.Sales), in(d.Refunds), d.Orders, in(d.Commission)}
	}
	for i, s := range o.Top {
		out.Top[i] = Seller{i + 1, Person{s.ID, s.Name}, s.Net}
	}
	return out
}

// shown is how many days of settlements the console lists.
const shown = 31

func (h *handlers) settlement(ctx context.Context, _ *struct{}) (*struct{ Body Settlement }, error) {
	store, err := h.stores.ByID(ctx, httpapi.TenantOf(ctx))
	if err != nil {
		return nil, err
	}
	out := Settlement{Next: []Due{}}
	err = h.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		s, err := insight.ReadSettlement(ctx, tx, store.Location(), shown)
		out.Mark = s.Mark.UTC()
		for _, d := range s.Next {
			out.Next = append(out.Next, Due{d.Day.String(), money.Amount{Minor: d.Amount, Currency: store.Currency}})
		}
		return err
	})
	return &struct{ Body Settlement }{out}, err
}
