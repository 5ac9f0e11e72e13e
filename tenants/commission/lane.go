package commission

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/telemetry"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
)

// lease is how long a process keeps a lane without a word; one round is far
// shorter, since a strategy has at most seconds.
const lease = 15 * time.Second

// ErrBusy says that another process works this lane.
var ErrBusy = errors.New("commission: another process works this lane")

// Drain deals with the store's changed orders, batch after batch, until none
// is left that can be tried now. It returns how many it dealt with; [ErrBusy]
// when another process is at it.
func (s *Service) Drain(ctx context.Context, tenant tenancy.ID) (dealt int, err error) {
	mine, _ := s.lanes.LoadOrStore(tenant, new(sync.Mutex))
	mine.(*sync.Mutex).Lock()
	defer mine.(*sync.Mutex).Unlock()
	for {
		n, more, err := s.round(ctx, tenant, s.Batch)
		dealt += n
		if err != nil || !more {
			return dealt, err
		}
	}
}

// round is one batch: read, ask, write. Nothing is locked while the strategy
// thinks. A batch that cannot be written is dealt with order by order, so that
// one poisoned order waits with its reason and the lane goes on. There is
// nothing more when a batch was not full: whatever comes later rings again.
func (s *Service) round(ctx context.Context, tenant tenancy.ID, limit int) (dealt int, more bool, err error) {
	b, err := s.take(ctx, tenant, limit)
	if err != nil || len(b.work) == 0 {
		return 0, false, err
	}
	ctx, span := b.trace(ctx)
	s.askLeased(ctx, tenant, b)
	err = s.post(ctx, tenant, b)
	span.Done(err)
	switch {
	case err == nil:
		return len(b.work), b.left || len(b.work) == limit, nil
	case errors.Is(err, ErrBusy) || ctx.Err() != nil:
		return 0, false, err
	case len(b.work) == 1:
		return 1, true, s.setAside(ctx, tenant, b.work[0].change, err)
	}
	for range b.work {
		n, _, err := s.round(ctx, tenant, 1)
		dealt += n
		if err != nil {
			return dealt, false, err
		}
	}
	return dealt, true, nil
}

// setAside lets an order wait that cannot be posted. The cause may pass, as a
// deadlock does, so it is tried again soon and then ever later.
func (s *Service) setAside(ctx context.Context, tenant tenancy.ID, c order.Change, cause error) error {
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		return order.Block(ctx, tx, c.OrderID, codeCannotPost, cause.Error(), clock.Real().Add(backoff(c.Attempts)))
	})
}

// askLeased asks and keeps the lane meanwhile: a strategy that hangs on every
// half of a batch may take longer than one lease.
func (s *Service) askLeased(ctx context.Context, tenant tenancy.ID, b *batch) {
	asking, done := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	defer renewing.Wait() // a renewal that overtook the write would keep others from the lane
	defer done()
	renewing.Go(func() {
		renew := time.NewTicker(lease / 3)
		defer renew.Stop()
		for {
			select {
			case <-asking.Done():
				return
			case <-renew.C:
				// A failure shows when the batch is written: the lane is lost or it is not.
				_ = s.db.Forgettable(asking, tenant, s.lease)
			}
		}
	})
	s.ask(ctx, b)
}

// batch is what one round deals with, in the order of seq.
type batch struct {
	work    []*work
	facts   facts
	left    bool  // an order has become decidable while the others were asked about
	lastSeq int64 // of the lane, before this batch
	nextSeq int64 // of the lane, after this batch
	zone    *time.Location
	open    map[distributor.ID]int64 // the first order that waits outside of this batch, by who may earn from it

	counters counters // with what this batch has granted; nil when no counter bounds anybody
	stood    counters // as take has read them
}

