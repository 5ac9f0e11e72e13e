package dispute

import (
	"context"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

const (
	mostUnsettled = 20
	mostEntries   = 100 // the table says so too
)

// Begin opens a dispute. The same subject with the same words while the first
// is still open is the same dispute. Errors: [ErrSubjectMissing],
// [ErrWordsMissing], [order.ErrUnknown] for an order outside the distributor's
// chain, [ErrAlreadyOpen], [ErrTooMany].
func Begin(ctx context.Context, tx *pg.Tx, who distributor.ID, about Subject, words string) (Dispute, error) {
	switch {
	case about.Order.IsZero() == (about.Claimed == ""):
		return Dispute{}, ErrSubjectMissing
	case words == "":
		return Dispute{}, ErrWordsMissing
	}
	if err := theirs(ctx, tx, who, about); err != nil {
		return Dispute{}, err
	}
	unsettled, err := listUnsettled(ctx, tx, who)
	if err != nil {
		return Dispute{}, err
	}
	if len(unsettled) >= mostUnsettled {
		return Dispute{}, ErrTooMany.With("most", mostUnsettled)
	}
	d := Dispute{ID: id.New[kind](tx.Now()), Distributor: who, Claimed: about.Claimed, State: Open, OpenedAt: tx.Now(), ChangedAt: tx.Now()}
	if !about.Order.IsZero() {
		d.Order = &about.Order
	}
	made, err := insert(ctx, tx, d)
	if err != nil {
		return Dispute{}, err
	}
	if !made {
		return again(ctx, tx, who, about, words)
	}
	return d, say(ctx, tx, d, Entry{Side: Distributor, Verb: "opened", Words: words})
}

// again finds the unsettled dispute about a subject, if it began with the same
// words.
func again(ctx context.Context, tx *pg.Tx, who distributor.ID, about Subject, words string) (Dispute, error) {
	unsettled, err := listUnsettled(ctx, tx, who)
	if err != nil {
		return Dispute{}, err
	}
	for _, d := range unsettled {
		if d.about() != about {
			continue
		}
		if first, err := entryOf(ctx, tx, d.ID, 1); err != nil || first.Words == words {
			return d, err
		}
	}
	return Dispute{}, ErrAlreadyOpen
}

func (d Dispute) about() Subject {
	if d.Order == nil {
		return Subject{Claimed: d.Claimed}
	}
	return Subject{Order: *d.Order}
}

// theirs refuses an order in whose chain the distributor does not stand; such
// an order is unknown to them.
func theirs(ctx context.Context, tx *pg.Tx, who distributor.ID, about Subject) error {
	if about.Order.IsZero() {
		return nil
	}
	o, err := order.Get(ctx, tx, about.Order)
	if err != nil {
		return err
	}
	if o.Chain.Self == who {
		return nil
	}
	for _, m := range o.Chain.Members {
		if m.ID == who {
			return nil
		}
	}
	return order.ErrUnknown
}

// Reply adds the distributor's words; an answered dispute is open again.
func Reply(ctx context.Context, tx *pg.Tx, which ID, who distributor.ID, words string) (Dispute, error) {
	if words == "" {
		return Dispute{}, ErrWordsMissing
	}
	return change(ctx, tx, which, who, func(d *Dispute) (Entry, error) {
		d.State = Open
		return Entry{Side: Distributor, Verb: "replied", Words: words}, nil
	})
}

// Answer is the merchant's: upheld or rejected, with words. An answer may be
// followed by a better one.
func Answer(ctx context.Context, tx *pg.Tx, which ID, outcome Outcome, words, by string) (Dispute, error) {
	switch {
	case outcome != Upheld && outcome != Rejected:
		return Dispute{}, ErrOutcome
	case words == "":
		return Dispute{}, ErrWordsMissing
	}
	return change(ctx, tx, which, distributor.ID{}, func(d *Dispute) (Entry, error) {
		d.State, d.Outcome = Answered, outcome
		return Entry{Side: Merchant, Actor: by, Verb: string(outcome), Words: words}, nil
	})
}

// Close ends a dispute, by the distributor it belongs to, or with a zero who
// by staff. A closed one stays closed.
func Close(ctx context.Context, tx *pg.Tx, which ID, who distributor.ID, words, by string) (Dispute, error) {
	if d, err := Get(ctx, tx, which); err == nil && d.State == Closed && (who.IsZero() || d.Distributor == who) {
		return d, nil // said twice
	}
	return change(ctx, tx, which, who, func(d *Dispute) (Entry, error) {
		d.State = Closed
		side := Merchant
		if !who.IsZero() {
			side = Distributor
		}
		return Entry{Side: side, Actor: by, Verb: "closed", Words: words}, nil
	})
}

// change locks a dispute and adds an entry to it. A dispute of somebody else
// is unknown to who.
func change(ctx context.Context, tx *pg.Tx, which ID, who distributor.ID, do func(*Dispute) (Entry, error)) (Dispute, error) {
	d, err := lock(ctx, tx, which)
	switch {
	case err != nil:
		return Dispute{}, err
	case !who.IsZero() && d.Distributor != who:
		return Dispute{}, ErrUnknown
	case d.State == Closed:
		return d, ErrWrongState.With("state", d.State)
	}
	e, err := do(&d)
	if err != nil {
		return d, err
	}
	d.ChangedAt = tx.Now()
	if err := save(ctx, tx, d); err != nil {
		return d, err
	}
	return d, say(ctx, tx, d, e)
}

// Of reads one's own dispute; to everybody else it is unknown.
func Of(ctx context.Context, tx *pg.Tx, which ID, who distributor.ID) (Dispute, error) {
	d, err := Get(ctx, tx, which)
	if err == nil && d.Distributor != who {
		return Dispute{}, ErrUnknown
	}
	return d, err
}
