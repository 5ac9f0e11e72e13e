package commission

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

// DiffOrders is how many of the store's newest decided orders a money diff
// counts when nobody says otherwise, and DiffMost how many at most.
const (
	DiffOrders = 200
	DiffMost   = 2000
	diffShown  = 20
)

// MoneyDiff is what a draft would change on the store's own newest orders:
// granted amounts, before refunds, so that the same orders give the same
// figure on another day. Orders that the draft cannot decide are counted in
// Undecided and are in no sum.
type MoneyDiff struct {
	Through   int64 // seq of the newest order counted: names the orders for good
	Orders    int   // counted
	Compared  int
	Undecided int
	Sales     int64
	Was       int64
	Would     int64
	More      int // orders that would give more
	Less      int
	Shown     []Compared // those that differ most, at most twenty; then any, the newest first
	Winner    *Gain      // nil when nobody would get more
	Loser     *Gain
	Touched   []Touched // goods that the draft's cap on margins cuts, those that lose most first; at most a hundred
	TouchedIn int       // how many goods there are of these
	Capped    []Gain    // people whom the draft's cap on a period cuts, those who lose most first; at most a hundred
	CappedIn  int       // how many people there are of these
	Uncosted  int       // goods whose cost nobody knows, so that cap leaves them alone; 0 without one
}

// Difference is what the draft would cost more, below zero when less.
func (d MoneyDiff) Difference() int64 { return d.Would - d.Was }

// None reports whether the draft changes no counted order.
func (d MoneyDiff) None() bool { return d.More+d.Less+d.Undecided == 0 && d.sameShares() }

func (d MoneyDiff) sameShares() bool { return d.Winner == nil && d.Loser == nil }

// Gain is somebody's difference over all counted orders.
type Gain struct {
	Who    distributor.Label
	Amount int64
}

// MoneyDiff decides the newest orders once more under a draft. through names
// the newest to count, 0 for the newest there is. It is not for use in a
// transaction.
func (s *Service) MoneyDiff(ctx context.Context, tenant tenancy.ID, d program.Draft, orders int, through int64) (MoneyDiff, error) {
	rev, err := s.Plan(ctx, tenant, d)
	if err != nil {
		return MoneyDiff{}, err
	}
	var first, last int64
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		first, last, err = newestSeqs(ctx, tx, through, min(orders, DiffMost))
		return err
	})
	out := MoneyDiff{Through: last}
	if err != nil || last == 0 {
		return out, err
	}
	m, err := s.Simulate(ctx, tenant, SimulationOf{Plan: rev, After: first - 1, Last: last})
	if err != nil {
		return out, err
	}
	var all []Compared
	for {
		page, to, done, err := m.Next(ctx, 500)
		if err != nil {
			return out, err
		}
		all = append(all, page...)
		if done || to >= last {
			break
		}
	}
	return out, s.sumUp(ctx, tenant, &out, all, rev.Settings.LineMarginCap)
}

