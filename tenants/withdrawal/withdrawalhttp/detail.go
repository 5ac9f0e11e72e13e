package withdrawalhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// detail finds a withdrawal and tells everything about it; what only staff may
// know is left out for its owner.
func (h *handlers) detail(ctx context.Context, in One, toStaff bool, find verb) (*detailed, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	out := &detailed{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		w, err := find(ctx, tx, which)
		if err != nil {
			return err
		}
		out.Body, err = h.tell(ctx, tx, w, toStaff)
		return err
	})
	return out, err
}

func (h *handlers) tell(ctx context.Context, tx *pg.Tx, w withdrawal.Withdrawal, toStaff bool) (d Detail, err error) {
	rules, err := h.svc.Rules(ctx, tx)
	if err != nil {
		return d, err
	}
	parts, err := withdrawal.PartsOf(ctx, tx, w)
	if err != nil {
		return d, err
	}
	shapes, err := h.shapes(ctx, tx, append([]withdrawal.Withdrawal{w}, parts...), toStaff)
	if err != nil {
		return d, err
	}
	way, err := withdrawal.History(ctx, tx, w.ID)
	if err != nil {
		return d, err
	}
	lang := httpapi.LangOf(ctx)
	d = Detail{Withdrawal: shapes[0], Siblings: []Withdrawal{}, Basis: taxOf(w.Basis, rules.Currency), FourEyes: rules.FourEyes(w.Whole), Timeline: steps(way, lang, rules.Currency, toStaff)}
	if toStaff {
		if err := callByName(ctx, tx, d.Timeline); err != nil {
			return d, err
		}
	}
	if len(parts) > 1 {
		d.Siblings = shapes[1:]
	}
	if !w.Payer.IsZero() {
		p, err := payer.Get(ctx, tx, w.Payer)
		if err != nil {
			return d, err
		}
		d.Payer = p.Name
	}
	profile, account, err := payee.At(ctx, tx, w.Distributor, w.ProfileRevision, w.AccountRevision)
	if err != nil {
		return d, err
	}
	d.Profile, d.Account = profileShape(profile), accountShape(account)
	if toStaff && profile != nil {
		if d.SameHuman, err = payee.Others(ctx, tx, w.Distributor, *profile); err != nil {
			return d, err
		}
	}
	return d, h.waits(ctx, tx, w, &d)
}

func callByName(ctx context.Context, tx *pg.Tx, steps []Step) error {
	actors := make([]string, len(steps))
	for i, s := range steps {
		actors[i] = s.Actor
	}
	names, err := registry.ActorNames(ctx, tx, actors)
	for i, s := range steps {
		steps[i].Name = names[s.Actor]
	}
	return err
}

// waits says what a withdrawal waits for.
func (h *handlers) waits(ctx context.Context, tx *pg.Tx, w withdrawal.Withdrawal, d *Detail) error {
	store := "provider"
	if w.Method == withdrawal.Manual || w.Method == withdrawal.BankFile {
		store = "store"
	}
	switch w.State {
	case withdrawal.Requested:
		if d.WaitsFor = "review"; w.FirstApprovedBy != "" {
			d.WaitsFor = "second_person"
		}
	case withdrawal.Approved:
		d.WaitsFor = store
		until, err := payee.PausedUntil(ctx, tx, w.Distributor, w.AccountRevision)
		if err != nil {
			return err
		}
		if until != nil {
			d.WaitsFor, d.PausedTo = "pause", until
		}
	case withdrawal.Sending:
		d.WaitsFor = store
	case withdrawal.Waiting:
		d.WaitsFor = "payee"
	case withdrawal.InDoubt:
		d.WaitsFor = "person"
	}
	if w.State == withdrawal.Requested || w.State == withdrawal.Approved {
		if err := withdrawal.Allowed(ctx, tx, w.Distributor); err != nil {
			if fault.Of(err).Kind == fault.Internal {
				return err
			}
			d.WaitsFor = "pause"
		}
	}
	return nil
}
