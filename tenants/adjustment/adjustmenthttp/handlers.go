package adjustmenthttp

import (
	"context"
	"strings"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
)

var (
	errBadID           = fault.New(fault.Invalid, "request.bad_id", "{id} 不是有效的编号", "{id} is not an id of that kind")
	errForeignCurrency = fault.New(fault.Invalid, "money.foreign_currency", "本店使用 {currency}，不接受其他币种", "this store uses {currency} and no other currency").At("amount.currency")
)

type page struct{ Body httpapi.Page[Adjustment] }

func (h *handlers) list(ctx context.Context, in *struct {
	httpapi.PageQuery
	State         string `query:"state" enum:"waiting,booked,refused,withdrawn"`
	DistributorID string `query:"distributor_id" maxLength:"60"`
}) (*page, error) {
	f := adjustment.Filter{State: adjustment.State(in.State)}
	if f.Distributor.UnmarshalText([]byte(in.DistributorID)) != nil {
		return nil, errBadID.With("id", in.DistributorID).At("distributor_id")
	}
	return h.page(ctx, in.PageQuery, f, true)
}

func (h *handlers) own(ctx context.Context, in *struct{ httpapi.PageQuery }) (*page, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.page(ctx, in.PageQuery, adjustment.Filter{State: adjustment.Booked, Distributor: who}, false)
}

func (h *handlers) page(ctx context.Context, q httpapi.PageQuery, f adjustment.Filter, toStaff bool) (*page, error) {
	parts, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && f.After.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	f.Limit = q.Limit + 1
	out := &page{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := adjustment.List(ctx, tx, f)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(a adjustment.Adjustment) []string { return []string{a.ID.String()} })
		shaped, err := h.shapes(ctx, tx, cut.Items, toStaff)
		out.Body = httpapi.Page[Adjustment]{Items: shaped, NextCursor: cut.NextCursor}
		return err
	})
	return out, err
}

// One names an adjustment.
type One struct {
	ID string `path:"id" maxLength:"60"`
}

type answer struct{ Body Adjustment }

func (h *handlers) read(ctx context.Context, in *One) (*answer, error) {
	return h.show(ctx, *in, "", adjustment.Get)
}

func (h *handlers) approve(ctx context.Context, in *One) (*answer, error) {
	return h.show(ctx, *in, "adjustment.approve", func(ctx context.Context, tx *pg.Tx, which adjustment.ID) (adjustment.Adjustment, error) {
		return h.svc.Approve(ctx, tx, which, actor(ctx))
	})
}

func (h *handlers) refuse(ctx context.Context, in *struct {
	One
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}) (*answer, error) {
	return h.show(ctx, in.One, "adjustment.refuse", func(ctx context.Context, tx *pg.Tx, which adjustment.ID) (adjustment.Adjustment, error) {
		return h.svc.Refuse(ctx, tx, which, strings.TrimSpace(in.Body.Reason), actor(ctx))
	})
}

func (h *handlers) withdraw(ctx context.Context, in *One) (*answer, error) {
	return h.show(ctx, *in, "adjustment.withdraw", func(ctx context.Context, tx *pg.Tx, which adjustment.ID) (adjustment.Adjustment, error) {
		return h.svc.Withdraw(ctx, tx, which, actor(ctx))
	})
}

// show does something with an adjustment and answers with what it is
// afterwards; what has an action is a line of the audit log.
func (h *handlers) show(ctx context.Context, in One, action string, do func(context.Context, *pg.Tx, adjustment.ID) (adjustment.Adjustment, error)) (*answer, error) {
	which, err := adjustment.ParseID(in.ID)
	if err != nil {
		return nil, adjustment.ErrUnknown.Because(err)
	}
	out := &answer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		a, err := do(ctx, tx, which)
		if err != nil {
			return err
		}
		if action != "" {
			if err := note(ctx, tx, action, a); err != nil {
				return err
			}
		}
		out.Body, err = h.shape(ctx, tx, a)
		return err
	})
	return out, err
}

func (h *handlers) propose(ctx context.Context, in *struct {
	httpapi.Idempotent
	Body Draft
}) (*answer, error) {
	body, err := httpapi.Once(ctx, h.db, "adjustment.propose", in.IdempotencyKey, in.Body, func(ctx context.Context, tx *pg.Tx) (Adjustment, error) {
		d, err := h.draft(ctx, tx, in.Body)
		if err != nil {
			return Adjustment{}, err
		}
		a, err := h.svc.Propose(ctx, tx, d, actor(ctx))
		if err != nil {
			return Adjustment{}, err
		}
		if err := note(ctx, tx, "adjustment.propose", a); err != nil {
			return Adjustment{}, err
		}
		return h.shape(ctx, tx, a)
	})
	return &answer{body}, err
}

