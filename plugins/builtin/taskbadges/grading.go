package taskbadges

import (
	"math"
	"time"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// evaluateTier promotes to the highest grade whose conditions are met. Whoever
// is not promoted stays if they reach what staying takes, if their grade has no
// conditions, or by grace; otherwise they fall as the settings say.
func evaluateTier(c Config, m strategy.TierMember, out *strategy.TierDecision) error {
	for _, g := range c.Grades {
		if m.Rank(g.Grade) < 0 {
			return strategy.Fail("task_badges.unknown_grade", "the store has no grade %q", g.Grade)
		}
	}
	after := m.Rank(m.Grade())
	if best, reached := c.best(m); reached && m.Rank(best.Grade) > after {
		out.Evidence(best.measures(c, m, money.Whole)...)
		out.Promote(best.Grade, "reached", "grade", best.Grade)
		after = m.Rank(best.Grade)
	} else {
		after = c.stay(m, out)
	}
	if next, above := c.nextAbove(m, after); above {
		out.Next(next.Grade, next.measures(c, m, money.Whole)...)
	}
	return nil
}

// stay decides about somebody who is not promoted and returns the rank of the
// grade they end in.
func (c Config) stay(m strategy.TierMember, out *strategy.TierDecision) int {
	own := c.rule(m.Grade())
	if own == nil {
		out.Keep("grade_without_rule", "grade", m.Grade())
		return m.Rank(m.Grade())
	}
	enough := money.Whole
	if own.Keep != nil {
		enough = *own.Keep
	}
	kept := own.measures(c, m, enough)
	out.Evidence(kept...)
	to := c.fallsTo(m)
	switch graceUntil := m.GradedAt().Add(time.Duration(c.GraceDays) * 24 * time.Hour); {
	case met(kept):
		out.Keep("stays", "grade", m.Grade())
	case c.Demotion == "never" || to == m.Grade():
		out.Keep("missed_but_stays", "grade", m.Grade())
	case m.Now().Before(graceUntil):
		out.Keep("in_grace", "grade", m.Grade(), "days", c.GraceDays)
	default:
		out.Demote(to, "missed", "grade", m.Grade())
		return m.Rank(to)
	}
	return m.Rank(m.Grade())
}

// fallsTo is the grade right below, or with to_fit the highest one below whose
// conditions are met, else the lowest. From the lowest nobody falls.
func (c Config) fallsTo(m strategy.TierMember) string {
	grades, at := m.Grades(), m.Rank(m.Grade())
	switch {
	case at == 0:
		return m.Grade()
	case c.Demotion == "one_step":
		return grades[at-1]
	}
	if best, reached := c.best(m); reached && m.Rank(best.Grade) < at {
		return best.Grade
	}
	return grades[0]
}

// best is the highest grade whose conditions are met.
func (c Config) best(m strategy.TierMember) (best Grade, reached bool) {
	for _, g := range c.Grades {
		if met(g.measures(c, m, money.Whole)) && (!reached || m.Rank(g.Grade) > m.Rank(best.Grade)) {
			best, reached = g, true
		}
	}
	return best, reached
}

// nextAbove is the lowest grade with conditions above a rank.
func (c Config) nextAbove(m strategy.TierMember, rank int) (next Grade, above bool) {
	lowest := math.MaxInt
	for _, g := range c.Grades {
		if at := m.Rank(g.Grade); at > rank && at < lowest {
			next, above, lowest = g, true, at
		}
	}
	return next, above
}

func (c Config) rule(grade string) *Grade {
	for i, g := range c.Grades {
		if g.Grade == grade {
			return &c.Grades[i]
		}
	}
	return nil
}

// measures holds what a member did against a share of the grade's conditions.
func (g Grade) measures(c Config, m strategy.TierMember, share money.Rate) (list []strategy.Measure) {
	part := func(target int64) int64 {
		enough, err := share.Of(target, money.Floor)
		if err != nil {
			return target // a share above the whole of an amount near the largest: the whole will do
		}
		return enough
	}
	if g.Sales > 0 {
		list = append(list, strategy.AmountOf(c.of(m.Sales()), part(g.Sales), "own_sales"))
	}
	if g.Team > 0 {
		list = append(list, strategy.AmountOf(c.of(m.Team()), part(g.Team), "team_sales"))
	}
	if g.Orders > 0 {
		list = append(list, strategy.CountOf(m.Orders(), part(g.Orders), "orders"))
	}
	if g.NewCustomers > 0 {
		list = append(list, strategy.CountOf(m.NewCustomers(), part(g.NewCustomers), "new_customers"))
	}
	return list
}

func met(list []strategy.Measure) bool {
	for _, m := range list {
		if !m.Met() {
			return false
		}
	}
	return true
}
