package app

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
)

// wrong is a request that must be refused, and how.
type wrong struct {
	what   string
	at     httpapi.Audience
	as     rbac.Role
	method string
	path   string
	body   any
	key    string // Idempotency-Key, when the case is about it

	status int
	code   string
	field  string
}

// TestAWrongRequestIsToldWhatIsWrongAndChangesNothing sends each to a store
// that is in the middle of its business.
func TestAWrongRequestIsToldWhatIsWrongAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	s := doBusiness(w.openShop("laden", "Laden"), "names of the store", "shop")
	var top, below struct{ ID string }
	s.merchant("POST", "/distributors", object{"name": "top"}, &top)
	s.merchant("POST", "/distributors", object{"name": "below", "upline_id": top.ID}, &below)
	first := w.ask(request{httpapi.Store, "POST", "/me/withdrawals", s.tokens[rbac.Distributor], "laden", object{"amount": yuan(1000)}, []string{"Idempotency-Key", "used-before"}})
	if first.status != 201 {
		t.Fatalf("%d %s", first.status, first.body)
	}

	const open, merchant, store, platform = httpapi.Open, httpapi.Merchant, httpapi.Store, httpapi.Platform
	tomorrow := s.now.Add(24 * time.Hour)
	order := func(change object) object {
		o := reported("wrong-1", "shop-buyer", "shop-seller", 10000)
		for k, v := range change {
			o[k] = v
		}
		return o
	}
	lines := func(change object) object {
		l := object{"id": "1", "sku": "TEA", "qty": 1, "unit_price": yuan(100)}
		for k, v := range change {
			l[k] = v
		}
		return object{"lines": []object{l}}
	}
	euro := object{"amount": 100, "currency": "EUR"}
	counter := "/orders/" + s.things["orders/{id}"]
	newStore := func(slug, login string) object {
		return object{"slug": slug, "name": "n", "owner": object{"name": "n", "login": login, "password": password}}
	}

	cases := []wrong{
		// Amounts.
		{"a negative price", open, rbac.Key, "POST", "/orders", order(lines(object{"unit_price": yuan(-100)})), "", 422, "order.negative_amount", "lines[0].unit_price"},
		{"a negative discount", open, rbac.Key, "POST", "/orders", order(object{"discount": yuan(-1)}), "", 422, "order.negative_amount", "discount"},
		{"a discount above the price", open, rbac.Key, "POST", "/orders", order(lines(object{"discount": yuan(101)})), "", 422, "order.discount_above_price", "lines[0].discount"},
		{"a quantity of zero", open, rbac.Key, "POST", "/orders", order(lines(object{"qty": 0})), "", 422, "order.quantity", "lines[0].qty"},
		{"a sum nobody can write down", open, rbac.Key, "POST", "/orders", order(lines(object{"qty": 9_000_000_000, "unit_price": yuan(9_000_000_000)})), "", 422, "order.amount_too_large", "lines[0].unit_price"},
		{"a fraction of a fen", open, rbac.Key, "POST", "/orders", order(lines(object{"unit_price": object{"amount": 10.5, "currency": "CNY"}})), "", 422, "request.invalid", "lines[0].unit_price.amount"},
		{"a foreign currency in an order", open, rbac.Key, "POST", "/orders", order(lines(object{"unit_price": euro})), "", 422, "money.foreign_currency", "lines[0].unit_price.currency"},
		{"a foreign currency in a refund", open, rbac.Key, "POST", "/orders/api/shop-order/refunds", object{"external_id": "w-1", "amount": euro}, "", 422, "money.foreign_currency", "amount.currency"},
		{"a foreign currency in a withdrawal", store, rbac.Distributor, "POST", "/me/withdrawals", object{"amount": euro}, "", 422, "money.foreign_currency", "amount.currency"},
		{"a refund above what was paid", merchant, rbac.Owner, "POST", counter + "/refunds", object{"amount": yuan(20001), "reason": "r"}, "", 422, "order.refund_above_paid", "amount"},
		{"a refund above what is left", open, rbac.Key, "POST", "/orders/api/shop-order/refunds", object{"external_id": "w-2", "amount": yuan(29001)}, "", 422, "order.refund_above_paid", "amount"},
		{"a refund of nothing", open, rbac.Key, "POST", "/orders/api/shop-order/refunds", object{"external_id": "w-3", "amount": yuan(0)}, "", 422, "order.refund_amount", "amount"},
		{"a withdrawal above what is available", store, rbac.Distributor, "POST", "/me/withdrawals", object{"amount": yuan(1000000)}, "", 409, "withdrawal.insufficient_balance", "amount"},
		{"a negative withdrawal", store, rbac.Distributor, "POST", "/me/withdrawals", object{"amount": yuan(-1000)}, "", 422, "withdrawal.amount", "amount"},
		{"a withdrawal below the minimum", open, rbac.Key, "POST", "/distributors/shop-seller/withdrawals", object{"amount": yuan(999)}, "", 422, "withdrawal.below_minimum", "amount"},

		// Orders.
		{"an unknown SKU at the counter", store, rbac.Buyer, "POST", "/orders", object{"lines": []object{{"sku": "NOBODYS", "qty": 1}}}, "", 422, "catalog.unknown_sku", "lines[0].sku"},
		{"stock of an unknown SKU", merchant, rbac.Owner, "POST", "/skus/NOBODYS/stock", object{"delta": 1, "reason": "r"}, "", 404, "catalog.unknown", ""},
		{"a known order with other content", open, rbac.Key, "POST", "/orders", reported("shop-order", "shop-buyer", "shop-seller", 30001), "", 409, "order.external_id_reused", "external_id"},
		{"a known refund with other content", open, rbac.Key, "POST", "/orders/api/shop-order/refunds", object{"external_id": "shop-refund", "amount": yuan(999)}, "", 409, "order.refund_id_reused", "external_id"},
		{"an order of tomorrow", open, rbac.Key, "POST", "/orders", order(object{"placed_at": tomorrow}), "", 422, "order.in_the_future", "placed_at"},
		{"an order without lines", open, rbac.Key, "POST", "/orders", order(object{"lines": []object{}}), "", 422, "order.no_lines", "lines"},
		{"an order by nobody's link", open, rbac.Key, "POST", "/orders", order(object{"via": "nobody"}), "", 422, "order.unknown_distributor", "via"},
		{"a paid order closed", merchant, rbac.Owner, "POST", counter + "/close", nil, "", 409, "order.already_paid", ""},

		// People.
		{"an upline below oneself", merchant, rbac.Owner, "PUT", "/distributors/" + top.ID + "/upline", object{"upline_id": below.ID}, "", 409, "distributor.loop", "upline_id"},
		{"oneself as upline", merchant, rbac.Owner, "PUT", "/distributors/" + top.ID + "/upline", object{"upline_id": top.ID}, "", 409, "distributor.loop", "upline_id"},
		{"a loop told by the shop", open, rbac.Key, "PUT", "/distributors/shop-upline", object{"name": "names of the store", "upline_external_id": "shop-seller"}, "", 409, "distributor.loop", "upline_external_id"},
		{"an external id that is taken", merchant, rbac.Owner, "POST", "/distributors", object{"name": "n", "external_id": "shop-seller"}, "", 409, "distributor.external_id_taken", "external_id"},
		{"an unknown grade", merchant, rbac.Owner, "PUT", "/distributors/" + top.ID + "/grade", object{"grade": "emperor", "reason": "r"}, "", 422, "distributor.unknown_grade", "grade"},
		{"a ban without a reason", merchant, rbac.Owner, "POST", "/distributors/" + top.ID + "/ban", object{"reason": ""}, "", 422, "request.invalid", "reason"},

		// The programme.
		{"a rate with seven decimals", merchant, rbac.Owner, "POST", "/program/revisions", object{"config": object{"rates": []string{"0.1234567"}}}, "", 422, "program.config", "config/rates/0"},
		{"a cap with seven decimals", merchant, rbac.Owner, "POST", "/program/revisions", object{"settings": object{"order_cap": "0.1234567"}}, "", 422, "program.settings", "settings.order_cap"},
		{"a configuration the schema refuses", merchant, rbac.Owner, "POST", "/program/revisions", object{"config": object{"rates": []any{"0.1", 7}}}, "", 422, "program.config", "config/rates/1"},
		{"a third level that nobody answers for", merchant, rbac.Owner, "POST", "/program/revisions", object{"settings": object{"levels": 3}}, "", 422, "program.third_level_unacknowledged", "settings.third_level_ack"},
		{"a fee with seven decimals", merchant, rbac.Owner, "POST", "/program/revisions", object{"settings": object{"withdrawal": object{"fee": "0.0000001"}}}, "", 422, "program.settings", "settings.withdrawal.fee"},
		{"four levels", merchant, rbac.Owner, "POST", "/program/revisions", object{"settings": object{"levels": 4}}, "", 422, "program.settings", "settings.levels"},
		{"an unknown strategy", merchant, rbac.Owner, "POST", "/program/revisions", object{"strategy": "get-rich"}, "", 422, "program.unknown_strategy", "strategy"},
		{"a setting nobody knows", merchant, rbac.Owner, "POST", "/program/revisions", object{"settings": object{"levles": 1}}, "", 422, "program.settings", "settings.levles"},

		// Stores and logins.
		{"a reserved address", platform, rbac.Operator, "POST", "/stores", newStore("admin", "x@x.test"), "", 422, "store.slug_reserved", "slug"},
		{"an address that is taken", platform, rbac.Operator, "POST", "/stores", newStore("laden", "x@x.test"), "", 409, "store.slug_taken", "slug"},
		{"an address with a capital", platform, rbac.Operator, "POST", "/stores", newStore("Laden", "x@x.test"), "", 422, "store.slug_form", "slug"},
		{"a clock that goes back", platform, rbac.Operator, "POST", "/stores/" + s.id + "/clock", object{"to": s.now.Add(-time.Hour)}, "", 409, "clock.backwards", "to"},
		{"a wrong password", merchant, "", "POST", "/sessions", object{"store": "laden", "login": "owner@laden.test", "password": "correct donkey"}, "", 401, "login.wrong", ""},
		{"a login nobody has", merchant, "", "POST", "/sessions", object{"store": "laden", "login": "nobody@laden.test", "password": password}, "", 401, "login.wrong", ""},
		{"a short password", store, "", "POST", "/sessions", object{"login": "new@laden.test", "password": "short", "register": true}, "", 422, "login.password_form", "password"},

		// Idempotency.
		{"a key used for another request", store, rbac.Distributor, "POST", "/me/withdrawals", object{"amount": yuan(1001)}, "used-before", 422, "idempotency.key_reused", "Idempotency-Key"},

		// Bytes.
		{"eleven megabytes", open, rbac.Key, "POST", "/orders", append([]byte(`{"external_id":"`), bytes.Repeat([]byte("x"), 11<<20)...), "", 413, "request.too_large", ""},
		{"bytes that are no UTF-8", open, rbac.Key, "POST", "/orders", []byte("{\"external_id\":\"\xff\xfe\"}"), "", 400, "request.not_utf8", ""},
		{"a key twice", open, rbac.Key, "POST", "/orders", []byte(`{"external_id":"a","lines":[{"qty":1,"qty":2}]}`), "", 400, "request.duplicate_key", "lines[0].qty"},
		{"half a JSON", open, rbac.Key, "POST", "/orders", []byte(`{"external_id":`), "", 400, "request.malformed", ""},
		{"a field nobody knows", open, rbac.Key, "POST", "/orders", order(object{"priec": 1}), "", 422, "request.invalid", "priec"},
		{"a field in capitals", merchant, rbac.Owner, "POST", "/api-keys", object{"NAME": "n"}, "", 422, "request.invalid", "name"},
	}

	w.Clockwork.Settle(t.Context(), w.tenant("laden"))
	before := w.rows("laden")
	for _, c := range cases {
		if !t.Run(strings.ReplaceAll(c.what, " ", "_"), func(t *testing.T) { c.check(t, s.shop) }) {
			continue
		}
	}
	for _, d := range unchanged(before, w.rows("laden")) {
		t.Error("a refused request has changed", d)
	}
	if strings.Contains(w.log.String(), "request failed") {
		t.Error("a wrong request is not ours to blame, and the log says it is")
	}
}