// take leases the lane, reads the changed orders, gives each undecided one its
// seq and fetches the facts. What it writes is a lease, which need not survive
// a power cut.
func (s *Service) take(ctx context.Context, tenant tenancy.ID, limit int) (*batch, error) {
	b := &batch{}
	err := s.db.Forgettable(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		leased, asked := s.askLease(tx), order.AskChanged(tx, clock.Real(), limit)
		changed, err := asked(ctx)
		if err != nil {
			return err
		}
		lane, err := leased.All(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("commission: lease: %w", err)
		case len(changed) == 0:
			s.release(tx)
			return nil
		case len(lane) == 0:
			return ErrBusy
		}
		b.lastSeq, b.nextSeq = lane[0], lane[0]
		if b.work, err = s.load(ctx, tx, changed); err != nil {
			return err
		}
		currency, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		b.zone = zone
		b.facts = facts{currency: currency, minorDigits: int32(money.Digits(currency))}
		refunds, err := order.RefundsOf(ctx, tx, b.refunded())
		if err != nil {
			return err
		}
		b.give(refunds)
		if err := readRecomputations(ctx, tx, b.work); err != nil {
			return err
		}
		if b.facts.firstOrder, err = firstOrders(ctx, tx, b.undecided()); err != nil {
			return err
		}
		if b.facts.sold, err = stats(ctx, tx, b); err != nil {
			return err
		}
		if err := b.readCounters(ctx, tx); err != nil {
			return err
		}
		waves := b.waves()
		if len(waves) > 0 {
			if b.facts.awarded, err = awarded(ctx, tx, waves, b.zone); err != nil {
				return err
			}
		}
		if who := b.followers(waves); len(who) > 0 {
			b.open, err = openOrders(ctx, tx, b, who)
		}
		return err
	})
	return b, err
}

// load finds what has been decided about the changed orders, in the order they
// changed.
func (s *Service) load(ctx context.Context, tx *pg.Tx, changed []order.Changed) ([]*work, error) {
	orders := make([]order.Order, len(changed))
	for i, c := range changed {
		orders[i] = c.Order
	}
	decisions, err := readDecisions(ctx, tx, numberedOnly(orders))
	if err != nil {
		return nil, err
	}
	all := make([]*work, len(changed))
	for i, c := range changed {
		w := &work{change: c.Change, order: c.Order, decision: decisions[c.Order.ID], seq: c.Order.Seq, returns: c.Again}
		if w.revision, err = s.programs.Revision(ctx, tx, w.order.Revision); err != nil {
			return nil, err
		}
		if w.plan, err = s.plan(ctx, tx, w.revision); err != nil {
			return nil, err
		}
		all[i] = w
	}
	return all, nil
}

// numberedOnly leaves out orders that no lane has dealt with: none of them has
// a decision.
func numberedOnly(orders []order.Order) (list []order.Order) {
	for _, o := range orders {
		if o.Seq > 0 {
			list = append(list, o)
		}
	}
	return list
}

// refunded are the orders of which something has come back.
func (b *batch) refunded() (ids []order.ID) {
	for _, w := range b.work {
		if w.order.Refunded > 0 {
			ids = append(ids, w.order.ID)
		}
	}
	return ids
}

// undecided reports whether the strategy has to be asked: the order is paid,
// has no decision, and its group, if any, has met its fate.
func (w *work) undecided() bool {
	return w.decision == nil && !w.order.PaidAt.IsZero() && w.order.Group != order.GroupOpen
}

func (b *batch) undecided() []*work {
	var list []*work
	for _, w := range b.work {
		if w.undecided() {
			list = append(list, w)
		}
	}
	return list
}

// ask gets a decision for every order that needs one, or the reason why there
// is none yet.
func (s *Service) ask(ctx context.Context, b *batch) {
	var alone, inWaves []*work
	for _, w := range b.undecided() {
		switch reason := w.unasked(); {
		case reason != "":
			w.decision = withoutAsking(w, reason)
		case w.plan.waves():
			inWaves = append(inWaves, w)
		default:
			alone = append(alone, w)
		}
	}
	s.askByRevision(ctx, alone, b.facts)
	b.count()
	s.askInWaves(ctx, b, inWaves)
	b.holdBack()
	for _, w := range b.work {
		if w.again == nil && w.recomputes() { // decided in this round
			w.again = map[int]*recomputation{}
		}
	}
	s.askAboutRemainders(ctx, b)
}

