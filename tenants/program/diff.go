package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Change is one place in which two revisions differ.
type Change struct {
	Path string          // JSON pointer: "/settings/levels", "/config/rates/0", "/strategy"
	Was  json.RawMessage // nil: was not there
	Now  json.RawMessage // nil: is no longer there
}

// Diff lists the places in which two revisions differ, in the order of paths.
func Diff(was, now Revision) ([]Change, error) {
	a, err := was.comparable()
	if err != nil {
		return nil, err
	}
	b, err := now.comparable()
	if err != nil {
		return nil, err
	}
	return differences("", a, b)
}

// comparable is what makes a revision what it is.
func (r Revision) comparable() (v any, err error) {
	settings, err := json.Marshal(r.Settings)
	if err != nil {
		return nil, fmt.Errorf("program: diff: %w", err)
	}
	whole, err := json.Marshal(map[string]any{"strategy": r.Strategy, "version": r.Version, "artifact": r.Artifact,
		"settings": json.RawMessage(settings), "config": r.Config})
	if err != nil {
		return nil, fmt.Errorf("program: diff: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(whole))
	d.UseNumber() // an amount must not pass through a float
	return v, d.Decode(&v)
}

func differences(at string, was, now any) (list []Change, err error) {
	a, b, ok := members(was, now)
	if !ok {
		return leaf(at, was, now)
	}
	keys := slices.Compact(slices.SortedFunc(slices.Values(slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))), byPlace))
	for _, k := range keys {
		inner, err := differences(at+"/"+escape(k), a[k], b[k])
		if err != nil {
			return nil, err
		}
		list = append(list, inner...)
	}
	return list, nil
}

// members are the parts of two objects or two arrays, by name or position.
func members(was, now any) (a, b map[string]any, ok bool) {
	switch x := was.(type) {
	case map[string]any:
		b, ok = now.(map[string]any)
		return x, b, ok
	case []any:
		y, ok := now.([]any)
		return places(x), places(y), ok
	}
	return nil, nil, false
}

func places(list []any) map[string]any {
	m := make(map[string]any, len(list))
	for i, v := range list {
		m[strconv.Itoa(i)] = v
	}
	return m
}

// byPlace puts "9" before "10".
func byPlace(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return x - y
	}
	return strings.Compare(a, b)
}

// escape is RFC 6901's.
func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func leaf(at string, was, now any) ([]Change, error) {
	a, err := rawOf(was)
	if err != nil {
		return nil, err
	}
	b, err := rawOf(now)
	if err != nil || bytes.Equal(a, b) {
		return nil, err
	}
	return []Change{{at, a, b}}, nil
}

func rawOf(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}
