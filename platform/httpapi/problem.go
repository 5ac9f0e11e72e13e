package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gofiber/fiber/v2"

	"github.com/fenli-io/fenli/platform/fault"
)

// Problem is an error as it leaves the server (RFC 9457).
type Problem struct {
	Type      string            `json:"type" example:"urn:fenli:withdrawal.in_debt"`
	Title     string            `json:"title" example:"Conflict"`
	Status    int               `json:"status" example:"409"`
	Code      string            `json:"code" doc:"For machines; never changes its meaning" example:"withdrawal.in_debt"`
	Detail    string            `json:"detail" doc:"For people, in the language of Accept-Language"`
	Field     string            `json:"field,omitempty" doc:"The field to blame" example:"lines[0].qty"`
	Args      map[string]string `json:"args,omitempty" doc:"The values in the sentence"`
	Errors    []FieldError      `json:"errors,omitempty" doc:"Everything that was wrong with the request"`
	RequestID string            `json:"request_id,omitempty"`
}

// FieldError is one thing wrong with a request.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message" doc:"In English, from the schema"`
}

// Error, GetStatus and ContentType make a Problem an error of Huma's.
func (p *Problem) Error() string             { return p.Code + ": " + p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders adds what some statuses promise.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if seconds := p.Args["seconds"]; seconds != "" {
			h.Set("Retry-After", seconds)
		}
	}
	return h
}

// StatusOf is the only translation of a kind of fault to a status.
func StatusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Malformed:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func problemOf(f *fault.Error, lang, requestID string) *Problem {
	status := StatusOf(f.Kind)
	return &Problem{
		Type:      "urn:fenli:" + f.Code,
		Title:     http.StatusText(status),
		Status:    status,
		Code:      f.Code,
		Detail:    f.Sentence(lang),
		Field:     f.Field,
		Args:      f.Args(),
		RequestID: requestID,
	}
}

var (
	errTimeout     = fault.New(fault.Unavailable, "request.timeout", "处理超时，请稍后再试", "this took too long; please try again later").By(fault.Us)
	errInvalid     = fault.New(fault.Invalid, "request.invalid", "请求中 {field} 有误", "the request is wrong at {field}")
	errMediaType   = fault.New(fault.Malformed, "request.media_type", "请求正文须为 application/json", "the body must be application/json")
	errNoRoute     = fault.New(fault.NotFound, "request.no_route", "没有这个地址", "there is nothing at this address")
	errWrongMethod = fault.New(fault.NotFound, "request.wrong_method", "这个地址不支持该方法", "this address does not know the method")
	errInternal    = fault.Of(errors.New("internal"))
)

// problem renders a handler's error and logs what is ours.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	c := callOf(ctx)
	f := fault.Of(err)
	if f.Kind == fault.Internal && errors.Is(err, context.DeadlineExceeded) {
		f = errTimeout.Because(err)
	}
	s.logFault(c.operation, c.requestID, c.tenant.String(), f)
	return problemOf(f, c.lang, c.requestID)
}

// write renders an error outside a handler.
func (s *Server) write(c *fiber.Ctx, err error) {
	st := stateOf(c)
	f := fault.Of(err)
	s.logFault(st.operation, st.requestID, "", f)
	p := problemOf(f, st.lang, st.requestID)
	for name, values := range p.GetHeaders() {
		c.Set(name, values[0])
	}
	c.Set(fiber.HeaderContentType, p.ContentType(""))
	body, _ := json.Marshal(p) // strings and a number
	_ = c.Status(p.Status).Send(body)
}

// fail is Fiber's last word: unknown routes and what Fiber itself refuses.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	var fe *fiber.Error
	if errors.As(err, &fe) {
		switch fe.Code {
		case http.StatusNotFound:
			err = errNoRoute
		case http.StatusMethodNotAllowed:
			err = errWrongMethod
		case http.StatusRequestEntityTooLarge:
			err = errTooLarge
		case http.StatusInternalServerError:
		default:
			err = errMalformed.Because(err)
		}
	}
	s.write(c, err)
	return nil
}

// logFault writes down what we or a partner are to blame for: the route and
// the cause, never the request.
func (s *Server) logFault(operation, requestID, store string, f *fault.Error) {
	if f.Blame == fault.Caller || f.Blame == fault.Merchant {
		return
	}
	s.log.Error("request failed", "operation", operation, "request_id", requestID, "store", store, "code", f.Code, "cause", f.Unwrap())
}

// Huma's errors become ours, and its field names are the contract's exactly:
// by default it would take "SLUG" for "slug".
func init() {
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = func(hc huma.Context, status int, _ string, errs ...error) huma.StatusError {
		c := callOf(hc.Context())
		return refusal(status, errs, c.lang, c.requestID)
	}
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return refusal(status, errs, Chinese, "")
	}
}

// refusal is what Huma found wrong before a handler ran.
func refusal(status int, errs []error, lang, requestID string) *Problem {
	found := fieldErrors(errs)
	f := errInternal
	switch {
	case faultIn(errs) != nil:
		f = faultIn(errs)
	case status == http.StatusUnprocessableEntity && len(found) > 0:
		f = errInvalid.With("field", found[0].Field).At(found[0].Field)
	case status == http.StatusRequestEntityTooLarge:
		f = errTooLarge
	case status == http.StatusUnsupportedMediaType:
		f = errMediaType
	case status >= 400 && status < 500:
		f = errMalformed
	}
	p := problemOf(f, lang, requestID)
	if p.Status < 500 {
		p.Errors = found
	}
	return p
}

// faultIn finds a fault that a type of ours raised while it was decoded.
func faultIn(errs []error) *fault.Error {
	for _, err := range errs {
		var f *fault.Error
		if errors.As(err, &f) {
			return f
		}
	}
	return nil
}

func fieldErrors(errs []error) []FieldError {
	var out []FieldError
	for _, err := range errs {
		if err == nil {
			continue
		}
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			out = append(out, FieldError{Field: "body", Message: err.Error()})
			continue
		}
		out = append(out, FieldError{Field: fieldOf(d), Message: d.Message})
	}
	return out
}

// fieldOf is Huma's location without "body." or "query.". What is missing is
// named itself; Huma names the object it is missing from.
func fieldOf(d *huma.ErrorDetail) string {
	_, field, inside := strings.Cut(d.Location, ".")
	var missing string
	if n, _ := fmt.Sscanf(d.Message, validation.MsgExpectedRequiredProperty, &missing); n == 1 {
		return strings.TrimPrefix(field+"."+missing, ".")
	}
	if !inside {
		return d.Location
	}
	return field
}
