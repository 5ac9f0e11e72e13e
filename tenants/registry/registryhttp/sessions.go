package registryhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/registry"
)

type logInRequest struct {
	Body struct {
		Store    string `json:"store" doc:"The store's slug"`
		Login    string `json:"login"`
		Password string `json:"password"`
	}
}

// StaffMember is who one is in the console.
type StaffMember struct {
	Store       Store    `json:"store"`
	Person      Person   `json:"person"`
	Role        string   `json:"role" enum:"owner,manager,finance,support"`
	Permissions []string `json:"permissions"`
}

type logInAnswer struct {
	Body struct {
		Token string `json:"token"`
		StaffMember
	}
}

func (a api) logIn(ctx context.Context, in *logInRequest) (*logInAnswer, error) {
	session, err := a.registry.LogIn(ctx, in.Body.Store, in.Body.Login, in.Body.Password, httpapi.AddressOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &logInAnswer{}
	out.Body.Token, out.Body.StaffMember = session.Token, staffShape(session)
	return out, nil
}

func staffShape(s registry.Session) StaffMember {
	return StaffMember{storeShape(s.Store), Person{s.Person.ID, s.Person.Name}, s.Role, rbac.Granted(s.Role)}
}

func (a api) logOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, a.registry.LogOut(ctx, httpapi.TenantOf(ctx), httpapi.TokenOf(ctx))
}

type staffMeAnswer struct{ Body StaffMember }

func (a api) staffMe(ctx context.Context, _ *struct{}) (*staffMeAnswer, error) {
	session, err := a.registry.SessionOf(ctx, httpapi.TokenOf(ctx), registry.RealmMerchant)
	return &staffMeAnswer{staffShape(session)}, err
}

type enterRequest struct {
	Body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Name     string `json:"name,omitempty" maxLength:"60"`
		Register bool   `json:"register,omitempty" doc:"Make an account if the login is new"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the distributor whose link they came by"`
	}
}

type enterAnswer struct {
	Body struct {
		Token       string       `json:"token"`
		Buyer       Buyer        `json:"buyer"`
		Distributor *Distributor `json:"distributor"`
	}
}

func (a api) enter(ctx context.Context, in *enterRequest) (*enterAnswer, error) {
	b := in.Body
	session, err := a.registry.Enter(ctx, httpapi.TenantOf(ctx), registry.Entrance{
		Login: b.Login, Password: b.Password, Register: b.Register, Name: b.Name, Code: b.Code,
	}, httpapi.AddressOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &enterAnswer{}
	out.Body.Token = session.Token
	out.Body.Buyer, out.Body.Distributor = buyerShape(session.Buyer)
	return out, nil
}

type shopMeAnswer struct {
	Body struct {
		Buyer       Buyer        `json:"buyer"`
		Distributor *Distributor `json:"distributor"`
		Now         time.Time    `json:"now"`
	}
}

func (a api) shopMe(ctx context.Context, _ *struct{}) (*shopMeAnswer, error) {
	session, err := a.registry.SessionOf(ctx, httpapi.TokenOf(ctx), registry.RealmStore)
	if err != nil {
		return nil, err
	}
	out := &shopMeAnswer{}
	out.Body.Buyer, out.Body.Distributor = buyerShape(session.Buyer)
	out.Body.Now, _, err = a.registry.TimeOf(ctx, session.Store.ID)
	return out, err
}
