package payout_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payee"
	. "github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/wechat"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

const mch, app, apiKey, serial = "1900001109", "wxf636efh567hg4356", "0123456789abcdef0123456789abcdef", "5157F09EFDC096DE15EBE81A47057A72"

// threeKeys are made once: that takes long.
var threeKeys = sync.OnceValue(func() (keys [3]*rsa.PrivateKey) {
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

func keyOf(n int) *rsa.PrivateKey { return threeKeys()[n] }

func merchantKey() *rsa.PrivateKey { return keyOf(0) }

func keyPEM(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// till is a store with a simulator of WeChat Pay behind it.
type till struct {
	t   testing.TB
	db  *pgtest.Database
	sim *wechatsim.Server
	url string
	box *secret.Box
	key []byte

	*Service
	rules       withdrawal.Rules
	withdrawals *withdrawal.Service
	payees      *payee.Service
	people      *distributor.Service
	account     Account
	marks       *marks

	mu     sync.Mutex
	alarms []Trouble
	log    logged
}

// logged is a log that remembers everything.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// marks is the outside of the database.
type marks struct {
	mu sync.Mutex
	at map[tenancy.ID]int64
}

func (m *marks) Raise(_ context.Context, tenant tenancy.ID, sent int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[tenant] = max(m.at[tenant], sent)
	return nil
}

func (m *marks) Read(_ context.Context, tenant tenancy.ID) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[tenant], nil
}

func (m *marks) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.at)
}

func open(t testing.TB) *till {
	db := pgtest.Open(t, pg.MaxConns(16))
	sim, err := wechatsim.New(keyOf(1), keyOf(2))
	if err != nil {
		t.Fatal(err)
	}
	s := &till{t: t, db: db, sim: sim, key: secret.NewKey(), people: distributor.New(db.DB), marks: &marks{at: map[tenancy.ID]int64{}},
		rules: withdrawal.Rules{Min: 1, Currency: "CNY", Zone: time.UTC, Methods: []withdrawal.Method{withdrawal.WeChat, withdrawal.BankFile, withdrawal.Alipay}}}
	sim.Clock = func() time.Time { now, _ := db.Clock.Now(context.Background(), db.A); return now }
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	s.url = server.URL
	sim.Open(wechatsim.Merchant{MchID: mch, AppID: app, SerialNo: serial, PublicKey: &merchantKey().PublicKey, APIv3Key: apiKey, Balance: 1_000_000_000, PublicMode: true})
	if s.box, err = secret.NewBox(s.key); err != nil {
		t.Fatal(err)
	}
	s.withdrawals = withdrawal.New(db.DB, func(context.Context, *pg.Tx) (withdrawal.Rules, error) { return s.rules, nil })
	s.payees = payee.New(s.box)
	s.withdrawals.Payees = s.payees
	s.Service = s.service(db.DB)
	s.withdrawals.FollowApproved(s.Enlist)
	s.account = s.wechatAccount(Account{Method: withdrawal.WeChat, Name: "微信", Active: true, Auto: true, Simulated: true})
	t.Cleanup(s.mustBalance)
	return s
}

func (s *till) service(db *pg.DB) *Service {
	return New(db, Config{
		Box: s.box, Withdrawals: s.withdrawals, Payees: s.payees, Kinds: kinds(s.url), Marks: s.marks,
		Money: func(context.Context, *pg.Tx) (string, string, error) { return "CNY", "测试店", nil },
		Log:   slog.New(slog.NewTextHandler(&s.log, nil)),
		Alarm: func(_ tenancy.ID, t Transfer) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.alarms = append(s.alarms, t.Trouble)
		},
	})
}

// kinds are the ways to pay that the tests know.
func kinds(simulator string) []Kind {
	return []Kind{wechat.Kind(wechat.Options{Timeout: 1500 * time.Millisecond, Simulator: simulator})}
}

func (s *till) wechatAccount(a Account) Account {
	s.t.Helper()
	id, public := s.sim.PublicKey()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		a, err = s.Keep(ctx, tx, a, Settings{"mch_id": mch, "app_id": app, "serial_no": serial, "private_key": keyPEM(merchantKey()), "api_v3_key": apiKey,
			"public_key_id": id, "public_key": public})
		return err
	}))
	return a
}

func (s *till) within(fn func(ctx context.Context, tx *pg.Tx) error) error {
	s.t.Helper()
	return s.db.Within(context.Background(), s.db.A, fn)
}

func (s *till) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// residentID makes a valid number from a sequence.
func residentID(n int) string {
	body := fmt.Sprintf("110105199001%02d%03d", n%28+1, n/28%1000)
	sum := 0
	for _, c := range []byte(body) {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	return body + string("10X98765432"[sum])
}

// member joins with an available balance and an openid.
func (s *till) member(n int, available int64) (who distributor.ID) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		m, err := s.people.Enlist(ctx, tx, distributor.Enlistment{Name: "王", Grade: "normal"})
		if err != nil {
			return err
		}
		who = m.ID
		if _, err := s.payees.Identify(ctx, tx, who, payee.Identity{Kind: payee.Individual, Name: "王小明", Number: residentID(n), Phone: "13800138000"}, "test"); err != nil {
			return err
		}
		if _, err := s.payees.PayTo(ctx, tx, who, payee.Entry{Channel: payee.WeChat, Number: fmt.Sprintf("openid_%026d", n)}, "test"); err != nil {
			return err
		}
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(who)})
		return errors.Join(err, book.Move(ledger.HoldCommission{Payee: ledger.Party(who), Amount: available}), book.Move(ledger.Mature{Payee: ledger.Party(who), Amount: available}), book.Post(ctx))
	}))
	return who
}

