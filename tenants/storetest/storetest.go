// Package storetest sets up a whole store for tests of the slices that need
// all earlier ones: real tables, a hand-moved clock, and the reference
// strategies called in process. What crosses a process or HTTP is tested
// where it lives, and end to end by the worked cases.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/builtin/pool"
	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/grading"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/settlement"
)

// Artifact is the hash under which the in-process three-level strategy is
// installed.
const Artifact = "0000000000000000000000000000000000000000000000000000000000000003"

// PoolArtifact is the hash under which the in-process pool is installed.
const PoolArtifact = "0000000000000000000000000000000000000000000000000000000000000008"

// Stores is a database with two stores that are ready for business.
type Stores struct {
	*pgtest.Database
	Programs     *program.Service
	Distributors *distributor.Service
	Orders       *order.Service
	Commission   *commission.Service
	Grading      *grading.Service
	Journal      *ledger.Journal
	Settlement   *settlement.Service
	Strategy     *InProcess
}

// InProcess answers for strategies without a process: the pool by its hash, else
// Server. Before, when set, runs before each answer; it may fail the call, and
// After may change the answer. BeforeClose and AfterClose do so for periods.
type InProcess struct {
	Server strategyv1.StrategyServer
	Before func(*strategyv1.EvaluateRequest) error
	After  func(*strategyv1.EvaluateResponse)

	BeforeClose func(*strategyv1.ClosePeriodRequest) error
	AfterClose  func(*strategyv1.ClosePeriodResponse)

	BeforeTier func(*strategyv1.EvaluateTierRequest) error

	Others map[string]strategyv1.StrategyServer // by hash, see Install
}

var poolServer = pool.Strategy.Server()

func (p *InProcess) server(sha string) strategyv1.StrategyServer {
	if sha == PoolArtifact {
		return poolServer
	}
	if other := p.Others[sha]; other != nil {
		return other
	}
	return p.Server
}

func (p *InProcess) ClosePeriod(ctx context.Context, sha string, r *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	if p.BeforeClose != nil {
		if err := p.BeforeClose(r); err != nil {
			return nil, err
		}
	}
	answer, err := p.server(sha).ClosePeriod(ctx, r)
	if err == nil && p.AfterClose != nil {
		p.AfterClose(answer)
	}
	return answer, err
}

// BeforeTier, when set, runs before each answer about grades; it may fail the
// call.
func (p *InProcess) EvaluateTier(ctx context.Context, sha string, r *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	if p.BeforeTier != nil {
		if err := p.BeforeTier(r); err != nil {
			return nil, err
		}
	}
	return p.server(sha).EvaluateTier(ctx, r)
}

func (p *InProcess) Incentives(ctx context.Context, sha string, r *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	return p.server(sha).Incentives(ctx, r)
}

func (p *InProcess) ValidateConfig(ctx context.Context, sha string, config []byte, rules *strategyv1.Rules) (*strategyv1.ValidateConfigResponse, error) {
	return p.server(sha).ValidateConfig(ctx, &strategyv1.ValidateConfigRequest{Config: config, Rules: rules})
}

func (p *InProcess) Evaluate(ctx context.Context, sha string, r *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	if p.Before != nil {
		if err := p.Before(r); err != nil {
			return nil, err
		}
	}
	answer, err := p.server(sha).Evaluate(ctx, r)
	if err == nil && p.After != nil {
		p.After(answer)
	}
	return answer, err
}

// Yuan is the store of every test: CNY, in Shanghai.
var Yuan yuan

type yuan struct{}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func (yuan) Money(context.Context, *pg.Tx) (string, *time.Location, error) {
	return "CNY", shanghai, nil
}

