package wechat_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/conform"
	"github.com/fenli-io/fenli/tenants/payout/wechat"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
)

const mch, app, apiKey = "1900001109", "wxf636efh567hg4356", "0123456789abcdef0123456789abcdef"

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

func merchantKey() *rsa.PrivateKey { return threeKeys()[0] }

type stage struct {
	*wechatsim.Server
	cfg wechat.Config

	mu    sync.Mutex
	heard []heard
}

type heard struct {
	header http.Header
	body   []byte
}

// open begins a simulator and a merchant's access to it.
func open(t *testing.T, public bool) *stage {
	sim, err := wechatsim.New(threeKeys()[1], threeKeys()[2])
	if err != nil {
		t.Fatal(err)
	}
	quiet := log.New(io.Discard, "", 0)
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = quiet
	server.Start()
	t.Cleanup(server.Close)
	s := &stage{Server: sim}
	der, err := x509.MarshalPKCS8PrivateKey(merchantKey())
	if err != nil {
		t.Fatal(err)
	}
	s.cfg = wechat.Config{MchID: mch, AppID: app, SerialNo: "5157F09EFDC096DE15EBE81A47057A72", APIv3Key: apiKey, BaseURL: server.URL, Timeout: 2 * time.Second,
		PrivateKey: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}
	if public {
		s.cfg.PublicKeyID, s.cfg.PublicKey = sim.PublicKey()
	}
	sim.Open(wechatsim.Merchant{MchID: mch, AppID: app, SerialNo: s.cfg.SerialNo, PublicKey: &merchantKey().PublicKey, APIv3Key: apiKey,
		Balance: 10_000_000, PublicMode: public})
	return s
}

func (s *stage) provider(t *testing.T) *wechat.Provider {
	t.Helper()
	p, err := wechat.New(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func order(no string, amount int64) payout.Order {
	return payout.Order{Number: no, Amount: amount, Currency: "CNY", Payee: payout.Payee{Account: "o-MYE42l80oelYMDE34nYD456Xoy", RealName: "王小明"}, Remark: "推广佣金"}
}

func TestWeChat_Conforms(t *testing.T) {
	t.Parallel()
	for name, public := range map[string]bool{"WithCertificates": false, "WithAPublicKey": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conform.Suite(t, func(t *testing.T) conform.Stage {
				s := open(t, public)
				hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					s.mu.Lock()
					defer s.mu.Unlock()
					s.heard = append(s.heard, heard{r.Header.Clone(), body})
				}))
				t.Cleanup(hook.Close)
				gone := s.cfg
				gone.BaseURL = "http://127.0.0.1:1"
				nobody, err := wechat.New(gone)
				if err != nil {
					t.Fatal(err)
				}
				return conform.Stage{
					Provider: s.provider(t),
					Order: func(no string, amount int64) payout.Order {
						o := order(no, amount)
						o.NotifyURL = hook.URL + "/hooks/a/b"
						return o
					},
					Pay: func(no string) {
						if err := s.Confirm(no); err != nil {
							t.Fatal(err)
						}
					},
					Left: func() map[string]int64 { return s.PaidOut(mch) },
					Gone: nobody,
					Notice: func(no string) (http.Header, []byte) {
						s.Deliver()
						s.mu.Lock()
						defer s.mu.Unlock()
						last := s.heard[len(s.heard)-1]
						return last.header, last.body
					},
					Today: time.Now(),
				}
			})
		})
	}
}

func submit(t *testing.T, p *wechat.Provider, o payout.Order) (payout.Request, payout.Answer) {
	t.Helper()
	r, err := p.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r, p.Submit(t.Context(), r)
}

func TestTransfer_WaitsForThePayeeAndIsPaid(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	p := s.provider(t)
	_, a := submit(t, p, order("N1", 250_000))
	if a.Standing != payout.AwaitsUser || a.Confirm == "" || a.ProviderID == "" {
		t.Fatalf("%+v", a)
	}
	if b := s.Bills()[0]; b.UserName != "王小明" || b.Scene != "1005" {
		t.Fatalf("the simulator read %+v", b)
	}
	if err := s.Confirm(a.Confirm); err != nil {
		t.Fatal(err)
	}
	if by := p.QueryProviderID(t.Context(), a.ProviderID); by.Standing != payout.Paid || by.Number != "N1" || by.Amount != 250_000 {
		t.Fatalf("%+v", by)
	}
	if s.Balance(mch) != 10_000_000-250_000 {
		t.Fatal(s.Balance(mch))
	}
}

