package orderhttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/order"
)

// Batch is many orders that a shop's own system tells about at once.
type Batch struct {
	Orders httpapi.Several[Report] `json:"orders" doc:"At most 500, each as POST /orders takes it. They are dealt with in this order; one that is wrong takes no other with it"`
}

// Told are the answers to a batch.
type Told struct {
	Orders  []Outcome `json:"orders" doc:"In the order of the request"`
	Created int       `json:"created"`
	Exists  int       `json:"exists"`
	Refused int       `json:"refused"`
}

// Outcome is what has become of one order of a batch.
type Outcome struct {
	Status     string           `json:"status" enum:"created,exists,refused" doc:"exists: it was told before with the same content, and nothing has happened again"`
	Source     string           `json:"source"`
	ExternalID string           `json:"external_id"`
	Order      *Order           `json:"order,omitempty"`
	Problem    *httpapi.Problem `json:"problem,omitempty" doc:"Of one that is refused: what POST /orders would have answered"`
}

const (
	created = "created"
	exists  = "exists"
	refused = "refused"
)

// batchMost is how many orders one request may tell about: a transaction of so
// many is cheap an order and keeps nobody waiting for a second.
const batchMost = 500

var errBatchTooLong = fault.New(fault.Invalid, "order.too_many_orders", "一次最多 {limit} 个订单，本次有 {count} 个", "one request tells about at most {limit} orders, and this one about {count}")

type batchRequest struct{ Body Batch }

type batchAnswer struct{ Body Told }

func (h *handlers) reportBatch(ctx context.Context, in *batchRequest) (*batchAnswer, error) {
	if n := len(in.Body.Orders); n > batchMost {
		return nil, errBatchTooLong.With("limit", batchMost).With("count", n).At("orders")
	}
	single := in.Body.Orders.Each(ctx)
	out := &batchAnswer{Told{Orders: make([]Outcome, len(single))}}
	waiting := make([]int, 0, len(single))
	for i, s := range single {
		out.Body.Orders[i] = Outcome{Source: s.Value.Source, ExternalID: s.Value.ExternalID}
		if s.Refused == nil {
			waiting = append(waiting, i)
		} else {
			out.Body.refuse(i, s.Refused)
		}
	}
	for len(waiting) > 0 {
		var turn []int
		turn, waiting = namedOnce(waiting, single)
		reports := make([]Report, len(turn))
		for k, i := range turn {
			reports[k] = single[i].Value
		}
		all, err := h.take(ctx, httpapi.TenantOf(ctx), reports)
		if err != nil {
			return nil, err
		}
		for k, i := range turn {
			if all[k].err != nil {
				out.Body.refuse(i, httpapi.Refusal(ctx, all[k].err))
			} else {
				out.Body.tell(i, all[k].reportAnswer)
			}
		}
	}
	return out, nil
}

func (t *Told) refuse(i int, why *httpapi.Problem) {
	t.Orders[i].Status, t.Orders[i].Problem = refused, why
	t.Refused++
}

func (t *Told) tell(i int, a reportAnswer) {
	o := &t.Orders[i]
	o.Order = &a.Body
	if a.Status == http.StatusCreated {
		o.Status = created
		t.Created++
		return
	}
	o.Status = exists
	t.Exists++
}

// namedOnce splits off the first order of each name: what is told twice in one
// batch is dealt with when it is known what became of the first.
func namedOnce(waiting []int, single []httpapi.Single[Report]) (turn, later []int) {
	seen := make(map[[2]string]bool, len(waiting))
	for _, i := range waiting {
		name := [2]string{single[i].Value.Source, single[i].Value.ExternalID}
		if seen[name] {
			later = append(later, i)
			continue
		}
		seen[name] = true
		turn = append(turn, i)
	}
	return turn, later
}

// take is together; when nothing comes of that, each half is taken alone, so
// that an order which no transaction survives takes no other with it. When
// neither half gets anywhere the trouble is not an order's.
func (h *handlers) take(ctx context.Context, tenant tenancy.ID, reports []Report) ([]told, error) {
	all, err := h.together(ctx, tenant, reports)
	switch {
	case err == nil, ctx.Err() != nil:
		return all, err
	case len(reports) > 1:
	case fault.Of(err).Kind == fault.Internal:
		return nil, err
	default:
		return []told{{err: err}}, nil
	}
	half := len(reports) / 2
	first, err := h.take(ctx, tenant, reports[:half])
	second, other := h.take(ctx, tenant, reports[half:])
	if err != nil && other != nil {
		return nil, err
	}
	return append(orFailed(first, half, err), orFailed(second, len(reports)-half, other)...), nil
}

func orFailed(all []told, n int, err error) []told {
	if err == nil {
		return all
	}
	all = make([]told, n)
	for i := range all {
		all[i].err = err
	}
	return all
}

// meetings is how often a batch begins anew because another told of the same
// orders or buyers at the same instant. Each time it knows what that one has
// done.
const meetings = 8

// together takes reports, each of another name, in one transaction.
func (h *handlers) together(ctx context.Context, tenant tenancy.ID, reports []Report) (all []told, err error) {
	for range meetings {
		err = h.DB.Often(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
			all, err = h.ingest(ctx, tx, reports)
			return err
		})
		if !order.Raced(err) && !pg.Deadlocked(err) {
			break
		}
	}
	return all, err
}
