package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Validate reports everything wrong with what a strategy says of itself and,
// unless config is nil, with a configuration for it.
func (s *Strategy) Validate(ctx context.Context, config []byte) (Flaws, error) {
	v := &validation{d: s.Described}
	v.identity()
	v.facts()
	v.locales()
	schema := v.schema()
	if config == nil {
		return v.flaws, nil
	}
	checked, err := s.bench.Host.ValidateConfig(ctx, s.SHA256, config, &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: 3})
	if err != nil {
		return nil, Flaw{"strategy.cannot_be_asked", err.Error(), "run fenli plugin test for what it does wrong", s.ID}
	}
	for _, p := range checked.GetProblems() {
		v.add("config.refused", s.Sentence(p.GetWhy(), "en"), "change this setting; the form is in fenli plugin dev", "config "+orRoot(p.GetPath()))
	}
	if len(checked.GetProblems()) == 0 {
		v.config(schema, config)
	}
	return v.flaws, nil
}

type validation struct {
	d     *strategyv1.DescribeResponse
	flaws Flaws
}

func (v *validation) add(code, cause, fix, place string) {
	v.flaws = append(v.flaws, Flaw{code, cause, fix, place})
}

var versions = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

func (v *validation) identity() {
	if !goodName.MatchString(v.d.GetId()) {
		v.add("strategy.bad_id", fmt.Sprintf("%q is no id", v.d.GetId()), "use small letters, digits and hyphens, a letter first", "ID")
	}
	if !versions.MatchString(v.d.GetVersion()) {
		v.add("strategy.bad_version", fmt.Sprintf("%q is no semantic version", v.d.GetVersion()), `write three numbers: "1.0.0"`, "Version")
	}
}

// facts are those that the platform can tell of.
var facts = []strategy.Fact{
	strategy.Lines, strategy.Region, strategy.Channel, strategy.Category, strategy.UnitCost,
	strategy.Chain, strategy.Grade, strategy.MemberStats, strategy.Awarded,
	strategy.Invitee, strategy.TeamLead, strategy.CityPartner, strategy.FirstOrder, strategy.BuyerIsDistributor, strategy.GroupBuyResult,
	strategy.PeriodTeam, strategy.PeriodGrowth, strategy.PeriodAwarded, strategy.PeriodOrders,
}

func (v *validation) facts() {
	seen := map[string]bool{}
	for _, f := range v.d.GetFacts() {
		place := "fact " + f.GetName()
		if !slices.Contains(facts, strategy.Fact(f.GetName())) {
			v.add("fact.unknown", fmt.Sprintf("the platform has no fact %q", f.GetName()), fmt.Sprintf("choose one of %v", facts), place)
		}
		if seen[f.GetName()] {
			v.add("fact.twice", "it is declared twice", "leave one out", place)
		}
		seen[f.GetName()] = true
		if f.GetPurpose() == "" {
			v.add("fact.without_purpose", "it does not say what it is for", "name the key of a sentence that the merchant reads", place)
			continue
		}
		for _, l := range v.d.GetLocales() {
			if strings.TrimSpace(l.GetMessages()[f.GetPurpose()]) == "" {
				v.add("fact.purpose_unspoken", fmt.Sprintf("there is no sentence %q", f.GetPurpose()), "add it to this language", fmt.Sprintf("%s, locale %s", place, l.GetTag()))
			}
		}
	}
}

func (v *validation) locales() {
	all, keys := map[string]map[string]string{}, map[string]string{}
	for _, l := range v.d.GetLocales() {
		all[l.GetTag()] = l.GetMessages()
		for key := range l.GetMessages() {
			if keys[key] == "" || l.GetTag() == "zh-CN" {
				keys[key] = l.GetTag()
			}
		}
	}
	for _, tag := range []string{"zh-CN", "en"} {
		if all[tag] == nil {
			v.add("locale.missing", "the language is missing", "every strategy speaks zh-CN and en", "locale "+tag)
		}
	}
	for _, key := range []string{"title", "summary"} {
		if keys[key] == "" {
			v.add("locale.key_missing", fmt.Sprintf("no language has %q", key), "add it: merchants read it in the catalogue", "locales")
		}
	}
	for _, tag := range sortedKeys(all) {
		for _, key := range sortedKeys(keys) {
			v.sentence(tag, key, all[tag][key], keys[key], all[keys[key]][key])
		}
	}
}

var argument = regexp.MustCompile(`\{([a-z_]+)\}`)

