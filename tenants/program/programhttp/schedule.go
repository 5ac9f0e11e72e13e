package programhttp

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Gate may refuse a revision before it is made. A later slice, which knows the
// store's orders, says what it would change.
type Gate func(ctx context.Context, tenant tenancy.ID, d program.Draft, seen *Acknowledgement) error

// Acknowledgement is somebody's word that they have seen what a draft changes
// on the store's own orders.
type Acknowledgement struct {
	ThroughSeq int64        `json:"through_seq" minimum:"0" doc:"The newest order counted"`
	Orders     int          `json:"orders" minimum:"1" maximum:"2000" doc:"How many were counted"`
	Difference money.Amount `json:"difference" doc:"What it would cost more; below zero when less"`
	Undecided  int          `json:"undecided,omitempty" minimum:"0"`
}

// Change is one place in which two revisions differ.
type Change struct {
	Path string          `json:"path" doc:"JSON pointer" example:"/config/rates/0"`
	Was  json.RawMessage `json:"was" doc:"Null when it was not there"`
	Now  json.RawMessage `json:"now" doc:"Null when it is no longer there"`
}

type changesAnswer struct {
	Body struct {
		Revision int      `json:"revision"`
		Against  int      `json:"against"`
		Changes  []Change `json:"changes"`
	}
}

func (h *handlers) revisionDiff(ctx context.Context, in *struct {
	Revision int `path:"revision" minimum:"1"`
	Against  int `query:"against" minimum:"0" doc:"Another revision; left out: the one before"`
}) (*changesAnswer, error) {
	out := &changesAnswer{}
	out.Body.Revision, out.Body.Against, out.Body.Changes = in.Revision, in.Against, []Change{}
	if in.Against == 0 {
		out.Body.Against = max(in.Revision-1, 1)
	}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		now, err := h.svc.Revision(ctx, tx, in.Revision)
		if err != nil {
			return err
		}
		was, err := h.svc.Revision(ctx, tx, out.Body.Against)
		if err != nil {
			return err
		}
		changes, err := program.Diff(was, now)
		for _, c := range changes {
			out.Body.Changes = append(out.Body.Changes, Change{c.Path, orNull(c.Was), orNull(c.Now)})
		}
		return err
	})
	return out, err
}

func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}

func (h *handlers) cancel(ctx context.Context, in *struct {
	Revision int `path:"revision" minimum:"1"`
}) (*revisionAnswer, error) {
	out := &revisionAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		caller := httpapi.CallerOf(ctx).Actor
		r, err := h.svc.Cancel(ctx, tx, in.Revision, caller)
		if err != nil {
			return err
		}
		out.Body = revisionShape(r, program.Cancelled)
		return registry.Note(ctx, tx, caller, "program.cancel", strconv.Itoa(in.Revision), nil)
	})
	return out, err
}
