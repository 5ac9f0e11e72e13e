package payouthttp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/payouthttp"
	"github.com/fenli-io/fenli/tenants/payout/wechat"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type desk struct {
	*pgtest.Database
	*apitest.Door
	sim         *wechatsim.Server
	svc         *payout.Service
	withdrawals *withdrawal.Service
	hooks       []string // what the simulator would have called
	settings    payout.Settings
	wang        distributor.ID
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *desk {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	sim, err := wechatsim.New(key, key)
	must(t, err)
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	db := pgtest.Open(t)
	d := &desk{Database: db, sim: sim}
	sim.Clock = func() time.Time { now, _ := db.Clock.Now(context.Background(), db.A); return now }
	sim.Permits = func(url string) bool { d.hooks = append(d.hooks, url); return false }
	box, err := secret.NewBox(secret.NewKey())
	must(t, err)
	d.withdrawals = withdrawal.New(db.DB, func(context.Context, *pg.Tx) (withdrawal.Rules, error) {
		return withdrawal.Rules{Min: 1, Currency: "CNY", Zone: time.UTC, Methods: []withdrawal.Method{withdrawal.WeChat}}, nil
	})
	payees := payee.New(box)
	d.svc = payout.New(db.DB, payout.Config{Box: box, Withdrawals: d.withdrawals, Payees: payees, Address: "http://127.0.0.1:1",
		Kinds: []payout.Kind{wechat.Kind(wechat.Options{Simulator: server.URL})},
		Money: func(context.Context, *pg.Tx) (string, string, error) { return "CNY", "店", nil }})
	d.withdrawals.FollowApproved(d.svc.Enlist)
	d.Door = apitest.Open(t, db, func(role, _ string) bool { return role == "owner" }, nil)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	id, public := sim.PublicKey()
	d.settings = payout.Settings{"mch_id": "M1", "app_id": "wx1", "serial_no": "S1", "api_v3_key": "0123456789abcdef0123456789abcdef", "public_key_id": id, "public_key": public,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}
	sim.Open(wechatsim.Merchant{MchID: "M1", AppID: "wx1", SerialNo: "S1", PublicKey: &key.PublicKey, APIv3Key: d.settings["api_v3_key"], Balance: 1_000_000, PublicMode: true})
	payouthttp.Routes(d.Server, db.DB, d.svc, payouthttp.Config{Simulate: func(context.Context) (payout.Settings, error) { return d.settings, nil }, Confirm: "/confirm"})
	must(t, db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.New(db.DB).Enlist(ctx, tx, distributor.Enlistment{Name: "王", Grade: "normal"})
		if err != nil {
			return err
		}
		d.wang = m.ID
		_, err1 := payees.Identify(ctx, tx, m.ID, payee.Identity{Kind: payee.Individual, Name: "王小明", Number: "11010519491231002X", Phone: "13800138000"}, "test")
		_, err2 := payees.PayTo(ctx, tx, m.ID, payee.Entry{Channel: payee.WeChat, Number: "o-MYE42l80oelYMDE34nYD456Xoy"}, "test")
		p := ledger.Party(m.ID)
		book, err3 := ledger.Open(ctx, tx, []ledger.Party{p})
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		return errors.Join(book.Move(ledger.HoldCommission{Payee: p, Amount: 10000}), book.Move(ledger.Mature{Payee: p, Amount: 10000}), book.Post(ctx))
	}))
	return d
}

// send makes a payout that waits for its payee.
func (d *desk) send(t *testing.T) payouthttp.Payout {
	t.Helper()
	must(t, d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error {
		w, err := d.withdrawals.Request(ctx, tx, withdrawal.Ask{Distributor: d.wang, Amount: 5000})
		if err != nil {
			return err
		}
		_, err = d.withdrawals.Approve(ctx, tx, w.ID, "staff:1")
		return err
	}))
	_, err := d.svc.Run(t.Context(), d.A)
	must(t, err)
	var list struct{ Items []payouthttp.Payout }
	d.Get("/payouts", "owner", &list)
	if len(list.Items) != 1 || list.Items[0].State != payout.Awaiting || !list.Items[0].Simulated {
		t.Fatalf("%+v", list)
	}
	return list.Items[0]
}

