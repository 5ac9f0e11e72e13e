package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Operation is one route of an audience.
type Operation struct {
	ID         string // "order.ship": unique in its audience, the first word is the document's tag
	Method     string
	Path       string // "/orders/{id}/ship"
	Permission string // what the caller's role must carry; "" only with Public
	Public     bool   // anybody may call; a valid token is honoured all the same
	Summary    string
	Status     int           // of success; 0 is 200, or 204 when the answer has no Body
	Timeout    time.Duration // 0 is 30 s
	Binary     bool          // the body is a file and no JSON: RawBody, of at most 16 MiB
}

// Registered is an operation and where it stands.
type Registered struct {
	Audience Audience
	Operation
}

// FullPath is the path from the root.
func (r Registered) FullPath() string { return r.Audience.Prefix() + r.Path }

// Operations lists everything registered so far.
func (s *Server) Operations() []Registered { return append([]Registered(nil), s.operations...) }

// Register adds an operation. The fields of I are the request (tags path,
// query, header; Body), the field Body of O is the answer. It panics on an
// operation without an id, or with neither a permission nor Public: such a
// server must not start.
func Register[I, O any](s *Server, a Audience, op Operation, h func(ctx context.Context, in *I) (*O, error)) {
	s.add(a, op)
	if op.Timeout == 0 {
		op.Timeout = maxSeconds * time.Second
	}
	huma.Register(s.apis[a], s.describe(a, op), func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, op.Timeout)
		defer cancel()
		out, err := h(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

func (s *Server) add(a Audience, op Operation) {
	if op.ID == "" || s.apis[a] == nil || op.Public == (op.Permission != "") {
		panic(fmt.Sprintf("httpapi: operation %q of %q needs an id, and either a permission or Public", op.ID, a))
	}
	for _, r := range s.operations {
		if r.Audience == a && r.ID == op.ID {
			panic(fmt.Sprintf("httpapi: operation %q of %q is registered twice", op.ID, a))
		}
	}
	s.operations = append(s.operations, Registered{a, op})
}

// describe is the operation as Huma and the document know it.
func (s *Server) describe(a Audience, op Operation) huma.Operation {
	d := huma.Operation{
		OperationID:   op.ID,
		Method:        op.Method,
		Path:          op.Path,
		Summary:       op.Summary,
		Tags:          []string{firstWord(op.ID)},
		DefaultStatus: op.Status,
		MaxBodyBytes:  hardLimit, // ours is checked earlier
		Errors:        []int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests},
		Middlewares:   huma.Middlewares{s.admit(a, op), s.inspect(op)},
	}
	if !op.Public {
		d.Errors = append(d.Errors, http.StatusUnauthorized, http.StatusForbidden)
		d.Security = []map[string][]string{{"bearer": {}}}
		d.Extensions = map[string]any{"x-permission": op.Permission}
	}
	return d
}
