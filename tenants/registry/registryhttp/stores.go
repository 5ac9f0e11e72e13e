package registryhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/registry"
)

type signUpRequest struct {
	Body struct {
		Slug     string `json:"slug" doc:"The store's address: 3 to 63 small letters, digits, hyphens" example:"chunfeng-tea"`
		Name     string `json:"name" maxLength:"60"`
		Currency string `json:"currency,omitempty" default:"CNY"`
		TimeZone string `json:"time_zone,omitempty" default:"Asia/Shanghai"`
		Industry string `json:"industry,omitempty" maxLength:"40"`
		Owner    struct {
			Name     string `json:"name" maxLength:"60"`
			Login    string `json:"login" doc:"Phone number or e-mail address"`
			Password string `json:"password" doc:"8 to 128 characters"`
		} `json:"owner"`
		TestClockAt *time.Time `json:"test_clock_at,omitempty" doc:"Refused unless the server runs with test clocks"`
	}
}

type signUpAnswer struct {
	Body struct {
		Store Store  `json:"store"`
		Token string `json:"token"`
	}
}

func (a api) signUp(ctx context.Context, in *signUpRequest) (*signUpAnswer, error) {
	b := in.Body
	session, err := a.registry.SignUp(ctx, registry.SignUp{
		Slug: b.Slug, Name: b.Name, Currency: b.Currency, TimeZone: b.TimeZone, Industry: b.Industry,
		OwnerName: b.Owner.Name, Login: b.Owner.Login, Password: b.Owner.Password, TestClockAt: b.TestClockAt,
	}, httpapi.AddressOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &signUpAnswer{}
	out.Body.Store, out.Body.Token = storeShape(session.Store), session.Token
	return out, nil
}

type storesAnswer struct{ Body httpapi.Page[Store] }

func (a api) stores(ctx context.Context, in *struct{ httpapi.PageQuery }) (*storesAnswer, error) {
	var before tenancy.ID
	if err := readAfter(in.Cursor, &before); err != nil {
		return nil, err
	}
	stores, err := a.registry.Stores(ctx, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(stores, in.Limit, func(s registry.Store) []string { return []string{s.ID.String()} })
	return &storesAnswer{httpapi.MapPage(page, storeShape)}, nil
}

type storeAnswer struct{ Body Store }

func (a api) store(ctx context.Context, in *struct {
	StoreID tenancy.ID `path:"store_id"`
}) (*storeAnswer, error) {
	store, err := a.registry.ByID(ctx, in.StoreID)
	return &storeAnswer{storeShape(store)}, err
}

type clockRequest struct {
	StoreID tenancy.ID `path:"store_id"`
	Body    struct {
		To   *time.Time `json:"to,omitempty"`
		Real bool       `json:"real,omitempty" doc:"Back to real time"`
	}
}

type clockAnswer struct{ Body Clock }

var errClockWhere = fault.New(fault.Invalid, "clock.where", "请给出 to 或 real 之一", "give either to or real").At("to")

func (a api) moveClock(ctx context.Context, in *clockRequest) (*clockAnswer, error) {
	if (in.Body.To != nil) == in.Body.Real {
		return nil, errClockWhere
	}
	if err := a.registry.SetTestClock(ctx, in.StoreID, in.Body.To); err != nil {
		return nil, err
	}
	if a.dueWork != nil {
		if err := a.dueWork(ctx, in.StoreID); err != nil {
			return nil, err
		}
	}
	clock, err := a.clock(ctx, in.StoreID)
	return &clockAnswer{clock}, err
}

func (a api) clock(ctx context.Context, tenant tenancy.ID) (Clock, error) {
	now, test, err := a.registry.TimeOf(ctx, tenant)
	return Clock{now, test}, err
}

type ownStoreAnswer struct {
	Body struct {
		Store
		Brand Brand `json:"brand"`
		Clock Clock `json:"clock"`
	}
}

func (a api) ownStore(ctx context.Context, _ *struct{}) (*ownStoreAnswer, error) {
	store, err := a.registry.ByID(ctx, httpapi.TenantOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &ownStoreAnswer{}
	out.Body.Store, out.Body.Brand = storeShape(store), brandShape(store.Brand)
	out.Body.Clock, err = a.clock(ctx, store.ID)
	return out, err
}

type brandAnswer struct{ Body Brand }

func (a api) setBrand(ctx context.Context, in *struct{ Body BrandChange }) (*brandAnswer, error) {
	brand, err := a.registry.SetBrand(ctx, httpapi.CallerOf(ctx).Actor, httpapi.TenantOf(ctx), in.Body.brand())
	return &brandAnswer{brandShape(brand)}, err
}

type shopAnswer struct {
	Body struct {
		Slug     string `json:"slug"`
		Name     string `json:"name"`
		Currency string `json:"currency"`
		TimeZone string `json:"time_zone"`
		Brand    Brand  `json:"brand"`
	}
}

func (a api) shop(ctx context.Context, _ *struct{}) (*shopAnswer, error) {
	store, err := a.registry.ByID(ctx, httpapi.TenantOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &shopAnswer{}
	out.Body.Slug, out.Body.Name, out.Body.Currency, out.Body.TimeZone = store.Slug, store.Name, store.Currency, store.TimeZone
	out.Body.Brand = brandShape(store.Brand)
	return out, nil
}
