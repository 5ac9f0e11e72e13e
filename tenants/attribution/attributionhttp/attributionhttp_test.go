package attributionhttp_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/attribution/attributionhttp"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// door has tokens "<role>:<external id of the buyer>@<store>".
type door struct {
	*pgtest.Database
	*apitest.Door
	t       *testing.T
	sellers *distributor.Service
}

func open(t *testing.T) *door {
	db := pgtest.Open(t)
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
	d := &door{Database: db, t: t, sellers: distributor.New(db.DB)}
	d.Door = apitest.Open(t, db, rbac.Allow, storetest.Buyer(db.DB))
	rules := func(s program.Settings) attribution.Rules { return attribution.Defaults() }
	attributionhttp.Routes(d.Server, db.DB, attribution.New(d.sellers), programs, rules, nil)
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

func TestTouches(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.sells("wang")
	d.sells("zhao")
	t.Run("TheFirstBindsAndTheNextMeetsProtection", func(t *testing.T) {
		o := d.Must("POST", "store:/touches", "buyer:lin@a", `{"code":"code-wang","channel":"wechat","material":"poster"}`)
		if o["bound"] != true || o["verdict"] != "bound" || o["distributor"].(map[string]any)["name"] != "wang" {
			t.Fatal(o)
		}
		o = d.Must("POST", "store:/touches", "buyer:lin@a", `{"code":"code-zhao"}`)
		if o["bound"] != false || o["verdict"] != "protected" || o["distributor"].(map[string]any)["name"] != "wang" || o["reason"] != "is under another distributor's protection" {
			t.Fatal(o)
		}
	})
	t.Run("ACodeNobodyHasIsNoFault", func(t *testing.T) {
		if o := d.Must("POST", "store:/touches", "buyer:new@a", `{"code":"code-nobody"}`); o["bound"] != false || o["distributor"] != nil || o["verdict"] != "dead_link" {
			t.Fatal(o)
		}
	})
	t.Run("TheShopSystemReportsByItsOwnIds", func(t *testing.T) {
		o := d.Must("POST", "open:/touches", "key@a", `{"buyer_external_id":"mei","buyer_name":"Mei","distributor_external_id":"zhao","channel":"app"}`)
		if o["bound"] != true {
			t.Fatal(o)
		}
		if status, answer := d.Call("POST", "open:/touches", "key@b", `{"buyer_external_id":"mei","distributor_external_id":"zhao"}`); status != 404 || answer["code"] != "distributor.unknown" {
			t.Fatal(status, answer)
		}
	})
	t.Run("TheConsoleSeesTheTimelineAndWhy", func(t *testing.T) {
		page := d.Must("GET", "/customers?q=lin", "support@a", "")
		row := page["items"].([]any)[0].(map[string]any)
		if row["distributor"].(map[string]any)["name"] != "wang" {
			t.Fatal(row)
		}
		one := d.Must("GET", "/customers/"+row["id"].(string), "support@a", "")
		touches, binds := one["touches"].([]any), one["binds"].([]any)
		if len(touches) != 2 || len(binds) != 1 || touches[0].(map[string]any)["verdict"] != "protected" || touches[1].(map[string]any)["material"] != "poster" {
			t.Fatal(one)
		}
		if status, _ := d.Call("GET", "/customers/"+row["id"].(string), "support@b", ""); status != 404 {
			t.Fatal(status)
		}
	})
	t.Run("ADistributorSeesTheirOwnCustomersAlone", func(t *testing.T) {
		mine := d.Must("GET", "store:/me/customers", "distributor:wang@a", "")["items"].([]any)
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
		m := d.Must("POST", "store:/applications", "buyer:lin@a", `{"name":"Lin","code":"code-wang","profile":{"city":"Hangzhou"}}`)
		if m["state"] != "applied" || m["grade"] != "normal" || m["upline"].(map[string]any)["name"] != "wang" {
			t.Fatal(m)
		}
		if n := d.Int(t, `select count(*) from distributor_member where profile->>'city' = 'Hangzhou'`); n != 1 {
			t.Fatal(n)
		}
	})
	t.Run("OnlyOnce", func(t *testing.T) {
		status, answer := d.Call("POST", "store:/applications", "buyer:lin@a", `{"name":"Lin"}`)
		if status != 409 || answer["code"] != "distributor.already_joined" {
			t.Fatal(status, answer)
		}
	})
	t.Run("WithoutARecruiterNobodyIsAbove", func(t *testing.T) {
		if m := d.Must("POST", "store:/applications", "buyer:mei@a", fmt.Sprintf(`{"name":%q}`, "Mei")); m["upline"] != nil {
			t.Fatal(m)
		}
	})
}
