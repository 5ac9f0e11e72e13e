package strategy

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

var (
	rateType = reflect.TypeFor[money.Rate]()
	timeType = reflect.TypeFor[time.Time]()
)

// field is what a struct field's tags say. The tags an author may use:
//
//	json:"name"              the setting's name; omitempty or a pointer makes it optional
//	title, title_en          its label
//	help, help_en            a sentence below it
//	widget:"money"           how a form shows it, when its type does not tell
//	keys:"sku"               what the keys of a map are: sku, category, channel, grade
//	enum:"a,b"               the values allowed
//	words:"a=甲/A,b=乙/B"    what people read for them, Chinese and English
//	min, max                 bounds of whole numbers (0 and 2^53 − 1 otherwise)
//	min_items, max_items     bounds of a list's length
type field struct {
	index              []int
	name               string
	required           bool
	tag                reflect.StructTag
	enum               []string
	min, max           *int64
	minItems, maxItems int
}

func (f field) bounds() (low, high int64) {
	low, high = 0, money.MaxMinor
	if f.min != nil {
		low = *f.min
	}
	if f.max != nil {
		high = *f.max
	}
	return low, high
}

// fieldsOf reads a struct's fields in order.
func fieldsOf(t reflect.Type) []field {
	var list []field
	for sf := range t.Fields() {
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if !sf.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("strategy: %s.%s needs a json tag", t, sf.Name))
		}
		f := field{index: sf.Index, name: name, tag: sf.Tag}
		f.required = sf.Type.Kind() != reflect.Pointer && !strings.Contains(options, "omit")
		if e := sf.Tag.Get("enum"); e != "" {
			f.enum = strings.Split(e, ",")
		}
		f.min, f.max = number(sf, "min"), number(sf, "max")
		if n := number(sf, "min_items"); n != nil {
			f.minItems = int(*n)
		}
		if n := number(sf, "max_items"); n != nil {
			f.maxItems = int(*n)
		}
		list = append(list, f)
	}
	return list
}

func number(sf reflect.StructField, tag string) *int64 {
	s, ok := sf.Tag.Lookup(tag)
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("strategy: %s: %s:%q is no whole number", sf.Name, tag, s))
	}
	return &n
}

type schema = map[string]any

// Schema is the JSON Schema 2020-12 of the settings, with what a form needs:
// titles per language (title is Chinese, x-title-en English), x-widget, x-keys
// and x-order. It refuses unknown fields.
func (p Plugin[C]) Schema() []byte {
	root := structSchema(reflect.TypeFor[C](), reflect.ValueOf(p.Default))
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	put(root, "title", p.Locales["zh-CN"]["title"])
	put(root, "x-title-en", p.Locales["en"]["title"])
	put(root, "description", p.Locales["zh-CN"]["summary"])
	put(root, "x-description-en", p.Locales["en"]["summary"])
	raw, err := json.Marshal(root)
	if err != nil {
		panic(fmt.Sprintf("strategy: schema of %s: %v", p.ID, err))
	}
	return raw
}

func structSchema(t reflect.Type, defaults reflect.Value) schema {
	properties, order, required := schema{}, []string{}, []string{}
	for _, f := range fieldsOf(t) {
		s := typeSchema(t.FieldByIndex(f.index).Type, f)
		put(s, "title", f.tag.Get("title"))
		put(s, "x-title-en", f.tag.Get("title_en"))
		put(s, "description", f.tag.Get("help"))
		put(s, "x-description-en", f.tag.Get("help_en"))
		put(s, "x-widget", f.tag.Get("widget"))
		put(s, "x-keys", f.tag.Get("keys"))
		if words := f.tag.Get("words"); words != "" {
			s["x-enum-titles"] = wordsOf(words)
		}
		given := defaults.IsValid() && !defaults.FieldByIndex(f.index).IsZero()
		if given {
			s["default"] = defaults.FieldByIndex(f.index).Interface()
		}
		if f.required && !given {
			required = append(required, f.name)
		}
		properties[f.name] = s
		order = append(order, f.name)
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false, "x-order": order}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// wordsOf reads the tag words.
func wordsOf(tag string) schema {
	all := schema{}
	for entry := range strings.SplitSeq(tag, ",") {
		value, words, _ := strings.Cut(entry, "=")
		zh, en, both := strings.Cut(words, "/")
		if !both {
			panic(fmt.Sprintf(`strategy: words:%q: want "value=中文/English,…"`, tag))
		}
		all[value] = schema{"zh": zh, "en": en}
	}
	return all
}

func typeSchema(t reflect.Type, f field) schema {
	switch {
	case t == rateType:
		return schema{"type": "string", "pattern": `^[0-9]{1,12}(\.[0-9]{1,6})?$`, "x-widget": "percent"}
	case t == timeType:
		return schema{"type": "string", "format": "date-time", "x-widget": "datetime"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeSchema(t.Elem(), f)
	case reflect.Struct:
		return structSchema(t, reflect.Value{})
	case reflect.Map:
		items := typeSchema(t.Elem(), field{})
		return schema{"type": "object", "additionalProperties": items, "propertyNames": schema{"minLength": 1}, "x-widget": tableOf(t.Elem(), "rate-table")}
	case reflect.Slice:
		return listSchema(t, f)
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.String:
		if len(f.enum) > 0 {
			return schema{"type": "string", "enum": f.enum}
		}
		return schema{"type": "string"}
	case reflect.Int, reflect.Int64, reflect.Int32:
		low, high := f.bounds()
		return schema{"type": "integer", "minimum": low, "maximum": high}
	}
	panic(fmt.Sprintf("strategy: a setting cannot be a %s (no floats near money)", t))
}

func listSchema(t reflect.Type, f field) schema {
	s := schema{"type": "array", "items": typeSchema(t.Elem(), field{min: f.min, max: f.max, enum: f.enum}), "x-widget": tableOf(t.Elem(), "rate-list")}
	if f.minItems > 0 {
		s["minItems"] = f.minItems
	}
	if f.maxItems > 0 {
		s["maxItems"] = f.maxItems
	}
	return s
}

func tableOf(item reflect.Type, rates string) string {
	switch {
	case item == rateType:
		return rates
	case item.Kind() == reflect.Struct && item != timeType:
		return "table"
	case item.Kind() == reflect.Slice || item.Kind() == reflect.Map:
		return "matrix"
	}
	return "list"
}

func put(s schema, key, value string) {
	if value != "" {
		s[key] = value
	}
}
