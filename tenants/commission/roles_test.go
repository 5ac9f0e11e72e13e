package commission_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// posted is a store whose strategy pays the seller 10 and every role 7, with a
// lead far above the seller and a partner of Shenzhen.
func posted(t *testing.T, facts ...string) (*storetest.Stores, map[string]distributor.ID) {
	t.Helper()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "posts", Facts: facts, Decide: func(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
		var awards []*strategyv1.Award
		if len(o.GetChain()) > 0 {
			awards = append(awards, &strategyv1.Award{Level: 1, Line: -1, Amount: 10})
		}
		for i := range o.GetRoles() {
			awards = append(awards, &strategyv1.Award{Recipient: int32(len(o.GetChain()) + i), Line: -1, Amount: 7})
		}
		if len(awards) == 0 {
			return storetest.PaysNobody()
		}
		return storetest.Pays(awards...)
	}})
	s.ProposeStrategy(t, s.A, "posts", `{}`, nil)
	team := s.Team(t, s.A, "lead", "e", "d", "c", "b", "a")
	team["city"] = s.Team(t, s.A, "city")["city"]
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		if err := s.Distributors.SetLead(ctx, tx, team["lead"], true); err != nil {
			return err
		}
		return s.Distributors.SetPartner(ctx, tx, "440300", team["city"])
	})
	return s, team
}

func sellTo(t *testing.T, s *storetest.Stores, id, buyer, region string, via distributor.ID) (made order.ID) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		o, _, err := s.Orders.Ingest(ctx, tx, order.Report{Source: "test", ExternalID: id, Buyer: buyer, Via: externalID(t, s, via), Region: region, Paid: true,
			Lines: order.Lines{{SKU: "S1", Qty: 1, UnitPrice: 10000, Cost: -1}}})
		made = o.ID
		return err
	})
	return made
}

func externalID(t *testing.T, s *storetest.Stores, who distributor.ID) (external string) {
	t.Helper()
	if who.IsZero() {
		return ""
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.Get(ctx, tx, who)
		external = m.ExternalID
		return err
	})
	return external
}

func TestRoles(t *testing.T) {
	t.Parallel()
	s, team := posted(t, program.FactChain, program.FactTeamLead, program.FactCityPartner, program.FactRegion)

	t.Run("AreFrozenWhenTheOrderIsPlaced", func(t *testing.T) {
		o := sellTo(t, s, "O1", "lin", "440305", team["a"])
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			if err := s.Distributors.SetLead(ctx, tx, team["lead"], false); err != nil {
				return err
			}
			return s.Distributors.SetPartner(ctx, tx, "440300", distributor.ID{})
		})
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 10)
		wantHeld(t, s, team["lead"], 7)
		wantHeld(t, s, team["city"], 7)
		x := explain(t, s, s.A, o, "en")
		if len(x.Awards) != 3 || x.Awards[1].Role != "team_lead" || x.Awards[2].Role != "city_partner" || x.Awards[2].Payee.Name != "city" {
			t.Errorf("%+v", x.Awards)
		}
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			if err := s.Distributors.SetLead(ctx, tx, team["lead"], true); err != nil {
				return err
			}
			return s.Distributors.SetPartner(ctx, tx, "440300", team["city"])
		})
	})
	t.Run("ThePartnerEarnsWhereNobodySold", func(t *testing.T) {
		sellTo(t, s, "O2", "nobodys", "440305", distributor.ID{})
		s.Work(t, s.A)
		wantHeld(t, s, team["city"], 14)
	})
	t.Run("WhoIsFrozenForfeits", func(t *testing.T) {
		if _, err := s.Distributors.Freeze(t.Context(), s.A, team["lead"], "test"); err != nil {
			t.Fatal(err)
		}
		o := sellTo(t, s, "O3", "lin", "330100", team["a"])
		s.Work(t, s.A)
		wantHeld(t, s, team["a"], 20)
		wantHeld(t, s, team["lead"], 7)
		x := explain(t, s, s.A, o, "en")
		if len(x.Awards) != 1 || x.Declined[0].Who.ID != team["lead"] || x.Declined[0].Code != "commission.forfeit" {
			t.Errorf("%+v %+v", x.Awards, x.Declined)
		}
		if _, err := s.Distributors.Unfreeze(t.Context(), s.A, team["lead"]); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("WhoSellsAndLeadsHasOneAward", func(t *testing.T) {
		o := sellTo(t, s, "O4", "wu", "", team["lead"])
		s.Work(t, s.A)
		wantHeld(t, s, team["lead"], 24)
		if x := explain(t, s, s.A, o, "en"); len(x.Awards) != 1 || x.Awards[0].Level != 1 || x.Awards[0].Granted != 17 {
			t.Errorf("%+v", x.Awards)
		}
	})
	t.Run("OnesOwnPurchaseEarnsThePartnerNothing", func(t *testing.T) {
		sellTo(t, s, "O5", "city", "440305", distributor.ID{}) // the buyer is the partner
		s.Work(t, s.A)
		wantHeld(t, s, team["city"], 14)
	})
	s.Clock.Advance(time.Hour)
	s.MustBalance(t)
}

// A role that the strategy has not asked for is not a recipient at all.
func TestRoles_OnlyWhenDeclared(t *testing.T) {
	t.Parallel()
	s, team := posted(t, program.FactChain, program.FactCityPartner)
	sellTo(t, s, "O1", "lin", "440305", team["a"])
	s.Work(t, s.A)
	wantHeld(t, s, team["lead"], 0)
	wantHeld(t, s, team["city"], 7)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		o, err := order.ByExternal(ctx, tx, "test", "O1")
		if err == nil && (o.Region != "440305" || len(o.Posts) != 2 || o.Posts[0].Role != "team_lead" || o.Posts[0].State != distributor.Active) {
			t.Errorf("what stood at placing is kept for later questions: %+v", o)
		}
		return err
	})
}
