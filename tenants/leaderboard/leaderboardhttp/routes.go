// Package leaderboardhttp shows boards to staff, and to distributors with
// their own place.
package leaderboardhttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/performance"
)

type handlers struct {
	db  *pg.DB
	svc *leaderboard.Service
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *leaderboard.Service) {
	h := &handlers{db, svc}
	op := httpapi.Operation{ID: "leaderboard.read", Method: http.MethodGet, Path: "/leaderboards/{metric}", Permission: rbac.LeaderboardRead}
	op.Summary = "The first places of a board"
	httpapi.Register(s, httpapi.Merchant, op, h.forStaff)
	op.Summary = "The first places of a board, and one's own"
	httpapi.Register(s, httpapi.Store, op, h.forDistributor)
}

// Person is who stands on a place.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Place is one line of a board.
type Place struct {
	Rank   int    `json:"rank"`
	Member Person `json:"member"`
	Value  int64  `json:"value" doc:"Minor units of the store's currency, or a number of orders"`
}

// Board is a ranking.
type Board struct {
	Metric leaderboard.Metric `json:"metric"`
	Period leaderboard.Period `json:"period"`
	From   string             `json:"from" doc:"First day, in the store's days; empty for all time"`
	To     string             `json:"to"`
	Items  []Place            `json:"items"`
}

// Own is the caller's place with the neighbours above and below.
type Own struct {
	Rank       int     `json:"rank"`
	Value      int64   `json:"value"`
	Neighbours []Place `json:"neighbours"`
}

// OwnBoard is a ranking with the caller's place, null when there is none.
type OwnBoard struct {
	Board
	Me *Own `json:"me"`
}

type query struct {
	Metric string `path:"metric" doc:"sales, orders or commission"`
	Period string `query:"period" default:"month" doc:"day, week, month or all"`
	At     string `query:"at" doc:"A day within the period (2026-03-01); today by default"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

var errBadDay = fault.New(fault.Invalid, "leaderboard.bad_day", "{at} 不是有效的日期", "{at} is not a day").At("at")

func (q *query) day() (d performance.Date, err error) {
	if err = d.UnmarshalText([]byte(q.At)); err != nil {
		return d, errBadDay.With("at", q.At).Because(err)
	}
	return d, nil
}

func (h *handlers) forStaff(ctx context.Context, in *query) (*struct{ Body Board }, error) {
	top, err := h.top(ctx, in)
	if err != nil {
		return nil, err
	}
	names, err := h.names(ctx, top.Places)
	return &struct{ Body Board }{board(top, names)}, err
}

const neighbours = 2

func (h *handlers) forDistributor(ctx context.Context, in *query) (*struct{ Body OwnBoard }, error) {
	top, err := h.top(ctx, in)
	if err != nil {
		return nil, err
	}
	me, around, err := h.around(ctx, in)
	if err != nil {
		return nil, err
	}
	names, err := h.names(ctx, top.Places, around)
	if err != nil {
		return nil, err
	}
	out := OwnBoard{Board: board(top, names)}
	for _, p := range around {
		if p.Member == me {
			out.Me = &Own{Rank: p.Rank, Value: p.Value, Neighbours: lines(around, names)}
		}
	}
	return &struct{ Body OwnBoard }{out}, nil
}

func (h *handlers) top(ctx context.Context, in *query) (leaderboard.Ranking, error) {
	day, err := in.day()
	if err != nil {
		return leaderboard.Ranking{}, err
	}
	return h.svc.Top(ctx, tenant(ctx), leaderboard.Metric(in.Metric), leaderboard.Period(in.Period), day, in.Limit)
}

func (h *handlers) around(ctx context.Context, in *query) (me distributor.ID, places []leaderboard.Place, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return me, nil, nil // a buyer looks on
	}
	if err := me.Scan(d); err != nil {
		return me, nil, err
	}
	day, err := in.day()
	if err != nil {
		return me, nil, err
	}
	r, err := h.svc.Rank(ctx, tenant(ctx), leaderboard.Metric(in.Metric), leaderboard.Period(in.Period), day, me, neighbours)
	return me, r.Places, err
}

func (h *handlers) names(ctx context.Context, lists ...[]leaderboard.Place) (names map[distributor.ID]string, err error) {
	var who []distributor.ID
	for _, list := range lists {
		for _, p := range list {
			who = append(who, p.Member)
		}
	}
	err = h.db.Within(ctx, tenant(ctx), func(ctx context.Context, tx *pg.Tx) error {
		names, err = distributor.Names(ctx, tx, who)
		return err
	})
	return names, err
}

func board(r leaderboard.Ranking, names map[distributor.ID]string) Board {
	b := Board{Metric: r.Metric, Period: r.Period, Items: lines(r.Places, names)}
	if r.Period != leaderboard.All {
		b.From, b.To = r.From.String(), r.To.String()
	}
	return b
}

func lines(places []leaderboard.Place, names map[distributor.ID]string) []Place {
	list := make([]Place, len(places))
	for i, p := range places {
		list[i] = Place{p.Rank, Person{p.Member, names[p.Member]}, p.Value}
	}
	return list
}

func tenant(ctx context.Context) tenancy.ID { return httpapi.TenantOf(ctx) }
