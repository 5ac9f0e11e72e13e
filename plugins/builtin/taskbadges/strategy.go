// Package taskbadges sets tasks for a month (orders, new customers, recruits,
// sales) that bring money, points or a badge, and grades members by what they
// did in a window. Recruits bring a badge alone: nobody is paid for recruiting.
// Orders themselves pay nothing.
package taskbadges

import (
	"fmt"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form. The host reads window to know which time to
// grade by.
type Config struct {
	Tasks     []Task  `json:"tasks,omitempty" title:"每月任务" title_en:"Tasks of a month" max_items:"8"`
	Grades    []Grade `json:"grades,omitempty" title:"评级条件" title_en:"What grades take" help:"全部填写的条件都要达到；没有写到的等级不参与评级" help_en:"All that is given must be reached; grades that are not listed are left alone" max_items:"20"`
	Window    string  `json:"window,omitempty" title:"评级统计周期" title_en:"Grading window" enum:"day,week,month,quarter,year,all" words:"day=日/Day,week=周/Week,month=月/Month,quarter=季/Quarter,year=年/Year,all=全部/All time"`
	Basis     string  `json:"basis,omitempty" title:"按什么销售额" title_en:"Which sales" enum:"settled,paid" words:"settled=已结算/Received and past returns,paid=已付减已退/Paid less refunded"`
	Demotion  string  `json:"demotion,omitempty" title:"未保级时" title_en:"Who misses their grade" enum:"never,one_step,to_fit" words:"never=不降级/Keeps it,one_step=降一级/Falls one grade,to_fit=降到符合的等级/Falls to what fits"`
	GraceDays int64   `json:"grace_days,omitempty" title:"升级后几天内不降" title_en:"Days of grace after a change" max:"3650"`
}

// Task is one thing to do within a month.
type Task struct {
	Key    string `json:"key" title:"编号" title_en:"Key" help:"一旦发布不要改动" help_en:"Keep it once published"`
	What   string `json:"what" title:"做什么" title_en:"What" enum:"orders,new_customers,recruits,sales" words:"orders=成交单数/Orders,new_customers=新客人数/New customers,recruits=招募人数/Recruits,sales=销售额/Sales"`
	Count  int64  `json:"count,omitempty" title:"数量" title_en:"How many"`
	Amount int64  `json:"amount,omitempty" title:"金额（销售额任务）" title_en:"How much, for sales" widget:"money"`
	Money  int64  `json:"money,omitempty" title:"奖金" title_en:"Money" widget:"money"`
	Points int64  `json:"points,omitempty" title:"积分" title_en:"Points"`
	Badge  string `json:"badge,omitempty" title:"徽章" title_en:"Badge" enum:"rookie,bronze,silver,gold,star" words:"rookie=新星/Rookie,bronze=铜/Bronze,silver=银/Silver,gold=金/Gold,star=明星/Star"`
}

// Strategy is "task-badges".
var Strategy = strategy.Plugin[Config]{
	ID: "task-badges", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Chain.For("needs_chain"), strategy.PeriodGrowth.For("needs_growth"), strategy.PeriodTeam.For("needs_team"),
	},
	Locales:      sentences,
	Default:      Config{Window: "month", Basis: "settled", Demotion: "never"},
	Validate:     validate,
	Evaluate:     evaluate,
	ClosePeriod:  closePeriod,
	EvaluateTier: evaluateTier,
	Incentives:   incentives,
}

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	seen := map[string]bool{}
	for i, task := range c.Tasks {
		at := fmt.Sprintf("/tasks/%d", i)
		switch {
		case task.Key == "" || seen[task.Key]:
			problems.Add(at+"/key", "key_twice", "key", task.Key)
		case task.target() == 0:
			problems.Add(at, "task_without_target", "key", task.Key)
		case task.What == "recruits" && task.Money+task.Points > 0:
			problems.Add(at, "nobody_is_paid_for_recruiting", "key", task.Key)
		}
		seen[task.Key] = true
	}
	graded := map[string]bool{}
	for i, g := range c.Grades {
		if at := fmt.Sprintf("/grades/%d", i); graded[g.Grade] {
			problems.Add(at+"/grade", "grade_twice", "grade", g.Grade)
		} else if g.Sales+g.Team+g.Orders+g.NewCustomers == 0 {
			problems.Add(at, "grade_without_condition", "grade", g.Grade)
		}
		graded[g.Grade] = true
	}
}

func evaluate(_ Config, _ strategy.Order, out *strategy.Awards) error {
	out.None("at_the_close")
	return nil
}

func closePeriod(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
	for _, m := range p.Members() {
		for _, task := range c.Tasks {
			if done := task.progress(c, m, p.Money); task.Money > 0 && done.Met() {
				out.Pay(m, task.Money).Kind("task").Because("task_done", "key", task.Key, "amount", p.Money(task.Money))
			}
		}
		out.Decline(m, "no_task_done")
	}
	return nil
}

func incentives(c Config, m strategy.IncentiveMember, out *strategy.Tasks) error {
	for _, task := range c.Tasks {
		told := out.Tell(task.Key, task.progress(c, m.PeriodMember, m.Money))
		told.Pays(task.Money).Points(task.Points)
		if task.Badge != "" {
			told.Badge("badge_" + task.Badge)
		}
	}
	return nil
}

func (t Task) target() int64 {
	if t.What == "sales" {
		return t.Amount
	}
	return t.Count
}

// progress is how far a member is, the same while the month runs and when it
// closes.
func (t Task) progress(c Config, m strategy.PeriodMember, write func(int64) string) strategy.Measure {
	switch t.What {
	case "orders":
		return strategy.CountOf(m.Orders(), t.Count, "task_orders", "target", t.Count)
	case "new_customers":
		return strategy.CountOf(m.NewCustomers(), t.Count, "task_new_customers", "target", t.Count)
	case "recruits":
		return strategy.CountOf(m.Recruits(), t.Count, "task_recruits", "target", t.Count)
	}
	return strategy.AmountOf(c.of(m.Sales()), t.Amount, "task_sales", "target", write(t.Amount))
}

func (c Config) of(s strategy.Sales) int64 {
	if c.Basis == "paid" {
		return s.Paid
	}
	return s.Settled
}

// Grade is what a grade of the store takes. Keep is the share of it that is
// enough to stay.
type Grade struct {
	Grade        string      `json:"grade" title:"等级" title_en:"Grade"`
	Sales        int64       `json:"sales,omitempty" title:"本人销售额" title_en:"Own sales" widget:"money"`
	Team         int64       `json:"team,omitempty" title:"团队销售额" title_en:"Team sales" widget:"money"`
	Orders       int64       `json:"orders,omitempty" title:"成交单数" title_en:"Orders"`
	NewCustomers int64       `json:"new_customers,omitempty" title:"新客人数" title_en:"New customers"`
	Keep         *money.Rate `json:"keep" title:"保级只需达到" title_en:"Enough to stay"`
}
