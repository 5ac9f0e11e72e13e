package app

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/rbac"
)

var update = flag.Bool("update", false, "write the golden file")

func TestMain(m *testing.M) {
	host.MaybeLauncher()
	os.Exit(m.Run())
}

const operator = "operator-token-of-the-test"

// compose builds the whole app on a database and a Redis of its own.
func compose(t *testing.T) *App {
	t.Helper()
	db := pgtest.Open(t)
	a, err := New(t.Context(), Config{
		Role: All, DatabaseURL: db.AppURL, RedisURL: redistest.URL(t), SecretKey: secret.NewKey(), OperatorToken: operator,
		BaseDomain: "shop.test", TestClock: true, Dir: t.TempDir(), Sandbox: true, Version: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// serve lets it listen until the test ends.
func serve(t *testing.T, a *App) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("it did not end well: %v", err)
			}
		case <-time.After(graceful):
			t.Error("it did not end")
		}
	})
	return "http://" + ln.Addr().String()
}

// TestEveryOperationHasItsPermission keeps the list of routes, and who may
// call them, in a file that a review reads.
func TestEveryOperationHasItsPermission(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, op := range compose(t).HTTP.Operations() {
		who := "anybody"
		if !op.Public {
			var roles []string
			for _, r := range rbac.Roles {
				if rbac.Allow(string(r), op.Permission) && enters(r, op.Audience) {
					roles = append(roles, string(r))
				}
			}
			if len(roles) == 0 {
				t.Errorf("nobody may %s in %s", op.ID, op.Audience)
			}
			who = op.Permission + ": " + strings.Join(roles, " ")
		}
		lines = append(lines, fmt.Sprintf("%-6s %-50s %s\n", op.Method, op.FullPath(), who))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[7:], b[7:]) })
	got := strings.Join(lines, "")
	const file = "testdata/routes.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Fatalf("the routes have changed; look at them, then run with -update:\n%s", got)
	}
}

// enters tells which roles an audience's tokens can carry at all.
func enters(r rbac.Role, a httpapi.Audience) bool {
	switch a {
	case httpapi.Platform:
		return r == rbac.Operator || r == rbac.Developer
	case httpapi.Merchant:
		return r == rbac.Owner || r == rbac.Manager || r == rbac.Finance || r == rbac.Support
	case httpapi.Store:
		return r == rbac.Buyer || r == rbac.Distributor
	}
	return r == rbac.Key
}

// TestNoOperationAnswersAStranger walks all of them: without a token and with
// one that was made up, what is not public is 401 whatever its path says.
func TestNoOperationAnswersAStranger(t *testing.T) {
	t.Parallel()
	a := compose(t)
	base := serve(t, a)
	hole := regexp.MustCompile(`\{[^}]*\}`)
	for _, op := range a.HTTP.Operations() {
		if op.Public {
			continue
		}
		for _, token := range []string{"", "nonsense", "fs_" + strings.Repeat("0", 32) + "_x", "fk_" + strings.Repeat("0", 32) + "_x"} {
			req, _ := http.NewRequest(op.Method, base+hole.ReplaceAllString(op.FullPath(), "x"), strings.NewReader("{}"))
			req.Header.Set("X-Store", "store-a")
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != 401 || res.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s %s with %q: %d", op.Method, op.FullPath(), token, res.StatusCode)
			}
		}
	}
}

func TestServes(t *testing.T) {
	t.Parallel()
	a := compose(t)
	base := serve(t, a)
	for _, path := range []string{"/healthz", "/readyz"} {
		res, err := http.Get(base + path)
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("%s: %v %v", path, res, err)
		}
		res.Body.Close()
	}
	for _, audience := range httpapi.Audiences {
		res, err := http.Get(base + audience.Prefix() + "/openapi.json")
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.NewDecoder(res.Body).Decode(&doc); err != nil || doc["openapi"] != "3.1.0" {
			t.Errorf("%s: %v %v", audience, doc["openapi"], err)
		}
		res.Body.Close()
	}
	res, err := http.Post(base+"/api/platform/v1/stores", "application/json",
		strings.NewReader(`{"slug":"chunfeng","name":"茶","owner":{"name":"林","login":"lin@example.com","password":"correct horse"}}`))
	if err != nil || res.StatusCode != 201 {
		body, _ := io.ReadAll(res.Body)
		t.Fatalf("%v %s", err, body)
	}
	res.Body.Close()
	res, err = http.Get(base + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	figures, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if !strings.Contains(string(figures), `operation="platform:store.sign_up",status="201"`) || strings.Contains(string(figures), "chunfeng") {
		t.Fatal("the figures lack the request or name the store")
	}
}

// TestRegisteringByALinkMakesABuyer goes through the real slice customer.
func TestRegisteringByALinkMakesABuyer(t *testing.T) {
	t.Parallel()
	a := compose(t)
	base := serve(t, a)
	opened, err := http.Post(base+"/api/platform/v1/stores", "application/json",
		strings.NewReader(`{"slug":"chunfeng","name":"春风","owner":{"name":"春","login":"owner@chunfeng.test","password":"correct horse"}}`))
	if err != nil || opened.StatusCode != http.StatusCreated {
		t.Fatal(opened, err)
	}
	opened.Body.Close()
	enter := func(body string) map[string]any {
		req, _ := http.NewRequest("POST", base+"/api/store/v1/sessions", strings.NewReader(body))
		req.Header.Set("X-Store", "chunfeng")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var out map[string]any
		_ = json.NewDecoder(res.Body).Decode(&out)
		return out
	}
	first := enter(`{"login":"13800000001","password":"correct horse","name":"张","register":true,"code":"nobodys"}`)
	again := enter(`{"login":"138 0000 0001","password":"correct horse"}`)
	if first["buyer"] == nil || fmt.Sprint(first["buyer"]) != fmt.Sprint(again["buyer"]) || first["token"] == again["token"] {
		t.Fatalf("%v\n%v", first, again)
	}
}
