package leaderboardhttp_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/leaderboard/leaderboardhttp"
	"github.com/fenli-io/fenli/tenants/performance"
)

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
			performance.Add(tx, []performance.Change{{Member: m.ID, Day: performance.Day(tx.Now(), time.UTC), Sales: int64(100 * (3 - i)), Seq: int64(i)}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	svc := leaderboard.New(db.DB, redistest.Open(t), func(context.Context, tenancy.ID) (*time.Location, error) { return time.UTC, nil })
	may := func(role, p string) bool { return p == "leaderboard.read" && role != "nobody" }
	api := apitest.Open(t, db, may, func(_ context.Context, c *httpapi.Caller, _ string) error {
		if c.Role == "li" {
			c.Distributor = who[1].ID.UUID()
		}
		return nil
	})
	leaderboardhttp.Routes(api.Server, db.DB, svc)

	var board leaderboardhttp.Board
	api.Get("/leaderboards/sales?period=week&limit=2", "owner", &board)
	if len(board.Items) != 2 || board.Items[0].Member.Name != "王" || board.Items[1].Value != 200 || board.From != "2026-02-23" || board.To != "2026-03-01" {
		t.Fatalf("%+v", board)
	}
	var own leaderboardhttp.OwnBoard
	api.Get("store:/leaderboards/sales?period=all", "li", &own)
	if own.Me == nil || own.Me.Rank != 2 || own.Me.Value != 200 || len(own.Me.Neighbours) != 3 || len(own.Items) != 3 || own.From != "" {
		t.Fatalf("%+v", own)
	}
	api.Get("store:/leaderboards/commission", "li", &own)
	if own.Me != nil || own.Items == nil || len(own.Items) != 0 {
		t.Fatalf("%+v", own)
	}
	for path, want := range map[string]int{
		"/leaderboards/beauty":                   404,
		"/leaderboards/sales?period=hour":        422,
		"/leaderboards/sales?at=yesterday":       422,
		"/leaderboards/sales?at=2025-01-01":      200,
		"/leaderboards/sales?period=day&limit=0": 422,
	} {
		if status, a := api.Call("GET", path, "owner", ""); status != want {
			t.Errorf("%s: %d %v", path, status, a)
		}
	}
	if status, _ := api.Call("GET", "/leaderboards/sales", "nobody", ""); status != 403 {
		t.Error(status)
	}
}
