package commission_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// propose puts a three-level programme with these rates in force.
func propose(t *testing.T, s *storetest.Stores, rates string, change func(*program.Settings)) {
	t.Helper()
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck, settings.FreezeDays = 3, "test", 7
	change(&settings)
	_, err := s.Programs.Propose(t.Context(), s.A, program.Draft{Settings: settings, Consent: program.Facts(), Strategy: "three-level", Config: json.RawMessage(`{"rates": ` + rates + `}`)})
	if err != nil {
		t.Fatal(err)
	}
}

func explain(t *testing.T, s *storetest.Stores, tenant tenancy.ID, o order.ID, lang string) (x commission.Explanation) {
	t.Helper()
	s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		x, err = s.Commission.Explain(ctx, tx, o, lang)
		return err
	})
	for _, a := range x.Awards {
		if steps := x.Steps(a); steps[len(steps)-1].Standing != a.Standing {
			t.Errorf("the steps end elsewhere than the award of %d: %s", a.Standing, walk(x, a))
		}
	}
	return x
}

// walk is an award's steps: what, by which refund, how much, what stood then.
func walk(x commission.Explanation, a commission.Explained) string {
	var out []string
	for _, s := range x.Steps(a) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s", s.Kind, s.Refund.ExternalID))+fmt.Sprintf(" %+d=%d", s.Amount, s.Standing))
	}
	return strings.Join(out, ", ")
}

// tell is an explanation as the tests read it: who, granted, standing, status,
// then each line's amount less its cut; and who gets nothing by which code.
func tell(x commission.Explanation) string {
	var out []string
	for _, a := range x.Awards {
		line := fmt.Sprintf("%s %d %d %s", a.Payee.Name, a.Granted, a.Standing, a.Status)
		for _, l := range a.Lines {
			line += fmt.Sprintf(" %d-%d", l.Amount, l.Cut)
			if l.RolledUp != nil {
				line += " from " + l.RolledUp.Name
			}
		}
		out = append(out, line)
	}
	for _, d := range x.Declined {
		who := "nobody"
		if d.Who != nil {
			who = d.Who.Name
		}
		out = append(out, who+" "+d.Code)
	}
	for _, r := range x.Reversed {
		out = append(out, fmt.Sprintf("%s back %s %d", r.Refund.ExternalID, r.Payee.Name, r.Amount))
	}
	return strings.Join(out, "\n")
}

func want(t *testing.T, x commission.Explanation, lines ...string) {
	t.Helper()
	if got, want := tell(x), strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestExplain_TheCapCutsInProportionAndSaysSo(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	propose(t, s, `["0.40", "0.20", "0.10"]`, func(*program.Settings) {})
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)

	x := explain(t, s, s.A, o, "en")
	want(t, x, "a 2857 2857 held 4000-1143", "b 1429 1429 held 2000-571", "c 714 714 held 1000-286")
	if x.Cap == nil || x.Cap.Most != 5000 || x.Cap.Asked != 7000 || x.Cap.Cut != 2000 || x.Cap.Share.String() != "0.5" {
		t.Errorf("%+v", x.Cap)
	}
	l := x.Awards[0].Lines[0]
	if l.Line != "1" || l.SKU != "S1" || l.Base != 10000 || l.Rate.Percent() != "40%" || l.Why != "level 1, 40%" {
		t.Errorf("%+v", l)
	}
	if zh := explain(t, s, s.A, o, "zh-CN").Awards[1].Lines[0].Why; zh != "第 2 级，20%" {
		t.Error(zh)
	}
	if r := x.Ruling; x.State != commission.Decided || r.Strategy != "three-level" || r.Version != "1.0.0" || r.Seq != 1 || r.Revision != 3 || r.DecidedAt.IsZero() {
		t.Errorf("%s %+v", x.State, r)
	}
	s.MustBalance(t)
}

