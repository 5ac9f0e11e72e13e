package commission

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fenli-io/fenli/tenants/order"
)

// Touched are goods whose awards the cap on margins cuts.
type Touched struct {
	SKU   string
	Title string
	Lines int   // that were cut
	Cut   int64 // from all of them
}

// touchedShown bounds a list that is read before the cap is turned on.
const touchedShown = 100

// touches gathers, by SKU, what a cap on margins does to lines.
type touches struct {
	cut      map[string]*Touched
	uncosted map[string]bool
}

func newTouches() touches { return touches{map[string]*Touched{}, map[string]bool{}} }

func (t touches) add(o order.Order, lines []Margin) {
	for i, m := range lines {
		if m.Cost < 0 && o.Lines[i].Distribution != order.NotDistributed {
			t.uncosted[m.SKU] = true
		}
		if m.Cut == 0 {
			continue
		}
		if t.cut[m.SKU] == nil {
			t.cut[m.SKU] = &Touched{SKU: m.SKU, Title: o.Lines[i].Title}
		}
		t.cut[m.SKU].Lines++
		t.cut[m.SKU].Cut += m.Cut
	}
}

// worst lists the goods, those that lose most first, and says how many there are.
func (t touches) worst() (list []Touched, all int) {
	for _, x := range slices.SortedFunc(maps.Values(t.cut), func(a, b *Touched) int { return cmp.Or(cmp.Compare(b.Cut, a.Cut), cmp.Compare(a.SKU, b.SKU)) }) {
		list = append(list, *x)
	}
	return list[:min(len(list), touchedShown)], len(list)
}