// sentence holds one template against the same one of another language.
func (v *validation) sentence(tag, key, template, otherTag, other string) {
	place := fmt.Sprintf("locale %s, key %s", tag, key)
	if strings.TrimSpace(template) == "" {
		v.add("locale.key_missing", fmt.Sprintf("%s has this sentence, %s does not", otherTag, tag), "translate it", place)
		return
	}
	mine, theirs := argumentsOf(template), argumentsOf(other)
	for _, name := range people(mine, theirs) {
		if mine[name] != theirs[name] {
			v.add("locale.other_arguments", fmt.Sprintf("{%s} is in one of %s and %s only", name, tag, otherTag), "name the same arguments in every language", place)
		}
	}
	if strings.ContainsAny(argument.ReplaceAllString(template, ""), "{}") {
		v.add("locale.stray_brace", fmt.Sprintf("a brace in %q holds no argument", template), "write arguments as {small_letters}", place)
	}
}

func argumentsOf(template string) map[string]bool {
	names := map[string]bool{}
	for _, m := range argument.FindAllStringSubmatch(template, -1) {
		names[m[1]] = true
	}
	return names
}

// schema compiles the settings' schema and looks at every setting in it.
func (v *validation) schema() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(v.d.GetConfigSchema()))
	if err != nil {
		v.add("schema.not_json", err.Error(), "write the settings as JSON Schema 2020-12", "schema")
		return nil
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("config.json", doc); err != nil {
		v.add("schema.broken", err.Error(), "write the settings as JSON Schema 2020-12", "schema")
		return nil
	}
	compiled, err := c.Compile("config.json")
	if err != nil {
		v.add("schema.broken", err.Error(), "write the settings as JSON Schema 2020-12", "schema")
		return nil
	}
	v.setting("", doc)
	return compiled
}

// setting looks at one schema and those within it.
func (v *validation) setting(path string, raw any) {
	s, ok := raw.(map[string]any)
	if !ok {
		return
	}
	place := "schema " + orRoot(path)
	switch s["type"] {
	case "number":
		v.add("schema.float", "a floating-point number is no setting", `take a string with a pattern for a rate, an integer of minor units for an amount`, place)
	case "object":
		properties, _ := s["properties"].(map[string]any)
		if closed, said := s["additionalProperties"].(bool); properties != nil && (!said || closed) {
			v.add("schema.open", "it accepts settings that nobody knows", `add "additionalProperties": false`, place)
		}
		for _, name := range sortedKeys(properties) {
			if p, ok := properties[name].(map[string]any); ok {
				for _, label := range []string{"title", "x-title-en"} {
					if text, _ := p[label].(string); text == "" {
						v.add("schema.without_title", fmt.Sprintf("setting %q has no %s", name, label), "add title and title_en: the merchant reads them", "schema "+path+"/"+name)
					}
				}
			}
			v.setting(path+"/"+name, properties[name])
		}
		v.setting(path+"/*", s["additionalProperties"])
	case "array":
		v.setting(path+"/*", s["items"])
	}
}

// config finds what the form refuses and the strategy accepts: a merchant could
// never enter it.
func (v *validation) config(schema *jsonschema.Schema, config []byte) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(config))
	if err != nil {
		v.add("config.not_json", err.Error(), "write one JSON object", "config, line "+fmt.Sprint(lineOf(config, err)))
		return
	}
	if schema == nil {
		return
	}
	var wrong *jsonschema.ValidationError
	if errors.As(schema.Validate(doc), &wrong) {
		v.leaves(wrong)
	}
}

var english = message.NewPrinter(language.English)

// leaves are the causes themselves, not the branches that lead to them.
func (v *validation) leaves(e *jsonschema.ValidationError) {
	if len(e.Causes) == 0 {
		v.add("config.form_disagrees", e.ErrorKind.LocalizedString(english), "the strategy accepts what its own form refuses: let Validate and the schema agree about "+strings.Join(e.ErrorKind.KeywordPath(), "/"), "config "+pointer(e.InstanceLocation))
	}
	for _, c := range e.Causes {
		v.leaves(c)
	}
}

func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, p := range path {
		b.WriteString("/" + escape.Replace(p))
	}
	return orRoot(b.String())
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

func lineOf(raw []byte, err error) int {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return 1
	}
	return 1 + bytes.Count(raw[:min(int(syntax.Offset), len(raw))], []byte("\n"))
}
