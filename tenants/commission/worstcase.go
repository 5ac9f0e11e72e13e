package commission

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

const (
	worstRounds = 24
	worstBrood  = 150             // orders that one round tries
	worstTime   = 2 * time.Second // then the search ends, wherever it is
	worstPool   = 400             // goods that orders are made of
)

// WorstCases are the orders that a draft would cost the merchant most, found
// among orders that never were: made of the store's own goods, at its own
// prices and discounts, behind chains of every length and grade it has.
type WorstCases struct {
	Tried        int
	Goods        int        // different goods that orders were made of; 0: samples
	HighestShare *WorstCase // most of what was paid; nil when nobody would earn
	WorstMargin  *WorstCase // least left to the merchant; nil when no cost is known
	Touched      []Touched  // goods that the draft's cap on margins cut in these orders, those that lost most first; at most a hundred
	TouchedIn    int        // how many goods there are of these
	Undecided    []Undecided
}

// WorstCase is one order and what it gives.
type WorstCase struct {
	Sample
	Share  money.Rate // given, of what was paid
	Asked  int64      // before the caps
	Given  int64
	Margin *int64 // what it leaves after cost and commission; nil when a cost is unknown
}

// Undecided is why orders of the search could not be decided.
type Undecided struct {
	Wait
	Orders int
}

// WorstCases looks for them: a search that begins with orders at random and
// goes on with changes of the worst. The same store and draft give the same
// orders, as far as the time allows. Nothing is written.
func (s *Service) WorstCases(ctx context.Context, tenant tenancy.ID, d program.Draft, lang string) (WorstCases, error) {
	rev, err := s.Plan(ctx, tenant, d)
	if err != nil {
		return WorstCases{}, err
	}
	f, now, err := s.storeFacts(ctx, tenant)
	if err != nil {
		return WorstCases{}, err
	}
	q := &quest{service: s, rev: rev, facts: f, now: now, random: rand.New(rand.NewPCG(7, 11)), goods: newTouches(), refused: map[string]*Undecided{}, lang: lang}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		if q.artifact, err = s.programs.Artifact(ctx, tx, rev.Artifact); err != nil {
			return err
		}
		q.pool, err = poolOf(ctx, tx)
		return err
	})
	if err != nil {
		return WorstCases{}, err
	}
	goods := len(q.pool)
	if goods == 0 {
		q.pool = samplePool(f)
	}
	began := clock.Real()
	for round := 0; round < worstRounds && clock.Real().Sub(began) < worstTime; round++ {
		if err := q.round(ctx, round); err != nil {
			return WorstCases{}, err
		}
	}
	return q.found(goods)
}

// quest is one search.
type quest struct {
	service  *Service
	rev      program.Revision
	artifact program.Artifact
	facts    facts
	now      time.Time
	pool     []order.Line
	random   *rand.Rand
	lang     string

	tried   int
	share   []specimen // the worst so far, the worst first
	margin  []specimen
	goods   touches
	refused map[string]*Undecided
}

// genes are what an order of the search is made of.
type genes struct {
	lines  []int // positions in the pool
	qty    []int64
	chain  []string // grades, the seller first
	sold   []int64  // what each has sold before
	first  bool
	member bool // the buyer is a distributor
	group  order.GroupState
}

type specimen struct {
	genes
	work   *work
	asked  int64
	given  int64
	left   int64
	costed bool
}

const elite = 12

