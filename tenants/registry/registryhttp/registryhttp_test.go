package registryhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/registry/registryhttp"
)

const operator = "operator-token-of-the-test"

type shop struct {
	t      *testing.T
	server *httpapi.Server
	svc    *registry.Service
	db     *pg.DB
	config registry.Config
	due    []tenancy.ID // for which stores due work was done
}

// open is a server whose stores have test clocks.
func open(t *testing.T) *shop {
	t.Helper()
	base := pgtest.Open(t)
	clk := &registry.Clock{Enabled: true}
	db, err := pg.Open(t.Context(), base.AppURL, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	clk.Attach(db.Pool())
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, db, registry.Config{
		Box: box, Passwords: secret.NewPasswords(2), Clock: clk, OperatorToken: operator, BaseDomain: "shop.test", Buyers: someBuyers(),
	})
}

// serve is one process; another with the same arguments is another process of
// the same town, with a memory of its own.
func serve(t *testing.T, db *pg.DB, config registry.Config) *shop {
	t.Helper()
	sh := &shop{t: t, db: db, config: config, svc: registry.New(db, config)}
	sh.server = httpapi.New(httpapi.Config{
		Tenants:      registryhttp.Tenants{Registry: sh.svc},
		Authenticate: registryhttp.Authenticate(sh.svc),
		Allow:        func(c httpapi.Caller, permission string) bool { return rbac.Allow(c.Role, permission) },
		Log:          slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	registryhttp.Routes(sh.server, sh.svc, func(_ context.Context, tenant tenancy.ID) error {
		sh.due = append(sh.due, tenant)
		return nil
	})
	return sh
}

// someBuyers stands for slice customer; who registers with a code is a
// distributor in the state the code names.
func someBuyers() registry.Buyers {
	var mu sync.Mutex
	kept := map[string]*registry.Buyer{}
	key := func(tx *pg.Tx, p registry.PersonID) string { return tx.Tenant().UUID() + p.UUID() }
	return registry.Buyers{
		Of: func(_ context.Context, tx *pg.Tx, p registry.PersonID) (*registry.Buyer, error) {
			mu.Lock()
			defer mu.Unlock()
			return kept[key(tx, p)], nil
		},
		Register: func(_ context.Context, tx *pg.Tx, p registry.PersonID, name, code string) (*registry.Buyer, error) {
			mu.Lock()
			defer mu.Unlock()
			b := &registry.Buyer{ID: p.UUID(), Name: name}
			if code != "" {
				b.Distributor = &registry.Distributor{ID: p.UUID(), Name: name, Code: "c1", State: code, Grade: "normal"}
			}
			kept[key(tx, p)] = b
			return b, nil
		},
	}
}

// do sends a request and reads the answer, whose status must be want.
func (sh *shop) do(want int, method, path, token, body string, header ...string) map[string]any {
	sh.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Request-Id", "the-same-name-always")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := sh.server.Fiber().Test(req, -1)
	if err != nil {
		sh.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		sh.t.Fatalf("%s %s: %d, want %d: %s", method, path, res.StatusCode, want, raw)
	}
	out := map[string]any{"raw": string(raw)}
	_ = json.Unmarshal(raw, &out)
	return out
}

func (sh *shop) signUp(slug, login string) (store map[string]any, token string) {
	sh.t.Helper()
	a := sh.do(201, "POST", "/api/platform/v1/stores", "", fmt.Sprintf(
		`{"slug":%q,"name":"店 %s","owner":{"name":"林","login":%q,"password":"correct horse"},"test_clock_at":"2026-01-01T00:00:00Z"}`, slug, slug, login))
	return a["store"].(map[string]any), a["token"].(string)
}

func TestAStoresFirstDay(t *testing.T) {
	t.Parallel()
	sh := open(t)
	store, _ := sh.signUp("chunfeng", "lin@example.com")
	if !strings.HasPrefix(store["id"].(string), "sto_") || store["currency"] != "CNY" || store["time_zone"] != "Asia/Shanghai" {
		t.Fatal(store)
	}
	sh.do(401, "POST", "/api/merchant/v1/sessions", "", `{"store":"chunfeng","login":"lin@example.com","password":"wrong horse"}`)
	in := sh.do(201, "POST", "/api/merchant/v1/sessions", "", `{"store":"chunfeng","login":"lin@example.com","password":"correct horse"}`)
	token := in["token"].(string)
	if in["role"] != "owner" || !strings.Contains(in["raw"].(string), `"withdrawal.approve"`) {
		t.Fatal(in)
	}
	if me := sh.do(200, "GET", "/api/merchant/v1/me", token, ""); me["person"].(map[string]any)["name"] != "林" {
		t.Fatal(me)
	}
	own := sh.do(200, "GET", "/api/merchant/v1/store", token, "")
	if clock := own["clock"].(map[string]any); clock["test"] != true || clock["now"] != "2026-01-01T00:00:00Z" {
		t.Fatal(own)
	}
	brand := sh.do(200, "PUT", "/api/merchant/v1/store/brand", token, `{"display_name":"春风","primary_color":"#FFEE00","accent_color":"#003300","tab_names":{"home":"首页"}}`)
	if brand["primary_text"] != "#000000" {
		t.Fatal(brand)
	}
	shop := sh.do(200, "GET", "/api/store/v1/store", "", "", "X-Store", "chunfeng")
	if shop["brand"].(map[string]any)["display_name"] != "春风" || strings.Contains(shop["raw"].(string), "sto_") {
		t.Fatal(shop)
	}
	if entries := sh.do(200, "GET", "/api/merchant/v1/audit?limit=1", token, ""); entries["next_cursor"] == "" {
		t.Fatal(entries)
	} else if rest := sh.do(200, "GET", "/api/merchant/v1/audit?limit=1&cursor="+entries["next_cursor"].(string), token, ""); rest["next_cursor"] != "" || !strings.Contains(rest["raw"].(string), "store.sign_up") {
		t.Fatal(rest)
	}
	sh.do(204, "DELETE", "/api/merchant/v1/sessions/current", token, "")
	sh.do(401, "GET", "/api/merchant/v1/me", token, "")
}

func TestAShopsDoor(t *testing.T) {
	t.Parallel()
	sh := open(t)
	sh.signUp("chunfeng", "lin@example.com")
	sh.signUp("qiuyue", "wang@example.com")
	body := func(login, code string) string {
		return fmt.Sprintf(`{"login":%q,"password":"correct horse","name":"张","register":true,"code":%q}`, login, code)
	}
	buyer := sh.do(201, "POST", "/api/store/v1/sessions", "", body("13800000001", ""), "X-Store", "chunfeng")
	if buyer["distributor"] != nil || !strings.HasPrefix(buyer["buyer"].(map[string]any)["id"].(string), "buy_") {
		t.Fatal(buyer)
	}
	token := buyer["token"].(string)
	if me := sh.do(200, "GET", "/api/store/v1/me", token, "", "X-Store", "chunfeng"); me["now"] != "2026-01-01T00:00:00Z" {
		t.Fatal(me)
	}
	// Another shop, the console and the open API know nothing of this token.
	sh.do(401, "GET", "/api/store/v1/me", token, "", "X-Store", "qiuyue")
	sh.do(401, "GET", "/api/merchant/v1/me", token, "")
	sh.do(404, "GET", "/api/store/v1/store", "", "", "X-Store", "nowhere")

	seller := sh.do(201, "POST", "/api/store/v1/sessions", "", body("13800000002", "active"), "X-Store", "chunfeng")
	applicant := sh.do(201, "POST", "/api/store/v1/sessions", "", body("13800000003", "applied"), "X-Store", "chunfeng")
	for token, role := range map[any]string{seller["token"]: "distributor", applicant["token"]: "buyer"} {
		s, err := sh.svc.SessionOf(t.Context(), token.(string), registry.RealmStore)
		if err != nil || s.Role != role {
			t.Errorf("%+v %v, want %s", s, err, role)
		}
	}
}

func TestTestClockIsMovedByTheOperatorAndDueWorkIsDone(t *testing.T) {
	t.Parallel()
	sh := open(t)
	store, token := sh.signUp("chunfeng", "lin@example.com")
	path := fmt.Sprintf("/api/platform/v1/stores/%s/clock", store["id"])
	sh.do(401, "POST", path, token, `{"to":"2026-02-01T00:00:00Z"}`) // a merchant's token
	if a := sh.do(200, "POST", path, operator, `{"to":"2026-02-01T08:00:00+08:00"}`); a["now"] != "2026-02-01T00:00:00Z" || a["test"] != true {
		t.Fatal(a)
	}
	if len(sh.due) != 1 || sh.due[0].String() != store["id"] {
		t.Fatal(sh.due)
	}
	if a := sh.do(409, "POST", path, operator, `{"to":"2026-01-15T00:00:00Z"}`); a["code"] != "clock.backwards" {
		t.Fatal(a)
	}
	sh.do(422, "POST", path, operator, `{}`)
	sh.do(404, "POST", fmt.Sprintf("/api/platform/v1/stores/%s/clock", tenancy.New(time.Now())), operator, `{"real":true}`)
	page := sh.do(200, "GET", "/api/platform/v1/stores?limit=1", operator, "")
	if len(page["items"].([]any)) != 1 || page["next_cursor"] == "" {
		t.Fatal(page)
	}
}

// TestIsolation: A's token on B's ids is 404, byte for byte what an unknown id
// is; a role without the permission is 403 whatever the id.
func TestIsolation(t *testing.T) {
	t.Parallel()
	sh := open(t)
	_, ownerA := sh.signUp("chunfeng", "lin@example.com")
	storeB, ownerB := sh.signUp("qiuyue", "wang@example.com")
	keyB := sh.do(201, "POST", "/api/merchant/v1/api-keys", ownerB, `{"name":"canary-7431"}`)
	unknown := registry.KeyID(tenancy.New(time.Now()))
	idA, _ := sh.svc.BySlug(t.Context(), "chunfeng")
	if _, err := sh.svc.AddStaff(t.Context(), "system", idA.ID, "support@example.com", "correct horse", "助", "support", ""); err != nil {
		t.Fatal(err)
	}
	supportA := sh.do(201, "POST", "/api/merchant/v1/sessions", "", `{"store":"chunfeng","login":"support@example.com","password":"correct horse"}`)["token"].(string)

	t.Run("AnotherStoresIdIsAnUnknownId", func(t *testing.T) {
		theirs := sh.do(404, "DELETE", "/api/merchant/v1/api-keys/"+keyB["id"].(string), ownerA, "")
		nobodys := sh.do(404, "DELETE", "/api/merchant/v1/api-keys/"+unknown.String(), ownerA, "")
		if theirs["raw"] != nobodys["raw"] {
			t.Fatalf("%s\n%s", theirs["raw"], nobodys["raw"])
		}
	})
	t.Run("WithoutThePermissionEveryIdIsForbidden", func(t *testing.T) {
		for _, id := range []string{keyB["id"].(string), unknown.String(), "nonsense"} {
			sh.do(403, "DELETE", "/api/merchant/v1/api-keys/"+id, supportA, "")
		}
	})
	t.Run("NothingOfAnotherStoreIsInAnyAnswer", func(t *testing.T) {
		canary := regexp.MustCompile(`canary-7431|qiuyue|` + storeB["id"].(string))
		for _, r := range sh.server.Operations() {
			if r.Audience != httpapi.Merchant || r.Method != "GET" {
				continue
			}
			if a := sh.do(200, "GET", r.FullPath(), ownerA, ""); canary.MatchString(a["raw"].(string)) {
				t.Errorf("%s shows B: %s", r.ID, a["raw"])
			}
		}
	})
	t.Run("BsKeyStillWorksAndEndsWhenBSaysSo", func(t *testing.T) {
		if _, err := sh.svc.KeyOf(t.Context(), keyB["key"].(string)); err != nil {
			t.Fatal(err)
		}
		sh.do(204, "DELETE", "/api/merchant/v1/api-keys/"+keyB["id"].(string), ownerB, "")
		if _, err := sh.svc.KeyOf(t.Context(), keyB["key"].(string)); err == nil {
			t.Fatal("a revoked key opens")
		}
	})
	t.Run("NoTokenOfAStoreOpensThePlatform", func(t *testing.T) {
		for _, token := range []string{"", ownerA, keyB["key"].(string), operator + "x"} {
			sh.do(401, "GET", "/api/platform/v1/stores/"+storeB["id"].(string), token, "")
		}
	})
}
