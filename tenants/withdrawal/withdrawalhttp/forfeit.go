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
	By          *Actor               `json:"by" doc:"Null to the person themselves"`
	At          time.Time            `json:"at"`
	RestoredAt  *time.Time           `json:"restored_at" doc:"When it was given back; null when it was not"`
	RestoredBy  *Actor               `json:"restored_by"`
	RestoredWhy string               `json:"restored_why" doc:"The person sees it"`
}

// Actor is who did something.
type Actor struct {
	ID   string `json:"id" example:"staff:per_…"`
	Name string `json:"name" doc:"Empty for who is not of this store's staff, or no more"`
}

func actor(id string, names map[string]string) *Actor {
	if id == "" {
		return nil
	}
	return &Actor{id, names[id]}
}

func (h *handlers) forfeitShapes(ctx context.Context, tx *pg.Tx, list []withdrawal.Forfeit, toStaff bool) ([]Forfeit, error) {
	rules, err := h.svc.Rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	var actors []string
	for _, f := range list {
		actors = append(actors, f.By, f.RestoredBy)
	}
	names, err := registry.ActorNames(ctx, tx, actors)
	shapes := make([]Forfeit, len(list))
	for i, f := range list {
		shapes[i] = Forfeit{ID: f.ID, Amount: money.Amount{Minor: f.Amount, Currency: rules.Currency}, Reason: f.Reason, At: f.At.UTC(), RestoredAt: f.RestoredAt, RestoredWhy: f.RestoredWhy}
		if toStaff {
			shapes[i].By, shapes[i].RestoredBy = actor(f.By, names), actor(f.RestoredBy, names)
		}
	}
	return shapes, err
}

type forfeitPage struct{ Body httpapi.Page[Forfeit] }

func (h *handlers) forfeits(ctx context.Context, in *struct {
	httpapi.PageQuery
	One
}) (*forfeitPage, error) {
	who, err := distributor.ParseID(in.ID)
	if err != nil {
		return nil, distributor.ErrUnknown.Because(err)
	}
	return h.forfeitsOf(ctx, in.PageQuery, who, true)
}

func (h *handlers) ownForfeits(ctx context.Context, in *ownListing) (*forfeitPage, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.forfeitsOf(ctx, in.PageQuery, who, false)
}

func (h *handlers) forfeitsOf(ctx context.Context, q httpapi.PageQuery, who distributor.ID, toStaff bool) (*forfeitPage, error) {
	parts, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	var after withdrawal.ForfeitID
	if parts != nil && after.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &forfeitPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := distributor.Get(ctx, tx, who); err != nil {
			return err
		}
		found, err := withdrawal.Forfeits(ctx, tx, who, after, q.Limit+1)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(f withdrawal.Forfeit) []string { return []string{f.ID.String()} })
		shapes, err := h.forfeitShapes(ctx, tx, cut.Items, toStaff)
		out.Body = httpapi.Page[Forfeit]{Items: shapes, NextCursor: cut.NextCursor}
		return err
	})
	return out, err
}

// Stake is what somebody would lose if it were forfeited now.
type Stake struct {
	State     distributor.State `json:"state" doc:"Only the frozen and the banned forfeit"`
	Amount    money.Amount      `json:"amount" doc:"What would be taken"`
	Available money.Amount      `json:"available"`
	Unsent    money.Amount      `json:"unsent" doc:"Asked for and not sent yet; it comes back first"`
	Owed      money.Amount      `json:"owed" doc:"Netted with what comes back"`
}

func (h *handlers) stake(ctx context.Context, in *One) (*struct{ Body Stake }, error) {
	who, err := distributor.ParseID(in.ID)
	if err != nil {
		return nil, distributor.ErrUnknown.Because(err)
	}
	out := &struct{ Body Stake }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		s, err := withdrawal.StakeOf(ctx, tx, who)
		if err != nil {
			return err
		}
		rules, err := h.svc.Rules(ctx, tx)
		of := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: rules.Currency} }
		out.Body = Stake{s.State, of(s.Amount()), of(s.Available), of(s.Unsent), of(s.Owed)}
		return err
	})
	return out, err
}

type forfeiting struct {
	httpapi.Idempotent
	One
	Body struct {
		Reason string        `json:"reason" maxLength:"500" doc:"The person sees it"`
		Amount *money.Amount `json:"amount,omitempty" doc:"What was confirmed: when it is another amount by now, nothing is taken. Left out, what there is"`
	}
}

func (h *handlers) forfeit(ctx context.Context, in *forfeiting) (*struct{ Body Forfeit }, error) {
	body, err := httpapi.Once(ctx, h.db, "withdrawal.forfeit", in.IdempotencyKey, []any{in.ID, in.Body}, func(ctx context.Context, tx *pg.Tx) (Forfeit, error) {
		who, err := distributor.ParseID(in.ID)
		if err != nil {
			return Forfeit{}, distributor.ErrUnknown.Because(err)
		}
		rules, err := h.svc.Rules(ctx, tx)
		if err != nil {
			return Forfeit{}, err
		}
		var confirmed *int64
		if a := in.Body.Amount; a != nil {
			if a.Currency != rules.Currency {
				return Forfeit{}, errForeignCurrency.At("amount.currency").With("currency", rules.Currency)
			}
			confirmed = &a.Minor
		}
		f, err := h.svc.Forfeit(ctx, tx, who, in.Body.Reason, httpapi.CallerOf(ctx).Actor, confirmed)
		return h.noted(ctx, tx, "withdrawal.forfeit", f, err)
	})
	return &struct{ Body Forfeit }{body}, err
}

type restoring struct {
	httpapi.Idempotent
	Reasoned
}

func (h *handlers) restore(ctx context.Context, in *restoring) (*struct{ Body Forfeit }, error) {
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
	shapes, err := h.forfeitShapes(ctx, tx, []withdrawal.Forfeit{f}, true)
	if err != nil {
		return Forfeit{}, err
	}
	return shapes[0], registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, f.Distributor.String(), map[string]any{"forfeit": f.ID.String(), "amount": f.Amount})
}
