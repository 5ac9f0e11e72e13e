package trial

import (
	"context"
	"slices"
	"strconv"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
)

// Proofs is the result of a proof so far.
type Proofs struct {
	Decisions int       `json:"decisions"`
	Asked     int       `json:"asked"` // of those, a strategy had to be asked
	Equal     int       `json:"equal"` // to the byte, and to the fen
	Waiting   int       `json:"waiting"`
	Differs   []Differs `json:"differs"` // at most a hundred

	// What stands of all awards, after refunds: by the replayed decisions, by
	// the award rows and by the journal. Proven means that the three are one.
	Granted  int64 `json:"granted"`
	Replayed int64 `json:"replayed"`
	Awards   int64 `json:"awards"`
	Journal  int64 `json:"journal"`
	Proven   bool  `json:"proven"`
}

// Differs is something that came out differently.
type Differs struct {
	Order order.ID `json:"order"`
	Seq   int64    `json:"seq"`
	What  string   `json:"what"` // as commission.Difference; "awards" and "journal" for the sums
	Was   string   `json:"was"`
	Now   string   `json:"now"`
}

const differsKept = 100

// prove replays the month's decisions page by page and then holds what they
// come to against the journal.
func (r *run) prove(ctx context.Context) error {
	for r.trial.Cursor < r.trial.Last {
		list, to, err := r.recordings(ctx)
		if err != nil {
			return err
		}
		if to == 0 {
			break
		}
		again, err := r.service.engine.ReplayAll(ctx, list)
		if err != nil {
			return commission.ErrStrategyAway.Because(err)
		}
		next := r.trial
		next.Proof = next.Proof.with(again)
		next.Done, next.Cursor = next.Done+len(list), to
		err = r.keep(ctx, next, func(ctx context.Context, tx *pg.Tx) error {
			return insertOrders(ctx, tx, r.trial.ID, proven(list, again))
		})
		if err != nil || r.late() {
			return err
		}
	}
	next := r.trial
	var err error
	if next.Proof, err = r.balance(ctx); err != nil {
		return err
	}
	next.State = Done
	return r.keep(ctx, next, func(context.Context, *pg.Tx) error { return nil })
}

func (r *run) recordings(ctx context.Context) (list []commission.Recorded, to int64, err error) {
	err = r.service.db.Within(ctx, r.tenant, func(ctx context.Context, tx *pg.Tx) error {
		list, to, err = r.service.engine.Recordings(ctx, tx, r.trial.Cursor, r.trial.Last, r.trial.From, r.trial.To, r.service.Page)
		return err
	})
	return list, to, err
}

func (p Proofs) with(again []commission.Replayed) Proofs {
	p.Differs = slices.Clone(p.Differs)
	for _, one := range again {
		p.Decisions++
		if one.Asked {
			p.Asked++
		}
		if one.Equal() {
			p.Equal++
		}
		for _, d := range one.Differs {
			p.differs(Differs{one.Order, one.Seq, d.What, d.Was, d.Now})
		}
	}
	return p
}

func (p *Proofs) differs(d Differs) {
	if len(p.Differs) < differsKept {
		p.Differs = append(p.Differs, d)
	}
}

// proven are the rows of a page: how it was decided, and how it came out.
func proven(list []commission.Recorded, again []commission.Replayed) []commission.Compared {
	rows := make([]commission.Compared, len(list))
	for i, x := range list {
		for _, g := range x.Grants {
			rows[i].Was.Granted += g.Given()
		}
		rows[i].Order, rows[i].Seq, rows[i].Was.Standing = x.Order, x.Seq, again[i].Standing
		rows[i].Would = commission.Outcome{Decided: true, Granted: again[i].Granted, Standing: again[i].Standing}
		if !again[i].Equal() {
			rows[i].Would.Code = again[i].Differs[0].What
		}
	}
	return rows
}

// balanceAtOnce is how many orders one look at the journal deals with.
const balanceAtOnce = 20_000

// balance holds what the replayed decisions come to against the award rows and
// the journal. An order that has moved since it was replayed is looked at once
// more, everything at one instant.
func (r *run) balance(ctx context.Context) (Proofs, error) {
	p := r.trial.Proof
	p.Differs = slices.Clone(p.Differs)
	found := 0
	for after := int64(0); ; {
		rows, booked, awards, err := r.books(ctx, after)
		if err != nil {
			return p, err
		}
		if len(rows) == 0 {
			break
		}
		after = rows[len(rows)-1].Seq
		var moved []OrderResult
		for _, o := range rows {
			p.Granted += *o.Would
			if stands := *o.WouldStanding; stands != awards[o.OrderID].Standing || stands != booked[ledger.Ref(o.OrderID)] {
				moved = append(moved, o)
				continue
			}
			p.add(*o.WouldStanding, *o.WouldStanding, *o.WouldStanding)
		}
		for _, o := range moved {
			same, err := r.lookAgain(ctx, &p, o)
			if err != nil {
				return p, err
			}
			if !same {
				found++
			}
		}
	}
	p.Proven = found == 0 && p.Equal == p.Decisions && p.Replayed == p.Awards && p.Awards == p.Journal
	return p, nil
}

func (p *Proofs) add(replayed, awards, journal int64) {
	p.Replayed += replayed
	p.Awards += awards
	p.Journal += journal
}

func (r *run) books(ctx context.Context, after int64) (rows []OrderResult, booked map[ledger.Ref]int64, awards map[order.ID]commission.Share, err error) {
	err = r.service.db.Within(ctx, r.tenant, func(ctx context.Context, tx *pg.Tx) error {
		if rows, err = Orders(ctx, tx, r.trial.ID, false, after, balanceAtOnce); err != nil {
			return err
		}
		refs, ids := make([]ledger.Ref, len(rows)), make([]order.ID, len(rows))
		for i, o := range rows {
			refs[i], ids[i] = ledger.Ref(o.OrderID), o.OrderID
		}
		if booked, err = ledger.Booked(ctx, tx, refs); err != nil {
			return err
		}
		awards, err = commission.Awarded(ctx, tx, ids)
		return err
	})
	return rows, booked, awards, err
}

// lookAgain reads one order's decision, awards and movements at one instant.
// The order is locked, so that the lane is before or behind.
func (r *run) lookAgain(ctx context.Context, p *Proofs, o OrderResult) (same bool, err error) {
	err = r.service.db.Within(ctx, r.tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := order.Lock(ctx, tx, []order.ID{o.OrderID}); err != nil {
			return err
		}
		recorded, err := r.service.engine.Recorded(ctx, tx, o.OrderID)
		if err != nil {
			return err
		}
		replayed, err := recorded.Stands()
		if err != nil {
			return err
		}
		booked, err := ledger.Booked(ctx, tx, []ledger.Ref{ledger.Ref(o.OrderID)})
		if err != nil {
			return err
		}
		awards, err := commission.Awarded(ctx, tx, []order.ID{o.OrderID})
		if err != nil {
			return err
		}
		rows, journal := awards[o.OrderID].Standing, booked[ledger.Ref(o.OrderID)]
		p.add(replayed, rows, journal)
		if rows != replayed {
			p.differs(Differs{o.OrderID, o.Seq, "awards", minor(replayed), minor(rows)})
		}
		if journal != replayed {
			p.differs(Differs{o.OrderID, o.Seq, "journal", minor(replayed), minor(journal)})
		}
		same = rows == replayed && journal == replayed
		return nil
	})
	return same, err
}

func minor(amount int64) string { return strconv.FormatInt(amount, 10) }
