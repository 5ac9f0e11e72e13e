package programhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
	"github.com/fenli-io/fenli/tenants/storetest"
)

type desk struct {
	*storetest.Stores
	t   *testing.T
	api *httpapi.Server
}

// open is two stores behind the door; a token is "<role>@<store>".
func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{Stores: storetest.Open(t), t: t}
	d.api = httpapi.New(httpapi.Config{
		Authenticate: func(_ context.Context, a httpapi.Audience, token string, _ tenancy.ID) (httpapi.Caller, error) {
			role, store, _ := strings.Cut(token, "@")
			c := httpapi.Caller{Kind: httpapi.Staff, Tenant: d.A, Role: role, Actor: "staff:" + role, Name: role}
			if store == "b" {
				c.Tenant = d.B
			}
			if a == httpapi.Platform {
				c.Tenant = tenancy.ID{}
			}
			return c, nil
		},
		Allow: func(c httpapi.Caller, permission string) bool { return rbac.Allow(c.Role, permission) },
	})
	programhttp.Routes(d.api, d.DB, d.Programs)
	return d
}

type problem struct{ Code, Field, Detail string }

func (d *desk) do(method, path, token, body string, into any) (status int, p problem) {
	d.t.Helper()
	req := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept-Language", "en")
	res, err := d.api.Fiber().Test(req, -1)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 400 {
		_ = json.Unmarshal(raw, &p)
	} else if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			d.t.Fatalf("%s: %v", raw, err)
		}
	}
	return res.StatusCode, p
}

const base = "/api/merchant/v1"

func TestStrategies(t *testing.T) {
	t.Parallel()
	d := open(t)
	for path, token := range map[string]string{base: "support@a", "/api/platform/v1": "operator@"} {
		var list struct{ Items []programhttp.Strategy }
		if status, p := d.do("GET", path+"/strategies", token, "", &list); status != 200 {
			t.Fatal(path, status, p)
		}
		if len(list.Items) != 1 {
			t.Fatalf("%+v", list)
		}
		s := list.Items[0]
		if s.Strategy != "three-level" || s.Title.Zh != "三级分佣" || s.Title.En != "Three levels" || len(s.Facts) < 2 || s.Facts[0].Purpose.En == "" || !strings.Contains(string(s.ConfigSchema), "rates") {
			t.Errorf("%+v", s)
		}
	}
}

func TestRevise(t *testing.T) {
	t.Parallel()
	d := open(t)
	var before, made, now programhttp.Revision
	d.do("GET", base+"/program", "support@a", "", &before)

	t.Run("ChangesWhatIsSaidAndNothingElse", func(t *testing.T) {
		status, p := d.do("POST", base+"/program/revisions", "owner@a", `{"settings":{"freeze_days":3,"order_cap":"0.4","bind":{"validity_days":60}},"note":"春季"}`, &made)
		if status != 201 {
			t.Fatal(status, p)
		}
		want := before.Settings
		want.FreezeDays, want.OrderCap, want.Bind.ValidityDays = 3, 400_000, 60
		got, expected := mustJSON(made.Settings), mustJSON(want)
		if got != expected || made.Revision != before.Revision+1 || made.Author != "owner" || made.Note != "春季" || string(made.Config) != string(before.Config) {
			t.Errorf("%+v\n%s\n%s", made, got, expected)
		}
		d.Clock.Advance(1)
		d.do("GET", base+"/program", "support@a", "", &now)
		if now.Revision != made.Revision {
			t.Errorf("%d is in force", now.Revision)
		}
		if n := d.Int(t, `select count(*) from registry_audit where action = 'program.revise'`); n != 1 {
			t.Errorf("%d audit entries", n)
		}
	})
	t.Run("WrongOnesChangeNothing", func(t *testing.T) {
		revisions := d.Int(t, `select count(*) from program_revision`)
		for _, c := range []struct{ body, code, field string }{
			{`{"settings":{"freeze_days":-1}}`, "program.settings", "settings.freeze_days"},
			{`{"settings":{"levels":4}}`, "program.settings", "settings.levels"},
			{`{"settings":{"levels":1.5}}`, "program.settings", "settings.levels"},
			{`{"settings":{"rounding":"up"}}`, "program.settings", "settings.rounding"},
			{`{"settings":{"bind":{"take":"maybe"}}}`, "program.settings", "settings.bind.take"},
			{`{"settings":{"order_cap":"1.5"}}`, "program.order_cap", "settings.order_cap"},
			{`{"settings":{"order_cap":"much"}}`, "program.settings", "settings.order_cap"},
			{`{"settings":{"frieze_days":1}}`, "program.settings", "settings.frieze_days"},
			{`{"settings":{"third_level_ack":null}}`, "program.third_level_unacknowledged", "settings.third_level_ack"},
			{`{"strategy":"none"}`, "program.unknown_strategy", "strategy"},
			{`{"config":{"rates":["x"]}}`, "program.config", "config/rates/0"},
			{`{"config":{"rats":[]}}`, "program.config", "config"},
		} {
			if status, p := d.do("POST", base+"/program/revisions", "owner@a", c.body, nil); status != 422 || p.Code != c.code || p.Field != c.field || p.Detail == "" {
				t.Errorf("%s: %d %+v", c.body, status, p)
			}
		}
		if status, _ := d.do("POST", base+"/program/revisions", "manager@a", `{}`, nil); status != 403 {
			t.Error(status)
		}
		if n := d.Int(t, `select count(*) from program_revision`); n != revisions {
			t.Errorf("%d became %d", revisions, n)
		}
	})
	t.Run("ListsTheNewestFirst", func(t *testing.T) {
		var page httpapi.Page[programhttp.Revision]
		var seen []int
		for cursor := ""; ; cursor = page.NextCursor {
			d.do("GET", base+"/program/revisions?limit=2&cursor="+cursor, "support@a", "", &page)
			for _, r := range page.Items {
				seen = append(seen, r.Revision)
			}
			if page.NextCursor == "" {
				break
			}
		}
		if mustJSON(seen) != "[3,2,1]" {
			t.Error(seen)
		}
	})
}

func TestIsolation_AnotherStoresProgrammeIsNotSeen(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.do("POST", base+"/program/revisions", "owner@a", `{"settings":{"freeze_days":3},"note":"A's own"}`, nil)
	d.Clock.Advance(1)
	var now programhttp.Revision
	var page httpapi.Page[programhttp.Revision]
	d.do("GET", base+"/program", "owner@b", "", &now)
	d.do("GET", base+"/program/revisions", "owner@b", "", &page)
	if now.Revision != 2 || now.Settings.FreezeDays != 7 || strings.Contains(mustJSON(page), "A's own") {
		t.Errorf("%+v %+v", now, page)
	}
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
