package commission

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Recorded is one decision as it was stored, for ever: what the strategy saw,
// what it said, and what the host made of it. It cannot be changed through
// this value: every read makes a new one.
type Recorded struct {
	Order    order.Order
	Refunds  []order.Refund
	Revision program.Revision // the programme it was decided under
	Artifact string           // SHA-256 of the strategy's binary, "" when nobody had to be asked
	Seq      int64
	Outcome  string // "paid" or "none"
	Reason   string // why nobody was asked: "commission.nobody"
	Guard    int    // version of the rails and caps
	Facts    int    // version of the facts

	// Request is the request of a batch of one with the revision's
	// configuration: asking the artifact with these bytes gives Answer's bytes.
	// Nil when nobody was asked, and so is Answer.
	Request *strategyv1.EvaluateRequest
	Answer  *strategyv1.Decision

	Grants    []Grant
	DecidedAt time.Time

	decision *decision
	plan     *plan
	again    map[int]*recomputation
}

// Grant is one award after the host's rules. Its kind, base, rate and reason
// stand in the answer, at position Award.
type Grant struct {
	Award  int   // position in the answer's awards
	To     int   // position in the request's chain, then roles
	Line   int   // of the order; −1: the order as a whole
	Amount int64 // as the strategy said
	Margin int64 // what the cap on the line's margin took off
	Cut    int64 // what the order cap then took off
	Over   int64 // what its recipient's counter then took off
}

// Given is what the caps have left of it.
func (g Grant) Given() int64 { return g.Amount - g.Margin - g.Cut - g.Over }

// ErrUndecided is the answer for an order that nothing has been decided about.
var ErrUndecided = fault.New(fault.NotFound, "commission.undecided", "这笔订单还没有佣金决定", "nothing has been decided about this order yet")

// Recorded reads one stored decision. [order.ErrUnknown] when the store does
// not have the order, [ErrUndecided] when nothing has been decided.
func (s *Service) Recorded(ctx context.Context, tx *pg.Tx, which order.ID) (Recorded, error) {
	o, err := order.Get(ctx, tx, which)
	if err != nil {
		return Recorded{}, err
	}
	all, err := s.recorded(ctx, tx, []order.Order{o})
	if err != nil {
		return Recorded{}, err
	}
	if len(all) == 0 {
		return Recorded{}, ErrUndecided
	}
	return all[0], nil
}

// recorded reads the decisions of orders, in their order; an order without one
// is left out.
func (s *Service) recorded(ctx context.Context, tx *pg.Tx, orders []order.Order) ([]Recorded, error) {
	decisions, err := readDecisions(ctx, tx, orders)
	if err != nil {
		return nil, err
	}
	return s.recordedAs(ctx, tx, orders, decisions)
}

func (s *Service) recordedAs(ctx context.Context, tx *pg.Tx, orders []order.Order, decisions map[order.ID]*decision) ([]Recorded, error) {
	ids := make([]order.ID, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	refunds, err := order.RefundsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Recorded, 0, len(orders))
	for _, o := range orders {
		d := decisions[o.ID]
		if d == nil {
			continue
		}
		rev, err := s.programs.Revision(ctx, tx, d.revision)
		if err != nil {
			return nil, err
		}
		told, err := s.plan(ctx, tx, rev)
		if err != nil {
			return nil, err
		}
		list = append(list, recordedOf(o, refunds[o.ID], rev, told, d))
	}
	works := make([]*work, len(list))
	for i, r := range list {
		works[i] = r.work()
	}
	if err := readRecomputations(ctx, tx, works); err != nil {
		return nil, err
	}
	for i, w := range works {
		list[i].again = w.again
	}
	return list, nil
}

func recordedOf(o order.Order, refunds []order.Refund, rev program.Revision, told *plan, d *decision) Recorded {
	r := Recorded{Order: o, Refunds: refunds, Revision: rev, Artifact: d.artifact, Seq: d.seq, Outcome: d.outcome, Reason: d.reason,
		Guard: d.guard, Facts: d.facts, Answer: d.answer, DecidedAt: d.decidedAt.UTC(), decision: d, plan: told}
	if d.request != nil {
		r.Request = &strategyv1.EvaluateRequest{Config: rev.Config, Rules: d.request.GetRules(), Orders: d.request.GetOrders()}
	}
	for _, g := range d.grants.given {
		r.Grants = append(r.Grants, Grant{g.award, g.to, g.line, g.amount, g.margin, g.cut, g.over})
	}
	return r
}

// Replayed is what asking again has shown about one decision. It is equal when
// nothing differs.
type Replayed struct {
	Order   order.ID
	Seq     int64
	Asked   bool // whether a strategy had to be asked
	Differs []Difference

	Granted  int64 // to all together, by the replayed decision
	Standing int64 // of that, after the refunds that the lane has dealt with
}

