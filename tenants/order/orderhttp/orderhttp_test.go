package orderhttp_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/order/orderhttp"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// desk has tokens "buyer:<external id>@<store>", buyers made on first sight.
type desk struct {
	*storetest.Stores
	*apitest.Door
	team map[string]distributor.ID // a sells, b above a, c above b; of store A
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{Stores: storetest.Open(t)}
	d.Orders.Sandbox = true
	d.team = d.Team(t, d.A, "c", "b", "a")
	d.Door = apitest.Open(t, d.Database, rbac.Allow, storetest.Buyer(d.DB))
	orderhttp.Routes(d.Server, orderhttp.Config{DB: d.DB, Orders: d.Orders,
		Currency: func(context.Context, *pg.Tx) (string, error) { return "CNY", nil }})
	return d
}

func line(price int) string {
	return fmt.Sprintf(`{"sku":"T1","qty":1,"unit_price":{"amount":%d,"currency":"CNY"}}`, price)
}

func reported(id, via string, price int, more string) string {
	return fmt.Sprintf(`{"external_id":%q,"buyer":{"external_id":"lin","name":"林小满"},"via":%q,"lines":[%s]%s}`, id, via, line(price), more)
}

const orders = "open:/orders"

func TestReport(t *testing.T) {
	t.Parallel()
	d := open(t)

	t.Run("PlacesPaysAndNamesWhoStandsBehind", func(t *testing.T) {
		var o orderhttp.Order
		d.Read(201, "POST", orders, "key@a", reported("O1", "a", 19900, `,"paid":true`), &o)
		if o.State != "paid" || o.Source != "api" || o.Seller == nil || o.Seller.ExternalID != "a" || o.Buyer.Name != "林小满" || o.Goods.Minor != 19900 || o.Goods.Currency != "CNY" {
			t.Errorf("%+v", o)
		}
		d.Work(t, d.A)
		if b := d.Balance(t, d.A, d.team["a"]); b.Held != 1990 {
			t.Errorf("a holds %+v", b)
		}
	})
	t.Run("TellingAgainIsTheSameAnswerAndNoSecondTouch", func(t *testing.T) {
		touches := d.Int(t, `select count(*) from attribution_touch`)
		var first, again orderhttp.Order
		d.Read(201, "POST", orders, "key@a", reported("O2", "a", 10000, ""), &first)
		d.Read(200, "POST", orders, "key@a", reported("O2", "a", 10000, ""), &again)
		if first != again && fmt.Sprint(first.ID, first.State) != fmt.Sprint(again.ID, again.State) {
			t.Errorf("%+v became %+v", first, again)
		}
		if n := d.Int(t, `select count(*) from attribution_touch`); n != touches+1 {
			t.Errorf("%d touches, want one more than %d", n, touches)
		}
	})
	t.Run("TwiceAtOnceIsOneOrder", func(t *testing.T) {
		var wg sync.WaitGroup
		status := make([]int, 4)
		for i := range status {
			wg.Go(func() { status[i], _ = d.Call("POST", orders, "key@a", reported("O3", "b", 5000, `,"paid":true`)) })
		}
		wg.Wait()
		created := 0
		for _, s := range status {
			if s == 201 {
				created++
			} else if s != 200 {
				t.Errorf("status %v", status)
			}
		}
		if n := d.Int(t, `select count(*) from order_record where external_id = 'O3'`); created != 1 || n != 1 {
			t.Errorf("%d created, %d orders, %v", created, n, status)
		}
	})
	t.Run("TheNameMayHoldAnything", func(t *testing.T) {
		d.Read(201, "POST", orders, "key@a", reported("单/ 9", "", 100, ""), nil)
		var o orderhttp.Detail
		d.Get(orders+"/api/%E5%8D%95%2F%209", "key@a", &o)
		if o.ExternalID != "单/ 9" {
			t.Errorf("%+v", o)
		}
	})
	d.MustBalance(t)
}

