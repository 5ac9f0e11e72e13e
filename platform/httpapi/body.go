package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fenli-io/fenli/platform/fault"
)

var (
	errTooLarge  = fault.New(fault.TooLarge, "request.too_large", "请求超过 {limit} MiB", "the request is larger than {limit} MiB").With("limit", bodyLimit>>20)
	errNotUTF8   = fault.New(fault.Malformed, "request.not_utf8", "请求不是有效的 UTF-8", "the request is not valid UTF-8")
	errDuplicate = fault.New(fault.Malformed, "request.duplicate_key", "字段 {key} 出现了两次", "the field {key} occurs twice")
	errMalformed = fault.New(fault.Malformed, "request.malformed", "请求不是有效的 JSON", "the request is not valid JSON")
	errNUL       = fault.New(fault.Malformed, "request.nul_character", "文本中不能有空字符（U+0000）", "a text cannot hold the character U+0000")
	errTooDeep   = fault.New(fault.Malformed, "request.too_deep", "JSON 嵌套超过 {depth} 层", "the JSON is nested deeper than {depth} levels").With("depth", maxDepth)
)

const maxDepth = 64

// CheckBody refuses JSON that is too large, not UTF-8, nested without end or
// with a key twice, which decoders read differently. Web hooks call it too.
func CheckBody(body []byte) error {
	if len(body) > bodyLimit {
		return errTooLarge
	}
	if !utf8.Valid(body) {
		return errNotUTF8
	}
	return checkKeys(body)
}

// frame is an object or an array that is open while checkKeys reads on.
type frame struct {
	keys map[string]bool // nil in an array
	key  string          // the member being read
	next int             // index of the element being read
	path string
}

// at is the path of what is being read: "lines[0].qty".
func (f *frame) at() string {
	if f.keys == nil {
		return f.path + "[" + strconv.Itoa(f.next) + "]"
	}
	if f.path == "" {
		return f.key
	}
	return f.path + "." + f.key
}

func checkKeys(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var open []*frame
	wantKey := false
	for {
		tok, err := dec.Token()
		if err != nil {
			if len(open) == 0 && errors.Is(err, io.EOF) {
				return nil
			}
			return errMalformed.Because(err)
		}
		var top *frame
		if len(open) > 0 {
			top = open[len(open)-1]
		}
		if text, isString := tok.(string); isString && strings.ContainsRune(text, 0) { // PostgreSQL cannot keep it
			if top == nil || wantKey {
				return errNUL
			}
			return errNUL.At(top.at())
		}
		if key, isString := tok.(string); isString && wantKey {
			top.key = key
			if top.keys[key] {
				return errDuplicate.With("key", key).At(top.at())
			}
			top.keys[key] = true
			wantKey = false
			continue
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			if len(open) == maxDepth {
				return errTooDeep
			}
			f := &frame{}
			if top != nil {
				f.path = top.at()
			}
			if tok == json.Delim('{') {
				f.keys = map[string]bool{}
			}
			open = append(open, f)
			wantKey = f.keys != nil
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		// A value has ended.
		if len(open) > 0 {
			top = open[len(open)-1]
			top.next++
			wantKey = top.keys != nil
		}
	}
}
