package settlement

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
)

// Row is a row of the detailed report: an entry, or what one line of an order
// gave of it. The parts of an entry's rows sum to its amount.
type Row struct {
	Line
	Part     int64
	Order    *order.Order              // nil: no order has caused it
	Award    *commission.Explained     // nil: it grants nothing
	Gave     *commission.ExplainedLine // the line of the award; nil: the entry as a whole
	Refunded bool                      // the part that refunds had taken before it was granted
}

// byOrder are the kinds that an order causes.
var byOrder = map[string]bool{"hold_commission": true, "reverse_held": true, "reverse_available": true, "reverse_into_debt": true, "reverse_points": true}

const grants = "hold_commission"

// OrderOf is the order that has caused an entry.
func OrderOf(e ledger.Entry) (order.ID, bool) {
	return order.ID(e.Ref), byOrder[e.Kind] && !e.Ref.IsZero()
}

// Rows explains entries: what was granted line by line, with its level, base
// and rate, from the decision that granted it.
func Rows(ctx context.Context, tx *pg.Tx, c *commission.Service, lines []Line, lang string) ([]Row, error) {
	seen := map[order.ID]bool{}
	var which []order.ID
	for _, l := range lines {
		if o, caused := OrderOf(l.Entry); caused && !seen[o] {
			seen[o] = true
			which = append(which, o)
		}
	}
	explained, err := c.Explanations(ctx, tx, which, lang)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, l := range lines {
		o, _ := OrderOf(l.Entry)
		x, known := explained[o]
		if !known {
			rows = append(rows, Row{Line: l, Part: l.Amount})
			continue
		}
		rows = append(rows, rowsOf(l, x)...)
	}
	return rows, nil
}

// rowsOf parts an entry by the lines of its order. What does not come from a
// line is a row of its own: a refund before the decision leaves less than the
// lines give.
func rowsOf(l Line, x commission.Explanation) (rows []Row) {
	left := l.Amount
	for i := range x.Awards {
		a := &x.Awards[i]
		if l.Kind != grants || a.Payee.ID != distributor.ID(l.Party) {
			continue
		}
		for n := range a.Lines {
			gave := &a.Lines[n]
			rows = append(rows, Row{Line: l, Part: gave.Amount - gave.Cut, Order: &x.Order, Award: a, Gave: gave})
			left -= gave.Amount - gave.Cut
		}
	}
	if left != 0 || len(rows) == 0 {
		rows = append(rows, Row{Line: l, Part: left, Order: &x.Order, Refunded: len(rows) > 0})
	}
	return rows
}
