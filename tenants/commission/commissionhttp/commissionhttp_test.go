package commissionhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/commission/commissionhttp"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/order/orderhttp"
	"github.com/fenli-io/fenli/tenants/storetest"
)

type desk struct {
	*storetest.Stores
	*apitest.Door
	team map[string]distributor.ID // a sells, b above a, c above b; of store A
	sold order.ID                  // through a, 100.00, decided
}

// open has tokens "distributor:<name>@<store>" for those of the team.
func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{Stores: storetest.Open(t)}
	d.team = d.Team(t, d.A, "c", "b", "a")
	d.sold = d.Sell(t, d.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: d.team["a"], Nets: []int64{10000}})
	d.Work(t, d.A)
	d.Door = apitest.Open(t, d.Database, rbac.Allow, func(_ context.Context, c *httpapi.Caller, name string) error {
		if name != "" {
			c.Distributor = d.team[name].UUID()
		}
		return nil
	})
	currency := func(context.Context, *pg.Tx) (string, error) { return "CNY", nil }
	commissionhttp.Routes(d.Server, commissionhttp.Config{DB: d.DB, Commission: d.Commission, Orders: d.Orders, Programs: d.Programs, Currency: currency})
	orderhttp.Routes(d.Server, orderhttp.Config{DB: d.DB, Orders: d.Orders, Currency: currency, Earned: commissionhttp.Earned})
	return d
}

func TestExplanation_IsTheSameForStaffAndShopInTheirLanguage(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Refund(t, d.A, d.sold, "R1", 2500, "")
	d.Work(t, d.A)
	var staff, shop commissionhttp.Explanation
	d.Get("/orders/"+d.sold.String()+"/commission", "support@a", &staff, "Accept-Language", "zh-CN")
	d.Get("open:/orders/test/O1/commission", "key@a", &shop)
	if staff.Awards[0].Lines[0].Why != "第 1 级，10%" || shop.Awards[0].Lines[0].Why != "level 1, 10%" {
		t.Errorf("%+v\n%+v", staff.Awards[0], shop.Awards[0])
	}
	a := shop.Awards[0]
	if len(shop.Awards) != 3 || a.Payee.ExternalID != "a" || a.Granted.Minor != 1000 || a.Standing.Minor != 750 || a.Standing.Currency != "CNY" || a.Status != "held" || a.MaturesAt != nil || a.Lines[0].Rate.String() != "0.1" || a.Lines[0].Base.Minor != 10000 {
		t.Errorf("%+v", a)
	}
	if len(shop.Reversed) != 3 || shop.Reversed[0].Amount.Minor != 250 || shop.Reversed[0].ExternalID != "R1" || shop.Cap != nil || shop.Awaiting != nil || shop.Decision.Strategy != "three-level" {
		t.Errorf("%+v", shop)
	}
	var page httpapi.Page[orderhttp.Order]
	d.Get("/orders", "support@a", &page)
	if c := page.Items[0].Commission; c == nil || c.State != "decided" || c.Total.Minor != 750+375+225 {
		t.Errorf("%+v", c)
	}
	var mine httpapi.Page[orderhttp.Promoted]
	d.Get("store:/me/orders", "distributor:a@a", &mine)
	if c := mine.Items[0].Commission; c == nil || c.State != "decided" || c.Total.Minor != 750 {
		t.Errorf("the seller sees %+v, their own part is 750", c)
	}
}

func TestAwards(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Receive(t, d.A, d.sold)
	d.Work(t, d.A)
	var page httpapi.Page[commissionhttp.Listed]

	t.Run("PageByPageForStaff", func(t *testing.T) {
		seen := 0
		for cursor := ""; ; cursor = page.NextCursor {
			d.Get("/awards?limit=2&cursor="+cursor, "support@a", &page)
			seen += len(page.Items)
			if page.NextCursor == "" {
				break
			}
		}
		if seen != 3 {
			t.Error(seen)
		}
		d.Get("/distributors/"+d.team["b"].String()+"/awards?status=held", "support@a", &page)
		if len(page.Items) != 1 || page.Items[0].Granted.Minor != 500 || page.Items[0].OrderExternalID != "O1" {
			t.Errorf("%+v", page.Items)
		}
		d.Get("/awards?status=settled", "support@a", &page)
		if len(page.Items) != 0 {
			t.Errorf("%+v", page.Items)
		}
	})
	t.Run("OnesOwnWithReasonAndDate", func(t *testing.T) {
		d.Get("store:/me/awards", "distributor:a@a", &page, "Accept-Language", "zh-CN")
		if len(page.Items) != 1 || page.Items[0].Why != "第 1 级，10%" || page.Items[0].AvailableAt == nil || !page.Items[0].AvailableAt.Equal(pgtest.Start.Add(7*24*time.Hour)) {
			t.Errorf("%+v", page.Items)
		}
		var x commissionhttp.Explanation
		d.Get("store:/me/awards/"+d.sold.String(), "distributor:b@a", &x)
		if len(x.Awards) != 1 || x.Awards[0].Payee.Name != "b" || len(x.Declined) != 0 {
			t.Errorf("%+v", x)
		}
	})
	t.Run("NothingOfAStrangers", func(t *testing.T) {
		d.team["x"] = d.Team(t, d.A, "x")["x"]
		d.Get("store:/me/awards", "distributor:x@a", &page)
		if len(page.Items) != 0 {
			t.Errorf("%+v", page.Items)
		}
		if status, p := d.Call("GET", "store:/me/awards/"+d.sold.String(), "distributor:x@a", ""); status != 404 || p["code"] != "order.not_found" {
			t.Errorf("%d %v", status, p)
		}
		if status, _ := d.Call("GET", "store:/me/awards", "buyer@a", ""); status != 403 {
			t.Error(status)
		}
	})
}

