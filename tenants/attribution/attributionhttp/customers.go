package attributionhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Person is a distributor by id and name.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Customer is one row of the list.
type Customer struct {
	ID           customer.ID     `json:"id"`
	ExternalID   string          `json:"external_id"`
	Name         string          `json:"name"`
	RegisteredAt time.Time       `json:"registered_at"`
	FirstSource  customer.Source `json:"first_source"`
	Distributor  *Person         `json:"distributor" doc:"Whose customer this is now"`
	Protected    *time.Time      `json:"protected_until"`
	Valid        *time.Time      `json:"valid_until"`
	AlsoSells    *Person         `json:"also_sells" doc:"The same human being as a distributor"`
	Orders       int             `json:"orders" doc:"That were paid"`
	Spent        *money.Amount   `json:"spent" doc:"On goods, less refunds; null while nothing was paid"`
	FirstOrderAt *time.Time      `json:"first_order_at" doc:"When the first was paid"`
}

// Touch is one line of the timeline.
type Touch struct {
	ID          attribution.TouchID `json:"id"`
	At          time.Time           `json:"at"`
	Distributor Person              `json:"distributor"`
	Channel     string              `json:"channel"`
	Material    string              `json:"material"`
	Campaign    string              `json:"campaign"`
	Coupon      bool                `json:"coupon"`
	Verdict     attribution.Verdict `json:"verdict"`
	Why         string              `json:"why"`
}

// Bind is one time of belonging.
type Bind struct {
	ID             attribution.BindID `json:"id"`
	Distributor    Person             `json:"distributor"`
	Cause          attribution.Cause  `json:"cause"`
	BoundAt        time.Time          `json:"bound_at"`
	ProtectedUntil time.Time          `json:"protected_until"`
	ValidUntil     time.Time          `json:"valid_until" doc:"The year 9999 is for ever"`
	EndedAt        *time.Time         `json:"ended_at"`
	EndedCause     attribution.Ended  `json:"ended_cause"`
}

// Timeline is a customer with everything that led to who they belong to, the
// latest first.
type Timeline struct {
	Customer
	Touches []Touch `json:"touches"`
	Binds   []Bind  `json:"binds"`
}

type listRequest struct {
	httpapi.PageQuery
	Query string `query:"q" maxLength:"100" doc:"Part of a name or external id"`
}

type listAnswer struct{ Body httpapi.Page[Customer] }

func (a api) customers(ctx context.Context, in *listRequest) (*listAnswer, error) {
	f := customer.Filter{Query: in.Query, Limit: in.Limit + 1}
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && f.After.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &listAnswer{}
	err = a.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := customer.List(ctx, tx, f)
		if err != nil {
			return err
		}
		page := httpapi.PageOf(rows, in.Limit, func(b customer.Buyer) []string { return []string{b.ID.String()} })
		out.Body.NextCursor = page.NextCursor
		out.Body.Items, err = a.dress(ctx, tx, page.Items)
		return err
	})
	return out, err
}