// Equal reports whether the decision came out the same, to the byte.
func (r Replayed) Equal() bool { return len(r.Differs) == 0 }

// Difference is one thing that came out differently.
type Difference struct {
	What string // "strategy", "guard", "answer", "rails", "grants", "remainder", "reason", "awards"
	Was  string
	Now  string
}

// Replay asks the very strategy that decided once more, with the stored bytes
// as a batch of one, holds the answer against the stored one and runs rails,
// eligibility and caps again.
func (s *Service) Replay(ctx context.Context, tenant tenancy.ID, which order.ID) (Replayed, error) {
	var r Recorded
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		r, err = s.Recorded(ctx, tx, which)
		return err
	})
	if err != nil {
		return Replayed{}, err
	}
	all, err := s.ReplayAll(ctx, []Recorded{r})
	if err != nil {
		return Replayed{}, err
	}
	return all[0], nil
}

// ReplayAll replays decisions, in their order. Those of one programme are asked
// in one batch: a pure function answers a batch as it answers its parts. It is
// not for use in a transaction. An error means that a strategy could not be
// asked at all.
func (s *Service) ReplayAll(ctx context.Context, list []Recorded) ([]Replayed, error) {
	answers, err := s.askAgain(ctx, list)
	if err != nil {
		return nil, err
	}
	all := make([]Replayed, len(list))
	for i, r := range list {
		if all[i], err = r.compare(answers[i]); err != nil {
			return nil, err
		}
	}
	return all, s.replayRemainders(ctx, list, all)
}

// askedUnder is what one request to a strategy may hold: the rules are part of the
// stored bytes and so of the key.
type askedUnder struct {
	revision int
	artifact string
	rules    string
}

func (s *Service) askAgain(ctx context.Context, list []Recorded) ([]*strategyv1.Decision, error) {
	groups := map[askedUnder][]int{}
	var keys []askedUnder
	for i, r := range list {
		if r.Request == nil {
			continue
		}
		k := askedUnder{r.Revision.Revision, r.Artifact, string(canonical(r.Request.GetRules()))}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], i)
	}
	answers := make([]*strategyv1.Decision, len(list))
	for _, k := range keys {
		first := list[groups[k][0]].Request
		request := &strategyv1.EvaluateRequest{Config: first.GetConfig(), Rules: first.GetRules()}
		for _, i := range groups[k] {
			request.Orders = append(request.Orders, list[i].Request.GetOrders()...)
		}
		response, err := s.strategies.Evaluate(ctx, k.artifact, request)
		if err != nil {
			return nil, fmt.Errorf("commission: replay: %w", err)
		}
		for _, d := range response.GetDecisions() {
			if at := int(d.GetOrder()); at >= 0 && at < len(groups[k]) {
				alone := proto.CloneOf(d)
				alone.Order = 0
				answers[groups[k][at]] = alone
			}
		}
	}
	return answers, nil
}

func (r Recorded) work() *work {
	return &work{order: r.Order, revision: r.Revision, plan: r.plan, seq: r.Seq, refunds: r.Refunds, decision: r.decision, again: r.again}
}

// compare holds the answer of now against what is stored.
func (r Recorded) compare(answer *strategyv1.Decision) (Replayed, error) {
	out := Replayed{Order: r.Order.ID, Seq: r.Seq, Asked: r.Request != nil}
	differs := func(what, was, now string) { out.Differs = append(out.Differs, Difference{what, was, now}) }
	w := r.work()

	if !knownGuard(r.Guard) {
		differs("guard", fmt.Sprint(r.Guard), fmt.Sprint(guardVersion))
		return out, nil
	}
	if r.Request == nil {
		if reason := w.unasked(); reason != r.Reason {
			differs("reason", r.Reason, reason)
		}
		return out, nil
	}
	if failed := answer.GetFailed(); failed != nil || answer.GetOutcome() == nil {
		differs("strategy", "decided", fmt.Sprintf("failed: %s %s", failed.GetCode(), failed.GetMessage()))
		return out, nil
	}
	if was, now := canonical(r.Answer), canonical(answer); !bytes.Equal(was, now) {
		differs("answer", saySum(r.Answer), saySum(answer))
	}
	people := w.people()
	if broken := audit(r.Order, people, answer); broken != nil {
		differs("rails", "sound", broken.code+": "+broken.note)
		return out, nil
	}
	now, err := grantsOf(r.Order, r.Order.Remaining(nil, 0), people, r.Revision.Settings, r.Guard, answer)
	if err != nil {
		return out, err
	}
	now.counted = r.decision.grants.counted // as the counters stood then
	if err := now.within(people, w.caps().person); err != nil {
		return out, err
	}
	was, err := r.decision.grants.MarshalJSON()
	if err != nil {
		return out, err
	}
	again, err := now.MarshalJSON()
	if err != nil {
		return out, err
	}
	if !bytes.Equal(was, again) {
		differs("grants", string(was), string(again))
	}
	return out, out.count(r, now)
}

