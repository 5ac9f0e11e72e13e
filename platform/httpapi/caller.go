package httpapi

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// The kinds of callers.
const (
	Anonymous = "anonymous"
	Staff     = "staff"
	Buyer     = "buyer"
	Key       = "key"
	Operator  = "operator"
)

// Caller is who asks. Person, Buyer and Distributor are UUIDs in their
// 36-character form, "" for none.
type Caller struct {
	Kind        string
	Tenant      tenancy.ID
	Person      string
	Buyer       string
	Distributor string
	Role        string // owner, manager, finance, support; distributor, buyer; key; operator
	Name        string
	Actor       string // for the audit log: "staff:per_…", "key:key_…", "operator"
}

// call is what the context of a handler carries.
type call struct {
	operation string
	status    int
	caller    Caller
	tenant    tenancy.ID
	lang      string
	requestID string
	address   string
	token     string
	refuse    func(context.Context, error) *Problem // as the server would refuse the whole request
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{caller: Caller{Kind: Anonymous}, lang: Chinese}
}

// CallerOf is who asks; anonymous outside a request.
func CallerOf(ctx context.Context) Caller { return callOf(ctx).caller }

// TenantOf is the store on whose behalf the request runs; zero for the
// platform's own operations.
func TenantOf(ctx context.Context) tenancy.ID { return callOf(ctx).tenant }

// LangOf is the language of the answer: [Chinese] or [English].
func LangOf(ctx context.Context) string { return callOf(ctx).lang }

// RequestIDOf is the name of the request in answers and logs.
func RequestIDOf(ctx context.Context) string { return callOf(ctx).requestID }

// AddressOf is the network address of the caller, for slowing down guesses. It
// is personal data: never log or store it.
func AddressOf(ctx context.Context) string { return callOf(ctx).address }

// TokenOf is the token the caller came with, for ending their session.
func TokenOf(ctx context.Context) string { return callOf(ctx).token }

// WithCaller is a context as a handler would have it: for tests and for work
// that is done in somebody's name.
func WithCaller(ctx context.Context, caller Caller, lang string) context.Context {
	return context.WithValue(ctx, callKey{}, &call{caller: caller, tenant: caller.Tenant, lang: lang})
}

var (
	errNotLoggedIn = fault.New(fault.Unauthorized, "request.unauthenticated", "请先登录", "please log in first")
	errForbidden   = fault.New(fault.Forbidden, "request.forbidden", "您的角色没有这项权限（{permission}）", "your role does not have this permission ({permission})")
	errNoStore     = fault.New(fault.NotFound, "store.unknown", "没有这家店铺", "there is no such store")
)
