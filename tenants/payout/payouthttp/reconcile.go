package payouthttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type moneyAmount = money.Amount

func (h *handlers) reconcile(ctx context.Context, in *struct {
	OneAccount
	Body struct {
		From string `json:"from" format:"date" doc:"The first day of the bill, in the provider's days"`
		To   string `json:"to" format:"date" doc:"The last day"`
		Name string `json:"name,omitempty" maxLength:"200"`
		File []byte `json:"file,omitempty" doc:"The bill in base64; without it, it is fetched from the provider"`
	}
}) (*struct{ Body Run }, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	from, err1 := time.Parse(time.DateOnly, in.Body.From)
	to, err2 := time.Parse(time.DateOnly, in.Body.To)
	if err1 != nil || err2 != nil {
		return nil, payout.ErrDays.With("most", 31)
	}
	var r payout.Reconciliation
	if tenant := httpapi.TenantOf(ctx); len(in.Body.File) == 0 {
		r, err = h.svc.FetchBill(ctx, tenant, which, from, to, actor(ctx))
	} else {
		r, err = h.svc.TakeBill(ctx, tenant, which, from, to, in.Body.File, in.Body.Name, actor(ctx))
	}
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Run }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		s, err := h.shaper(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = s.run(r)
		return note(ctx, tx, "payout.reconcile", r.ID.String(), map[string]any{"rows": r.Rows, "differing": r.Differing})
	})
	return out, err
}

func (h *handlers) runs(ctx context.Context, in *struct{ httpapi.PageQuery }) (*struct{ Body httpapi.Page[Run] }, error) {
	var after payout.RunID
	if err := cursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	out := &struct{ Body httpapi.Page[Run] }{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := payout.Reconciliations(ctx, tx, after, in.Limit+1)
		if err != nil {
			return err
		}
		s, err := h.shaper(ctx, tx)
		out.Body = httpapi.MapPage(httpapi.PageOf(found, in.Limit, func(r payout.Reconciliation) []string { return []string{r.ID.String()} }), s.run)
		return err
	})
	return out, err
}

func (h *handlers) differences(ctx context.Context, in *struct {
	httpapi.PageQuery
	Open  bool   `query:"open" doc:"Only those that wait for a person"`
	RunID string `query:"run_id" maxLength:"60"`
}) (*struct{ Body httpapi.Page[Difference] }, error) {
	f := payout.DifferenceFilter{Open: in.Open, Limit: in.Limit + 1}
	if f.Run.UnmarshalText([]byte(in.RunID)) != nil {
		return nil, errBadID.With("id", in.RunID).At("run_id")
	}
	if err := cursor(in.Cursor, &f.After); err != nil {
		return nil, err
	}
	out := &struct{ Body httpapi.Page[Difference] }{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := payout.Differences(ctx, tx, f)
		if err != nil {
			return err
		}
		s, err := h.shaper(ctx, tx)
		out.Body = httpapi.MapPage(httpapi.PageOf(found, in.Limit, func(d payout.Difference) []string { return []string{d.ID.String()} }), s.difference)
		return err
	})
	return out, err
}

// OneDifference names a difference.
type OneDifference struct {
	ID string `path:"id" maxLength:"60"`
}

func (in OneDifference) id() (payout.DifferenceID, error) {
	which, err := payout.ParseDifferenceID(in.ID)
	if err != nil {
		return which, payout.ErrDifferenceUnknown.Because(err)
	}
	return which, nil
}

func (h *handlers) resolve(ctx context.Context, in *struct {
	OneDifference
	Body Reason
}) (*struct{ Body Difference }, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Difference }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, err := h.svc.Resolve(ctx, tx, which, in.Body.Reason, actor(ctx))
		if err != nil {
			return err
		}
		s, err := h.shaper(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = s.difference(d)
		return note(ctx, tx, "payout.resolve", which.String(), map[string]any{"kind": d.Kind, "number": d.Number, "reason": d.Reason})
	})
	return out, err
}

// Booked names the withdrawal that was written down.
type Booked struct {
	WithdrawalID withdrawal.ID `json:"withdrawal_id"`
}

func (h *handlers) book(ctx context.Context, in *struct {
	httpapi.Idempotent
	OneDifference
	Body struct {
		Reason
		DistributorID string `json:"distributor_id" maxLength:"60" doc:"Who got the money"`
	}
}) (*struct{ Body Booked }, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	who, err := distributor.ParseID(in.Body.DistributorID)
	if err != nil {
		return nil, errBadID.With("id", in.Body.DistributorID).At("distributor_id")
	}
	body, err := httpapi.Once(ctx, h.db, "payout.book", in.IdempotencyKey, []any{in.ID, in.Body}, func(ctx context.Context, tx *pg.Tx) (Booked, error) {
		w, err := h.svc.BookExtra(ctx, tx, which, who, in.Body.Reason.Reason, actor(ctx))
		if err != nil {
			return Booked{}, err
		}
		return Booked{w.ID}, note(ctx, tx, "payout.book", which.String(), map[string]any{"withdrawal": w.ID, "net": w.Net})
	})
	return &struct{ Body Booked }{body}, err
}

func (h *handlers) hold(ctx context.Context, in *struct{ Body Reason }) (*struct{ Body Hold }, error) {
	if in.Body.Reason == "" {
		return nil, payout.ErrReasonMissing
	}
	return h.held(ctx, "payout.hold", in.Body.Reason, func(ctx context.Context, tx *pg.Tx) (payout.Desk, error) {
		return h.svc.Hold(ctx, tx, payout.ByStaff, in.Body.Reason, actor(ctx))
	})
}

func (h *handlers) release(ctx context.Context, in *struct{ Body Reason }) (*struct{ Body Hold }, error) {
	return h.held(ctx, "payout.release", in.Body.Reason, func(ctx context.Context, tx *pg.Tx) (payout.Desk, error) {
		return h.svc.Release(ctx, tx, in.Body.Reason, actor(ctx))
	})
}

func (h *handlers) held(ctx context.Context, action, reason string, do func(context.Context, *pg.Tx) (payout.Desk, error)) (*struct{ Body Hold }, error) {
	out := &struct{ Body Hold }{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, err := do(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = holdOf(d)
		return note(ctx, tx, action, httpapi.TenantOf(ctx).String(), map[string]any{"reason": reason})
	})
	return out, err
}