type previewed struct{ Body Outlook }

func (h *handlers) preview(ctx context.Context, in *struct{ Body Draft }) (*previewed, error) {
	out := &previewed{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, err := h.draft(ctx, tx, in.Body)
		if err != nil {
			return err
		}
		o, err := h.svc.Preview(ctx, tx, d)
		if err != nil {
			return err
		}
		currency, _, err := h.stores.Money(ctx, tx)
		out.Body = Outlook{balanceOf(o.Before, currency), balanceOf(o.After, currency), o.NeedsSecond, budgetOf(o.Budget, currency)}
		return err
	})
	return out, err
}

func (h *handlers) draft(ctx context.Context, tx *pg.Tx, in Draft) (d adjustment.Draft, err error) {
	currency, _, err := h.stores.Money(ctx, tx)
	if err != nil {
		return d, err
	}
	if in.Amount.Currency != currency {
		return d, errForeignCurrency.With("currency", currency)
	}
	d = adjustment.Draft{Kind: adjustment.Kind(in.Kind), Amount: in.Amount.Minor, Cause: adjustment.Cause(in.Cause),
		Reason: strings.TrimSpace(in.Reason), Note: strings.TrimSpace(in.Note), NotRecruiting: in.NotRecruiting}
	if d.Distributor, err = distributor.ParseID(in.DistributorID); err != nil {
		return d, distributor.ErrUnknown.Because(err).At("distributor_id")
	}
	if in.Corrects != "" {
		which, err := adjustment.ParseID(in.Corrects)
		if err != nil {
			return d, adjustment.ErrUnknown.Because(err).At("corrects")
		}
		d.Corrects = &which
	}
	return d, nil
}

type rulesAnswer struct{ Body Rules }

func (h *handlers) rules(ctx context.Context, _ *struct{}) (*rulesAnswer, error) {
	out := &rulesAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body, err = h.rulesNow(ctx, tx)
		return err
	})
	return out, err
}

func (h *handlers) changeRules(ctx context.Context, in *struct {
	Body struct {
		Budget      money.Amount `json:"budget" doc:"Of bonuses a month; 0 is no limit"`
		SecondAbove money.Amount `json:"second_above" doc:"What is more waits for a second person; 0: nothing does"`
	}
}) (*rulesAnswer, error) {
	out := &rulesAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		currency, _, err := h.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		for field, a := range map[string]money.Amount{"budget": in.Body.Budget, "second_above": in.Body.SecondAbove} {
			if a.Currency != currency {
				return errForeignCurrency.With("currency", currency).At(field + ".currency")
			}
			if a.Minor < 0 {
				return adjustment.ErrAmount.At(field)
			}
		}
		r := adjustment.Rules{Budget: in.Body.Budget.Minor, SecondAbove: in.Body.SecondAbove.Minor}
		if err := adjustment.SetRules(ctx, tx, r); err != nil {
			return err
		}
		if err := registry.Note(ctx, tx, actor(ctx), "adjustment.rules", "", map[string]any{"budget": r.Budget, "second_above": r.SecondAbove}); err != nil {
			return err
		}
		out.Body, err = h.rulesNow(ctx, tx)
		return err
	})
	return out, err
}

func (h *handlers) rulesNow(ctx context.Context, tx *pg.Tx) (Rules, error) {
	r, err := adjustment.ReadRules(ctx, tx)
	if err != nil {
		return Rules{}, err
	}
	b, err := h.svc.BudgetNow(ctx, tx)
	if err != nil {
		return Rules{}, err
	}
	currency, _, err := h.stores.Money(ctx, tx)
	return Rules{money.Amount{Minor: r.SecondAbove, Currency: currency}, budgetOf(b, currency)}, err
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}

func note(ctx context.Context, tx *pg.Tx, action string, a adjustment.Adjustment) error {
	return registry.Note(ctx, tx, actor(ctx), action, a.ID.String(), map[string]any{"distributor": a.DistributorID.String(), "kind": a.Kind, "amount": a.Amount, "state": a.State})
}

func actor(ctx context.Context) string { return httpapi.CallerOf(ctx).Actor }

// caller is the distributor who asks.
func caller(ctx context.Context) (who distributor.ID, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return who, distributor.ErrUnknown
	}
	return who, who.Scan(d)
}