func TestAwaiting_SaysWhyAndTriesAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("down") }
	d.Sell(t, d.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: d.team["a"], Nets: []int64{5000}})
	d.Work(t, d.A)
	var page httpapi.Page[commissionhttp.Waiting]
	d.Get("/awaiting", "support@a", &page, "Accept-Language", "zh-CN")
	if len(page.Items) != 1 || page.Items[0].OrderExternalID != "O2" || page.Items[0].Code != "plugin.unavailable" || page.Items[0].Sentence != "策略进程暂时不可用，稍后自动重试" || page.Items[0].Attempts != 1 {
		t.Fatalf("%+v", page.Items)
	}
	d.Strategy.Before = nil
	d.Work(t, d.A)
	d.Get("/awaiting", "support@a", &page)
	if len(page.Items) != 1 {
		t.Fatal("it was tried before its time")
	}
	if status, _ := d.Call("POST", "/awaiting/retry", "support@a", ""); status != 403 {
		t.Error(status)
	}
	if status, _ := d.Call("POST", "/awaiting/retry", "manager@a", ""); status != 204 {
		t.Error(status)
	}
	d.Work(t, d.A)
	d.Get("/awaiting", "support@a", &page)
	if len(page.Items) != 0 {
		t.Errorf("%+v", page.Items)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	d := open(t)
	var out struct{ Items []commissionhttp.Sample }
	const draft = `{"config":{"rates":["0.40","0.20","0.10"]},"order":{"lines":[{"sku":"T","qty":1,"unit_price":{"amount":10000,"currency":"CNY"}}]}}`
	d.Read(200, "POST", "/program/preview", "manager@a", draft, &out)
	if len(out.Items) != 4 || out.Items[0].Title != "your order" {
		t.Fatalf("%+v", out.Items)
	}
	x := out.Items[0].Commission
	if x.Awards[0].Granted.Minor != 2857 || x.Awards[1].Granted.Minor != 1429 || x.Awards[2].Granted.Minor != 714 || x.Cap == nil || x.Cap.Cut.Minor != 2000 {
		t.Errorf("%+v %+v", x.Awards, x.Cap)
	}
	for _, c := range []struct{ body, code, field string }{
		{strings.Replace(draft, "CNY", "USD", 1), "money.foreign_currency", "order.lines[0].unit_price.currency"},
		{strings.Replace(draft, `10000`, `-1`, 1), "order.negative_amount", "order.lines[0].unit_price"},
		{strings.Replace(draft, `"0.40"`, `"x"`, 1), "program.config", "config/rates/0"},
		{`{"settings":{"levels":7}}`, "program.settings", "settings.levels"},
	} {
		if status, p := d.Call("POST", "/program/preview", "manager@a", c.body); status != 422 || p["code"] != c.code || p["field"] != c.field {
			t.Errorf("%s: %d %v", c.body, status, p)
		}
	}
	if n := d.Int(t, `select count(*) from order_record`); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestIsolation_AnotherStoresCommissionIsUnknown(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, c := range []struct{ path, token, code string }{
		{"/orders/" + d.sold.String() + "/commission", "owner@b", "order.not_found"},
		{"open:/orders/test/O1/commission", "key@b", "order.not_found"},
		{"store:/me/awards/" + d.sold.String(), "distributor:a@b", "order.not_found"},
		{"/distributors/" + d.team["a"].String() + "/awards", "owner@b", "distributor.unknown"},
	} {
		if status, p := d.Call("GET", c.path, c.token, ""); status != 404 || p["code"] != c.code {
			t.Errorf("%s: %d %v", c.path, status, p)
		}
	}
	for _, path := range []string{"/awards", "/awards?payee_id=" + d.team["a"].String(), "/awaiting"} {
		var page httpapi.Page[json.RawMessage]
		d.Get(path, "owner@b", &page)
		if len(page.Items) != 0 {
			t.Errorf("%s: %s", path, page.Items)
		}
	}
}

func TestAlternatives_AreAnsweredToStaffAndToThePersonAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.Distributors.Freeze(t.Context(), d.A, d.team["b"], "刷单"); err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(time.Minute)
	o := d.Sell(t, d.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: d.team["a"], Nets: []int64{10000}})
	d.Work(t, d.A)
	type answer struct {
		Items []commissionhttp.Alternative `json:"items"`
	}
	var staff, own, other answer
	d.Get("/orders/"+o.String()+"/commission/alternatives", "support@a", &staff)
	d.Get("store:/me/awards/"+o.String()+"/alternatives", "distributor:b@a", &own)
	d.Get("store:/me/awards/"+o.String()+"/alternatives", "distributor:a@a", &other)
	if len(staff.Items) != 1 || staff.Items[0].Payee.Name != "b" || staff.Items[0].Would.Minor != 500 || len(own.Items) != 1 || len(other.Items) != 0 {
		t.Errorf("%+v %+v %+v", staff, own, other)
	}
	var x commissionhttp.Explanation
	d.Get("store:/me/awards/"+o.String(), "distributor:b@a", &x)
	if len(x.Said) != 0 || len(x.Declined) != 1 || len(x.Declined[0].Said) != 2 {
		t.Errorf("%+v", x)
	}
	var c struct {
		Case struct {
			Pays map[string]int64 `json:"pays"`
		} `json:"case"`
	}
	d.Get("/orders/"+o.String()+"/commission/case", "support@a", &c)
	if c.Case.Pays["a"] != 1000 || c.Case.Pays["b"] != 500 {
		t.Errorf("%+v", c)
	}
}
