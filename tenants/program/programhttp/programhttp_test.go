package programhttp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
	"github.com/fenli-io/fenli/tenants/storetest"
)

type desk struct {
	*storetest.Stores
	*apitest.Door
}

func open(t *testing.T) *desk {
	t.Helper()
	stores := storetest.Open(t)
	d := &desk{stores, apitest.Open(t, stores.Database, rbac.Allow, nil)}
	programhttp.Routes(d.Server, d.DB, d.Programs)
	return d
}

func TestStrategies(t *testing.T) {
	t.Parallel()
	d := open(t)
	for path, token := range map[string]string{"": "support@a", "platform:": "operator@"} {
		var list struct{ Items []programhttp.Strategy }
		d.Get(path+"/strategies", token, &list)
		if len(list.Items) != 2 { // the pool is the other
			t.Fatalf("%+v", list)
		}
		s := list.Items[1]
		if s.Strategy != "three-level" || s.Title.Zh != "三级分佣" || s.Title.En != "Three levels" || len(s.Facts) < 2 || s.Facts[0].Purpose.En == "" || !strings.Contains(string(s.ConfigSchema), "rates") {
			t.Errorf("%+v", s)
		}
	}
}

func TestRevise(t *testing.T) {
	t.Parallel()
	d := open(t)
	var before, made, now programhttp.Revision
	d.Get("/program", "support@a", &before)

	t.Run("ChangesWhatIsSaidAndNothingElse", func(t *testing.T) {
		d.Read(201, "POST", "/program/revisions", "owner@a", `{"settings":{"freeze_days":3,"order_cap":"0.4","bind":{"validity_days":60}},"note":"春季"}`, &made)
		want := before.Settings
		want.FreezeDays, want.OrderCap, want.Bind.ValidityDays = 3, 400_000, 60
		got, expected := mustJSON(made.Settings), mustJSON(want)
		if got != expected || made.Revision != before.Revision+1 || made.Author != "owner" || made.Note != "春季" || string(made.Config) != string(before.Config) {
			t.Errorf("%+v\n%s\n%s", made, got, expected)
		}
		d.Clock.Advance(1)
		d.Get("/program", "support@a", &now)
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
			if status, p := d.Call("POST", "/program/revisions", "owner@a", c.body); status != 422 || p["code"] != c.code || p["field"] != c.field || p.Text("detail") == "" {
				t.Errorf("%s: %d %v", c.body, status, p)
			}
		}
		if status, _ := d.Call("POST", "/program/revisions", "manager@a", `{}`); status != 403 {
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
			d.Get("/program/revisions?limit=2&cursor="+cursor, "support@a", &page)
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
	d.Read(201, "POST", "/program/revisions", "owner@a", `{"settings":{"freeze_days":3},"note":"A's own"}`, nil)
	d.Clock.Advance(1)
	var now programhttp.Revision
	var page httpapi.Page[programhttp.Revision]
	d.Get("/program", "owner@b", &now)
	d.Get("/program/revisions", "owner@b", &page)
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
