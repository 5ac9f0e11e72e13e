package leaderboardhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/leaderboard/leaderboardhttp"
	"github.com/fenli-io/fenli/tenants/performance"
)

type oneStore struct{ id tenancy.ID }

func (s oneStore) ByHost(context.Context, string) (tenancy.ID, error) { return s.id, nil }
func (s oneStore) BySlug(context.Context, string) (tenancy.ID, error) { return s.id, nil }

func TestBoards_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	var who []distributor.Member
	err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
		for i, name := range []string{"王", "李", "张"} {
			m, err := distributor.New(db.DB).Enlist(ctx, tx, distributor.Enlistment{Name: name, Grade: "normal"})
			if err != nil {
				return err
			}
			who = append(who, m)
			err = performance.Add(ctx, tx, []performance.Change{{Member: m.ID, Day: performance.Day(tx.Now(), time.UTC), Sales: int64(100 * (3 - i)), Seq: int64(i)}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	svc := leaderboard.New(db.DB, redistest.Open(t), func(context.Context, tenancy.ID) (*time.Location, error) { return time.UTC, nil })
	api := httpapi.New(httpapi.Config{
		Tenants: oneStore{db.A},
		Authenticate: func(_ context.Context, _ httpapi.Audience, token string, _ tenancy.ID) (httpapi.Caller, error) {
			c := httpapi.Caller{Kind: httpapi.Staff, Tenant: db.A, Role: token, Actor: token}
			if token == "li" {
				c.Distributor = who[1].ID.UUID()
			}
			return c, nil
		},
		Allow: func(c httpapi.Caller, p string) bool { return p == "leaderboard.read" && c.Role != "nobody" },
	})
	leaderboardhttp.Routes(api, db.DB, svc)

	get := func(path, token string, into any) (int, string) {
		t.Helper()
		req := httptest.NewRequest("GET", path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := api.Fiber().Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var all map[string]json.RawMessage
		err = json.NewDecoder(res.Body).Decode(&all)
		raw, _ := json.Marshal(all)
		if into != nil {
			err = errors.Join(err, json.Unmarshal(raw, into))
		}
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(all["code"])
	}

	var board leaderboardhttp.Board
	if status, code := get("/api/merchant/v1/leaderboards/sales?period=week&limit=2", "owner", &board); status != 200 {
		t.Fatal(status, code)
	}
	if len(board.Items) != 2 || board.Items[0].Member.Name != "王" || board.Items[1].Value != 200 || board.From != "2026-02-23" || board.To != "2026-03-01" {
		t.Fatalf("%+v", board)
	}
	var own leaderboardhttp.OwnBoard
	get("/api/store/v1/leaderboards/sales?period=all", "li", &own)
	if own.Me == nil || own.Me.Rank != 2 || own.Me.Value != 200 || len(own.Me.Neighbours) != 3 || len(own.Items) != 3 || own.From != "" {
		t.Fatalf("%+v", own)
	}
	get("/api/store/v1/leaderboards/commission", "li", &own)
	if own.Me != nil || own.Items == nil || len(own.Items) != 0 {
		t.Fatalf("%+v", own)
	}
	for path, want := range map[string]int{
		"/api/merchant/v1/leaderboards/beauty":                   404,
		"/api/merchant/v1/leaderboards/sales?period=hour":        422,
		"/api/merchant/v1/leaderboards/sales?at=yesterday":       422,
		"/api/merchant/v1/leaderboards/sales?at=2025-01-01":      200,
		"/api/merchant/v1/leaderboards/sales?period=day&limit=0": 422,
	} {
		if status, code := get(path, "owner", nil); status != want {
			t.Errorf("%s: %d %s", path, status, code)
		}
	}
	if status, _ := get("/api/merchant/v1/leaderboards/sales", "nobody", nil); status != 403 {
		t.Error(status)
	}
}
