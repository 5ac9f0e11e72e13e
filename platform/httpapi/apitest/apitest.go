// Package apitest puts a door in front of two stores, so that a test of a
// slice's HTTP package says only who asks, what, and what must come back.
//
// A token is "<role>@<store>" or "<role>:<name>@<store>", the store "a" or
// "b"; without one it is a. A path is the console's unless its audience
// stands before it: "/orders", "store:/me/link", "open:/orders".
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Allow says whether a role carries a permission.
type Allow func(role, permission string) bool

// Who makes the caller of a token more than staff: name is what the token
// says after the role, "" for nothing.
type Who func(ctx context.Context, c *httpapi.Caller, name string) error

// Door is a server before two stores. It speaks English unless a request asks
// for another language.
type Door struct {
	*httpapi.Server
	t *testing.T
}

// Open is a door without operations to the stores of db; who may be nil.
func Open(t *testing.T, db *pgtest.Database, allow Allow, who Who) *Door {
	s := twoStores{"store-a": db.A, "store-b": db.B}
	return &Door{t: t, Server: httpapi.New(httpapi.Config{
		Tenants: s,
		Allow:   func(c httpapi.Caller, permission string) bool { return allow(c.Role, permission) },
		Authenticate: func(ctx context.Context, a httpapi.Audience, token string, _ tenancy.ID) (httpapi.Caller, error) {
			person, _, _ := strings.Cut(token, "@")
			role, name, _ := strings.Cut(person, ":")
			c := httpapi.Caller{Kind: httpapi.Staff, Tenant: s[storeOf(token)], Role: role, Name: role, Actor: "staff:" + person}
			switch {
			case a == httpapi.Platform:
				c.Tenant = tenancy.ID{}
			case c.Tenant.IsZero():
				return c, fault.New(fault.Unauthorized, "session.unknown", "", "")
			}
			if who == nil {
				return c, nil
			}
			return c, who(ctx, &c, name)
		},
	})}
}

type twoStores map[string]tenancy.ID

func (s twoStores) ByHost(context.Context, string) (tenancy.ID, error) { return s["store-a"], nil }

func (s twoStores) BySlug(_ context.Context, slug string) (tenancy.ID, error) { return s[slug], nil }

// storeOf is the slug of a token's store.
func storeOf(token string) string {
	if _, store, named := strings.Cut(token, "@"); named && store != "" {
		return "store-" + store
	}
	return "store-a"
}

func urlOf(path string) string {
	for _, a := range httpapi.Audiences {
		if rest, found := strings.CutPrefix(path, string(a)+":"); found {
			return a.Prefix() + rest
		}
	}
	return httpapi.Merchant.Prefix() + path
}

// Answer is the JSON object of an answer.
type Answer map[string]any

// Text is a member that is a string, else "".
func (a Answer) Text(name string) string {
	text, _ := a[name].(string)
	return text
}

// Call sends a request, header in pairs of name and value. Without a token
// nobody asks.
func (d *Door) Call(method, path, token, body string, header ...string) (status int, a Answer) {
	d.t.Helper()
	status, raw := d.send(method, path, token, body, header)
	_ = json.Unmarshal(raw, &a)
	return status, a
}

// Must is Call for what has to succeed.
func (d *Door) Must(method, path, token, body string, header ...string) Answer {
	d.t.Helper()
	status, a := d.Call(method, path, token, body, header...)
	if status >= 300 {
		d.t.Fatalf("%s %s: %d %v", method, path, status, a)
	}
	return a
}

// Read is Call for an answer of one status, read into into unless that is nil.
func (d *Door) Read(want int, method, path, token, body string, into any, header ...string) {
	d.t.Helper()
	status, raw := d.send(method, path, token, body, header)
	if status != want {
		d.t.Fatalf("%s %s: %d, want %d: %s", method, path, status, want, raw)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		d.t.Fatalf("%s %s: %s: %v", method, path, raw, err)
	}
}

// Get is Read of what is there.
func (d *Door) Get(path, token string, into any, header ...string) {
	d.t.Helper()
	d.Read(200, "GET", path, token, "", into, header...)
}

// File is Get of something that is no JSON.
func (d *Door) File(path, token string, header ...string) []byte {
	d.t.Helper()
	status, raw := d.send("GET", path, token, "", header)
	if status != 200 {
		d.t.Fatalf("GET %s: %d: %s", path, status, raw)
	}
	return raw
}

// Refused is Call for what must fail, at a field unless that is "".
func (d *Door) Refused(want int, code, field, method, path, token, body string, header ...string) {
	d.t.Helper()
	status, a := d.Call(method, path, token, body, header...)
	if status != want || a.Text("code") != code || field != "" && a.Text("field") != field {
		d.t.Errorf("%s %s: %d %v, want %d %s %s", method, path, status, a, want, code, field)
	}
}

func (d *Door) send(method, path, token, body string, header []string) (int, []byte) {
	d.t.Helper()
	req := httptest.NewRequest(method, urlOf(path), bytes.NewBufferString(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	req.Header.Set("X-Store", storeOf(token))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := d.Fiber().Test(req, -1)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, raw
}
