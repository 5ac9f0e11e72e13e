package insighthttp_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/insight/insighthttp"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/storetest"
)

type noStores struct{}

func (noStores) ByHost(context.Context, string) (tenancy.ID, error) { return tenancy.ID{}, nil }
func (noStores) BySlug(context.Context, string) (tenancy.ID, error) { return tenancy.ID{}, nil }

func TestConsole_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	wang := s.Team(t, s.A, "wang")["wang"]
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: wang, Nets: []int64{30000}})
	s.Receive(t, s.A, o)
	s.Work(t, s.A)

	api := httpapi.New(httpapi.Config{
		Tenants: noStores{},
		Authenticate: func(_ context.Context, _ httpapi.Audience, token string, _ tenancy.ID) (httpapi.Caller, error) {
			return httpapi.Caller{Kind: httpapi.Staff, Tenant: s.A, Role: token, Actor: token}, nil
		},
		Allow: func(c httpapi.Caller, p string) bool { return c.Role == "owner" || p == "overview.read" },
	})
	insighthttp.Routes(api, s.DB, registry.New(s.DB, registry.Config{}))
	get := func(path, token string, into any) int {
		t.Helper()
		req := httptest.NewRequest("GET", path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := api.Fiber().Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode
	}

	var page insighthttp.Overview
	if status := get("/api/merchant/v1/overview?days=2", "support", &page); status != 200 {
		t.Fatal(status)
	}
	if page.Today.Sales.Minor != 30000 || page.Today.Sales.Currency != "CNY" || page.Today.NewDistributors != 1 || page.Totals.Held.Minor != 3000 || page.Totals.Expense.Minor != 3000 {
		t.Fatalf("%+v", page)
	}
	if len(page.Series) != 2 || page.Series[1].Day != "2026-03-01" || len(page.Top) != 1 || page.Top[0].Member.Name != "wang" || page.Top[0].Value != 30000 {
		t.Fatalf("%+v", page)
	}
	var next insighthttp.Settlement
	if status := get("/api/merchant/v1/settlement", "owner", &next); status != 200 {
		t.Fatal(status)
	}
	if len(next.Next) != 1 || next.Next[0].Day != "2026-03-08" || next.Next[0].Amount.Minor != 3000 {
		t.Fatalf("%+v", next)
	}
	if status := get("/api/merchant/v1/settlement", "support", &next); status != 403 {
		t.Fatal("support sees settlements", status)
	}
	if status := get("/api/merchant/v1/overview?days=0", "owner", &page); status != 422 {
		t.Fatal(status)
	}
}
