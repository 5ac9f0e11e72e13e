package orderhttp_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fenli-io/fenli/tenants/order/orderhttp"
)

const batches = orders + "/batch"

func batch(list ...string) string { return `{"orders":[` + strings.Join(list, ",") + `]}` }

// statuses are the answers in one line: "created exists refused:order.no_lines@lines".
func statuses(told orderhttp.Told) string {
	all := make([]string, len(told.Orders))
	for i, o := range told.Orders {
		all[i] = o.Status
		if o.Problem != nil {
			all[i] += ":" + o.Problem.Code + "@" + o.Problem.Field
		}
	}
	return strings.Join(all, " ")
}

func (d *desk) tell(t *testing.T, want string, list ...string) (told orderhttp.Told) {
	t.Helper()
	d.Read(200, "POST", batches, "key@a", batch(list...), &told)
	if got := statuses(told); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	if told.Created+told.Exists+told.Refused != len(list) {
		t.Errorf("%d created, %d exist, %d refused", told.Created, told.Exists, told.Refused)
	}
	return told
}

// by is an order of a buyer of its own.
func by(buyer, id string, price int) string {
	return fmt.Sprintf(`{"external_id":%q,"buyer":{"external_id":%q},"via":"a","paid":true,"lines":[%s]}`, id, buyer, line(price))
}

func TestBatch(t *testing.T) {
	t.Parallel()
	d := open(t)

	t.Run("EachIsAnsweredInItsPlace", func(t *testing.T) {
		d.Read(201, "POST", orders, "key@a", reported("known", "a", 10000, `,"paid":true`), nil)
		told := d.tell(t, "created exists refused:order.external_id_reused@external_id refused:order.unknown_distributor@via created refused:request.invalid@external_id created",
			reported("N1", "a", 19900, `,"paid":true`),
			reported("known", "a", 10000, `,"paid":true`),
			reported("known", "a", 10001, `,"paid":true`),
			reported("N2", "nobody", 100, ""),
			`{"external_id":"N3","buyer":{"external_id":"wu"},"lines":[{"sku":"NOT-IN-THE-CATALOGUE","qty":1,"unit_price":{"amount":1,"currency":"CNY"}}]}`,
			`{"buyer":{"external_id":"lin"},"lines":[`+line(1)+`]}`,
			reported("N4", "", 300, ""))
		first := told.Orders[0]
		if first.ExternalID != "N1" || first.Source != "api" || first.Order.State != "paid" || first.Order.Seller.ExternalID != "a" || first.Order.Goods.Minor != 19900 || first.Problem != nil {
			t.Errorf("%+v", first)
		}
		if bad := told.Orders[3]; bad.ExternalID != "N2" || bad.Order != nil {
			t.Errorf("%+v", bad)
		}
		if n := d.Int(t, `select count(*) from order_record`); n != 4 {
			t.Errorf("%d orders", n)
		}
		d.Work(t, d.A)
		if b := d.Balance(t, d.A, d.team["a"]); b.Held != 1990+1000 {
			t.Errorf("a holds %+v", b)
		}
	})
	t.Run("TheWholeBatchAgainIsTheSameAnswersAndNothingMore", func(t *testing.T) {
		list := []string{by("b1", "A1", 100), by("b2", "A2", 200), by("b1", "A3", 300)}
		first := d.tell(t, "created created created", list...)
		d.Work(t, d.A)
		rows := func() string {
			return fmt.Sprint(d.Int(t, `select count(*) from order_record`), d.Int(t, `select count(*) from attribution_touch`),
				d.Int(t, `select count(*) from customer_buyer`), d.Int(t, `select count(*) from order_change`), d.Int(t, `select count(*) from ledger_movement`))
		}
		before := rows()
		again := d.tell(t, "exists exists exists", list...)
		d.Work(t, d.A)
		for i := range list {
			if first.Orders[i].Order.ID != again.Orders[i].Order.ID {
				t.Errorf("%+v became %+v", first.Orders[i].Order, again.Orders[i].Order)
			}
		}
		if after := rows(); after != before {
			t.Errorf("%s became %s", before, after)
		}
	})
	t.Run("TwiceInOneBatchIsOneAfterTheOther", func(t *testing.T) {
		told := d.tell(t, "created exists refused:order.external_id_reused@external_id refused:order.unknown_distributor@via created exists",
			by("b1", "T1", 100), by("b1", "T1", 100), by("b1", "T1", 101),
			reported("T2", "nobody", 100, ""), reported("T2", "a", 100, ""), reported("T2", "a", 100, `,"source":"api"`))
		if told.Orders[0].Order.ID != told.Orders[1].Order.ID {
			t.Errorf("%+v", told.Orders)
		}
	})
	t.Run("TheOrdersOfABuyerHappenInTheirOrder", func(t *testing.T) {
		told := d.tell(t, "created created", by("late", "S1", 100),
			strings.Replace(by("late", "S2", 100), `"via":"a"`, `"via":"b"`, 1)) // a's protection holds
		if s := told.Orders[1].Order.Seller; s == nil || s.ExternalID != "a" {
			t.Errorf("%+v stands behind the second", s)
		}
	})
	t.Run("NothingIsAnAnswerToNothing", func(t *testing.T) { d.tell(t, "") })
	d.MustBalance(t)
}