// Open makes the two stores. Both start on the defaults with three levels at
// 10, 5 and 3 %, a freeze of seven days and no minimum to withdraw.
func Open(t testing.TB, opts ...pg.Option) *Stores {
	t.Helper()
	db := pgtest.Open(t, opts...)
	s := &Stores{Database: db, Strategy: &InProcess{Server: threelevel.Strategy.Server()}}
	s.Programs = program.New(db.DB, s.Strategy)
	s.Distributors = distributor.New(db.DB)
	attribution.New(s.Distributors)
	s.Orders = order.New(db.DB, s.Programs)
	s.Commission = commission.New(db.DB, s.Programs, s.Strategy, yuan{}, pgtest.Start)
	s.Grading = grading.New(db.DB, s.Programs, s.Distributors, s.Commission, s.Strategy, yuan{})
	s.Journal = ledger.New(db.DB, func(context.Context, tenancy.ID) (*time.Location, error) { return shanghai, nil })
	s.Settlement = settlement.New(db.DB, s.Journal, s.Programs, yuan{})
	s.Programs.Revised = commission.WakeMark

	described, err := s.Strategy.Server.Describe(t.Context(), &strategyv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	pooled, err := poolServer.Describe(t.Context(), &strategyv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Programs.Remember(t.Context(), []program.Artifact{
		{SHA256: Artifact, Strategy: "three-level", Version: "1.0.0", Description: described},
		{SHA256: PoolArtifact, Strategy: "pool", Version: "1.0.0", Description: pooled},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []tenancy.ID{s.A, s.B} {
		s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) error {
			for _, row := range []func(context.Context, *pg.Tx) error{distributor.OnSignUp, commission.OnSignUp, commission.GiveMark, s.Programs.OnSignUp, s.Grading.OnSignUp, settlement.OnSignUp} {
				if err := row(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		s.Propose(t, tenant, func(p *program.Settings) {})
	}
	return s
}

// Propose puts a changed programme in force.
func (s *Stores) Propose(t testing.TB, tenant tenancy.ID, change func(*program.Settings)) {
	t.Helper()
	s.propose(t, tenant, change, "three-level", `{"rates": ["0.10", "0.05", "0.03"]}`)
}

// ProposePool puts a partner dividend in force.
func (s *Stores) ProposePool(t testing.TB, tenant tenancy.ID, config string) {
	t.Helper()
	s.propose(t, tenant, func(*program.Settings) {}, "pool", config)
}

func (s *Stores) propose(t testing.TB, tenant tenancy.ID, change func(*program.Settings), strategy, config string) {
	t.Helper()
	settings := program.Defaults()
	settings.Levels, settings.ThirdLevelAck, settings.FreezeDays, settings.Withdrawal.Min = 3, "test", 7, 0
	change(&settings)
	_, err := s.Programs.Propose(t.Context(), tenant, program.Draft{Settings: settings, Strategy: strategy,
		Config: json.RawMessage(config), Author: "test", Consent: program.Facts()})
	if err != nil {
		t.Fatal(err)
	}
}

// Do runs fn in a store's transaction and fails the test on an error.
func (s *Stores) Do(t testing.TB, tenant tenancy.ID, fn func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := s.Within(t.Context(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

// Team enlists people, each under the one before: Team(t, a, "c", "b", "a")
// makes a chain in which a sells, b stands behind a and c behind b.
func (s *Stores) Team(t testing.TB, tenant tenancy.ID, names ...string) map[string]distributor.ID {
	t.Helper()
	team := map[string]distributor.ID{}
	var upline distributor.ID
	for _, name := range names {
		s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) error {
			m, err := s.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: name, Name: name, Grade: "normal", Upline: upline, State: distributor.Active})
			team[name], upline = m.ID, m.ID
			return err
		})
	}
	return team
}

// Sale is an order to be placed and paid.
type Sale struct {
	ID    string
	Buyer string
	Via   distributor.ID
	Nets  []int64 // one line each, quantity 1
	Costs []int64 // of them, in their order; −1, and what is missing, is not known
}

// Sell places and pays an order through somebody's link.
func (s *Stores) Sell(t testing.TB, tenant tenancy.ID, sale Sale) order.ID {
	t.Helper()
	var made order.ID
	s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) error {
		o, err := s.Place(ctx, tx, sale)
		if err != nil {
			return err
		}
		made = o.ID
		_, err = s.Orders.Pay(ctx, tx, o.ID, time.Time{})
		return err
	})
	return made
}

// Place places an order through somebody's link.
func (s *Stores) Place(ctx context.Context, tx *pg.Tx, sale Sale) (order.Order, error) {
	buyer, err := customer.Register(ctx, tx, customer.Registration{ExternalID: sale.Buyer, Name: sale.Buyer})
	if err != nil {
		return order.Order{}, err
	}
	if !sale.Via.IsZero() {
		rev, err := s.Programs.InForce(ctx, tx, tx.Now())
		if err != nil {
			return order.Order{}, err
		}
		if _, err := attribution.Touch(ctx, tx, buyer.ID, sale.Via, attribution.Source{}, order.RulesOf(rev.Settings)); err != nil {
			return order.Order{}, err
		}
	}
	var lines order.Lines
	for i, net := range sale.Nets {
		lines = append(lines, order.Line{ID: fmt.Sprint(i + 1), SKU: fmt.Sprintf("S%d", i+1), Qty: 1, UnitPrice: net, Cost: -1})
		if i < len(sale.Costs) {
			lines[i].Cost = sale.Costs[i]
		}
	}
	o, _, err := s.Orders.Place(ctx, tx, order.Placement{Source: "test", ExternalID: sale.ID, Buyer: buyer.ID, Lines: lines})
	return o, err
}

// Refund gives money back; line "" spreads.
func (s *Stores) Refund(t testing.TB, tenant tenancy.ID, o order.ID, id string, amount int64, line string) {
	t.Helper()
	s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.Refund(ctx, tx, o, order.RefundRequest{ExternalID: id, Amount: amount, Line: line})
		return err
	})
}

// Receive confirms receipt.
func (s *Stores) Receive(t testing.TB, tenant tenancy.ID, o order.ID) {
	t.Helper()
	s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.Receive(ctx, tx, o, time.Time{})
		return err
	})
}

