package program_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func draft(change func(*program.Draft)) program.Draft {
	d := program.Draft{Settings: program.Defaults(), Strategy: "three-level", Config: json.RawMessage(`{"rates": ["0.10"]}`), Author: "test"}
	change(&d)
	return d
}

func TestPropose(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	refused := map[string]struct {
		change func(*program.Draft)
		code   string
		field  string
	}{
		"AThirdLevelNobodyAcknowledged": {func(d *program.Draft) { d.Settings.Levels = 3 }, "program.third_level_unacknowledged", "settings.third_level_ack"},
		"AFourthLevel":                  {func(d *program.Draft) { d.Settings.Levels = 4 }, "program.levels", "settings.levels"},
		"ACapAboveTheMargin":            {func(d *program.Draft) { d.Settings.LineMarginCap = money.Whole + 1 }, "program.line_margin_cap", "settings.line_margin_cap"},
		"ACapBelowNothing":              {func(d *program.Draft) { d.Settings.RecipientCap.Amount = -1 }, "program.recipient_cap", "settings.recipient_cap.amount"},
		"ACapByTheYear":                 {func(d *program.Draft) { d.Settings.RecipientCap.Period = "year" }, "program.unknown_choice", "settings.recipient_cap.period"},
		"ACapAboveWhatWasPaid":          {func(d *program.Draft) { d.Settings.OrderCap = money.Whole + 1 }, "program.order_cap", "settings.order_cap"},
		"AGradeTwice":                   {func(d *program.Draft) { d.Settings.Grades = []string{"a", "a"} }, "program.grades", "settings.grades[1]"},
		"AnUnknownWord":                 {func(d *program.Draft) { d.Settings.Rounding = "up" }, "program.unknown_choice", "settings.rounding"},
		"AnUnknownStrategy":             {func(d *program.Draft) { d.Strategy = "magic" }, "program.unknown_strategy", "strategy"},
		"AConfigurationTheSchemaDoesNot": {func(d *program.Draft) { d.Config = json.RawMessage(`{"rates": ["10%"]}`) },
			"program.config", "config/rates/0"},
		"AnUnknownField":     {func(d *program.Draft) { d.Config = json.RawMessage(`{"rate": []}`) }, "program.config", "config"},
		"WhatIsNotJSON":      {func(d *program.Draft) { d.Config = json.RawMessage(`{`) }, "program.config", "config"},
		"RecomputeUnoffered": {func(d *program.Draft) { d.Strategy, d.Settings.Refund = "pool", "recompute" }, "program.recompute_unsupported", "settings.refund"},
	}
	for name, c := range refused {
		t.Run("Refuses"+name, func(t *testing.T) {
			before := s.Int(t, `select count(*) from program_revision`)
			_, err := s.Programs.Propose(t.Context(), s.A, draft(c.change))
			if f := fault.Of(err); f.Code != c.code || f.Field != c.field {
				t.Errorf("got %v at %q", err, f.Field)
			}
			if after := s.Int(t, `select count(*) from program_revision`); after != before {
				t.Error("a refused draft left a revision")
			}
		})
	}
	t.Run("TwoAtOnceTakeTwoNumbers", func(t *testing.T) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := s.Programs.Propose(t.Context(), s.A, draft(func(*program.Draft) {})); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.Int(t, `select count(*) - max(revision) from program_revision where tenant_id = $1`, s.A); n != 0 {
			t.Errorf("numbers and revisions differ by %d", n)
		}
	})
}

func TestInForce(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	at := func(when time.Time) (r program.Revision) {
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			r, err = s.Programs.InForce(ctx, tx, when)
			return err
		})
		return r
	}
	now, _ := s.Clock.Now(t.Context(), s.A)
	s.Clock.Advance(time.Hour)
	later, err := s.Programs.Propose(t.Context(), s.A, draft(func(d *program.Draft) { d.Settings.FreezeDays = 1 }))
	if err != nil {
		t.Fatal(err)
	}

	t.Run("AnOldOrderFindsTheFirstRevision", func(t *testing.T) {
		if r := at(time.Date(2010, 12, 1, 0, 0, 0, 0, time.UTC)); r.Revision != 1 {
			t.Errorf("revision %d", r.Revision)
		}
	})
	t.Run("AChangeDoesNotReachBack", func(t *testing.T) {
		if r := at(now.Add(30 * time.Minute)); r.Revision == later.Revision {
			t.Error("an order placed before the change found it")
		}
		if r := at(now.Add(time.Hour)); r.Revision != later.Revision || r.Settings.FreezeDays != 1 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("ARevisionIsImmutable", func(t *testing.T) {
		err := s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update program_revision set note = 'x' where tenant_id = $1`, s.A)
			return err
		})
		if err == nil {
			t.Error("the product changed a revision")
		}
	})
}

// A strategy learns only what the store has agreed to: a new one, or a new
// version, that wants to know more is refused until somebody says yes.
func TestPropose_NewFactsNeedConsent(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	never := func([]byte, *strategyv1.Order) *strategyv1.Decision { return storetest.PaysNobody() }
	s.Install(t, &storetest.Scripted{ID: "nosy", Facts: []string{"chain"}, Decide: never})
	propose := func(consent ...string) (program.Revision, error) {
		return s.Programs.Propose(t.Context(), s.A, draft(func(d *program.Draft) { d.Strategy, d.Config, d.Consent = "nosy", json.RawMessage(`{}`), consent }))
	}
	if r, err := propose(); err != nil || len(r.Consent) != 0 {
		t.Fatalf("the store agreed to the chain when it signed up: %v %v", r.Consent, err)
	}
	s.Install(t, &storetest.Scripted{ID: "nosy", Version: "1.1.0", Facts: []string{"chain", "order.region", "chain.stats"}, Decide: never})
	s.Owner(t, `update program_artifact set installed_at = installed_at + interval '1 second' where version = '1.1.0'`)

	for _, given := range [][]string{nil, {"order.region"}} {
		_, err := propose(given...)
		f := fault.Of(err)
		if f.Code != "program.new_facts" || f.Field != "consent" || !strings.Contains(f.Args()["facts"], "chain.stats") ||
			strings.Contains(f.Args()["facts"], "order.region") != (given == nil) {
			t.Errorf("%v: %v %v", given, err, f.Args())
		}
	}
	r, err := propose("order.region", "chain.stats", "line.category")
	if err != nil || !slices.Equal(r.Consent, []string{"chain.stats", "order.region"}) || r.Author != "test" {
		t.Fatalf("%+v %v", r, err)
	}
	if r, err = propose(); err != nil || len(r.Consent) != 0 {
		t.Errorf("agreed once is agreed: %v %v", r.Consent, err)
	}
	if _, err := s.Programs.Propose(t.Context(), s.B, draft(func(d *program.Draft) { d.Strategy, d.Config = "nosy", json.RawMessage(`{}`) })); fault.Of(err).Code != "program.new_facts" {
		t.Errorf("another store's consent counts: %v", err)
	}
	s.Install(t, &storetest.Scripted{ID: "oracle", Facts: []string{"tomorrow"}, Decide: never})
	_, err = s.Programs.Propose(t.Context(), s.A, draft(func(d *program.Draft) {
		d.Strategy, d.Config, d.Consent = "oracle", json.RawMessage(`{}`), []string{"tomorrow"}
	}))
	if fault.Of(err).Code != "program.unknown_fact" {
		t.Errorf("a fact that nobody can tell: %v", err)
	}
}
