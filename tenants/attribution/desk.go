package attribution

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Desk is the attribution of some buyers for one transaction: read at once
// when it opens, written at once by Write. In between their touches, orders
// and payments are dealt with one after another without asking the database,
// so that a hundred orders cost as many statements as one.
//
// Whoever has a buyer on their desk keeps others from dealing with that buyer
// until the transaction ends.
type Desk struct {
	tx      *pg.Tx
	files   map[customer.ID]*file
	lines   map[distributor.ID][]distributor.Link
	touched []TouchRecord
}

// file is one buyer's.
type file struct {
	buyer   customer.Buyer
	record  record
	touches []TouchRecord // that may still win, and the very last one for its reason
	binds   []*bindSheet  // the latest last
	changed bool          // the record

	unrecorded bool // the record has no row yet
}

// bindSheet is a bind and what must become of its row.
type bindSheet struct {
	Bind
	fresh   bool // has no row yet
	changed bool
}

// OpenDesk locks the buyers and reads what is known of them. owners are the
// distributors whose links will be touched.
func OpenDesk(ctx context.Context, tx *pg.Tx, buyers []customer.Buyer, owners ...distributor.ID) (*Desk, error) {
	d := &Desk{tx: tx, files: make(map[customer.ID]*file, len(buyers)), lines: map[distributor.ID][]distributor.Link{}}
	for _, b := range buyers {
		d.files[b.ID] = &file{buyer: b, unrecorded: b.New}
	}
	lines := d.askLines(owners)
	open, err := d.lock(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, b := range open {
		d.files[b.Buyer].binds = []*bindSheet{{Bind: b}}
	}
	if err := d.readTouches(ctx); err != nil {
		return nil, err
	}
	if d.lines, err = lines(ctx); err != nil {
		return nil, err
	}
	return d, d.readLines(ctx)
}

// lock keeps others from the buyers and reads their records and binds, in this
// order: who waits sees what the other has done. Whoever turns out to have no
// record is given one and locked again; a new buyer has none, and nobody else
// knows them.
func (d *Desk) lock(ctx context.Context, without []customer.ID) ([]Bind, error) {
	openRecords(d.tx, without)
	known := d.known()
	if len(known) == 0 {
		return nil, nil
	}
	locked, binds := lockBuyers(d.tx, known), latestBinds(d.tx, known)
	records, err := locked.All(ctx)
	if err != nil {
		return nil, err
	}
	if len(records) < len(known) && len(without) == 0 {
		return d.lock(ctx, known)
	}
	for _, r := range records {
		d.files[r.BuyerID].record = r.record
	}
	return binds.All(ctx)
}

// known are the buyers who may have a record.
func (d *Desk) known() []customer.ID {
	return slices.DeleteFunc(d.buyers(), func(who customer.ID) bool { return d.files[who].unrecorded })
}

// askLines asks who stands above those who are known to be needed, and above
// buyers who distribute themselves.
func (d *Desk) askLines(owners []distributor.ID) func(context.Context) (map[distributor.ID][]distributor.Link, error) {
	all := map[distributor.ID]bool{}
	for _, o := range owners {
		all[o] = true
	}
	for _, f := range d.files {
		all[f.buyer.DistributorID] = true
	}
	delete(all, distributor.ID{})
	if len(all) == 0 {
		return func(context.Context) (map[distributor.ID][]distributor.Link, error) {
			return map[distributor.ID][]distributor.Link{}, nil
		}
	}
	return distributor.AskChainOf(d.tx, slices.Collect(maps.Keys(all)))
}

// deskOf is a desk with one buyer. customer.ErrUnknown when the store has none
// of that id.
func deskOf(ctx context.Context, tx *pg.Tx, buyer customer.ID, owners ...distributor.ID) (*Desk, error) {
	b, err := customer.Get(ctx, tx, buyer)
	if err != nil {
		return nil, err
	}
	return OpenDesk(ctx, tx, []customer.Buyer{b}, owners...)
}

func (d *Desk) buyers() []customer.ID {
	all := make([]customer.ID, 0, len(d.files))
	for who := range d.files {
		all = append(all, who)
	}
	slices.SortFunc(all, func(a, b customer.ID) int { return slices.Compare(a[:], b[:]) })
	return all
}

func (d *Desk) readTouches(ctx context.Context) error {
	var buyers []customer.ID
	var after, last []int
	for who, f := range d.files {
		if heard := f.heard(); f.record.Touches > heard {
			buyers, after, last = append(buyers, who), append(after, heard), append(last, f.record.Touches)
		}
	}
	touches, err := touchesAfter(ctx, d.tx, buyers, after, last)
	for _, t := range touches {
		f := d.files[t.Buyer]
		f.touches = append(f.touches, t)
	}
	return err
}

// readLines reads everybody else who may come to stand behind one of the
// buyers.
func (d *Desk) readLines(ctx context.Context) error {
	all := map[distributor.ID]bool{}
	want := func(who distributor.ID) {
		if _, read := d.lines[who]; !read && !who.IsZero() {
			all[who] = true
		}
	}
	for _, f := range d.files {
		for _, b := range f.binds {
			want(b.Distributor)
		}
		for _, t := range f.touches {
			want(t.Distributor)
		}
	}
	if len(all) == 0 {
		return nil
	}
	more, err := distributor.ChainOf(ctx, d.tx, slices.Collect(maps.Keys(all)))
	maps.Copy(d.lines, more)
	return err
}

// state is how a distributor stands; false when the store has none of that id.
func (d *Desk) state(who distributor.ID) (distributor.State, bool) {
	line := d.lines[who]
	if len(line) == 0 {
		return "", false
	}
	return line[0].State, true
}

func (d *Desk) linkWorks(who distributor.ID) bool {
	s, known := d.state(who)
	return known && s.LinkWorks()
}

// latest is the open bind, else the one that ended last, else nil.
func (f *file) latest() *bindSheet {
	if len(f.binds) == 0 {
		return nil
	}
	return f.binds[len(f.binds)-1]
}

// heard is the number of the last touch that has had its say.
func (f *file) heard() int {
	if b := f.latest(); b != nil {
		return b.Touches
	}
	return 0
}

// held is what the rules may count on: a bind whose holder was banned or has
// left holds nobody.
func (d *Desk) held(f *file) holding {
	h := holding{new: f.record.FirstPaidAt == nil}
	if b := f.latest(); b != nil && b.EndedAt == nil && d.linkWorks(b.Distributor) {
		h.bind = &b.Bind
	}
	return h
}

// bind opens a bind after closing the one that is open, which has expired or
// is being taken.
func (f *file) bind(r Rules, at time.Time, by distributor.ID, why Cause) Bind {
	if open := f.latest(); open != nil && open.EndedAt == nil {
		if open.validAt(at) {
			open.end(at, EndedTaken)
		} else {
			open.end(open.ValidUntil, EndedExpired)
		}
	}
	b := Bind{ID: id.New[bindKind](at), Buyer: f.buyer.ID, Distributor: by, Cause: why, BoundAt: at,
		ProtectedUntil: r.protectedUntil(at), ValidUntil: r.validUntil(at), Touches: f.record.Touches}
	f.binds = append(f.binds, &bindSheet{Bind: b, fresh: true})
	return b
}

func (s *bindSheet) end(at time.Time, why Ended) {
	s.EndedAt, s.EndedCause, s.changed = &at, why, true
}

func (s *bindSheet) set(b Bind) { s.Bind, s.changed = b, true }

// Write writes what the desk has come to, in at most four statements that
// nobody waits for: what fails fails the transaction.
func (d *Desk) Write() {
	var old, fresh []Bind
	var changed []customer.ID
	for _, who := range d.buyers() {
		f := d.files[who]
		if f.changed {
			changed = append(changed, who)
		}
		for _, b := range f.binds {
			switch {
			case b.fresh:
				fresh = append(fresh, b.Bind)
			case b.changed:
				old = append(old, b.Bind)
			}
			b.fresh, b.changed = false, false
		}
	}
	updateBinds(d.tx, old) // first: a buyer has one open bind at a time
	insertBinds(d.tx, fresh)
	insertTouches(d.tx, d.touched)
	d.touched = nil
	d.writeRecords(changed)
}

func (d *Desk) writeRecords(buyers []customer.ID) {
	var fresh, old records
	for _, who := range buyers {
		f := d.files[who]
		if f.unrecorded {
			fresh.add(who, f.record)
		} else {
			old.add(who, f.record)
		}
		f.changed, f.unrecorded = false, false
	}
	fresh.insert(d.tx)
	old.update(d.tx)
}
