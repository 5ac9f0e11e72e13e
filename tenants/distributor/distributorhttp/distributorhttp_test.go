package distributorhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
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
	"github.com/fenli-io/fenli/tenants/registry/registryhttp"
)

// door is a server whose tokens are "<role>@<store>", or "<role>@<store>/<id>"
// for the distributor of that id.
type door struct {
	*pgtest.Database
	t *testing.T
	s *httpapi.Server
}

func open(t *testing.T) *door {
	db := pgtest.Open(t)
	stores := registry.New(db.DB, registry.Config{Clock: &registry.Clock{}, BaseDomain: "shop.test"})
	programs := program.New(db.DB, nil)
	err := programs.Remember(t.Context(), []program.Artifact{{SHA256: strings.Repeat("3", 64), Strategy: "three-level", Version: "1.0.0", Description: &strategyv1.DescribeResponse{}}})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]tenancy.ID{"a": db.A, "b": db.B}
	for _, tenant := range known {
		for _, row := range []func(context.Context, *pg.Tx) error{distributor.OnSignUp, programs.OnSignUp} {
			if err := db.Within(t.Context(), tenant, row); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := httpapi.New(httpapi.Config{
		Tenants: registryhttp.Tenants{Registry: stores},
		Authenticate: func(_ context.Context, _ httpapi.Audience, token string, _ tenancy.ID) (httpapi.Caller, error) {
			role, rest, _ := strings.Cut(token, "@")
			store, self, _ := strings.Cut(rest, "/")
			if known[store].IsZero() {
				return httpapi.Caller{}, fault.New(fault.Unauthorized, "session.unknown", "", "")
			}
			c := httpapi.Caller{Kind: httpapi.Staff, Tenant: known[store], Role: role, Actor: "staff:" + role}
			if who, err := distributor.ParseID(self); err == nil {
				c.Distributor = who.UUID()
			}
			return c, nil
		},
		Allow: func(c httpapi.Caller, permission string) bool { return rbac.Allow(c.Role, permission) },
	})
	distributorhttp.Routes(s, db.DB, distributor.New(db.DB), programs, stores, distributorhttp.Outside{
		Link: func(_ context.Context, _ tenancy.ID, code string) (string, string, error) {
			return "https://store-a.shop.test/?c=" + code, "https://store-a.shop.test/join?c=" + code, nil
		},
	})
	return &door{db, t, s}
}

// call answers with the status and the body; path may begin with "store:" or "open:".
func (d *door) call(method, path, token, body string) (int, map[string]any) {
	d.t.Helper()
	audience := "merchant"
	for _, other := range []string{"store", "open"} {
		if p, ok := strings.CutPrefix(path, other+":"); ok {
			audience, path = other, p
		}
	}
	req := httptest.NewRequest(method, "/api/"+audience+"/v1"+path, bytes.NewBufferString(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Store", "store-a")
	req.Header.Set("Accept-Language", "en")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := d.s.Fiber().Test(req, -1)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	var answer map[string]any
	_ = json.Unmarshal(raw, &answer)
	return res.StatusCode, answer
}

// must is call for what has to work.
func (d *door) must(method, path, token, body string) map[string]any {
	d.t.Helper()
	status, answer := d.call(method, path, token, body)
	if status >= 300 {
		d.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

func (d *door) refused(status int, code, field, method, path, token, body string) {
	d.t.Helper()
	got, answer := d.call(method, path, token, body)
	if got != status || answer["code"] != code || field != "" && answer["field"] != field {
		d.t.Fatalf("%s %s: %d %v, want %d %s %s", method, path, got, answer, status, code, field)
	}
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
	top := d.must("POST", "/distributors", "manager@a", `{"name":"Top","external_id":"top"}`)
	topID := top["id"].(string)
	low := d.must("POST", "/distributors", "manager@a", fmt.Sprintf(`{"name":"Low","upline_id":%q,"grade":"senior","code":"LOW1"}`, topID))
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
			} {
				err = errors.Join(err, book.Move(m))
			}
			return errors.Join(err, book.Post(ctx))
		})
		if err != nil {
			t.Fatal(err)
		}
		got := d.must("GET", "open:/distributors/top/balance", "key@a", "")
		amount := func(account string) float64 { return got[account].(map[string]any)["amount"].(float64) }
		if amount("held") != 300 || amount("available") != 400 || amount("reserved") != 300 || got["points"] != 9.0 {
			t.Fatal(got)
		}
		if own := d.must("GET", "store:/me/balance", "distributor@a/"+topID, ""); fmt.Sprint(own) != fmt.Sprint(got) {
			t.Fatal(own, got)
		}
		var kinds, refs []string
		for cursor := ""; ; {
			page := d.must("GET", "/distributors/"+topID+"/movements?limit=3&cursor="+cursor, "finance@a", "")
			for _, row := range page["items"].([]any) {
				m := row.(map[string]any)
				ref, _ := m["ref"].(string)
				kinds, refs = append(kinds, m["kind"].(string)), append(refs, ref[:min(3, len(ref))])
			}
			if cursor = page["next_cursor"].(string); cursor == "" {
				break
			}
		}
		if fmt.Sprint(kinds) != "[earn_points reserve mature hold_commission]" || fmt.Sprintf("%q", refs) != `["ord" "wdr" "" "ord"]` {
			t.Fatal(kinds, refs)
		}
		d.refused(404, "distributor.unknown", "", "GET", "/distributors/"+topID+"/movements", "finance@b", "")
	})
	t.Run("RefusalsNameTheField", func(t *testing.T) {
		d.refused(422, "distributor.unknown_grade", "grade", "POST", "/distributors", "manager@a", `{"name":"X","grade":"emperor"}`)
		d.refused(409, "distributor.code_taken", "code", "POST", "/distributors", "manager@a", `{"name":"X","code":"LOW1"}`)
		d.refused(409, "distributor.loop", "upline_id", "PUT", "/distributors/"+topID+"/upline", "manager@a", fmt.Sprintf(`{"upline_id":%q}`, lowID))
	})
	t.Run("FreezingTellsWhyAndIsAudited", func(t *testing.T) {
		d.refused(409, "distributor.wrong_state", "", "POST", "/distributors/"+lowID+"/approve", "manager@a", ``)
		got := d.must("POST", "/distributors/"+lowID+"/freeze", "manager@a", `{"reason":"chargebacks"}`)
		if got["state"] != "frozen" || got["state_reason"] != "chargebacks" {
			t.Fatal(got)
		}
		if got = d.must("POST", "/distributors/"+lowID+"/unfreeze", "manager@a", ``); got["state"] != "active" {
			t.Fatal(got)
		}
		if n := d.Int(t, `select count(*) from registry_audit where subject = $1 and action = 'distributor.freeze' and detail->>'reason' = 'chargebacks'`, lowID); n != 1 {
			t.Fatal(n)
		}
	})
	t.Run("MovingToTheTopAndBack", func(t *testing.T) {
		if got := d.must("PUT", "/distributors/"+lowID+"/upline", "manager@a", `{"upline_id":null}`); got["upline"] != nil {
			t.Fatal(got)
		}
		got := d.must("PUT", "/distributors/"+lowID+"/upline", "manager@a", fmt.Sprintf(`{"upline_id":%q}`, topID))
		if len(got["ancestors"].([]any)) != 1 {
			t.Fatal(got)
		}
	})
	t.Run("GradeByHandNeedsAReason", func(t *testing.T) {
		if status, _ := d.call("PUT", "/distributors/"+lowID+"/grade", "manager@a", `{"grade":"partner"}`); status != 422 {
			t.Fatal(status)
		}
		if got := d.must("PUT", "/distributors/"+lowID+"/grade", "manager@a", `{"grade":"partner","reason":"best of March"}`); got["grade"] != "partner" {
			t.Fatal(got)
		}
	})
	t.Run("TheTreeOpensLevelByLevel", func(t *testing.T) {
		tops := d.must("GET", "/tree", "support@a", "")["items"].([]any)
		if len(tops) != 1 || tops[0].(map[string]any)["team"] != 1.0 {
			t.Fatal(tops)
		}
		below := d.must("GET", "/tree?root="+topID, "support@a", "")["items"].([]any)
		if len(below) != 1 || below[0].(map[string]any)["name"] != "Low" {
			t.Fatal(below)
		}
		team := d.must("GET", "/distributors/"+topID+"/team?depth=1", "support@a", "")["items"].([]any)
		if len(team) != 1 {
			t.Fatal(team)
		}
	})
	t.Run("PagesAndFilters", func(t *testing.T) {
		first := d.must("GET", "/distributors?limit=1", "support@a", "")
		next := d.must("GET", "/distributors?limit=1&cursor="+first["next_cursor"].(string), "support@a", "")
		if next["next_cursor"] != "" || next["items"].([]any)[0].(map[string]any)["name"] != "Top" {
			t.Fatal(first, next)
		}
		found := d.must("GET", "/distributors?state=active&grade=partner&q=lo", "support@a", "")
		if len(found["items"].([]any)) != 1 {
			t.Fatal(found)
		}
		if status, answer := d.call("GET", "/distributors?cursor=nonsense", "support@a", ""); status != 422 || answer["code"] != "request.cursor_invalid" {
			t.Fatal(status, answer)
		}
	})
	t.Run("AnotherStoreKnowsNobody", func(t *testing.T) {
		for _, c := range [][3]string{{"GET", "", ""}, {"POST", "/ban", `{"reason":"x"}`}, {"POST", "/approve", ``}, {"PUT", "/upline", `{"upline_id":null}`}, {"PUT", "/grade", `{"grade":"senior","reason":"x"}`}, {"GET", "/team", ""}} {
			d.refused(404, "distributor.unknown", "", c[0], "/distributors/"+lowID+c[1], "manager@b", c[2])
		}
		if page := d.must("GET", "/distributors", "manager@b", ""); len(page["items"].([]any)) != 0 {
			t.Fatal(page)
		}
	})
	t.Run("SupportMayNotBan", func(t *testing.T) {
		d.refused(403, "request.forbidden", "", "POST", "/distributors/"+lowID+"/ban", "support@a", `{"reason":"x"}`)
	})
}

