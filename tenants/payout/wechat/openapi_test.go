package wechat_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/fenli-io/fenli/tenants/payout/wechat"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
)

// What goes over the wire between our client and the simulator has the fields,
// the required ones among them, and the words of the published description.
func TestOpenAPI_ClientAndSimulatorSpeakAsDescribed(t *testing.T) {
	t.Parallel()
	s := open(t, true)
	var last struct{ request, answer []byte }
	tap := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		last.request, last.answer = body, rec.Body.Bytes()
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(last.answer)
	}))
	defer tap.Close()
	cfg := s.cfg
	cfg.BaseURL = tap.URL
	p, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	const bills = "fund-app/mch-transfer/transfer-bills"
	o := order("N1", 250_000)
	o.NotifyURL = "https://shop.example/hooks/a/b"
	submit(t, p, o)
	post := describe(t, bills+".yaml")
	post.check(t, "a transfer", post.body(t), last.request)
	post.check(t, "the answer to a transfer", post.answer(), last.answer)

	for _, f := range []wechatsim.Fault{wechatsim.PayeeRefused, wechatsim.ShortWait} {
		s.Faults = func(wechatsim.Call) wechatsim.Fault { return f }
		o.Number = "N" + string(f[0]) + "2"
		submit(t, p, o)
		post.check(t, "the answer to a transfer with "+string(f), post.answer(), last.answer)
	}
	s.Faults = nil

	get := describe(t, bills+"/out-bill-no/{out_bill_no}.yaml")
	a := p.Query(t.Context(), "N1")
	get.check(t, "the answer to a query", get.answer(), last.answer)
	byID := describe(t, bills+"/transfer-bill-no/{transfer_bill_no}.yaml")
	p.QueryProviderID(t.Context(), a.ProviderID)
	byID.check(t, "the answer to a query by their number", byID.answer(), last.answer)
	cancel := describe(t, bills+"/out-bill-no/{out_bill_no}/cancel.yaml")
	p.Cancel(t.Context(), "N1")
	cancel.check(t, "the answer to cancelling", cancel.answer(), last.answer)
}

type description struct {
	verb operation
}

type operation struct {
	Parameters []struct {
		In     string `yaml:"in"`
		Schema schema `yaml:"schema"`
	} `yaml:"parameters"`
	Responses map[string]struct {
		Schema schema `yaml:"schema"`
	} `yaml:"responses"`
}

type schema struct {
	Type       string            `yaml:"type"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	Items      *schema           `yaml:"items"`
	Enum       []string          `yaml:"enum"`
}

func describe(t *testing.T, name string) description {
	t.Helper()
	root := os.Getenv("FENLI_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	raw, err := os.ReadFile(filepath.Join(root, "webhooks", "wechatpay", "openapi", "docs", "v3", name))
	if err != nil {
		t.Skipf("SKIPPED: the published description is not there; FENLI_DATA says where it is: %v", err)
	}
	var verbs map[string]operation
	if err := yaml.Unmarshal(raw, &verbs); err != nil || len(verbs) != 1 {
		t.Fatal(len(verbs), err)
	}
	for _, v := range verbs {
		return description{v}
	}
	return description{}
}

func (d description) body(t *testing.T) schema {
	t.Helper()
	for _, p := range d.verb.Parameters {
		if p.In == "body" {
			return p.Schema
		}
	}
	t.Fatal("no body is described")
	return schema{}
}

func (d description) answer() schema { return d.verb.Responses["200"].Schema }

func (d description) check(t *testing.T, what string, s schema, raw []byte) {
	t.Helper()
	if len(s.Properties) == 0 {
		t.Fatalf("%s: nothing is described", what)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v: %s", what, err, raw)
	}
	s.against(t, what, v)
}

func (s schema) against(t *testing.T, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, there := v[name]; !there {
				t.Errorf("%s: %s is missing", at, name)
			}
		}
		for name, value := range v {
			field, known := s.Properties[name]
			if !known {
				t.Errorf("%s: %s is not described", at, name)
				continue
			}
			field.against(t, at+"."+name, value)
		}
	case []any:
		for _, item := range v {
			s.Items.against(t, at+"[]", item)
		}
	case string:
		if s.Type != "string" || len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
			t.Errorf("%s: %q is not a %s of %v", at, v, s.Type, s.Enum)
		}
	case float64:
		if s.Type != "number" && s.Type != "integer" {
			t.Errorf("%s: a number is not a %s", at, s.Type)
		}
	default:
		t.Errorf("%s: %T", at, v)
	}
}
