package commission

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

// A programme whose refund policy is "recompute" lets the strategy say again
// what is due for what remains of an order. It is asked about each refund in
// its turn, with the question it was asked first and less on the lines, so how
// often the lane looks makes no difference; its answers are kept beside the
// decision. The host sees to the rest: rails and caps hold as ever, nobody's
// award is raised, and when nothing remains, nothing stands, whatever the
// strategy would say.

// recomputation is what was said about what the first nth refunds have left.
type recomputation struct {
	order     order.ID
	nth       int
	artifact  string
	guard     int
	answer    *strategyv1.Decision
	grants    grants
	decidedAt time.Time
}

// recomputes reports whether refunds of the order are put to its strategy.
func (w *work) recomputes() bool {
	return w.decision != nil && w.decision.request != nil && len(w.decision.grants.given) > 0 && w.revision.Settings.Refund == "recompute"
}

// unanswered are the refunds about which the strategy has not been asked. When
// nothing remains it need not be.
func (w *work) unanswered(refunds []order.Refund) (nths []int) {
	if !w.recomputes() {
		return nil
	}
	for n := 1; n <= len(refunds); n++ {
		if w.again[n] == nil && w.order.Distributed(w.order.Remaining(refunds, n)) > 0 {
			nths = append(nths, n)
		}
	}
	return nths
}

// standing is what stands for each recipient after all the refunds; of an order
// that is put to its strategy, after those about which it has answered.
func (w *work) standing(refunds []order.Refund) ([]int64, error) {
	people, g := len(w.people()), w.decision.grants
	if w.again == nil || !w.recomputes() {
		now, err := g.standing(w.order, refunds, w.caps())
		return g.perRecipient(now, people), err
	}
	stands := g.perRecipient(g.amounts(), people)
	for n := 1; n <= len(refunds); n++ {
		after := make([]int64, people) // nothing remains
		if w.order.Distributed(w.order.Remaining(refunds, n)) > 0 {
			if w.again[n] == nil {
				break
			}
			after = w.again[n].grants.perRecipient(w.again[n].grants.amounts(), people)
		}
		for i := range stands {
			stands[i] = min(stands[i], after[i])
		}
	}
	return stands, nil
}

// caps are those that the order was decided under.
func (w *work) caps() caps { return capsOf(w.revision.Settings, w.decision.guard) }

// remaining is the order as the first n refunds have left it.
func remaining(o order.Order, refunds []order.Refund, n int) order.Order {
	left := o.Remaining(refunds, n)
	lines := make(order.Lines, len(o.Lines))
	o.Goods = 0
	for i, l := range o.Lines {
		l.Net = left[i]
		lines[i] = l
		o.Goods += left[i]
	}
	o.Lines = lines
	return o
}

// askedAbout is the stored question about an order with less on its lines. A
// refund names money alone: of a line of several pieces as many remain as the
// money is for, a piece that is paid in part among them.
func askedAbout(d *decision, o order.Order, refunds []order.Refund, n int) (*strategyv1.Order, error) {
	asked := proto.CloneOf(d.request.GetOrders()[0])
	left, shown := o.Remaining(refunds, n), shown(o)
	for i, l := range asked.GetLines() {
		was := o.Lines[shown[i]]
		l.Net = left[shown[i]]
		if was.Net == 0 {
			continue
		}
		pieces, err := money.MulDiv(was.Qty, l.Net, was.Net, money.Floor)
		if err != nil {
			return nil, fmt.Errorf("commission: recompute: %w", err)
		}
		covered, err := money.MulDiv(was.Net, pieces, was.Qty, money.Floor)
		if err != nil {
			return nil, fmt.Errorf("commission: recompute: %w", err)
		}
		if covered < l.Net && pieces < was.Qty {
			pieces++
		}
		l.Quantity = pieces
	}
	return asked, nil
}

// remainder is one question: what an order gives for what n refunds have left.
type remainder struct {
	w       *work
	n       int
	refunds []order.Refund
}

// askAboutRemainders asks the strategies that decided about what refunds have
// left. Where one has no sound answer the order waits with the reason, and
// stands as it did.
func (s *Service) askAboutRemainders(ctx context.Context, b *batch) {
	groups := map[askedUnder][]remainder{}
	var keys []askedUnder
	for _, w := range b.work {
		if w.blocked != nil {
			continue
		}
		for _, n := range w.unanswered(w.refunds) {
			k := askedUnder{w.decision.revision, w.decision.artifact, string(canonical(w.decision.request.GetRules()))}
			if groups[k] == nil {
				keys = append(keys, k)
			}
			groups[k] = append(groups[k], remainder{w, n, w.refunds})
		}
	}
	for _, k := range keys {
		answers, err := s.askRemainders(ctx, k.artifact, groups[k])
		for i, r := range groups[k] {
			switch {
			case r.w.blocked != nil: // an earlier refund of the same order
			case err != nil:
				r.w.block("plugin.unavailable", err.Error(), backoff(r.w.change.Attempts))
			case len(answers[i]) == 0:
				r.w.block("plugin.no_decision", "the strategy said nothing about this order", backoff(r.w.change.Attempts))
			case len(answers[i]) > 1:
				r.w.block("plugin.malformed_answer", "the strategy decided this order more than once", longWait)
			default:
				r.judge(answers[i][0])
			}
		}
	}
}

