package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

var configChecks = []check{
	{"config.usable", "至少有一份可用的设置，且与表单一致", "there is a configuration to try, and form and strategy agree on it", usable},
	{"config.unknown_field", "拒绝不认识的设置项", "it refuses unknown settings", unknownFields},
	{"config.strict", "表单拒绝的，策略也拒绝", "it refuses what its form refuses", strict},
	{"config.poison", "损坏的设置得到原因，不会崩溃也不会付钱", "a broken configuration gets reasons, no crash and no money", poisonConfigs},
	{"config.problems", "设置问题指明位置并有各语言说明", "problems name their place and have sentences in every language", problems},
	{"config.noise", "字段顺序与空白不影响答案", "the order of settings and white space change nothing", noise},
}

func (s *session) validating(config []byte, out *strategyv1.ValidateConfigResponse) *question {
	return &question{"ValidateConfig", &strategyv1.ValidateConfigRequest{Config: config, Rules: rulesTried[0]}, out}
}

func usable(s *session) finding {
	if len(s.configs) == 0 {
		return failed(nil, "it accepts no configuration that can be guessed from its schema: give golden cases")
	}
	schema, err := compileSchema(s.described.GetConfigSchema())
	if err != nil {
		return skipped("the schema is not sound")
	}
	for _, c := range s.configs {
		out, err := s.validate(c.raw)
		if err != nil || len(out.GetProblems()) > 0 {
			return failed(s.validating(c.raw, out), "%s: the strategy refuses it (%v)", c.name, err)
		}
		if err := fits(schema, c.raw); err != nil {
			return failed(s.validating(c.raw, nil), "%s: the schema refuses what the strategy accepts: %v", c.name, err)
		}
	}
	return finding{}
}

func fits(schema *jsonschema.Schema, config []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(config))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

// refusal is how a configuration that must not pass was taken; "" for refused.
func (s *session) refusal(config []byte) (string, *question) {
	out, err := s.validate(config)
	if err != nil {
		return fmt.Sprintf("asked about it, it answers with an error: %v", err), s.validating(config, nil)
	}
	if len(out.GetProblems()) == 0 {
		return "it is accepted", s.validating(config, out)
	}
	return s.paysUnder(config)
}

// paysUnder asks for money under a configuration that is broken.
func (s *session) paysUnder(config []byte) (string, *question) {
	sub := &subject{name: "broken", config: config, rules: rulesTried[0]}
	var orders []*strategyv1.Order
	for _, v := range vectors().Orders[:4] {
		orders = append(orders, s.fetched(v.Order))
	}
	decisions, q, err := s.ask(s.asked, sub, orders)
	if err != nil {
		return err.Error(), q
	}
	for _, d := range decisions {
		switch code := d.GetFailed().GetCode(); {
		case d.GetFailed() == nil:
			return "orders are decided under it", q
		case strings.HasPrefix(code, "plugin.") || code == "strategy.panicked" || code == "":
			return fmt.Sprintf("it fails with %q: %s", code, short(d.GetFailed().GetMessage(), 200)), q
		}
	}
	return "", nil
}

func unknownFields(s *session) finding {
	if len(s.configs) == 0 {
		return skipped("there is no configuration to try")
	}
	schema, err := compileSchema(s.described.GetConfigSchema())
	if err != nil {
		return skipped("the schema is not sound")
	}
	for _, c := range s.configs {
		for _, config := range changedAt(c.raw, func(v any) []any {
			o, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			more := map[string]any{"no_such_setting": "1"}
			for k, v := range o {
				more[k] = v
			}
			return []any{more}
		}) {
			if fits(schema, config) == nil {
				continue // a table, whose keys are free
			}
			if flaw, q := s.refusal(config); flaw != "" {
				return failed(q, "%s: with an unknown setting: %s", c.name, flaw)
			}
		}
	}
	return finding{}
}

// strict puts values of the wrong kind everywhere. An absent optional setting
// may be written as null, so that is not tried.
func strict(s *session) finding {
	if len(s.configs) == 0 {
		return skipped("there is no configuration to try")
	}
	schema, err := compileSchema(s.described.GetConfigSchema())
	if err != nil {
		return skipped("the schema is not sound")
	}
	tried := 0
	for _, c := range s.configs {
		for _, config := range changedAt(c.raw, func(any) []any {
			return []any{true, "☃", json.Number("-1"), json.Number("0.5"), []any{}, map[string]any{}}
		}) {
			if tried > 400 || fits(schema, config) == nil {
				continue
			}
			tried++
			out, err := s.validate(config)
			if err != nil || len(out.GetProblems()) == 0 {
				return failed(s.validating(config, out), "%s: the strategy accepts what its schema refuses (%v)", c.name, err)
			}
		}
	}
	return finding{}
}

