package workbench

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
	"github.com/fenli-io/fenli/plugins/workbench/templates/categories"
	"github.com/fenli-io/fenli/plugins/workbench/templates/pieces"
	"github.com/fenli-io/fenli/plugins/workbench/templates/rates"
)

// Guess is the simplest known strategy that explains most of a table.
type Guess struct {
	Template string // "rates", "categories" or "pieces"
	Config   []byte
	Rounding string // "" or "half_up"
	Says     string // "levels get 10%, 5%, 3%"
	Cases    []stest.Case
	Orders   int
	Misfits  []Misfit
	Tried    []Attempt // every kind that was tried, best first
}

// Attempt is how far one kind of strategy got.
type Attempt struct {
	Template, Rounding, Says string
	Explained                int
}

// Misfit is an order that the guess does not explain.
type Misfit struct {
	Order string
	Rows  []int
	How   []string // "seller 张三: the table says 12.00, this gives 10.00"
}

// Explained is how many orders come out to the last unit.
func (g *Guess) Explained() int { return g.Orders - len(g.Misfits) }

// kind is a strategy that a table may have been made with.
type kind struct {
	template string
	serves   strategyv1.StrategyServer
	key      func(TableLine) string // what a setting is by
	fixed    bool                   // amounts a piece instead of rates
	config   func(found settings) any
	says     func(found settings) string
}

// settings are what was found: by key, the value of each level.
type settings map[string][]int64

var kinds = []kind{
	{
		template: "rates", serves: rates.Strategy.Server(), key: func(TableLine) string { return "" },
		config: func(s settings) any { return rates.Config{Rates: rateList(s[""])} },
		says: func(s settings) string {
			return fmt.Sprintf("%d-level %s of what was paid", len(s[""]), percents(s[""]))
		},
	},
	{
		template: "categories", serves: categories.Strategy.Server(), key: func(l TableLine) string { return l.Category },
		config: func(s settings) any {
			c := categories.Config{Categories: map[string]strategy.Rates{}, Default: rateList(s[""])}
			for _, key := range sortedKeys(s) {
				if key != "" {
					c.Categories[key] = rateList(s[key])
				}
			}
			return c
		},
		says: func(s settings) string { return "by category: " + list(s, percents) },
	},
	{
		template: "pieces", serves: pieces.Strategy.Server(), key: func(l TableLine) string { return l.SKU }, fixed: true,
		config: func(s settings) any { return pieces.Config{SKUs: s} },
		says:   func(s settings) string { return "a fixed amount a piece, in minor units: " + list(s, plainly) },
	},
}

// GuessFrom tries the kinds it knows on a table, each with both roundings, and
// keeps the one that explains most orders exactly for the fewest settings.
func GuessFrom(t *Table) (*Guess, error) {
	var best *Guess
	bestScore := 0
	var tried []Attempt
	for _, k := range kinds {
		for _, rounding := range []string{"", "half_up"} {
			if k.fixed && rounding != "" {
				continue
			}
			found := k.fit(t, rounding)
			g, err := k.guess(t, found, rounding)
			if err != nil {
				return nil, err
			}
			tried = append(tried, Attempt{g.Template, g.Rounding, g.Says, g.Explained()})
			// An explained order is worth two settings: a rate for every row explains nothing.
			if score := 2*g.Explained() - found.size(); best == nil || score > bestScore {
				best, bestScore = g, score
			}
		}
	}
	slices.SortStableFunc(tried, func(a, b Attempt) int { return cmp.Compare(b.Explained, a.Explained) })
	best.Tried = tried
	return best, nil
}

func (s settings) size() (n int) {
	for _, levels := range s {
		n += len(levels)
	}
	return n
}

// sample is what one order says of one setting: the lines that it is applied
// to, and what came out.
type sample struct {
	lines  []TableLine
	amount int64
}

// fit finds, for every setting, the value that explains most orders. Orders
// whose lines go by several settings say nothing alone and are left to the check.
func (k kind) fit(t *Table, rounding string) settings {
	type slot struct {
		key   string
		level int
	}
	samples := map[slot][]sample{}
	depth := 0
	for _, o := range t.Orders {
		key := k.key(o.Lines[0])
		if slices.ContainsFunc(o.Lines, func(l TableLine) bool { return k.key(l) != key }) {
			continue
		}
		for level, p := range o.Chain {
			samples[slot{key, level}] = append(samples[slot{key, level}], sample{o.Lines, p.Expected})
			depth = max(depth, level+1)
		}
	}
	found := settings{}
	for level := range depth {
		for s, of := range samples {
			if s.level != level {
				continue
			}
			for len(found[s.key]) < level { // nobody says anything of a lower level
				found[s.key] = append(found[s.key], 0)
			}
			found[s.key] = append(found[s.key], k.vote(of, rounding))
		}
	}
	for key, levels := range found {
		for len(levels) > 1 && levels[len(levels)-1] == 0 {
			levels = levels[:len(levels)-1]
		}
		found[key] = levels
	}
	return found
}