func TestReport_WrongInputsChangeNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Read(201, "POST", orders, "key@a", reported("O1", "a", 10000, `,"paid":true`), nil)
	d.Read(201, "POST", orders, "key@a", reported("O9", "a", 10000, ""), nil)
	d.Work(t, d.A)
	refund := func(amount int, more string) string {
		return fmt.Sprintf(`{"external_id":"R1","amount":{"amount":%d,"currency":"CNY"}%s}`, amount, more)
	}
	d.Read(201, "POST", orders+"/api/O1/refunds", "key@a", refund(100, ""), nil)
	d.Work(t, d.A)
	fingerprint := func() string {
		return fmt.Sprint(d.Int(t, `select count(*) from order_record`), d.Int(t, `select count(*) from attribution_touch`), d.Int(t, `select count(*) from customer_buyer`),
			d.Int(t, `select count(*) from order_refund`), d.Int(t, `select count(*) from order_early_refund`), d.Int(t, `select count(*) from order_change`), d.Int(t, `select count(*) from ledger_movement`))
	}
	before := fingerprint()
	lines := func(l string) string {
		return fmt.Sprintf(`{"external_id":"O2","buyer":{"external_id":"new"},"via":"a","lines":[%s]}`, l)
	}
	for _, c := range []struct {
		claim, path, body string
		status            int
		code, field       string
	}{
		{"a negative price", "", lines(line(-1)), 422, "order.negative_amount", "lines[0].unit_price"},
		{"a negative cost", "", lines(`{"sku":"T","qty":1,"unit_price":{"amount":1,"currency":"CNY"},"cost":{"amount":-1,"currency":"CNY"}}`), 422, "order.negative_amount", "lines[0].cost"},
		{"nothing bought", "", lines(`{"sku":"T","qty":0,"unit_price":{"amount":1,"currency":"CNY"}}`), 422, "order.quantity", "lines[0].qty"},
		{"beyond what money can be", "", lines(`{"sku":"T","qty":9007199254740991,"unit_price":{"amount":9007199254740991,"currency":"CNY"}}`), 422, "order.amount_too_large", "lines[0].unit_price"},
		{"a fraction of a fen", "", lines(`{"sku":"T","qty":1,"unit_price":{"amount":1.5,"currency":"CNY"}}`), 422, "request.invalid", "lines[0].unit_price.amount"},
		{"a foreign currency", "", lines(line(1) + `,{"sku":"T","qty":1,"unit_price":{"amount":1,"currency":"USD"}}`), 422, "money.foreign_currency", "lines[1].unit_price.currency"},
		{"a foreign discount", "", reported("O2", "a", 100, `,"discount":{"amount":1,"currency":"JPY"}`), 422, "money.foreign_currency", "discount.currency"},
		{"a discount above the price", "", reported("O2", "a", 100, `,"discount":{"amount":101,"currency":"CNY"}`), 422, "order.discount_above_price", "discount"},
		{"no lines", "", lines(""), 422, "order.no_lines", "lines"},
		{"a line twice", "", lines(`{"id":"x","sku":"T","qty":1,"unit_price":{"amount":1,"currency":"CNY"}},{"id":"x","sku":"T","qty":1,"unit_price":{"amount":1,"currency":"CNY"}}`), 422, "order.line_id_twice", "lines[1].id"},
		{"an unknown distributor", "", reported("O2", "nobody", 100, ""), 422, "order.unknown_distributor", "via"},
		{"tomorrow", "", reported("O2", "a", 100, `,"placed_at":"2026-03-02T02:00:00Z"`), 422, "order.in_the_future", "placed_at"},
		{"long ago", "", reported("O2", "a", 100, `,"placed_at":"0202-03-02T02:00:00Z"`), 422, "order.long_ago", "placed_at"},
		{"the platform's own source", "", reported("O2", "a", 100, `,"source":"checkout"`), 422, "order.reserved_source", "source"},
		{"no external id", "", reported("", "a", 100, ""), 422, "order.no_external_id", "external_id"},
		{"the same id, other content", "", reported("O1", "a", 10001, `,"paid":true`), 409, "order.external_id_reused", "external_id"},
		{"the same id through another's link", "", reported("O1", "b", 10000, `,"paid":true`), 409, "order.external_id_reused", "external_id"},
		{"a field that does not exist", "", reported("O2", "a", 100, `,"disount":1`), 422, "request.invalid", "disount"},
		{"a refund above what is left", "/api/O1/refunds", `{"external_id":"R2","amount":{"amount":9901,"currency":"CNY"}}`, 422, "order.refund_above_paid", "amount"},
		{"a negative refund", "/api/O1/refunds", `{"external_id":"R2","amount":{"amount":-1,"currency":"CNY"}}`, 422, "order.negative_amount", "amount"},
		{"a refund of nothing", "/api/O1/refunds", `{"external_id":"R2","amount":{"amount":0,"currency":"CNY"}}`, 422, "order.refund_amount", "amount"},
		{"a refund of an unknown line", "/api/O1/refunds", `{"external_id":"R2","amount":{"amount":1,"currency":"CNY"},"line":"7"}`, 422, "order.unknown_line", "line"},
		{"a foreign refund", "/api/O1/refunds", `{"external_id":"R2","amount":{"amount":1,"currency":"USD"}}`, 422, "money.foreign_currency", "amount.currency"},
		{"the same refund, other content", "/api/O1/refunds", refund(101, ""), 409, "order.refund_id_reused", "external_id"},
		{"a wrong refund before its order", "/api/O7/refunds", `{"external_id":"R2","amount":{"amount":-1,"currency":"CNY"}}`, 422, "order.negative_amount", "amount"},
		{"a group that is none", "/api/O1/group", `{"result":"success"}`, 409, "order.no_group", ""},
		{"a character no database keeps", "", strings.Replace(reported("O2", "a", 100, ""), "O2", `O2\u0000`, 1), 400, "request.nul_character", "external_id"},
		{"one in a path", "/api/O%00/pay", ``, 400, "request.nul_character", ""},
		{"closing what is paid", "/api/O1/close", ``, 409, "order.already_paid", ""},
		{"paying what does not exist", "/api/O7/pay", ``, 404, "order.not_found", ""},
	} {
		t.Run(c.claim, func(t *testing.T) {
			status, p := d.Call("POST", orders+c.path, "key@a", c.body)
			if status != c.status || p.Text("code") != c.code || p.Text("field") != c.field || p.Text("detail") == "" || strings.Contains(p.Text("detail"), "{") {
				t.Errorf("%d %+v, want %d %s at %q", status, p, c.status, c.code, c.field)
			}
		})
	}
	if after := fingerprint(); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func TestEarlyRefund(t *testing.T) {
	t.Parallel()
	d := open(t)
	const refund = `{"external_id":"R1","amount":{"amount":4000,"currency":"CNY"}}`
	var kept struct{ Kept bool }

	d.Read(202, "POST", orders+"/api/O1/refunds", "key@a", refund, &kept)
	d.Read(202, "POST", orders+"/api/O1/refunds", "key@a", refund, &kept)
	if status, p := d.Call("POST", orders+"/api/O1/refunds", "key@a", strings.Replace(refund, "4000", "4001", 1)); p["code"] != "order.refund_id_reused" {
		t.Errorf("%d %v", status, p)
	}
	d.Read(202, "POST", orders+"/api/O1/refunds", "key@a", `{"external_id":"R2","amount":{"amount":999999,"currency":"CNY"}}`, &kept)
	if !kept.Kept {
		t.Error("it is not said to be kept")
	}
	var o orderhttp.Order
	d.Read(201, "POST", orders, "key@a", reported("O1", "a", 10000, ""), &o)
	d.Read(200, "POST", orders+"/api/O1/pay", "key@a", "", &o)
	if o.Refunded.Minor != 10000 {
		t.Errorf("refunded %+v: the first in full, the second as far as money is left", o.Refunded)
	}
	d.Work(t, d.A)
	if b := d.Balance(t, d.A, d.team["a"]); b.Held != 0 {
		t.Errorf("%+v", b)
	}
	d.Read(201, "POST", orders+"/api/O1/refunds", "key@a", refund, nil) // told again: the same refund
	d.MustBalance(t)
}

