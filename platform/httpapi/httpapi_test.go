package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

var (
	storeA   = tenancy.New(pgtest.Start)
	storeB   = tenancy.New(pgtest.Start)
	errToken = fault.New(fault.Unauthorized, "session.unknown", "请重新登录", "please log in again")
	errDebt  = fault.New(fault.Conflict, "withdrawal.in_debt", "欠款 {debt}", "{debt} is owed")
)

type stores map[string]tenancy.ID

func (s stores) ByHost(_ context.Context, host string) (tenancy.ID, error) {
	return s[strings.TrimSuffix(host, ".shop.test")], nil
}
func (s stores) BySlug(_ context.Context, slug string) (tenancy.ID, error) { return s[slug], nil }

type echoIn struct {
	ID   string `path:"id"`
	Body struct {
		Name  string `json:"name" minLength:"2"`
		Lines []struct {
			SKU string `json:"sku"`
			Qty int    `json:"qty" minimum:"1"`
		} `json:"lines"`
	}
}
type echoOut struct {
	Body struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Caller string `json:"caller"`
		Tenant string `json:"tenant"`
		Lang   string `json:"lang"`
	}
}

func echo(ctx context.Context, in *echoIn) (*echoOut, error) {
	switch in.Body.Name {
	case "debt":
		return nil, errDebt.With("debt", "9.00").At("amount")
	case "secret":
		return nil, errors.New("the password is hunter2")
	case "panic":
		panic("the password is hunter2")
	}
	out := &echoOut{}
	out.Body.ID, out.Body.Name, out.Body.Lang = in.ID, in.Body.Name, httpapi.LangOf(ctx)
	out.Body.Caller, out.Body.Tenant = httpapi.CallerOf(ctx).Kind, httpapi.TenantOf(ctx).String()
	return out, nil
}

// newServer has one operation in each audience and tokens "<role>@<store>".
func newServer(t *testing.T, log io.Writer) *httpapi.Server {
	t.Helper()
	known := stores{"a": storeA, "b": storeB}
	s := httpapi.New(httpapi.Config{
		Tenants: known,
		Authenticate: func(_ context.Context, a httpapi.Audience, token string, tenant tenancy.ID) (httpapi.Caller, error) {
			role, store, _ := strings.Cut(token, "@")
			id := known[store]
			if role == "" || id.IsZero() || a == httpapi.Store && id != tenant {
				return httpapi.Caller{}, errToken
			}
			return httpapi.Caller{Kind: httpapi.Staff, Tenant: id, Role: role, Actor: "staff:" + role}, nil
		},
		Allow: func(c httpapi.Caller, permission string) bool { return c.Role == "owner" },
		Log:   slog.New(slog.NewTextHandler(log, nil)),
	})
	for _, a := range []httpapi.Audience{httpapi.Merchant, httpapi.Store} {
		httpapi.Register(s, a, httpapi.Operation{ID: "echo.say", Method: "POST", Path: "/echo/{id}", Permission: "echo.say"}, echo)
		httpapi.Register(s, a, httpapi.Operation{ID: "echo.open", Method: "POST", Path: "/open/{id}", Public: true, Status: 201}, echo)
	}
	return s
}

type answer struct {
	status int
	header http.Header
	raw    []byte
	httpapi.Problem
}

