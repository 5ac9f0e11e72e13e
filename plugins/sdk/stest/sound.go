package stest

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// sound checks one decision against everything the contract says about it.
func (k *kit) sound(rules *strategyv1.Rules, o *strategyv1.Order, d *strategyv1.Decision) error {
	switch out := d.Outcome.(type) {
	case *strategyv1.Decision_Paid:
		return k.soundPaid(rules, o, out.Paid)
	case *strategyv1.Decision_NoCommission:
		for _, d := range out.NoCommission.Declined {
			if err := k.sentence(d.Why); err != nil {
				return err
			}
		}
		return k.sentence(out.NoCommission.Why)
	case *strategyv1.Decision_Failed:
		if out.Failed.Code == "" {
			return fmt.Errorf("failed without a code")
		}
		return nil
	}
	return fmt.Errorf("a decision without an outcome")
}

func (k *kit) soundPaid(rules *strategyv1.Rules, o *strategyv1.Order, p *strategyv1.Paid) error {
	if len(p.Awards) == 0 {
		return fmt.Errorf("paid, but nobody")
	}
	named := map[int32]bool{}
	for _, a := range p.Awards {
		named[a.Recipient] = true
		if err := k.soundAward(rules, o, a); err != nil {
			return err
		}
	}
	for _, d := range p.Declined {
		if named[d.Recipient] {
			return fmt.Errorf("%s is both paid and declined", handleOf(o, d.Recipient))
		}
		named[d.Recipient] = true
		if err := k.sentence(d.Why); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(k.described.Facts, func(f *strategyv1.Fact) bool { return f.Name == "chain" }) {
		return nil
	}
	for i, m := range o.Chain {
		if m.Level <= rules.Levels && !named[int32(i)] {
			return fmt.Errorf("%s is neither paid nor declined", m.Handle)
		}
	}
	return nil
}

func (k *kit) soundAward(rules *strategyv1.Rules, o *strategyv1.Order, a *strategyv1.Award) error {
	at := int(a.Recipient)
	switch {
	case at < 0 || at >= len(o.Chain)+len(o.Roles):
		return fmt.Errorf("award to a stranger: %v", a)
	case at < len(o.Chain) && (a.Level != o.Chain[at].Level || a.Level > rules.Levels):
		return fmt.Errorf("award at the wrong level: %v", a)
	case at >= len(o.Chain) && a.Level != 0:
		return fmt.Errorf("a role has no level: %v", a)
	case a.Line < -1 || int(a.Line) >= len(o.Lines):
		return fmt.Errorf("award for an unknown line: %v", a)
	case a.Amount <= 0 || a.Base < 0 || a.RatePpm < 0:
		return fmt.Errorf("amount, base or rate out of bounds: %v", a)
	case a.Kind == "":
		return fmt.Errorf("award without a kind: %v", a)
	}
	return k.sentence(a.Why)
}

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// sentence checks that a reason has a template in every language and that the
// template's arguments are given.
func (k *kit) sentence(w *strategyv1.Why) error {
	if w.GetKey() == "" {
		return fmt.Errorf("a reason is missing")
	}
	for _, l := range k.described.Locales {
		template, ok := l.Messages[w.Key]
		if !ok || strings.TrimSpace(template) == "" {
			return fmt.Errorf("locale %s lacks %q", l.Tag, w.Key)
		}
		for _, name := range placeholder.FindAllStringSubmatch(template, -1) {
			if !slices.ContainsFunc(w.Args, func(a *strategyv1.Arg) bool { return a.Name == name[1] }) {
				return fmt.Errorf("locale %s: %q needs {%s}, which is not given", l.Tag, w.Key, name[1])
			}
		}
	}
	return nil
}

var semver = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

func (k *kit) description(t *testing.T) {
	d := k.described
	if !regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`).MatchString(d.Id) {
		t.Errorf("id %q: use small letters, digits and hyphens", d.Id)
	}
	if !semver.MatchString(d.Version) {
		t.Errorf("version %q is not semantic", d.Version)
	}
	for _, tag := range []string{"zh-CN", "en"} {
		if !slices.ContainsFunc(d.Locales, func(l *strategyv1.Locale) bool { return l.Tag == tag }) {
			t.Errorf("locale %s is missing", tag)
		}
	}
	for _, key := range []string{"title", "summary"} {
		if err := k.sentence(&strategyv1.Why{Key: key}); err != nil {
			t.Error(err)
		}
	}
	for _, f := range d.Facts {
		if err := k.sentence(&strategyv1.Why{Key: f.Purpose}); err != nil {
			t.Errorf("purpose of %s: %v", f.Name, err)
		}
	}
	k.sameKeys(t)
	var schema struct {
		Type       string `json:"type"`
		Additional *bool  `json:"additionalProperties"`
		Properties map[string]struct {
			Title   string `json:"title"`
			TitleEn string `json:"x-title-en"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(d.ConfigSchema, &schema); err != nil {
		t.Fatalf("schema: %v", err)
	}
	if schema.Type != "object" || schema.Additional == nil || *schema.Additional {
		t.Error("the schema must be an object that refuses unknown fields")
	}
	for name, p := range schema.Properties {
		if p.Title == "" || p.TitleEn == "" {
			t.Errorf("setting %q needs title and title_en", name)
		}
	}
}

// sameKeys wants every language to have the same messages.
func (k *kit) sameKeys(t *testing.T) {
	for _, a := range k.described.Locales {
		for _, b := range k.described.Locales {
			for key := range a.Messages {
				if _, ok := b.Messages[key]; !ok {
					t.Errorf("locale %s lacks %q, which %s has", b.Tag, key, a.Tag)
				}
			}
		}
	}
}

func (k *kit) configs(t *testing.T) {
	for _, c := range k.cases {
		problems := k.validate(t, c.Config, c.rules())
		if c.Failed == "" && len(problems) > 0 {
			t.Errorf("%s: %v", c.Name, problems)
		}
		for _, p := range problems {
			if err := k.sentence(p.Why); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	}
	for _, bad := range []string{`{"no_such_setting": 1}`, `[]`, `{`, `null`, ``, `{} {}`} {
		if len(k.validate(t, []byte(bad), &strategyv1.Rules{Levels: 3})) == 0 {
			t.Errorf("the configuration %q is accepted", bad)
		}
	}
}

func (k *kit) validate(t *testing.T, config []byte, rules *strategyv1.Rules) []*strategyv1.ConfigProblem {
	t.Helper()
	out, err := k.server.ValidateConfig(context.Background(), &strategyv1.ValidateConfigRequest{Config: config, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	return out.Problems
}
