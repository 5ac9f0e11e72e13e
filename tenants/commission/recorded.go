package commission

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

var errNothingRecorded = fault.New(fault.Conflict, "commission.nothing_recorded",
	"这笔订单没有问过佣金策略，没有可导出的判断", "no strategy was asked about this order, so there is no decision to export")

// TestCase is a stored decision as a test case that names nobody.
type TestCase struct {
	Strategy string `json:"strategy"`
	Version  string `json:"version"`
	Artifact string `json:"artifact"`
	Case     Case   `json:"case"`
}

// Case is a golden case of the strategies' test kit (plugins/sdk/stest): one
// order and what the strategy answered. A file of cases is a JSON array of
// them.
type Case struct {
	Name     string            `json:"name"`
	Config   json.RawMessage   `json:"config"`
	Rounding string            `json:"rounding,omitempty"`
	Levels   int32             `json:"levels,omitempty"`
	ByPaying bool              `json:"by_paying,omitempty"`
	Order    json.RawMessage   `json:"order"`
	Pays     map[string]int64  `json:"pays,omitempty"`
	Why      map[string]string `json:"why,omitempty"`
	Declined map[string]string `json:"declined,omitempty"`
	None     string            `json:"none,omitempty"`
}

// Redacted is the decision about an order as a test case. People are a, b, c;
// SKUs are SKU-1, SKU-2, in the order and in the configuration alike; facts
// that the strategy has not declared are left out. Amounts, times, categories,
// grades and channels stay, since the answer may hang on them. Errors:
// [order.ErrUnknown], commission.nothing_recorded.
func (s *Service) Redacted(ctx context.Context, tx *pg.Tx, which order.ID) (TestCase, error) {
	o, err := order.Get(ctx, tx, which)
	if err != nil {
		return TestCase{}, err
	}
	decisions, err := readDecisions(ctx, tx, []order.Order{o})
	if err != nil {
		return TestCase{}, err
	}
	d := decisions[which]
	if d == nil || d.request == nil {
		return TestCase{}, errNothingRecorded
	}
	artifact, err := s.programs.Artifact(ctx, tx, d.artifact)
	if err != nil {
		return TestCase{}, err
	}
	revision, err := s.programs.Revision(ctx, tx, d.revision)
	if err != nil {
		return TestCase{}, err
	}
	r := redaction{people: map[string]string{}, skus: map[string]string{}}
	made, err := r.caseOf(d, revision.Config, artifact.Description)
	return TestCase{artifact.Strategy, artifact.Version, artifact.SHA256, made}, err
}

// redaction gives everybody and everything another name, always the same one.
type redaction struct {
	people map[string]string // handle → "a"
	skus   map[string]string // SKU → "SKU-1"
}

func (r redaction) caseOf(d *decision, config json.RawMessage, about *strategyv1.DescribeResponse) (Case, error) {
	o := proto.CloneOf(d.request.GetOrders()[0])
	leaveOut(o, about)
	r.rename(o)
	rules := d.request.GetRules()
	c := Case{Name: fmt.Sprintf("Recorded%d", o.GetSeq()), Levels: rules.GetLevels(),
		ByPaying: rules.GetCampaignClock() == strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT}
	if rules.GetRounding() == strategyv1.Rounding_ROUNDING_HALF_UP {
		c.Rounding = "half_up"
	}
	var err error
	if c.Order, err = protojson.Marshal(o); err != nil {
		return c, fmt.Errorf("commission: redact: %w", err)
	}
	if c.Config, err = r.config(config, about.GetConfigSchema()); err != nil {
		return c, fmt.Errorf("commission: redact: %w", err)
	}
	c.expect(o, d.answer)
	return c, nil
}

// expect writes down what the strategy answered, by handle.
func (c *Case) expect(o *strategyv1.Order, answer *strategyv1.Decision) {
	handle := func(at int32) string {
		if chain := o.GetChain(); int(at) < len(chain) {
			return chain[at].GetHandle()
		}
		return o.GetRoles()[int(at)-len(o.GetChain())].GetHandle()
	}
	declined := answer.GetPaid().GetDeclined()
	if none := answer.GetNoCommission(); none != nil {
		c.None, declined = none.GetWhy().GetKey(), none.GetDeclined()
	}
	for _, a := range answer.GetPaid().GetAwards() {
		who := handle(a.GetRecipient())
		if c.Pays == nil {
			c.Pays, c.Why = map[string]int64{}, map[string]string{}
		}
		c.Pays[who] += a.GetAmount()
		if c.Why[who] == "" {
			c.Why[who] = a.GetWhy().GetKey()
		}
	}
	for _, x := range declined {
		if c.Declined == nil {
			c.Declined = map[string]string{}
		}
		c.Declined[handle(x.GetRecipient())] = x.GetWhy().GetKey()
	}
}

