package commission

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/performance"
)

// reconciliation collects what a batch changes, so that each table is written
// by one statement and balances are locked once, in order.
type reconciliation struct {
	now      time.Time
	mark     time.Time
	zone     *time.Location
	currency string
	lastSeq  int64 // of the lane; refunds take the next ones

	parties []ledger.Party
	points  []ledger.Party // those of whom points are taken back
	moves   []func(*ledger.Book) error
	owing   bool // somebody is in debt after it
	changed []award
	shares  []share // what refunds have left of what closed periods gave
	sums    []performance.Change
	refunds numbered
}

// numbered are refunds that this batch gives a seq.
type numbered struct {
	orders []order.ID
	nths   []int
	seqs   []int64
}

// order compares what stands with what should.
func (r *reconciliation) order(w *work, refunds []order.Refund, stands map[distributor.ID]award, fresh []order.Refund, first bool) error {
	want, err := target(w, refunds, r.currency, w.concerning(refunds, stands, r.mark))
	if err != nil {
		return err
	}
	payees := slices.SortedFunc(maps.Keys(want), func(a, b distributor.ID) int { return slices.Compare(a[:], b[:]) })
	dueAt := due(w)
	for _, payee := range payees {
		has, exists := stands[payee]
		if !exists {
			r.grant(w, payee, want[payee], dueAt)
			continue
		}
		r.adjust(w, has, want[payee], dueAt)
	}
	r.performance(w, refunds, fresh, first)
	return nil
}

// grant writes an award down for the first time.
func (r *reconciliation) grant(w *work, payee distributor.ID, s should, dueAt time.Time) {
	a := award{OrderID: w.order.ID, Payee: payee, Level: s.level, Granted: s.granted, Standing: s.standing, Points: s.points,
		DueAt: dueAt, MaturesAt: Never, Seq: w.seq, PaidAt: w.order.PaidAt}
	if dueAt != Never {
		a.MaturesAt = maturity(dueAt, r.mark)
	}
	r.changed = append(r.changed, a)
	r.move(payee, func(b *ledger.Book) error {
		return b.Move(ledger.HoldCommission{Payee: ledger.Party(payee), Amount: s.standing, Order: ledger.Ref(w.order.ID)})
	})
	r.earned(w, payee, s.standing, r.now, w.seq)
}

// adjust takes back what a refund has taken from an award and lets a received
// order's award begin to mature.
func (r *reconciliation) adjust(w *work, has award, s should, dueAt time.Time) {
	settled := has.settled(r.mark)
	next := has
	next.Standing, next.Points = min(s.standing, has.Standing), min(s.points, has.Points)
	if !settled && !has.DueAt.Equal(dueAt) { // received, or something has been sent instead
		next.DueAt = dueAt
		if has.Hold == "" && dueAt.Equal(Never) {
			next.MaturesAt = Never
		} else if has.Hold == "" {
			next.MaturesAt = maturity(dueAt, r.mark)
		}
	}
	if next == has {
		return
	}
	r.changed = append(r.changed, next)
	payee, o := ledger.Party(has.Payee), ledger.Ref(w.order.ID)
	if back := has.Standing - next.Standing; back > 0 {
		r.move(has.Payee, func(b *ledger.Book) error { return reverse(b, payee, o, back, settled) })
		r.earned(w, has.Payee, -back, r.now, w.seq)
	}
	if back := has.Points - next.Points; back > 0 && settled {
		r.points = append(r.points, payee)
		r.move(has.Payee, func(b *ledger.Book) error {
			return b.Move(ledger.ReversePoints{Payee: payee, Amount: back, Order: o})
		})
	}
}

func (r *reconciliation) move(payee distributor.ID, m func(*ledger.Book) error) {
	r.parties = append(r.parties, ledger.Party(payee))
	r.moves = append(r.moves, m)
}

// post writes everything, balances last in the lock order.
func (r *reconciliation) post(ctx context.Context, tx *pg.Tx, book *ledger.Book) error {
	order.NumberRefunds(tx, r.refunds.orders, r.refunds.nths, r.refunds.seqs)
	saveAwards(tx, r.changed)
	saveShares(tx, r.shares)
	if err := book.Also(ctx, r.parties); err != nil { // whom a refund has brought in since the batch was locked
		return err
	}
	if err := book.OpenPoints(ctx, r.points); err != nil {
		return err
	}
	for _, m := range r.moves {
		if err := m(book); err != nil {
			return fmt.Errorf("commission: reconcile: %w", err)
		}
	}
	if err := book.Post(ctx); err != nil {
		return err
	}
	r.owing = book.Owing()
	performance.Add(tx, r.sums)
	leaderboard.Mark(tx, leaderboard.DirtyOf(r.sums))
	return nil
}
