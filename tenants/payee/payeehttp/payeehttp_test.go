package payeehttp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payee/payeehttp"
)

// TestPayee_ThroughTheDoor: a person enters who they are; everybody, they
// themselves too, sees masks from then on.
func TestPayee_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	var wang distributor.Member
	err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		wang, err = distributor.New(db.DB).Enlist(ctx, tx, distributor.Enlistment{Name: "王", Grade: "normal", ExternalID: "w-1"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	may := func(role, p string) bool {
		return role == "owner" || role == "key" || role == "wang" && strings.HasPrefix(p, "own.")
	}
	d := apitest.Open(t, db, may, func(_ context.Context, c *httpapi.Caller, _ string) error {
		if c.Role == "wang" {
			c.Distributor = wang.ID.UUID()
		}
		return nil
	})
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	payeehttp.Routes(d.Server, db.DB, payee.New(box))

	const identity = `{"kind":"individual","name":"王小明","number":"11010519491231002X","phone":"13800138000"}`
	var p payeehttp.Payee
	if d.Get("store:/me/payee", "wang", &p); p.Profile != nil || len(p.Accounts) != 0 {
		t.Fatalf("%+v", p)
	}
	for _, c := range []struct {
		claim, path, body string
		status            int
		code, field       string
	}{
		{"no account before a name", "/me/payee/accounts/alipay", `{"number":"13800138000"}`, 409, "payee.no_identity", ""},
		{"a slip in the number", "/me/payee", strings.Replace(identity, "1002X", "10021", 1), 422, "payee.resident_id", "number"},
		{"who one is", "/me/payee", identity, 200, "", ""},
		{"no such kind of account", "/me/payee/accounts/cash", `{"number":"1"}`, 422, "payee.channel", "channel"},
		{"a card has a bank", "/me/payee/accounts/bank_card", `{"number":"6222021234567890128"}`, 422, "payee.bank", "bank"},
		{"a card", "/me/payee/accounts/bank_card", `{"number":"6222 0212 3456 7890 128","bank":"工商银行"}`, 200, "", ""},
	} {
		status, a := d.Call("PUT", "store:"+c.path, "wang", c.body)
		if status != c.status || a.Text("code") != c.code || a.Text("field") != c.field {
			t.Errorf("%s: %d %v", c.claim, status, a)
		}
	}
	d.Get("store:/me/payee", "wang", &p)
	if p.Profile.Name != "王*" || p.Accounts[0].Shown != "0128" || p.PausedUntil != nil {
		t.Errorf("%+v %+v", p.Profile, p.Accounts)
	}

	// The shop's system knows people too, and says the same again without effect.
	d.Must("PUT", "open:/distributors/w-1/payee", "key", `{"identity":`+identity+`,"accounts":[{"channel":"wechat","number":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}]}`)
	var detail payeehttp.Detail
	d.Get("/distributors/"+wang.ID.String()+"/payee", "owner", &detail)
	if len(detail.Profiles) != 1 || len(detail.History) != 2 || len(detail.Accounts) != 2 {
		t.Errorf("%+v", detail)
	}
	if status, _ := d.Call("GET", "/distributors/"+wang.ID.String()+"/payee", "owner@b", ""); status != 404 {
		t.Error("another store sees it", status)
	}
	if status, _ := d.Call("GET", "/distributors/"+wang.ID.String()+"/payee", "wang", ""); status != 403 {
		t.Error("a distributor reads as staff", status)
	}
	for _, secret := range []string{"小明", "19491231", "6222021234567890128", "13800138000", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"} {
		if n := db.Int(t, `select count(*) from registry_audit x where x::text like '%'||$1||'%'`, secret); n != 0 {
			t.Error("the audit log names", secret)
		}
	}
}
