package strategy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// object is a JSON object that remembers the order of its keys and which of
// them came twice, which encoding/json would forget.
type object struct {
	keys   []string
	values map[string]any
	twice  []string
}

// parse reads one JSON value into objects, slices, strings, numbers as
// written, booleans and nil.
func parse(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := value(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the configuration")
	}
	return v, nil
}

const maxDepth = 16

func value(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return members(d, depth)
	case json.Delim('['):
		return elements(d, depth)
	}
	return t, nil
}

func members(d *json.Decoder, depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, ok := t.(string)
		if !ok {
			return nil, fmt.Errorf("%v is not a key", t)
		}
		v, err := value(d, depth+1)
		if err != nil {
			return nil, err
		}
		if _, seen := o.values[key]; seen {
			o.twice = append(o.twice, key)
		} else {
			o.keys = append(o.keys, key)
		}
		o.values[key] = v
	}
	_, err := d.Token()
	return o, err
}

func elements(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := value(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}
