package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// subject is one configuration under one store's rules, and the orders to ask
// about: the vectors, the vectors in the configuration's own words, and its
// golden orders.
type subject struct {
	name    string
	config  []byte
	rules   *strategyv1.Rules
	orders  []NamedOrder
	first   bool // of its configuration: the checks that compare run on it
	answers []*strategyv1.Decision
}

// maxConfigs bounds how many configurations are tried.
const maxConfigs = 12

// rulesTried are the stores that a configuration is tried in.
var rulesTried = []*strategyv1.Rules{
	{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: 3},
	{Rounding: strategyv1.Rounding_ROUNDING_HALF_UP, Levels: 2, CampaignClock: strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT},
	{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: 1, CampaignClock: strategyv1.CampaignClock_CAMPAIGN_CLOCK_PLACED_AT},
}

type namedConfig struct {
	name string
	raw  []byte
}

// configurations are those that the strategy accepts: of its golden cases, of
// the options, its defaults, and one made up from its schema when there is no
// other.
func (s *session) configurations() (list []namedConfig) {
	add := func(name string, raw []byte, sure bool) {
		if len(list) == maxConfigs || slices.ContainsFunc(list, func(c namedConfig) bool { return sameJSON(c.raw, raw) }) {
			return
		}
		if sure || s.accepts(raw) {
			list = append(list, namedConfig{name, raw})
		}
	}
	for _, c := range s.options.Cases {
		if c.Failed == "" {
			add(c.Name, c.Config, true)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.options.Configs)) {
		add(name, s.options.Configs[name], true)
	}
	add("the defaults", []byte("{}"), false)
	if schema, ok := parsed(s.described.GetConfigSchema()).(map[string]any); ok && len(list) == 0 {
		for _, full := range []bool{false, true} {
			if raw, err := json.Marshal(example(schema, full)); err == nil {
				add("made from the schema", raw, false)
			}
		}
	}
	return list
}

func (s *session) accepts(config []byte) bool {
	out, err := s.validate(config)
	return err == nil && len(out.GetProblems()) == 0
}

func (s *session) validate(config []byte) (*strategyv1.ValidateConfigResponse, error) {
	s.questions++
	return s.asked.ValidateConfig(s.ctx, s.artifact, config, rulesTried[0])
}

// example makes a value that a schema allows: what is required, or everything.
func example(node map[string]any, full bool) any {
	if d, given := node["default"]; given {
		return d
	}
	if list, ok := node["enum"].([]any); ok && len(list) > 0 {
		return list[0]
	}
	switch node["type"] {
	case "object":
		o := map[string]any{}
		required, _ := node["required"].([]any)
		properties, _ := node["properties"].(map[string]any)
		for name, p := range properties {
			child, _ := p.(map[string]any)
			_, given := child["default"]
			if full || given || slices.Contains(required, any(name)) {
				o[name] = example(child, full)
			}
		}
		if values, ok := node["additionalProperties"].(map[string]any); ok {
			o["gold"] = example(values, full)
		}
		return o
	case "array":
		items, _ := node["items"].(map[string]any)
		return []any{example(items, full)}
	case "integer":
		low, _ := node["minimum"].(json.Number)
		least, _ := low.Int64()
		return max(least, 1)
	case "boolean":
		return true
	}
	switch {
	case node["format"] == "date-time":
		return "2026-11-11T00:00:00+08:00"
	case node["x-widget"] == "percent" || node["pattern"] != nil:
		return "0.1"
	}
	return "gold"
}

// prepare makes the subjects: every configuration in every store.
func (s *session) prepare() {
	for _, c := range s.configurations() {
		s.configs = append(s.configs, c)
		for i, rules := range rulesTried {
			s.subjects = append(s.subjects, &subject{
				name: fmt.Sprintf("%s, %d levels", c.name, rules.Levels), config: c.raw, rules: rules, orders: s.ordersFor(c), first: i == 0,
			})
		}
	}
}

func (s *session) ordersFor(c namedConfig) (orders []NamedOrder) {
	words := s.wordsOf(c)
	for i, v := range vectors().Orders {
		orders = append(orders, NamedOrder{v.Name, s.fetched(v.Order)})
		orders = append(orders, NamedOrder{v.Name + ", in its own words", s.fetched(words.dress(v.Order, i))})
	}
	for _, golden := range s.options.Cases {
		if !asks(golden) || !sameJSON(golden.Config, c.raw) {
			continue
		}
		if o, err := orderOf(golden); err == nil {
			orders = append(orders, NamedOrder{"golden: " + golden.Name, s.fetched(o)})
		}
	}
	for i := range orders {
		orders[i].Order.Seq = int64(i) + 1
	}
	return orders
}

// words are what a configuration and its golden orders speak of.
type words struct{ skus, categories, grades, channels []string }

func (s *session) wordsOf(c namedConfig) words {
	var tree any
	_ = json.Unmarshal(c.raw, &tree)
	said := wordsIn(tree, nil)
	w := words{slices.Clone(said), slices.Clone(said), slices.Clone(said), slices.Clone(said)}
	for _, golden := range s.options.Cases {
		o, err := orderOf(golden)
		if !asks(golden) || err != nil {
			continue
		}
		w.channels = append(w.channels, o.GetChannel())
		for _, l := range o.GetLines() {
			w.skus, w.categories = append(w.skus, l.GetSku()), append(w.categories, l.GetCategory())
		}
		for _, m := range o.GetChain() {
			w.grades = append(w.grades, m.GetGrade())
		}
	}
	for _, list := range []*[]string{&w.skus, &w.categories, &w.grades, &w.channels} {
		slices.Sort(*list)
		if *list = slices.Compact(*list); len(*list) == 0 {
			*list = []string{"gold"}
		}
	}
	return w
}

func wordsIn(tree any, into []string) []string {
	switch tree := tree.(type) {
	case map[string]any:
		for key, v := range tree {
			into = wordsIn(v, append(into, key))
		}
	case []any:
		for _, v := range tree {
			into = wordsIn(v, into)
		}
	case string:
		if _, err := strconv.ParseFloat(tree, 64); err != nil {
			into = append(into, tree)
		}
	}
	return into
}

// dress puts an order into these words, the n-th way.
func (w words) dress(o *strategyv1.Order, n int) *strategyv1.Order {
	o = proto.CloneOf(o)
	o.Channel = w.channels[n%len(w.channels)]
	for i, l := range o.Lines {
		l.Sku, l.Category = w.skus[(n+i)%len(w.skus)], w.categories[(n/2+i)%len(w.categories)]
	}
	for i, m := range o.Chain {
		m.Grade = w.grades[(n/(1+2*i)+i)%len(w.grades)]
	}
	return o
}

func sameJSON(a, b []byte) bool {
	var x, y any
	dx, dy := json.NewDecoder(bytes.NewReader(a)), json.NewDecoder(bytes.NewReader(b))
	dx.UseNumber()
	dy.UseNumber()
	if dx.Decode(&x) != nil || dy.Decode(&y) != nil {
		return bytes.Equal(a, b)
	}
	ra, _ := json.Marshal(x)
	rb, _ := json.Marshal(y)
	return bytes.Equal(ra, rb)
}