func send(t *testing.T, s *httpapi.Server, path, token string, body []byte, header ...string) answer {
	t.Helper()
	req := httptest.NewRequest("POST", path, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := s.Fiber().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	a.raw, _ = io.ReadAll(res.Body)
	_ = json.Unmarshal(a.raw, &a.Problem)
	return a
}

const good = `{"name":"tea","lines":[{"sku":"t1","qty":1}]}`

func TestRequest(t *testing.T) {
	t.Parallel()
	s := newServer(t, io.Discard)
	for _, c := range []struct {
		claim, path, token, body string
		header                   []string
		status                   int
		code, field              string
	}{
		{"WithPermissionIsAnswered", "/api/merchant/v1/echo/1", "owner@a", good, nil, 200, "", ""},
		{"WithoutTokenIs401", "/api/merchant/v1/echo/1", "", good, nil, 401, "request.unauthenticated", ""},
		{"WithAWrongTokenIs401", "/api/merchant/v1/echo/1", "owner@z", good, nil, 401, "session.unknown", ""},
		{"WithoutPermissionIs403WhateverTheBody", "/api/merchant/v1/echo/1", "support@a", `{"nam`, nil, 403, "request.forbidden", ""},
		{"OpenToAllNeedsNoToken", "/api/merchant/v1/open/1", "", good, nil, 201, "", ""},
		{"OpenToAllForgivesAnOldToken", "/api/merchant/v1/open/1", "owner@z", good, nil, 201, "", ""},
		{"OfAnUnknownStoreIs404", "/api/store/v1/open/1", "", good, []string{"Host", "z.shop.test"}, 404, "store.unknown", ""},
		{"WithAnotherStoresTokenIs401", "/api/store/v1/echo/1", "owner@b", good, []string{"X-Store", "a"}, 401, "session.unknown", ""},
		{"NamesWhatIsUnknown", "/api/merchant/v1/open/1", "", `{"name":"tea","lines":[],"price":1}`, nil, 422, "request.invalid", "price"},
		{"DoesNotGuessTheCaseOfAField", "/api/merchant/v1/open/1", "", `{"NAME":"tea","lines":[]}`, nil, 422, "request.invalid", "name"},
		{"NamesTheFirstFieldThatIsWrong", "/api/merchant/v1/open/1", "", `{"name":"tea","lines":[{"sku":"a","qty":0}]}`, nil, 422, "request.invalid", "lines[0].qty"},
		{"WithoutBodyIs400", "/api/merchant/v1/open/1", "", ``, nil, 400, "request.malformed", ""},
		{"CutOffIs400", "/api/merchant/v1/open/1", "", `{"name":"te`, nil, 400, "request.malformed", ""},
		{"WithTwoValuesIs400", "/api/merchant/v1/open/1", "", good + good, nil, 400, "request.malformed", ""},
		{"WithAKeyTwiceIsRefused", "/api/merchant/v1/open/1", "", `{"name":"tea","lines":[{"sku":"a","qty":1},{"sku":"b","qty":1,"qty":900}]}`, nil, 400, "request.duplicate_key", "lines[1].qty"},
		{"WithAnEscapedKeyTwiceIsRefused", "/api/merchant/v1/open/1", "", `{"name":"tea","n\u0061me":"x","lines":[]}`, nil, 400, "request.duplicate_key", "name"},
		{"ThatIsNotUTF8IsRefused", "/api/merchant/v1/open/1", "", "{\"name\":\"\xff\xfe\",\"lines\":[]}", nil, 400, "request.not_utf8", ""},
		{"NestedWithoutEndIsRefused", "/api/merchant/v1/open/1", "", strings.Repeat("[", 100), nil, 400, "request.too_deep", ""},
		{"PackedIsRefused", "/api/merchant/v1/open/1", "", good, []string{"Content-Encoding", "gzip"}, 400, "request.media_type", ""},
		{"OfAnotherTypeIsRefused", "/api/merchant/v1/open/1", "", good, []string{"Content-Type", "text/csv"}, 400, "request.media_type", ""},
		{"Over10MiBIs413", "/api/merchant/v1/open/1", "", `{"name":"` + strings.Repeat("x", 10<<20) + `","lines":[]}`, nil, 413, "request.too_large", ""},
		{"ToNowhereIs404", "/api/merchant/v1/nowhere", "owner@a", good, nil, 404, "request.no_route", ""},
		{"ToAnAddressThatIsNotUTF8IsRefused", "/api/merchant/v1/open/%FF", "", good, nil, 400, "request.address", ""},
		{"ThatFailsForAReasonSaysTheReason", "/api/merchant/v1/open/1", "", `{"name":"debt","lines":[]}`, nil, 409, "withdrawal.in_debt", "amount"},
	} {
		t.Run(c.claim, func(t *testing.T) {
			t.Parallel()
			a := send(t, s, c.path, c.token, []byte(c.body), c.header...)
			if a.status != c.status || a.Code != c.code || a.Field != c.field {
				t.Fatalf("got %d %s %q, want %d %s %q: %s", a.status, a.Code, a.Field, c.status, c.code, c.field, a.raw)
			}
			if a.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("an error of type %s", a.header.Get("Content-Type"))
			}
			if a.status >= 400 && (a.RequestID == "" || a.RequestID != a.header.Get("X-Request-Id")) {
				t.Fatalf("request id %q in the body, %q in the header", a.RequestID, a.header.Get("X-Request-Id"))
			}
		})
	}
}

