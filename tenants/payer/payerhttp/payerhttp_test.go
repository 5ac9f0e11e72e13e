package payerhttp_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/payer/payerhttp"
	"github.com/fenli-io/fenli/tenants/performance"
)

func TestPayer_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t) // 1 March 2026
	d := apitest.Open(t, db, func(role, p string) bool { return role == "owner" || p == "payer.read" }, nil)
	payerhttp.Routes(d.Server, db.DB, func(_ context.Context, tx *pg.Tx) (string, *time.Location, error) { return "CNY", time.UTC, nil })

	var p payerhttp.Payer
	if d.Get("/payer", "finance", &p); p.Entity != nil {
		t.Fatalf("%+v", p)
	}
	const founding = `{"name":"福州示例科技有限公司","tax_id":"91350100M000100Y43","method":"labour"}`
	for _, c := range []struct {
		claim, method, path, token, body string
		status                           int
		code                             string
	}{
		{"finance changes no rule", "POST", "/payer", "finance", founding, 403, "request.forbidden"},
		{"nobody to invite for", "POST", "/payer/invitation", "owner", "", 404, "payer.none"},
		{"a slip in the code", "POST", "/payer", "owner", `{"name":"福州示例","tax_id":"91350100M000100Y44","method":"none"}`, 422, "payer.tax_id"},
		{"founded", "POST", "/payer", "owner", founding, 201, ""},
		{"not before this month", "PUT", "/payer/method", "owner", `{"method":"platform","from":"2026-02"}`, 422, "payer.month"},
		{"a month has a form", "PUT", "/payer/method", "owner", `{"method":"platform","from":"2026-13"}`, 422, "payer.month_form"},
		{"from April on", "PUT", "/payer/method", "owner", `{"method":"platform","from":"2026-04"}`, 200, ""},
		{"no such code", "POST", "/payer/join", "owner@b", `{"code":"fp_x"}`, 422, "payer.code"},
	} {
		if status, a := d.Call(c.method, c.path, c.token, c.body); status != c.status || a.Text("code") != c.code {
			t.Errorf("%s: %d %v", c.claim, status, a)
		}
	}
	var invitation payerhttp.Invitation
	d.Read(201, "POST", "/payer/invitation", "owner", "", &invitation)
	d.Read(200, "POST", "/payer/join", "owner@b", `{"code":"`+invitation.Code+`"}`, &p)
	err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
		return payer.Add(ctx, tx, p.Entity.ID, []byte("zhang"), payer.Income{Month: performance.Date{Year: 2026, Month: 3, Day: 1}, Gross: 500_000, Tax: 80_000})
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Get("/payer", "owner@b", &p)
	if e := p.Entity; e.Method != payer.Labour || len(e.Methods) != 2 || e.Methods[1].From != "2026-04" || len(e.Months) != 1 || e.Months[0].Tax.Minor != 80_000 || e.Months[0].People != 1 {
		t.Errorf("%+v", p.Entity)
	}
	if d.Get("/payer?year=2025", "owner", &p); len(p.Entity.Months) != 0 {
		t.Errorf("%+v", p.Entity.Months)
	}
}
