package httpapi

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"go.opentelemetry.io/otel/attribute"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/telemetry"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// admit finds the store and the caller and asks whether they may, before the
// request is read: who lacks the permission learns nothing about ids.
func (s *Server) admit(a Audience, op Operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(hc)
		st := stateOf(c)
		st.operation = string(a) + ":" + op.ID
		in := &call{
			operation: st.operation,
			status:    op.Status,
			caller:    Caller{Kind: Anonymous},
			lang:      st.lang,
			requestID: st.requestID,
			address:   c.IP(),
			token:     bearer(hc.Header("Authorization")),
			refuse:    s.problem,
		}
		ctx := context.WithValue(hc.Context(), callKey{}, in)
		// Uri().Host() is Fiber's view of the Host header, without believing
		// what a stranger forwards.
		if err := s.identify(ctx, a, op, in, string(c.Context().URI().Host()), hc.Header("X-Store")); err != nil {
			s.write(c, err)
			return
		}
		ctx, span := telemetry.Trace(ctx, s.config.Traces, st.operation, attribute.String("store", in.tenant.String()), attribute.String("request", st.requestID))
		defer span.End()
		next(huma.WithContext(hc, ctx))
	}
}

func (s *Server) identify(ctx context.Context, a Audience, op Operation, in *call, host, slug string) error {
	var err error
	if a == Store {
		if in.tenant, err = s.storeOf(ctx, host, slug); err != nil {
			return err
		}
	}
	switch {
	case in.token != "":
		in.caller, err = s.config.Authenticate(ctx, a, in.token, in.tenant)
		if f := fault.Of(err); err != nil && f.Kind == fault.Unauthorized && op.Public {
			in.caller, err = Caller{Kind: Anonymous}, nil // an old token does not keep anybody from logging in
		}
		if err != nil {
			return err
		}
	case !op.Public:
		return errNotLoggedIn
	}
	if in.tenant.IsZero() {
		in.tenant = in.caller.Tenant
	}
	if in.caller.Kind != Anonymous && in.caller.Tenant != in.tenant {
		return errNotLoggedIn // Authenticate should have said so
	}
	if !op.Public && !s.config.Allow(in.caller, op.Permission) {
		return errForbidden.With("permission", op.Permission)
	}
	return nil
}

func (s *Server) storeOf(ctx context.Context, host, slug string) (tenancy.ID, error) {
	find, name := s.config.Tenants.ByHost, host
	if slug != "" {
		find, name = s.config.Tenants.BySlug, slug
	}
	tenant, err := find(ctx, name)
	if err == nil && tenant.IsZero() {
		err = errNoStore
	}
	return tenant, err
}

func bearer(header string) string {
	const scheme = "bearer "
	if len(header) > len(scheme) && len(header) < 512 && strings.EqualFold(header[:len(scheme)], scheme) {
		return strings.TrimSpace(header[len(scheme):])
	}
	return ""
}

// inspect refuses an address or a body that no decoder should see.
func (s *Server) inspect(op Operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c := humafiber.Unwrap(hc)
		if strings.Contains(c.OriginalURL(), "%00") {
			s.write(c, errNUL)
			return
		}
		if err := checkPath(hc); err != nil {
			s.write(c, err)
			return
		}
		if hc.Header("Content-Encoding") != "" {
			s.write(c, errMediaType) // Fiber would unpack it without a limit
			return
		}
		if body := c.Body(); len(body) > 0 && !op.Binary {
			if err := CheckBody(body); err != nil {
				s.write(c, err)
				return
			}
		}
		next(plainPath{hc})
	}
}