func TestPathIsReadAsItWasMeant(t *testing.T) {
	t.Parallel()
	s := newServer(t, io.Discard)
	for segment, want := range map[string]string{"%E5%8D%95%2F%209": "单/ 9", "100%2525": "100%25", "a+b%3F": "a+b?"} {
		a := send(t, s, "/api/merchant/v1/open/"+segment, "", []byte(good))
		var got struct{ ID string }
		if err := json.Unmarshal(a.raw, &got); err != nil || a.status != 201 || got.ID != want {
			t.Errorf("%s: %d %s, want %q", segment, a.status, a.raw, want)
		}
	}
	req := httptest.NewRequest("POST", "/", strings.NewReader(good))
	req.RequestURI = "/api/merchant/v1/open/50%zz"
	res, err := s.Fiber().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if raw, _ := io.ReadAll(res.Body); res.StatusCode != 400 || !bytes.Contains(raw, []byte("request.address")) {
		t.Errorf("a broken escape: %d %s", res.StatusCode, raw)
	}
}

func TestStoreComesFromHostOrHeader(t *testing.T) {
	t.Parallel()
	s := newServer(t, io.Discard)
	for _, header := range [][]string{{"Host", "a.shop.test"}, {"X-Store", "a", "Host", "b.shop.test"}} {
		a := send(t, s, "/api/store/v1/echo/1", "owner@a", []byte(good), header...)
		if a.status != 200 || !bytes.Contains(a.raw, []byte(storeA.String())) {
			t.Fatalf("%v: %d %s", header, a.status, a.raw)
		}
	}
}

func TestAnswerSpeaksTheCallersLanguage(t *testing.T) {
	t.Parallel()
	s := newServer(t, io.Discard)
	for accept, want := range map[string]string{"": "欠款 9.00", "en-GB": "9.00 is owed", "fr, en;q=0.4, zh;q=0.9": "欠款 9.00", "de": "欠款 9.00"} {
		if a := send(t, s, "/api/merchant/v1/open/1", "", []byte(`{"name":"debt","lines":[]}`), "Accept-Language", accept); a.Detail != want {
			t.Errorf("Accept-Language %q: %q", accept, a.Detail)
		}
	}
}

