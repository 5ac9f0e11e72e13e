package commission_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// The strategy under test: each of the chain gets 10 % of the order until they
// have been given 5,000 in the month, and 4 % from then on. An order of 777
// cannot be decided before the strategy is mended.
const enough = 5_000

func share(net, given int64) int64 {
	if given >= enough {
		return net * 4 / 100
	}
	return net / 10
}

type thrifty struct {
	t      *testing.T
	mended bool
	asked  int
}

func (y *thrifty) decide(_ []byte, o *strategyv1.Order) *strategyv1.Decision {
	y.asked++
	net := o.GetLines()[0].GetNet()
	if net == 777 && !y.mended {
		return &strategyv1.Decision{Outcome: &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "strategy.unsure", Retryable: true}}}
	}
	var awards []*strategyv1.Award
	for i, m := range o.GetChain() {
		awards = append(awards, &strategyv1.Award{Recipient: int32(i), Level: m.GetLevel(), Amount: share(net, m.GetStats().GetAwarded())})
	}
	return storetest.Pays(awards...)
}

// install puts it in force and watches that no request holds two orders of the
// same person.
func (y *thrifty) install(s *storetest.Stores) {
	s.Install(y.t, &storetest.Scripted{ID: "thrifty", Facts: []string{program.FactLines, program.FactChain, program.FactAwarded}, Decide: y.decide})
	s.ProposeStrategy(y.t, s.A, "thrifty", `{"window": "month"}`, nil)
	s.Strategy.Before = func(r *strategyv1.EvaluateRequest) error {
		seen := map[string]int64{}
		for _, o := range r.GetOrders() {
			for _, m := range o.GetChain() {
				if first, twice := seen[m.GetHandle()]; twice {
					y.t.Errorf("orders %d and %d of the same person are open at once", first, o.GetSeq())
				}
				seen[m.GetHandle()] = o.GetSeq()
			}
		}
		return nil
	}
}

type waveSale struct {
	seller string
	net    int64
	pause  time.Duration // before it
}

// M13: a strategy that asks what it has given before gives the same fen for
// batches of 1, 7 and 200, also when some orders could not be decided at first,
// and the same as if somebody had worked them out one after another by hand.
func TestWaves_BatchingDoesNotChangeAFen(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 3, func(t *testing.T, seed uint64) {
		rnd := soak.Rand(seed, 13)
		var sales []waveSale
		for i := range 45 {
			x := waveSale{seller: []string{"a", "b", "c", "x", "y"}[rnd.IntN(5)], net: 1000 + rnd.Int64N(20_000), pause: time.Second}
			switch {
			case i == 30:
				x.pause = 31 * 24 * time.Hour // another month: the counters begin anew
			case rnd.IntN(8) == 0:
				x.net = 777
			}
			sales = append(sales, x)
		}
		var want map[string]int64
		for _, size := range []int{1, 7, 200} {
			got := waveRun(t, size, sales)
			if want == nil {
				want = byHand(sales)
			}
			for who, held := range want {
				if got[who] != held {
					t.Errorf("batches of %d: %s has %d, by hand it is %d", size, who, got[who], held)
				}
			}
		}
	})
}

// waveChains are who stands behind a sale: a below b below c, x and y below z.
var waveChains = map[string][]string{"a": {"a", "b", "c"}, "b": {"b", "c"}, "c": {"c"}, "x": {"x", "z"}, "y": {"y", "z"}}

func byHand(sales []waveSale) map[string]int64 {
	held, given, month, at := map[string]int64{}, map[string]int64{}, time.March, time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, x := range sales {
		if at = at.Add(x.pause); at.Month() != month {
			month, given = at.Month(), map[string]int64{}
		}
		for _, who := range waveChains[x.seller] {
			amount := share(x.net, given[who])
			held[who] += amount
			given[who] += amount
		}
	}
	return held
}