// What WeChat's answer is taken for. No fault makes an end of what has not
// ended, whether or not it was paid.
func TestFaults_AreDoubtOrPatience(t *testing.T) {
	t.Parallel()
	for f, want := range map[wechatsim.Fault]payout.Standing{
		wechatsim.DropAfter: payout.Doubt, wechatsim.DropBefore: payout.Doubt, wechatsim.ErrorAfter: payout.Doubt, wechatsim.ErrorBefore: payout.Doubt,
		wechatsim.Slow: payout.Doubt, wechatsim.UnknownCode: payout.Doubt, wechatsim.UnknownState: payout.Doubt, wechatsim.WrongSignature: payout.Doubt,
		wechatsim.Truncated: payout.Doubt, wechatsim.NotFoundFirst: payout.Doubt, wechatsim.RateLimit: payout.Slower, wechatsim.AccountShort: payout.Short,
		wechatsim.ShortWait: payout.Processing, wechatsim.PayeeRefused: payout.Failed, wechatsim.RotateCertificates: payout.StaleKey,
	} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			s := open(t, false)
			s.Faults = func(c wechatsim.Call) wechatsim.Fault {
				if c.Op == "transfer" && c.Nth == 1 {
					return f
				}
				return wechatsim.None
			}
			p := s.provider(t)
			if _, a := submit(t, p, order("N1", 1000)); a.Standing != want {
				t.Errorf("%+v, want %s", a, want)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	t.Run("AnAnswerUnderANewCertificateIsVerified", func(t *testing.T) {
		t.Parallel()
		s := open(t, false)
		p := s.provider(t)
		submit(t, p, order("N1", 1000))
		if err := s.Rotate(false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2100 * time.Millisecond) // keys are looked for at most once in two seconds
		if a := p.Query(t.Context(), "N1"); a.Standing != payout.AwaitsUser {
			t.Fatalf("%+v", a)
		}
	})
	t.Run("BytesUnderARetiredCertificateArePreparedAnewUnderTheSameNumber", func(t *testing.T) {
		t.Parallel()
		s := open(t, false)
		p := s.provider(t)
		old, err := p.Prepare(t.Context(), order("N1", 1000))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Rotate(true); err != nil {
			t.Fatal(err)
		}
		if a := p.Submit(t.Context(), old); a.Standing != payout.StaleKey {
			t.Fatalf("%+v", a)
		}
		o := order("N1", 1000)
		o.Anew = true
		if _, a := submit(t, p, o); a.Standing != payout.AwaitsUser {
			t.Fatalf("%+v", a)
		}
		if n := len(s.Bills()); n != 1 {
			t.Fatalf("%d transfers", n)
		}
	})
}

func TestPrepare_RefusesWhatWeChatWould(t *testing.T) {
	t.Parallel()
	p := open(t, true).provider(t)
	for code, change := range map[string]func(*payout.Order){
		"payout.number":           func(o *payout.Order) { o.Number = "a-b" },
		"payout.currency":         func(o *payout.Order) { o.Currency = "USD" },
		"payout.account_of_payee": func(o *payout.Order) { o.Payee.Account = "" },
		"payout.payee_name":       func(o *payout.Order) { o.Amount, o.Payee.RealName = 200_000, "" },
	} {
		o := order("N1", 1000)
		change(&o)
		if _, err := p.Prepare(t.Context(), o); fault.Of(err).Code != code {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	o := order("N1", 1000)
	o.Remark = strings.Repeat("佣", 40)
	r, err := p.Prepare(t.Context(), o)
	if err != nil || strings.Count(string(r.Body), "佣") != 32+1 { // and one in 推广佣金
		t.Errorf("%s, %v", r.Body, err)
	}
	if strings.Contains(string(r.Body), "王") {
		t.Error("the real name stands in clear")
	}
}

func TestBill_ThatWasChangedOnTheWayIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	if _, err := s.provider(t).Bill(t.Context(), time.Now()); err != nil {
		t.Fatal("a day without a bill", err)
	}
	p := s.provider(t)
	submit(t, p, order("N1", 1000))
	through := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		body := rec.Body.String()
		if strings.Contains(r.URL.Path, "billdownload") {
			body = strings.Replace(body, "`10.00", "`1.00", 1)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = io.WriteString(w, body)
	}))
	defer through.Close()
	cfg := s.cfg
	cfg.BaseURL = through.URL
	changed, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := changed.Bill(t.Context(), time.Now()); fault.Of(err).Code != "payout.bill_unavailable" {
		t.Fatal(err)
	}
}