// Whatever is wrong with an order alone is wrong in the same words in a batch,
// and its neighbours do not notice.
func TestBatch_RefusesAsAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Read(201, "POST", orders, "key@a", reported("O1", "a", 10000, ""), nil)
	lines := func(l string) string {
		return fmt.Sprintf(`{"external_id":"O2","buyer":{"external_id":"new"},"via":"a","lines":[%s]}`, l)
	}
	wrong := []string{
		lines(line(-1)), lines(""), lines(line(1) + `,{"sku":"T","qty":1,"unit_price":{"amount":1,"currency":"USD"}}`),
		lines(`{"sku":"T","qty":1,"unit_price":{"amount":1,"currency":"CNY"},"cost":{"amount":-1,"currency":"CNY"}}`),
		lines(`{"sku":"T","qty":1,"unit_price":{"amount":1.5,"currency":"CNY"}}`),
		lines(`{"sku":"T","qty":"1","unit_price":{"amount":1,"currency":"CNY"}}`),
		lines(`{"sku":"T","qty":9007199254740991,"unit_price":{"amount":9007199254740991,"currency":"CNY"}}`),
		lines(`{"id":"x","sku":"T","qty":1,"unit_price":{"amount":1,"currency":"CNY"}},{"id":"x","sku":"T","qty":1,"unit_price":{"amount":1,"currency":"CNY"}}`),
		reported("O2", "a", 100, `,"discount":{"amount":101,"currency":"CNY"}`), reported("O2", "nobody", 100, ""),
		reported("O2", "a", 100, `,"placed_at":"2026-03-02T02:00:00Z"`), reported("O2", "a", 100, `,"placed_at":"yesterday"`),
		reported("O2", "a", 100, `,"source":"checkout"`), reported("O2", "a", 100, `,"source":""`), reported("O2", "a", 100, `,"source":"a b"`),
		reported("", "a", 100, ""), reported(strings.Repeat("x", 201), "a", 100, ""), reported("O1", "a", 10001, ""),
		reported("O2", "a", 100, `,"disount":1`), `{}`, `[]`, `null`, `"O2"`, `7`,
	}
	var beside []string
	for i, w := range wrong {
		beside = append(beside, w, by("good", fmt.Sprint("good", i), 100))
	}
	_, together := d.Call("POST", batches, "key@a", batch(beside...))
	answers, _ := together["orders"].([]any)
	if len(answers) != len(beside) {
		t.Fatalf("%+v", together)
	}
	for i, w := range wrong {
		_, alone := d.Call("POST", orders, "key@a", w)
		answer := answers[2*i].(map[string]any)
		problem, _ := answer["problem"].(map[string]any)
		delete(alone, "request_id")
		delete(problem, "request_id")
		if answer["status"] != "refused" || alone["code"] == nil || fmt.Sprint(problem) != fmt.Sprint(map[string]any(alone)) {
			t.Errorf("%s\nalone    %v\ntogether %v", w, alone, answer)
		}
		if good := answers[2*i+1].(map[string]any); good["status"] != "created" {
			t.Errorf("%+v", good)
		}
	}
	if n := d.Int(t, `select count(*) from order_record`); n != int64(1+len(wrong)) {
		t.Errorf("%d orders", n)
	}
	if n := d.Int(t, `select count(*) from customer_buyer where external_id = 'new'`); n != 0 {
		t.Error("a buyer was made for nothing")
	}
	d.MustBalance(t)
}

// An order that no transaction survives is answered for itself.
func TestBatch_WhatTheDatabaseRefusesTakesNoOther(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Owner(t, `alter table order_record add constraint cursed check (external_id <> 'cursed')`)
	list := make([]string, 40)
	for i := range list {
		list[i] = by(fmt.Sprint("b", i%3), fmt.Sprint("C", i), 100)
	}
	list[17] = by("b1", "cursed", 100)
	var told orderhttp.Told
	d.Read(200, "POST", batches, "key@a", batch(list...), &told)
	if told.Created != 39 || told.Refused != 1 || told.Orders[17].Problem == nil || told.Orders[17].Problem.Code != "internal" || told.Orders[17].Problem.Status != 500 {
		t.Errorf("%+v", told)
	}
	d.Owner(t, `alter table order_record add constraint closed check (external_id like 'C%')`)
	if status, p := d.Call("POST", batches, "key@a", batch(by("b", "X1", 1), by("b", "X2", 1))); status != 500 || p["code"] != "internal" {
		t.Errorf("where nothing works: %d %+v", status, p)
	}
	d.Work(t, d.A)
	d.MustBalance(t)
}