func (s *Service) askByRevision(ctx context.Context, list []*work, f facts) {
	groups := map[int][]*work{}
	var revisions []int
	for _, w := range list {
		n := w.revision.Revision
		if groups[n] == nil {
			revisions = append(revisions, n)
		}
		groups[n] = append(groups[n], w)
	}
	for _, n := range revisions {
		s.askAbout(ctx, groups[n], f)
	}
}

// withoutAsking decides orders that no strategy needs to see.
func withoutAsking(w *work, reason string) *decision {
	return &decision{order: w.order.ID, outcome: outcomeNone, reason: reason, revision: w.revision.Revision, facts: factsVersion, guard: guardVersion}
}

func (s *Service) askAbout(ctx context.Context, list []*work, f facts) {
	rev := list[0].revision
	f.plan = list[0].plan
	request := &strategyv1.EvaluateRequest{Config: rev.Config, Rules: rev.Settings.Rules()}
	for _, w := range list {
		request.Orders = append(request.Orders, f.request(w.order, w.seq, w.people()))
	}
	asking, span := telemetry.Begin(ctx, "evaluate", attribute.String("artifact", rev.Artifact), attribute.Int("revision", rev.Revision), attribute.Int("orders", len(list)))
	response, err := s.strategies.Evaluate(asking, rev.Artifact, request)
	span.Done(err)
	if err != nil {
		for _, w := range list {
			w.block("plugin.unavailable", err.Error(), backoff(w.change.Attempts))
		}
		return
	}
	_, auditing := telemetry.Begin(ctx, "audit", attribute.Int("guard", guardVersion))
	defer auditing.Done(nil)
	answers := make(map[int][]*strategyv1.Decision, len(list))
	for _, d := range response.GetDecisions() {
		answers[int(d.GetOrder())] = append(answers[int(d.GetOrder())], d)
	}
	for i, w := range list {
		switch said := answers[i]; len(said) {
		case 0:
			w.block("plugin.no_decision", "the strategy said nothing about this order", backoff(w.change.Attempts))
		case 1:
			w.judge(request, i, said[0])
		default:
			w.block("plugin.malformed_answer", "the strategy decided this order more than once", longWait)
		}
	}
}

// judge turns one answer into a decision, or into a reason to wait.
func (w *work) judge(request *strategyv1.EvaluateRequest, i int, answer *strategyv1.Decision) {
	granted, ok := w.sound(w.order, guardVersion, answer)
	if !ok {
		return
	}
	alone := known(answer)
	alone.Order = 0
	d := &decision{
		order: w.order.ID, outcome: outcomePaid, revision: w.revision.Revision, artifact: w.revision.Artifact, facts: factsVersion, guard: guardVersion, grants: granted, answer: alone,
		request: &strategyv1.EvaluateRequest{Rules: request.GetRules(), Orders: request.GetOrders()[i : i+1]},
	}
	if len(granted.given) == 0 {
		d.outcome = outcomeNone
	}
	w.decision = d
}

// sound is what an answer about the order, or about what refunds have left of
// it, gives after rails and caps; without one the order waits with the reason.
func (w *work) sound(o order.Order, guard int, answer *strategyv1.Decision) (granted grants, ok bool) {
	if answer.GetOutcome() == nil { // not "nobody earns", which would be for ever
		w.block("plugin.malformed_answer", "the strategy's decision says nothing", longWait)
		return grants{}, false
	}
	if failed := answer.GetFailed(); failed != nil {
		wait := backoff(w.change.Attempts)
		if !failed.GetRetryable() {
			wait = longWait
		}
		why := failureOf(failed)
		w.block(why.code, why.note, wait)
		return grants{}, false
	}
	list := w.people()
	if broken := audit(o, list, answer); broken != nil {
		w.blocked, w.retryIn = broken, longWait
		return grants{}, false
	}
	granted, err := grantsOf(w.order, o.Remaining(nil, 0), list, w.revision.Settings, guard, answer)
	if err != nil {
		w.block("commission.rail_amount", err.Error(), longWait)
		return grants{}, false
	}
	return granted, true
}

