package registryhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Tenants finds stores for httpapi.
type Tenants struct{ Registry *registry.Service }

func (t Tenants) ByHost(ctx context.Context, host string) (tenancy.ID, error) {
	store, err := t.Registry.ByHost(ctx, host)
	return store.ID, err
}

func (t Tenants) BySlug(ctx context.Context, slug string) (tenancy.ID, error) {
	store, err := t.Registry.BySlug(ctx, slug)
	return store.ID, err
}

// Authenticate turns tokens into callers for httpapi. Each audience takes its
// own kind of token and no other.
func Authenticate(svc *registry.Service) func(context.Context, httpapi.Audience, string, tenancy.ID) (httpapi.Caller, error) {
	return func(ctx context.Context, a httpapi.Audience, token string, tenant tenancy.ID) (httpapi.Caller, error) {
		switch a {
		case httpapi.Platform:
			if svc.IsOperator(token) {
				return httpapi.Caller{Kind: httpapi.Operator, Role: registry.RoleOperator, Name: "operator", Actor: "operator"}, nil
			}
		case httpapi.Merchant:
			session, err := svc.SessionOf(ctx, token, registry.RealmMerchant)
			return staff(session), err
		case httpapi.Store:
			session, err := svc.SessionOf(ctx, token, registry.RealmStore)
			if err != nil {
				return httpapi.Caller{}, err
			}
			if session.Store.ID == tenant && session.Buyer != nil {
				return buyer(session), nil
			}
		case httpapi.Open:
			session, err := svc.KeyOf(ctx, token)
			return key(session), err
		}
		return httpapi.Caller{}, registry.SessionUnknown()
	}
}

func staff(s registry.Session) httpapi.Caller {
	return httpapi.Caller{
		Kind: httpapi.Staff, Tenant: s.Store.ID, Person: s.Person.ID.UUID(), Role: s.Role, Name: s.Name,
		Actor: "staff:" + s.Person.ID.String(),
	}
}

func buyer(s registry.Session) httpapi.Caller {
	c := httpapi.Caller{
		Kind: httpapi.Buyer, Tenant: s.Store.ID, Person: s.Person.ID.UUID(), Role: s.Role, Name: s.Buyer.Name,
		Buyer: s.Buyer.ID, Actor: "buyer:" + buyerID(s.Buyer.ID).String(),
	}
	if s.Buyer.Distributor != nil {
		c.Distributor = s.Buyer.Distributor.ID
	}
	return c
}

func key(s registry.Session) httpapi.Caller {
	return httpapi.Caller{Kind: httpapi.Key, Tenant: s.Store.ID, Role: s.Role, Name: s.Name, Actor: "key:" + s.Key.String()}
}
