package attributionhttp

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Seller is a distributor as a buyer may see one.
type Seller struct {
	Name string `json:"name"`
}

type touchAnswer struct {
	Body struct {
		Bound       bool    `json:"bound" doc:"Whether the owner of the link holds the buyer now"`
		Distributor *Seller `json:"distributor" doc:"Who holds the buyer now"`
		Verdict     string  `json:"verdict" enum:"bound,renewed,taken,waits,challenges,protected,kept,not_new,self,downline,own_chain,dead_link"`
		Reason      string  `json:"reason" doc:"The verdict as a sentence"`
	}
}

// me is the buyer who asks.
func me(ctx context.Context) (who customer.ID, err error) {
	if err := who.Scan(httpapi.CallerOf(ctx).Buyer); err != nil {
		return who, customer.ErrUnknown
	}
	return who, nil
}

type ownTouchRequest struct {
	Body struct {
		Code     string `json:"code" minLength:"1" maxLength:"32"`
		Channel  string `json:"channel" required:"false" maxLength:"60"`
		Material string `json:"material" required:"false" maxLength:"60"`
		Campaign string `json:"campaign" required:"false" maxLength:"60"`
	}
}

func (a api) ownTouch(ctx context.Context, in *ownTouchRequest) (*touchAnswer, error) {
	buyer, err := me(ctx)
	if err != nil {
		return nil, err
	}
	from := attribution.Source{Channel: in.Body.Channel, Material: in.Body.Material, Campaign: in.Body.Campaign}
	return a.touch(ctx, func(ctx context.Context, tx *pg.Tx, r attribution.Rules) (attribution.Outcome, error) {
		o, _, err := attribution.TouchByCode(ctx, tx, buyer, in.Body.Code, from, r)
		return o, err
	})
}

type reportTouchRequest struct {
	Body struct {
		Buyer       string `json:"buyer_external_id" minLength:"1" maxLength:"128"`
		BuyerName   string `json:"buyer_name" required:"false" maxLength:"100" doc:"Of a buyer who is new"`
		Distributor string `json:"distributor_external_id" minLength:"1" maxLength:"128"`
		Channel     string `json:"channel" required:"false" maxLength:"60"`
		Material    string `json:"material" required:"false" maxLength:"60"`
		Campaign    string `json:"campaign" required:"false" maxLength:"60"`
		Coupon      bool   `json:"coupon" required:"false" doc:"A distributor's coupon, which beats a link"`
	}
}

func (a api) reportTouch(ctx context.Context, in *reportTouchRequest) (*touchAnswer, error) {
	b := in.Body
	return a.touch(ctx, func(ctx context.Context, tx *pg.Tx, r attribution.Rules) (o attribution.Outcome, err error) {
		owner, err := distributor.ByExternal(ctx, tx, b.Distributor)
		if err != nil {
			return o, err
		}
		buyer, err := customer.Register(ctx, tx, customer.Registration{ExternalID: b.Buyer, Name: b.BuyerName,
			Source: customer.Source{Channel: b.Channel, Material: b.Material, Code: owner.Code}})
		if err != nil {
			return o, err
		}
		return attribution.Touch(ctx, tx, buyer.ID, owner.ID,
			attribution.Source{Channel: b.Channel, Material: b.Material, Campaign: b.Campaign, Coupon: b.Coupon}, r)
	})
}

func (a api) touch(ctx context.Context, fn func(context.Context, *pg.Tx, attribution.Rules) (attribution.Outcome, error)) (*touchAnswer, error) {
	out := &touchAnswer{}
	err := a.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := a.rules(ctx, tx)
		if err != nil {
			return err
		}
		o, err := fn(ctx, tx, r)
		if err != nil {
			return err
		}
		out.Body.Bound, out.Body.Verdict, out.Body.Reason = o.Bound(), string(o.Verdict), o.Verdict.Sentence(httpapi.LangOf(ctx))
		if o.Holder.IsZero() {
			return nil
		}
		names, err := distributor.Names(ctx, tx, []distributor.ID{o.Holder})
		out.Body.Distributor = &Seller{names[o.Holder]}
		return err
	})
	return out, err
}

type applyRequest struct {
	Body struct {
		Name    string         `json:"name" minLength:"1" maxLength:"100"`
		Code    string         `json:"code" required:"false" maxLength:"32" doc:"Of the recruiter's link"`
		Profile map[string]any `json:"profile" required:"false"`
	}
}

type applyAnswer struct {
	Body struct {
		ID     distributor.ID    `json:"id"`
		Name   string            `json:"name"`
		Code   string            `json:"code"`
		Grade  string            `json:"grade"`
		State  distributor.State `json:"state" enum:"applied,active"`
		Upline *Seller           `json:"upline"`
		At     time.Time         `json:"applied_at"`
	}
}

func (a api) apply(ctx context.Context, in *applyRequest) (*applyAnswer, error) {
	buyer, err := me(ctx)
	if err != nil {
		return nil, err
	}
	profile, err := json.Marshal(in.Body.Profile)
	if err != nil || in.Body.Profile == nil {
		profile = nil
	}
	out := &applyAnswer{}
	err = a.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		now, err := a.programs.InForce(ctx, tx, tx.Now())
		if err != nil {
			return err
		}
		m, err := a.svc.Join(ctx, tx, attribution.Application{Buyer: buyer, Name: in.Body.Name, Code: in.Body.Code,
			Grade: now.Settings.Grades[0], Approve: now.Settings.Recruit.AutoApprove, Profile: profile})
		if err != nil {
			return err
		}
		out.Body.ID, out.Body.Name, out.Body.Code, out.Body.Grade, out.Body.State, out.Body.At = m.ID, m.Name, m.Code, m.Grade, m.State, m.AppliedAt
		if !m.UplineID.IsZero() {
			up, err := distributor.Get(ctx, tx, m.UplineID)
			if err != nil {
				return err
			}
			out.Body.Upline = &Seller{up.Name}
		}
		return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "application.create", m.ID.String(), nil)
	})
	return out, err
}

// holderOf is the distributor who asks.
func holderOf(ctx context.Context) (who distributor.ID, err error) {
	if err := who.Scan(httpapi.CallerOf(ctx).Distributor); err != nil {
		return who, errors.Join(distributor.ErrUnknown, err)
	}
	return who, nil
}