func TestOurOwnFailureTellsNothing(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newServer(t, &log)
	for _, name := range []string{"secret", "panic"} {
		a := send(t, s, "/api/merchant/v1/open/1", "", []byte(`{"name":"`+name+`","lines":[]}`))
		if a.status != 500 || a.Code != "internal" || bytes.Contains(a.raw, []byte("hunter2")) {
			t.Fatalf("%s: %d %s", name, a.status, a.raw)
		}
		if !strings.Contains(log.String(), a.RequestID) {
			t.Fatalf("%s is not in the log", name)
		}
	}
	if strings.Contains(log.String(), "value of type string") && strings.Count(log.String(), "hunter2") > 1 {
		t.Fatal("the value of a panic is in the log")
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := newServer(t, io.Discard)
	req := httptest.NewRequest("GET", "/api/merchant/v1/openapi.json", nil)
	res, err := s.Fiber().Test(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Permission  string `json:"x-permission"`
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Paths["/echo/{id}"]["post"].Permission != "echo.say" || len(doc.Paths) != 2 {
		t.Fatalf("%+v", doc)
	}
	if doc.Components.Schemas["Problem"] == nil {
		t.Fatalf("no Problem among %v", doc.Components.Schemas)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	after := func(n int) []string { return []string{fmt.Sprint(n), "x"} }
	full := httpapi.PageOf([]int{1, 2, 3}, 2, after)
	parts, err := httpapi.ReadCursor(full.NextCursor, 2)
	if err != nil || len(full.Items) != 2 || parts[0] != "2" {
		t.Fatal(full, parts, err)
	}
	if b, _ := json.Marshal(httpapi.PageOf[int](nil, 2, after)); string(b) != `{"items":[],"next_cursor":""}` {
		t.Fatalf("an empty page is %s", b)
	}
	if _, err := httpapi.ReadCursor("@@", 2); fault.Of(err).Code != "request.cursor_invalid" {
		t.Fatal(err)
	}
	if _, err := httpapi.ReadCursor(full.NextCursor, 3); err == nil {
		t.Fatal("another list's cursor was taken")
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, pg.MaxConns(12))
	type paid struct {
		Number int64  `json:"number"`
		Note   string `json:"note"`
	}
	var effects atomic.Int64
	pay := func(ctx context.Context, tx *pg.Tx) (paid, error) {
		_, err := tx.Exec(ctx, `insert into registry_audit (tenant_id, id, at, actor, action, subject) values ($1, gen_random_uuid(), $2, 'x', 'paid', 'x')`, tx.Tenant(), tx.Now())
		return paid{Number: effects.Add(1), Note: "<付>"}, err
	}
	as := func(tenant tenancy.ID, actor string) context.Context {
		return httpapi.WithCaller(t.Context(), httpapi.Caller{Kind: httpapi.Staff, Tenant: tenant, Actor: actor}, httpapi.English)
	}
	rows := func() int64 { return db.Int(t, `select count(*) from registry_audit`) }

	t.Run("SixtyFourAtOnceHaveOneEffectAndOneAnswer", func(t *testing.T) {
		answers := make([]string, 64)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				out, err := httpapi.Once(as(db.A, "staff:1"), db.DB, "withdrawal.pay", "k1", "body", pay)
				b, _ := json.Marshal(out)
				answers[i] = fmt.Sprint(string(b), err)
			})
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] {
				t.Fatalf("%s and %s", a, answers[0])
			}
		}
		if n := rows(); n != 1 || !strings.HasSuffix(answers[0], "<nil>") {
			t.Fatalf("%d effects, %s", n, answers[0])
		}
	})
	t.Run("AnotherBodyUnderTheKeyIsRefused", func(t *testing.T) {
		_, err := httpapi.Once(as(db.A, "staff:1"), db.DB, "withdrawal.pay", "k1", "other", pay)
		if f := fault.Of(err); f.Code != "idempotency.key_reused" || httpapi.StatusOf(f.Kind) != 422 {
			t.Fatal(err)
		}
	})
	t.Run("KeysOfOtherCallersScopesAndStoresAreOtherKeys", func(t *testing.T) {
		before := rows()
		for _, c := range []struct {
			ctx   context.Context
			scope string
		}{{as(db.A, "staff:2"), "withdrawal.pay"}, {as(db.A, "staff:1"), "refund"}, {as(db.B, "staff:1"), "withdrawal.pay"}} {
			if _, err := httpapi.Once(c.ctx, db.DB, c.scope, "k1", "other", pay); err != nil {
				t.Fatal(err)
			}
		}
		if rows() != before+3 {
			t.Fatal("a key was shared")
		}
	})
	t.Run("AWorkThatFailedMayBeTriedAgain", func(t *testing.T) {
		before := rows()
		_, err := httpapi.Once(as(db.A, "staff:1"), db.DB, "withdrawal.pay", "k2", "b", func(ctx context.Context, tx *pg.Tx) (paid, error) {
			_, _ = pay(ctx, tx)
			return paid{}, errDebt
		})
		if !errors.Is(err, errDebt) || rows() != before {
			t.Fatal(err, rows())
		}
		if _, err := httpapi.Once(as(db.A, "staff:1"), db.DB, "withdrawal.pay", "k2", "b", pay); err != nil || rows() != before+1 {
			t.Fatal(err, rows())
		}
	})
	t.Run("WithoutAKeyIsRefused", func(t *testing.T) {
		if _, err := httpapi.Once(as(db.A, "staff:1"), db.DB, "x", "", "b", pay); fault.Of(err).Code != "idempotency.key_required" {
			t.Fatal(err)
		}
	})
}
