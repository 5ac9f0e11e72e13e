package commission_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// generous pays the seller a tenth until it has given them 25.00 within the
// month, then a twentieth.
type generous struct {
	strategyv1.UnimplementedStrategyServer
}

func (generous) Describe(context.Context, *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	return &strategyv1.DescribeResponse{Id: "generous", Version: "1.0.0", ConfigSchema: []byte(`{}`),
		Facts: []*strategyv1.Fact{{Name: "order.lines"}, {Name: "chain"}, {Name: "chain.awarded"}}}, nil
}

func (generous) ValidateConfig(context.Context, *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	return &strategyv1.ValidateConfigResponse{}, nil
}

func (generous) Evaluate(_ context.Context, r *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	out := &strategyv1.EvaluateResponse{}
	for i, o := range r.GetOrders() {
		rate := int64(100_000)
		if o.GetChain()[0].GetStats().GetAwarded() >= 2500 {
			rate = 50_000
		}
		net := o.GetLines()[0].GetNet()
		out.Decisions = append(out.Decisions, &strategyv1.Decision{Order: int32(i), Outcome: &strategyv1.Decision_Paid{Paid: &strategyv1.Paid{
			Awards: []*strategyv1.Award{{Kind: "level", Level: 1, Base: net, RatePpm: rate, Amount: net * rate / 1_000_000, Why: &strategyv1.Why{Key: "why"}}}}}})
	}
	return out, nil
}

// What a strategy has given under the programme that is tried counts, not what
// was given in truth; and a simulation that begins in the middle counts what
// lies before.
func TestSimulate_CountsItsOwnAnswersForward(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	for i := range 8 {
		s.Clock.Advance(time.Hour)
		for _, who := range []string{"a", "b"} {
			s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("%s%d", who, i), Buyer: "of " + who, Via: team[who], Nets: []int64{10000}})
			s.Clock.Advance(time.Minute)
		}
	}
	s.Work(t, s.A)
	s.Strategy.Server = generous{}
	described, _ := generous{}.Describe(t.Context(), nil)
	const artifact = "0000000000000000000000000000000000000000000000000000000000000077"
	if err := s.Programs.Remember(t.Context(), []program.Artifact{{SHA256: artifact, Strategy: "generous", Version: "1.0.0", Description: described}}); err != nil {
		t.Fatal(err)
	}
	plan := planOf(t, s, program.Draft{Settings: program.Defaults(), Strategy: "generous", Config: json.RawMessage(`{}`)})
	whole := runs(t, s, commission.SimulationOf{Plan: plan}, 1000)
	if len(whole) != 16 {
		t.Fatalf("%d orders", len(whole))
	}
	for i, c := range whole {
		want := int64(500)
		if i < 6 { // the first three of each
			want = 1000
		}
		if c.Would.Granted != want {
			t.Errorf("order %d gives %d, want %d", i, c.Would.Granted, want)
		}
	}
	if small := runs(t, s, commission.SimulationOf{Plan: plan}, 3); !reflect.DeepEqual(small, whole) {
		t.Error("pages of three give something else")
	}
	if rest := runs(t, s, commission.SimulationOf{Plan: plan, After: whole[4].Seq}, 4); !reflect.DeepEqual(rest, whole[5:]) {
		t.Errorf("beginning in the middle gives something else: %d orders", len(rest))
	}
	if late := runs(t, s, commission.SimulationOf{Plan: plan, From: whole[8].Order.PaidAt}, 4); !reflect.DeepEqual(late, whole[8:]) {
		t.Errorf("a later period gives something else: %d orders", len(late))
	}
}
