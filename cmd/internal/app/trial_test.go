package app

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/commission/commissionhttp"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
	"github.com/fenli-io/fenli/tenants/trial"
	"github.com/fenli-io/fenli/tenants/trial/trialhttp"
)

// TestAnOwnerChangesTheProgrammeWithOpenEyes is the life of a change: tried on
// the store's own past, looked at from its worst side, tried by a few teams,
// acknowledged with its amount, scheduled, and proven afterwards; through the
// public door, with strategies in their own processes.
func TestAnOwnerChangesTheProgrammeWithOpenEyes(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	s := w.openShop("chaguan", "茶馆")
	s.merchant("POST", "/program/revisions", object{"config": object{"rates": []string{"0.10", "0.05"}}, "settings": object{"self_purchase": "off"}}, nil)
	s.later(time.Hour)
	s.open("PUT", "/distributors/mei", object{"name": "梅"}, nil)
	s.open("PUT", "/distributors/lan", object{"name": "兰", "upline_external_id": "mei"}, nil)
	for i := range 6 {
		s.open("POST", "/orders", reported(fmt.Sprintf("o%d", i), "buyer", "lan", 10000), nil)
		s.later(24 * time.Hour)
	}
	s.open("POST", "/orders/api/o0/refunds", object{"external_id": "r0", "amount": yuan(5000)}, nil)
	s.later(time.Hour)
	draft := func(more object) object {
		d := object{"config": object{"rates": []string{"0.08", "0.08"}}}
		for k, v := range more {
			d[k] = v
		}
		return d
	}
	period := object{"from": s.now.AddDate(0, -1, 0), "to": s.now.AddDate(0, 0, 1)}

	t.Run("TriesItOnThePast", func(t *testing.T) {
		var begun trialhttp.Trial
		s.merchant("POST", "/trials/backtests", draft(period), &begun)
		done := s.trialEnds(begun.ID.String())
		f := done.Figures
		if done.State != trial.Done || f.Compared != 6 || f.Was.Granted.Minor != 9000 || f.Would.Granted.Minor != 9600 || f.Difference.Minor != 600 || f.Would.Standing.Minor != 8800 || f.Would.Share != 160_000 {
			t.Errorf("%+v", f)
		}
		var less, more httpapi.Page[trialhttp.Person]
		s.merchant("GET", "/trials/"+done.ID.String()+"/people?side=less", nil, &less)
		s.merchant("GET", "/trials/"+done.ID.String()+"/people?side=more", nil, &more)
		if len(less.Items) != 1 || less.Items[0].Payee.ExternalID != "lan" || less.Items[0].Difference.Minor != -1100 || len(more.Items) != 1 || more.Items[0].Difference.Minor != 1650 {
			t.Errorf("%+v %+v", less, more)
		}
		table := w.ask(request{httpapi.Merchant, "GET", "/trials/" + done.ID.String() + "/orders.csv", s.tokens[rbac.Support], "", nil, nil})
		rows, err := csv.NewReader(strings.NewReader(string(table.body))).ReadAll()
		if err != nil || len(rows) != 7 || rows[1][3] != "15.00" || rows[1][5] != "16.00" || rows[1][7] != "1.00" || !strings.HasPrefix(table.header.Get("Content-Type"), "text/csv") {
			t.Errorf("%v %v %s", rows, err, table.header)
		}
	})
	t.Run("LooksAtTheWorst", func(t *testing.T) {
		var worst commissionhttp.WorstCases
		s.merchant("POST", "/program/worst-case", draft(nil), &worst)
		if worst.Goods == 0 || worst.HighestShare == nil || worst.HighestShare.Share != 160_000 || len(worst.HighestShare.Commission.Awards) != 2 || worst.HighestShare.Commission.Awards[0].Lines[0].Why == "" {
			t.Errorf("%+v", worst)
		}
	})
	t.Run("ProvesTheMonth", func(t *testing.T) {
		var begun trialhttp.Trial
		s.merchant("POST", "/trials/proofs", object{"month": s.now.Format("2006-01")}, &begun)
		p := s.trialEnds(begun.ID.String()).Proof
		if p == nil || !p.Proven || p.Decisions != 6 || p.Equal != 6 || p.Journal.Minor != 8250 || p.Granted.Minor != 9000 {
			t.Errorf("%+v", p)
		}
		var page httpapi.Page[trialhttp.Trial]
		s.merchant("GET", "/trials?kind=proof&limit=1", nil, &page)
		if len(page.Items) != 1 || page.Items[0].Proof == nil || page.Items[0].Figures != nil {
			t.Errorf("%+v", page)
		}
	})
	t.Run("AcknowledgesTheAmount", func(t *testing.T) {
		s.merchant("POST", "/program/revisions", object{"settings": object{"confirm_diff": true}}, nil)
		s.later(time.Minute)
		refused := w.ask(request{httpapi.Merchant, "POST", "/program/revisions", s.tokens[rbac.Owner], "", draft(nil), nil})
		if refused.status != 409 || refused.problem().Code != "program.diff_unacknowledged" {
			t.Errorf("%d %s", refused.status, refused.body)
		}
		var diff commissionhttp.MoneyDiff
		s.merchant("POST", "/program/diff", draft(nil), &diff)
		if diff.Orders != 6 || diff.None || diff.Acknowledge.Difference.Minor != 600 || len(diff.Shown) != 6 || diff.Winner.Payee.ExternalID != "mei" || diff.Winner.Amount.Minor != 1800 {
			t.Errorf("%+v", diff)
		}
		wrong := diff.Acknowledge
		wrong.Difference.Minor--
		refused = w.ask(request{httpapi.Merchant, "POST", "/program/revisions", s.tokens[rbac.Owner], "", draft(object{"acknowledge_diff": wrong}), nil})
		if refused.status != 409 || refused.problem().Code != "program.diff_changed" {
			t.Errorf("%d %s", refused.status, refused.body)
		}
		start := s.now.Add(48 * time.Hour)
		var scheduled, taken, now programhttp.Revision
		s.merchant("POST", "/program/revisions", draft(object{"acknowledge_diff": diff.Acknowledge, "effective_from": start, "note": "开春"}), &scheduled)
		if scheduled.State != "scheduled" || !scheduled.EffectiveAt.Equal(start) {
			t.Errorf("%+v", scheduled)
		}
		var changes struct{ Changes []programhttp.Change }
		s.merchant("GET", fmt.Sprintf("/program/revisions/%d/diff", scheduled.Revision), nil, &changes)
		if len(changes.Changes) != 2 || changes.Changes[0].Path != "/config/rates/0" || string(changes.Changes[0].Was) != `"0.10"` || string(changes.Changes[0].Now) != `"0.08"` {
			t.Errorf("%+v", changes)
		}
		s.merchant("POST", fmt.Sprintf("/program/revisions/%d/cancel", scheduled.Revision), nil, &taken)
		s.later(72 * time.Hour)
		s.merchant("GET", "/program", nil, &now)
		if taken.State != "cancelled" || now.Revision == scheduled.Revision {
			t.Errorf("%+v %+v", taken, now)
		}
	})
	t.Run("LetsTeamsTryItFirst", func(t *testing.T) {
		var canary, later trialhttp.Canary
		capped := func(more object) object {
			d := draft(object{"settings": object{"recipient_cap": object{"amount": 700, "period": "month"}}, "share": 10, "bounds": object{"max_payout": "0", "max_failed": 0, "min_orders": 1}})
			for k, v := range more {
				d[k] = v
			}
			return d
		}
		refused := w.ask(request{httpapi.Merchant, "POST", "/program/canaries", s.tokens[rbac.Owner], "", capped(nil), nil})
		if refused.status != 409 || refused.problem().Code != "program.diff_unacknowledged" {
			t.Errorf("%d %s", refused.status, refused.body)
		}
		var seen commissionhttp.MoneyDiff
		s.merchant("POST", "/program/diff", draft(object{"settings": object{"recipient_cap": object{"amount": 700, "period": "month"}}}), &seen)
		if seen.CappedIn != 2 || len(seen.Capped) != 2 {
			t.Errorf("%+v", seen)
		}
		s.merchant("POST", "/program/canaries", capped(object{"acknowledge_diff": seen.Acknowledge}), &canary)
		s.merchant("POST", "/program/canaries/"+canary.ID.String()+"/stop", object{"reason": "only seen"}, nil)
		s.merchant("POST", "/program/canaries", draft(object{"share": 100, "bounds": object{"max_payout": "0.155", "max_failed": 0, "min_orders": 2}}), &canary)
		for i := range 3 {
			s.open("POST", "/orders", reported(fmt.Sprintf("c%d", i), "buyer", "lan", 10000), nil)
		}
		s.later(time.Hour)
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if s.merchant("GET", "/program/canaries/"+canary.ID.String(), nil, &later); later.State != "running" {
				break
			}
		}
		if later.State != "stopped" || later.Reason != trial.ReasonPayout || later.Candidate.Orders != 3 || later.Candidate.Granted.Minor != 4800 || later.Candidate.Share != 160_000 {
			t.Errorf("%+v", later)
		}
	})
	t.Run("WatchesItFromTheShadow", func(t *testing.T) {
		var shadow, now trialhttp.Trial
		s.merchant("POST", "/trials/shadows", draft(nil), &shadow)
		s.open("POST", "/orders", reported("s1", "buyer", "lan", 10000), nil)
		s.later(time.Hour)
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if s.merchant("GET", "/trials/"+shadow.ID.String(), nil, &now); now.Figures.Compared > 0 {
				break
			}
		}
		if now.Figures.Compared != 1 || now.Figures.Was.Granted.Minor != 1500 || now.Figures.Would.Granted.Minor != 1600 || now.To != nil {
			t.Errorf("%+v", now.Figures)
		}
		s.merchant("POST", "/trials/"+shadow.ID.String()+"/cancel", nil, &now)
		if now.State != trial.Cancelled {
			t.Errorf("%+v", now)
		}
	})
	t.Run("AsksAboutOneOrderAgain", func(t *testing.T) {
		var page struct{ Items []struct{ ID string } }
		s.merchant("GET", "/orders?limit=20", nil, &page)
		for _, o := range page.Items {
			var again commissionhttp.Replayed
			if s.merchant("POST", "/orders/"+o.ID+"/commission/replay", nil, &again); !again.Equal || !again.Asked {
				t.Errorf("%+v", again)
			}
		}
	})
	t.Run("TheBooksAreRight", func(t *testing.T) {
		store, err := w.Registry.BySlug(t.Context(), "chaguan")
		if err != nil {
			t.Fatal(err)
		}
		found, err := w.examine(t.Context(), store.ID)
		if err != nil || len(found) != 0 {
			t.Errorf("%v %v", found, err)
		}
	})
}
