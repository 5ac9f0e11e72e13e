package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
)

// reconcile makes every order of the batch stand as its decision and all its
// refunds say, and posts the difference. The orders are locked.
func (s *Service) reconcile(ctx context.Context, tx *pg.Tx, b *batch, l locks) error {
	refunds, err := order.RefundsOf(ctx, tx, b.refunded())
	if err != nil {
		return err
	}
	awards, err := awardsOf(ctx, tx, b.decidedBefore())
	if err != nil {
		return err
	}
	shares, err := sharesOf(ctx, tx, b.refunded())
	if err != nil {
		return err
	}
	r := &reconciliation{now: tx.Now(), mark: l.mark, zone: b.zone, currency: b.facts.currency, lastSeq: b.nextSeq}
	for _, w := range b.work {
		fresh := r.number(w, refunds[w.order.ID])
		if w.decision == nil {
			continue // nothing is decided, so nothing stands
		}
		w.outrun = len(w.unanswered(refunds[w.order.ID])) > 0
		if err := r.order(w, refunds[w.order.ID], awards[w.order.ID], fresh, b.facts.firstOrder[w.order.ID]); err != nil {
			return err
		}
		if err := r.shrink(w, refunds[w.order.ID], shares[w.order.ID]); err != nil {
			return err
		}
	}
	if r.lastSeq > b.nextSeq { // refunds have come meanwhile
		advance(tx, r.lastSeq)
	}
	if err := r.post(ctx, tx, l.book); err != nil {
		return err
	}
	if tenant := tx.Tenant(); r.owing && s.Owing != nil {
		tx.AfterCommit(func() { s.Owing(tenant) })
	}
	return nil
}

// decidedBefore are the orders that may have awards already.
func (b *batch) decidedBefore() (ids []order.ID) {
	for _, w := range b.work {
		if w.decision != nil && !w.decision.isNew {
			ids = append(ids, w.order.ID)
		}
	}
	return ids
}

// should is what ought to stand for one recipient of one order.
type should struct {
	granted  int64
	standing int64
	points   int64
	level    int
}

// target computes what should stand for everybody the decision names. counts
// says how many of the refunds concern somebody; all, when it is nil.
func target(w *work, refunds []order.Refund, currency string, counts func(distributor.ID) int) (map[distributor.ID]should, error) {
	if counts == nil {
		counts = func(distributor.ID) int { return len(refunds) }
	}
	list, g := w.people(), w.decision.grants
	granted := g.perRecipient(g.amounts(), len(list))
	want := map[distributor.ID]should{}
	after := map[int][]int64{} // by how many refunds
	for i, p := range list {
		if granted[i] == 0 {
			continue
		}
		n := counts(p.id)
		if after[n] == nil {
			stands, err := w.standing(refunds[:n])
			if err != nil {
				return nil, err
			}
			after[n] = stands
		}
		was := want[p.id]
		want[p.id] = should{granted: was.granted + granted[i], standing: was.standing + after[n][i], level: max(was.level, p.level)}
	}
	if p, ok := seller(w.order, w.revision.Settings); ok && p.mayEarn() {
		earned, err := pointsFor(paidFor(w.order), currency, w.revision.Settings.PointsPerUnit)
		if err != nil {
			return nil, err
		}
		points, err := pointsFor(w.order.Distributed(w.order.Remaining(refunds, counts(p.id))), currency, w.revision.Settings.PointsPerUnit)
		if err != nil {
			return nil, err
		}
		if was := want[p.id]; earned > 0 || was.granted > 0 { // also when refunds have left nothing: then they go back
			was.points, was.level = points, p.level
			want[p.id] = was
		}
	}
	return want, nil
}

// pointsFor gives whole points for whole major units of what remains paid.
func pointsFor(goods int64, currency string, perUnit money.Rate) (int64, error) {
	unit := int64(money.Whole)
	for range money.Digits(currency) {
		unit *= 10
	}
	points, err := money.MulDiv(goods, int64(perUnit), unit, money.Floor)
	if err != nil {
		return 0, fmt.Errorf("commission: points: %w", err)
	}
	return points, nil
}

// due is when the order's awards mature if nothing holds them.
func due(w *work) time.Time {
	if w.order.ReceivedAt.IsZero() {
		return Never
	}
	return w.order.ReceivedAt.Add(time.Duration(w.revision.Settings.FreezeDays) * 24 * time.Hour)
}

// maturity keeps an award out of what the mark has already settled.
func maturity(due, mark time.Time) time.Time {
	if earliest := mark.Add(time.Microsecond); due.Before(earliest) {
		return earliest
	}
	return due
}

// concerning is how many of an order's refunds take something from somebody's
// award. Where the programme says so, the store itself bears what comes back
// long after the award was settled: that refund, and what is recorded after it.
func (w *work) concerning(refunds []order.Refund, stands map[distributor.ID]award, mark time.Time) func(distributor.ID) int {
	days := w.revision.Settings.BearReversalsAfterDays
	return func(who distributor.ID) int {
		a, exists := stands[who]
		if days == 0 || !exists || !a.settled(mark) {
			return len(refunds)
		}
		return before(refunds, a.MaturesAt, days)
	}
}

// before is how many of the refunds came within days of an instant.
func before(refunds []order.Refund, settled time.Time, days int) int {
	late := settled.Add(time.Duration(days) * 24 * time.Hour)
	for n, f := range refunds {
		if !f.OccurredAt.Before(late) {
			return n
		}
	}
	return len(refunds)
}

// reverse names the movement that takes amount back from where the award
// stands: its own held part, else what the payee has, else a debt.
func reverse(book *ledger.Book, payee ledger.Party, o ledger.Ref, amount int64, settled bool) error {
	if !settled {
		return book.Move(ledger.ReverseHeld{Payee: payee, Amount: amount, Order: o})
	}
	fromAvailable := min(amount, book.Balance(payee).Available)
	if err := book.Move(ledger.ReverseAvailable{Payee: payee, Amount: fromAvailable, Order: o}); err != nil {
		return err
	}
	return book.Move(ledger.ReverseIntoDebt{Payee: payee, Amount: amount - fromAvailable, Order: o})
}