func TestExplain_WhatEachRefundTookBack(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{19900}})
	s.Work(t, s.A)
	s.Refund(t, s.A, o, "R1", 6667, "")

	t.Run("NothingBeforeTheLaneHasSeenIt", func(t *testing.T) {
		want(t, explain(t, s, s.A, o, "en"), "a 1990 1990 held 1990-0", "b 995 995 held 995-0", "c 597 597 held 597-0")
	})
	t.Run("EachItsOwnPart", func(t *testing.T) {
		s.Work(t, s.A)
		s.Refund(t, s.A, o, "R2", 10000, "")
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, o, "en"),
			"a 1990 323 held 1990-0", "b 995 161 held 995-0", "c 597 96 held 597-0",
			"R1 back a 667", "R1 back b 334", "R1 back c 201",
			"R2 back a 1000", "R2 back b 500", "R2 back c 300")
	})
	t.Run("AndTheRestOfItWithTheLast", func(t *testing.T) {
		s.Refund(t, s.A, o, "R3", 3233, "")
		s.Work(t, s.A)
		x := explain(t, s, s.A, o, "en")
		var back int64
		for _, r := range x.Reversed {
			back += r.Amount
		}
		if back != 1990+995+597 || x.Awards[0].Standing != 0 {
			t.Errorf("%d back, %+v", back, x.Awards)
		}
		if got := walk(x, x.Awards[0]); got != "granted +1990=1990, refunded R1 -667=1323, refunded R2 -1000=323, refunded R3 -323=0" {
			t.Error(got)
		}
	})
	s.MustBalance(t)
}

func TestExplain_WhoGetsNothingAndWhy(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "d", "c", "b", "a")
	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["b"], "疑似刷单"); err != nil {
		t.Fatal(err)
	}
	sell := func(rule string, levels int) order.ID {
		propose(t, s, `["0.10", "0.05", "0.03"]`, func(p *program.Settings) { p.IneligibleUpline, p.Levels = rule, levels })
		s.Clock.Advance(time.Minute)
		o := s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint(rule, levels), Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		s.Work(t, s.A)
		return o
	}
	for _, c := range []struct {
		rule   string
		levels int
		want   []string
	}{
		{"forfeit", 3, []string{"a 1000 1000 held 1000-0", "c 300 300 held 300-0", "b commission.forfeit", "d commission.beyond_levels"}},
		{"stop", 3, []string{"a 1000 1000 held 1000-0", "b commission.forfeit", "c commission.stop", "d commission.beyond_levels"}},
		{"roll_up", 3, []string{"a 1000 1000 held 1000-0", "c 800 800 held 500-0 from b 300-0", "b commission.rolled_up", "d commission.beyond_levels"}},
		{"compress", 3, []string{"a 1000 1000 held 1000-0", "c 500 500 held 500-0", "d 300 300 held 300-0", "b commission.compressed"}},
		{"forfeit", 1, []string{"a 1000 1000 held 1000-0", "b commission.beyond_levels", "c commission.beyond_levels", "d commission.beyond_levels"}},
	} {
		t.Run(fmt.Sprint(c.rule, c.levels), func(t *testing.T) {
			x := explain(t, s, s.A, sell(c.rule, c.levels), "en")
			want(t, x, c.want...)
			for _, d := range x.Declined {
				if d.Why == "" || d.Why == d.Code || strings.Contains(d.Why, "{") {
					t.Errorf("%+v", d)
				}
			}
		})
	}
	t.Run("TheStrategysOwnReason", func(t *testing.T) {
		propose(t, s, `["0.10"]`, func(*program.Settings) {})
		s.Clock.Advance(time.Minute)
		o := s.Sell(t, s.A, storetest.Sale{ID: "short", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		s.Work(t, s.A)
		x := explain(t, s, s.A, o, "zh-CN")
		want(t, x, "a 1000 1000 held 1000-0", "b level_without_rate", "c level_without_rate", "d commission.beyond_levels")
		if x.Declined[1].Why != "第 3 级没有设置比例" {
			t.Error(x.Declined[1].Why)
		}
	})
	t.Run("Nobody", func(t *testing.T) {
		o := s.Sell(t, s.A, storetest.Sale{ID: "alone", Buyer: "wu", Nets: []int64{10000}})
		s.Work(t, s.A)
		want(t, explain(t, s, s.A, o, "en"), "nobody commission.nobody")
	})
	t.Run("NothingPaid", func(t *testing.T) {
		o := s.Sell(t, s.A, storetest.Sale{ID: "gift", Buyer: "lin", Via: team["c"], Nets: []int64{0}})
		s.Work(t, s.A)
		x := explain(t, s, s.A, o, "en")
		want(t, x, "a commission.nothing_paid", "b commission.nothing_paid", "c commission.nothing_paid", "d commission.nothing_paid")
	})
}

func TestExplain_BeforeTheDecision(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	var unpaid order.Order
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		unpaid, err = s.Place(ctx, tx, storetest.Sale{ID: "O0", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		return err
	})
	if x := explain(t, s, s.A, unpaid.ID, "en"); x.State != commission.None || x.Waits != nil {
		t.Errorf("%+v", x)
	}
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	if x := explain(t, s, s.A, o, "en"); x.State != commission.Awaiting || x.Waits.Code != "commission.queued" {
		t.Errorf("%+v", x)
	}
	s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { return errors.New("a secret of the host") }
	s.Work(t, s.A)
	x := explain(t, s, s.A, o, "zh-CN")
	if x.Waits == nil || x.Waits.Code != "plugin.unavailable" || x.Waits.Attempts != 1 || x.Waits.NextTryAt.IsZero() || strings.Contains(x.Waits.Sentence, "secret") || x.Waits.Sentence == x.Waits.Code {
		t.Errorf("%+v", x.Waits)
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		list, err := commission.WaitingOrders(ctx, tx, order.ID{}, 10, "en")
		if len(list) != 1 || list[0].Order.ID != o || list[0].Code != "plugin.unavailable" {
			t.Errorf("%+v", list)
		}
		totals, err2 := commission.Totals(ctx, tx, []order.Order{unpaid, list[0].Order}, distributor.ID{})
		if totals[unpaid.ID].State != commission.None || totals[o].State != commission.Awaiting {
			t.Errorf("%+v", totals)
		}
		return errors.Join(err, err2)
	})
}