func (s *Service) askRemainders(ctx context.Context, artifact string, list []remainder) ([][]*strategyv1.Decision, error) {
	w := list[0].w
	request := &strategyv1.EvaluateRequest{Config: w.revision.Config, Rules: w.decision.request.GetRules()}
	for _, r := range list {
		asked, err := askedAbout(r.w.decision, r.w.order, r.refunds, r.n)
		if err != nil {
			return nil, err
		}
		request.Orders = append(request.Orders, asked)
	}
	response, err := s.strategies.Evaluate(ctx, artifact, request)
	if err != nil {
		return nil, err
	}
	answers := make([][]*strategyv1.Decision, len(list))
	for _, d := range response.GetDecisions() {
		if at := int(d.GetOrder()); at >= 0 && at < len(list) {
			answers[at] = append(answers[at], d)
		}
	}
	return answers, nil
}

// judge holds an answer against the rails, on what remains, and keeps it.
func (r remainder) judge(answer *strategyv1.Decision) {
	granted, ok := r.w.sound(remaining(r.w.order, r.refunds, r.n), guardVersion, answer)
	if !ok {
		return
	}
	alone := known(answer)
	alone.Order = 0
	r.w.again[r.n] = &recomputation{order: r.w.order.ID, nth: r.n, artifact: r.w.decision.artifact, guard: guardVersion, answer: alone, grants: granted}
}

type recomputationRow struct {
	OrderID   order.ID
	Nth       int
	Artifact  string
	Guard     int
	Answer    []byte
	Granted   json.RawMessage
	DecidedAt time.Time
}

// readRecomputations gives each order that is put to its strategy what has been
// said about its refunds.
func readRecomputations(ctx context.Context, tx *pg.Tx, list []*work) error {
	byID := map[order.ID]*work{}
	var ids []order.ID
	for _, w := range list {
		if w.recomputes() {
			w.again = map[int]*recomputation{}
			if w.order.Refunded > 0 {
				byID[w.order.ID] = w
				ids = append(ids, w.order.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := pg.Collect[recomputationRow](ctx, tx, `
		select order_id, nth, artifact, guard, answer, granted, decided_at from commission_recomputed
		 where tenant_id = $1 and order_id = any($2::uuid[])`, tx.Tenant(), ids)
	if err != nil {
		return fmt.Errorf("commission: read recomputations: %w", err)
	}
	for _, r := range rows {
		a := &recomputation{order: r.OrderID, nth: r.Nth, artifact: r.Artifact, guard: r.Guard, answer: new(strategyv1.Decision), decidedAt: r.DecidedAt.UTC()}
		if err := json.Unmarshal(r.Granted, &a.grants); err != nil {
			return fmt.Errorf("commission: recomputed grants of %s: %w", r.OrderID, err)
		}
		if err := unpack(r.Answer, a.answer); err != nil {
			return fmt.Errorf("commission: recomputed answer of %s: %w", r.OrderID, err)
		}
		byID[r.OrderID].again[r.Nth] = a
	}
	return nil
}

// insertRecomputations keeps the answers of this round.
func insertRecomputations(ctx context.Context, tx *pg.Tx, list []*work) error {
	var ids []order.ID
	var nths, guards []int32
	var artifacts, granted []string
	var answers [][]byte
	for _, w := range list {
		for n, a := range w.again {
			if !a.decidedAt.IsZero() {
				continue
			}
			g, err := json.Marshal(a.grants)
			if err != nil {
				return fmt.Errorf("commission: %w", err)
			}
			a.decidedAt = tx.Now()
			ids, nths, guards = append(ids, w.order.ID), append(nths, int32(n)), append(guards, int32(a.guard))
			artifacts, granted, answers = append(artifacts, a.artifact), append(granted, string(g)), append(answers, pack(a.answer))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into commission_recomputed (tenant_id, order_id, nth, artifact, guard, answer, granted, decided_at)
		select $1, o, n, a, g, w, j::json, $2
		  from unnest($3::uuid[], $4::int[], $5::text[], $6::int[], $7::bytea[], $8::text[]) as x(o, n, a, g, w, j)`,
		tx.Tenant(), tx.Now(), ids, nths, artifacts, guards, answers, granted)
	if err != nil {
		return fmt.Errorf("commission: store recomputations: %w", err)
	}
	return nil
}
