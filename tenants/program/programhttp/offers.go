package programhttp

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/marketplace"
	"github.com/fenli-io/fenli/tenants/program"
)

// Offer is what a store may choose of a strategy.
type Offer struct {
	Versions  []Offered `json:"versions" doc:"Every installed version, the newest first"`
	InForce   *Named    `json:"in_force" doc:"The version that the store uses; null when it uses another strategy"`
	Upgrade   *Named    `json:"upgrade" doc:"A newer version than that; null for none. Orders keep the version they were placed under, and the way back is a revision that names the old artifact"`
	Withdrawn string    `json:"withdrawn" doc:"Why the version in force must be left at the next change of the programme; empty while it may stay"`
}

// Named is an exact version.
type Named struct {
	Artifact string `json:"artifact"`
	Version  string `json:"version"`
}

// Offered is one installed version.
type Offered struct {
	Named
	BuiltIn   bool   `json:"built_in" doc:"Came with the platform"`
	Choosable bool   `json:"choosable"`
	Why       string `json:"why" doc:"Why it may not be chosen; empty when it may"`
}

// offer tells, of each strategy of the answer, which versions there are.
func (out *strategiesAnswer) offer(ctx context.Context, tx *pg.Tx, svc *program.Service) error {
	offers, err := svc.Offers(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range offers {
		for i := range out.Body.Items {
			if out.Body.Items[i].Strategy == o.Strategy {
				out.Body.Items[i].Offer = offerShape(o, httpapi.LangOf(ctx))
			}
		}
	}
	return nil
}

func offerShape(o program.Offer, lang string) Offer {
	shape := Offer{InForce: named(o.InForce), Upgrade: named(o.Upgrade), Withdrawn: because(o.Withdrawn, lang)}
	for _, v := range o.Versions {
		shape.Versions = append(shape.Versions, Offered{*named(&v.Artifact), v.BuiltIn, v.Refused == nil, because(v.Refused, lang)})
	}
	return shape
}

func named(a *program.Artifact) *Named {
	if a == nil {
		return nil
	}
	return &Named{a.SHA256, a.Version}
}

func because(err error, lang string) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Sentence(lang)
}

// Use is a store that uses a version.
type Use struct {
	StoreID tenancy.ID `json:"store_id"`
	Since   time.Time  `json:"since" doc:"When it last chose the version"`
	InForce bool       `json:"in_force" doc:"Orders placed now freeze it; false: only earlier orders keep it"`
}

type usesAnswer struct {
	Body struct {
		httpapi.Page[Use]
		InForce int `json:"in_force" doc:"Stores that have it in force"`
		Before  int `json:"before" doc:"Stores that have left it, whose earlier orders may keep it"`
	}
}

type usesRequest struct {
	httpapi.PageQuery
	Plugin  string `path:"plugin" maxLength:"63"`
	Version string `path:"version" maxLength:"80"`
}

// uses tells operators which stores a revocation would touch.
func (h *handlers) uses(ctx context.Context, in *usesRequest) (*usesAnswer, error) {
	var after tenancy.ID
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && after.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &usesAnswer{}
	return out, h.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		artifacts, err := marketplace.ArtifactsOf(ctx, tx, in.Plugin, in.Version)
		if err != nil {
			return err
		}
		shas := slices.Sorted(maps.Values(artifacts))
		found, err := program.Uses(ctx, tx, shas, after, in.Limit+1)
		if err != nil {
			return err
		}
		page := httpapi.PageOf(found, in.Limit, func(u program.Use) []string { return []string{u.Store.String()} })
		out.Body.Page = httpapi.MapPage(page, func(u program.Use) Use { return Use{u.Store, u.Since.UTC(), u.InForce} })
		out.Body.InForce, out.Body.Before, err = program.CountUses(ctx, tx, shas)
		return err
	})
}