// round tries a brood: the first ones at random, later ones made from the
// worst so far.
func (q *quest) round(ctx context.Context, n int) error {
	brood := make([]specimen, worstBrood)
	parents := slices.Concat(q.share, q.margin)
	list := make([]*work, worstBrood)
	q.facts.firstOrder, q.facts.sold = map[order.ID]bool{}, map[seat]order.Sold{}
	for i := range brood {
		g := q.someOrder()
		if n > 2 && len(parents) > 0 && i%3 != 0 {
			g = q.changed(parents[q.random.IntN(len(parents))].genes)
		}
		brood[i] = specimen{genes: g, work: q.make(g, int64(i+1))}
		list[i] = brood[i].work
	}
	q.service.decide(ctx, list, q.facts)
	countAlone(list)
	for _, b := range brood {
		if err := q.judge(b); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (q *quest) someOrder() genes {
	g := genes{first: q.random.IntN(2) == 0, member: q.random.IntN(8) == 0}
	for range 1 + q.random.IntN(4) {
		g.lines, g.qty = append(g.lines, q.random.IntN(len(q.pool))), append(g.qty, q.someQty())
	}
	for range 1 + q.random.IntN(q.rev.Settings.Levels) {
		g.chain, g.sold = append(g.chain, q.someGrade()), append(g.sold, q.someSales())
	}
	if q.random.IntN(6) == 0 {
		g.group = order.GroupSucceeded
	}
	return g
}

func (q *quest) someQty() int64 { return []int64{1, 1, 2, 3, 10}[q.random.IntN(5)] }
func (q *quest) someGrade() string {
	return q.rev.Settings.Grades[q.random.IntN(len(q.rev.Settings.Grades))]
}

// someSales are nothing, a little, much and very much, in the store's money.
func (q *quest) someSales() int64 {
	unit := int64(1)
	for range q.facts.minorDigits {
		unit *= 10
	}
	return []int64{0, 100, 10_000, 1_000_000, 100_000_000}[q.random.IntN(5)] * unit
}

// changed is a child with one thing different.
func (q *quest) changed(g genes) genes {
	g.lines, g.qty, g.chain, g.sold = slices.Clone(g.lines), slices.Clone(g.qty), slices.Clone(g.chain), slices.Clone(g.sold)
	switch at := q.random.IntN(len(g.lines)); q.random.IntN(8) {
	case 0:
		g.lines[at] = q.random.IntN(len(q.pool))
	case 1:
		g.qty[at] = q.someQty()
	case 2:
		if len(g.lines) > 1 {
			g.lines, g.qty = slices.Delete(g.lines, at, at+1), slices.Delete(g.qty, at, at+1)
		}
	case 3:
		g.chain[q.random.IntN(len(g.chain))] = q.someGrade()
	case 4:
		g.sold[q.random.IntN(len(g.sold))] = q.someSales()
	case 5:
		if len(g.chain) < q.rev.Settings.Levels {
			g.chain, g.sold = append(g.chain, q.someGrade()), append(g.sold, q.someSales())
		}
	case 6:
		g.first = !g.first
	case 7:
		g.lines, g.qty = g.lines[:1], g.qty[:1]
	}
	return g
}

// make is the order.
func (q *quest) make(g genes, seq int64) *work {
	o := order.Order{ID: idOf(q.now), PlacedAt: q.now, PaidAt: q.now, Group: g.group, Seq: seq}
	seen := map[int]bool{}
	for i, at := range g.lines {
		if seen[at] {
			continue
		}
		seen[at] = true
		l := q.pool[at]
		l.ID = fmt.Sprint(len(o.Lines) + 1)
		l.Net, l.Discount, l.Qty = l.Net*g.qty[i], l.Discount*g.qty[i], g.qty[i]
		o.Lines, o.Goods = append(o.Lines, l), o.Goods+l.Net
	}
	o.Chain.Reason = attribution.BehindBound
	for i, grade := range g.chain {
		who := distributor.ID(idOf(q.now))
		o.Chain.Members = append(o.Chain.Members, attribution.ChainMember{ID: who, Grade: grade, State: distributor.Active, Level: i + 1})
		q.facts.sold[seat{o.ID, who}] = order.Sold{Net: g.sold[i], Orders: min(g.sold[i], 100)}
	}
	o.Seller = o.Chain.Members[0].ID
	if g.member {
		o.Chain.Self = distributor.ID(idOf(q.now))
	}
	q.facts.firstOrder[o.ID] = g.first
	return &work{order: o, revision: q.rev, seq: seq}
}

// judge keeps an order that is worse than those so far.
func (q *quest) judge(b specimen) error {
	q.tried++
	if w := b.work; w.decision == nil {
		if w.blocked.code == "plugin.unavailable" {
			return ErrStrategyAway
		}
		if q.refused[w.blocked.code] == nil {
			q.refused[w.blocked.code] = &Undecided{Wait: Wait{Code: w.blocked.code, Sentence: sayWait(w.blocked.code, w.blocked.note, q.lang)}}
		}
		q.refused[w.blocked.code].Orders++
		return nil
	}
	g := b.work.decision.grants
	for at, amount := range g.amounts() {
		b.given += amount
		b.asked += g.given[at].amount
	}
	lines, err := margins(b.work.order, g, b.work.caps().margin)
	if err != nil {
		return err
	}
	q.goods.add(b.work.order, lines)
	b.costed = true
	for _, m := range lines {
		left, known := m.Left()
		b.left += left
		b.costed = b.costed && known
	}
	if b.given > 0 {
		q.share = keepWorst(q.share, b, specimen.compareShare)
	}
	if b.costed {
		q.margin = keepWorst(q.margin, b, specimen.compareMargin)
	}
	return nil
}

func keepWorst(list []specimen, b specimen, by func(a, b specimen) int) []specimen {
	at, _ := slices.BinarySearchFunc(list, b, by)
	for at < len(list) && by(list[at], b) == 0 { // the first of equals stays first
		at++
	}
	if at >= elite {
		return list
	}
	list = slices.Insert(list, at, b)
	return list[:min(len(list), elite)]
}

// compareShare puts the higher share first; of equals what was asked before the
// cap, then the shorter order, which is easier to read.
func (a specimen) compareShare(b specimen) int {
	return cmp.Or(cmp.Compare(b.ppm(b.given), a.ppm(a.given)), cmp.Compare(b.ppm(b.asked), a.ppm(a.asked)), cmp.Compare(len(a.work.order.Lines), len(b.work.order.Lines)))
}

// compareMargin puts the smaller part of what was paid first: a loss of a tenth
// is as bad on a small order.
func (a specimen) compareMargin(b specimen) int {
	return cmp.Or(cmp.Compare(a.ppm(a.left), b.ppm(b.left)), cmp.Compare(a.left, b.left), cmp.Compare(len(a.work.order.Lines), len(b.work.order.Lines)))
}

// ppm is a part of what was paid.
func (a specimen) ppm(part int64) int64 {
	goods := max(a.work.order.Goods, 1)
	return part/goods*1_000_000 + part%goods*1_000_000/goods
}

func (q *quest) found(goods int) (out WorstCases, err error) {
	out.Tried, out.Goods = q.tried, goods
	out.Touched, out.TouchedIn = q.goods.worst()
	if len(q.share) > 0 {
		if out.HighestShare, err = q.tell(q.share[0], [2]string{"the highest share of what was paid", "佣金占实付比例最高的订单"}[zh(q.lang)]); err != nil {
			return out, err
		}
	}
	if len(q.margin) > 0 {
		if out.WorstMargin, err = q.tell(q.margin[0], [2]string{"the least left to the merchant", "商家所剩最少的订单"}[zh(q.lang)]); err != nil {
			return out, err
		}
	}
	for _, u := range q.refused {
		out.Undecided = append(out.Undecided, *u)
	}
	slices.SortFunc(out.Undecided, func(a, b Undecided) int { return cmp.Compare(a.Code, b.Code) })
	return out, nil
}

func (q *quest) tell(b specimen, title string) (*WorstCase, error) {
	c := &WorstCase{Sample: Sample{Title: title}, Asked: b.asked, Given: b.given, Share: money.Rate(b.ppm(b.given))}
	if b.costed {
		c.Margin = &b.left
	}
	labels := map[distributor.ID]distributor.Label{}
	names := [2][3]string{{"Seller", "Upline", "Upline's upline"}, {"卖出的人", "上级", "上上级"}}[zh(q.lang)]
	for i, m := range b.work.order.Chain.Members {
		labels[m.ID] = distributor.Label{ID: m.ID, Name: names[i], Grade: m.Grade}
	}
	return c, c.tell(b.work, q.artifact, labels, q.facts.currency, q.lang)
}

// poolOf are the goods of the store's catalogue and of its newest decided
// orders, each at what one piece was paid for.
func poolOf(ctx context.Context, tx *pg.Tx) (pool []order.Line, err error) {
	products, err := catalog.List(ctx, tx, catalog.Filter{Limit: 200})
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		for _, s := range p.SKUs {
			l := order.Line{SKU: s.Code, Title: p.Title, Category: p.Category, Qty: 1, UnitPrice: s.Price, Net: s.Price, Cost: -1}
			if s.Cost != nil {
				l.Cost = *s.Cost
			}
			if !p.Distributed {
				l.Distribution = order.NotDistributed
			}
			pool = append(pool, l)
		}
	}
	ids, err := pg.Column[order.ID](ctx, tx, `select order_id from commission_decision where tenant_id = $1 order by seq desc limit 300`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("commission: newest decisions: %w", err)
	}
	orders, err := order.Load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	type good struct {
		sku              string
		price, net, cost int64
	}
	seen := map[good]bool{}
	for _, o := range orders {
		for _, l := range o.Lines {
			l.Net, l.Discount, l.Qty = l.Net/l.Qty, l.Discount/l.Qty, 1
			k := good{l.SKU, l.UnitPrice, l.Net, l.Cost}
			if !seen[k] && l.Net > 0 && len(pool) < worstPool {
				seen[k] = true
				pool = append(pool, l)
			}
		}
	}
	return slices.DeleteFunc(pool, func(l order.Line) bool { return l.Net <= 0 || l.Net > samplePriceMost }), nil
}

// samplePriceMost keeps the sum of an order within what can be represented.
const samplePriceMost = 1 << 40

func samplePool(f facts) (pool []order.Line) {
	unit := int64(1)
	for range f.minorDigits {
		unit *= 10
	}
	for i, price := range []int64{1, 19, 100, 999} {
		pool = append(pool, order.Line{SKU: fmt.Sprintf("SAMPLE-%d", i+1), Qty: 1, UnitPrice: price * unit, Net: price * unit, Cost: -1})
	}
	return pool
}
