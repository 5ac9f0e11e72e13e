// Package client calls the platform's own HTTP API as anybody would: worked
// cases, the demo and the browser run come in through the public door.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Client speaks to one audience of a server with one token.
type Client struct {
	base  string // "http://127.0.0.1:8080/api/open/v1"
	token string
	store string
}

// New makes a client of an audience ("platform", "merchant", "store", "open")
// of the server at base. token may be "".
func New(base, audience, token string) Client {
	return Client{base: base + "/api/" + audience + "/v1", token: token}
}

// In names the store by its slug, for the store audience.
func (c Client) In(slug string) Client { c.store = slug; return c }

// As uses another token.
func (c Client) As(token string) Client { c.token = token; return c }

// Problem is the server's refusal.
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Field  string `json:"field"`
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s at %q: %s", p.Status, p.Code, p.Field, p.Detail)
}

// Call sends body as JSON and reads the answer into out; nil sends or reads
// nothing. A refusal is a *Problem.
func (c Client) Call(ctx context.Context, method, path string, body, out any, header ...string) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, &sent)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept-Language", "en")
	if c.store != "" {
		r.Header.Set("X-Store", c.store)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		p := &Problem{Status: answer.StatusCode}
		if err := json.NewDecoder(answer.Body).Decode(p); err != nil || p.Code == "" {
			return fmt.Errorf("%s %s: status %d", method, strings.TrimPrefix(c.base, "http://")+path, answer.StatusCode)
		}
		return p
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(out)
}