// check sends it in both languages.
func (c wrong) check(t *testing.T, s *shop) {
	ask := func(language ...string) reply {
		header := language
		if c.key != "" {
			header = append(header, "Idempotency-Key", c.key)
		}
		token := s.tokens[c.as]
		if c.as == rbac.Operator {
			token = ""
			if c.path != "/stores" {
				token = operator
			}
		}
		return s.ask(request{c.at, c.method, c.path, token, s.slug, c.body, header})
	}
	chinese, english := ask(), ask("Accept-Language", "en-GB,en;q=0.9")
	for _, r := range []reply{chinese, english} {
		if p := r.problem(); r.status != c.status || p.Status != c.status || p.Code != c.code || p.Field != c.field {
			t.Fatalf("want %d %s at %q, got %d %s at %q: %s", c.status, c.code, c.field, r.status, p.Code, p.Field, cut(r.body))
		}
		if got := r.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("it says it is %s", got)
		}
	}
	if d := chinese.problem().Detail; !hasHan(d) || unfilled.MatchString(d) {
		t.Errorf("no Chinese sentence: %q", d)
	}
	if d := english.problem().Detail; hasHan(d) || len(d) < 10 || unfilled.MatchString(d) {
		t.Errorf("no English sentence: %q", d)
	}
}

// unfilled is a hole of a sentence that nothing was put into.
var unfilled = regexp.MustCompile(`\{[a-z_]+\}`)

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func cut(b []byte) string { return fmt.Sprintf("%.400s", b) }
