package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/fenli-io/fenli/platform/fault"
)

// Several is a list in a request of which each element is checked as if it had
// come alone: one that is wrong is answered in its place and takes no other
// with it. The document shows the list as what it is; who receives it reads it
// with [Several.Each].
type Several[T any] []json.RawMessage

// Single is one element of [Several].
type Single[T any] struct {
	Value   T
	Refused *Problem // nil when it may be; else Value is as much as could be read
}

// Schema is the list for the document. Nothing of an element is checked by it,
// for that would refuse them all: an extension is what readers of the document
// see and the check of requests does not.
func (Several[T]) Schema(r huma.Registry) *huma.Schema {
	element := r.Schema(reflect.TypeFor[T](), true, "")
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Extensions: map[string]any{"$ref": element.Ref}}}
}

// Each reads the elements as requests of their own.
func (l Several[T]) Each(ctx context.Context) []Single[T] {
	shape := shapeOf(reflect.TypeFor[T]())
	all := make([]Single[T], len(l))
	for i, raw := range l {
		if status, errs := shape.read(raw, &all[i].Value); len(errs) > 0 {
			c := callOf(ctx)
			all[i].Refused = refusal(status, errs, c.lang, c.requestID)
		}
	}
	return all
}

// Refusal is what an answer says of one part of a request that fails while
// others do not: what the whole would have been answered with.
func Refusal(ctx context.Context, err error) *Problem {
	c := callOf(ctx)
	if c.refuse == nil {
		return problemOf(fault.Of(err), c.lang, c.requestID)
	}
	return c.refuse(ctx, err)
}

// shape is how requests of one type are checked.
type shape struct {
	registry huma.Registry
	schema   *huma.Schema
	defaults []byte // what a request that says nothing says
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := &shape{registry: huma.NewMapRegistry("#/components/schemas/", newNamer())}
	s.schema = s.registry.Schema(t, false, "")
	unsaid := map[string]any{}
	for name, property := range s.schema.Properties {
		if property.Default != nil {
			unsaid[name] = property.Default
		}
	}
	s.defaults, _ = json.Marshal(unsaid) // they come from JSON
	known, _ := shapes.LoadOrStore(t, s)
	return known.(*shape)
}

// read does what Huma does with a body, in the same order.
func (s *shape) read(raw []byte, into any) (status int, errs []error) {
	var parsed any
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return http.StatusBadRequest, []error{err}
	}
	_ = json.Unmarshal(s.defaults, into)
	reading := json.Unmarshal(raw, into)
	path := huma.NewPathBuffer([]byte{}, 0)
	path.Push("body")
	var found huma.ValidateResult
	huma.Validate(s.registry, s.schema, path, huma.ModeWriteToServer, parsed, &found)
	if len(found.Errors) > 0 {
		return http.StatusUnprocessableEntity, found.Errors
	}
	if reading != nil {
		return http.StatusUnprocessableEntity, []error{&huma.ErrorDetail{Location: "body", Message: reading.Error()}}
	}
	return 0, nil
}