// vote lets each sample propose a value and keeps the one that explains most;
// of equals, the rounder, then the smaller.
func (k kind) vote(of []sample, rounding string) int64 {
	proposed := map[int64]bool{}
	for _, s := range of {
		if v, ok := k.propose(s, rounding); ok && len(proposed) < 200 {
			proposed[v] = true
		}
	}
	best, explains := int64(0), -1
	for v := range proposed {
		n := 0
		for _, s := range of {
			if k.gives(v, s.lines, rounding) == s.amount {
				n++
			}
		}
		if n > explains || n == explains && (rounder(v, best) || !rounder(best, v) && v < best) {
			best, explains = v, n
		}
	}
	return best
}

// propose is the roundest value that explains one sample.
func (k kind) propose(s sample, rounding string) (int64, bool) {
	var net, pieces int64
	for _, l := range s.lines {
		net, pieces = net+l.Net, pieces+l.Quantity
	}
	if k.fixed {
		return s.amount / pieces, s.amount%pieces == 0
	}
	if net == 0 {
		return 0, false
	}
	// Rounding may have cost, or added, up to a unit a line.
	slack := int64(len(s.lines))
	low, err := money.MulDiv(max(s.amount-slack, 0), int64(money.Whole), net, money.Floor)
	if err != nil {
		return 0, false
	}
	high, err := money.MulDiv(s.amount+slack, int64(money.Whole), net, money.Floor)
	if err != nil || high > int64(money.Whole) {
		high = int64(money.Whole)
	}
	for _, grain := range grains {
		for v := (low + grain - 1) / grain * grain; v <= high && v-low < 2000*grain; v += grain {
			if k.gives(v, s.lines, rounding) == s.amount {
				return v, true
			}
		}
	}
	return 0, false
}

// grains are how fine a rate may be, in parts per million: whole percents first.
var grains = []int64{10_000, 5_000, 1_000, 500, 100, 10, 1}

func rounder(a, b int64) bool { return grainOf(a) < grainOf(b) }

func grainOf(v int64) int {
	return slices.IndexFunc(grains, func(g int64) bool { return v%g == 0 })
}

// gives is what a value makes of lines, as the strategies compute it.
func (k kind) gives(v int64, lines []TableLine, rounding string) (sum int64) {
	how := money.Floor
	if rounding == "half_up" {
		how = money.HalfUp
	}
	for _, l := range lines {
		by, of := l.Net, int64(money.Whole)
		if k.fixed {
			by, of = l.Quantity, 1
			if l.Net == 0 {
				continue
			}
		}
		amount, err := money.MulDiv(v, by, of, how)
		if err != nil {
			return -1
		}
		sum += amount
	}
	return sum
}

// guess asks the strategy itself about every order of the table and makes the
// golden cases: the table's amounts are what is wanted, whether it agrees or not.
func (k kind) guess(t *Table, found settings, rounding string) (*Guess, error) {
	config, err := json.Marshal(k.config(found))
	if err != nil {
		return nil, err
	}
	g := &Guess{Template: k.template, Config: config, Rounding: rounding, Orders: len(t.Orders), Says: k.says(found)}
	if rounding != "" {
		g.Says += ", rounded half up"
	}
	for _, o := range t.Orders {
		if err := k.add(g, t.Currency, o); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (k kind) add(g *Guess, currency string, o TableOrder) error {
	wire := o.wire(currency)
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(wire)
	if err != nil {
		return err
	}
	c := stest.Case{Name: o.title(), Config: g.Config, Rounding: g.Rounding, Order: raw, Pays: map[string]int64{}, Declined: map[string]string{}}
	out, err := k.serves.Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: g.Config, Rules: rulesOf(c), Orders: []*strategyv1.Order{wire}})
	if err != nil {
		return err
	}
	got := answerOf(wire, out.Decisions[0])
	for i, p := range o.Chain {
		who := positions[i]
		switch {
		case p.Expected > 0:
			c.Pays[who] = p.Expected
		case got.Pays[who] == 0:
			c.Declined[who] = got.Declined[who]
		default:
			c.Declined[who] = "sdk.no_award"
		}
		if c.Declined[who] == "" {
			delete(c.Declined, who)
		}
	}
	if len(c.Pays) == 0 {
		if c.None = got.None; c.None == "" {
			c.None, c.Declined = "sdk.nobody_earned", nil
		}
	}
	if how := o.differs(got, currency); len(how) > 0 {
		g.Misfits = append(g.Misfits, Misfit{Order: o.ID, Rows: o.Rows, How: how})
	}
	g.Cases = append(g.Cases, c)
	return nil
}