// leaveOut removes what the strategy has not declared, and so cannot have read.
func leaveOut(o *strategyv1.Order, about *strategyv1.DescribeResponse) {
	declared := map[string]bool{}
	for _, f := range about.GetFacts() {
		declared[f.GetName()] = true
	}
	if !declared["order.channel"] {
		o.Channel = ""
	}
	if !declared["order.region"] {
		o.Region = ""
	}
	if !declared["group_buy"] {
		o.GroupBuy = nil
	}
	o.Buyer = &strategyv1.Buyer{
		FirstOrder:  declared["buyer.first_order"] && o.GetBuyer().GetFirstOrder(),
		Distributor: declared["buyer.distributor"] && o.GetBuyer().GetDistributor(),
	}
	for _, l := range o.GetLines() {
		if !declared["line.category"] {
			l.Category = ""
		}
		if !declared["line.unit_cost"] {
			l.UnitCost = nil
		}
	}
	for _, m := range o.GetChain() {
		if !declared["chain.grade"] {
			m.Grade = ""
		}
		if !declared["chain.stats"] && !declared["chain.awarded"] {
			m.Stats = nil
		}
	}
}

func (r redaction) rename(o *strategyv1.Order) {
	for _, m := range o.GetChain() {
		m.Handle = r.person(m.GetHandle())
	}
	for _, x := range o.GetRoles() {
		x.Handle = r.person(x.GetHandle())
	}
	for _, l := range o.GetLines() {
		l.Sku = r.sku(l.GetSku())
	}
}

func (r redaction) person(handle string) string {
	if r.people[handle] == "" {
		r.people[handle] = string(rune('a' + len(r.people)))
	}
	return r.people[handle]
}

func (r redaction) sku(code string) string {
	if code == "" {
		return ""
	}
	if r.skus[code] == "" {
		r.skus[code] = fmt.Sprintf("SKU-%d", len(r.skus)+1)
	}
	return r.skus[code]
}

// config renames the SKUs of a configuration: where its schema says that
// products stand, and wherever a text is one of the order's own SKUs.
func (r redaction) config(raw, schema json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return json.RawMessage("{}"), nil
	}
	value, err := decoded(raw)
	if err != nil {
		return nil, err
	}
	var shape schemaNode
	if err := json.Unmarshal(schema, &shape); err != nil && len(schema) > 0 {
		return nil, errors.Join(errors.New("the schema of the settings"), err)
	}
	return json.Marshal(r.value(value, shape, false))
}

func decoded(raw json.RawMessage) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// schemaNode is what of a settings schema tells what stands where.
type schemaNode struct {
	Properties map[string]schemaNode `json:"properties"`
	Additional json.RawMessage       `json:"additionalProperties"` // a schema, or false
	Items      *schemaNode           `json:"items"`
	Keys       string                `json:"x-keys"`
	Widget     string                `json:"x-widget"`
	Format     string                `json:"format"`
}

// walk shows every part of a value together with its schema.
func walk(v any, n schemaNode, see func(any, schemaNode)) {
	see(v, n)
	switch v := v.(type) {
	case []any:
		if n.Items != nil {
			for _, item := range v {
				walk(item, *n.Items, see)
			}
		}
	case map[string]any:
		for name, inner := range v {
			walk(inner, n.member(name), see)
		}
	}
}

func (n schemaNode) holdsProducts() bool {
	return strings.HasPrefix(n.Widget, "product") || strings.HasPrefix(n.Widget, "sku")
}

func (n schemaNode) member(name string) schemaNode {
	if p, named := n.Properties[name]; named {
		return p
	}
	var rest schemaNode
	_ = json.Unmarshal(n.Additional, &rest) // false: there is no schema for it
	return rest
}

func (r redaction) value(v any, n schemaNode, products bool) any {
	products = products || n.holdsProducts()
	switch v := v.(type) {
	case string:
		if products || r.skus[v] != "" {
			return r.sku(v)
		}
	case []any:
		var item schemaNode
		if n.Items != nil {
			item = *n.Items
		}
		products = products || n.Keys == "sku"
		for i := range v {
			v[i] = r.value(v[i], item, products)
		}
	case map[string]any:
		renamed := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			to := name
			if n.Keys == "sku" {
				to = r.sku(name)
			}
			renamed[to] = r.value(v[name], n.member(name), false)
		}
		return renamed
	}
	return v
}
