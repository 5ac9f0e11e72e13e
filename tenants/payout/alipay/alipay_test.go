package alipay_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/alipay"
	"github.com/fenli-io/fenli/tenants/payout/conform"
)

var keys = sync.OnceValue(func() (pair [2]*rsa.PrivateKey) {
	for i := range pair {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		pair[i] = key
	}
	return pair
})

// gateway speaks Alipay's protocol with the standard library: it verifies what
// comes, signs what goes, and keeps a book.
type gateway struct {
	mu    sync.Mutex
	book  map[string]*entry
	order []string
	spoil func(method string) string
}

type entry struct {
	no, id, status, content string
	amount                  decimal.Decimal
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = r.ParseForm()
	method := r.Form.Get("method")
	if err := verify(r.Form); err != nil {
		g.answer(w, method, map[string]any{"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature", "sub_msg": err.Error()}, "")
		return
	}
	spoil := ""
	if g.spoil != nil {
		spoil = g.spoil(method)
	}
	if spoil == "drop" {
		g.do(method, r.Form.Get("biz_content"))
		panic(http.ErrAbortHandler)
	}
	g.answer(w, method, g.do(method, r.Form.Get("biz_content")), spoil)
}

func fail(code string) map[string]any {
	return map[string]any{"code": "40004", "msg": "Business Failed", "sub_code": code, "sub_msg": code}
}

func (g *gateway) do(method, content string) map[string]any {
	var in struct {
		OutBizNo string `json:"out_biz_no"`
		Amount   string `json:"trans_amount"`
		From     string `json:"start_time"`
	}
	_ = json.Unmarshal([]byte(content), &in)
	e := g.book[in.OutBizNo]
	switch method {
	case "alipay.fund.trans.uni.transfer":
		if e == nil {
			amount, err := decimal.NewFromString(in.Amount)
			if err != nil {
				return fail("INVALID_PARAMETER")
			}
			e = &entry{no: in.OutBizNo, id: fmt.Sprintf("20260301%08d", len(g.book)), status: "SUCCESS", content: content, amount: amount}
			g.book[in.OutBizNo] = e
			g.order = append(g.order, in.OutBizNo)
		} else if e.content != content {
			return fail("DUPLICATE_REQUEST")
		}
		return map[string]any{"code": "10000", "msg": "Success", "out_biz_no": e.no, "order_id": e.id, "status": e.status, "trans_date": "2026-03-01 10:00:00"}
	case "alipay.fund.trans.common.query":
		if e == nil {
			return fail("ORDER_NOT_EXIST")
		}
		return map[string]any{"code": "10000", "msg": "Success", "out_biz_no": e.no, "order_id": e.id, "status": e.status, "trans_amount": e.amount.StringFixed(2)}
	case "alipay.data.bill.accountlog.query":
		var list []map[string]any
		for i, no := range g.order {
			e := g.book[no]
			list = append(list, map[string]any{"trans_dt": "2026-03-01 10:00:00", "account_log_id": fmt.Sprint("L", i), "alipay_order_no": e.id,
				"merchant_order_no": e.no, "trans_amount": e.amount.Neg().StringFixed(2), "type": "转账", "direction": "支出"})
		}
		return map[string]any{"code": "10000", "msg": "Success", "page_no": "1", "page_size": "2000", "total_size": fmt.Sprint(len(list)), "detail_list": list}
	}
	return fail("isv.invalid-method")
}