// differs is where a table and an answer disagree about money.
func (o TableOrder) differs(got Answer, currency string) (how []string) {
	if got.Failed != "" {
		return []string{"the guess fails: " + got.Failed}
	}
	for i, p := range o.Chain {
		if has := got.Pays[positions[i]]; has != p.Expected {
			sign := ""
			if p.Expected > has {
				sign = "+"
			}
			how = append(how, fmt.Sprintf("%s %s: the table says %s, the guess %s (%s%s)", positions[i], p.Name,
				money.Format(p.Expected, currency), money.Format(has, currency), sign, money.Format(p.Expected-has, currency)))
		}
	}
	return how
}

func (o TableOrder) title() string {
	title := o.ID
	if o.Reason != "" {
		title += " · " + o.Reason
	}
	return strings.ReplaceAll(title, "/", "∕") // a slash would nest the test
}

// wire is the order as a strategy sees it: positions instead of names, so that
// a table of people becomes a file without any.
func (o TableOrder) wire(currency string) *strategyv1.Order {
	w := &strategyv1.Order{Seq: 1, Currency: currency, MinorDigits: int32(money.Digits(currency)), Channel: o.Channel}
	for _, l := range o.Lines {
		w.Lines = append(w.Lines, &strategyv1.Line{Sku: l.SKU, Category: l.Category, Quantity: l.Quantity, UnitPrice: l.UnitPrice, Net: l.Net})
	}
	for i, p := range o.Chain {
		w.Chain = append(w.Chain, &strategyv1.Member{Handle: positions[i], Grade: p.Grade, Level: int32(i) + 1})
	}
	return w
}

func rateList(ppm []int64) (list strategy.Rates) {
	for _, v := range ppm {
		list = append(list, money.Rate(v))
	}
	return list
}

func percents(ppm []int64) string {
	parts := make([]string, len(ppm))
	for i, v := range ppm {
		parts[i] = money.Rate(v).Percent()
	}
	return strings.Join(parts, " / ")
}

func plainly(values []int64) string { return strings.Trim(fmt.Sprint(values), "[]") }

func list(s settings, write func([]int64) string) string {
	var parts []string
	for _, key := range sortedKeys(s) {
		parts = append(parts, fmt.Sprintf("%s %s", cmp.Or(key, "(none)"), write(s[key])))
	}
	return strings.Join(parts, "; ")
}

// Report tells in words what was found.
func (g *Guess) Report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s explains %d of %d orders", g.Says, g.Explained(), g.Orders)
	if len(g.Misfits) == 0 {
		b.WriteString(", to the last unit.\n")
	} else {
		b.WriteString("; these differ, and stay as golden cases that fail until the strategy knows why:\n")
		for _, m := range g.Misfits {
			fmt.Fprintf(&b, "  %s (%s)\n", m.Order, rowsOf(m.Rows))
			for _, how := range m.How {
				fmt.Fprintf(&b, "    %s\n", how)
			}
		}
	}
	b.WriteString("Also tried:\n")
	for _, a := range g.Tried {
		if a.Says != g.Says {
			fmt.Fprintf(&b, "  %3d of %d  %s\n", a.Explained, g.Orders, a.Says)
		}
	}
	return b.String()
}

func rowsOf(rows []int) string {
	parts := make([]string, len(rows))
	for i, r := range rows {
		parts[i] = fmt.Sprint(r)
	}
	if len(parts) == 1 {
		return "row " + parts[0]
	}
	return "rows " + strings.Join(parts, ", ")
}

func (g *Guess) aboutInReadme() string {
	return fmt.Sprintf("\n本方案由一份订单表推测而来：%s，能解释 %d / %d 笔订单。对不上的订单仍在 testdata/golden.json 里，会失败，直到方案说得清为止。推测出的设置在 config.json。\n",
		g.Says, g.Explained(), g.Orders)
}

// From makes the scaffold start from a guess.
func (s Scaffold) From(g *Guess) Scaffold {
	s.guess, s.Template = g, g.Template
	return s
}
