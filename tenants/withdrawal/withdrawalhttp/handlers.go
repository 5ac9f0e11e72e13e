package withdrawalhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

var (
	errForeignCurrency = fault.New(fault.Invalid, "money.foreign_currency",
		"本店使用 {currency}，不接受其他币种", "this store uses {currency} and no other currency")
	errBadCursor = fault.New(fault.Invalid, "request.cursor_invalid",
		"翻页游标无效", "the cursor is not one of ours").At("cursor")
)

type answer struct{ Body Withdrawal }

type listing struct {
	httpapi.PageQuery
	State string `query:"state" doc:"requested, approved, sending, waiting_for_user, manual, paid, failed, cancelled, rejected or returned"`
}

type page struct{ Body httpapi.Page[Withdrawal] }

func (h *handlers) list(ctx context.Context, in *listing) (*page, error) {
	return h.page(ctx, in.PageQuery, withdrawal.Filter{State: withdrawal.State(in.State)})
}

type ownListing struct{ httpapi.PageQuery }

func (h *handlers) own(ctx context.Context, in *ownListing) (*page, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.page(ctx, in.PageQuery, withdrawal.Filter{Distributor: who})
}

func (h *handlers) page(ctx context.Context, q httpapi.PageQuery, f withdrawal.Filter) (*page, error) {
	after, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if after != nil {
		if f.After, err = withdrawal.ParseID(after[0]); err != nil {
			return nil, errBadCursor.Because(err)
		}
	}
	f.Limit = q.Limit + 1
	out := &page{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := withdrawal.List(ctx, tx, f)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(w withdrawal.Withdrawal) []string { return []string{w.ID.String()} })
		shapes, err := h.shapes(ctx, tx, cut.Items)
		out.Body = httpapi.Page[Withdrawal]{Items: shapes, NextCursor: cut.NextCursor}
		return err
	})
	return out, err
}

type one struct {
	ID string `path:"id"`
}

func (h *handlers) approve(ctx context.Context, in *one) (*answer, error) {
	return h.decide(ctx, in.ID, "withdrawal.approve", func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		return h.svc.Approve(ctx, tx, which, httpapi.CallerOf(ctx).Actor)
	})
}

type rejection struct {
	ID   string `path:"id"`
	Body struct {
		Reason string `json:"reason" maxLength:"500"`
	}
}

func (h *handlers) reject(ctx context.Context, in *rejection) (*answer, error) {
	return h.decide(ctx, in.ID, "withdrawal.reject", func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		return h.svc.Reject(ctx, tx, which, in.Body.Reason, httpapi.CallerOf(ctx).Actor)
	})
}

type verb func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error)

func (h *handlers) decide(ctx context.Context, text, action string, do verb) (*answer, error) {
	out := &answer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body, err = h.done(ctx, tx, text, action, do)
		return err
	})
	return out, err
}

// done does what staff ask for and writes it into the audit log with what
// became of it: somebody in debt is not paid, whatever was asked.
func (h *handlers) done(ctx context.Context, tx *pg.Tx, text, action string, do verb) (Withdrawal, error) {
	which, err := withdrawal.ParseID(text)
	if err != nil {
		return Withdrawal{}, withdrawal.ErrUnknown.Because(err)
	}
	w, err := do(ctx, tx, which)
	if err != nil {
		return Withdrawal{}, err
	}
	if err := note(ctx, tx, action, w); err != nil {
		return Withdrawal{}, err
	}
	return h.shape(ctx, tx, w)
}

type payment struct {
	httpapi.Idempotent
	ID   string `path:"id"`
	Body struct {
		Voucher string `json:"voucher" maxLength:"200" doc:"Proof of payment: a transfer number"`
	}
}

func (h *handlers) pay(ctx context.Context, in *payment) (*answer, error) {
	body, err := httpapi.Once(ctx, h.db, "withdrawal.pay", in.IdempotencyKey, []string{in.ID, in.Body.Voucher}, func(ctx context.Context, tx *pg.Tx) (Withdrawal, error) {
		return h.done(ctx, tx, in.ID, "withdrawal.pay", func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
			return h.svc.Pay(ctx, tx, which, in.Body.Voucher, httpapi.CallerOf(ctx).Actor)
		})
	})
	return &answer{body}, err
}

