// Package gradinghttp shows how a store grades its members: to staff the
// history and what grading would do now, to each distributor their own grade,
// what the next one takes, and their tasks.
package gradinghttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/grading"
)

// Config is what the routes need.
type Config struct {
	DB      *pg.DB
	Grading *grading.Service

	// Currency is the store's one currency.
	Currency func(ctx context.Context, tx *pg.Tx) (string, error)
}

type handlers struct{ Config }

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, c Config) {
	h := &handlers{c}
	op := func(id, method, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary}
	}
	httpapi.Register(s, httpapi.Merchant, op("grading.status", http.MethodGet, "/grading", rbac.GradingRead, "When members are graded next, and what came of the last time"), h.status)
	httpapi.Register(s, httpapi.Merchant, op("grading.changes", http.MethodGet, "/grading/changes", rbac.GradingRead, "Changes of grades with their reasons and evidence, the newest first"), h.changes)
	httpapi.Register(s, httpapi.Merchant, op("grading.preview", http.MethodPost, "/grading/preview", rbac.GradingPreview, "What grading would do now; nothing is written"), h.preview)

	httpapi.Register(s, httpapi.Store, op("me.grade", http.MethodGet, "/me/grade", rbac.OwnGradeRead, "My grade, the next one and what it still takes"), h.ownGrade)
	httpapi.Register(s, httpapi.Store, op("me.tasks", http.MethodGet, "/me/tasks", rbac.OwnTaskRead, "How far I am with the tasks of the running month"), h.ownTasks)
}

type statusAnswer struct{ Body Status }

func (h *handlers) status(ctx context.Context, _ *struct{}) (*statusAnswer, error) {
	out := &statusAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		st, err := h.Grading.Status(ctx, tx, httpapi.LangOf(ctx))
		out.Body = statusShape(st)
		return err
	})
	return out, err
}

type changesAnswer struct{ Body httpapi.Page[Change] }

var errBadID = fault.New(fault.Invalid, "request.bad_id", "{id} 不是有效的编号", "{id} is not an id of that kind")

func (h *handlers) changes(ctx context.Context, in *struct {
	httpapi.PageQuery
	MemberID string `query:"member_id" maxLength:"60"`
}) (*changesAnswer, error) {
	var who distributor.ID
	if who.UnmarshalText([]byte(in.MemberID)) != nil {
		return nil, errBadID.With("id", in.MemberID).At("member_id")
	}
	var before grading.ChangeID
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err == nil && parts != nil && before.UnmarshalText([]byte(parts[0])) != nil {
		err = httpapi.BadCursor()
	}
	if err != nil {
		return nil, err
	}
	out := &changesAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		currency, err := h.Currency(ctx, tx)
		if err != nil {
			return err
		}
		found, err := h.Grading.Changes(ctx, tx, who, before, in.Limit+1, httpapi.LangOf(ctx))
		page := httpapi.PageOf(found, in.Limit, func(c grading.Change) []string { return []string{c.ID.String()} })
		out.Body = httpapi.MapPage(page, teller(currency).change)
		return err
	})
	return out, err
}

type previewAnswer struct{ Body Preview }

func (h *handlers) preview(ctx context.Context, _ *struct{}) (*previewAnswer, error) {
	moving, asked, err := h.Grading.Preview(ctx, httpapi.TenantOf(ctx), httpapi.LangOf(ctx))
	if err != nil {
		return nil, err
	}
	c, err := h.teller(ctx)
	if err != nil {
		return nil, err
	}
	out := &previewAnswer{Preview{Members: asked, Items: []Verdict{}}}
	for _, v := range moving {
		switch {
		case v.Failed != "":
			out.Body.Failed++
		case v.Promoted:
			out.Body.Promoted++
		default:
			out.Body.Demoted++
		}
		if len(out.Body.Items) < mostShown {
			out.Body.Items = append(out.Body.Items, c.verdict(v))
		}
	}
	return out, nil
}

// mostShown bounds a preview's list; its counts are of all.
const mostShown = 500

type gradeAnswer struct{ Body Grade }

func (h *handlers) ownGrade(ctx context.Context, _ *struct{}) (*gradeAnswer, error) {
	who, err := me(ctx)
	if err != nil {
		return nil, err
	}
	v, grades, err := h.Grading.Mine(ctx, httpapi.TenantOf(ctx), who, httpapi.LangOf(ctx))
	if err != nil {
		return nil, err
	}
	c, err := h.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &gradeAnswer{c.grade(v, grades)}, nil
}

type tasksAnswer struct{ Body Tasks }

func (h *handlers) ownTasks(ctx context.Context, _ *struct{}) (*tasksAnswer, error) {
	who, err := me(ctx)
	if err != nil {
		return nil, err
	}
	t, err := h.Grading.Tasks(ctx, httpapi.TenantOf(ctx), who, httpapi.LangOf(ctx))
	if err != nil {
		return nil, err
	}
	c, err := h.teller(ctx)
	if err != nil {
		return nil, err
	}
	return &tasksAnswer{c.tasks(t)}, nil
}

// me is the distributor who asks.
func me(ctx context.Context) (who distributor.ID, err error) {
	if err := who.Scan(httpapi.CallerOf(ctx).Distributor); err != nil {
		return who, distributor.ErrUnknown
	}
	return who, nil
}

func (h *handlers) teller(ctx context.Context) (c teller, err error) {
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		currency, err := h.Currency(ctx, tx)
		c = teller(currency)
		return err
	})
	return c, err
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.DB.Within(ctx, httpapi.TenantOf(ctx), fn)
}
