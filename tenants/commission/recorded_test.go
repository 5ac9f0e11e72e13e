package commission_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/builtin/matrix"
	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// install lets a strategy answer in process, and puts it in force.
func install(t *testing.T, s *storetest.Stores, sha256 string, server strategyv1.StrategyServer, config string, change func(*program.Settings)) {
	t.Helper()
	s.Strategy.Server = server
	described, err := server.Describe(t.Context(), &strategyv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	a := program.Artifact{SHA256: sha256, Strategy: described.GetId(), Version: described.GetVersion(), Description: described}
	if err := s.Programs.Remember(t.Context(), []program.Artifact{a}); err != nil {
		t.Fatal(err)
	}
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck, settings.FreezeDays = 3, "test", 7
	change(&settings)
	if _, err := s.Programs.Propose(t.Context(), s.A, program.Draft{Settings: settings, Strategy: a.Strategy, Config: json.RawMessage(config), Consent: program.Facts()}); err != nil {
		t.Fatal(err)
	}
}

const matrixArtifact = "0000000000000000000000000000000000000000000000000000000000000021"

func redacted(t *testing.T, s *storetest.Stores, o order.ID) (r commission.TestCase) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		r, err = s.Commission.Redacted(ctx, tx, o)
		return err
	})
	return r
}

// theirs reads a recorded case as the test kit does: a field that the kit does
// not know fails.
func theirs(t *testing.T, r commission.TestCase) (c stest.Case) {
	t.Helper()
	raw, err := json.Marshal(r.Case)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRedacted_TheCasePassesTheTestKit(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	install(t, s, matrixArtifact, matrix.Strategy.Server(), `{"default": ["0.10", "0"], "skus": {"S1": {"rates": ["0.40"]}, "SECRET": {"rates": ["0.41"]}}}`, func(*program.Settings) {})
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 5000}})
	s.Work(t, s.A)

	r := redacted(t, s, o)
	if r.Strategy != "matrix" || r.Artifact != matrixArtifact || r.Case.Pays["a"] != 4500 || r.Case.Why["a"] != "by_sku" || r.Case.Declined["b"] != "sdk.rate_zero" {
		t.Errorf("%+v", r)
	}
	whole, _ := json.Marshal(r.Case)
	for _, name := range []string{`"S1"`, `"S2"`, "SECRET", team["a"].UUID(), team["b"].UUID(), team["c"].UUID(), o.UUID(), `"lin"`, "O1"} {
		if strings.Contains(string(whole), name) {
			t.Errorf("%s stands in %s", name, whole)
		}
	}
	stest.Verify(t, matrix.Strategy, stest.Cases(theirs(t, r)))
}

// A case is what the strategy said. What the store's caps made of it is the
// store's own, and no strategy is tested for it.
func TestRedacted_TheCaseOfAStoreWithCapsPassesToo(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	install(t, s, matrixArtifact, matrix.Strategy.Server(), `{"default": ["0.40", "0.20"]}`, func(p *program.Settings) {
		p.OrderCap, p.LineMarginCap, p.RecipientCap.Amount = 100_000, 500_000, 300
	})
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 5000}, Costs: []int64{9000}})
	s.Work(t, s.A)
	if x := explain(t, s, s.A, o, "en"); x.Awards[0].Granted != 300 || len(x.LineCaps) != 1 || x.Cap == nil || len(x.Counters) != 2 {
		t.Errorf("%+v", x)
	}
	r := redacted(t, s, o)
	if r.Case.Pays["a"] != 6000 || r.Case.Pays["b"] != 3000 {
		t.Errorf("%+v", r.Case.Pays)
	}
	stest.Verify(t, matrix.Strategy, stest.Cases(theirs(t, r)))
	s.MustBalance(t)
}

func TestRedacted_WhenNobodyEarns(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	propose(t, s, `["0"]`, func(*program.Settings) {})
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)

	r := redacted(t, s, o)
	if r.Case.None == "" || len(r.Case.Pays) != 0 {
		t.Errorf("%+v", r.Case)
	}
	stest.Verify(t, threelevel.Strategy, stest.Cases(theirs(t, r)))
}

func TestRedacted_RefusesWhatNobodyWasAskedAbout(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Nets: []int64{10000}})
	unpaid := func() (err error) {
		return s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Commission.Redacted(ctx, tx, o)
			return err
		})
	}
	var f *fault.Error
	for _, when := range []string{"before the lane", "after the lane, with nobody behind it"} {
		if err := unpaid(); !errors.As(err, &f) || f.Code != "commission.nothing_recorded" {
			t.Errorf("%s: %v", when, err)
		}
		s.Work(t, s.A)
	}
	err := s.Within(t.Context(), s.B, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Commission.Redacted(ctx, tx, o)
		return err
	})
	if !errors.Is(err, order.ErrUnknown) {
		t.Errorf("another store: %v", err)
	}
}