func TestBatch_TwoAtOnceWithTheSameOrders(t *testing.T) {
	t.Parallel()
	d := open(t)
	const n, clients = 60, 4
	list := make([]string, n)
	for i := range list {
		list[i] = by(fmt.Sprint("b", i), fmt.Sprint("O", i), 1000)
	}
	crossed := slices.Clone(list) // the same names, other people and so other content, from the end
	for i := range crossed {
		crossed[i] = by(fmt.Sprint("b", n-i), fmt.Sprint("O", n-1-i), 1000)
	}
	told := make([]orderhttp.Told, clients)
	var wg sync.WaitGroup
	for i := range told {
		wg.Go(func() {
			mine := list
			if i%2 == 1 {
				mine = crossed
			}
			d.Read(200, "POST", batches, "key@a", batch(mine...), &told[i])
		})
	}
	wg.Wait()
	var made int64
	for _, answer := range told {
		made += int64(answer.Created)
		for _, o := range answer.Orders {
			if o.Problem != nil && o.Problem.Code != "order.external_id_reused" {
				t.Errorf("%+v", o.Problem)
			}
		}
	}
	if rows := d.Int(t, `select count(*) from order_record`); made != n || rows != n {
		t.Errorf("%d created, %d orders", made, rows)
	}
	for i := range n {
		if n := d.Int(t, `select count(*) from order_record where external_id = $1`, fmt.Sprint("O", i)); n != 1 {
			t.Errorf("%d orders of O%d", n, i)
		}
	}
	d.Work(t, d.A)
	if b := d.Balance(t, d.A, d.team["a"]); b.Held != n*100 {
		t.Errorf("a holds %+v", b)
	}
	d.MustBalance(t)
}

func TestBatch_RefusesTooMuchAndStrangers(t *testing.T) {
	t.Parallel()
	d := open(t)
	many := make([]string, 501)
	for i := range many {
		many[i] = by("b", fmt.Sprint("O", i), 100)
	}
	large := `{"orders":[{"external_id":"` + strings.Repeat("x", 10<<20) + `"}]}`
	for name, c := range map[string]struct {
		token, body string
		status      int
		code, field string
	}{
		"MoreThan500":          {"key@a", batch(many...), 422, "order.too_many_orders", "orders"},
		"MoreThanTenMegabytes": {"key@a", large, 413, "request.too_large", ""},
		"NoList":               {"key@a", `{}`, 422, "request.invalid", "orders"},
		"AnotherField":         {"key@a", `{"orders":[],"order":[]}`, 422, "request.invalid", "order"},
		"WhatCannotBeRead":     {"key@a", `{"orders":[{"external_id":"a","external_id":"b"}]}`, 400, "request.duplicate_key", "orders[0].external_id"},
		"WhoMayNotReport":      {"support@a", batch(many[0]), 403, "request.forbidden", ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, p := d.Call("POST", batches, c.token, c.body)
			if status != c.status || p.Text("code") != c.code || p.Text("field") != c.field || strings.Contains(p.Text("detail"), "{") {
				t.Errorf("%d %+v, want %d %s at %q", status, p, c.status, c.code, c.field)
			}
		})
	}
	if n := d.Int(t, `select count(*) from order_record`); n != 0 {
		t.Errorf("%d orders", n)
	}
	d.tell(t, strings.TrimSpace(strings.Repeat("created ", 500)), many[:500]...)
}

func TestIsolation_ABatchKnowsNothingOfAnotherStore(t *testing.T) {
	t.Parallel()
	d := open(t)
	theirs := d.tell(t, "created created", by("b1", "O1", 100), by("b2", "O2", 200))
	var told orderhttp.Told
	d.Read(200, "POST", batches, "key@b", batch(by("b1", "O1", 100), reported("O2", "", 777, "")), &told)
	if got := statuses(told); got != "refused:order.unknown_distributor@via created" {
		t.Errorf("%s", got)
	}
	if mine := told.Orders[1].Order; mine.ID == theirs.Orders[1].Order.ID || mine.Goods.Minor != 777 {
		t.Errorf("%+v", mine)
	}
	if a, b := d.Int(t, `select count(*) from order_record where tenant_id = $1`, d.A), d.Int(t, `select count(*) from order_record where tenant_id = $1`, d.B); a != 2 || b != 1 {
		t.Errorf("%d and %d orders", a, b)
	}
}
