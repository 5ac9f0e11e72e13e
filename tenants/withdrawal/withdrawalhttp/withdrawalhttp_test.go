package withdrawalhttp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/withdrawal"
	"github.com/fenli-io/fenli/tenants/withdrawal/withdrawalhttp"
)

type desk struct {
	*pgtest.Database
	*apitest.Door
	wang distributor.Member
}

// open has wang with 100.00 available; "wang" is a token.
func open(t *testing.T) *desk {
	db := pgtest.Open(t)
	d := &desk{Database: db}
	err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		d.wang, err = distributor.New(db.DB).Enlist(ctx, tx, distributor.Enlistment{Name: "王", Grade: "normal", ExternalID: "王/ 1"})
		if err != nil {
			return err
		}
		p := ledger.Party(d.wang.ID)
		book, err := ledger.Open(ctx, tx, []ledger.Party{p})
		return errors.Join(err, book.Move(ledger.HoldCommission{Payee: p, Amount: 10000}), book.Move(ledger.Mature{Payee: p, Amount: 10000}), book.Post(ctx))
	})
	if err != nil {
		t.Fatal(err)
	}
	may := func(role, p string) bool {
		return role == "owner" || role == "key" || role == "wang" && strings.HasPrefix(p, "own.")
	}
	d.Door = apitest.Open(t, db, may, func(_ context.Context, c *httpapi.Caller, _ string) error {
		if c.Role == "wang" {
			c.Distributor = d.wang.ID.UUID()
		}
		return nil
	})
	svc := withdrawal.New(db.DB, func(context.Context, *pg.Tx) (withdrawal.Rules, error) {
		return withdrawal.Rules{Min: 1000, FeePPM: 10000, Currency: "CNY", Zone: time.UTC}, nil
	})
	withdrawalhttp.Routes(d.Server, db.DB, svc)
	return d
}

const key = "Idempotency-Key"