func waveTeam(t *testing.T, s *storetest.Stores) map[string]distributor.ID {
	t.Helper()
	team := s.Team(t, s.A, "c", "b", "a")
	for name, who := range s.Team(t, s.A, "z", "x") {
		team[name] = who
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		m, err := s.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: "y", Name: "y", Grade: "normal", Upline: team["z"]})
		team["y"] = m.ID
		return err
	})
	return team
}

func waveRun(t *testing.T, size int, sales []waveSale) map[string]int64 {
	t.Helper()
	s := storetest.Open(t)
	s.Commission.Batch = size
	y := &thrifty{t: t}
	y.install(s)
	team := waveTeam(t, s)
	for i, x := range sales {
		s.Clock.Advance(x.pause)
		s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprintf("O%d", i), Buyer: "of-" + x.seller, Via: team[x.seller], Nets: []int64{x.net}})
		if i%20 == 19 {
			s.Work(t, s.A) // whatever fails here waits while later orders come
		}
	}
	s.Work(t, s.A)
	y.mended = true
	if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	s.Work(t, s.A)
	if n := s.Int(t, `select count(*) from order_change`); n != 0 {
		t.Errorf("batches of %d: %d orders still wait", size, n)
	}
	if n := s.Int(t, `select count(*) from commission_open`); n != 0 {
		t.Errorf("batches of %d: %d counters are still held", size, n)
	}
	s.MustBalance(t)
	held := map[string]int64{}
	for name, who := range team {
		held[name] = s.Balance(t, s.A, who).Held
	}
	return held
}

// An order that waits holds up those that share a person with it, says so, and
// nobody else; when it is decided they follow at once.
func TestWaves_AnOrderThatWaitsStallsItsOwnPeopleAlone(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	y := &thrifty{t: t}
	y.install(s)
	team := waveTeam(t, s)
	sell := func(id, seller string, net int64) order.ID {
		s.Clock.Advance(time.Second)
		return s.Sell(t, s.A, storetest.Sale{ID: id, Buyer: "of-" + seller, Via: team[seller], Nets: []int64{net}})
	}
	bad := sell("O1", "b", 777)
	behind := sell("O2", "a", 10_000) // through b and c
	sell("O3", "x", 10_000)
	s.Work(t, s.A)
	later := sell("O4", "c", 10_000)
	sell("O5", "y", 10_000)
	s.Work(t, s.A)

	wantHeld(t, s, team["x"], 1000)
	wantHeld(t, s, team["y"], 1000)
	wantHeld(t, s, team["z"], 2000)
	wantHeld(t, s, team["c"], 0)
	for _, o := range []order.ID{behind, later} {
		if x := explain(t, s, s.A, o, "en"); x.Waits == nil || x.Waits.Code != "commission.behind" {
			t.Errorf("%+v", x.Waits)
		}
	}
	y.mended = true
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error { // its own next try has come
		_, err := tx.Exec(ctx, `update order_change set next_try_at = default where tenant_id = $1 and order_id = $2`, s.A, bad)
		return err
	})
	asked := y.asked
	s.Work(t, s.A)
	if y.asked != asked+3 {
		t.Errorf("%d orders were asked about, want the one and the two behind it", y.asked-asked)
	}
	wantHeld(t, s, team["c"], 77+1000+1000)
	s.MustBalance(t)
}

// A strategy that wants no such thing is asked about a whole batch at once.
func TestWaves_OnlyWhenDeclared(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	asked := 0
	s.Strategy.Before = func(r *strategyv1.EvaluateRequest) error {
		asked++
		for _, o := range r.GetOrders() {
			if o.GetChain()[0].GetStats() != nil {
				t.Error("an undeclared sum is told")
			}
		}
		return nil
	}
	for i := range 5 {
		s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint("O", i), Buyer: "lin", Via: team["a"], Nets: []int64{1000}})
	}
	s.Work(t, s.A)
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}