func (g *gateway) answer(w http.ResponseWriter, method string, body map[string]any, spoil string) {
	raw, _ := json.Marshal(body)
	sum := sha256.Sum256(raw)
	sig, err := rsa.SignPKCS1v15(rand.Reader, keys()[1], crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	if spoil == "forge" {
		sig[3] ^= 1
	}
	sign := fmt.Sprintf(`,"sign":%q`, base64.StdEncoding.EncodeToString(sig))
	if spoil == "unsigned" {
		sign = ""
	}
	fmt.Fprintf(w, `{%q:%s%s}`, strings.ReplaceAll(method, ".", "_")+"_response", raw, sign)
}

// verify checks RSA2 over the sorted parameters.
func verify(form url.Values) error {
	var names []string
	for k := range form {
		if k != "sign" && form.Get(k) != "" {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	for i, k := range names {
		names[i] = k + "=" + form.Get(k)
	}
	sum := sha256.Sum256([]byte(strings.Join(names, "&")))
	sig, err := base64.StdEncoding.DecodeString(form.Get("sign"))
	if err != nil {
		return err
	}
	return rsa.VerifyPKCS1v15(&keys()[0].PublicKey, crypto.SHA256, sum[:], sig)
}

func open(t *testing.T) (*gateway, alipay.Config) {
	t.Helper()
	g := &gateway{book: map[string]*entry{}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	private, err := x509.MarshalPKCS8PrivateKey(keys()[0])
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&keys()[1].PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return g, alipay.Config{AppID: "2021000000000000", PrivateKey: "-----BEGIN PRIVATE KEY-----\n" + base64.StdEncoding.EncodeToString(private) + "\n-----END PRIVATE KEY-----",
		PublicKey: base64.StdEncoding.EncodeToString(public), Gateway: server.URL, Timeout: 2 * time.Second}
}

func order(no string, amount int64) payout.Order {
	return payout.Order{Number: no, Amount: amount, Currency: "CNY", Payee: payout.Payee{Account: "wang@example.com", RealName: "王小明"}, Remark: "推广佣金 <&>"}
}

func TestAlipay_Conforms(t *testing.T) {
	t.Parallel()
	conform.Suite(t, func(t *testing.T) conform.Stage {
		g, cfg := open(t)
		p, err := alipay.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Gateway = "http://127.0.0.1:1"
		gone, err := alipay.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return conform.Stage{
			Provider: p, Order: order, Gone: gone,
			Pay: func(string) {}, // it pays at once
			Left: func() map[string]int64 {
				g.mu.Lock()
				defer g.mu.Unlock()
				left := map[string]int64{}
				for no, e := range g.book {
					left[no] = e.amount.Shift(2).IntPart()
				}
				return left
			},
			Today: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		}
	})
}

// An answer that is not signed by Alipay is doubt, whatever it says.
func TestAnswers_ThatAreNotAlipaysAreDoubt(t *testing.T) {
	t.Parallel()
	for _, spoil := range []string{"drop", "forge", "unsigned"} {
		t.Run(spoil, func(t *testing.T) {
			t.Parallel()
			g, cfg := open(t)
			g.spoil = func(string) string { return spoil }
			p, err := alipay.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			r, err := p.Prepare(t.Context(), order("N1", 1234))
			if err != nil {
				t.Fatal(err)
			}
			if a := p.Submit(t.Context(), r); a.Standing != payout.Doubt {
				t.Errorf("%+v", a)
			}
			if a := p.Query(t.Context(), "N1"); a.Standing != payout.Doubt {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestReadBill_OfTheConsole(t *testing.T) {
	t.Parallel()
	_, cfg := open(t)
	p, err := alipay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	const file = "#支付宝账务明细查询\n#账号：[2088000000000000]\n账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注\n" +
		"1,20260301,N1,,2026-03-01 10:00:00,wang,0.00,-12.34,1.00,支付宝,转账,\n2,20260301,N1,,2026-03-02 10:00:00,wang,12.34,0.00,1.00,支付宝,转账退回,\n3,X,,,2026-03-02 10:00:00,,5.00,0.00,1.00,支付宝,在线支付,\n#结束\n"
	rows, err := p.ReadBill([]byte(file))
	if err != nil || len(rows) != 2 || rows[0].Amount != 1234 || rows[1].Amount != -1234 || rows[0].Number != "N1" {
		t.Fatalf("%+v, %v", rows, err)
	}
}