func TestWithdrawals_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	d := open(t)
	var asked, again, paid withdrawalhttp.Withdrawal
	const amount = `{"amount":{"amount":6000,"currency":"CNY"}}`

	d.Read(201, "POST", "store:/me/withdrawals", "wang", amount, &asked, key, "k1")
	if asked.State != "requested" || asked.Distributor.Name != "王" || asked.Fee.Minor != 60 || asked.Net.Minor != 5940 || asked.Net.Currency != "CNY" {
		t.Fatalf("%+v", asked)
	}
	if d.Read(201, "POST", "store:/me/withdrawals", "wang", amount, &again, key, "k1"); again != asked {
		t.Fatalf("the same key answered %+v", again)
	}
	id := asked.ID.String()
	if !strings.HasPrefix(id, "wdr_") {
		t.Fatal(id)
	}
	for _, c := range []struct {
		claim, method, path, token, key, body string
		status                                int
		code                                  string
	}{
		{"money needs a key", "POST", "store:/me/withdrawals", "wang", "", amount, 400, "idempotency.key_required"},
		{"a key has one body", "POST", "store:/me/withdrawals", "wang", "k1", `{"amount":{"amount":1000,"currency":"CNY"}}`, 422, "idempotency.key_reused"},
		{"the rest is reserved", "POST", "store:/me/withdrawals", "wang", "k2", amount, 409, "withdrawal.insufficient_balance"},
		{"one currency a store", "POST", "store:/me/withdrawals", "wang", "k3", `{"amount":{"amount":1000,"currency":"USD"}}`, 422, "money.foreign_currency"},
		{"the minimum", "POST", "store:/me/withdrawals", "wang", "k4", `{"amount":{"amount":999,"currency":"CNY"}}`, 422, "withdrawal.below_minimum"},
		{"nothing", "POST", "store:/me/withdrawals", "wang", "k5", `{"amount":{"amount":0,"currency":"CNY"}}`, 422, "withdrawal.amount"},
		{"review before payment", "POST", "/withdrawals/" + id + "/pay", "owner", "p0", `{"voucher":"V1"}`, 409, "withdrawal.wrong_state"},
		{"a distributor does not review", "POST", "/withdrawals/" + id + "/approve", "wang", "", ``, 403, "request.forbidden"},
		{"another store's id is unknown", "POST", "/withdrawals/" + id + "/approve", "owner@b", "", ``, 404, "withdrawal.unknown"},
		{"so is another thing's id", "POST", "/withdrawals/" + d.wang.ID.String() + "/approve", "owner", "", ``, 404, "withdrawal.unknown"},
		{"approve", "POST", "/withdrawals/" + id + "/approve", "owner", "", ``, 200, ""},
		{"a rejection has a reason", "POST", "/withdrawals/" + id + "/reject", "owner", "", `{"reason":""}`, 422, "withdrawal.reason_missing"},
		{"a payment has a voucher", "POST", "/withdrawals/" + id + "/pay", "owner", "p1", `{"voucher":""}`, 422, "withdrawal.voucher_missing"},
		{"pay", "POST", "/withdrawals/" + id + "/pay", "owner", "p2", `{"voucher":"V1"}`, 200, ""},
		{"pay again", "POST", "/withdrawals/" + id + "/pay", "owner", "p2", `{"voucher":"V1"}`, 200, ""},
		{"a shop asks for its distributor", "POST", "open:/distributors/%E7%8E%8B%2F%201/withdrawals", "key", "o1", `{"amount":{"amount":1000,"currency":"CNY"}}`, 201, ""},
		{"not for a stranger", "POST", "open:/distributors/w-2/withdrawals", "key", "o2", `{"amount":{"amount":1000,"currency":"CNY"}}`, 404, "distributor.unknown"},
		{"no such state", "GET", "/withdrawals?state=lost", "owner", "", ``, 422, "withdrawal.unknown_state"},
		{"no such cursor", "GET", "/withdrawals?cursor=x", "owner", "", ``, 422, "request.cursor_invalid"},
	} {
		if status, a := d.Call(c.method, c.path, c.token, c.body, key, c.key); status != c.status || a.Text("code") != c.code {
			t.Errorf("%s: %d %v, want %d %s", c.claim, status, a, c.status, c.code)
		}
	}

	var list httpapi.Page[withdrawalhttp.Withdrawal]
	if d.Get("/withdrawals?limit=1", "owner", &list); len(list.Items) != 1 || list.NextCursor == "" {
		t.Fatalf("%+v", list)
	}
	d.Get("/withdrawals?cursor="+list.NextCursor, "owner", &list)
	if paid = list.Items[0]; len(list.Items) != 1 || paid.State != "paid" || paid.Voucher != "V1" || paid.PaidAt == nil {
		t.Fatalf("%+v", list)
	}
	if d.Get("store:/me/withdrawals", "wang", &list); len(list.Items) != 2 {
		t.Fatalf("%+v", list)
	}
	if status, a := d.Call("GET", "store:/me/withdrawals", "owner", ""); status != 404 {
		t.Fatal("somebody who is no distributor sees withdrawals", status, a)
	}
	var quote withdrawalhttp.Quote
	if d.Get("store:/me/withdrawals/preview?amount=3333", "wang", &quote); quote.Fee.Minor != 33 || quote.Net.Minor != 3300 {
		t.Fatalf("%+v", quote)
	}
}