// Work drains the lane and settles what has matured.
func (s *Stores) Work(t testing.TB, tenant tenancy.ID) {
	t.Helper()
	if _, err := s.Commission.Drain(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Settlement.Mature(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
}

// Balance reads somebody's money.
func (s *Stores) Balance(t testing.TB, tenant tenancy.ID, who distributor.ID) (b ledger.Balance) {
	t.Helper()
	s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
		return err
	})
	return b
}

// MustBalance asks the journal of both stores to balance, and every award to
// stand as its decision and refunds say.
func (s *Stores) MustBalance(t testing.TB) {
	t.Helper()
	for _, tenant := range []tenancy.ID{s.A, s.B} {
		s.Do(t, tenant, func(ctx context.Context, tx *pg.Tx) error {
			books, err := ledger.Check(ctx, tx)
			if err != nil {
				return err
			}
			awards, err := s.Commission.Check(ctx, tx)
			for _, difference := range slices.Concat(books, awards) {
				t.Error(difference)
			}
			return err
		})
	}
}

// Buyer makes the name in a token a buyer, by the merchant's own id and on
// first sight, and a distributor if they are one: apitest's Who.
func Buyer(db *pg.DB) func(context.Context, *httpapi.Caller, string) error {
	return func(ctx context.Context, c *httpapi.Caller, name string) error {
		if name == "" {
			return nil
		}
		return db.Within(ctx, c.Tenant, func(ctx context.Context, tx *pg.Tx) error {
			b, err := customer.Register(ctx, tx, customer.Registration{ExternalID: name, Name: name})
			c.Kind, c.Buyer = httpapi.Buyer, b.ID.UUID()
			if !b.DistributorID.IsZero() {
				c.Distributor = b.DistributorID.UUID()
			}
			return err
		})
	}
}
