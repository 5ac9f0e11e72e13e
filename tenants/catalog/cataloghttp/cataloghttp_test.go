package cataloghttp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/catalog/cataloghttp"
	"github.com/fenli-io/fenli/tenants/registry"
)

type door struct {
	*pgtest.Database
	*apitest.Door
}

func open(t *testing.T, earn cataloghttp.Earn) *door {
	db := pgtest.Open(t)
	stores := registry.New(db.DB, registry.Config{Clock: &registry.Clock{}, BaseDomain: "shop.test"})
	d := apitest.Open(t, db, rbac.Allow, func(_ context.Context, c *httpapi.Caller, _ string) error {
		if c.Role == "distributor" {
			c.Distributor = "00000000-0000-7000-8000-000000000001"
		}
		return nil
	})
	cataloghttp.Routes(d.Server, db.DB, stores, earn)
	return &door{db, d}
}

const tea = `{"title":"Tea","category":"tea/green","skus":[
	{"code":"T1","title":"50 g","price":{"amount":9900,"currency":"CNY"},"cost":{"amount":3000,"currency":"CNY"},"stock":10},
	{"code":"T2","price":{"amount":18800,"currency":"CNY"},"stock":5}]}`

func TestProducts(t *testing.T) {
	t.Parallel()
	earned := 0
	d := open(t, func(_ context.Context, tenant tenancy.ID, who string, products []catalog.Product) (map[string]int64, error) {
		earned++
		return map[string]int64{"T1": 990}, nil
	})
	status, p := d.Call("POST", "/products", "manager@a", tea)
	if status != 201 || p["state"] != "listed" || p["distributed"] != true {
		t.Fatal(status, p)
	}
	id := p["id"].(string)

	t.Run("TheConsoleSeesCostAndBuyersDoNot", func(t *testing.T) {
		status, p := d.Call("GET", "/products/"+id, "support@a", "")
		first := p["skus"].([]any)[0].(map[string]any)
		if status != 200 || first["cost"].(map[string]any)["amount"] != 3000.0 {
			t.Fatal(status, p)
		}
		status, w := d.Call("GET", "store:/products/"+id, "", "")
		first = w["skus"].([]any)[0].(map[string]any)
		if _, leaked := first["cost"]; status != 200 || leaked || w["earn"] != nil || w["price"].(map[string]any)["amount"] != 9900.0 || w["stock"] != 15.0 {
			t.Fatal(status, w)
		}
		if earned != 0 {
			t.Fatal("what a distributor earns was asked for a stranger")
		}
	})
	t.Run("ADistributorSeesWhatTheyWouldEarn", func(t *testing.T) {
		_, page := d.Call("GET", "store:/products", "distributor@a", "")
		item := page["items"].([]any)[0].(map[string]any)
		if item["earn"].(map[string]any)["amount"] != 990.0 || item["skus"].([]any)[1].(map[string]any)["earn"] != nil {
			t.Fatal(item)
		}
	})
	t.Run("AnEditKeepsTheStock", func(t *testing.T) {
		status, p := d.Call("PUT", "/products/"+id, "manager@a", strings.Replace(tea, `"stock":10`, `"stock":99`, 1))
		if status != 200 || p["id"] != id || p["skus"].([]any)[0].(map[string]any)["stock"] != 10.0 {
			t.Fatal(status, p)
		}
	})
	t.Run("ForeignMoneyIsRefusedWithItsField", func(t *testing.T) {
		status, answer := d.Call("POST", "/products", "manager@a", `{"title":"X","skus":[{"code":"X","price":{"amount":1,"currency":"USD"}}]}`)
		if status != 422 || answer["code"] != "money.foreign_currency" || answer["field"] != "skus[0].price" {
			t.Fatal(status, answer)
		}
	})
	t.Run("ATakenCodeSaysWhich", func(t *testing.T) {
		status, answer := d.Call("POST", "/products", "manager@a", `{"title":"X","skus":[{"code":"T1","price":{"amount":1,"currency":"CNY"}}]}`)
		if status != 409 || answer["code"] != "catalog.sku_taken" || answer["field"] != "skus[0].code" {
			t.Fatal(status, answer)
		}
	})
	t.Run("AnotherStoresProductIsNotThere", func(t *testing.T) {
		s1, a1 := d.Call("GET", "/products/"+id, "manager@b", "")
		s2, a2 := d.Call("GET", "/products/prd_01jzzzzzzzzzzzzzzzzzzzzzzz", "manager@b", "")
		if s1 != 404 || s2 != 404 || a1["detail"] != a2["detail"] || a1["code"] != a2["code"] {
			t.Fatal(s1, a1, s2, a2)
		}
	})
	t.Run("SupportMayLookAndNotTouch", func(t *testing.T) {
		for _, path := range []string{"/products", "/products/" + id + "/archive", "/skus/T1/stock"} {
			if status, _ := d.Call("POST", path, "support@a", `{}`); status != 403 {
				t.Errorf("%s: %d", path, status)
			}
		}
	})
	t.Run("StockByHandIsAudited", func(t *testing.T) {
		status, sku := d.Call("POST", "/skus/T1/stock", "manager@a", `{"delta":-4,"reason":"broken"}`)
		if status != 200 || sku["stock"] != 6.0 {
			t.Fatal(status, sku)
		}
		status, answer := d.Call("POST", "/skus/T1/stock", "manager@a", `{"delta":-7,"reason":"broken"}`)
		if status != 409 || answer["code"] != "catalog.out_of_stock" {
			t.Fatal(status, answer)
		}
		if n := d.Int(t, `select count(*) from registry_audit where action = 'stock.adjust' and subject = 'T1' and actor = 'staff:manager'`); n != 1 {
			t.Fatal(n)
		}
	})
	t.Run("ACodeMayHoldAnything", func(t *testing.T) {
		d.Must("POST", "/products", "manager@a", `{"title":"X","skus":[{"code":"茶/ 9","price":{"amount":1,"currency":"CNY"}}]}`)
		status, sku := d.Call("POST", "/skus/%E8%8C%B6%2F%209/stock", "manager@a", `{"delta":3,"reason":"counted"}`)
		if status != 200 || sku["code"] != "茶/ 9" || sku["stock"] != 3.0 {
			t.Fatal(status, sku)
		}
		d.Must("POST", "/products/"+d.Must("GET", "/products?q=X", "manager@a", "")["items"].([]any)[0].(map[string]any)["id"].(string)+"/archive", "manager@a", "")
	})
	t.Run("WhatIsUnlistedBuyersDoNotSee", func(t *testing.T) {
		if status, p := d.Call("POST", "/products/"+id+"/unlist", "manager@a", ""); status != 200 || p["state"] != "unlisted" {
			t.Fatal(status, p)
		}
		if status, _ := d.Call("GET", "store:/products/"+id, "", ""); status != 404 {
			t.Fatal(status)
		}
		if _, page := d.Call("GET", "store:/products", "", ""); len(page["items"].([]any)) != 0 {
			t.Fatal(page)
		}
		if _, c := d.Call("GET", "store:/categories", "", ""); len(c["items"].([]any)) != 0 {
			t.Fatal(c)
		}
	})
}
