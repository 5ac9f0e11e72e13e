package marketplacehttp

import (
	"context"
	"strings"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

// RoleDeveloper is the role of whoever carries a developer's token.
const RoleDeveloper = "developer"

// Authenticator turns a token into a caller.
type Authenticator func(context.Context, httpapi.Audience, string, tenancy.ID) (httpapi.Caller, error)

// Authenticate takes developers' tokens at the platform's door and leaves all
// others to next.
func Authenticate(svc *marketplace.Service, next Authenticator) Authenticator {
	return func(ctx context.Context, a httpapi.Audience, token string, tenant tenancy.ID) (httpapi.Caller, error) {
		if a != httpapi.Platform || !strings.HasPrefix(token, "fd_") {
			return next(ctx, a, token, tenant)
		}
		d, err := svc.DeveloperOf(ctx, token)
		if err != nil {
			return httpapi.Caller{}, err
		}
		return httpapi.Caller{Kind: RoleDeveloper, Role: RoleDeveloper, Person: d.ID.UUID(), Name: d.Name, Actor: "developer:" + d.ID.String()}, nil
	}
}

// caller is the developer who asks; zero for an operator.
func caller(ctx context.Context) (who marketplace.DeveloperID, err error) {
	c := httpapi.CallerOf(ctx)
	if c.Role != RoleDeveloper {
		return who, nil
	}
	return who, who.Scan(c.Person)
}
