package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.jetify.com/typeid"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/trial"
	"github.com/fenli-io/fenli/tenants/trial/trialhttp"
)

func (w *town) ownerConn() *pgx.Conn {
	w.t.Helper()
	conn, err := pgx.Connect(context.Background(), w.db.OwnerURL)
	if err != nil {
		w.t.Fatal(err)
	}
	return conn
}

// things are what a store has, by the words of paths: "distributors/{id}".
type things map[string]string

// business is a shop with one thing of every kind.
type business struct {
	*shop
	things
	codeOfSeller string
}

// doBusiness fills a shop through the API. Every name in it carries mark; ids
// carry tag.
func doBusiness(s *shop, mark, tag string) business {
	b := business{shop: s, things: things{}}
	s.merchant("PUT", "/store/brand", object{"display_name": mark, "slogan": mark, "primary_color": "#c2410c", "accent_color": "#0f766e",
		"distributor_word": mark[:12], "agreement": mark}, nil)

	var product struct{ ID string }
	s.merchant("POST", "/products", object{"title": mark, "category": mark, "description": mark, "picture": "", "distributed": true,
		"skus": []object{{"code": tag + "-SKU", "title": mark, "price": yuan(20000), "stock": 50}}}, &product)
	b.things["products/{id}"], b.things["skus/{code}"] = product.ID, tag+"-SKU"

	// People: a chain of the shop's own, and one who came by the link.
	var upline, seller struct{ ID, Code string }
	s.open("PUT", "/distributors/"+tag+"-upline", object{"name": mark}, &upline)
	s.open("PUT", "/distributors/"+tag+"-seller", object{"name": mark, "upline_external_id": tag + "-upline"}, &seller)
	b.codeOfSeller = seller.Code
	buyer, buyerID := s.enter("buyer@"+s.slug+".test", mark, seller.Code)
	s.tokens[rbac.Buyer] = buyer
	b.things["customers/{id}"] = buyerID
	applicant, _ := s.enter("applicant@"+s.slug+".test", mark, "")
	var applied struct{ ID, Code string }
	s.store(applicant, "POST", "/applications", object{"name": mark, "code": seller.Code, "profile": object{"wechat": mark}}, &applied)
	s.merchant("POST", "/distributors/"+applied.ID+"/approve", nil, nil)
	s.tokens[rbac.Distributor] = applicant
	b.things["distributors/{id}"], b.things["distributors/{external_id}"] = applied.ID, tag+"-seller"

	// An order at the counter that the applicant sold, and one from outside.
	customer, _ := s.enter("customer@"+s.slug+".test", mark, applied.Code)
	for _, who := range []string{customer, buyer} {
		var placed struct{ ID string }
		s.store(who, "POST", "/orders", object{"lines": []object{{"sku": tag + "-SKU", "qty": 1}}, "channel": "h5"}, &placed)
		s.store(who, "POST", "/orders/"+placed.ID+"/pay", nil, nil)
		s.merchant("POST", "/orders/"+placed.ID+"/ship", nil, nil)
		s.merchant("POST", "/orders/"+placed.ID+"/receive", nil, nil)
		if who == customer {
			b.things["me/awards/{order_id}"] = placed.ID
		} else {
			b.things["orders/{id}"] = placed.ID
		}
	}
	s.open("POST", "/orders", reported(tag+"-order", tag+"-buyer", tag+"-seller", 30000), nil)
	s.open("POST", "/orders/batch", object{"orders": []object{reported(tag+"-batched", tag+"-buyer", tag+"-seller", 3000)}}, nil)
	b.things["orders/{source}/{external_id}"] = tag + "-order"
	s.open("POST", "/orders/api/"+tag+"-order/refunds", object{"external_id": tag + "-refund", "amount": yuan(1000), "reason": mark}, nil)
	s.open("POST", "/touches", object{"buyer_external_id": tag + "-buyer", "distributor_external_id": tag + "-seller", "channel": mark}, nil)
	s.later(11 * 24 * time.Hour) // the counter's orders are settled
	s.later(31 * 24 * time.Hour) // and a month is closed

	var questioned struct{ ID string }
	s.store(applicant, "POST", "/me/disputes", object{"order_id": b.things["me/awards/{order_id}"], "text": mark}, &questioned)
	b.things["disputes/{id}"], b.things["me/disputes/{id}"] = questioned.ID, questioned.ID

	s.store(applicant, "PUT", "/me/payee", identity(mark), nil)
	s.open("PUT", "/distributors/"+tag+"-seller/payee", object{"identity": identity(mark), "accounts": []object{{"channel": "alipay", "number": "13800138000"}}}, nil)
	if s.has(httpapi.Merchant, "payer.found") {
		s.merchant("POST", "/payer", object{"name": mark, "tax_id": "91350100M000100Y43", "method": "labour"}, nil)
	}
	var lost struct{ ID string }
	s.merchant("POST", "/distributors/"+upline.ID+"/freeze", object{"reason": mark}, nil)
	s.merchant("POST", "/distributors/"+upline.ID+"/forfeits", object{"reason": mark}, &lost)
	s.merchant("POST", "/distributors/"+upline.ID+"/unfreeze", nil, nil)
	b.things["forfeits/{id}"] = lost.ID
	s.merchant("PUT", "/adjustment-rules", object{"budget": yuan(100_000), "second_above": yuan(5000)}, nil)
	var waits struct{ ID string }
	s.merchant("POST", "/adjustments", object{"distributor_id": applied.ID, "kind": "bonus", "amount": yuan(4000), "cause": "service", "reason": mark, "note": mark, "not_recruiting": true}, nil)
	s.merchant("POST", "/adjustments", object{"distributor_id": applied.ID, "kind": "bonus", "amount": yuan(6000), "cause": "service", "reason": mark, "note": mark, "not_recruiting": true}, &waits)
	b.things["adjustments/{id}"] = waits.ID
	s.merchant("PUT", "/voucher-accounts", object{"accounts": []object{{"account": "paid", "code": tag, "name": mark}}}, nil)

	var asked struct{ ID string }
	s.store(applicant, "POST", "/me/withdrawals", object{"amount": yuan(1000)}, &asked)
	b.things["withdrawals/{id}"], b.things["me/withdrawals/{id}"] = asked.ID, asked.ID
	s.paysOut(&b, applicant, mark)
	var key struct{ ID string }
	s.merchant("POST", "/api-keys", object{"name": mark}, &key)
	b.things["api-keys/{id}"] = key.ID
	var invited struct{ ID, Code string }
	var joined struct{ Person struct{ ID string } }
	s.merchant("POST", "/staff-invitations", object{"name": mark, "role": "support"}, &invited)
	s.merchant("POST", "/joined", object{"code": invited.Code, "login": "joined@" + s.slug + ".test", "password": "correct horse", "register": true, "name": mark}, &joined)
	s.merchant("POST", "/staff-invitations", object{"name": mark, "role": "support"}, &invited)
	b.things["staff/{id}"], b.things["staff-invitations/{id}"] = joined.Person.ID, invited.ID
	if s.has(httpapi.Merchant, "program.revise") {
		s.merchant("POST", "/program/revisions", object{"note": mark}, nil)
	}
	var backtest, canary struct{ ID string }
	s.merchant("POST", "/trials/backtests", object{"title": mark, "from": s.now.AddDate(0, -2, 0), "to": s.now.AddDate(0, 0, 1)}, &backtest)
	s.merchant("POST", "/program/canaries", object{"note": mark, "share": 1, "bounds": object{"max_payout": "0.3", "max_failed": 10, "min_orders": 20}}, &canary)
	s.merchant("POST", "/program/canaries/"+canary.ID+"/pause", nil, nil)
	b.things["trials/{id}"], b.things["program/canaries/{id}"] = backtest.ID, canary.ID
	s.trialEnds(backtest.ID)
	return b
}

