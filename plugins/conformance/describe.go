package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

var describeChecks = []check{
	{"describe.identity", "标识与版本合规", "its id and version are well formed", identity},
	{"describe.facts", "声明的数据都已知、各一次、各有用途说明", "the facts it declares are known, named once, each with a purpose", knownFacts},
	{"describe.locales", "中英文文案齐全且一致", "Chinese and English have the same sentences with the same arguments", locales},
	{"describe.schema", "设置表单是合法的 JSON Schema 2020-12，不收浮点数，不收未知字段", "its settings are JSON Schema 2020-12 without floating point and without unknown fields", soundSchema},
	{"describe.stable", "每次自我描述都相同", "it says the same of itself every time", stable},
}

var (
	idPattern      = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)
	versionPattern = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]{1,40})?$`)
	placeholder    = regexp.MustCompile(`\{([a-z_]+)\}`)
	braces         = regexp.MustCompile(`[{}]`)
)

func (s *session) describing() *question {
	return &question{"Describe", &strategyv1.DescribeRequest{}, nil}
}

func identity(s *session) finding {
	d := s.described
	switch {
	case !idPattern.MatchString(d.GetId()):
		return failed(s.describing(), "id %q: small letters, digits and hyphens are wanted", d.GetId())
	case !versionPattern.MatchString(d.GetVersion()):
		return failed(s.describing(), "version %q is not semantic", d.GetVersion())
	}
	return finding{}
}

func knownFacts(s *session) finding {
	seen := map[string]bool{}
	for _, f := range s.described.GetFacts() {
		if _, known := Facts[f.GetName()]; !known {
			return failed(s.describing(), "there is no fact %q", f.GetName())
		}
		if seen[f.GetName()] {
			return failed(s.describing(), "%s is declared twice", f.GetName())
		}
		seen[f.GetName()] = true
		if flaw := s.sentence(&strategyv1.Why{Key: f.GetPurpose()}); flaw != "" {
			return failed(s.describing(), "purpose of %s: %s", f.GetName(), flaw)
		}
	}
	return finding{}
}

func locales(s *session) finding {
	all := map[string]map[string]string{}
	for _, l := range s.described.GetLocales() {
		if all[l.GetTag()] != nil {
			return failed(s.describing(), "locale %s comes twice", l.GetTag())
		}
		all[l.GetTag()] = l.GetMessages()
	}
	for _, tag := range []string{"zh-CN", "en"} {
		if all[tag] == nil {
			return failed(s.describing(), "locale %s is missing", tag)
		}
		for _, key := range []string{"title", "summary"} {
			if strings.TrimSpace(all[tag][key]) == "" {
				return failed(s.describing(), "locale %s lacks %q", tag, key)
			}
		}
	}
	reference := all["zh-CN"]
	for _, tag := range slices.Sorted(maps.Keys(all)) {
		if flaw := likewise(reference, all[tag]); flaw != "" {
			return failed(s.describing(), "locale %s: %s", tag, flaw)
		}
		if flaw := likewise(all[tag], reference); flaw != "" {
			return failed(s.describing(), "locale zh-CN: %s", flaw)
		}
	}
	return finding{}
}

// likewise says what of the sentences the other language lacks.
func likewise(sentences, other map[string]string) string {
	for _, key := range slices.Sorted(maps.Keys(sentences)) {
		template, there := other[key]
		switch {
		case !there || strings.TrimSpace(template) == "":
			return fmt.Sprintf("there is no %q", key)
		case fmt.Sprint(argumentsOf(sentences[key])) != fmt.Sprint(argumentsOf(template)):
			return fmt.Sprintf("%q names other arguments: %v and %v", key, argumentsOf(sentences[key]), argumentsOf(template))
		case !cleanText(template, 500):
			return fmt.Sprintf("%q is not clean text of at most 500 bytes", key)
		case braces.MatchString(placeholder.ReplaceAllString(template, "")):
			return fmt.Sprintf("%q has a brace that holds no argument", key)
		}
	}
	return ""
}

func argumentsOf(template string) []string {
	names := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
		names[m[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// cleanText is valid UTF-8 without control signs and of bounded length.
func cleanText(text string, most int) bool {
	return len(text) <= most && utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool {
		return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || isBidi(c) || c == 0x2028 || c == 0x2029
	})
}

// sentence says what a reason lacks: a template in every language and every
// argument that the template names.
func (s *session) sentence(w *strategyv1.Why) string {
	if w.GetKey() == "" {
		return "a reason is missing"
	}
	for _, l := range s.described.GetLocales() {
		template, there := l.GetMessages()[w.GetKey()]
		if !there || strings.TrimSpace(template) == "" {
			return fmt.Sprintf("locale %s lacks %q", l.GetTag(), w.GetKey())
		}
	}
	return ""
}

// arguments says which argument a sentence needs and is not given.
func (s *session) arguments(w *strategyv1.Why) string {
	for _, l := range s.described.GetLocales() {
		for _, name := range argumentsOf(l.GetMessages()[w.GetKey()]) {
			if !slices.ContainsFunc(w.GetArgs(), func(a *strategyv1.Arg) bool { return a.GetName() == name }) {
				return fmt.Sprintf("locale %s: %q needs {%s}, which is not given", l.GetTag(), w.GetKey(), name)
			}
		}
	}
	return ""
}

func stable(s *session) finding {
	again, err := s.asked.Describe(s.ctx, s.artifact)
	if err != nil || !proto.Equal(s.described, again) {
		return failed(s.describing(), "asked again, it says something else (%v)", err)
	}
	return finding{}
}

func soundSchema(s *session) finding {
	if _, err := compileSchema(s.described.GetConfigSchema()); err != nil {
		return failed(s.describing(), "%v", err)
	}
	var root map[string]any
	if err := json.Unmarshal(s.described.GetConfigSchema(), &root); err != nil {
		return failed(s.describing(), "%v", err)
	}
	if root["type"] != "object" {
		return failed(s.describing(), "the settings are no object")
	}
	if version, _ := root["$schema"].(string); version != "" && version != "https://json-schema.org/draft/2020-12/schema" {
		return failed(s.describing(), "the schema is of %s", version)
	}
	if flaw := soundNode(root, ""); flaw != "" {
		return failed(s.describing(), "%s", flaw)
	}
	return finding{}
}

// soundNode walks a schema: no floating point, no object with unknown fields.
func soundNode(node any, path string) string {
	switch node := node.(type) {
	case []any:
		for i, item := range node {
			if flaw := soundNode(item, fmt.Sprintf("%s/%d", path, i)); flaw != "" {
				return flaw
			}
		}
	case map[string]any:
		if fmt.Sprint(node["type"]) == "number" || strings.Contains(fmt.Sprint(node["type"]), " number") || strings.Contains(fmt.Sprint(node["type"]), "[number") {
			return path + ": floating point; a rate is a decimal string, an amount a whole number"
		}
		if _, fields := node["properties"].(map[string]any); fields && node["type"] == "object" && node["additionalProperties"] != false {
			return path + ": unknown fields are not refused"
		}
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if key == "default" || key == "enum" || key == "const" || key == "examples" {
				continue
			}
			if flaw := soundNode(node[key], path+"/"+key); flaw != "" {
				return flaw
			}
		}
	}
	return ""
}

func compileSchema(raw []byte) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("the schema is not JSON: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("config.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("config.json")
}
