package insighthttp_test

import (
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/tenants/insight/insighthttp"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func TestConsole_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	wang := s.Team(t, s.A, "wang")["wang"]
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: wang, Nets: []int64{30000}})
	s.Receive(t, s.A, o)
	s.Work(t, s.A)

	may := func(role, p string) bool { return role == "owner" || p == "overview.read" }
	api := apitest.Open(t, s.Database, may, nil)
	insighthttp.Routes(api.Server, s.DB, registry.New(s.DB, registry.Config{}))

	var page insighthttp.Overview
	api.Get("/overview?days=2", "support", &page)
	if page.Today.Sales.Minor != 30000 || page.Today.Sales.Currency != "CNY" || page.Today.NewDistributors != 1 || page.Totals.Held.Minor != 3000 || page.Totals.Expense.Minor != 3000 {
		t.Fatalf("%+v", page)
	}
	if len(page.Series) != 2 || page.Series[1].Day != "2026-03-01" || len(page.Top) != 1 || page.Top[0].Member.Name != "wang" || page.Top[0].Value != 30000 {
		t.Fatalf("%+v", page)
	}
	var next insighthttp.Settlement
	api.Get("/settlement", "owner", &next)
	if len(next.Next) != 1 || next.Next[0].Day != "2026-03-08" || next.Next[0].Amount.Minor != 3000 {
		t.Fatalf("%+v", next)
	}
	if status, _ := api.Call("GET", "/settlement", "support", ""); status != 403 {
		t.Fatal("support sees settlements", status)
	}
	if status, _ := api.Call("GET", "/overview?days=0", "owner", ""); status != 422 {
		t.Fatal(status)
	}
}
