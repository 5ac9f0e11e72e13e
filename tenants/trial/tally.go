package trial

import (
	"slices"
	"sort"
	"time"

	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Tally is the result of a backtest or shadow so far. Was is how it was
// decided, Would how it would be. An order that could not be decided is in
// Undecided and in no sum: a gap is not zero.
type Tally struct {
	Orders    int `json:"orders"`   // gone through
	Compared  int `json:"compared"` // decided under both
	More      int `json:"more"`     // of those, would give more
	Less      int `json:"less"`
	Waiting   int `json:"waiting"`    // paid within the period and never decided at all: left out
	Unasked   int `json:"unasked"`    // compared, and nobody had to be asked: nobody stands behind the order
	CapsWas   Cut `json:"caps_was"`   // what the order cap took
	CapsWould Cut `json:"caps_would"` //

	Sales int64 `json:"sales"` // goods of compared orders
	Was   Sum   `json:"was"`
	Would Sum   `json:"would"`

	Undecided []Reason   `json:"undecided"`
	Months    []Month    `json:"months"` // by payment, in store time
	Shares    [9]Bar     `json:"shares"` // see ShareBounds
	Worst     []Worst    `json:"worst"`  // lines with the least left to the merchant, at most twenty
	Coverage  []Coverage `json:"coverage"`

	Closes  []Close `json:"closes"` // whole months of a strategy that closes them
	Grading Grading `json:"grading"`
}

// Close is what a month would give beyond its orders. It is in no sum of orders.
type Close struct {
	Month  string `json:"month"`
	Closed bool   `json:"closed"` // in fact; else nobody knows what it was
	Was    int64  `json:"was"`
	Would  int64  `json:"would"`
	People int    `json:"people"` // who would get something
	Code   string `json:"code"`   // why nothing, or why it could not be closed
	Note   string `json:"note"`
}

// Grading is how a strategy that grades would have graded meanwhile.
type Grading struct {
	Promoted int    `json:"promoted"`
	Demoted  int    `json:"demoted"`
	Held     int    `json:"held"` // days without an answer that could be acted on
	Why      string `json:"why"`
}

// Sum is what orders give.
type Sum struct {
	Granted  int64 `json:"granted"`
	Standing int64 `json:"standing"` // after all refunds so far
}

// Cut is what the order cap took.
type Cut struct {
	Orders int   `json:"orders"`
	Amount int64 `json:"amount"`
}

// Reason is why orders could not be decided.
type Reason struct {
	Code   string     `json:"code"`
	Rail   bool       `json:"rail"` // the answer was wrong, not missing
	Note   string     `json:"note"` // of the first of them
	Orders int        `json:"orders"`
	Goods  int64      `json:"goods"`
	Was    int64      `json:"was"`    // what they were granted
	Sample []order.ID `json:"sample"` // at most five
}

// Month is one point of the series.
type Month struct {
	Month     string `json:"month"` // "2026-03"
	Orders    int    `json:"orders"`
	Undecided int    `json:"undecided"`
	Sales     int64  `json:"sales"`
	Was       Sum    `json:"was"`
	Would     Sum    `json:"would"`
}

// ShareBounds are the upper bounds of the bars, parts per million of what was
// paid: nothing, up to 2 %, 5 %, 10 %, 15 %, 20 %, 30 %, 50 %, and more.
var ShareBounds = [9]int64{0, 20_000, 50_000, 100_000, 150_000, 200_000, 300_000, 500_000, 1_000_000}

// Bar counts orders by the share of what was paid that they give.
type Bar struct {
	Was   int `json:"was"`
	Would int `json:"would"`
}

// Worst is a line and what it would leave.
type Worst struct {
	Order      order.ID `json:"order"`
	Line       string   `json:"line"`
	SKU        string   `json:"sku"`
	Net        int64    `json:"net"`
	Cost       int64    `json:"cost"`
	Commission int64    `json:"commission"`
	Left       int64    `json:"left"` // may be below zero
}

// Coverage is how often a fact was there.
type Coverage struct {
	Fact    string `json:"fact"`
	Known   int    `json:"known"`
	Missing int    `json:"missing"`
}

const worstKept = 20

// add takes one order in.
func (t *Tally) add(c commission.Compared, zone *time.Location) {
	t.Orders++
	t.cover(c)
	m := t.month(c.Order.PaidAt.In(zone).Format("2006-01"))
	if !c.Would.Decided {
		m.Undecided++
		t.undecided(c)
		return
	}
	t.Compared++
	t.Sales += c.Order.Goods
	t.Was.add(c.Was)
	t.Would.add(c.Would)
	m.Orders++
	m.Sales += c.Order.Goods
	m.Was.add(c.Was)
	m.Would.add(c.Would)
	t.CapsWas.add(c.Was.Cut)
	t.CapsWould.add(c.Would.Cut)
	switch {
	case c.Would.Code != "":
		t.Unasked++
	case c.Would.Granted > c.Was.Granted:
		t.More++
	case c.Would.Granted < c.Was.Granted:
		t.Less++
	}
	t.Shares[bar(c.Was.Granted, c.Order.Goods)].Was++
	t.Shares[bar(c.Would.Granted, c.Order.Goods)].Would++
	for _, l := range c.Lines {
		t.worst(c.Order.ID, l)
	}
}

// forward takes in what has been found beside orders.
func (t *Tally) forward(f commission.Forwarded) {
	for _, m := range f.Months {
		c := Close{Month: m.Key, Closed: m.Closed, People: len(m.Would), Code: m.Code, Note: m.Note}
		for _, amount := range m.Was {
			c.Was += amount
		}
		for _, amount := range m.Would {
			c.Would += amount
		}
		t.Closes = append(t.Closes, c)
	}
	t.Grading.Promoted += f.Promoted
	t.Grading.Demoted += f.Demoted
	if t.Grading.Held += f.Held; t.Grading.Why == "" {
		t.Grading.Why = f.Why
	}
}

func (s *Sum) add(o commission.Outcome) {
	s.Granted += o.Granted
	s.Standing += o.Standing
}

func (c *Cut) add(amount int64) {
	if amount > 0 {
		c.Orders++
		c.Amount += amount
	}
}

// bar finds the bar of a share. Awards never exceed what was paid.
func bar(granted, goods int64) int {
	if goods == 0 || granted == 0 {
		return 0
	}
	ppm := granted/goods*1_000_000 + granted%goods*1_000_000/goods // both far from the edge of int64
	for i, most := range ShareBounds {
		if i > 0 && ppm <= most {
			return i
		}
	}
	return len(ShareBounds) - 1
}

// month finds or makes the point of a month; they stay in order.
func (t *Tally) month(key string) *Month {
	at := sort.Search(len(t.Months), func(i int) bool { return t.Months[i].Month >= key })
	if at == len(t.Months) || t.Months[at].Month != key {
		t.Months = slices.Insert(t.Months, at, Month{Month: key})
	}
	return &t.Months[at]
}

func (t *Tally) undecided(c commission.Compared) {
	at := slices.IndexFunc(t.Undecided, func(r Reason) bool { return r.Code == c.Would.Code })
	if at < 0 {
		at = len(t.Undecided)
		t.Undecided = append(t.Undecided, Reason{Code: c.Would.Code, Rail: c.Would.Rail, Note: c.Would.Note})
	}
	r := &t.Undecided[at]
	r.Orders++
	r.Goods += c.Order.Goods
	r.Was += c.Was.Granted
	if len(r.Sample) < 5 {
		r.Sample = append(r.Sample, c.Order.ID)
	}
}

// worst keeps the lines that leave least, the first of equals first.
func (t *Tally) worst(o order.ID, m commission.Margin) {
	left, known := m.Left()
	if !known || len(t.Worst) == worstKept && left >= t.Worst[worstKept-1].Left {
		return
	}
	at := sort.Search(len(t.Worst), func(i int) bool { return t.Worst[i].Left > left })
	t.Worst = slices.Insert(t.Worst, at, Worst{o, m.Line, m.SKU, m.Net, m.Cost, m.Commission, left})
	t.Worst = t.Worst[:min(len(t.Worst), worstKept)]
}

// cover counts what the orders themselves know.
func (t *Tally) cover(c commission.Compared) {
	if len(t.Coverage) == 0 {
		for _, f := range []string{"line.unit_cost", "line.category", "order.channel", "chain"} {
			t.Coverage = append(t.Coverage, Coverage{Fact: f})
		}
	}
	for _, l := range c.Order.Lines {
		t.Coverage[0].see(l.Cost >= 0)
		t.Coverage[1].see(l.Category != "")
	}
	t.Coverage[2].see(c.Order.Channel != "")
	t.Coverage[3].see(len(c.Order.Chain.Members) > 0)
}

func (c *Coverage) see(known bool) {
	if known {
		c.Known++
	} else {
		c.Missing++
	}
}

// person is what a page changes for somebody.
type person struct {
	orders     int
	was, would int64
}

// people sums the compared orders of a page, and the months that were closed
// in fact too, by who gets something.
func people(page []commission.Compared, months []commission.ClosedMonth) map[distributor.ID]person {
	all := map[distributor.ID]person{}
	for _, m := range months {
		for who, amount := range m.Was {
			p := all[who]
			p.was += amount
			all[who] = p
		}
		for who, amount := range m.Would {
			if p := all[who]; m.Closed {
				p.would += amount
				all[who] = p
			}
		}
	}
	for _, c := range page {
		if !c.Would.Decided {
			continue
		}
		seen := map[distributor.ID]bool{}
		for who, s := range c.Was.Shares {
			p := all[who]
			p.orders++
			p.was += s.Standing
			all[who], seen[who] = p, true
		}
		for who, s := range c.Would.Shares {
			p := all[who]
			if !seen[who] {
				p.orders++
			}
			p.would += s.Standing
			all[who] = p
		}
	}
	return all
}

// clone is a tally that another page may be added to while this one stands.
func (t Tally) clone() Tally {
	t.Undecided, t.Months, t.Worst, t.Coverage = slices.Clone(t.Undecided), slices.Clone(t.Months), slices.Clone(t.Worst), slices.Clone(t.Coverage)
	t.Closes = slices.Clone(t.Closes)
	for i := range t.Undecided {
		t.Undecided[i].Sample = slices.Clone(t.Undecided[i].Sample)
	}
	return t
}
