package commission

import (
	"encoding/json"
	"fmt"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// grant is one award after the host's rules. Its kind, base, rate and reason
// stand in the strategy's answer, at position award.
type grant struct {
	award  int   // position in the answer's awards
	to     int   // position in recipients; differs from the answer's when rolled up
	line   int   // the order's; −1: all that are distributed
	amount int64 // as the strategy said
	margin int64 // what the cap on the line's margin took off
	cut    int64 // what the order cap then took off
	over   int64 // what its recipient's counter then took off
}

// left is what the caps have left of it.
func (x grant) left() int64 { return x.amount - x.margin - x.cut - x.over }

// loss is an award that a rule of the host took from its recipient.
type loss struct {
	award int
	to    int
	code  string // "forfeit", "stop", "rolled_up"
}

// grants are what a decision gives, before any refund.
type grants struct {
	given   []grant
	lost    []loss
	counted []counted // by position; empty where no counter bounds anybody
}

// counted is what the counter of a recipient stood at before the order.
type counted struct {
	to   int // the first of their positions in recipients
	used int64
}

// grantsOf applies eligibility and then the caps of a guard to a sound answer
// about what is left of the order's lines, but for the counters: those move.
func grantsOf(o order.Order, left []int64, list []recipient, s program.Settings, guard int, d *strategyv1.Decision) (grants, error) {
	g := eligible(list, s.IneligibleUpline, d.GetPaid().GetAwards())
	lines := shown(o)
	for i, x := range g.given {
		if x.line >= 0 {
			g.given[i].line = lines[x.line]
		}
	}
	return g, g.cut(o, left, capsOf(s, guard))
}

// eligible corrects the awards of members who may not earn, seller included:
// forfeit leaves their share with the merchant, stop ends the chain there, and
// roll_up hands it to the next one up who may earn. A role who may not earn
// forfeits.
func eligible(list []recipient, rule string, awards []*strategyv1.Award) grants {
	var g grants
	chain := chainLength(list)
	stopAt := chain
	for i := range chain {
		if !list[i].mayEarn() {
			stopAt = i
			break
		}
	}
	for i, a := range awards {
		to := int(a.GetRecipient())
		given := grant{award: i, to: to, line: int(a.GetLine()), amount: a.GetAmount()}
		switch {
		case rule == "stop" && to >= stopAt && to < chain:
			g.lost = append(g.lost, loss{i, to, "stop"})
			continue
		case list[to].mayEarn():
		case rule == "roll_up" && to < chain:
			up := nextEligible(list[:chain], to)
			if up < 0 {
				g.lost = append(g.lost, loss{i, to, "forfeit"})
				continue
			}
			g.lost = append(g.lost, loss{i, to, "rolled_up"})
			given.to = up
		default:
			g.lost = append(g.lost, loss{i, to, "forfeit"})
			continue
		}
		g.given = append(g.given, given)
	}
	return g
}

func nextEligible(chain []recipient, from int) int {
	for i := from + 1; i < len(chain); i++ {
		if chain[i].mayEarn() {
			return i
		}
	}
	return -1
}

// amounts is what every grant is worth before any refund.
func (g grants) amounts() []int64 {
	amounts := make([]int64, len(g.given))
	for i, x := range g.given {
		amounts[i] = x.left()
	}
	return amounts
}

// standing is what every grant is worth after all the refunds. The cap's
// largest remainders could give back to one what an earlier refund took, so
// every refund counts in its turn and nothing is raised: it makes no
// difference how often somebody looked in between.
func (g grants) standing(o order.Order, refunds []order.Refund, c caps) ([]int64, error) {
	stands := g.amounts()
	for n := range refunds {
		after, err := g.after(o, refunds, n+1, c)
		if err != nil {
			return nil, err
		}
		for i := range stands {
			stands[i] = min(stands[i], after[i])
		}
	}
	return stands, nil
}

// after is what every grant comes to when the first n refunds are gone: its
// amount times what remains of its line over what was paid for it, down, and
// then the caps again on what remains. After a full refund it is exactly zero.
func (g grants) after(o order.Order, refunds []order.Refund, n int, c caps) ([]int64, error) {
	left := o.Remaining(refunds, n)
	amounts, err := g.remains(o, left, g.amounts())
	if err != nil {
		return nil, err
	}
	if c.margin > 0 {
		// The margins cut what the strategy gave, and not once more what they have
		// left: an order's whole award has lost a part on one line alone.
		asked, err := g.remains(o, left, g.asked())
		if err != nil {
			return nil, err
		}
		within, err := g.withinMargins(o, left, asked, c.margin)
		if err != nil {
			return nil, err
		}
		for i := range amounts {
			amounts[i] = min(amounts[i], within[i])
		}
	}
	return capped(amounts, sum(left), c.order)
}

// remains is what is left of amounts, one a grant, as of what was paid.
func (g grants) remains(o order.Order, left, amounts []int64) ([]int64, error) {
	for i, x := range g.given {
		remains, paid := o.Distributed(left), paidFor(o)
		if x.line >= 0 {
			remains, paid = left[x.line], o.Lines[x.line].Net
		}
		if remains == paid {
			continue
		}
		var err error
		if amounts[i], err = money.MulDiv(amounts[i], remains, paid, money.Floor); err != nil {
			return nil, fmt.Errorf("commission: standing: %w", err)
		}
	}
	return amounts, nil
}

// perRecipient sums grants by whom they go to.
func (g grants) perRecipient(amounts []int64, people int) []int64 {
	sums := make([]int64, people)
	for i, x := range g.given {
		sums[x.to] += amounts[i]
	}
	return sums
}

// The packed form: {"g": [[award, to, line, amount, cut, margin, over] …], "l": [[award, to, code] …], "c": [[to, used] …]}.
// Where margin and counter cut nothing they are left out, as they were before there were any.
type packedGrants struct {
	Given   [][]int64  `json:"g"`
	Lost    [][3]any   `json:"l,omitempty"`
	Counted [][2]int64 `json:"c,omitempty"`
}

func (g grants) MarshalJSON() ([]byte, error) {
	p := packedGrants{Given: make([][]int64, len(g.given))}
	for i, x := range g.given {
		p.Given[i] = []int64{int64(x.award), int64(x.to), int64(x.line), x.amount, x.cut}
		if x.margin > 0 || x.over > 0 {
			p.Given[i] = append(p.Given[i], x.margin)
		}
		if x.over > 0 {
			p.Given[i] = append(p.Given[i], x.over)
		}
	}
	for _, c := range g.counted {
		p.Counted = append(p.Counted, [2]int64{int64(c.to), c.used})
	}
	for _, l := range g.lost {
		p.Lost = append(p.Lost, [3]any{l.award, l.to, l.code})
	}
	return json.Marshal(p)
}

func (g *grants) UnmarshalJSON(b []byte) error {
	var p struct {
		Given   [][7]int64           `json:"g"` // a missing one is zero
		Lost    [][3]json.RawMessage `json:"l"`
		Counted [][2]int64           `json:"c"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	*g = grants{}
	for _, x := range p.Given {
		g.given = append(g.given, grant{award: int(x[0]), to: int(x[1]), line: int(x[2]), amount: x[3], cut: x[4], margin: x[5], over: x[6]})
	}
	for _, c := range p.Counted {
		g.counted = append(g.counted, counted{to: int(c[0]), used: c[1]})
	}
	for _, x := range p.Lost {
		var l loss
		for i, into := range []any{&l.award, &l.to, &l.code} {
			if err := json.Unmarshal(x[i], into); err != nil {
				return err
			}
		}
		g.lost = append(g.lost, l)
	}
	return nil
}
