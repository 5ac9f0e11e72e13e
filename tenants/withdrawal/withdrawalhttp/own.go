package withdrawalhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

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
	return h.shape(ctx, tx, w, false)
}

type previewing struct {
	Amount int64  `query:"amount" required:"true" minimum:"1" maximum:"9007199254740991" doc:"Minor units of the store's currency"`
	Method string `query:"method" maxLength:"20" doc:"One of the store's; none is its first"`
}

func (h *handlers) preview(ctx context.Context, in *previewing) (*struct{ Body Preview }, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Preview }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		e, err := h.svc.Preview(ctx, tx, withdrawal.Ask{Distributor: who, Amount: in.Amount, Method: withdrawal.Method(in.Method)})
		if err != nil {
			return err
		}
		rules, err := h.svc.Rules(ctx, tx)
		out.Body = Preview{Quote: quoteOf(e.Quote, rules.Currency), Parts: []Quote{}, Basis: taxOf(e.Basis, rules.Currency), Problem: problemOf(e.Refusal, httpapi.LangOf(ctx))}
		for _, p := range e.Parts {
			out.Body.Parts = append(out.Body.Parts, quoteOf(p, rules.Currency))
		}
		return err
	})
	return out, err
}

func (h *handlers) recall(ctx context.Context, in *One) (*answer, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	out := &answer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		w, err := h.svc.Recall(ctx, tx, which, who, httpapi.CallerOf(ctx).Actor)
		if err != nil {
			return err
		}
		out.Body, err = h.shape(ctx, tx, w, false)
		return err
	})
	return out, err
}

func (h *handlers) terms(ctx context.Context, _ *struct{}) (*struct{ Body Terms }, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Terms }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		t, err := h.svc.Terms(ctx, tx, who)
		if err != nil {
			return err
		}
		out.Body = termsOf(t, httpapi.LangOf(ctx))
		return nil
	})
	return out, err
}

func termsOf(t withdrawal.Terms, lang string) Terms {
	r := t.Rules
	out := Terms{Methods: []Way{}, Min: money.Amount{Minor: r.Min, Currency: r.Currency}, MaxPerAsk: limit(r.MaxPerRequest, r.Currency), MaxPerMonth: limit(r.MaxPerMonth, r.Currency),
		Days: append([]int{}, r.Days...), NextDay: t.NextDay.String(), Fee: money.Rate(r.FeePPM).Percent(), Tax: t.Tax, RealName: r.RealName,
		AutoBelow: limit(r.AutoBelow, r.Currency), Problem: problemOf(t.Refusal, lang)}
	if r.MaxPerMonth > 0 {
		out.LeftInMonth = &money.Amount{Minor: max(0, r.MaxPerMonth-t.Asked), Currency: r.Currency}
	}
	for _, w := range t.Ways {
		out.Methods = append(out.Methods, Way{w.Method, w.Channel, limit(r.PerTransfer[w.Method], r.Currency), r.Split, w.Ready})
	}
	return out
}
