package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/rbac"
)

type object = map[string]any

// town is a running platform that a test enters by its public door, with what
// it wrote to its log.
type town struct {
	*App
	t    testing.TB
	base string
	db   *pgtest.Database
	log  *logBook
}

func openTown(t *testing.T, change ...func(*Config)) *town {
	t.Helper()
	w := &town{t: t, db: pgtest.Open(t), log: &logBook{}}
	cfg := Config{
		Role: All, DatabaseURL: w.db.AppURL, RedisURL: redistest.URL(t), SecretKey: secret.NewKey(), OperatorToken: operator,
		BaseDomain: "shop.test", TestClock: true, Dir: t.TempDir(), Sandbox: true, Version: "test", Strategies: twoStrategies(t),
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&cfg)
	}
	a, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	w.App, w.base = a, serve(t, a)
	return w
}

// twoStrategies is a folder with what towns need: starting all of them in
// every town would take most of the tests' time.
func twoStrategies(t *testing.T) string {
	t.Helper()
	dir, err := builtTwo()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var builtTwo = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(os.TempDir(), "fenli-two-strategies")
	for _, id := range []string{"three-level", "matrix"} {
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", filepath.Join(dir, id), "../../../plugins/builtin/cmd/"+id)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w\n%s", err, out)
		}
	}
	return dir, nil
})

// logBook keeps what many goroutines log.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// request is one call as it goes over the wire.
type request struct {
	audience httpapi.Audience
	method   string
	path     string // below the audience's prefix
	token    string
	store    string // X-Store, for the store audience
	body     any    // []byte is sent as it is
	header   []string
}

type reply struct {
	status int
	body   []byte
	header http.Header
}

// problem reads a refusal.
func (r reply) problem() (p httpapi.Problem) {
	_ = json.Unmarshal(r.body, &p)
	return p
}

var attempts atomic.Int64

// ask sends a request. Every request has an Idempotency-Key of its own and
// the same name, so that answers can be compared byte by byte.
func (w *town) ask(q request) reply {
	w.t.Helper()
	var sent []byte
	switch b := q.body.(type) {
	case nil:
	case []byte:
		sent = b
	default:
		var err error
		if sent, err = json.Marshal(b); err != nil {
			w.t.Fatal(err)
		}
	}
	r, err := http.NewRequest(q.method, w.base+q.audience.Prefix()+q.path, bytes.NewReader(sent))
	if err != nil {
		w.t.Fatal(err)
	}
	if len(sent) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.token != "" {
		r.Header.Set("Authorization", "Bearer "+q.token)
	}
	if q.store != "" {
		r.Header.Set("X-Store", q.store)
	}
	r.Header.Set("X-Request-ID", "one-and-the-same")
	r.Header.Set("Idempotency-Key", fmt.Sprintf("attempt-%d", attempts.Add(1)))
	for i := 0; i+1 < len(q.header); i += 2 {
		r.Header.Set(q.header[i], q.header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", q.method, q.path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{res.StatusCode, body, res.Header}
}

// shop is a store in town and who may enter it.
type shop struct {
	*town
	slug, id string
	now      time.Time
	tokens   map[rbac.Role]string
}

const password = "correct horse battery"

// openShop signs a store up on a clock of its own, with staff of every role
// and an API key.
func (w *town) openShop(slug, name string) *shop {
	w.t.Helper()
	s := &shop{town: w, slug: slug, now: pgtest.Start, tokens: map[rbac.Role]string{}}
	var opened struct {
		Store struct{ ID string } `json:"store"`
		Token string              `json:"token"`
	}
	w.must(request{httpapi.Platform, "POST", "/stores", "", "", object{"slug": slug, "name": name, "test_clock_at": s.now,
		"owner": object{"name": name, "login": "owner@" + slug + ".test", "password": password}}, nil}, &opened)
	s.id, s.tokens[rbac.Owner] = opened.Store.ID, opened.Token
	store, err := w.Registry.BySlug(w.t.Context(), slug)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, role := range []rbac.Role{rbac.Manager, rbac.Finance, rbac.Support} {
		login := string(role) + "@" + slug + ".test"
		if _, err := w.Registry.AddStaff(w.t.Context(), "system", store.ID, login, password, name, string(role), ""); err != nil {
			w.t.Fatal(err)
		}
		session, err := w.Registry.LogIn(w.t.Context(), slug, login, password, "")
		if err != nil {
			w.t.Fatal(err)
		}
		s.tokens[role] = session.Token
	}
	var key struct{ ID, Key string }
	s.merchant("POST", "/api-keys", object{"name": name}, &key)
	s.tokens[rbac.Key] = key.Key
	return s
}

// must sends what has to be accepted.
func (w *town) must(q request, out any) {
	w.t.Helper()
	r := w.ask(q)
	if r.status >= 300 {
		w.t.Fatalf("%s %s%s: %d %s", q.method, q.audience, q.path, r.status, r.body)
	}
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			w.t.Fatalf("%s %s%s: %v in %s", q.method, q.audience, q.path, err, r.body)
		}
	}
}

