package commission

import (
	"fmt"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// caps are what a programme lets awards come to. They cut in this order: each
// line to a share of its margin, then the order to a share of what was paid,
// then everybody to what their counter has left (counter.go). A line comes first
// because what it loses leaves room in the order for the others; a person comes
// last because their counter counts what they get.
type caps struct {
	order  money.Rate           // of what was paid
	margin money.Rate           // of a line's margin, where its cost is known; 0: no cap
	person program.RecipientCap // 0: no cap
}

// capsOf are the caps of a programme under a guard: the first one knew nothing
// of margins, the second nothing of counters.
func capsOf(s program.Settings, guard int) caps {
	c := caps{order: s.OrderCap, margin: s.LineMarginCap, person: s.RecipientCap}
	if guard < 2 {
		c.margin = 0
	}
	if guard < 3 {
		c.person = program.RecipientCap{}
	}
	return c
}

// cut lets the caps cut the grants. left is what remains paid for the order's
// lines; every cap works over its awards in proportion, by largest remainder.
func (g grants) cut(o order.Order, left []int64, c caps) error {
	asked := g.asked()
	within, err := g.withinMargins(o, left, asked, c.margin)
	if err != nil {
		return err
	}
	given, err := capped(within, sum(left), c.order)
	if err != nil {
		return err
	}
	for i := range g.given {
		g.given[i].margin, g.given[i].cut = asked[i]-within[i], within[i]-given[i]
	}
	return nil
}

func (g grants) asked() []int64 {
	amounts := make([]int64, len(g.given))
	for i, x := range g.given {
		amounts[i] = x.amount
	}
	return amounts
}

func sum(amounts []int64) (total int64) {
	for _, a := range amounts {
		total += a
	}
	return total
}

// capped cuts amounts to a share of what was paid.
func capped(amounts []int64, goods int64, share money.Rate) ([]int64, error) {
	most, err := share.Of(goods, money.Floor)
	if err != nil {
		return nil, fmt.Errorf("commission: order cap: %w", err)
	}
	return fit(amounts, most)
}

// fit cuts amounts in proportion, so that they do not come to more.
func fit(amounts []int64, most int64) ([]int64, error) {
	if sum(amounts) <= most {
		return amounts, nil
	}
	parts, err := money.Split(most, amounts)
	if err != nil {
		return nil, fmt.Errorf("commission: cap: %w", err)
	}
	return parts, nil
}

// ceiling is the most that a line may give. What is left of the line keeps as
// much of its margin as of its money; one sold at its cost or below has none.
// Where the cost is not known there is no ceiling.
func ceiling(l order.Line, left int64, share money.Rate) (most int64, known bool, err error) {
	if share == 0 || l.Cost < 0 {
		return 0, false, nil
	}
	if l.Net <= 0 || l.Cost > l.Net/max(l.Qty, 1) {
		return 0, true, nil
	}
	margin, err := money.MulDiv(l.Net-l.Cost*l.Qty, left, l.Net, money.Floor)
	if err == nil {
		most, err = share.Of(margin, money.Floor)
	}
	if err != nil {
		return 0, false, fmt.Errorf("commission: margin cap: %w", err)
	}
	return most, true, nil
}

// onLines divides amounts over the lines they are for, by grant and line. What
// is given for the order as a whole is spread over the lines that pay, by what
// remains paid for them.
func (g grants) onLines(o order.Order, left, amounts []int64) ([][]int64, error) {
	weights := make([]int64, len(o.Lines))
	for _, at := range shown(o) {
		if weights[at] = left[at]; o.Distributed(left) == 0 { // then each the same
			weights[at] = 1
		}
	}
	parts := make([][]int64, len(g.given))
	for i, x := range g.given {
		if x.line >= 0 {
			parts[i] = make([]int64, len(o.Lines))
			parts[i][x.line] = amounts[i]
			continue
		}
		var err error
		if parts[i], err = money.Split(amounts[i], weights); err != nil {
			return nil, fmt.Errorf("commission: margin cap: %w", err)
		}
	}
	return parts, nil
}

// trimmed are the parts of amounts on the lines, each line cut to its ceiling.
func (g grants) trimmed(o order.Order, left, amounts []int64, share money.Rate) ([][]int64, error) {
	parts, err := g.onLines(o, left, amounts)
	if err != nil {
		return nil, err
	}
	column := make([]int64, len(parts))
	for at, l := range o.Lines {
		most, known, err := ceiling(l, left[at], share)
		if err != nil {
			return nil, err
		}
		for i := range parts {
			column[i] = parts[i][at]
		}
		if !known || sum(column) <= most {
			continue
		}
		kept, err := money.Split(most, column)
		if err != nil {
			return nil, fmt.Errorf("commission: margin cap: %w", err)
		}
		for i := range parts {
			parts[i][at] = kept[i]
		}
	}
	return parts, nil
}

// withinMargins are amounts of which no line gives more than its ceiling.
func (g grants) withinMargins(o order.Order, left, amounts []int64, share money.Rate) ([]int64, error) {
	if share == 0 {
		return amounts, nil
	}
	parts, err := g.trimmed(o, left, amounts, share)
	if err != nil {
		return nil, err
	}
	within := make([]int64, len(parts))
	for i := range parts {
		within[i] = sum(parts[i])
	}
	return within, nil
}

// LineCap is what the cap on a line's margin did.
type LineCap struct {
	Line   string
	SKU    string
	Margin int64 // what was paid less the cost; below zero when sold at a loss
	Most   int64
	Asked  int64 // with its part of what was given for the order as a whole
	Cut    int64
}

// lineCaps are the lines from which the cap on margins took something.
func (g grants) lineCaps(o order.Order, share money.Rate) (list []LineCap, err error) {
	if share == 0 {
		return nil, nil
	}
	left := o.Remaining(nil, 0)
	asked, err := g.onLines(o, left, g.asked())
	if err != nil {
		return nil, err
	}
	kept, err := g.trimmed(o, left, g.asked(), share)
	if err != nil {
		return nil, err
	}
	for at, l := range o.Lines {
		c := LineCap{Line: l.ID, SKU: l.SKU}
		for i := range asked {
			c.Asked += asked[i][at]
			c.Cut += asked[i][at] - kept[i][at]
		}
		if c.Cut == 0 {
			continue
		}
		c.Most = c.Asked - c.Cut
		cost, err := money.MulDiv(l.Cost, l.Qty, 1, money.Floor)
		if err != nil { // more than can be represented
			cost = money.MaxMinor
		}
		c.Margin = l.Net - cost
		list = append(list, c)
	}
	return list, nil
}