// bankBill is a file of the bank that knows a payment of nobody's.
var bankBill = []byte("商户流水号,金额,结果,失败原因,银行流水号,时间\nNOBODYS,5.00,成功,,B1,2026-03-02\n")

// paysOut gives the shop a payout of every kind of thing: by a file for the
// bank, with a bill that knows one payment too many.
func (s *shop) paysOut(b *business, seller, mark string) {
	if s.has(httpapi.Merchant, "program.revise") {
		var current struct {
			Settings object
			Strategy string
			Config   any
		}
		s.merchant("GET", "/program", nil, &current)
		current.Settings["withdrawal"].(map[string]any)["methods"] = []string{"manual", "bank_file"}
		s.merchant("POST", "/program/revisions", object{"strategy": current.Strategy, "config": current.Config, "settings": current.Settings, "note": mark}, nil)
	}
	var account, asked, batch, found struct{ ID string }
	s.merchant("POST", "/payout-accounts", object{"method": "bank_file", "name": mark, "active": true, "auto": true, "limit": 0, "settings": object{}}, &account)
	s.store(seller, "PUT", "/me/payee/accounts/bank_card", object{"number": "6222021234567890128", "bank": mark}, nil)
	s.store(seller, "POST", "/me/withdrawals", object{"amount": yuan(1000), "method": "bank_file"}, &asked)
	s.merchant("POST", "/withdrawals/"+asked.ID+"/approve", nil, nil)
	s.merchant("POST", "/payout-batches", object{"method": "bank_file"}, &batch)
	var sent struct {
		Items []struct {
			ID           string
			WithdrawalID string `json:"withdrawal_id"`
		}
	}
	s.merchant("GET", "/payouts", nil, &sent)
	s.merchant("POST", "/payout-accounts/"+account.ID+"/bills", object{"from": "2026-03-02", "to": "2026-03-02", "name": mark, "file": bankBill}, &found)
	var differences struct{ Items []struct{ ID string } }
	s.merchant("GET", "/payout-differences", nil, &differences)
	b.things["payouts/{id}"], b.things["withdrawals/{id}"], b.things["me/withdrawals/{id}"] = sent.Items[0].ID, sent.Items[0].WithdrawalID, sent.Items[0].WithdrawalID
	b.things["payout-accounts/{id}"], b.things["payout-batches/{id}"], b.things["payout-differences/{id}"] = account.ID, batch.ID, differences.Items[0].ID
}