func (w *work) block(code, note string, wait time.Duration) {
	w.blocked, w.retryIn = &violation{code, cleanNote(note)}, wait
}

// longWait is for what only a person can mend: a lying or broken strategy.
const longWait = 10 * time.Minute

// backoff is 1 s doubled with every attempt, at most a minute.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts, 6), time.Minute)
}

// post is write as a part of the batch's trace.
func (s *Service) post(ctx context.Context, tenant tenancy.ID, b *batch) error {
	ctx, span := telemetry.Begin(ctx, "post")
	err := s.write(ctx, tenant, b)
	span.Done(err)
	return err
}

// trace begins the batch's part of a trace, which names its orders.
func (b *batch) trace(ctx context.Context) (context.Context, telemetry.Span) {
	if !telemetry.Traced(ctx) {
		return telemetry.Begin(ctx, "batch")
	}
	orders := make([]string, len(b.work))
	for i, w := range b.work {
		orders[i] = w.order.ID.String()
	}
	return telemetry.Begin(ctx, "batch", attribute.StringSlice("orders", orders), attribute.Int64("seq.from", b.lastSeq), attribute.Int64("seq.to", b.nextSeq))
}

// write stores decisions, reconciles every order of the batch and removes its
// work rows, all in one transaction. The orders are locked and read again, so
// whatever happened meanwhile is taken into account.
func (s *Service) write(ctx context.Context, tenant tenancy.ID, b *batch) error {
	return s.db.Often(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		locked, err := s.lock(ctx, tx, b)
		if err != nil {
			return err
		}
		if !locked.counters.same(b.stood) {
			return ErrBusy // somebody else has counted since take: the batch is void
		}
		b.number(tx)
		b.counters.keep(tx, b.touched())
		var fresh []*decision
		for _, w := range b.work {
			if w.decision != nil && w.decision.decidedAt.IsZero() {
				w.decision.seq, w.decision.month, w.decision.decidedAt = w.seq, w.order.Month, tx.Now()
				w.decision.isNew = true
				fresh = append(fresh, w.decision)
			}
		}
		if err := insertDecisions(tx, fresh); err != nil {
			return err
		}
		if err := insertRecomputations(ctx, tx, b.work); err != nil {
			return err
		}
		if err := s.reconcile(ctx, tx, b, locked); err != nil {
			return err
		}
		if err := keepOpen(ctx, tx, b); err != nil {
			return err
		}
		return finish(ctx, tx, b)
	})
}

// locks are what a batch holds until it is written.
type locks struct {
	mark     time.Time
	counters counters
	book     *ledger.Book
}

// lock takes the locks in the order all transactions share: orders, mark, lane,
// counters, balances. They travel together, and each statement waits for the one before.
// When another process has moved the lane since take, the batch is void.
func (s *Service) lock(ctx context.Context, tx *pg.Tx, b *batch) (l locks, err error) {
	ids := make([]order.ID, len(b.work))
	for i, w := range b.work {
		ids[i] = w.order.ID
	}
	states, mark, lane := order.LockStates(tx, ids), askMark(tx), s.askAdvance(tx, b.lastSeq, b.nextSeq)
	counted := askCounters(tx, b.touched(), "for update of c")
	book := ledger.AskOpen(tx, nil)
	if len(b.refunded()) == 0 { // else who is concerned shows later
		book = ledger.AskOpen(tx, b.payees())
	}
	now, err := states(ctx)
	if err != nil {
		return l, err
	}
	for _, w := range b.work {
		w.order = w.order.In(now[w.order.ID])
	}
	if moved, err := lane.All(ctx); err != nil || len(moved) == 0 {
		return l, cmp.Or(err, ErrBusy)
	}
	if at, err := mark.All(ctx); err != nil || len(at) == 0 {
		return l, fmt.Errorf("commission: the mark: %w", cmp.Or(err, pg.ErrNoRows))
	} else {
		l.mark = at[0].UTC()
	}
	if l.counters, err = counted(ctx); err != nil {
		return l, err
	}
	l.book, err = book(ctx)
	return l, err
}

