package registryhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Member is somebody of the staff.
type Member struct {
	ID       registry.PersonID `json:"id"`
	Name     string            `json:"name"`
	Role     string            `json:"role" enum:"owner,manager,finance,support"`
	JoinedAt time.Time         `json:"joined_at"`
}

func memberShape(m registry.Member) Member { return Member{m.ID, m.Name, m.Role, m.JoinedAt} }

// Invitation is one without its code.
type Invitation struct {
	ID        registry.InvitationID `json:"id"`
	Name      string                `json:"name" doc:"For whom, as the owner knows them"`
	Role      string                `json:"role" enum:"owner,manager,finance,support"`
	InvitedBy Person                `json:"invited_by"`
	State     string                `json:"state" enum:"open,joined,revoked,expired"`
	CreatedAt time.Time             `json:"created_at"`
	ExpiresAt time.Time             `json:"expires_at"`
}

func invitationShape(i registry.Invitation) Invitation {
	return Invitation{i.ID, i.Name, i.Role, Person{i.By.ID, i.By.Name}, i.State, i.CreatedAt, i.ExpiresAt}
}

// self is the person who calls.
func self(ctx context.Context) (registry.PersonID, error) {
	return registry.PersonOf(httpapi.CallerOf(ctx).Person)
}

type staffAnswer struct{ Body httpapi.Page[Member] }

func (a api) staff(ctx context.Context, in *struct{ httpapi.PageQuery }) (*staffAnswer, error) {
	var after registry.PersonID
	if err := readAfter(in.Cursor, &after); err != nil {
		return nil, err
	}
	members, err := a.registry.Staff(ctx, httpapi.TenantOf(ctx), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(members, in.Limit, func(m registry.Member) []string { return []string{m.ID.String()} })
	return &staffAnswer{httpapi.MapPage(page, memberShape)}, nil
}

type roleRequest struct {
	ID   registry.PersonID `path:"id"`
	Body struct {
		Role string `json:"role" enum:"owner,manager,finance,support"`
	}
}

type memberAnswer struct{ Body Member }

func (a api) setRole(ctx context.Context, in *roleRequest) (*memberAnswer, error) {
	by, err := self(ctx)
	if err != nil {
		return nil, err
	}
	member, err := a.registry.SetRole(ctx, by, httpapi.TenantOf(ctx), in.ID, in.Body.Role)
	return &memberAnswer{memberShape(member)}, err
}

func (a api) removeStaff(ctx context.Context, in *struct {
	ID registry.PersonID `path:"id"`
}) (*struct{}, error) {
	by, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.registry.Remove(ctx, by, httpapi.TenantOf(ctx), in.ID)
}

type invitationsAnswer struct{ Body httpapi.Page[Invitation] }

func (a api) invitations(ctx context.Context, in *struct{ httpapi.PageQuery }) (*invitationsAnswer, error) {
	var before registry.InvitationID
	if err := readAfter(in.Cursor, &before); err != nil {
		return nil, err
	}
	list, err := a.registry.Invitations(ctx, httpapi.TenantOf(ctx), before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(list, in.Limit, func(i registry.Invitation) []string { return []string{i.ID.String()} })
	return &invitationsAnswer{httpapi.MapPage(page, invitationShape)}, nil
}

type inviteRequest struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"For whom, as the owner knows them"`
		Role string `json:"role" enum:"owner,manager,finance,support"`
		Days int    `json:"days,omitempty" minimum:"1" maximum:"30" default:"7" doc:"How long the code is good"`
	}
}

type inviteAnswer struct {
	Body struct {
		ID        registry.InvitationID `json:"id"`
		Code      string                `json:"code" doc:"Shown this once"`
		ExpiresAt time.Time             `json:"expires_at"`
	}
}

func (a api) invite(ctx context.Context, in *inviteRequest) (*inviteAnswer, error) {
	by, err := self(ctx)
	if err != nil {
		return nil, err
	}
	made, code, err := a.registry.Invite(ctx, by, httpapi.TenantOf(ctx), in.Body.Name, in.Body.Role, in.Body.Days)
	out := &inviteAnswer{}
	out.Body.ID, out.Body.Code, out.Body.ExpiresAt = made.ID, code, made.ExpiresAt.UTC()
	return out, err
}

func (a api) revokeInvitation(ctx context.Context, in *struct {
	ID registry.InvitationID `path:"id"`
}) (*struct{}, error) {
	by, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.registry.RevokeInvitation(ctx, by, httpapi.TenantOf(ctx), in.ID)
}

// The code travels in bodies: addresses are written into logs.
type invitedRequest struct {
	Body struct {
		Code string `json:"code" maxLength:"200"`
	}
}

type invitedAnswer struct {
	Body struct {
		Store struct {
			Slug string `json:"slug"`
			Name string `json:"name"`
		} `json:"store"`
		Name      string    `json:"name" doc:"For whom it was meant"`
		Role      string    `json:"role" enum:"owner,manager,finance,support"`
		InvitedBy string    `json:"invited_by" doc:"Their name"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func (a api) invited(ctx context.Context, in *invitedRequest) (*invitedAnswer, error) {
	store, invitation, err := a.registry.Invited(ctx, in.Body.Code)
	if err != nil {
		return nil, err
	}
	out := &invitedAnswer{}
	out.Body.Store.Slug, out.Body.Store.Name = store.Slug, store.Name
	out.Body.Name, out.Body.Role, out.Body.InvitedBy, out.Body.ExpiresAt = invitation.Name, invitation.Role, invitation.By.Name, invitation.ExpiresAt
	return out, nil
}

type joinRequest struct {
	Body struct {
		Code     string `json:"code" maxLength:"200"`
		Login    string `json:"login" doc:"Phone number or e-mail address"`
		Password string `json:"password"`
		Register bool   `json:"register,omitempty" doc:"Make an account if the login is new"`
		Name     string `json:"name,omitempty" maxLength:"60" doc:"Of a new account"`
	}
}

func (a api) join(ctx context.Context, in *joinRequest) (*logInAnswer, error) {
	b := in.Body
	session, err := a.registry.Join(ctx, registry.Joining{
		Code: b.Code, Login: b.Login, Password: b.Password, Register: b.Register, Name: b.Name,
	}, httpapi.AddressOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &logInAnswer{}
	out.Body.Token, out.Body.StaffMember = session.Token, staffShape(session)
	return out, nil
}
