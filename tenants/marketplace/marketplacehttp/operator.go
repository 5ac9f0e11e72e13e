package marketplacehttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/plugins/registry"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

type listRequest struct {
	httpapi.PageQuery
	State  string `query:"state" enum:"submitted,in_review,approved,rejected" doc:"Those in this state alone"`
	Plugin string `query:"plugin" maxLength:"63" doc:"The versions of this plugin alone"`
}

func (a api) list(ctx context.Context, in *listRequest) (*versionsAnswer, error) {
	return a.page(ctx, marketplace.Filter{State: marketplace.State(in.State), Plugin: in.Plugin}, in.PageQuery)
}

// Which names a version in the path.
type Which struct {
	Plugin  string `path:"plugin" maxLength:"63" example:"three-level"`
	Version string `path:"version" maxLength:"80" example:"1.0.0"`
}

type fullAnswer struct{ Body VersionInFull }

// version serves operators, and developers about their own.
func (a api) version(ctx context.Context, in *Which) (*fullAnswer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	v, err := a.svc.Version(ctx, who, in.Plugin, in.Version)
	return &fullAnswer{fullShape(v)}, err
}

func (a api) examine(ctx context.Context, in *Which) (*versionAnswer, error) {
	v, err := a.svc.StartExamination(ctx, in.Plugin, in.Version)
	return &versionAnswer{versionShape(v)}, err
}

type approveRequest struct {
	Which
	Body struct {
		Note string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (a api) approve(ctx context.Context, in *approveRequest) (*versionAnswer, error) {
	v, err := a.svc.Approve(ctx, httpapi.CallerOf(ctx).Actor, in.Plugin, in.Version, in.Body.Note)
	return &versionAnswer{versionShape(v)}, err
}

type rejectRequest struct {
	Which
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"The developer reads it"`
	}
}

func (a api) reject(ctx context.Context, in *rejectRequest) (*versionAnswer, error) {
	v, err := a.svc.Reject(ctx, httpapi.CallerOf(ctx).Actor, in.Plugin, in.Version, in.Body.Reason)
	return &versionAnswer{versionShape(v)}, err
}

type revokeRequest struct {
	Which
	Body struct {
		Level  string `json:"level" enum:"none,no_new_installs,drain,stop_now" doc:"no_new_installs: no further store may choose it; drain: nor may its stores keep it at their next change; stop_now: no host runs it and its orders wait"`
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Merchants and the developer read it"`
	}
}

func (a api) revoke(ctx context.Context, in *revokeRequest) (*versionAnswer, error) {
	v, err := a.svc.Revoke(ctx, in.Plugin, in.Version, registry.Level(in.Body.Level), in.Body.Reason)
	return &versionAnswer{versionShape(v)}, err
}

type processAnswer struct{ Body Process }

func (a api) process(ctx context.Context, in *Which) (*processAnswer, error) {
	v, err := a.svc.Version(ctx, marketplace.DeveloperID{}, in.Plugin, in.Version)
	if err != nil {
		return nil, err
	}
	return &processAnswer{a.processes.Process(ctx, v.Artifacts)}, nil
}

func (a api) forgive(ctx context.Context, in *Which) (*struct{}, error) {
	v, err := a.svc.Version(ctx, marketplace.DeveloperID{}, in.Plugin, in.Version)
	if err != nil {
		return nil, err
	}
	a.processes.Forgive(v.Artifacts)
	return nil, nil
}

func (a api) developer(ctx context.Context, in *struct {
	Developer marketplace.DeveloperID `path:"developer"`
}) (*developerAnswer, error) {
	d, err := a.svc.Developer(ctx, in.Developer)
	if err != nil {
		return nil, err
	}
	out := &developerAnswer{developerShape(d)}
	out.Body.Contact, err = a.svc.Contact(ctx, in.Developer)
	return out, err
}

type packageAnswer struct{ Body PackageInside }

func (a api) inside(ctx context.Context, in *Which) (*packageAnswer, error) {
	p, err := a.svc.Package(ctx, in.Plugin, in.Version)
	if err != nil {
		return nil, err
	}
	return &packageAnswer{insideShape(p)}, nil
}

type developersAnswer struct{ Body httpapi.Page[Developer] }

func (a api) developers(ctx context.Context, in *struct{ httpapi.PageQuery }) (*developersAnswer, error) {
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	var before marketplace.DeveloperID
	if parts != nil && before.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	list, err := a.svc.Developers(ctx, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(list, in.Limit, func(d marketplace.Developer) []string { return []string{d.ID.String()} })
	return &developersAnswer{httpapi.MapPage(page, developerShape)}, nil
}