// The refund of an order arrives while the order does, whichever is first: in
// the end it stands.
func TestEarlyRefund_IsNotLostBetweenPlacingAndPaying(t *testing.T) {
	t.Parallel()
	d := open(t)
	for i := range 12 {
		name := fmt.Sprint("O", i)
		var wg sync.WaitGroup
		wg.Go(func() { d.Read(201, "POST", orders, "key@a", reported(name, "a", 10000, `,"paid":true`), nil) })
		wg.Go(func() {
			status, p := d.Call("POST", orders+"/api/"+name+"/refunds", "key@a", `{"external_id":"R1","amount":{"amount":4000,"currency":"CNY"}}`)
			if status != 201 && status != 202 {
				t.Errorf("%d %v", status, p)
			}
		})
		wg.Wait()
	}
	if n := d.Int(t, `select count(*) from order_record where refunded = 4000`); n != 12 {
		t.Errorf("%d of 12 are refunded", n)
	}
	if n := d.Int(t, `select count(*) from order_early_refund`); n != 0 {
		t.Errorf("%d are stranded", n)
	}
	d.Work(t, d.A)
	d.MustBalance(t)
}

func TestMerchant(t *testing.T) {
	t.Parallel()
	d := open(t)
	const list = "/orders"
	for i := range 3 {
		d.Read(201, "POST", orders, "key@a", reported(fmt.Sprint("O", i), "a", 10000, ""), nil)
		d.Clock.Advance(time.Second)
	}
	var page httpapi.Page[orderhttp.Order]

	t.Run("PagesTheNewestFirst", func(t *testing.T) {
		var seen []string
		for cursor := ""; ; cursor = page.NextCursor {
			d.Get(list+"?limit=2&seller_id="+d.team["a"].String()+"&cursor="+cursor, "support@a", &page)
			for _, o := range page.Items {
				seen = append(seen, o.ExternalID)
			}
			if page.NextCursor == "" {
				break
			}
		}
		if got := strings.Join(seen, " "); got != "O2 O1 O0" {
			t.Error(got)
		}
		d.Get(list+"?seller_id="+d.team["b"].String(), "support@a", &page)
		if len(page.Items) != 0 {
			t.Errorf("%+v", page.Items)
		}
		if status, p := d.Call("GET", list+"?seller_id=nobody", "support@a", ""); status != 422 || p["field"] != "seller_id" {
			t.Errorf("%d %v", status, p)
		}
	})
	d.Get(list+"?q=O0", "support@a", &page)
	id := page.Items[0].ID.String()

	t.Run("ShowsWhoStandsBehindAndWhy", func(t *testing.T) {
		var o orderhttp.Detail
		d.Get(list+"/"+id, "support@a", &o)
		if len(o.Chain) != 3 || o.Chain[0].ExternalID != "a" || o.Chain[2].ExternalID != "c" || o.Attribution.Reason != "bound" || o.Attribution.Sentence == "" {
			t.Errorf("%+v %+v", o.Chain, o.Attribution)
		}
		if len(o.Timeline) < 3 || o.Timeline[0].Event != "touch" || o.Timeline[0].Who.Name != "a" {
			t.Errorf("%+v", o.Timeline)
		}
	})
	t.Run("MoneyNeedsAKeyAndHappensOnce", func(t *testing.T) {
		if status, p := d.Call("POST", list+"/"+id+"/pay", "finance@a", ""); status != 400 || p["code"] != "idempotency.key_required" {
			t.Errorf("%d %v", status, p)
		}
		for range 2 {
			d.Read(200, "POST", list+"/"+id+"/pay", "finance@a", "", nil, "Idempotency-Key", "p1")
		}
		const refund = `{"amount":{"amount":2500,"currency":"CNY"},"reason":"破损"}`
		var first, again orderhttp.Refund
		d.Read(201, "POST", list+"/"+id+"/refunds", "finance@a", refund, &first, "Idempotency-Key", "r1")
		d.Read(201, "POST", list+"/"+id+"/refunds", "finance@a", refund, &again, "Idempotency-Key", "r1")
		if first.ID != again.ID || first.Amount.Minor != 2500 || len(first.Lines) != 1 {
			t.Errorf("%+v became %+v", first, again)
		}
		if status, p := d.Call("POST", list+"/"+id+"/refunds", "finance@a", strings.Replace(refund, "2500", "7501", 1), "Idempotency-Key", "r2"); status != 422 || p["code"] != "order.refund_above_paid" || p["field"] != "amount" {
			t.Errorf("%d %v", status, p)
		}
		if n := d.Int(t, `select count(*) from registry_audit where action in ('order.pay', 'order.refund')`); n != 2 {
			t.Errorf("%d audit entries", n)
		}
	})
	t.Run("SupportMovesNoMoney", func(t *testing.T) {
		if status, _ := d.Call("POST", list+"/"+id+"/refunds", "support@a", `{"amount":{"amount":1,"currency":"CNY"}}`, "Idempotency-Key", "r3"); status != 403 {
			t.Error(status)
		}
		d.Read(200, "POST", list+"/"+id+"/ship", "support@a", "", nil)
		var o orderhttp.Detail
		d.Read(200, "POST", list+"/"+id+"/receive", "support@a", "", &o)
		if o.State != "received" || o.ReceivedAt == nil {
			t.Errorf("%+v", o.Order)
		}
	})
	d.Work(t, d.A)
	d.MustBalance(t)
}

