// Package ladderbonus pays a bonus for the sales of a month when it closes: by
// the step that a member's own or team sales have reached, on all of them or
// on each part at its own step. Orders themselves pay nothing.
package ladderbonus

import (
	"fmt"
	"math"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Whose string `json:"whose" title:"按谁的业绩" title_en:"Whose sales" enum:"own,team,both" words:"own=本人/Their own,team=团队（不含本人）/The team's without theirs,both=本人加团队/Both"`
	Basis string `json:"basis,omitempty" title:"按什么销售额" title_en:"Which sales" enum:"settled,paid" words:"settled=已结算/Received and past returns,paid=已付减已退/Paid less refunded"`
	Mode  string `json:"mode" title:"怎么算" title_en:"How it is paid" enum:"whole,slab" words:"whole=全额按所到台阶/All of it at the step reached,slab=分段各按各阶/Each part at its own step"`
	Steps []Step `json:"steps" title:"台阶" title_en:"Steps" widget:"tier-table" min_items:"1" max_items:"20"`
}

// Step is what sales from some amount on bring: a share, a fixed amount, or
// both. With slabs every step reached brings its fixed amount, otherwise the
// highest alone.
type Step struct {
	From  int64      `json:"from" title:"销售额起" title_en:"Sales from" widget:"money" min:"1"`
	Rate  money.Rate `json:"rate,omitempty" title:"比例" title_en:"Rate"`
	Fixed int64      `json:"fixed,omitempty" title:"固定奖金" title_en:"Fixed bonus" widget:"money"`
}

// Strategy is "ladder-bonus".
var Strategy = strategy.Plugin[Config]{
	ID: "ladder-bonus", Version: "1.0.0",
	Needs:       []strategy.Need{strategy.Chain.For("needs_chain"), strategy.PeriodTeam.For("needs_team")},
	Locales:     sentences,
	Default:     Config{Basis: "settled"},
	Validate:    validate,
	Evaluate:    evaluate,
	ClosePeriod: closePeriod,
	Incentives:  incentives,
}

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	for i := 1; i < len(c.Steps); i++ {
		if c.Steps[i].From <= c.Steps[i-1].From {
			problems.Add(fmt.Sprintf("/steps/%d/from", i), "steps_must_rise")
		}
	}
}

func evaluate(_ Config, _ strategy.Order, out *strategy.Awards) error {
	out.None("at_the_close")
	return nil
}

func closePeriod(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
	for _, m := range p.Members() {
		sales := c.sales(m)
		step := c.reached(sales)
		if step < 0 {
			out.Decline(m, "below_the_first_step", "sales", p.Money(sales), "from", p.Money(c.Steps[0].From))
			continue
		}
		share, fixed, err := c.bonus(sales, step, p.Rounding())
		if err != nil {
			return err
		}
		if share+fixed == 0 {
			out.Decline(m, "comes_to_nothing", "sales", p.Money(sales), "step", step+1)
		}
		if share > 0 {
			out.Pay(m, share).Kind("ladder").Of(sales, c.rate(step)).Because(c.Mode, "sales", p.Money(sales), "step", step+1, "rate", c.Steps[step].Rate)
		}
		if fixed > 0 {
			out.Pay(m, fixed).Kind("ladder_fixed").Because("fixed", "sales", p.Money(sales), "step", step+1, "amount", p.Money(fixed))
		}
	}
	return nil
}

// incentives tells of the next step, or of the last one once it is reached.
func incentives(c Config, m strategy.IncentiveMember, out *strategy.Tasks) error {
	sales := c.sales(m.PeriodMember)
	step := min(c.reached(sales)+1, len(c.Steps)-1)
	target := c.Steps[step].From
	share, fixed, err := c.bonus(max(sales, target), step, m.Rounding())
	if err != nil {
		return err
	}
	sold := strategy.AmountOf(sales, target, "sales_"+c.Whose, "step", step+1, "from", m.Money(target))
	out.Tell(fmt.Sprintf("step_%d", step+1), sold).Pays(share + fixed)
	return nil
}

func (c Config) sales(m strategy.PeriodMember) int64 {
	of := func(s strategy.Sales) int64 {
		if c.Basis == "paid" {
			return max(s.Paid, 0)
		}
		return max(s.Settled, 0)
	}
	switch c.Whose {
	case "own":
		return of(m.Sales())
	case "team":
		return of(m.Team())
	}
	return of(m.Sales()) + of(m.Team())
}

// reached is the highest step at these sales; -1 below the first.
func (c Config) reached(sales int64) int {
	step := -1
	for i, s := range c.Steps {
		if s.From <= sales {
			step = i
		}
	}
	return step
}

// rate is what a share is explained with: slabs have no single one.
func (c Config) rate(step int) money.Rate {
	if c.Mode == "slab" {
		return 0
	}
	return c.Steps[step].Rate
}

// bonus is what sales that have reached a step bring, rounded once.
func (c Config) bonus(sales int64, step int, how money.Rounding) (share, fixed int64, err error) {
	if c.Mode == "whole" {
		share, err = c.Steps[step].Rate.Of(sales, how)
		return share, c.Steps[step].Fixed, err
	}
	var parts []money.Part
	for i, s := range c.Steps[:step+1] {
		end := int64(math.MaxInt64)
		if i+1 < len(c.Steps) {
			end = c.Steps[i+1].From
		}
		parts = append(parts, money.Part{Amount: min(sales, end) - s.From, Rate: s.Rate})
		fixed += s.Fixed
	}
	share, err = money.Blend(how, parts...)
	return share, fixed, err
}
