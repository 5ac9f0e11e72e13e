// Package programhttp shows a store's programme and the strategies it may
// choose from, and takes new revisions.
package programhttp

import (
	"context"
	"net/http"
	"strconv"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
)

type handlers struct {
	db    *pg.DB
	svc   *program.Service
	gates []Gate
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, svc *program.Service, gates ...Gate) {
	h := &handlers{db, svc, gates}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}
	httpapi.Register(s, httpapi.Platform, op("strategy.list", http.MethodGet, "/strategies", rbac.StrategyRead, "The installed strategies", 0), h.platformStrategies)
	httpapi.Register(s, httpapi.Platform, op("plugin.stores", http.MethodGet, "/plugins/{plugin}/versions/{version}/stores", rbac.PlatformPluginRead, "The stores that use a version", 0), h.uses)
	httpapi.Register(s, httpapi.Merchant, op("strategy.list", http.MethodGet, "/strategies", rbac.StrategyRead, "Strategies to choose from", 0), h.strategies)
	httpapi.Register(s, httpapi.Merchant, op("program.get", http.MethodGet, "/program", rbac.ProgramRead, "The programme in force", 0), h.current)
	httpapi.Register(s, httpapi.Merchant, op("program.revisions", http.MethodGet, "/program/revisions", rbac.ProgramRead, "Every revision, the newest first", 0), h.revisions)
	httpapi.Register(s, httpapi.Merchant, op("program.revise", http.MethodPost, "/program/revisions", rbac.ProgramRevise, "Put a revision in force for orders from now on, or from a later instant", http.StatusCreated), h.revise)
	httpapi.Register(s, httpapi.Merchant, op("program.revision_diff", http.MethodGet, "/program/revisions/{revision}/diff", rbac.ProgramRead, "Where a revision differs from another, by JSON pointer", 0), h.revisionDiff)
	httpapi.Register(s, httpapi.Merchant, op("program.cancel", http.MethodPost, "/program/revisions/{revision}/cancel", rbac.ProgramRevise, "Take back a revision that has not started yet", 0), h.cancel)
}

type strategiesAnswer struct {
	Body struct {
		Items []Strategy `json:"items"`
	}
}

func (h *handlers) strategies(ctx context.Context, _ *struct{}) (*strategiesAnswer, error) {
	out := &strategiesAnswer{}
	return out, h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		agreed, err := h.svc.Consented(ctx, tx)
		if err != nil {
			return err
		}
		return out.read(ctx, tx, h.svc, agreed)
	})
}

func (h *handlers) platformStrategies(ctx context.Context, _ *struct{}) (*strategiesAnswer, error) {
	out := &strategiesAnswer{}
	return out, h.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error { return out.read(ctx, tx, h.svc, nil) })
}

func (out *strategiesAnswer) read(ctx context.Context, tx *pg.Tx, svc *program.Service, agreed []string) error {
	all, err := svc.Artifacts(ctx, tx)
	out.Body.Items = make([]Strategy, len(all))
	for i, a := range all {
		out.Body.Items[i] = strategyShape(a, agreed)
	}
	if err != nil {
		return err
	}
	return out.offer(ctx, tx, svc)
}

type revisionAnswer struct{ Body Revision }

func (h *handlers) current(ctx context.Context, _ *struct{}) (*revisionAnswer, error) {
	out := &revisionAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := h.svc.InForce(ctx, tx, tx.Now())
		out.Body = revisionShape(r, program.InForceNow)
		return err
	})
	return out, err
}

type revisionsAnswer struct{ Body httpapi.Page[Revision] }

func (h *handlers) revisions(ctx context.Context, in *struct{ httpapi.PageQuery }) (*revisionsAnswer, error) {
	below := 0
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err == nil && parts != nil {
		if below, err = strconv.Atoi(parts[0]); err != nil {
			err = httpapi.BadCursor()
		}
	}
	if err != nil {
		return nil, err
	}
	out := &revisionsAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := h.svc.Revisions(ctx, tx, below, in.Limit+1)
		page := httpapi.PageOf(found, in.Limit, func(r program.Revision) []string { return []string{strconv.Itoa(r.Revision)} })
		if err != nil {
			return err
		}
		standing, err := h.svc.Standings(ctx, tx, page.Items, tx.Now())
		out.Body = httpapi.MapPage(page, func(r program.Revision) Revision { return revisionShape(r, standing[r.Revision]) })
		return err
	})
	return out, err
}

func (h *handlers) revise(ctx context.Context, in *struct {
	Body struct {
		Draft
		AcknowledgeDiff *Acknowledgement `json:"acknowledge_diff,omitempty" doc:"As /program/diff has shown it. Whoever sends it is held to its amount; where the settings say confirm_diff, a revision that changes money needs it"`
	}
}) (*revisionAnswer, error) {
	draft, err := in.Body.Over(ctx, h.db, h.svc)
	if err != nil {
		return nil, err
	}
	for _, gate := range h.gates {
		if err := gate(ctx, httpapi.TenantOf(ctx), draft, in.Body.AcknowledgeDiff); err != nil {
			return nil, err
		}
	}
	made, err := h.svc.Propose(ctx, httpapi.TenantOf(ctx), draft)
	if err != nil {
		return nil, err
	}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "program.revise", strconv.Itoa(made.Revision), map[string]any{"strategy": made.Strategy, "consent": made.Consent})
	})
	standing := program.InForceNow
	if made.EffectiveAt.After(made.CreatedAt) {
		standing = program.Scheduled
	}
	return &revisionAnswer{revisionShape(made, standing)}, err
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}
