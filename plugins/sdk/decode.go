package strategy

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
)

// decodeConfig reads a configuration into the struct that into points at,
// keeping what is there where a setting is absent. It is stricter than
// encoding/json: an unknown, misspelt or repeated field is a problem, and so is
// anything the schema would refuse. Every problem names its place.
func decodeConfig(raw []byte, into any, problems *Problems) {
	if len(raw) > handshake.MaxConfig {
		problems.Add("", "sdk.too_large", "limit", handshake.MaxConfig)
		return
	}
	if !utf8.Valid(raw) {
		problems.Add("", "sdk.not_json", "problem", "UTF-8")
		return
	}
	tree, err := parse(raw)
	if err != nil {
		problems.Add("", "sdk.not_json", "problem", err)
		return
	}
	d := decoder{problems}
	d.set(reflect.ValueOf(into).Elem(), tree, "", field{})
}

type decoder struct{ problems *Problems }

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// set puts v, found at path, into the place. f carries the limits of the
// struct field that place belongs to.
func (d decoder) set(place reflect.Value, v any, path string, f field) {
	if reflect.PointerTo(place.Type()).Implements(textType) {
		d.text(place, v, path)
		return
	}
	switch place.Kind() {
	case reflect.Pointer:
		if v == nil {
			place.SetZero()
			return
		}
		target := reflect.New(place.Type().Elem())
		d.set(target.Elem(), v, path, f)
		place.Set(target)
	case reflect.Struct:
		d.object(place, v, path)
	case reflect.Map:
		d.table(place, v, path)
	case reflect.Slice:
		d.list(place, v, path, f)
	default:
		d.scalar(place, v, path, f)
	}
}

func (d decoder) wrong(path, want string) { d.problems.Add(path, "sdk.wrong_value", "want", want) }

func (d decoder) text(place reflect.Value, v any, path string) {
	s, ok := v.(string)
	if !ok || place.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)) != nil {
		place.SetZero()
		d.wrong(path, wanted(place.Type()))
	}
}

func (d decoder) object(place reflect.Value, v any, path string) {
	o, ok := v.(*object)
	if !ok {
		d.wrong(path, "{…}")
		return
	}
	d.repeated(o, path)
	known := fieldsOf(place.Type())
	for _, key := range o.keys {
		i := slices.IndexFunc(known, func(f field) bool { return f.name == key })
		if i < 0 {
			d.problems.Add(join(path, key), "sdk.unknown_field", "field", key)
			continue
		}
		d.set(place.FieldByIndex(known[i].index), o.values[key], join(path, key), known[i])
	}
	for _, f := range known {
		if _, given := o.values[f.name]; !given && f.required && place.FieldByIndex(f.index).IsZero() {
			d.problems.Add(join(path, f.name), "sdk.missing_field", "field", f.name)
		}
	}
}

func (d decoder) repeated(o *object, path string) {
	for _, key := range o.twice {
		d.problems.Add(join(path, key), "sdk.duplicate_field", "field", key)
	}
}

func (d decoder) table(place reflect.Value, v any, path string) {
	o, ok := v.(*object)
	if !ok {
		d.wrong(path, "{…}")
		return
	}
	d.repeated(o, path)
	m := reflect.MakeMapWithSize(place.Type(), len(o.keys))
	for _, key := range o.keys {
		if key == "" {
			d.wrong(path+"/", "a-name")
			continue
		}
		item := reflect.New(place.Type().Elem()).Elem()
		d.set(item, o.values[key], join(path, key), field{})
		m.SetMapIndex(reflect.ValueOf(key).Convert(place.Type().Key()), item)
	}
	place.Set(m)
}

func (d decoder) list(place reflect.Value, v any, path string, f field) {
	items, ok := v.([]any)
	if !ok {
		d.wrong(path, "[…]")
		return
	}
	if f.maxItems > 0 && len(items) > f.maxItems || len(items) < f.minItems {
		d.wrong(path, fmt.Sprintf("[%d … %d]", f.minItems, f.maxItems))
	}
	list := reflect.MakeSlice(place.Type(), len(items), len(items))
	for i, item := range items {
		d.set(list.Index(i), item, join(path, strconv.Itoa(i)), field{min: f.min, max: f.max, enum: f.enum})
	}
	place.Set(list)
}

func (d decoder) scalar(place reflect.Value, v any, path string, f field) {
	switch place.Kind() {
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			place.SetBool(b)
			return
		}
	case reflect.String:
		if s, ok := v.(string); ok && (len(f.enum) == 0 || slices.Contains(f.enum, s)) {
			place.SetString(s)
			return
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		if n, ok := v.(json.Number); ok {
			low, high := f.bounds()
			if i, err := n.Int64(); err == nil && i >= low && i <= high && !place.OverflowInt(i) {
				place.SetInt(i)
				return
			}
		}
	}
	d.wrong(path, f.wants(place.Type()))
}

// wants says in signs rather than words what a place takes, for every language.
func (f field) wants(t reflect.Type) string {
	if len(f.enum) > 0 {
		return strings.Join(f.enum, " | ")
	}
	if t.Kind() == reflect.Int || t.Kind() == reflect.Int64 || t.Kind() == reflect.Int32 {
		low, high := f.bounds()
		return fmt.Sprintf("%d … %d", low, high)
	}
	return wanted(t)
}

func wanted(t reflect.Type) string {
	switch {
	case t == rateType:
		return `"0.125" (≤ 6 decimals)`
	case t == timeType:
		return `"2026-11-11T00:00:00+08:00"`
	case t.Kind() == reflect.Bool:
		return "true | false"
	case t.Kind() == reflect.String:
		return `"…"`
	}
	return t.Kind().String()
}

// join adds a step to a JSON pointer (RFC 6901).
func join(path, step string) string {
	return path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
}

// clone copies a value deeply, so that decoding into it cannot reach the
// original's maps and slices.
func clone[C any](c C) C {
	var copied C
	raw, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(raw, &copied)
	}
	if err != nil {
		panic(Failure{Code: "strategy.default_invalid", Message: err.Error()})
	}
	return copied
}