func (s *shop) merchant(method, path string, body, out any) {
	s.t.Helper()
	s.must(request{httpapi.Merchant, method, path, s.tokens[rbac.Owner], "", body, nil}, out)
}

func (s *shop) open(method, path string, body, out any) {
	s.t.Helper()
	s.must(request{httpapi.Open, method, path, s.tokens[rbac.Key], "", body, nil}, out)
}

func (s *shop) store(token, method, path string, body, out any) {
	s.t.Helper()
	s.must(request{httpapi.Store, method, path, token, s.slug, body, nil}, out)
}

// moveTo moves the shop's clock; everything due by then is done.
func (s *shop) moveTo(at time.Time) {
	s.t.Helper()
	s.now = at
	s.must(request{httpapi.Platform, "POST", "/stores/" + s.id + "/clock", operator, "", object{"to": at}, nil}, nil)
}

func (s *shop) later(d time.Duration) { s.t.Helper(); s.moveTo(s.now.Add(d)) }

// enter registers a buyer who came by a code.
func (s *shop) enter(login, name, code string) (token, buyer string) {
	s.t.Helper()
	var in struct {
		Token string
		Buyer struct{ ID string }
	}
	s.store("", "POST", "/sessions", object{"login": login, "password": password, "name": name, "register": true, "code": code}, &in)
	return in.Token, in.Buyer.ID
}

func yuan(minor int64) object { return object{"amount": minor, "currency": "CNY"} }

// reported is an order as a shop's system tells it: one line without a product.
func reported(id, buyer, via string, price int64) object {
	o := object{"external_id": id, "buyer": object{"external_id": buyer, "name": buyer}, "paid": true,
		"lines": []object{{"id": "1", "sku": "TEA", "title": "茶", "qty": 1, "unit_price": yuan(price)}}}
	if via != "" {
		o["via"] = via
	}
	return o
}

// rows is what a store has in every table of the tenants, by table. The marks
// of sessions in use and of refused attempts are not its business.
func (w *town) rows(store string) map[string]string {
	w.t.Helper()
	tenant, err := w.Registry.BySlug(w.t.Context(), store)
	if err != nil {
		w.t.Fatal(err)
	}
	conn := w.ownerConn()
	defer conn.Close(w.t.Context())
	tables, err := conn.Query(w.t.Context(), `
		select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
		where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for tables.Next() {
		var n string
		if err := tables.Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		names = append(names, n)
	}
	if err := tables.Err(); err != nil || len(names) < 10 {
		w.t.Fatalf("%d tables: %v", len(names), err)
	}
	found := map[string]string{}
	for _, n := range names {
		var state string
		err := conn.QueryRow(w.t.Context(), fmt.Sprintf(
			`select count(*) || ' rows ' || coalesce(md5(string_agg(x::text, '|' order by x::text)), '') from %s x where tenant_id = $1`, n), tenant.ID).Scan(&state)
		if err != nil {
			w.t.Fatal(err)
		}
		found[n] = state
	}
	return found
}

// unchanged compares two looks at a store's rows.
func unchanged(before, after map[string]string) (differs []string) {
	for table, was := range before {
		if after[table] != was {
			differs = append(differs, fmt.Sprintf("%s: %s, was %s", table, after[table], was))
		}
	}
	return differs
}
