package order

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/fenli-io/fenli/platform/pack"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// frozenVersion is the first byte of what an order froze. A later form takes
// the next number and the old reader stays: orders are kept for ever.
const frozenVersion = 1

// freeze packs what never changes and is only ever read together: who stands
// behind the order, who held a post towards it, and its lines. An order of a
// real shop has 17 lines at the median, so a line says what distinguishes it
// from the one before.
func (o Order) freeze() []byte {
	var w pack.Writer
	w.Byte(frozenVersion)
	o.Chain.Pack(&w)
	w.Count(len(o.Posts))
	for _, p := range o.Posts {
		w.Text(p.Role)
		w.ID(p.ID)
		w.Text(p.Grade)
		w.Text(string(p.State))
	}
	w.Count(len(o.Lines))
	var before Line
	for i, l := range o.Lines {
		l.pack(&w, i, before)
		before = l
	}
	return w.Bytes()
}

// thaw reads what freeze packed.
func (o *Order) thaw(b []byte) error {
	r := pack.Read(b)
	if v := r.Byte(); v != frozenVersion {
		return fmt.Errorf("order: %s was frozen as version %d", o.ID, v)
	}
	o.Chain = attribution.UnpackChain(r)
	o.Posts = make(Posts, r.Count())
	for i := range o.Posts {
		o.Posts[i] = distributor.Post{Role: r.Text(), ID: r.ID(), Grade: r.Text(), State: distributor.State(r.Text())}
	}
	o.Lines = make(Lines, r.Count())
	var before Line
	for i := range o.Lines {
		o.Lines[i] = unpackLine(r, i, before)
		before = o.Lines[i]
	}
	if err := r.End(); err != nil {
		return fmt.Errorf("order: what %s froze: %w", o.ID, err)
	}
	return nil
}

// A line says only what does not follow: a bit of its first byte each.
const (
	named byte = 1 << iota // its id is not its number
	titled
	filed // its category
	discounted
	costed
	said // whether it is distributed
	netted
)

func (l Line) pack(w *pack.Writer, i int, before Line) {
	flags := l.differs(i, before)
	w.Byte(flags)
	w.After(before.SKU, l.SKU)
	w.Int(l.Qty)
	w.Int(l.UnitPrice)
	if flags&named != 0 {
		w.Text(l.ID)
	}
	if flags&titled != 0 {
		w.After(before.Title, l.Title)
	}
	if flags&filed != 0 {
		w.After(before.Category, l.Category)
	}
	if flags&discounted != 0 {
		w.Int(l.Discount)
	}
	if flags&costed != 0 {
		w.Int(l.Cost)
	}
	if flags&said != 0 {
		w.Byte(byte(l.Distribution))
	}
	if flags&netted != 0 {
		w.Int(l.Net)
	}
}

// differs is the line's first byte.
func (l Line) differs(i int, before Line) (flags byte) {
	for _, d := range [...]struct {
		bit     byte
		differs bool
	}{
		{named, l.ID != strconv.Itoa(i+1)}, {titled, l.Title != before.Title}, {filed, l.Category != before.Category},
		{discounted, l.Discount != 0}, {costed, l.Cost != -1}, {said, l.Distribution != Unsaid}, {netted, l.Net != l.Qty*l.UnitPrice-l.Discount},
	} {
		if d.differs {
			flags |= d.bit
		}
	}
	return flags
}

func unpackLine(r *pack.Reader, i int, before Line) Line {
	flags := r.Byte()
	l := Line{ID: strconv.Itoa(i + 1), SKU: r.After(before.SKU), Qty: r.Int(), UnitPrice: r.Int(), Title: before.Title, Category: before.Category, Cost: -1}
	if flags&named != 0 {
		l.ID = r.Text()
	}
	if flags&titled != 0 {
		l.Title = r.After(before.Title)
	}
	if flags&filed != 0 {
		l.Category = r.After(before.Category)
	}
	if flags&discounted != 0 {
		l.Discount = r.Int()
	}
	if flags&costed != 0 {
		l.Cost = r.Int()
	}
	if flags&said != 0 {
		l.Distribution = Distribution(r.Byte())
	}
	if l.Net = l.Qty*l.UnitPrice - l.Discount; flags&netted != 0 {
		l.Net = r.Int()
	}
	return l
}

// thawJSON reads the three JSON columns in which orders were kept before.
func (o *Order) thawJSON(lines, chain, posts []byte) error {
	for _, part := range []struct {
		b    []byte
		into any
	}{{lines, &o.Lines}, {chain, &o.Chain}, {posts, &o.Posts}} {
		if err := json.Unmarshal(part.b, part.into); err != nil {
			return fmt.Errorf("order: what %s froze: %w", o.ID, err)
		}
	}
	return nil
}