func TestWithdrawals_OfADebtorAreReturnedWithTheReason(t *testing.T) {
	t.Parallel()
	d := open(t)
	var w withdrawalhttp.Withdrawal
	d.Read(201, "POST", "store:/me/withdrawals", "wang", `{"amount":{"amount":10000,"currency":"CNY"}}`, &w, key, "k1")
	err := d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error {
		p := ledger.Party(d.wang.ID)
		book, err := ledger.Open(ctx, tx, []ledger.Party{p})
		return errors.Join(err, book.Move(ledger.ReverseIntoDebt{Payee: p, Amount: 100}), book.Post(ctx))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, a := d.Call("POST", "store:/me/withdrawals", "wang", `{"amount":{"amount":1000,"currency":"CNY"}}`, key, "k2"); a["code"] != "withdrawal.in_debt" {
		t.Fatal(a)
	}
	d.Read(200, "POST", "/withdrawals/"+w.ID.String()+"/approve", "owner", "", &w)
	if w.State != "returned" || !strings.Contains(w.Reason, "debt") {
		t.Fatalf("%+v", w)
	}
}

// Who did what to a withdrawal stands in the audit log, and who recorded the
// payment with the withdrawal itself.
func TestStaff_LeaveTheirNames(t *testing.T) {
	t.Parallel()
	d := open(t)
	var first, second withdrawalhttp.Withdrawal
	d.Read(201, "POST", "open:/distributors/%E7%8E%8B%2F%201/withdrawals", "key", `{"amount":{"amount":3000,"currency":"CNY"}}`, &first, key, "k1")
	d.Read(201, "POST", "store:/me/withdrawals", "wang", `{"amount":{"amount":2000,"currency":"CNY"}}`, &second, key, "k2")
	base := "/withdrawals/" + first.ID.String()
	d.Must("POST", base+"/approve", "owner", `{}`)
	for range 2 { // the second is the same payment, answered again
		d.Read(200, "POST", base+"/pay", "owner", `{"voucher":"V1"}`, nil, key, "k3")
	}
	d.Must("POST", "/withdrawals/"+second.ID.String()+"/reject", "owner", `{"reason":"no account"}`)
	var log []string
	err := d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error {
		w, err := withdrawal.Get(ctx, tx, first.ID)
		if err != nil || w.PaidBy != "staff:owner" {
			t.Errorf("paid by %q, %v", w.PaidBy, err)
		}
		rows, err := pg.Collect[struct{ Line string }](ctx, tx, `
			select action || ' ' || actor || ' ' || (detail->>'state') as line from registry_audit where tenant_id = $1 order by id`, tx.Tenant())
		for _, r := range rows {
			log = append(log, r.Line)
		}
		return err
	})
	want := "withdrawal.request_for staff:key requested; withdrawal.approve staff:owner approved; withdrawal.pay staff:owner paid; withdrawal.reject staff:owner rejected"
	if got := strings.Join(log, "; "); err != nil || got != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
	}
}

// Several at once: each has its own outcome, what one is refused does not stop
// the others, and saying it again changes nothing.
func TestMany_EachHasItsOwnOutcome(t *testing.T) {
	t.Parallel()
	d := open(t)
	var ids []string
	for i := range 3 {
		var w withdrawalhttp.Withdrawal
		d.Read(201, "POST", "store:/me/withdrawals", "wang", `{"amount":{"amount":2000,"currency":"CNY"}}`, &w, key, fmt.Sprint("m", i))
		ids = append(ids, w.ID.String())
	}
	d.Must("POST", "/withdrawals/"+ids[2]+"/reject", "owner", `{"reason":"no account"}`)
	body := `{"ids":["` + ids[0] + `","wdr_nobody","` + ids[2] + `","` + ids[1] + `"]}`
	for range 2 {
		var out struct {
			Done, Refused int
			Outcomes      []withdrawalhttp.Outcome
		}
		d.Read(200, "POST", "/withdrawals/approve", "owner", body, &out)
		got := ""
		for _, o := range out.Outcomes {
			if o.Problem != nil {
				got += o.Problem.Code + " "
			} else {
				got += string(o.Withdrawal.State) + " "
			}
		}
		if want := "approved withdrawal.unknown withdrawal.wrong_state approved "; got != want || out.Done != 2 || out.Refused != 2 {
			t.Errorf("got %s, want %s (%d, %d)", got, want, out.Done, out.Refused)
		}
	}
	if status, a := d.Call("POST", "/withdrawals/reject", "owner", `{"ids":["`+ids[0]+`"],"reason":""}`); status != 200 || !strings.Contains(fmt.Sprint(a), "withdrawal.reason_missing") {
		t.Error(status, a)
	}
	if status, _ := d.Call("POST", "/withdrawals/approve", "wang", body); status != 403 {
		t.Error(status)
	}
	var sums []withdrawalhttp.Sum
	if d.Get("/withdrawals/sums", "owner", &sums); len(sums) != 2 || sums[0].Count != 2 || sums[0].Gross.Minor != 4000 {
		t.Errorf("%+v", sums)
	}
	var list httpapi.Page[withdrawalhttp.Withdrawal]
	for query, want := range map[string]int{"state=approved,rejected": 3, "state=approved": 2, "least=2001": 0, "most=2000&method=manual": 3, "from=2026-03-01&to=2026-03-01": 3, "from=2026-03-02": 0, "distributor_id=" + d.wang.ID.String(): 3, "mine=true": 0} {
		if d.Get("/withdrawals?"+query, "owner", &list); len(list.Items) != want {
			t.Errorf("%s: %d, want %d", query, len(list.Items), want)
		}
	}
}

