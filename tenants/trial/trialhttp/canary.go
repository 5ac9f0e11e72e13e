package trialhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/trial"
)

type canaryAnswer struct{ Body Canary }

func (h *handlers) startCanary(ctx context.Context, in *struct {
	Body struct {
		programhttp.Draft
		Share  int    `json:"share" minimum:"1" maximum:"100" doc:"Per cent of teams"`
		Bounds Bounds `json:"bounds"`

		AcknowledgeDiff *programhttp.Acknowledgement `json:"acknowledge_diff,omitempty" doc:"As /program/diff has shown it. A draft that turns a cap on margins or people on needs it"`
	}
}) (*canaryAnswer, error) {
	draft, err := in.Body.Over(ctx, h.DB, h.Programs)
	if err != nil {
		return nil, err
	}
	if err := h.Commission.AcknowledgedCaps(ctx, httpapi.TenantOf(ctx), draft, seen(in.Body.AcknowledgeDiff)); err != nil {
		return nil, err
	}
	c, err := h.Trials.StartCanary(ctx, httpapi.TenantOf(ctx), draft, in.Body.Share, program.Bounds(in.Body.Bounds))
	if err != nil {
		return nil, err
	}
	return h.tried(ctx, c.ID.String(), "start", program.GetCanary)
}

func seen(a *programhttp.Acknowledgement) *commission.Acknowledgement {
	if a == nil {
		return nil
	}
	return &commission.Acknowledgement{Through: a.ThroughSeq, Orders: a.Orders, Difference: a.Difference.Minor, Undecided: a.Undecided}
}

// tried does something with a canary, notes who did it, and shows what became
// of it. Looking alone is not noted.
func (h *handlers) tried(ctx context.Context, id, verb string, do func(context.Context, *pg.Tx, program.CanaryID) (program.Canary, error)) (*canaryAnswer, error) {
	which, err := program.ParseCanaryID(id)
	if err != nil {
		return nil, err
	}
	out := &canaryAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		c, err := do(ctx, tx, which)
		if err != nil {
			return err
		}
		if verb != "" {
			if err := registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "canary."+verb, id, map[string]any{"share": c.Share, "revision": c.Revision}); err != nil {
				return err
			}
		}
		out.Body, err = h.shown(ctx, tx, c)
		return err
	})
	return out, err
}

func (h *handlers) shown(ctx context.Context, tx *pg.Tx, c program.Canary) (Canary, error) {
	w, err := trial.WatchOf(ctx, tx, c.ID)
	if err != nil {
		return Canary{}, err
	}
	tell, err := h.teller(ctx, tx)
	return tell.canary(c, w), err
}

func (h *handlers) canary(ctx context.Context, in *ByID) (*canaryAnswer, error) {
	return h.tried(ctx, in.ID, "", program.GetCanary)
}

type canariesAnswer struct {
	Body struct {
		Items []Canary `json:"items"`
	}
}

// canariesShown is how many tries a page tells about; a store has a handful a
// year.
const canariesShown = 50

func (h *handlers) canaries(ctx context.Context, _ *struct{}) (*canariesAnswer, error) {
	out := &canariesAnswer{}
	out.Body.Items = []Canary{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := program.Canaries(ctx, tx, canariesShown)
		if err != nil {
			return err
		}
		for _, c := range found {
			shown, err := h.shown(ctx, tx, c)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, shown)
		}
		return nil
	})
	return out, err
}

func (h *handlers) ramp(ctx context.Context, in *struct {
	ByID
	Body struct {
		Share int `json:"share" minimum:"1" maximum:"100" doc:"Per cent of teams; never less than before"`
	}
}) (*canaryAnswer, error) {
	return h.tried(ctx, in.ID, "ramp", func(ctx context.Context, tx *pg.Tx, which program.CanaryID) (program.Canary, error) {
		return program.RampCanary(ctx, tx, which, in.Body.Share)
	})
}

func (h *handlers) pause(ctx context.Context, in *ByID) (*canaryAnswer, error) {
	return h.tried(ctx, in.ID, "pause", program.PauseCanary)
}

func (h *handlers) stop(ctx context.Context, in *struct {
	ByID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}) (*canaryAnswer, error) {
	return h.tried(ctx, in.ID, "stop", func(ctx context.Context, tx *pg.Tx, which program.CanaryID) (program.Canary, error) {
		return program.StopCanary(ctx, tx, which, in.Body.Reason)
	})
}

func (h *handlers) promote(ctx context.Context, in *ByID) (*canaryAnswer, error) {
	return h.tried(ctx, in.ID, "promote", func(ctx context.Context, tx *pg.Tx, which program.CanaryID) (program.Canary, error) {
		c, _, err := h.Programs.Promote(ctx, tx, which, author(ctx))
		return c, err
	})
}
