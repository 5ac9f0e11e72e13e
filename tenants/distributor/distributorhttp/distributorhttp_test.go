package distributorhttp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/distributor/distributorhttp"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
)

// door has tokens "distributor:<id>@<store>" for the distributor of that id.
type door struct {
	*pgtest.Database
	*apitest.Door
}

func open(t *testing.T) *door {
	db := pgtest.Open(t)
	stores := registry.New(db.DB, registry.Config{Clock: &registry.Clock{}, BaseDomain: "shop.test"})
	programs := program.New(db.DB, nil)
	err := programs.Remember(t.Context(), []program.Artifact{{SHA256: strings.Repeat("3", 64), Strategy: "three-level", Version: "1.0.0", Description: &strategyv1.DescribeResponse{}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []tenancy.ID{db.A, db.B} {
		for _, row := range []func(context.Context, *pg.Tx) error{distributor.OnSignUp, programs.OnSignUp} {
			if err := db.Within(t.Context(), tenant, row); err != nil {
				t.Fatal(err)
			}
		}
	}
	d := apitest.Open(t, db, rbac.Allow, func(_ context.Context, c *httpapi.Caller, name string) error {
		if who, err := distributor.ParseID(name); err == nil {
			c.Distributor = who.UUID()
		}
		return nil
	})
	distributorhttp.Routes(d.Server, db.DB, distributor.New(db.DB), programs, stores, distributorhttp.Outside{
		Link: func(_ context.Context, _ tenancy.ID, code string) (string, string, error) {
			return "https://store-a.shop.test/?c=" + code, "https://store-a.shop.test/join?c=" + code, nil
		},
	})
	return &door{db, d}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestConsole(t *testing.T) {
	t.Parallel()
	d := open(t)
	top := d.Must("POST", "/distributors", "manager@a", `{"name":"Top","external_id":"top"}`)
	topID := top["id"].(string)
	low := d.Must("POST", "/distributors", "manager@a", fmt.Sprintf(`{"name":"Low","upline_id":%q,"grade":"senior","code":"LOW1"}`, topID))
	lowID := low["id"].(string)

	t.Run("ANewDistributorIsActiveWithAnEmptyBalance", func(t *testing.T) {
		available := low["balance"].(map[string]any)["available"].(map[string]any)
		if low["state"] != "active" || low["upline"].(map[string]any)["name"] != "Top" || available["amount"] != 0.0 || available["currency"] != "CNY" || top["grade"] != "normal" || top["upline"] != nil {
			t.Fatal(low)
		}
	})
	t.Run("EveryAccountIsShownToStaffAndByTheMerchantsOwnID", func(t *testing.T) {
		who, order, withdrawal := ledger.Party(must(distributor.ParseID(topID))), ledger.Ref{15: 1}, ledger.Ref{15: 2}
		err := d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error {
			book, err := ledger.Open(ctx, tx, []ledger.Party{who}, ledger.Money, ledger.Points)
			for _, m := range []ledger.Movement{
				ledger.HoldCommission{Payee: who, Amount: 1000, Order: order}, ledger.Mature{Payee: who, Amount: 700},
				ledger.Reserve{Payee: who, Amount: 300, Withdrawal: withdrawal}, ledger.EarnPoints{Payee: who, Amount: 9, Order: order},
				ledger.BookBonus{Payee: who, Amount: 50, Reason: ledger.Ref{15: 3}}, ledger.BookDeduction{Payee: who, Amount: 50, Reason: ledger.Ref{15: 4}},
			} {
				err = errors.Join(err, book.Move(m))
			}
			return errors.Join(err, book.Post(ctx))
		})
		if err != nil {
			t.Fatal(err)
		}
		got := d.Must("GET", "open:/distributors/top/balance", "key@a", "")
		amount := func(account string) float64 { return got[account].(map[string]any)["amount"].(float64) }
		if amount("held") != 300 || amount("available") != 400 || amount("reserved") != 300 || got["points"] != 9.0 {
			t.Fatal(got)
		}
		if own := d.Must("GET", "store:/me/balance", "distributor:"+topID+"@a", ""); fmt.Sprint(own) != fmt.Sprint(got) {
			t.Fatal(own, got)
		}
		var kinds, refs []string
		for cursor := ""; ; {
			page := d.Must("GET", "/distributors/"+topID+"/movements?limit=3&cursor="+cursor, "finance@a", "")
			for _, row := range page["items"].([]any) {
				m := row.(map[string]any)
				ref, _ := m["ref"].(string)
				kinds, refs = append(kinds, m["kind"].(string)), append(refs, ref[:min(3, len(ref))])
			}
			if cursor = page["next_cursor"].(string); cursor == "" {
				break
			}
		}
		if fmt.Sprint(kinds) != "[book_deduction book_bonus earn_points reserve mature hold_commission]" || fmt.Sprintf("%q", refs) != `["" "" "ord" "wdr" "" "ord"]` {
			t.Fatal(kinds, refs)
		}
		d.Refused(404, "distributor.unknown", "", "GET", "/distributors/"+topID+"/movements", "finance@b", "")
	})
	t.Run("RefusalsNameTheField", func(t *testing.T) {
		d.Refused(422, "distributor.unknown_grade", "grade", "POST", "/distributors", "manager@a", `{"name":"X","grade":"emperor"}`)
		d.Refused(409, "distributor.code_taken", "code", "POST", "/distributors", "manager@a", `{"name":"X","code":"LOW1"}`)
		d.Refused(409, "distributor.loop", "upline_id", "PUT", "/distributors/"+topID+"/upline", "manager@a", fmt.Sprintf(`{"upline_id":%q}`, lowID))
	})
	t.Run("FreezingTellsWhyAndIsAudited", func(t *testing.T) {
		d.Refused(409, "distributor.wrong_state", "", "POST", "/distributors/"+lowID+"/approve", "manager@a", ``)
		got := d.Must("POST", "/distributors/"+lowID+"/freeze", "manager@a", `{"reason":"chargebacks"}`)
		if got["state"] != "frozen" || got["state_reason"] != "chargebacks" {
			t.Fatal(got)
		}
		if got = d.Must("POST", "/distributors/"+lowID+"/unfreeze", "manager@a", ``); got["state"] != "active" {
			t.Fatal(got)
		}
		if n := d.Int(t, `select count(*) from registry_audit where subject = $1 and action = 'distributor.freeze' and detail->>'reason' = 'chargebacks'`, lowID); n != 1 {
			t.Fatal(n)
		}
	})
	t.Run("MovingToTheTopAndBack", func(t *testing.T) {
		if got := d.Must("PUT", "/distributors/"+lowID+"/upline", "manager@a", `{"upline_id":null}`); got["upline"] != nil {
			t.Fatal(got)
		}
		got := d.Must("PUT", "/distributors/"+lowID+"/upline", "manager@a", fmt.Sprintf(`{"upline_id":%q}`, topID))
		if len(got["ancestors"].([]any)) != 1 {
			t.Fatal(got)
		}
	})
	t.Run("GradeByHandNeedsAReason", func(t *testing.T) {
		if status, _ := d.Call("PUT", "/distributors/"+lowID+"/grade", "manager@a", `{"grade":"partner"}`); status != 422 {
			t.Fatal(status)
		}
		if got := d.Must("PUT", "/distributors/"+lowID+"/grade", "manager@a", `{"grade":"partner","reason":"best of March"}`); got["grade"] != "partner" {
			t.Fatal(got)
		}
	})
	t.Run("TheTreeOpensLevelByLevel", func(t *testing.T) {
		tops := d.Must("GET", "/tree", "support@a", "")["items"].([]any)
		if len(tops) != 1 || tops[0].(map[string]any)["team"] != 1.0 {
			t.Fatal(tops)
		}
		below := d.Must("GET", "/tree?root="+topID, "support@a", "")["items"].([]any)
		if len(below) != 1 || below[0].(map[string]any)["name"] != "Low" {
			t.Fatal(below)
		}
		team := d.Must("GET", "/distributors/"+topID+"/team?depth=1", "support@a", "")["items"].([]any)
		if len(team) != 1 {
			t.Fatal(team)
		}
	})
	t.Run("PagesAndFilters", func(t *testing.T) {
		first := d.Must("GET", "/distributors?limit=1", "support@a", "")
		next := d.Must("GET", "/distributors?limit=1&cursor="+first["next_cursor"].(string), "support@a", "")
		if next["next_cursor"] != "" || next["items"].([]any)[0].(map[string]any)["name"] != "Top" {
			t.Fatal(first, next)
		}
		found := d.Must("GET", "/distributors?state=active&grade=partner&q=lo", "support@a", "")
		if len(found["items"].([]any)) != 1 {
			t.Fatal(found)
		}
		if status, answer := d.Call("GET", "/distributors?cursor=nonsense", "support@a", ""); status != 422 || answer["code"] != "request.cursor_invalid" {
			t.Fatal(status, answer)
		}
	})
	t.Run("AnotherStoreKnowsNobody", func(t *testing.T) {
		for _, c := range [][3]string{{"GET", "", ""}, {"POST", "/ban", `{"reason":"x"}`}, {"POST", "/approve", ``}, {"PUT", "/upline", `{"upline_id":null}`}, {"PUT", "/grade", `{"grade":"senior","reason":"x"}`}, {"GET", "/team", ""}} {
			d.Refused(404, "distributor.unknown", "", c[0], "/distributors/"+lowID+c[1], "manager@b", c[2])
		}
		if page := d.Must("GET", "/distributors", "manager@b", ""); len(page["items"].([]any)) != 0 {
			t.Fatal(page)
		}
	})
	t.Run("SupportMayNotBan", func(t *testing.T) {
		d.Refused(403, "request.forbidden", "", "POST", "/distributors/"+lowID+"/ban", "support@a", `{"reason":"x"}`)
	})
}

func TestSync(t *testing.T) {
	t.Parallel()
	d := open(t)
	put := func(id, body string) apitest.Answer { return d.Must("PUT", "open:/distributors/"+id, "key@a", body) }
	top := put("top", `{"name":"Top"}`)
	t.Run("CreatesAndChangesByTheMerchantsId", func(t *testing.T) {
		low := put("low", `{"name":"Low","upline_external_id":"top","grade":"senior","state":"frozen"}`)
		if low["state"] != "frozen" || low["grade"] != "senior" || low["upline"].(map[string]any)["id"] != top["id"] {
			t.Fatal(low)
		}
		again := put("low", `{"name":"Lowell","state":"active"}`)
		if again["id"] != low["id"] || again["name"] != "Lowell" || again["state"] != "active" || again["grade"] != "senior" || again["upline"] == nil {
			t.Fatal(again)
		}
		if free := put("low", `{"name":"Lowell","upline_external_id":""}`); free["upline"] != nil {
			t.Fatal(free)
		}
	})
	t.Run("TheSameAgainChangesNothing", func(t *testing.T) {
		before := d.Int(t, `select count(*) from registry_audit`)
		put("low", `{"name":"Lowell","state":"active","grade":"senior","upline_external_id":""}`)
		if after := d.Int(t, `select count(*) from registry_audit`); after != before {
			t.Fatal(after - before)
		}
	})
	t.Run("TheIdMayHoldAnything", func(t *testing.T) {
		made := put("%E5%BA%97%2F%209", `{"name":"Nine"}`)
		if again := put("%E5%BA%97%2F%209", `{"name":"Nine"}`); made["external_id"] != "店/ 9" || again["id"] != made["id"] {
			t.Fatal(made, again)
		}
		d.Must("GET", "open:/distributors/%E5%BA%97%2F%209/balance", "key@a", "")
	})
	t.Run("AnUnknownUplineIsNamed", func(t *testing.T) {
		d.Refused(422, "distributor.unknown_upline", "upline_external_id", "PUT", "open:/distributors/x", "key@a", `{"name":"X","upline_external_id":"nobody"}`)
	})
	t.Run("AKeyOfAnotherStoreMakesItsOwn", func(t *testing.T) {
		if theirs := d.Must("PUT", "open:/distributors/top", "key@b", `{"name":"Theirs"}`); theirs["id"] == top["id"] {
			t.Fatal("one distributor in two stores")
		}
	})
}

func TestOwn(t *testing.T) {
	t.Parallel()
	d := open(t)
	top := d.Must("PUT", "open:/distributors/top", "key@a", `{"name":"Top"}`)
	d.Must("PUT", "open:/distributors/low", "key@a", `{"name":"Low","upline_external_id":"top"}`)
	token := "distributor:" + top["id"].(string) + "@a"

	t.Run("MyLinkIsAnAddressAndAPicture", func(t *testing.T) {
		link := d.Must("GET", "store:/me/link", token, "")
		if link["url"] != "https://store-a.shop.test/?c="+top["code"].(string) || link["works"] != true || !strings.HasPrefix(link["qr_svg"].(string), "<svg ") {
			t.Fatal(link)
		}
	})
	t.Run("MyTeam", func(t *testing.T) {
		if team := d.Must("GET", "store:/me/team", token, "")["items"].([]any); len(team) != 1 || team[0].(map[string]any)["name"] != "Low" {
			t.Fatal(team)
		}
	})
	t.Run("ABuyerHasNoTeam", func(t *testing.T) {
		d.Refused(403, "request.forbidden", "", "GET", "store:/me/team", "buyer@a", "")
	})
}