// A payment by hand: begun, its figures are final; then recorded or failed. Its
// owner sees the way and what it waits for, and may call off what is unsent.
func TestByHand_FromBeginningToVoucher(t *testing.T) {
	t.Parallel()
	d := open(t)
	ask := func(k string) (w withdrawalhttp.Withdrawal) {
		d.Read(201, "POST", "store:/me/withdrawals", "wang", `{"amount":{"amount":2000,"currency":"CNY"}}`, &w, key, k)
		return w
	}
	first, second := ask("k1"), ask("k2")
	waits := func(w withdrawalhttp.Withdrawal, want string) (detail withdrawalhttp.Detail) {
		t.Helper()
		if d.Get("store:/me/withdrawals/"+w.ID.String(), "wang", &detail); detail.WaitsFor != want {
			t.Errorf("it waits for %q, want %q", detail.WaitsFor, want)
		}
		return detail
	}
	base := "/withdrawals/" + first.ID.String()
	waits(first, "review")
	d.Must("POST", base+"/approve", "owner", "")
	waits(first, "store")
	if status, a := d.Call("POST", base+"/reveal", "owner", ""); status != 409 || a.Text("code") != "withdrawal.not_by_hand" {
		t.Error("looked before it was begun", status, a)
	}
	d.Must("POST", base+"/send", "owner", "")
	if status, a := d.Call("POST", "store:/me/withdrawals/"+first.ID.String()+"/cancel", "wang", ""); status != 409 {
		t.Error("called off what is on its way", status, a)
	}
	d.Must("POST", base+"/fail", "owner", `{"reason":"账户已注销"}`)
	if way := waits(first, ""); len(way.Timeline) != 4 || way.Timeline[3].Text != "账户已注销" || way.Timeline[3].Actor != "" || way.Reason != "账户已注销" {
		t.Errorf("%+v", way.Timeline)
	}
	var staff withdrawalhttp.Detail
	if d.Get(base, "owner", &staff); staff.Timeline[1].Actor != "staff:owner" {
		t.Errorf("%+v", staff.Timeline)
	}
	for range 2 {
		d.Must("POST", "store:/me/withdrawals/"+second.ID.String()+"/cancel", "wang", "")
	}
	waits(second, "")
	var terms withdrawalhttp.Terms
	if d.Get("store:/me/withdrawals/terms", "wang", &terms); terms.Fee != "1%" || len(terms.Methods) != 1 || !terms.Methods[0].Ready || terms.Problem != nil {
		t.Errorf("%+v", terms)
	}
	var preview withdrawalhttp.Preview
	if d.Get("store:/me/withdrawals/preview?amount=20000", "wang", &preview); preview.Problem == nil || preview.Problem.Code != "withdrawal.insufficient_balance" || preview.Net.Minor != 19800 {
		t.Errorf("%+v", preview)
	}
}