func TestStore(t *testing.T) {
	t.Parallel()
	d := open(t)
	var stock func() int64 = func() int64 { return d.Int(t, `select stock from catalog_sku where code = 'TEA'`) }
	var code string
	d.Do(t, d.A, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.Get(ctx, tx, d.team["a"])
		if err != nil {
			return err
		}
		code = m.Code
		if _, err := catalog.Create(ctx, tx, catalog.Draft{Title: "龙井", Category: "tea", Distributed: true, SKUs: []catalog.SKU{{Code: "TEA", Price: 12800, Stock: 5}}}); err != nil {
			return err
		}
		p, err := catalog.Create(ctx, tx, catalog.Draft{Title: "旧茶", SKUs: []catalog.SKU{{Code: "OLD", Price: 1, Stock: 5}}})
		if err != nil {
			return err
		}
		_, err = catalog.SetState(ctx, tx, p.ID, catalog.Unlisted)
		return err
	})
	const own = "store:/orders"
	buy := fmt.Sprintf(`{"lines":[{"sku":"TEA","qty":2}],"via":%q}`, code)
	var o, again orderhttp.Purchase

	t.Run("BuysFromTheCatalogueAndItsStock", func(t *testing.T) {
		d.Read(201, "POST", own, "buyer:lin@a", buy, &o, "Idempotency-Key", "k1")
		d.Read(201, "POST", own, "buyer:lin@a", buy, &again, "Idempotency-Key", "k1")
		if o.ID != again.ID || o.Goods.Minor != 25600 || o.Lines[0].Title != "龙井" || !o.Sandbox {
			t.Errorf("%+v", o)
		}
		if stock() != 3 {
			t.Errorf("%d left", stock())
		}
	})
	t.Run("PretendsToPayOnlyInTheSandbox", func(t *testing.T) {
		d.Orders.Sandbox = false
		if status, p := d.Call("POST", own+"/"+o.ID.String()+"/pay", "buyer:lin@a", ""); status != 403 || p["code"] != "order.sandbox_off" {
			t.Errorf("%d %v", status, p)
		}
		d.Orders.Sandbox = true
		if status, p := d.Call("POST", own+"/"+o.ID.String()+"/receive", "buyer:lin@a", ""); p["code"] != "order.not_paid" {
			t.Errorf("%d %v", status, p)
		}
		d.Read(200, "POST", own+"/"+o.ID.String()+"/pay", "buyer:lin@a", "", &o)
		if o.State != "paid" {
			t.Errorf("%+v", o)
		}
		d.Work(t, d.A)
		if b := d.Balance(t, d.A, d.team["a"]); b.Held != 2560 {
			t.Errorf("%+v", b)
		}
		d.Read(200, "POST", own+"/"+o.ID.String()+"/receive", "buyer:lin@a", "", &o)
	})
	t.Run("WrongInputsChangeNothing", func(t *testing.T) {
		for _, c := range []struct{ claim, body, code, field string }{
			{"unknown SKU", `{"lines":[{"sku":"TEA","qty":1},{"sku":"NONE","qty":1}]}`, "catalog.unknown_sku", "lines[1].sku"},
			{"not on sale", `{"lines":[{"sku":"OLD","qty":1}]}`, "catalog.unlisted", "lines[0].sku"},
			{"short of stock", `{"lines":[{"sku":"TEA","qty":4}]}`, "catalog.out_of_stock", "lines[0].qty"},
			{"negative", `{"lines":[{"sku":"TEA","qty":-1}]}`, "catalog.bad_quantity", "lines[0].qty"},
			{"nothing", `{"lines":[]}`, "order.no_lines", "lines"},
			{"foreign freight", `{"lines":[{"sku":"TEA","qty":1}],"freight":{"amount":1,"currency":"USD"}}`, "money.foreign_currency", "freight.currency"},
			{"negative freight", `{"lines":[{"sku":"TEA","qty":1}],"freight":{"amount":-1,"currency":"CNY"}}`, "order.negative_amount", "freight"},
		} {
			if status, p := d.Call("POST", own, "buyer:lin@a", c.body, "Idempotency-Key", c.claim); p["code"] != c.code || p["field"] != c.field || p.Text("detail") == "" {
				t.Errorf("%s: %d %v", c.claim, status, p)
			}
		}
		if n := d.Int(t, `select count(*) from order_record`); n != 1 || stock() != 3 {
			t.Errorf("%d orders, %d left", n, stock())
		}
	})
	t.Run("ClosingGivesTheStockBack", func(t *testing.T) {
		var second orderhttp.Purchase
		d.Read(201, "POST", own, "buyer:lin@a", buy, &second, "Idempotency-Key", "k2")
		d.Read(200, "POST", own+"/"+second.ID.String()+"/close", "buyer:lin@a", "", &second)
		if second.State != "closed" || stock() != 3 {
			t.Errorf("%+v, %d left", second, stock())
		}
	})
	t.Run("ABuyerSeesOnlyTheirOwn", func(t *testing.T) {
		var page httpapi.Page[orderhttp.Purchase]
		d.Get(own, "buyer:lin@a", &page)
		if len(page.Items) != 2 {
			t.Errorf("%+v", page.Items)
		}
		d.Get(own, "buyer:wu@a", &page)
		if len(page.Items) != 0 {
			t.Errorf("%+v", page.Items)
		}
		for _, path := range []string{"", "/pay", "/receive", "/close"} {
			method := "POST"
			if path == "" {
				method = "GET"
			}
			if status, p := d.Call(method, own+"/"+o.ID.String()+path, "buyer:wu@a", ""); status != 404 || p["code"] != "order.not_found" {
				t.Errorf("%s: %d %+v", path, status, p)
			}
		}
	})
	t.Run("TheSellerSeesAMaskedBuyer", func(t *testing.T) {
		var page httpapi.Page[orderhttp.Promoted]
		d.Get("store:/me/orders", "distributor:a@a", &page)
		if len(page.Items) != 2 || page.Items[0].Buyer != "l**" {
			t.Errorf("%+v", page.Items)
		}
	})
	t.Run("TheRegionIsAskedForWhenTheStrategyWantsIt", func(t *testing.T) {
		var form orderhttp.Form
		d.Get("store:/checkout", "buyer:lin@a", &form)
		if form.Region {
			t.Error("three levels do not depend on the region")
		}
		d.Install(t, &storetest.Scripted{ID: "by-region", Facts: []string{program.FactRegion}, Decide: func([]byte, *strategyv1.Order) *strategyv1.Decision { return storetest.PaysNobody() }})
		d.ProposeStrategy(t, d.A, "by-region", `{}`, nil)
		d.Clock.Advance(time.Second)
		if d.Get("store:/checkout", "buyer:lin@a", &form); !form.Region {
			t.Error("the strategy wants to know the region")
		}
		var bought orderhttp.Purchase
		d.Read(201, "POST", own, "buyer:lin@a", `{"lines":[{"sku":"TEA","qty":1}],"region":"440305"}`, &bought, "Idempotency-Key", "region")
		if bought.Region != "440305" {
			t.Errorf("%+v", bought)
		}
	})
	d.MustBalance(t)
}