// identity is somebody who may be paid.
func identity(name string) object {
	return object{"kind": "individual", "name": name, "number": "11010519491231002X", "phone": "13800138000"}
}

// trialEnds waits until a trial is done and returns it.
func (s *shop) trialEnds(id string) (t trialhttp.Trial) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if s.merchant("GET", "/trials/"+id, nil, &t); t.State != trial.Queued && t.State != trial.Running {
			return t
		}
	}
	s.t.Fatalf("the trial does not end: %+v", t)
	return t
}

func (w *town) has(a httpapi.Audience, id string) bool {
	return slices.ContainsFunc(w.HTTP.Operations(), func(op httpapi.Registered) bool { return op.Audience == a && op.ID == id })
}

// subjectOf is the part of a path that names a thing of a store:
// "/orders/{source}/{external_id}/ship" is about "orders/{source}/{external_id}".
func subjectOf(path string) string {
	last := strings.LastIndex(path, "}")
	if last < 0 {
		return ""
	}
	return strings.TrimPrefix(path[:last+1], "/")
}

// notAThing are holes that name nothing a store owns, and why.
var notAThing = map[string]string{
	"merchant leaderboards/{metric}":        "a closed list of words",
	"store leaderboards/{metric}":           "a closed list of words",
	"store me/payee/accounts/{channel}":     "a closed list of words",
	"merchant periods/{period}":             "a month, the same word in every store",
	"merchant statements/{period}":          "a day, the same word in every store",
	"store me/statements/{period}":          "a day, the same word in every store",
	"merchant program/revisions/{revision}": "a number, the same in every store",
	"platform stores/{store_id}":            "operators see every store; no store's token enters",

	"platform plugins/{plugin}/versions/{version}":               "strategies are the platform's; no store's token enters",
	"platform developers/me/plugins/{plugin}/versions/{version}": "a developer's own; no store's token enters",
	"platform developers/me/keys/{key}":                          "a developer's own; no store's token enters",
	"platform developers/{developer}":                            "operators see every developer; no store's token enters",
}

