package distributor_test

import (
	"context"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func TestPostsFor(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "f", "e", "d", "c", "b", "a")
	city := s.Team(t, s.A, "province", "city", "path")
	do := func(fn func(ctx context.Context, tx *pg.Tx) error) { t.Helper(); s.Do(t, s.A, fn) }
	lead := func(who string, yes bool) {
		do(func(ctx context.Context, tx *pg.Tx) error { return s.Distributors.SetLead(ctx, tx, team[who], yes) })
	}
	partner := func(region string, who distributor.ID) {
		do(func(ctx context.Context, tx *pg.Tx) error { return s.Distributors.SetPartner(ctx, tx, region, who) })
	}
	posts := func(seller distributor.ID, region string) map[string]distributor.ID {
		found := map[string]distributor.ID{}
		do(func(ctx context.Context, tx *pg.Tx) error {
			all, err := distributor.PostsFor(ctx, tx, []distributor.Sale{{}, {Seller: seller, Region: region}})
			if err != nil {
				return err
			}
			if len(all[0]) != 0 {
				t.Errorf("towards nothing: %v", all[0])
			}
			for _, p := range all[1] {
				if _, twice := found[p.Role]; twice {
					t.Errorf("two %ss", p.Role)
				}
				found[p.Role] = p.ID
			}
			return err
		})
		return found
	}
	want := func(seller, lead distributor.ID) {
		t.Helper()
		if got := posts(seller, "")[distributor.TeamLead]; got != lead {
			t.Errorf("the lead is %v, want %v", got, lead)
		}
	}

	want(team["a"], distributor.ID{})
	lead("f", true)
	want(team["a"], team["f"]) // five above: any depth
	lead("c", true)
	want(team["a"], team["c"]) // the nearest
	want(team["d"], team["f"])
	lead("a", true)
	want(team["a"], team["a"]) // their own
	lead("a", false)
	lead("c", false)
	want(team["a"], team["f"])

	partner("440000", city["province"])
	partner("440300", city["city"])
	partner("广东/深圳", city["path"])
	for region, who := range map[string]distributor.ID{
		"440305": city["city"], "440300": city["city"], "440100": city["province"], "330100": {}, "": {}, "44": city["province"],
		"广东/深圳/南山": city["path"], "广东/深圳": city["path"], "广东/深圳湾": {}, "广东": {}, "4403": city["city"],
	} {
		if got := posts(distributor.ID{}, region)[distributor.CityPartner]; got != who {
			t.Errorf("%q: the partner is %v, want %v", region, got, who)
		}
	}
	partner("440300", city["path"]) // in place of the one before
	if got := posts(team["a"], "440305"); got[distributor.CityPartner] != city["path"] || got[distributor.TeamLead] != team["f"] {
		t.Errorf("%v", got)
	}
	partner("440300", distributor.ID{})
	if got := posts(distributor.ID{}, "440305")[distributor.CityPartner]; got != city["province"] {
		t.Errorf("%v", got)
	}

	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["b"], "test"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		do   func(ctx context.Context, tx *pg.Tx) error
		code string
	}{
		"AFrozenLead":    {func(ctx context.Context, tx *pg.Tx) error { return s.Distributors.SetLead(ctx, tx, team["b"], true) }, "distributor.not_active"},
		"AFrozenPartner": {func(ctx context.Context, tx *pg.Tx) error { return s.Distributors.SetPartner(ctx, tx, "1", team["b"]) }, "distributor.not_active"},
		"NoRegion": {func(ctx context.Context, tx *pg.Tx) error {
			return s.Distributors.SetPartner(ctx, tx, " / ", team["a"])
		}, "distributor.region_missing"},
		"AStranger": {func(ctx context.Context, tx *pg.Tx) error {
			return s.Distributors.SetLead(ctx, tx, distributor.ID{7}, true)
		}, "distributor.unknown"},
	} {
		if err := s.Within(t.Context(), s.A, c.do); fault.Of(err).Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := s.Within(t.Context(), s.B, func(ctx context.Context, tx *pg.Tx) error { return s.Distributors.SetLead(ctx, tx, team["a"], true) })
	if fault.Of(err).Code != "distributor.unknown" {
		t.Errorf("another store's member: %v", err)
	}
}