func TestGroupBuy(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Read(201, "POST", orders, "key@a", reported("O1", "a", 10000, `,"paid":true,"group_buy":true`), nil)
	d.Work(t, d.A)
	if b := d.Balance(t, d.A, d.team["a"]); b.Held != 0 {
		t.Errorf("before its group has succeeded: %+v", b)
	}
	d.Read(200, "POST", orders+"/api/O1/group", "key@a", `{"result":"success"}`, nil)
	d.Work(t, d.A)
	if b := d.Balance(t, d.A, d.team["a"]); b.Held != 1000 {
		t.Errorf("%+v", b)
	}
	if status, p := d.Call("POST", orders+"/api/O1/group", "key@a", `{"result":"failed"}`); status != 409 || p["code"] != "order.group_decided" {
		t.Errorf("%d %v", status, p)
	}
}

// Store B's people meet store A's ids: always the same 404 as for an id that
// never was.
func TestIsolation_AnotherStoresOrdersAreUnknown(t *testing.T) {
	t.Parallel()
	d := open(t)
	var o orderhttp.Order
	d.Read(201, "POST", orders, "key@a", reported("O1", "a", 10000, `,"paid":true`), &o)
	d.Propose(t, d.B, func(*program.Settings) {})
	id := o.ID.String()
	money := `{"external_id":"R","amount":{"amount":1,"currency":"CNY"}}`
	for _, c := range []struct{ method, path, token, body string }{
		{"GET", "/orders/" + id, "owner@b", ""},
		{"POST", "/orders/" + id + "/pay", "owner@b", ""},
		{"POST", "/orders/" + id + "/ship", "owner@b", ""},
		{"POST", "/orders/" + id + "/receive", "owner@b", ""},
		{"POST", "/orders/" + id + "/close", "owner@b", ""},
		{"POST", "/orders/" + id + "/refunds", "owner@b", money},
		{"GET", "store:/orders/" + id, "buyer:lin@b", ""},
		{"POST", "store:/orders/" + id + "/pay", "buyer:lin@b", ""},
		{"POST", "store:/orders/" + id + "/receive", "buyer:lin@b", ""},
		{"POST", "store:/orders/" + id + "/close", "buyer:lin@b", ""},
		{"GET", orders + "/api/O1", "key@b", ""},
		{"POST", orders + "/api/O1/pay", "key@b", ""},
		{"POST", orders + "/api/O1/ship", "key@b", ""},
		{"POST", orders + "/api/O1/receive", "key@b", ""},
		{"POST", orders + "/api/O1/close", "key@b", ""},
		{"POST", orders + "/api/O1/group", "key@b", `{"result":"failed"}`},
	} {
		if status, p := d.Call(c.method, c.path, c.token, c.body, "Idempotency-Key", c.path); status != 404 || p["code"] != "order.not_found" {
			t.Errorf("%s %s as %s: %d %+v", c.method, c.path, c.token, status, p)
		}
	}
	var page httpapi.Page[orderhttp.Order]
	d.Get("/orders", "owner@b", &page)
	if len(page.Items) != 0 {
		t.Errorf("%+v", page.Items)
	}
	d.Do(t, d.A, func(ctx context.Context, tx *pg.Tx) error {
		same, err := order.Get(ctx, tx, o.ID)
		if same.State != order.Paid || same.Refunded != 0 {
			t.Errorf("%+v", same)
		}
		return err
	})
	// B's own order of the same name is its own.
	d.Read(422, "POST", orders, "key@b", reported("O1", "a", 10000, ""), nil) // a is A's distributor
	d.Read(201, "POST", orders, "key@b", reported("O1", "", 777, ""), nil)
}