// payees are everybody whom a decision of the batch gives something.
func (b *batch) payees() (list []ledger.Party) {
	for _, w := range b.work {
		if w.decision == nil {
			continue
		}
		people, g := w.people(), w.decision.grants
		for i, amount := range g.perRecipient(g.amounts(), len(people)) {
			if amount > 0 {
				list = append(list, ledger.Party(people[i].id))
			}
		}
	}
	return list
}

// number keeps the seqs given in take.
func (b *batch) number(tx *pg.Tx) {
	var ids []order.ID
	var seqs []int64
	for _, w := range b.work {
		if w.seq != w.order.Seq {
			ids, seqs = append(ids, w.order.ID), append(seqs, w.seq)
			w.order.Seq = w.seq
		}
	}
	order.Number(tx, ids, seqs)
}

func finish(ctx context.Context, tx *pg.Tx, b *batch) error {
	var done []order.ID
	var wait []order.Blocked
	for _, w := range b.work {
		switch {
		case w.blocked == nil && w.undecided():
			b.left = true // it was paid, or its group succeeded, meanwhile: its turn is next
			continue
		case w.blocked == nil && w.outrun:
			b.left = true // its strategy is to be asked about the new refund
			continue
		case w.blocked == nil:
			done = append(done, w.order.ID)
			continue
		}
		wait = append(wait, order.Blocked{Order: w.order.ID, Code: w.blocked.code, Note: w.blocked.note, NextTry: clock.Real().Add(w.retryIn)})
	}
	if err := order.BlockAll(ctx, tx, wait); err != nil {
		return err
	}
	order.Done(tx, done)
	return nil
}

// lease takes the lane for this process, or keeps it.
func (s *Service) lease(ctx context.Context, tx *pg.Tx) error {
	_, err := s.askLease(tx).All(ctx)
	return err
}

// askLease takes the lane for this process and answers with its last seq, and
// with nothing when another process has it.
func (s *Service) askLease(tx *pg.Tx) *pg.Answer[int64] {
	now := clock.Real()
	return pg.AskColumn[int64](tx, `
		update commission_lane set holder = $2, leased_until = $3
		 where tenant_id = $1 and (holder = $2 or leased_until < $4)
		returning last_seq`, tx.Tenant(), s.holder, now.Add(lease), now)
}

// release gives the lane free.
func (s *Service) release(tx *pg.Tx) {
	tx.Later("commission: release the lane", `
		update commission_lane set leased_until = default where tenant_id = $1 and holder = $2`, tx.Tenant(), s.holder)
}

// askAdvance moves the lane's counter and gives the lane free; it answers with
// nothing when the lane was lost meanwhile.
func (s *Service) askAdvance(tx *pg.Tx, from, to int64) *pg.Answer[int64] {
	return pg.AskColumn[int64](tx, `
		update commission_lane set last_seq = $4, leased_until = default
		 where tenant_id = $1 and holder = $2 and last_seq = $3
		returning last_seq`, tx.Tenant(), s.holder, from, to)
}

// advance moves the counter of the lane, which this transaction has locked.
func advance(tx *pg.Tx, to int64) {
	tx.Later("commission: advance the lane", `update commission_lane set last_seq = $2 where tenant_id = $1`, tx.Tenant(), to)
}