// foundsItsOwn are operations where another store's id means nothing special:
// they make or keep something of the caller's own store under that name.
var foundsItsOwn = map[string]int{
	"open distributor.sync": http.StatusOK,       // a merchant may use any external id for their own people
	"open order.refund":     http.StatusAccepted, // a refund that came before its order is kept
}

// bodies let a request get as far as looking for the id.
var bodies = map[string]object{
	"merchant distributor.reject": {"reason": "r"}, "merchant distributor.freeze": {"reason": "r"}, "merchant distributor.ban": {"reason": "r"},
	"merchant distributor.move": {"upline_id": nil}, "merchant distributor.grade": {"grade": "senior", "reason": "r"},
	"merchant product.change": {"title": "t", "category": "", "description": "", "picture": "", "distributed": true,
		"skus": []object{{"code": "MINE", "title": "t", "price": yuan(100), "stock": 1}}},
	"merchant distributor.lead": {"lead": true}, "merchant dispute.answer": {"outcome": "rejected", "text": "t"},
	"merchant dispute.close": {}, "store me.dispute.reply": {"text": "t"}, "store me.dispute.close": {},
	"merchant adjustment.refuse": {"reason": "r"}, "merchant staff.role": {"role": "finance"},
	"merchant canary.ramp": {"share": 100}, "merchant canary.stop": {"reason": "r"},
	"merchant stock.adjust": {"delta": 1, "reason": "r"},
	"merchant order.refund": {"amount": yuan(100), "reason": "r"}, "merchant order.exchange": {"line": "1", "reason": "r"},
	"merchant withdrawal.reject": {"reason": "r"}, "merchant withdrawal.pay": {"voucher": "v"}, "merchant withdrawal.fail": {"reason": "r"},
	"merchant withdrawal.forfeit": {"reason": "r"}, "merchant withdrawal.restore": {"reason": "r"},
	"merchant payout.give_back": {"reason": "r"}, "merchant payout.paid": {"voucher": "v"}, "merchant payout.resolve": {"reason": "r"},
	"merchant payout.account.change": {"method": "bank_file", "name": "n", "active": true, "auto": true, "limit": 0, "settings": object{}},
	"merchant payout.return":         {"name": "n", "file": bankBill}, "merchant payout.reconcile": {"from": "2026-03-02", "to": "2026-03-02", "name": "n", "file": bankBill},
	"merchant payout.book":  {"reason": "r", "distributor_id": typeid.Must(typeid.WithPrefix("dst")).String()},
	"open payee.sync":       {"identity": identity("Wang")},
	"open distributor.sync": {"name": "my own"}, "open order.group": {"result": "success"},
	"open order.refund":           {"external_id": "r-1", "amount": yuan(100)},
	"open withdrawal.request_for": {"amount": yuan(1000)},
}

// bodyOf is what to send to an operation; most take nothing.
func bodyOf(op httpapi.Registered) any {
	if b, known := bodies[string(op.Audience)+" "+op.ID]; known {
		return b
	}
	return nil
}

// inOrder puts reading first and last what would hide a thing from those
// that come after.
func inOrder(ops []httpapi.Registered) []httpapi.Registered {
	hides := []string{"merchant product.change", "merchant product.unlist", "merchant product.archive", "merchant key.revoke", "open distributor.sync", "open order.refund"}
	rank := func(op httpapi.Registered) int {
		switch name := string(op.Audience) + " " + op.ID; {
		case op.Method == http.MethodGet:
			return 0
		case slices.Contains(hides, name):
			return 2
		}
		return 1
	}
	slices.SortStableFunc(ops, func(x, y httpapi.Registered) int { return rank(x) - rank(y) })
	return ops
}

