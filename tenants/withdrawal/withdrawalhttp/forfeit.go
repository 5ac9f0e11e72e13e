package withdrawalhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Forfeit is money that somebody who was stopped has lost.
type Forfeit struct {
	ID          withdrawal.ForfeitID `json:"id"`
	Amount      money.Amount         `json:"amount"`
	Reason      string               `json:"reason" doc:"The person sees it"`
	By          string               `json:"by"`
	At          time.Time            `json:"at"`
	RestoredAt  *time.Time           `json:"restored_at" doc:"When it was given back; null when it was not"`
	RestoredBy  string               `json:"restored_by"`
	RestoredWhy string               `json:"restored_why"`
}

func forfeitShape(f withdrawal.Forfeit, currency string) Forfeit {
	return Forfeit{f.ID, money.Amount{Minor: f.Amount, Currency: currency}, f.Reason, f.By, f.At.UTC(), f.RestoredAt, f.RestoredBy, f.RestoredWhy}
}

func (h *handlers) forfeits(ctx context.Context, in *One) (*struct{ Body []Forfeit }, error) {
	who, err := distributor.ParseID(in.ID)
	if err != nil {
		return nil, distributor.ErrUnknown.Because(err)
	}
	out := &struct{ Body []Forfeit }{Body: []Forfeit{}}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := distributor.Get(ctx, tx, who); err != nil {
			return err
		}
		rules, err := h.svc.Rules(ctx, tx)
		if err != nil {
			return err
		}
		list, err := withdrawal.Forfeits(ctx, tx, who)
		for _, f := range list {
			out.Body = append(out.Body, forfeitShape(f, rules.Currency))
		}
		return err
	})
	return out, err
}

type forfeiting struct {
	httpapi.Idempotent
	Reasoned
}

func (h *handlers) forfeit(ctx context.Context, in *forfeiting) (*struct{ Body Forfeit }, error) {
	body, err := httpapi.Once(ctx, h.db, "withdrawal.forfeit", in.IdempotencyKey, []string{in.ID, in.Body.Reason}, func(ctx context.Context, tx *pg.Tx) (Forfeit, error) {
		who, err := distributor.ParseID(in.ID)
		if err != nil {
			return Forfeit{}, distributor.ErrUnknown.Because(err)
		}
		f, err := h.svc.Forfeit(ctx, tx, who, in.Body.Reason, httpapi.CallerOf(ctx).Actor)
		return h.noted(ctx, tx, "withdrawal.forfeit", f, err)
	})
	return &struct{ Body Forfeit }{body}, err
}

func (h *handlers) restore(ctx context.Context, in *forfeiting) (*struct{ Body Forfeit }, error) {
	body, err := httpapi.Once(ctx, h.db, "withdrawal.restore", in.IdempotencyKey, []string{in.ID, in.Body.Reason}, func(ctx context.Context, tx *pg.Tx) (Forfeit, error) {
		var which withdrawal.ForfeitID
		if which.UnmarshalText([]byte(in.ID)) != nil {
			return Forfeit{}, withdrawal.ErrForfeitUnknown
		}
		f, err := h.svc.Restore(ctx, tx, which, in.Body.Reason, httpapi.CallerOf(ctx).Actor)
		return h.noted(ctx, tx, "withdrawal.restore", f, err)
	})
	return &struct{ Body Forfeit }{body}, err
}

func (h *handlers) noted(ctx context.Context, tx *pg.Tx, action string, f withdrawal.Forfeit, err error) (Forfeit, error) {
	if err != nil {
		return Forfeit{}, err
	}
	rules, err := h.svc.Rules(ctx, tx)
	if err != nil {
		return Forfeit{}, err
	}
	return forfeitShape(f, rules.Currency), registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, f.Distributor.String(), map[string]any{"forfeit": f.ID.String(), "amount": f.Amount})
}
