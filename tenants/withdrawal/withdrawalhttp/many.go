package withdrawalhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
)

// outcomes are of many, in the order in which they were named.
type outcomes struct {
	Body struct {
		Done     int       `json:"done"`
		Refused  int       `json:"refused"`
		Outcomes []Outcome `json:"outcomes"`
	}
}

// Several names withdrawals.
type Several struct {
	IDs []string `json:"ids" minItems:"1" maxItems:"100" doc:"Of withdrawals"`
}

func (h *handlers) approveMany(ctx context.Context, in *struct{ Body Several }) (*outcomes, error) {
	return h.each(ctx, in.Body.IDs, "withdrawal.approve", h.approval(ctx))
}

func (h *handlers) rejectMany(ctx context.Context, in *struct {
	Body struct {
		Several
		Reason string `json:"reason" maxLength:"500" doc:"Each owner sees it"`
	}
}) (*outcomes, error) {
	return h.each(ctx, in.Body.IDs, "withdrawal.reject", h.rejection(in.Body.Reason))
}

// each does one after another, each in a transaction of its own: what one is
// refused does not touch the others, and what has been done is done, so a
// request that was cut off is simply made again.
func (h *handlers) each(ctx context.Context, ids []string, action string, do verb) (*outcomes, error) {
	out := &outcomes{}
	out.Body.Outcomes = []Outcome{}
	for _, text := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err // out of time: ask again
		}
		o := Outcome{ID: text}
		var w Withdrawal
		err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			w, err = h.done(ctx, tx, One{text}, action, do)
			return err
		})
		switch {
		case err == nil:
			o.Withdrawal = &w
			out.Body.Done++
		case fault.Of(err).Kind == fault.Internal:
			return nil, err
		default:
			o.Problem = problemOf(err, httpapi.LangOf(ctx))
			out.Body.Refused++
		}
		out.Body.Outcomes = append(out.Body.Outcomes, o)
	}
	return out, nil
}
