package app

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/shopspring/decimal"

	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
)

// simulated is a WeChat Pay that pays with nothing: 模拟. It is there in a demo
// and in tests, listens on this machine alone, and is made when somebody first
// calls it.
type simulated struct {
	path string
	ln   net.Listener
	once sync.Once
	sim  *wechatsim.Server
	err  error
	done chan struct{}
}

func openSimulated(dir string) (*simulated, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &simulated{path: filepath.Join(dir, "wechat-simulator.json"), ln: ln, done: make(chan struct{})}
	go func() {
		_ = (&http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}).Serve(ln) // ends with the listener
	}()
	return s, nil
}

func (s *simulated) close() {
	close(s.done)
	_ = s.ln.Close()
}

// url is where it listens, "" without one.
func (s *simulated) url() string {
	if s == nil {
		return ""
	}
	return "http://" + s.ln.Addr().String()
}

func (s *simulated) server() (*wechatsim.Server, error) {
	s.once.Do(func() {
		if s.sim, s.err = wechatsim.Restore(s.path); s.err == nil {
			s.sim.Permits = func(url string) bool { return strings.HasPrefix(url, "http://127.0.0.1:") }
			go s.sim.Run(s.done)
		}
	})
	return s.sim, s.err
}

func (s *simulated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sim, err := s.server()
	if err != nil {
		http.Error(w, "simulator", http.StatusServiceUnavailable)
		return
	}
	sim.ServeHTTP(w, r)
}

// funds is what a simulated merchant has: 1,000,000.00 of nothing.
const funds = 100_000_000

// merchant opens an account at the simulator and returns what its owner would
// enter.
func (s *simulated) merchant(context.Context) (payout.Settings, error) {
	sim, err := s.server()
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random)
	word := hex.EncodeToString(random)
	m := wechatsim.Merchant{MchID: "SIM" + strings.ToUpper(word[:8]), AppID: "wxsimulated" + word[8:15], SerialNo: strings.ToUpper(word[16:48]), PublicKey: &key.PublicKey,
		APIv3Key: word[:32], Balance: funds, PublicMode: true}
	sim.Open(m)
	id, public := sim.PublicKey()
	return payout.Settings{"mch_id": m.MchID, "app_id": m.AppID, "serial_no": m.SerialNo, "api_v3_key": m.APIv3Key, "public_key_id": id, "public_key": public,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}, nil
}

// confirmPath is the page on which a payee confirms at the simulator, as WeChat
// shows one on the phone.
const confirmPath = "/simulated/wechat/confirm"

var confirmPage = template.Must(template.New("").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>模拟收款确认</title>
<style>body{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;margin:0;background:#ededed;text-align:center;color:#111}header{background:#8a5a00;color:#fff;padding:12px}
main{background:#fff;margin:24px auto;max-width:360px;padding:32px 20px;border-radius:12px}b{display:block;font-size:40px;margin:8px 0 20px}
button{background:#07c160;color:#fff;border:0;border-radius:8px;font-size:17px;padding:12px 48px}small{color:#666}</style>
<header>模拟 · 这不是微信支付，没有真实资金</header><main>{{if .Done}}<p>{{.Done}}</p><p><a href="javascript:history.back()">返回</a></p>{{else}}<p>{{.Remark}}</p><b>¥ {{.Amount}}</b>
<form method="post" action="` + confirmPath + `?package={{.Package}}"><button>确认收款</button></form><p><small>24 小时内未确认将自动退回 · simulated confirmation page</small></p>{{end}}</main></html>`))

type confirmView struct{ Remark, Amount, Package, Done string }

// openSimulatedPage serves it, in a demo alone.
func (a *App) openSimulatedPage() {
	if a.simulated == nil {
		return
	}
	show := func(c *fiber.Ctx, v confirmView) error {
		c.Set("Content-Type", "text/html; charset=utf-8")
		c.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
		return confirmPage.Execute(c, v)
	}
	f := a.HTTP.Fiber()
	f.Get(confirmPath, func(c *fiber.Ctx) error {
		sim, err := a.simulated.server()
		if err != nil {
			return err
		}
		b, waits := sim.Find(c.Query("package"))
		if !waits {
			return show(c, confirmView{Done: "这笔转账不在等待确认 · not waiting for confirmation"})
		}
		return show(c, confirmView{Remark: b.Remark, Amount: decimal.New(b.Amount, -2).StringFixed(2), Package: b.Package})
	})
	f.Post(confirmPath, func(c *fiber.Ctx) error {
		sim, err := a.simulated.server()
		if err != nil {
			return err
		}
		if c.Query("package") == "" {
			return fiber.ErrNotFound
		}
		if err := sim.Confirm(c.Query("package")); err != nil {
			return show(c, confirmView{Done: fmt.Sprint("未能确认：", err)})
		}
		return show(c, confirmView{Done: "已确认收款（模拟）"})
	})
}