// unknownLike is a well-formed id of the same kind that nobody has.
func unknownLike(id string) string {
	if prefix, _, typed := strings.Cut(id, "_"); typed {
		return typeid.Must(typeid.WithPrefix(prefix)).String()
	}
	return "nobody" + id[len("nobody"):] // as long as the real one
}

// TestIsolationOfTwoStores walks every operation of the four OpenAPI
// documents with every kind of token of store A on ids of store B. To A they
// do not exist: the answer is the one for an id that nobody has, to the byte.
func TestIsolationOfTwoStores(t *testing.T) {
	t.Parallel()
	isolation(t, openTown(t))
}

// TestIsolationHoldsWithoutTheWall takes row-level security away: every
// statement names its tenant as well, and that alone must hold.
func TestIsolationHoldsWithoutTheWall(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	w.db.Owner(t, `do $$ declare r record; begin
		for r in select c.oid::regclass as name from pg_class c where c.relrowsecurity and c.relkind in ('r', 'p') loop
			execute format('alter table %s disable row level security', r.name);
			commit; -- the town is at work: one lock at a time waits for nobody who waits for it
		end loop; end $$`)
	isolation(t, w)
}

func isolation(t *testing.T, w *town) {
	const canary = "KANARIENVOGEL-IM-KELLER"
	a := doBusiness(w.openShop("laden-a", "Laden A"), "names in store A", "shop-a")
	b := doBusiness(w.openShop("laden-b", canary), canary, "bbbb-b")
	w.Clockwork.Settle(t.Context(), w.tenant("laden-b"))
	before := w.rows("laden-b")

	listed := documented(t, w)
	walked, refused := 0, 0
	for _, op := range inOrder(w.HTTP.Operations()) {
		name := string(op.Audience) + " " + op.ID
		if !listed[op.Method+" "+op.FullPath()] {
			t.Errorf("%s is not in the document of %s", name, op.Audience)
		}
		subject := subjectOf(op.Path)
		if subject == "" || notAThing[string(op.Audience)+" "+subject] != "" {
			continue
		}
		theirs, known := b.things[subject]
		if !known {
			t.Errorf("%s: store B has nothing for %q: teach doBusiness to make one, or say in notAThing why there is none", name, subject)
			continue
		}
		nobodys := unknownLike(theirs)
		for role, token := range a.tokens {
			if !enters(role, op.Audience) {
				continue
			}
			walked++
			ask := func(id string) reply {
				return w.ask(request{op.Audience, op.Method, fill(op.Path, id), token, "laden-a", bodyOf(op), nil})
			}
			of, none := ask(theirs), ask(nobodys)
			may := op.Public || rbac.Allow(string(role), op.Permission)
			want := http.StatusNotFound
			switch status, own := foundsItsOwn[name]; {
			case !may:
				want = http.StatusForbidden
				refused++
			case own:
				want = status
			}
			if of.status != want || none.status != want {
				t.Errorf("%s as %s: %d for an id of store B, %d for nobody's, want %d\n%s", name, role, of.status, none.status, want, of.body)
				continue
			}
			if got, want := plain(of, theirs), plain(none, nobodys); want != got {
				t.Errorf("%s as %s tells B's id from nobody's:\n%s\n%s", name, role, got, want)
			}
			noCanary(t, name, of.body, canary)
		}
	}
	if walked < 60 || refused == 0 {
		t.Fatalf("only %d steps and %d refusals: the walk walked nowhere", walked, refused)
	}

	t.Run("ListsHoldNothingOfTheOther", func(t *testing.T) { listsHoldNothing(t, w, a, canary) })
	t.Run("TheOtherStoresDoorStaysShut", func(t *testing.T) { doorStaysShut(t, w, a, b) })
	t.Run("IdsInBodiesAndQueries", func(t *testing.T) { idsElsewhere(t, w, a, b, canary) })
	t.Run("NothingOfTheOtherHasChanged", func(t *testing.T) {
		for _, d := range unchanged(before, w.rows("laden-b")) {
			t.Error(d)
		}
	})
	t.Run("LogsAndFiguresNameNobody", func(t *testing.T) {
		noCanary(t, "the log", []byte(w.log.String()), canary)
		res, err := http.Get(w.base + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		figures, _ := io.ReadAll(res.Body)
		res.Body.Close()
		noCanary(t, "the figures", figures, canary)
	})
	t.Run("ToItsOwnStoreEachIdExists", func(t *testing.T) { exists(t, w, b) })
}

// documented are the operations of the four documents as served.
func documented(t *testing.T, w *town) map[string]bool {
	t.Helper()
	listed := map[string]bool{}
	for _, audience := range httpapi.Audiences {
		r := w.ask(request{audience: audience, method: "GET", path: "/openapi.json"})
		var doc struct {
			Paths map[string]map[string]json.RawMessage
		}
		if err := json.Unmarshal(r.body, &doc); err != nil {
			t.Fatal(err)
		}
		for path, methods := range doc.Paths {
			for m := range methods {
				listed[strings.ToUpper(m)+" "+audience.Prefix()+path] = true
			}
		}
	}
	if n := len(w.HTTP.Operations()); len(listed) != n {
		t.Errorf("the documents list %d operations, the server has %d", len(listed), n)
	}
	return listed
}

func (w *town) tenant(slug string) (id [16]byte) {
	w.t.Helper()
	store, err := w.Registry.BySlug(w.t.Context(), slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return store.ID
}

var hole = regexp.MustCompile(`\{[^}]*\}`)

// fill puts an id into a path; the source of reported orders is always "api".
func fill(path, id string) string {
	return hole.ReplaceAllString(strings.ReplaceAll(path, "{source}", "api"), id)
}

// plain is an answer without the id it was asked for. What an operation made
// for the caller's own store has ids and instants of its own.
func plain(r reply, id string) string {
	text := strings.ReplaceAll(string(r.body), id, "ID")
	if r.status < 300 {
		text = ownIDs.ReplaceAllString(text, "OWN")
	}
	return text
}

var ownIDs = regexp.MustCompile(`[a-z]{3}_[0-9a-z]{26}|"code":"[^"]*"|"[^"]*_at":"[^"]*"`)

func noCanary(t *testing.T, where string, text []byte, canary string) {
	t.Helper()
	if at := bytes.Index(text, []byte(canary)); at >= 0 {
		t.Errorf("%s names store B: …%s…", where, text[max(0, at-200):min(len(text), at+100)])
	}
}

// listsHoldNothing reads everything that A may read without naming anything.
func listsHoldNothing(t *testing.T, w *town, a business, canary string) {
	read := 0
	for _, op := range w.HTTP.Operations() {
		subject := string(op.Audience) + " " + subjectOf(op.Path)
		if op.Method != http.MethodGet || op.Audience == httpapi.Platform || (subjectOf(op.Path) != "" && notAThing[subject] == "") {
			continue
		}
		for role, token := range a.tokens {
			if !enters(role, op.Audience) {
				continue
			}
			r := w.ask(request{op.Audience, op.Method, fill(op.Path, "sales"), token, "laden-a", nil, nil})
			if r.status == 200 {
				read++
			}
			noCanary(t, string(op.Audience)+" "+op.ID, r.body, canary)
		}
	}
	if read < 40 {
		t.Fatalf("only %d lists were read", read)
	}
}

// doorStaysShut knocks at store B with A's tokens.
func doorStaysShut(t *testing.T, w *town, a, b business) {
	for _, op := range w.HTTP.Operations() {
		if op.Public || op.Audience == httpapi.Open || op.Audience == httpapi.Merchant {
			continue // there the token alone names the store
		}
		for role, token := range a.tokens {
			id := b.things[subjectOf(op.Path)]
			if id == "" {
				id = b.id
			}
			r := w.ask(request{op.Audience, op.Method, fill(op.Path, id), token, "laden-b", bodyOf(op), nil})
			if r.status != http.StatusUnauthorized {
				t.Errorf("%s %s as A's %s: %d", op.Audience, op.ID, role, r.status)
			}
		}
	}
}

// idsElsewhere names B's things where a body or a query takes an id.
func idsElsewhere(t *testing.T, w *town, a, b business, canary string) {
	dst, ext, sku, buyer, code := b.things["distributors/{id}"], "bbbb-b-upline", b.things["skus/{code}"], b.things["customers/{id}"], b.codeOfSeller
	for _, q := range []struct {
		role   rbac.Role
		at     httpapi.Audience
		method string
		path   string
		id     string
		body   func(id string) any
	}{
		{rbac.Owner, httpapi.Merchant, "GET", "/orders?seller_id={id}", dst, nil},
		{rbac.Owner, httpapi.Merchant, "GET", "/orders?buyer_id={id}", buyer, nil},
		{rbac.Owner, httpapi.Merchant, "GET", "/orders?q={id}", b.things["orders/{source}/{external_id}"], nil},
		{rbac.Owner, httpapi.Merchant, "GET", "/tree?root={id}", dst, nil},
		{rbac.Owner, httpapi.Merchant, "GET", "/products?q={id}", sku, nil},
		{rbac.Owner, httpapi.Merchant, "GET", "/distributors?q={id}", ext, nil},
		{rbac.Owner, httpapi.Merchant, "GET", "/awards?payee_id={id}", dst, nil},
		{rbac.Owner, httpapi.Merchant, "POST", "/distributors", dst, func(id string) any { return object{"name": "n", "upline_id": id} }},
		{rbac.Owner, httpapi.Merchant, "PUT", "/distributors/" + a.things["distributors/{id}"] + "/upline", dst, func(id string) any { return object{"upline_id": id} }},
		{rbac.Key, httpapi.Open, "PUT", "/distributors/mine", ext, func(id string) any { return object{"name": "n", "upline_external_id": id} }},
		{rbac.Key, httpapi.Open, "POST", "/orders", ext, func(id string) any { return reported("mine-"+id[:4], "x", id, 100) }},
		{rbac.Key, httpapi.Open, "POST", "/touches", ext, func(id string) any {
			return object{"buyer_external_id": "x", "distributor_external_id": id}
		}},
		{rbac.Buyer, httpapi.Store, "POST", "/orders", sku, func(id string) any { return object{"lines": []object{{"sku": id, "qty": 1}}} }},
		{rbac.Buyer, httpapi.Store, "POST", "/touches", code, func(id string) any { return object{"code": id} }},
		{rbac.Buyer, httpapi.Store, "GET", "/products?q={id}", sku, nil},
	} {
		ask := func(id string) reply {
			var body any
			if q.body != nil {
				body = q.body(id)
			}
			return w.ask(request{q.at, q.method, fill(q.path, id), a.tokens[q.role], "laden-a", body, nil})
		}
		nobodys := unknownLike(q.id)
		of, none := ask(q.id), ask(nobodys)
		if of.status != none.status || plain(of, q.id) != plain(none, nobodys) {
			t.Errorf("%s %s tells B's id from nobody's:\n%d %s\n%d %s", q.method, q.path, of.status, of.body, none.status, none.body)
		}
		if of.status >= 500 {
			t.Errorf("%s %s: %d", q.method, q.path, of.status)
		}
		noCanary(t, q.method+" "+q.path, of.body, canary)
	}
}

// exists is the other side: were B's ids made up, everything above would
// prove nothing.
func exists(t *testing.T, w *town, b business) {
	for _, op := range inOrder(w.HTTP.Operations()) {
		id, known := b.things[subjectOf(op.Path)]
		if !known {
			continue
		}
		name, got := string(op.Audience)+" "+op.ID, []string{}
		for role, token := range b.tokens {
			if !enters(role, op.Audience) || !op.Public && !rbac.Allow(string(role), op.Permission) {
				continue
			}
			r := w.ask(request{op.Audience, op.Method, fill(op.Path, id), token, "laden-b", bodyOf(op), nil})
			got = append(got, fmt.Sprintf("%s %d", role, r.status))
			if r.status != 404 && r.status != 422 && r.status < 500 {
				got = nil
				break
			}
		}
		if got != nil {
			t.Errorf("%s: to nobody of store B does its own id exist: %v", name, got)
		}
	}
}
