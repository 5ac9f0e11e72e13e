package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

const recordFormat = "fenli.record/1"

// Record is one decision of a store with nobody in it: what the strategy was
// asked, what it answered, and both as a golden case.
type Record struct {
	Format   string          `json:"format"`
	Strategy RecordedBy      `json:"strategy"`
	Case     stest.Case      `json:"case"`
	Request  json.RawMessage `json:"request"` // strategyv1.EvaluateRequest of one order
	Answer   json.RawMessage `json:"answer"`  // strategyv1.Decision
}

// RecordedBy is who decided.
type RecordedBy struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Redaction says what a record may keep.
type Redaction struct {
	Name     string        // of the case
	KeepSKUs bool          // keep SKUs, categories and regions as they are
	Form     []byte        // the strategy's schema: says which keys of the settings are SKUs
	Shift    time.Duration // moves every time of the order; campaigns of a configuration stay
}

// MakeRecord takes the people out of a decision. Handles become a, b, c; SKUs,
// categories and regions become pseudonyms, the same ones in the order, the
// configuration and the reasons; the amounts stay. The arguments are not changed.
func MakeRecord(by RecordedBy, request *strategyv1.EvaluateRequest, answer *strategyv1.Decision, how Redaction) (Record, error) {
	if len(request.GetOrders()) != 1 {
		return Record{}, fmt.Errorf("workbench: a record is of one order, not of %d", len(request.GetOrders()))
	}
	req, said := proto.CloneOf(request), proto.CloneOf(answer)
	said.Order = 0
	o := req.Orders[0]
	names := pseudonyms{}
	shift := how.Shift.Milliseconds()
	o.Seq, o.PlacedAtMs, o.PaidAtMs = 1, o.PlacedAtMs+shift, o.PaidAtMs+shift
	names.people(o)
	if !how.KeepSKUs {
		names.goods(o)
		req.Config = names.config(req.Config, how.Form)
	}
	names.reasons(said)
	r := Record{Format: recordFormat, Strategy: by, Case: caseOf(how.Name, req, said)}
	var err error
	if r.Request, err = compact(req); err != nil {
		return Record{}, err
	}
	r.Answer, err = compact(said)
	return r, err
}

// pseudonyms are what is replaced by what, whole words only.
type pseudonyms map[string]string

// people become a, b, c in the order they stand in.
func (p pseudonyms) people(o *strategyv1.Order) {
	for _, m := range o.Chain {
		m.Handle = p.of(m.Handle, 'a')
	}
	for _, r := range o.Roles {
		r.Handle = p.of(r.Handle, 'a')
	}
}

// of gives a handle its letter, the same one every time.
func (p pseudonyms) of(handle string, first rune) string {
	if p[handle] == "" {
		p[handle] = string(first + rune(len(p)))
	}
	return p[handle]
}

// goods name SKUs SKU-1, categories cat-1/cat-2 and regions region-1.
func (p pseudonyms) goods(o *strategyv1.Order) {
	for _, l := range o.Lines {
		l.Sku = p.give("SKU-", l.Sku)
	}
	for _, l := range o.Lines {
		l.Category = p.path(l.Category)
	}
	o.Region = p.give("region-", o.Region)
}

// give numbers the names of one sort in the order they are met.
func (p pseudonyms) give(prefix, name string) string {
	if name != "" && p[name] == "" {
		n := 1
		for _, other := range p {
			if strings.HasPrefix(other, prefix) && !strings.Contains(other, "/") {
				n++
			}
		}
		p[name] = fmt.Sprint(prefix, n)
	}
	return p[name]
}

// path replaces each part of "tea/green" and remembers what leads to it as
// well, since a configuration names whole paths.
func (p pseudonyms) path(path string) string {
	parts := strings.Split(path, "/")
	whole := make([]string, len(parts))
	for i, part := range parts {
		whole[i] = p.give("cat-", part)
		p[strings.Join(parts[:i+1], "/")] = strings.Join(whole[:i+1], "/")
	}
	return strings.Join(whole, "/")
}

// config replaces goods in the settings: wherever the form says that keys are
// SKUs or categories, those that the order does not hold included, and texts
// that the order holds. The names of settings stay.
func (p pseudonyms) config(raw, form []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tree any
	if d.Decode(&tree) != nil {
		return raw
	}
	var schema map[string]any
	_ = json.Unmarshal(form, &schema) // without a form only what the order holds is known
	out, err := json.Marshal(p.within(tree, schema))
	if err != nil {
		return raw
	}
	return out
}