func TestAccounts_KeepTheirSecrets(t *testing.T) {
	t.Parallel()
	d := open(t)
	var made, changed payouthttp.PayoutAccount
	d.Read(201, "POST", "/payout-accounts/simulated", "owner", "", &made)
	_, text := d.Call("GET", "/payout-accounts", "owner", "")
	for _, name := range []string{"api_v3_key", "private_key"} {
		if strings.Contains(strings.ReplaceAll(toString(text), `\n`, "\n"), d.settings[name]) {
			t.Errorf("%s is shown", name)
		}
	}
	if len(made.Secrets) != 2 || made.Settings["mch_id"] != "M1" {
		t.Fatalf("%+v", made)
	}
	for _, c := range []struct{ claim, body, code string }{
		{"a required field", `{"method":"wechat","name":"n","active":true,"auto":true,"limit":0,"settings":{"mch_id":"1"}}`, "payout.account_incomplete"},
		{"a method of nobody", `{"method":"alipay","name":"n","active":true,"auto":true,"limit":0,"settings":{}}`, "payout.method"},
	} {
		if status, a := d.Call("POST", "/payout-accounts", "owner", c.body); status != 422 || a.Text("code") != c.code {
			t.Errorf("%s: %d %v", c.claim, status, a)
		}
	}
	// A secret left empty stays as it was: the account still opens.
	d.Read(200, "PUT", "/payout-accounts/"+made.ID.String(), "owner",
		`{"method":"wechat","name":"renamed","active":true,"auto":true,"limit":0,"settings":{"mch_id":"M1","app_id":"wx1","serial_no":"S1","public_key_id":"`+d.settings["public_key_id"]+`","public_key":`+quoted(d.settings["public_key"])+`}}`, &changed)
	if changed.Name != "renamed" || len(changed.Secrets) != 2 || !changed.Simulated {
		t.Fatalf("%+v", changed)
	}
	if p := d.send(t); p.AccountName != "renamed" {
		t.Fatalf("%+v", p)
	}
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }

func toString(v any) string {
	var b bytes.Buffer
	log.New(&b, "", 0).Printf("%v", v)
	return b.String()
}

// W1: a notice is proven before anything else; a replay does nothing more.
func TestHooks(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Read(201, "POST", "/payout-accounts/simulated", "owner", "", nil)
	p := d.send(t)
	must(t, d.sim.Confirm(p.Number))
	d.sim.Deliver()
	header, body, err := d.sim.Notice(p.Number)
	must(t, err)
	path := strings.TrimPrefix(d.hooks[len(d.hooks)-1], "http://127.0.0.1:1")
	post := func(path string, header http.Header, body []byte) int {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		r.Header = header.Clone()
		res, err := d.Server.Fiber().Test(r, 10_000)
		must(t, err)
		defer res.Body.Close()
		return res.StatusCode
	}
	state := func() payout.State {
		t.Helper()
		var now payouthttp.PayoutDetail
		d.Get("/payouts/"+p.ID.String(), "owner", &now)
		return now.State
	}
	flipped := bytes.Replace(body, []byte("ciphertext"), []byte("ciphertexs"), 1)
	stale := header.Clone()
	stale.Set("Wechatpay-Timestamp", "1700000000")
	other := strings.Replace(path, d.A.String(), d.B.String(), 1)
	for _, c := range []struct {
		claim  string
		path   string
		header http.Header
		body   []byte
		want   int
	}{
		{"a changed body", path, header, flipped, 401},
		{"an old one", path, stale, body, 401},
		{"no signature", path, http.Header{}, body, 401},
		{"another store's hook", other, header, body, 401},
		{"a hook of nobody", path + "x", header, body, 401},
		{"a store of nobody", "/hooks/sto_nobody/x", header, body, 404},
		{"too much", path, header, bytes.Repeat([]byte("x"), 70<<10), 413},
	} {
		if got := post(c.path, c.header, c.body); got != c.want {
			t.Errorf("%s: %d, want %d", c.claim, got, c.want)
		}
	}
	if s := state(); s != payout.Awaiting {
		t.Fatalf("something was believed: %s", s)
	}
	for range 3 {
		if got := post(path, header, body); got != 200 {
			t.Fatalf("the genuine one: %d", got)
		}
	}
	if s := state(); s != payout.Done {
		t.Fatal(s)
	}
}

func TestHold_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Read(201, "POST", "/payout-accounts/simulated", "owner", "", nil)
	var over payouthttp.Overview
	d.Must("POST", "/payout-hold", "owner", `{"reason":"核对账目"}`)
	if d.Get("/payouts/overview", "owner", &over); !over.Hold.Held || over.Hold.Words != "核对账目" {
		t.Fatalf("%+v", over)
	}
	if status, a := d.Call("POST", "/payout-hold/release", "owner", `{"reason":""}`); status != 422 || a.Text("code") != "payout.reason_missing" {
		t.Fatal(status, a)
	}
	d.Must("POST", "/payout-hold/release", "owner", `{"reason":"已核对"}`)
	if d.Get("/payouts/overview", "owner", &over); over.Hold.Held {
		t.Fatalf("%+v", over)
	}
}