// changedAt is a configuration with one value changed, for every value and
// every change.
func changedAt(config []byte, change func(any) []any) (list [][]byte) {
	d := json.NewDecoder(bytes.NewReader(config))
	d.UseNumber()
	var root any
	if d.Decode(&root) != nil {
		return nil
	}
	add := func() {
		if raw, err := json.Marshal(root); err == nil {
			list = append(list, raw)
		}
	}
	var walk func(v any, set func(any))
	walk = func(v any, set func(any)) {
		for _, other := range change(v) {
			set(other)
			add()
			set(v)
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(v[key], func(x any) { v[key] = x })
			}
		case []any:
			for i, item := range v {
				walk(item, func(x any) { v[i] = x })
			}
		}
	}
	walk(root, func(x any) { root = x })
	return list
}

// poisons are configurations that no strategy can mean.
func poisons(good []byte) map[string][]byte {
	list := map[string][]byte{
		"nothing": {}, "half an object": []byte(`{"`), "a list": []byte(`[]`), "null": []byte(`null`), "a number": []byte(`1e999`), "text": []byte(`"x"`),
		"two objects": []byte(`{} {}`), "not UTF-8": []byte("{\"\xff\xfe\":1}"), "zero bytes": {0, 0, 0}, "deep": []byte(strings.Repeat(`[`, 20_000)),
		"deep objects": []byte(strings.Repeat(`{"a":`, 5_000)), "too large": []byte(`{"x":"` + strings.Repeat("x", 70<<10) + `"}`),
		"an unknown setting": []byte(`{"no_such_setting":1}`), "no JSON": []byte(`rates: [0.1]`), "XML": []byte(`<rates/>`),
	}
	if trimmed := bytes.TrimSpace(good); len(trimmed) > 2 && trimmed[0] == '{' {
		list["the same setting twice"] = slices.Concat(trimmed[:len(trimmed)-1], []byte(","), trimmed[1:])
	}
	return list
}

func poisonConfigs(s *session) finding {
	var good []byte
	if len(s.configs) > 0 {
		good = s.configs[0].raw
	}
	list := poisons(good)
	for _, name := range slices.Sorted(maps.Keys(list)) {
		if flaw, q := s.refusal(list[name]); flaw != "" {
			return failed(q, "%s: %s", name, flaw)
		}
	}
	return finding{}
}

func problems(s *session) finding {
	configs := [][]byte{[]byte(`{"no_such_setting":1}`), []byte(`[]`), []byte(`{`), []byte(`{}`)}
	for _, c := range s.configs {
		configs = append(configs, changedAt(c.raw, func(any) []any { return []any{true, "☃"} })...)
	}
	for _, config := range configs[:min(len(configs), 200)] {
		out, err := s.validate(config)
		if err != nil {
			return failed(s.validating(config, nil), "it answers with an error: %v", err)
		}
		for _, p := range out.GetProblems() {
			flaw := ""
			s.whyFlaws(&strategyv1.Order{}, p.GetWhy(), reasons, func(_, format string, args ...any) {
				flaw = fmt.Sprintf(format, args...)
			})
			if p.GetPath() != "" && !strings.HasPrefix(p.GetPath(), "/") || !cleanText(p.GetPath(), 500) {
				flaw = fmt.Sprintf("%q is no JSON pointer", p.GetPath())
			}
			if flaw != "" {
				return failed(s.validating(config, out), "%s", flaw)
			}
		}
	}
	return finding{}
}

func noise(s *session) finding {
	return s.each(func(sub *subject, orders []*strategyv1.Order, answers []*strategyv1.Decision) finding {
		orders, answers = orders[:min(len(orders), 100)], answers[:min(len(answers), 100)]
		for what, config := range map[string][]byte{"with its settings sorted and spread out": spread(sub.config), "with its settings in reverse": reversed(sub.config)} {
			noisy := *sub
			noisy.config = config
			if f := s.sameAnswers(s.asked, &noisy, orders, inPlace(len(orders)), answers, what); f.status != "" {
				return f
			}
		}
		return finding{}
	})
}

// spread writes JSON with sorted keys, tabs and line ends.
func spread(config []byte) []byte {
	v := parsed(config)
	raw, err := json.MarshalIndent(v, "\r\n ", "\t")
	if err != nil {
		return config
	}
	return slices.Concat([]byte(" \n"), raw, []byte(" \t\n"))
}

// reversed writes JSON with its keys from last to first.
func reversed(config []byte) []byte {
	var out bytes.Buffer
	writeReversed(&out, parsed(config))
	return out.Bytes()
}

func parsed(config []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(config))
	d.UseNumber()
	_ = d.Decode(&v)
	return v
}

func writeReversed(out *bytes.Buffer, v any) {
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		slices.Reverse(keys)
		out.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				out.WriteByte(',')
			}
			name, _ := json.Marshal(k)
			out.Write(name)
			out.WriteByte(':')
			writeReversed(out, v[k])
		}
		out.WriteByte('}')
	case []any:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			writeReversed(out, item)
		}
		out.WriteByte(']')
	default:
		raw, _ := json.Marshal(v)
		out.Write(raw)
	}
}
