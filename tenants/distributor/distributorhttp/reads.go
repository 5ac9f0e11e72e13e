package distributorhttp

import (
	"context"
	"encoding/json"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// within runs fn in a transaction of the caller's store, with its currency.
func (a api) within(ctx context.Context, fn func(ctx context.Context, tx *pg.Tx, currency string) error) error {
	store, err := a.stores.ByID(ctx, httpapi.TenantOf(ctx))
	if err != nil {
		return err
	}
	return a.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error { return fn(ctx, tx, store.Currency) })
}

type listRequest struct {
	httpapi.PageQuery
	State string `query:"state" enum:"applied,rejected,active,frozen,banned,left"`
	Grade string `query:"grade" maxLength:"60"`
	Lead  bool   `query:"lead" doc:"Team leads alone"`
	Query string `query:"q" maxLength:"100" doc:"Part of a name, code or external id"`
}

type listAnswer struct{ Body httpapi.Page[Distributor] }

func (a api) list(ctx context.Context, in *listRequest) (*listAnswer, error) {
	after, err := readAfter(in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &listAnswer{}
	err = a.within(ctx, func(ctx context.Context, tx *pg.Tx, currency string) error {
		rows, err := distributor.List(ctx, tx, distributor.Filter{State: distributor.State(in.State), Grade: in.Grade, Leads: in.Lead, Query: in.Query, After: after, Limit: in.Limit + 1})
		if err != nil {
			return err
		}
		page := httpapi.PageOf(rows, in.Limit, func(m distributor.Member) []string { return []string{m.ID.String()} })
		out.Body.NextCursor = page.NextCursor
		out.Body.Items, err = a.dress(ctx, tx, page.Items, currency)
		return err
	})
	return out, err
}

func readAfter(cursor string) (after distributor.ID, err error) {
	parts, err := httpapi.ReadCursor(cursor, 1)
	if err == nil && parts != nil && after.UnmarshalText([]byte(parts[0])) != nil {
		err = httpapi.BadCursor()
	}
	return after, err
}

// OneRequest names a distributor. It is exported because the door reads the
// fields of exported embedded types alone.
type OneRequest struct {
	ID distributor.ID `path:"id"`
}

type detailAnswer struct{ Body Detail }

func (a api) get(ctx context.Context, in *OneRequest) (*detailAnswer, error) {
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.Member, error) {
		return distributor.Get(ctx, tx, in.ID)
	})
}

// answer runs a verb and answers with the page of the member as it is then.
func (a api) answer(ctx context.Context, verb func(ctx context.Context, tx *pg.Tx) (distributor.Member, error)) (*detailAnswer, error) {
	out := &detailAnswer{}
	err := a.within(ctx, func(ctx context.Context, tx *pg.Tx, currency string) error {
		m, err := verb(ctx, tx)
		if err != nil {
			return err
		}
		out.Body, err = a.detail(ctx, tx, m, currency)
		return err
	})
	return out, err
}

func (a api) detail(ctx context.Context, tx *pg.Tx, m distributor.Member, currency string) (d Detail, err error) {
	rows, err := a.dress(ctx, tx, []distributor.Member{m}, currency)
	if err != nil {
		return d, err
	}
	d = Detail{Distributor: rows[0], Ancestors: []Person{}, Profile: map[string]any{}, Regions: []string{}}
	partnerOf, err := distributor.Partners(ctx, tx, m.ID)
	if err != nil {
		return d, err
	}
	for _, p := range partnerOf {
		d.Regions = append(d.Regions, p.Region)
	}
	if err := json.Unmarshal(m.Profile, &d.Profile); err != nil {
		return d, err
	}
	names, err := distributor.Names(ctx, tx, m.Ancestors)
	if err != nil {
		return d, err
	}
	for _, up := range m.Ancestors {
		d.Ancestors = append(d.Ancestors, Person{up, names[up]})
	}
	d.Children, d.Team, err = distributor.TeamSize(ctx, tx, m.ID)
	return d, err
}

// TeamRequest asks for one level below somebody.
type TeamRequest struct {
	httpapi.PageQuery
	Depth int `query:"depth" minimum:"1" maximum:"50" default:"1"`
}

type teamAnswer struct{ Body httpapi.Page[Twig] }

func (a api) team(ctx context.Context, in *struct {
	OneRequest
	TeamRequest
}) (*teamAnswer, error) {
	return a.level(ctx, in.ID, in.TeamRequest)
}

func (a api) tree(ctx context.Context, in *struct {
	httpapi.PageQuery
	Root distributor.ID `query:"root" doc:"Whose children; the tops of the store without it"`
}) (*teamAnswer, error) {
	return a.level(ctx, in.Root, TeamRequest{in.PageQuery, 1})
}

// level answers with one level below a member, or with the tops.
func (a api) level(ctx context.Context, root distributor.ID, in TeamRequest) (*teamAnswer, error) {
	after, err := readAfter(in.Cursor)
	if err != nil {
		return nil, err
	}
	var rows []distributor.Twig
	err = a.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) error {
		if !root.IsZero() {
			if _, err := distributor.Get(ctx, tx, root); err != nil {
				return err
			}
		}
		rows, err = distributor.Team(ctx, tx, root, in.Depth, after, in.Limit+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(rows, in.Limit, func(t distributor.Twig) []string { return []string{t.ID.String()} })
	return &teamAnswer{httpapi.MapPage(page, twigShape)}, nil
}