func TestExplainTo_OnesOwnAndNobodyElses(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	s.Team(t, s.A, "stranger")
	propose(t, s, `["0.10", "0.05"]`, func(*program.Settings) {})
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	to := func(who distributor.ID) (x commission.Explanation, err error) {
		err = s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			x, err = s.Commission.ExplainTo(ctx, tx, o, who, "en")
			return err
		})
		return x, err
	}
	if x, err := to(team["b"]); err != nil || tell(x) != "b 500 500 held 500-0" {
		t.Errorf("%v\n%s", err, tell(x))
	}
	if x, err := to(team["c"]); err != nil || tell(x) != "c level_without_rate" {
		t.Errorf("why c gets nothing: %v\n%s", err, tell(x))
	}
	var stranger distributor.ID
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.ByExternal(ctx, tx, "stranger")
		stranger = m.ID
		return err
	})
	if _, err := to(stranger); fault.Of(err).Code != "order.not_found" {
		t.Errorf("%v", err)
	}
}

func TestAwards_ListedByPayeeAndStatus(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	for i := range 3 {
		o := s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint("O", i), Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
		s.Clock.Advance(time.Second)
		if i == 0 {
			s.Receive(t, s.A, o)
		}
	}
	s.Work(t, s.A)
	s.Clock.Advance(8 * 24 * time.Hour)
	s.Work(t, s.A)
	list := func(f commission.Filter) (got []commission.Listed) {
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			got, err = s.Commission.Awards(ctx, tx, f, "en")
			return err
		})
		return got
	}
	for _, c := range []struct {
		f    commission.Filter
		want string
	}{
		{commission.Filter{Limit: 10}, "O2b O2a O1b O1a O0b O0a"},
		{commission.Filter{Payee: team["a"], Limit: 2}, "O2a O1a"},
		{commission.Filter{Status: commission.Settled, Limit: 10}, "O0b O0a"},
		{commission.Filter{Status: commission.Held, Payee: team["b"], Limit: 10}, "O2b O1b"},
		{commission.Filter{Status: commission.OnHold, Limit: 10}, ""},
	} {
		var got []string
		for _, l := range list(c.f) {
			got = append(got, l.ExternalID+l.Payee.Name)
			if c.f.Status != "" && l.Status != c.f.Status || !strings.HasPrefix(l.Why, "level") || l.Status == commission.Settled && l.MaturesAt.IsZero() {
				t.Errorf("%+v", l)
			}
		}
		if strings.Join(got, " ") != c.want && !(c.f.Payee.IsZero() && sameLetters(strings.Join(got, " "), c.want)) {
			t.Errorf("%+v: %v, want %s", c.f, got, c.want)
		}
	}
	first := list(commission.Filter{Limit: 1})
	rest := list(commission.Filter{After: commission.Place{Order: first[0].Order, Payee: first[0].Payee.ID}, Limit: 10})
	if len(rest) != 5 {
		t.Errorf("%d after the first", len(rest))
	}
}