func TestSync(t *testing.T) {
	t.Parallel()
	d := open(t)
	put := func(id, body string) map[string]any { return d.must("PUT", "open:/distributors/"+id, "key@a", body) }
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
	t.Run("AnUnknownUplineIsNamed", func(t *testing.T) {
		d.refused(422, "distributor.unknown_upline", "upline_external_id", "PUT", "open:/distributors/x", "key@a", `{"name":"X","upline_external_id":"nobody"}`)
	})
	t.Run("AKeyOfAnotherStoreMakesItsOwn", func(t *testing.T) {
		if theirs := d.must("PUT", "open:/distributors/top", "key@b", `{"name":"Theirs"}`); theirs["id"] == top["id"] {
			t.Fatal("one distributor in two stores")
		}
	})
}

func TestOwn(t *testing.T) {
	t.Parallel()
	d := open(t)
	top := d.must("PUT", "open:/distributors/top", "key@a", `{"name":"Top"}`)
	d.must("PUT", "open:/distributors/low", "key@a", `{"name":"Low","upline_external_id":"top"}`)
	token := "distributor@a/" + top["id"].(string)

	t.Run("MyLinkIsAnAddressAndAPicture", func(t *testing.T) {
		link := d.must("GET", "store:/me/link", token, "")
		if link["url"] != "https://store-a.shop.test/?c="+top["code"].(string) || link["works"] != true || !strings.HasPrefix(link["qr_svg"].(string), "<svg ") {
			t.Fatal(link)
		}
	})
	t.Run("MyTeam", func(t *testing.T) {
		if team := d.must("GET", "store:/me/team", token, "")["items"].([]any); len(team) != 1 || team[0].(map[string]any)["name"] != "Low" {
			t.Fatal(team)
		}
	})
	t.Run("ABuyerHasNoTeam", func(t *testing.T) {
		d.refused(403, "request.forbidden", "", "GET", "store:/me/team", "buyer@a", "")
	})
}
