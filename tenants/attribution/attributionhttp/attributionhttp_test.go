package attributionhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
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
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/attribution/attributionhttp"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/registry/registryhttp"
)

// door is a server whose tokens are "<role>@<store>/<external id of the buyer>".
type door struct {
	*pgtest.Database
	t       *testing.T
	s       *httpapi.Server
	sellers *distributor.Service
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
	d := &door{Database: db, t: t, sellers: distributor.New(db.DB)}
	d.s = httpapi.New(httpapi.Config{
		Tenants: registryhttp.Tenants{Registry: stores},
		Authenticate: func(ctx context.Context, _ httpapi.Audience, token string, _ tenancy.ID) (c httpapi.Caller, err error) {
			role, rest, _ := strings.Cut(token, "@")
			store, self, _ := strings.Cut(rest, "/")
			if known[store].IsZero() {
				return c, fault.New(fault.Unauthorized, "session.unknown", "", "")
			}
			c = httpapi.Caller{Kind: httpapi.Staff, Tenant: known[store], Role: role, Actor: "staff:" + role}
			if self == "" {
				return c, nil
			}
			return c, db.Within(ctx, c.Tenant, func(ctx context.Context, tx *pg.Tx) error {
				b, err := customer.Register(ctx, tx, customer.Registration{ExternalID: self, Name: self})
				c.Kind, c.Buyer = httpapi.Buyer, b.ID.UUID()
				if !b.DistributorID.IsZero() {
					c.Distributor = b.DistributorID.UUID()
				}
				return err
			})
		},
		Allow: func(c httpapi.Caller, permission string) bool { return rbac.Allow(c.Role, permission) },
	})
	rules := func(s program.Settings) attribution.Rules { return attribution.Defaults() }
	attributionhttp.Routes(d.s, db.DB, attribution.New(d.sellers), programs, rules)
	return d
}

func (d *door) sells(name string) (m distributor.Member) {
	d.t.Helper()
	err := d.Within(d.t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		m, err = d.sellers.Enlist(ctx, tx, distributor.Enlistment{ExternalID: name, Name: name, Grade: "normal", Code: "code-" + name})
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

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
	req.Header.Set("Authorization", "Bearer "+token)
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

func (d *door) must(method, path, token, body string) map[string]any {
	d.t.Helper()
	status, answer := d.call(method, path, token, body)
	if status >= 300 {
		d.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

func TestTouches(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.sells("wang")
	d.sells("zhao")
	t.Run("TheFirstBindsAndTheNextMeetsProtection", func(t *testing.T) {
		o := d.must("POST", "store:/touches", "buyer@a/lin", `{"code":"code-wang","channel":"wechat","material":"poster"}`)
		if o["bound"] != true || o["verdict"] != "bound" || o["distributor"].(map[string]any)["name"] != "wang" {
			t.Fatal(o)
		}
		o = d.must("POST", "store:/touches", "buyer@a/lin", `{"code":"code-zhao"}`)
		if o["bound"] != false || o["verdict"] != "protected" || o["distributor"].(map[string]any)["name"] != "wang" || o["reason"] != "is under another distributor's protection" {
			t.Fatal(o)
		}
	})
	t.Run("ACodeNobodyHasIsNoFault", func(t *testing.T) {
		if o := d.must("POST", "store:/touches", "buyer@a/new", `{"code":"code-nobody"}`); o["bound"] != false || o["distributor"] != nil || o["verdict"] != "dead_link" {
			t.Fatal(o)
		}
	})
	t.Run("TheShopSystemReportsByItsOwnIds", func(t *testing.T) {
		o := d.must("POST", "open:/touches", "key@a", `{"buyer_external_id":"mei","buyer_name":"Mei","distributor_external_id":"zhao","channel":"app"}`)
		if o["bound"] != true {
			t.Fatal(o)
		}
		if status, answer := d.call("POST", "open:/touches", "key@b", `{"buyer_external_id":"mei","distributor_external_id":"zhao"}`); status != 404 || answer["code"] != "distributor.unknown" {
			t.Fatal(status, answer)
		}
	})
	t.Run("TheConsoleSeesTheTimelineAndWhy", func(t *testing.T) {
		page := d.must("GET", "/customers?q=lin", "support@a", "")
		row := page["items"].([]any)[0].(map[string]any)
		if row["distributor"].(map[string]any)["name"] != "wang" {
			t.Fatal(row)
		}
		one := d.must("GET", "/customers/"+row["id"].(string), "support@a", "")
		touches, binds := one["touches"].([]any), one["binds"].([]any)
		if len(touches) != 2 || len(binds) != 1 || touches[0].(map[string]any)["verdict"] != "protected" || touches[1].(map[string]any)["material"] != "poster" {
			t.Fatal(one)
		}
		if status, _ := d.call("GET", "/customers/"+row["id"].(string), "support@b", ""); status != 404 {
			t.Fatal(status)
		}
	})
	t.Run("ADistributorSeesTheirOwnCustomersAlone", func(t *testing.T) {
		mine := d.must("GET", "store:/me/customers", "distributor@a/wang", "")["items"].([]any)
		if len(mine) != 1 || mine[0].(map[string]any)["name"] != "lin" {
			t.Fatal(mine)
		}
	})
}

func TestApplications(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.sells("wang")
	t.Run("WaitForReviewUnderTheRecruiter", func(t *testing.T) {
		m := d.must("POST", "store:/applications", "buyer@a/lin", `{"name":"Lin","code":"code-wang","profile":{"city":"Hangzhou"}}`)
		if m["state"] != "applied" || m["grade"] != "normal" || m["upline"].(map[string]any)["name"] != "wang" {
			t.Fatal(m)
		}
		if n := d.Int(t, `select count(*) from distributor_member where profile->>'city' = 'Hangzhou'`); n != 1 {
			t.Fatal(n)
		}
	})
	t.Run("OnlyOnce", func(t *testing.T) {
		status, answer := d.call("POST", "store:/applications", "buyer@a/lin", `{"name":"Lin"}`)
		if status != 409 || answer["code"] != "distributor.already_joined" {
			t.Fatal(status, answer)
		}
	})
	t.Run("WithoutARecruiterNobodyIsAbove", func(t *testing.T) {
		if m := d.must("POST", "store:/applications", "buyer@a/mei", fmt.Sprintf(`{"name":%q}`, "Mei")); m["upline"] != nil {
			t.Fatal(m)
		}
	})
}