// dress adds to buyers whose they are and what they bought: three reads for
// the whole page.
func (a api) dress(ctx context.Context, tx *pg.Tx, buyers []customer.Buyer) ([]Customer, error) {
	who := make([]customer.ID, len(buyers))
	people := make([]distributor.ID, 0, 2*len(buyers))
	for i, b := range buyers {
		who[i] = b.ID
		people = append(people, b.DistributorID)
	}
	held, err := attribution.Holders(ctx, tx, who, tx.Now())
	if err != nil {
		return nil, err
	}
	for _, b := range held {
		people = append(people, b.Distributor)
	}
	names, err := distributor.Names(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	rows := make([]Customer, len(buyers))
	for i, b := range buyers {
		rows[i] = Customer{ID: b.ID, ExternalID: b.ExternalID, Name: b.Name, RegisteredAt: b.RegisteredAt, FirstSource: b.FirstSource}
		if bind, yes := held[b.ID]; yes {
			rows[i].Distributor = &Person{bind.Distributor, names[bind.Distributor]}
			rows[i].Protected, rows[i].Valid = &bind.ProtectedUntil, &bind.ValidUntil
		}
		if !b.DistributorID.IsZero() {
			rows[i].AlsoSells = &Person{b.DistributorID, names[b.DistributorID]}
		}
	}
	return rows, a.figures(ctx, tx, rows, who)
}

func (a api) figures(ctx context.Context, tx *pg.Tx, rows []Customer, who []customer.ID) error {
	if a.bought == nil || len(who) == 0 {
		return nil
	}
	bought, err := a.bought(ctx, tx, who)
	for i, id := range who {
		if b, yes := bought[id]; yes {
			first := b.First.UTC()
			rows[i].Orders, rows[i].Spent, rows[i].FirstOrderAt = b.Orders, &b.Spent, &first
		}
	}
	return err
}

// timelineLength is more than anybody reads; the rest stays in the database.
const timelineLength = 200

func (a api) customer(ctx context.Context, in *struct {
	ID customer.ID `path:"id"`
}) (*struct{ Body Timeline }, error) {
	out := &struct{ Body Timeline }{}
	err := a.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		b, err := customer.Get(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		rows, err := a.dress(ctx, tx, []customer.Buyer{b})
		if err != nil {
			return err
		}
		touches, binds, err := attribution.Timeline(ctx, tx, b.ID, timelineLength)
		if err != nil {
			return err
		}
		out.Body, err = timeline(ctx, tx, rows[0], touches, binds)
		return err
	})
	return out, err
}

func timeline(ctx context.Context, tx *pg.Tx, c Customer, touches []attribution.TouchRecord, binds []attribution.Bind) (Timeline, error) {
	t := Timeline{c, []Touch{}, []Bind{}}
	var people []distributor.ID
	for _, x := range touches {
		people = append(people, x.Distributor)
	}
	for _, b := range binds {
		people = append(people, b.Distributor)
	}
	names, err := distributor.Names(ctx, tx, people)
	lang := httpapi.LangOf(ctx)
	for _, x := range touches {
		t.Touches = append(t.Touches, Touch{x.ID, x.At, Person{x.Distributor, names[x.Distributor]}, x.Channel, x.Material, x.Campaign, x.Coupon, x.Verdict, x.Verdict.Sentence(lang)})
	}
	for _, b := range binds {
		t.Binds = append(t.Binds, Bind{b.ID, Person{b.Distributor, names[b.Distributor]}, b.Cause, b.BoundAt, b.ProtectedUntil, b.ValidUntil, b.EndedAt, b.EndedCause})
	}
	return t, err
}

// OwnCustomer is a customer as their distributor may see one: no ids of the
// merchant's and no contact.
type OwnCustomer struct {
	ID             customer.ID `json:"id"`
	Name           string      `json:"name"`
	BoundAt        time.Time   `json:"bound_at"`
	ProtectedUntil time.Time   `json:"protected_until"`
	ValidUntil     time.Time   `json:"valid_until"`
}

type ownCustomersAnswer struct{ Body httpapi.Page[OwnCustomer] }

func (a api) ownCustomers(ctx context.Context, in *struct{ httpapi.PageQuery }) (*ownCustomersAnswer, error) {
	holder, err := holderOf(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	var after attribution.BindID
	if parts != nil && after.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	var binds []attribution.Bind
	var names map[customer.ID]string
	err = a.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if binds, err = attribution.CustomersOf(ctx, tx, holder, tx.Now(), after, in.Limit+1); err != nil {
			return err
		}
		who := make([]customer.ID, len(binds))
		for i, b := range binds {
			who[i] = b.Buyer
		}
		names, err = customer.Names(ctx, tx, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(binds, in.Limit, func(b attribution.Bind) []string { return []string{b.ID.String()} })
	return &ownCustomersAnswer{httpapi.MapPage(page, func(b attribution.Bind) OwnCustomer {
		return OwnCustomer{b.Buyer, names[b.Buyer], b.BoundAt, b.ProtectedUntil, b.ValidUntil}
	})}, nil
}