// sameLetters: two awards of one order stand in the order of their payees' ids.
func sameLetters(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i][:2] != y[i][:2] {
			return false
		}
	}
	return true
}

func TestPreview_ExplainsAndWritesNothing(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	rows := func() int64 {
		return s.Int(t, `select (select count(*) from order_record) + (select count(*) from commission_decision) + (select count(*) from program_revision) + (select count(*) from distributor_member)`)
	}
	before := rows()
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck, settings.IneligibleUpline = 3, "test", "roll_up"
	draft := program.Draft{Settings: settings, Consent: program.Facts(), Strategy: "three-level", Config: json.RawMessage(`{"rates": ["0.40", "0.20", "0.10"]}`)}
	samples, err := s.Commission.Preview(t.Context(), s.A, draft, []commission.SampleLine{{SKU: "X", Qty: 2, UnitPrice: 500}}, "en")
	if err != nil || len(samples) != 4 {
		t.Fatal(err, samples)
	}
	want(t, samples[0].Explanation, "Seller 286 286 held 400-114", "Upline 143 143 held 200-57", "Upline's upline 71 71 held 100-29")
	want(t, samples[3].Explanation, "Seller 2857 2857 held 4000-1143", "Upline's upline 2143 2143 held 2000-571 from Upline 1000-286", "Upline commission.rolled_up")
	if a := samples[0].Explanation.Awards; a[0].Payee.Grade != "normal" || a[2].Payee.Grade != "partner" {
		t.Errorf("a sample's people have grades: %+v", a)
	}
	draft.Config = json.RawMessage(`{"rates": ["a lot"]}`)
	if _, err := s.Commission.Preview(t.Context(), s.A, draft, nil, "en"); !strings.HasPrefix(fault.Of(err).Field, "config") {
		t.Errorf("%v", err)
	}
	if rows() != before {
		t.Error("something was written")
	}
}

func TestEarn(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	asked := 0
	s.Strategy.Before = func(*strategyv1.EvaluateRequest) error { asked++; return nil }
	products := []catalog.Product{
		{Distributed: true, SKUs: []catalog.SKU{{Code: "T1", Price: 12800}, {Code: "T2", Price: 1}, {Code: "FREE"}}},
		{Distributed: false, SKUs: []catalog.SKU{{Code: "N", Price: 12800}}},
	}
	for range 2 {
		earns, err := s.Commission.Earn(t.Context(), s.A, team["a"], products)
		if err != nil || fmt.Sprint(earns) != "map[T1:1280]" {
			t.Fatal(err, earns)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	if _, err := s.Distributors.Freeze(t.Context(), s.A, team["a"], "x"); err != nil {
		t.Fatal(err)
	}
	if earns, err := s.Commission.Earn(t.Context(), s.A, team["a"], products); err != nil || len(earns) != 0 {
		t.Error(err, earns)
	}
}

func TestIsolationExplain_AnotherStoresOrderIsUnknown(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	err := s.Within(t.Context(), s.B, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Commission.Explain(ctx, tx, o, "en")
		if list, err := s.Commission.Awards(ctx, tx, commission.Filter{Payee: team["a"], Limit: 10}, "en"); err != nil || len(list) != 0 {
			t.Errorf("%v %+v", err, list)
		}
		return err
	})
	if fault.Of(err).Code != "order.not_found" {
		t.Errorf("%v", err)
	}
}