func (p pseudonyms) within(node any, schema map[string]any) any {
	switch v := node.(type) {
	case string:
		if other := p[v]; other != "" {
			return other
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i := range v {
			v[i] = p.within(v[i], items)
		}
	case map[string]any:
		return p.withinObject(v, schema)
	}
	return node
}

func (p pseudonyms) withinObject(v map[string]any, schema map[string]any) map[string]any {
	properties, _ := schema["properties"].(map[string]any)
	others, _ := schema["additionalProperties"].(map[string]any)
	changed := make(map[string]any, len(v))
	for _, key := range sortedKeys(v) {
		if setting, named := properties[key].(map[string]any); named {
			changed[key] = p.within(v[key], setting)
			continue
		}
		value := p.within(v[key], others)
		switch schema["x-keys"] {
		case "sku":
			key = p.give("SKU-", key)
		case "category":
			key = p.path(key)
		}
		changed[key] = value
	}
	return changed
}

// reasons replaces the arguments that name goods or people.
func (p pseudonyms) reasons(d *strategyv1.Decision) {
	for _, w := range whysOf(d) {
		for _, a := range w.GetArgs() {
			if other := p[a.Value]; other != "" {
				a.Value = other
			}
		}
	}
}

func whysOf(d *strategyv1.Decision) (all []*strategyv1.Why) {
	for _, a := range d.GetPaid().GetAwards() {
		all = append(all, a.Why)
	}
	for _, x := range d.GetPaid().GetDeclined() {
		all = append(all, x.Why)
	}
	for _, x := range d.GetNoCommission().GetDeclined() {
		all = append(all, x.Why)
	}
	return append(all, d.GetNoCommission().GetWhy())
}

func caseOf(name string, req *strategyv1.EvaluateRequest, said *strategyv1.Decision) stest.Case {
	c := caseUnder(req.Rules)
	c.Name, c.Config = name, req.Config
	c.Order, _ = compact(req.Orders[0])
	got := answerOf(req.Orders[0], said)
	c.None, c.Failed, c.Declined = got.None, got.Failed, got.Declined
	if len(got.Pays) > 0 {
		c.Pays, c.Why = got.Pays, got.Why
	}
	return c
}

// compact is protobuf's JSON with its blanks of chance taken out.
func compact(m proto.Message) (json.RawMessage, error) {
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = json.Compact(&b, raw)
	return b.Bytes(), err
}

// ReadRecord reads a file that MakeRecord's result was written to.
func ReadRecord(path string) (r Record, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return r, Flaw{"record.unreadable", err.Error(), "name a file that fenli plugin record wrote", path}
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.Format != recordFormat {
		return r, Flaw{"record.not_one", "this is no recorded decision", "name a file that fenli plugin record wrote; golden cases are for fenli plugin test", path}
	}
	return r, nil
}

// Replayed is what a strategy says today to a recorded question.
type Replayed struct {
	Equal    bool          `json:"equal"`             // to the byte
	Differs  *OrderDiffers `json:"differs,omitempty"` // A is the record, B the strategy asked now
	Recorded string        `json:"recorded"`
	Now      string        `json:"now"`
}

// Replay asks a strategy a recorded question again.
func (s *Strategy) Replay(ctx context.Context, r Record) (Replayed, error) {
	req, said := &strategyv1.EvaluateRequest{}, &strategyv1.Decision{}
	if err := protojson.Unmarshal(r.Request, req); err != nil || len(req.Orders) != 1 {
		return Replayed{}, Flaw{"record.broken", "the record's request cannot be read", "record the decision again", "request"}
	}
	if err := protojson.Unmarshal(r.Answer, said); err != nil {
		return Replayed{}, Flaw{"record.broken", "the record's answer cannot be read", "record the decision again", "answer"}
	}
	now, err := s.Ask(ctx, req.Config, req.Rules, req.Orders...)
	if err != nil {
		return Replayed{}, err
	}
	before, after := answerOf(req.Orders[0], said), answerOf(req.Orders[0], now[0])
	in := inCurrency(req.Orders[0].Currency)
	out := Replayed{Equal: proto.Equal(said, now[0]), Recorded: before.inShort(in), Now: after.inShort(in)}
	if o, differs := compareAnswers(r.Case.Name, req.Orders[0].Currency, before, after, s, s, "en"); differs {
		out.Differs = &o
	}
	return out, nil
}

// Text tells it to people.
func (r Replayed) Text(was Record, now *Strategy) string {
	if r.Equal {
		return fmt.Sprintf("equal to the byte: %s\n", r.Now)
	}
	text := fmt.Sprintf("recorded by %s %s: %s\n%s: %s\n", was.Strategy.ID, was.Strategy.Version, r.Recorded, now.Title(), r.Now)
	if r.Differs == nil {
		return text + "the amounts agree, the reasons do not\n"
	}
	for _, p := range r.Differs.People {
		text += fmt.Sprintf("  %-8s %12s → %12s  %s\n    %s → %s\n", p.Who, money.Format(p.A, r.Differs.Currency), money.Format(p.B, r.Differs.Currency), signed(p.B-p.A, r.Differs.Currency), p.WhyA, p.WhyB)
	}
	return text
}
