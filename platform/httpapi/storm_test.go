package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// listen serves on a real connection until the test ends.
func listen(t *testing.T, s *httpapi.Server) (base string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Fiber().Listener(ln) }()
	t.Cleanup(func() { _ = ln.Close() })
	return "http://" + ln.Addr().String()
}

// TestRequestsThatShareAConnectionDoNotMix keeps what handlers were given and
// looks at it after the connection has served others: Fiber's own strings
// would have changed.
func TestRequestsThatShareAConnectionDoNotMix(t *testing.T) {
	t.Parallel()
	s := newServer(t, io.Discard)
	type keep struct{ path, name, id string }
	var mu sync.Mutex
	var kept []keep
	httpapi.Register(s, httpapi.Merchant, httpapi.Operation{ID: "echo.keep", Method: "POST", Path: "/keep/{id}", Public: true},
		func(ctx context.Context, in *echoIn) (*echoOut, error) {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, keep{in.ID, in.Body.Name, httpapi.RequestIDOf(ctx)})
			return &echoOut{}, nil
		})
	base := listen(t, s)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
			for i := range 100 {
				canary := fmt.Sprintf("canary-%d-%d", worker, i)
				req, _ := http.NewRequest("POST", base+"/api/merchant/v1/keep/"+canary, strings.NewReader(`{"name":"`+canary+`","lines":[]}`))
				req.Header.Set("X-Request-Id", canary)
				res, err := client.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				if _ = res.Body.Close(); res.Header.Get("X-Request-Id") != canary || res.StatusCode != 200 {
					t.Errorf("%s was answered as %s, %d", canary, res.Header.Get("X-Request-Id"), res.StatusCode)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, k := range kept {
		if k.path != k.name || k.name != k.id {
			t.Fatalf("mixed: %+v", k)
		}
		seen[k.name] = true
	}
	if len(seen) != 800 {
		t.Fatalf("%d of 800", len(seen))
	}
}

// TestOnceOverHTTP is the promise as a caller sees it: one effect and the same
// bytes, and 422 for another body.
func TestOnceOverHTTP(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, pg.MaxConns(8))
	s := httpapi.New(httpapi.Config{
		Authenticate: func(context.Context, httpapi.Audience, string, tenancy.ID) (httpapi.Caller, error) {
			return httpapi.Caller{Kind: httpapi.Staff, Tenant: db.A, Actor: "staff:1"}, nil
		},
		Allow: func(httpapi.Caller, string) bool { return true },
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	type request struct {
		httpapi.Idempotent
		Body struct {
			Amount int64 `json:"amount"`
		}
	}
	type paid struct {
		Number int64 `json:"number"`
	}
	type answer struct{ Body paid }
	httpapi.Register(s, httpapi.Merchant, httpapi.Operation{ID: "payout.make", Method: "POST", Path: "/payouts", Permission: "payout.make", Status: 201},
		func(ctx context.Context, in *request) (*answer, error) {
			out, err := httpapi.Once(ctx, db.DB, "payout.make", in.IdempotencyKey, in.Body, func(ctx context.Context, tx *pg.Tx) (p paid, err error) {
				err = tx.QueryRow(ctx, `
					insert into distributor_tree (tenant_id) values ($1) returning (extract(epoch from clock_timestamp()) * 1000000)::bigint`, tx.Tenant()).Scan(&p.Number)
				return p, err // a second insert would violate the key
			})
			return &answer{out}, err
		})
	base := listen(t, s)
	pay := func(key, body string) (int, string) {
		req, _ := http.NewRequest("POST", base+"/api/merchant/v1/payouts", strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer x")
		req.Header.Set("Idempotency-Key", key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(raw)
	}
	answers := make([]string, 64)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			status, raw := pay("k1", `{"amount":100}`)
			answers[i] = fmt.Sprint(status, " ", raw)
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.HasPrefix(a, "201 ") {
			t.Fatalf("%s and %s", answers[0], a)
		}
	}
	if status, raw := pay("k1", `{"amount":101}`); status != 422 || !strings.Contains(raw, "idempotency.key_reused") {
		t.Fatal(status, raw)
	}
	if status, raw := pay("", `{"amount":100}`); status != 400 || !strings.Contains(raw, "idempotency.key_required") {
		t.Fatal(status, raw)
	}
}
