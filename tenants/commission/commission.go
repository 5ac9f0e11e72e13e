// Package commission says who earns what for an order, and why.
//
// The store's strategy is asked outside any transaction; its answer is audited,
// corrected by the host's rules, stored for ever, and only then turned into
// postings. [Service.reconcile] is the only verb that moves an award: it
// computes what should stand from the stored decision and all refunds, and
// posts the difference. Doing it twice is harmless, and a refund that comes
// between asking and posting is not lost.
package commission

import (
	"context"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Strategies asks strategies; the host of the plugins implements it.
type Strategies interface {
	// Evaluate answers with one decision for every order of the request. What
	// could not be decided is a Failed decision; an error means that nothing
	// could be asked at all.
	Evaluate(ctx context.Context, sha256 string, request *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error)
	// ClosePeriod answers with an outcome; an error means that nothing could
	// be asked.
	ClosePeriod(ctx context.Context, sha256 string, request *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error)
	// EvaluateTier answers with one decision for every member; an error means
	// that nothing could be asked. Only simulations ask: grades are another's.
	EvaluateTier(ctx context.Context, sha256 string, request *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error)
}

// Store tells what a strategy must know about the store itself.
type Store interface {
	// Money is the store's currency and its time zone.
	Money(ctx context.Context, tx *pg.Tx) (currency string, zone *time.Location, err error)
}

// Service works the lanes.
type Service struct {
	db           *pg.DB
	programs     *program.Service
	strategies   Strategies
	stores       Store
	holder       holderID // this process, in leases
	earned       earnCache
	alternatives alternativeCache
	plans        planCache

	// Owing, when not nil, hears of a store in which a posting has touched
	// somebody who is in debt.
	Owing func(tenancy.ID)

	// Batch is how many changed orders one round of a lane takes.
	Batch int

	lanes sync.Map // tenancy.ID → *sync.Mutex: within this process one goroutine works a lane
}

type holderKind struct{}

func (holderKind) Prefix() string { return "lan" }

type holderID = id.Of[holderKind]

// New builds the service of one process.
func New(db *pg.DB, programs *program.Service, strategies Strategies, stores Store, now time.Time) *Service {
	return &Service{db: db, programs: programs, strategies: strategies, stores: stores, holder: id.New[holderKind](now), Batch: 200}
}

// OnSignUp gives a new store its lane.
func OnSignUp(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `insert into commission_lane (tenant_id) values ($1) on conflict do nothing`, tx.Tenant())
	return err
}

// Never is the maturity of an award whose order has not been received, or
// which is on hold.
var Never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// work is one changed order on its way through the lane.
type work struct {
	change   order.Change
	order    order.Order
	revision program.Revision
	plan     *plan // what the revision's strategy may be told
	seq      int64
	returns  bool           // the buyer has an order with a seq, should this one have none
	refunds  []order.Refund // as take has read them
	decision *decision      // nil before the strategy has decided
	counted  bool           // the counters of its payees have cut the decision of this round
	blocked  *violation
	retryIn  time.Duration

	again      map[int]*recomputation   // by nth refund, of an order that is put to its strategy
	outrun     bool                     // a refund has come since the strategy was asked about the others
	given      map[distributor.ID]int64 // by the decision of this round, see givenTo
	refundSeqs map[int]int64            // by nth: seqs that take has given to new refunds
}

// people are the order's recipients under its own programme, as far as its
// strategy has asked to know them. Positions in a stored answer count these.
func (w *work) people() []recipient {
	told := func(r recipient) bool {
		if w.decision != nil && w.decision.facts == 1 || w.plan == nil {
			return r.role == "" || r.role == roleInvitee
		}
		if r.role == "" {
			return w.plan.has(program.FactChain)
		}
		return w.plan.seesRole(r.role)
	}
	var list []recipient
	for _, r := range recipients(w.order, w.revision.Settings) {
		if told(r) {
			list = append(list, r)
		}
	}
	return list
}