// What somebody lost stands on their own page with its reason and without the
// names of the staff; the list is paged.
func TestForfeits_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	d := open(t)
	who := "/distributors/" + d.wang.ID.String()
	people := distributor.New(d.DB)
	var stake withdrawalhttp.Stake
	if d.Get(who+"/stake", "owner", &stake); stake.State != "active" || stake.Amount.Minor != 10000 || stake.Amount.Currency != "CNY" {
		t.Fatalf("%+v", stake)
	}
	if _, err := people.Freeze(t.Context(), d.A, d.wang.ID, "looked into"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		claim, body string
		status      int
		code        string
	}{
		{"another amount than the one confirmed takes nothing", `{"reason":"forged","amount":{"amount":9999,"currency":"CNY"}}`, 409, "withdrawal.forfeit_changed"},
		{"one currency a store", `{"reason":"forged","amount":{"amount":10000,"currency":"USD"}}`, 422, "money.foreign_currency"},
		{"a reason", `{"reason":""}`, 422, "withdrawal.reason_missing"},
	} {
		if status, a := d.Call("POST", who+"/forfeits", "owner", c.body, key, "f0 "+c.claim); status != c.status || a.Text("code") != c.code {
			t.Errorf("%s: %d %v", c.claim, status, a)
		}
	}
	var first, again, second, back withdrawalhttp.Forfeit
	const confirmed = `{"reason":"forged orders","amount":{"amount":10000,"currency":"CNY"}}`
	d.Read(201, "POST", who+"/forfeits", "owner", confirmed, &first, key, "f1")
	d.Read(201, "POST", who+"/forfeits", "owner", confirmed, &again, key, "f1")
	if first.Amount.Minor != 10000 || first.By == nil || again.ID != first.ID {
		t.Fatalf("%+v %+v", first, again)
	}
	d.Read(200, "POST", "/forfeits/"+first.ID.String()+"/restore", "owner", `{"reason":"they were real"}`, &back, key, "r1")
	if back.RestoredAt == nil || back.RestoredWhy != "they were real" {
		t.Fatalf("%+v", back)
	}
	d.Clock.Advance(time.Hour)
	d.Read(201, "POST", who+"/forfeits", "owner", `{"reason":"forged after all"}`, &second, key, "f2")

	var page, rest httpapi.Page[withdrawalhttp.Forfeit]
	d.Get(who+"/forfeits?limit=1", "owner", &page)
	d.Get(who+"/forfeits?limit=1&cursor="+page.NextCursor, "owner", &rest)
	if len(page.Items) != 1 || page.Items[0].ID != second.ID || page.NextCursor == "" || len(rest.Items) != 1 || rest.Items[0].ID != first.ID || rest.NextCursor != "" {
		t.Errorf("%+v %+v", page, rest)
	}
	d.Get("store:/me/forfeits", "wang", &page)
	if len(page.Items) != 2 || page.Items[0].Reason != "forged after all" || page.Items[1].RestoredWhy != "they were real" || page.Items[0].By != nil || page.Items[1].RestoredBy != nil {
		t.Errorf("%+v", page)
	}
	d.Refused(422, "request.cursor_invalid", "cursor", "GET", who+"/forfeits?cursor=x", "owner", "")
	d.Refused(404, "distributor.unknown", "", "GET", who+"/forfeits", "owner@b", "")
	d.Refused(404, "distributor.unknown", "", "GET", who+"/stake", "owner@b", "")
}

// The list can be cut down to amounts; what is asked for is what it says.
func TestWithdrawals_OfAnAmount(t *testing.T) {
	t.Parallel()
	d := open(t)
	for i, amount := range []int{1000, 2000, 3000} {
		d.Read(201, "POST", "store:/me/withdrawals", "wang", fmt.Sprintf(`{"amount":{"amount":%d,"currency":"CNY"}}`, amount), &withdrawalhttp.Withdrawal{}, key, fmt.Sprint("a", i))
	}
	for query, want := range map[string]string{"least=2000": "3000 2000 ", "most=2000": "2000 1000 ", "least=1001&most=2999": "2000 ", "least=3001": "", "least=2000&limit=1": "3000 "} {
		var list httpapi.Page[withdrawalhttp.Withdrawal]
		got := ""
		d.Get("/withdrawals?"+query, "owner", &list)
		for _, w := range list.Items {
			got += fmt.Sprint(w.Gross.Minor) + " "
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
