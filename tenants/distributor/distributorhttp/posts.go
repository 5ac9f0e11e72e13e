package distributorhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func (a api) lead(ctx context.Context, in *struct {
	OneRequest
	Body struct {
		Lead bool `json:"lead"`
	}
}) (*detailAnswer, error) {
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.Member, error) {
		if err := a.distributors.SetLead(ctx, tx, in.ID, in.Body.Lead); err != nil {
			return distributor.Member{}, err
		}
		if err := note(ctx, tx, "distributor.lead", in.ID, map[string]any{"lead": in.Body.Lead}); err != nil {
			return distributor.Member{}, err
		}
		return distributor.Get(ctx, tx, in.ID)
	})
}

// Partner is a region and its city partner.
type Partner struct {
	Region  string    `json:"region" doc:"Orders whose region begins with it: 440300 stands for all of 4403, 广东/深圳 for what lies below. The longest wins"`
	Partner Person    `json:"partner"`
	Since   time.Time `json:"since"`
}

type partnersAnswer struct {
	Body struct {
		Items []Partner `json:"items"`
	}
}

func (a api) partners(ctx context.Context, _ *struct{}) (*partnersAnswer, error) {
	out := &partnersAnswer{}
	return out, a.db.Within(ctx, httpapi.TenantOf(ctx), out.read)
}

func (out *partnersAnswer) read(ctx context.Context, tx *pg.Tx) error {
	list, err := distributor.Partners(ctx, tx, distributor.ID{})
	if err != nil {
		return err
	}
	who := make([]distributor.ID, len(list))
	for i, p := range list {
		who[i] = p.Member
	}
	names, err := distributor.Names(ctx, tx, who)
	out.Body.Items = make([]Partner, len(list))
	for i, p := range list {
		out.Body.Items[i] = Partner{p.Region, Person{p.Member, names[p.Member]}, p.Since.UTC()}
	}
	return err
}

func (a api) setPartner(ctx context.Context, in *struct {
	Body struct {
		Region    string          `json:"region" minLength:"1" maxLength:"100"`
		PartnerID *distributor.ID `json:"partner_id" nullable:"true" doc:"null: nobody"`
	}
}) (*partnersAnswer, error) {
	var who distributor.ID
	if in.Body.PartnerID != nil {
		who = *in.Body.PartnerID
	}
	out := &partnersAnswer{}
	err := a.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) error {
		if err := a.distributors.SetPartner(ctx, tx, in.Body.Region, who); err != nil {
			return err
		}
		if err := note(ctx, tx, "distributor.partner", who, map[string]any{"region": in.Body.Region}); err != nil {
			return err
		}
		return out.read(ctx, tx)
	})
	return out, err
}