func (out *Replayed) count(r Recorded, g grants) error {
	for _, amount := range g.amounts() {
		out.Granted += amount
	}
	w := r.work()
	again := *r.decision
	again.grants = g
	w.decision = &again
	standing, err := w.standing(dealtWith(r.Refunds))
	for _, amount := range standing {
		out.Standing += amount
	}
	return err
}

// Stands is what the decision comes to after the refunds that the lane has
// dealt with.
func (r Recorded) Stands() (sum int64, err error) {
	standing, err := r.work().standing(dealtWith(r.Refunds))
	for _, amount := range standing {
		sum += amount
	}
	return sum, err
}

// dealtWith leaves out the refunds that the lane has not seen yet: they have
// taken nothing.
func dealtWith(refunds []order.Refund) []order.Refund {
	for n, f := range refunds {
		if f.Seq == 0 {
			return refunds[:n]
		}
	}
	return refunds
}

// Recordings reads the next decisions behind a seq, in the order of seq, of
// orders paid within a period, half-open. to is the seq up to which everything
// has been looked at, 0 when there was nothing behind after.
func (s *Service) Recordings(ctx context.Context, tx *pg.Tx, after, last int64, from, until time.Time, limit int) (list []Recorded, to int64, err error) {
	return s.recordedBetween(ctx, tx, after, last, limit, func(o order.Order) bool {
		return !o.PaidAt.Before(from) && o.PaidAt.Before(until)
	})
}

// DecidedAfter reports whether anything has been decided behind a seq.
func DecidedAfter(ctx context.Context, tx *pg.Tx, seq int64) (found bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select 1 from commission_decision where tenant_id = $1 and seq > $2)`, tx.Tenant(), seq).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("commission: decided after: %w", err)
	}
	return found, nil
}

// LastSeq is how far the store's lane has come.
func LastSeq(ctx context.Context, tx *pg.Tx) (seq int64, err error) {
	if err = tx.QueryRow(ctx, `select last_seq from commission_lane where tenant_id = $1`, tx.Tenant()).Scan(&seq); err != nil {
		return 0, fmt.Errorf("commission: the lane: %w", err)
	}
	return seq, nil
}

// Awarded is what the award rows of orders say: granted, and what stands.
func Awarded(ctx context.Context, tx *pg.Tx, orders []order.ID) (map[order.ID]Share, error) {
	type sum struct {
		OrderID           order.ID
		Granted, Standing int64
	}
	rows, err := pg.Collect[sum](ctx, tx, `
		select order_id, sum(granted)::bigint as granted, sum(standing)::bigint as standing from commission_award
		 where tenant_id = $1 and order_id = any($2::uuid[]) group by order_id`, tx.Tenant(), orders)
	if err != nil {
		return nil, fmt.Errorf("commission: sum awards: %w", err)
	}
	all := make(map[order.ID]Share, len(rows))
	for _, r := range rows {
		all[r.OrderID] = Share{r.Granted, r.Standing}
	}
	return all, nil
}

// canonical is the one form of a message that bytes are compared in.
func canonical(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("commission: %T does not marshal: %v", m, err)) // it has come over the wire
	}
	return b
}

// saySum tells an answer in a line: how many awards and what they come to.
func saySum(d *strategyv1.Decision) string {
	var sum int64
	for _, a := range d.GetPaid().GetAwards() {
		sum += a.GetAmount()
	}
	return fmt.Sprintf("%d awards, %d in all, %d bytes", len(d.GetPaid().GetAwards()), sum, proto.Size(d))
}

// Figure is one decision in figures.
type Figure struct {
	Seq      int64
	Order    order.ID
	Revision int
	Granted  int64
}

// DecidedSince lists decisions behind a seq, in the order of seq.
func DecidedSince(ctx context.Context, tx *pg.Tx, after int64, limit int) ([]Figure, error) {
	rows, err := pg.Collect[decisionRow](ctx, tx, `
		select `+decisionColumns+`
		  from commission_decision where tenant_id = $1 and seq > $2 order by seq limit $3`, tx.Tenant(), after, limit)
	if err != nil {
		return nil, fmt.Errorf("commission: decided since: %w", err)
	}
	list := make([]Figure, len(rows))
	for i, r := range rows {
		d, err := r.decision()
		if err != nil {
			return nil, err
		}
		list[i] = Figure{Seq: d.seq, Order: d.order, Revision: d.revision}
		for _, amount := range d.grants.amounts() {
			list[i].Granted += amount
		}
	}
	return list, nil
}

// SayWait says in the language why an order could not be decided.
func SayWait(code, note, lang string) string { return sayWait(code, note, lang) }