// approved is a withdrawal that may be sent.
func (s *till) approved(who distributor.ID, amount int64) (w withdrawal.Withdrawal) {
	s.t.Helper()
	return s.approvedBy(who, amount, withdrawal.WeChat)
}

func (s *till) approvedBy(who distributor.ID, amount int64, m withdrawal.Method) (w withdrawal.Withdrawal) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		if w, err = s.withdrawals.Request(ctx, tx, withdrawal.Ask{Distributor: who, Amount: amount, Method: m}); err != nil {
			return err
		}
		w, err = s.withdrawals.Approve(ctx, tx, w.ID, "staff:1")
		return err
	}))
	return w
}

func (s *till) run() {
	s.t.Helper()
	if _, err := s.Run(context.Background(), s.db.A); err != nil {
		s.t.Fatal(err)
	}
}

func (s *till) now() time.Time {
	now, _ := s.db.Clock.Now(context.Background(), s.db.A)
	return now
}

// later lets time pass, looking once in a while.
func (s *till) later(d time.Duration) {
	s.t.Helper()
	step := 10 * time.Minute
	if d > 6*time.Hour {
		step = time.Hour
	}
	for ; d > 0; d -= step {
		s.db.Clock.Advance(min(d, step))
		s.run()
	}
}

func (s *till) transfer(w withdrawal.ID) (t Transfer) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		found, err := Of(ctx, tx, w)
		if err == nil && found == nil {
			s.t.Fatal("it has no transfer")
		}
		if found != nil {
			t = *found
		}
		return err
	}))
	return t
}

func (s *till) withdrawal(which withdrawal.ID) (w withdrawal.Withdrawal) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		w, err = withdrawal.Get(ctx, tx, which)
		return err
	}))
	return w
}

func (s *till) balance(who distributor.ID) (b ledger.Balance) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
		return err
	}))
	return b
}

// fault makes the simulator do wrong with the nth transfer call of a number.
func (s *till) fault(f wechatsim.Fault, ops ...string) {
	s.sim.Faults = func(c wechatsim.Call) wechatsim.Fault {
		for _, op := range append(ops, "transfer") {
			if c.Op == op && c.Nth == 1 {
				return f
			}
		}
		return wechatsim.None
	}
}

// mustBalance compares three books: the journal, the transfers, WeChat's.
func (s *till) mustBalance() {
	if s.t.Failed() {
		return
	}
	s.t.Helper()
	err := s.db.Within(context.Background(), s.db.A, func(ctx context.Context, tx *pg.Tx) error {
		differences, err := ledger.Check(ctx, tx)
		for _, d := range differences {
			s.t.Error(d)
		}
		findings, err2 := Check(ctx, tx)
		for _, f := range findings {
			s.t.Error(f)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		s.t.Error(err)
	}
	if strings.Contains(s.log.text.String(), "王小明") || strings.Contains(s.log.text.String(), "openid_0") {
		s.t.Error("somebody's name or openid stands in the log")
	}
}

// sameBooks compares every number with the simulator's book.
func (s *till) sameBooks() {
	s.t.Helper()
	theirs := s.sim.PaidOut(mch)
	rows := map[string]int64{}
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		list, err := pg.Collect[struct {
			Number string
			Amount int64
		}](ctx, tx, `select number, amount from payout_transfer where tenant_id = $1 and state = 'paid' and method = 'wechat'`, tx.Tenant())
		for _, r := range list {
			rows[r.Number] = r.Amount
		}
		return err
	}))
	for no, amount := range rows {
		if theirs[no] != amount {
			s.t.Errorf("%s: we say %d was paid, WeChat's book says %d", no, amount, theirs[no])
		}
	}
	for no, amount := range theirs {
		if rows[no] != amount {
			s.t.Errorf("%s: WeChat's book says %d was paid, ours %d", no, amount, rows[no])
		}
	}
	paid := s.db.Int(s.t, `select coalesce(sum(amount), 0)::bigint from payout_transfer where state = 'paid'`)
	if journal := s.db.Int(s.t, `select coalesce(sum(paid), 0)::bigint from ledger_balance where asset = 'money'`); journal != paid {
		s.t.Errorf("the journal says %d left, the transfers %d", journal, paid)
	}
}

func (s *till) wants(err error, code string) {
	s.t.Helper()
	if err == nil || fault.Of(err).Code != code {
		s.t.Fatalf("got %v, want %s", err, code)
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		work()
		return
	}
	os.Exit(m.Run())
}

var _ http.Handler = (*wechatsim.Server)(nil)