type asking struct {
	Amount money.Amount      `json:"amount"`
	Method withdrawal.Method `json:"method,omitempty" enum:"manual,bank_file,alipay,wechat" doc:"One of the store's; none is its first"`
}

type request struct {
	httpapi.Idempotent
	Body asking
}

func (h *handlers) request(ctx context.Context, in *request) (*answer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	body, err := httpapi.Once(ctx, h.db, "withdrawal.request", in.IdempotencyKey, in.Body, func(ctx context.Context, tx *pg.Tx) (Withdrawal, error) {
		return h.ask(ctx, tx, who, in.Body, "")
	})
	return &answer{body}, err
}

type requestFor struct {
	httpapi.Idempotent
	ExternalID string `path:"external_id"`
	Body       asking
}

func (h *handlers) requestFor(ctx context.Context, in *requestFor) (*answer, error) {
	body, err := httpapi.Once(ctx, h.db, "withdrawal.request_for", in.IdempotencyKey, []any{in.ExternalID, in.Body}, func(ctx context.Context, tx *pg.Tx) (Withdrawal, error) {
		m, err := distributor.ByExternal(ctx, tx, in.ExternalID)
		if err != nil {
			return Withdrawal{}, err
		}
		return h.ask(ctx, tx, m.ID, in.Body, "withdrawal.request_for")
	})
	return &answer{body}, err
}

// ask requests an amount; a request on somebody's behalf has an action and is
// audited.
func (h *handlers) ask(ctx context.Context, tx *pg.Tx, who distributor.ID, in asking, action string) (Withdrawal, error) {
	rules, err := h.svc.Rules(ctx, tx)
	if err != nil {
		return Withdrawal{}, err
	}
	if in.Amount.Currency != rules.Currency {
		return Withdrawal{}, errForeignCurrency.At("amount.currency").With("currency", rules.Currency)
	}
	w, err := h.svc.Request(ctx, tx, withdrawal.Ask{Distributor: who, Amount: in.Amount.Minor, Method: in.Method})
	if err != nil {
		return Withdrawal{}, err
	}
	if action != "" {
		if err := note(ctx, tx, action, w); err != nil {
			return Withdrawal{}, err
		}
	}
	return h.shape(ctx, tx, w)
}

type previewing struct {
	Amount int64 `query:"amount" required:"true" minimum:"1" maximum:"9007199254740991" doc:"Minor units of the store's currency"`
}

type previewed struct{ Body Quote }

func (h *handlers) preview(ctx context.Context, in *previewing) (*previewed, error) {
	out := &previewed{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		quote, err := h.svc.Preview(ctx, tx, withdrawal.Ask{Distributor: who, Amount: in.Amount, Method: in.Method})
		if err != nil {
			return err
		}
		rules, err := h.svc.Rules(ctx, tx)
		out.Body = quoteOf(quote, rules.Currency)
		return err
	})
	return out, err
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}

func (h *handlers) shape(ctx context.Context, tx *pg.Tx, w withdrawal.Withdrawal) (Withdrawal, error) {
	all, err := h.shapes(ctx, tx, []withdrawal.Withdrawal{w})
	if err != nil {
		return Withdrawal{}, err
	}
	return all[0], nil
}

func (h *handlers) shapes(ctx context.Context, tx *pg.Tx, list []withdrawal.Withdrawal) ([]Withdrawal, error) {
	who := make([]distributor.ID, len(list))
	for i, w := range list {
		who[i] = w.Distributor
	}
	names, err := distributor.Names(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	rules, err := h.svc.Rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	shapes := make([]Withdrawal, len(list))
	for i, w := range list {
		shapes[i] = shape(w, names[w.Distributor], rules.Currency, httpapi.LangOf(ctx))
	}
	return shapes, nil
}

// note writes a line of the audit log.
func note(ctx context.Context, tx *pg.Tx, action string, w withdrawal.Withdrawal) error {
	return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, w.ID.String(), map[string]any{"state": w.State, "gross": w.Gross})
}

// caller is the distributor who asks.
func caller(ctx context.Context) (who distributor.ID, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return who, distributor.ErrUnknown
	}
	return who, who.Scan(d)
}