func newestSeqs(ctx context.Context, tx *pg.Tx, through int64, n int) (first, last int64, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(min(seq), 0), coalesce(max(seq), 0) from (
		  select seq from commission_decision where tenant_id = $1 and ($2 = 0 or seq <= $2) order by seq desc limit $3) x`,
		tx.Tenant(), through, n).Scan(&first, &last)
	if err != nil {
		return 0, 0, fmt.Errorf("commission: newest decisions: %w", err)
	}
	return first, last, nil
}

func (s *Service) sumUp(ctx context.Context, tenant tenancy.ID, out *MoneyDiff, all []Compared, margin money.Rate) error {
	gains, goods, over := map[distributor.ID]int64{}, newTouches(), map[distributor.ID]int64{}
	for _, c := range all {
		out.Orders++
		if !c.Would.Decided {
			out.Undecided++
			continue
		}
		out.Compared++
		goods.add(c.Order, c.Lines)
		for who, cut := range c.Would.Over {
			over[who] += cut
		}
		out.Sales += c.Order.Goods
		out.Was += c.Was.Granted
		out.Would += c.Would.Granted
		switch by := c.Would.Granted - c.Was.Granted; {
		case by > 0:
			out.More++
		case by < 0:
			out.Less++
		}
		for who, share := range c.Would.Shares {
			gains[who] += share.Granted
		}
		for who, share := range c.Was.Shares {
			gains[who] -= share.Granted
		}
	}
	out.Touched, out.TouchedIn = goods.worst()
	if margin > 0 {
		out.Uncosted = len(goods.uncosted)
	}
	slices.SortStableFunc(all, func(a, b Compared) int {
		return cmp.Or(cmp.Compare(b.apart(), a.apart()), cmp.Compare(b.Seq, a.Seq))
	})
	out.Shown = all[:min(len(all), diffShown)]
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		labels, err := distributor.Labels(ctx, tx, slices.Concat(slices.Collect(maps.Keys(gains)), slices.Collect(maps.Keys(over))))
		out.Winner, out.Loser = extremes(gains, labels)
		out.Capped, out.CappedIn = mostCut(over, labels)
		return err
	})
}

// apart is how far an order's two figures are apart; one that could not be
// decided comes first.
func (c Compared) apart() int64 {
	if !c.Would.Decided {
		return 1 << 62
	}
	return max(c.Would.Granted-c.Was.Granted, c.Was.Granted-c.Would.Granted)
}

// mostCut lists people by what counters took from them, and says how many there
// are.
func mostCut(over map[distributor.ID]int64, labels map[distributor.ID]distributor.Label) (list []Gain, all int) {
	who := slices.SortedFunc(maps.Keys(over), func(a, b distributor.ID) int {
		return cmp.Or(cmp.Compare(over[b], over[a]), slices.Compare(a[:], b[:]))
	})
	for _, d := range who[:min(len(who), touchedShown)] {
		list = append(list, Gain{labelOf(labels, d), over[d]})
	}
	return list, len(who)
}

func labelOf(labels map[distributor.ID]distributor.Label, d distributor.ID) distributor.Label {
	if l, known := labels[d]; known {
		return l
	}
	return distributor.Label{ID: d}
}

func extremes(gains map[distributor.ID]int64, labels map[distributor.ID]distributor.Label) (winner, loser *Gain) {
	who := slices.SortedFunc(maps.Keys(gains), func(a, b distributor.ID) int {
		return cmp.Or(cmp.Compare(gains[b], gains[a]), slices.Compare(a[:], b[:]))
	})
	label := func(d distributor.ID) *Gain { return &Gain{labelOf(labels, d), gains[d]} }
	if len(who) > 0 && gains[who[0]] > 0 {
		winner = label(who[0])
	}
	if len(who) > 0 && gains[who[len(who)-1]] < 0 {
		loser = label(who[len(who)-1])
	}
	return winner, loser
}

// Acknowledgement is somebody's word that they have seen a money diff.
type Acknowledgement struct {
	Through    int64 // see MoneyDiff
	Orders     int   // how many were counted
	Difference int64 // the amount, as they have read it
	Undecided  int
}

var (
	errDiffUnseen  = fault.New(fault.Conflict, "program.diff_unacknowledged", "按最近 {orders} 笔订单试算，佣金变动 {difference}，请确认后再发布", "on the last {orders} orders this changes the commission by {difference}: acknowledge the amount to put it in force")
	errDiffChanged = fault.New(fault.Conflict, "program.diff_changed", "试算结果已变为 {difference}，请重新确认", "the difference is now {difference}; look again")
)

// Acknowledged refuses a draft whose effect on the store's own orders nobody
// has seen. Whoever says which amount they have seen is held to it. Who says
// nothing is refused only where the programme asks for it (confirm_diff) or
// caps what lines give by their margin otherwise than now, and only when
// something would change.
func (s *Service) Acknowledged(ctx context.Context, tenant tenancy.ID, d program.Draft, seen *Acknowledgement) error {
	return s.acknowledged(ctx, tenant, d, seen, func(now program.Settings) bool {
		return now.ConfirmDiff || d.Settings.ConfirmDiff || capsOtherwise(d.Settings, now)
	})
}

// AcknowledgedCaps is [Service.Acknowledged] for a small-scale try: it shows its
// own figures, so it asks for nobody's word but where a cap is turned on.
func (s *Service) AcknowledgedCaps(ctx context.Context, tenant tenancy.ID, d program.Draft, seen *Acknowledgement) error {
	return s.acknowledged(ctx, tenant, d, seen, func(now program.Settings) bool { return capsOtherwise(d.Settings, now) })
}

func (s *Service) acknowledged(ctx context.Context, tenant tenancy.ID, d program.Draft, seen *Acknowledgement, asks func(now program.Settings) bool) error {
	orders, through := DiffOrders, int64(0)
	if seen != nil {
		orders, through = min(max(seen.Orders, 1), DiffMost), seen.Through
	} else if asked, err := s.confirms(ctx, tenant, asks); err != nil || !asked {
		return err
	}
	diff, err := s.MoneyDiff(ctx, tenant, d, orders, through)
	if err != nil {
		return err
	}
	code := errDiffUnseen
	switch {
	case seen == nil && diff.None():
		return nil
	case seen != nil && seen.Difference == diff.Difference() && seen.Undecided == diff.Undecided:
		return nil
	case seen != nil:
		code = errDiffChanged
	}
	return code.With("orders", diff.Orders).With("difference", diff.Difference()).At("acknowledge_diff")
}

// confirms reports whether the programme in force, or the draft itself, asks
// for an acknowledgement. A cap on margins always does, and one on what a person
// gets: they are off until the merchant has seen which goods and whom they touch.
func (s *Service) confirms(ctx context.Context, tenant tenancy.ID, asks func(now program.Settings) bool) (asked bool, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		now, err := s.programs.InForce(ctx, tx, tx.Now())
		asked = asks(now.Settings)
		return err
	})
	return asked, err
}

// capsOtherwise reports whether a draft turns a cap on margins or people on, or
// changes it.
func capsOtherwise(draft, now program.Settings) bool {
	return draft.LineMarginCap > 0 && draft.LineMarginCap != now.LineMarginCap || draft.RecipientCap.Amount > 0 && draft.RecipientCap != now.RecipientCap
}
