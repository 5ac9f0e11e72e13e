package commission

import "github.com/fenli-io/fenli/tenants/order"

// "Not distributed" beats all. A strategy does not see such a line and cannot
// pay for it; what it calls line 1 may be the order's line 3. Everything that
// is stored, and the caps, use the order's own lines.

// shown lists the positions of the order's lines that a strategy sees.
func shown(o order.Order) (positions []int) {
	for i, l := range o.Lines {
		if l.Distribution != order.NotDistributed {
			positions = append(positions, i)
		}
	}
	return positions
}

// paidFor is what was paid for the lines that a strategy sees.
func paidFor(o order.Order) int64 { return o.Distributed(o.Remaining(nil, 0)) }

// unasked is why the host decides an order itself, "" when the strategy has a
// say.
func (w *work) unasked() string {
	switch {
	case w.order.Goods == 0:
		return codeNothingPaid
	case len(w.people()) == 0:
		return codeNobody
	case len(shown(w.order)) == 0:
		return codeNotDistributed
	case paidFor(w.order) == 0:
		return codeNothingPaid
	}
	return ""
}

// Undistributed is a line that pays nobody anything.
type Undistributed struct {
	Line string // the order's line id
	SKU  string
	Code string
	Why  string
}

func undistributed(o order.Order, lang string) (list []Undistributed) {
	for _, l := range o.Lines {
		if l.Distribution == order.NotDistributed {
			list = append(list, Undistributed{l.ID, l.SKU, codeNotDistributed, say(codeNotDistributed, lang)})
		}
	}
	return list
}
