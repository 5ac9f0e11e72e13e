package marketplacehttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/plugins/registry"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

type signUpRequest struct {
	Body struct {
		Name    string `json:"name" minLength:"1" maxLength:"80" doc:"Shown to merchants beside the strategies"`
		Contact string `json:"contact" minLength:"3" maxLength:"200" doc:"How the platform's operators reach you; nobody else sees it"`
	}
}

type signUpAnswer struct {
	Body struct {
		Developer
		Token string `json:"token" doc:"Shown this once"`
	}
}

func (a api) signUp(ctx context.Context, in *signUpRequest) (*signUpAnswer, error) {
	d, token, err := a.svc.SignUp(ctx, in.Body.Name, in.Body.Contact)
	out := &signUpAnswer{}
	out.Body.Developer, out.Body.Token = developerShape(d), token
	return out, err
}

type developerAnswer struct{ Body Developer }

func (a api) me(ctx context.Context, _ *struct{}) (*developerAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	d, err := a.svc.Developer(ctx, who)
	return &developerAnswer{developerShape(d)}, err
}

type tokenAnswer struct {
	Body struct {
		Token string `json:"token" doc:"Shown this once"`
	}
}

func (a api) newToken(ctx context.Context, _ *struct{}) (*tokenAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	out := &tokenAnswer{}
	out.Body.Token, err = a.svc.NewToken(ctx, who)
	return out, err
}

type addKeyRequest struct {
	Body struct {
		Public string `json:"public" minLength:"44" maxLength:"44" doc:"ed25519, 32 bytes in base64"`
		Proof  []byte `json:"proof" doc:"The key's signature of my developer id, in base64: fenli plugin keys register makes it"`
	}
}

type keyAnswer struct{ Body Key }

func (a api) addKey(ctx context.Context, in *addKeyRequest) (*keyAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	var public registry.PublicKey
	if err := public.UnmarshalText([]byte(in.Body.Public)); err != nil {
		return nil, marketplace.BadKey(err)
	}
	k, err := a.svc.AddKey(ctx, who, public, in.Body.Proof)
	return &keyAnswer{keyShape(k)}, err
}

type revokeKeyRequest struct {
	Key  string `path:"key" maxLength:"64"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (a api) revokeOwnKey(ctx context.Context, in *revokeKeyRequest) (*struct{}, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.svc.RevokeKey(ctx, who, in.Key, in.Body.Reason)
}

type submitRequest struct {
	RawBody []byte `contentType:"application/octet-stream"`
}

type versionAnswer struct{ Body Version }

func (a api) submit(ctx context.Context, in *submitRequest) (*versionAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	v, err := a.svc.Submit(ctx, who, in.RawBody)
	return &versionAnswer{versionShape(v)}, err
}

type versionsAnswer struct{ Body httpapi.Page[Version] }

func (a api) own(ctx context.Context, in *struct{ httpapi.PageQuery }) (*versionsAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return a.page(ctx, marketplace.Filter{Developer: who}, in.PageQuery)
}

func (a api) page(ctx context.Context, f marketplace.Filter, q httpapi.PageQuery) (*versionsAnswer, error) {
	parts, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && f.Before.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	f.Limit = q.Limit + 1
	list, err := a.svc.Versions(ctx, f)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(list, q.Limit, func(v marketplace.Version) []string { return []string{v.ID.String()} })
	return &versionsAnswer{httpapi.MapPage(page, versionShape)}, nil
}
