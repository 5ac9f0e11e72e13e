package programhttp

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/program"
)

// Draft is a revision that somebody would like to have. What it leaves out
// stays as it is in force.
type Draft struct {
	Strategy      string          `json:"strategy,omitempty" maxLength:"100" doc:"Its id, or the SHA-256 of one exact artifact"`
	Config        json.RawMessage `json:"config,omitempty" doc:"As the strategy's config_schema says"`
	Settings      map[string]any  `json:"settings,omitempty" doc:"The settings to change, as in the programme in force"`
	Note          string          `json:"note,omitempty" maxLength:"500"`
	EffectiveFrom *time.Time      `json:"effective_from,omitempty" doc:"When it takes effect, at most a year from now; left out: at once"`
	Consent       []string        `json:"consent,omitempty" maxItems:"100" doc:"Facts that the strategy may be told from now on, by name; those agreed to before need not be repeated"`
}

// Over lays the draft over the programme in force.
func (d Draft) Over(ctx context.Context, db *pg.DB, svc *program.Service) (program.Draft, error) {
	var now program.Revision
	err := db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) (err error) {
		now, err = svc.InForce(ctx, tx, tx.Now())
		return err
	})
	if err != nil {
		return program.Draft{}, err
	}
	caller := httpapi.CallerOf(ctx)
	out := program.Draft{Strategy: now.Strategy, Config: now.Config, Author: caller.Name, Note: d.Note, Consent: d.Consent}
	if d.EffectiveFrom != nil {
		out.EffectiveFrom = *d.EffectiveFrom
	}
	if out.Author == "" {
		out.Author = caller.Actor
	}
	out.Strategy = now.Artifact // what is left out stays as it is, the version too
	if d.Strategy != "" {
		out.Strategy = d.Strategy
	}
	same, err := svc.SameStrategy(ctx, httpapi.TenantOf(ctx), out.Strategy, now.Strategy)
	if err != nil {
		return program.Draft{}, err
	}
	if len(d.Config) > 0 {
		out.Config = d.Config
	} else if !same {
		out.Config = json.RawMessage("{}") // one strategy's configuration means nothing to another
	}
	out.Settings, err = changed(now.Settings, d.Settings)
	return out, err
}

var errSettings = fault.New(fault.Invalid, "program.settings", "设置 {field} 有误：{problem}", "the setting {field} is wrong: {problem}")

// changed lays changes over settings and holds the result against the schema
// that the settings themselves declare.
func changed(now program.Settings, changes map[string]any) (program.Settings, error) {
	all, err := asMap(now)
	if err != nil {
		return now, err
	}
	merge(all, changes)
	if err := fits(all); err != nil {
		return now, err
	}
	b, err := json.Marshal(all)
	if err != nil {
		return now, err
	}
	next := program.Settings{}
	if err := json.Unmarshal(b, &next); err != nil { // a rate that is none
		where := unreadable(all)
		return now, errSettings.With("field", where).With("problem", err).At(where)
	}
	return next, nil
}

// unreadable names the first setting whose value its type cannot hold; the
// decoder does not say which it was.
func unreadable(all map[string]any) string {
	readable := func(alone map[string]any) bool {
		b, err := json.Marshal(alone)
		return err == nil && json.Unmarshal(b, new(program.Settings)) == nil
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if readable(map[string]any{name: all[name]}) {
			continue
		}
		inner, _ := all[name].(map[string]any)
		for _, part := range slices.Sorted(maps.Keys(inner)) {
			if !readable(map[string]any{name: map[string]any{part: inner[part]}}) {
				return "settings." + name + "." + part
			}
		}
		return "settings." + name
	}
	return "settings"
}

func asMap(v any) (m map[string]any, err error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal(b, &m)
}

// merge is RFC 7396: objects are merged, everything else is replaced, null
// removes.
func merge(into, from map[string]any) {
	for k, v := range from {
		inner, isObject := v.(map[string]any)
		old, wasObject := into[k].(map[string]any)
		switch {
		case v == nil:
			delete(into, k)
		case isObject && wasObject:
			merge(old, inner)
		default:
			into[k] = v
		}
	}
}

// schema is what program.Settings says about itself in its tags.
var schema = sync.OnceValues(func() (huma.Registry, *huma.Schema) {
	r := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	return r, r.Schema(reflect.TypeFor[program.Settings](), true, "Settings")
})

func fits(settings map[string]any) error {
	registry, s := schema()
	result, path := &huma.ValidateResult{}, huma.NewPathBuffer([]byte("settings"), len("settings"))
	huma.Validate(registry, s, path, huma.ModeWriteToServer, settings, result)
	if len(result.Errors) == 0 {
		return nil
	}
	first := result.Errors[0]
	where, problem := "settings", first.Error()
	var d *huma.ErrorDetail
	if errors.As(first, &d) {
		where, problem = strings.TrimPrefix(d.Location, "body."), d.Message
	}
	return errSettings.With("field", where).With("problem", problem).At(where)
}
