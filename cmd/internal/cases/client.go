package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// client speaks to one audience of the server with one token.
type client struct {
	http  *http.Client
	base  string // "http://127.0.0.1:8080/api/open/v1"
	token string
}

// problem is the server's refusal.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Field  string `json:"field"`
}

func (p *problem) Error() string {
	return fmt.Sprintf("%d %s at %q: %s", p.Status, p.Code, p.Field, p.Detail)
}

// call sends body as JSON and reads the answer into out; nil sends or reads
// nothing. A refusal is a *problem.
func (c client) call(ctx context.Context, method, path string, body, out any, header ...string) error {
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
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		p := &problem{Status: answer.StatusCode}
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
