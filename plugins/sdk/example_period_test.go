package strategy_test

import (
	"context"
	"fmt"
	"strings"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

type clubConfig struct {
	From int64 `json:"from" title:"销售额起" title_en:"Sales from" widget:"money"`
	Gift int64 `json:"gift" title:"奖金" title_en:"Bonus" widget:"money"`
}

// club is a month's bonus: paid at the close, told of before, and the way into
// the gold grade.
var club = strategy.Plugin[clubConfig]{
	Locales: strategy.Locales{"en": {
		"at_the_close": "nothing by order", "sold": "sold {sales}", "too_little": "sold {sales} of {from}", "settled": "settled sales", "reached": "sold enough",
	}},
	Evaluate: func(_ clubConfig, _ strategy.Order, out *strategy.Awards) error {
		out.None("at_the_close")
		return nil
	},
	ClosePeriod: func(c clubConfig, p strategy.Period, out *strategy.PeriodAwards) error {
		for _, m := range p.Members() {
			if sales := m.Sales().Settled; sales >= c.From {
				out.Pay(m, c.Gift).Kind("club").Because("sold", "sales", p.Money(sales))
			} else {
				out.Decline(m, "too_little", "sales", p.Money(sales), "from", p.Money(c.From))
			}
		}
		return nil
	},
	Incentives: func(c clubConfig, m strategy.IncentiveMember, out *strategy.Tasks) error {
		out.Tell("club", strategy.AmountOf(m.Sales().Settled, c.From, "settled")).Pays(c.Gift)
		return nil
	},
	EvaluateTier: func(c clubConfig, m strategy.TierMember, out *strategy.TierDecision) error {
		sold := strategy.AmountOf(m.Sales().Settled, c.From, "settled")
		out.Evidence(sold)
		switch gold := m.Rank(m.Grade()) >= m.Rank("gold"); {
		case !gold && sold.Met():
			out.Promote("gold", "reached")
		case !gold:
			out.Next("gold", sold)
		}
		return nil
	},
}

var (
	clubSettings = clubConfig{From: 100_000, Gift: 8_800}
	clubMembers  = []*strategyv1.PeriodMember{
		{Handle: "wang", Grade: "silver", Sales: &strategyv1.PeriodSales{Settled: 120_000}},
		{Handle: "zhao", Grade: "silver", Sales: &strategyv1.PeriodSales{Settled: 70_000}},
	}
)

// A month that is over pays a bonus.
func ExamplePeriodAwards_Pay() {
	out, err := club.Server().ClosePeriod(context.Background(), &strategyv1.ClosePeriodRequest{
		Config: settings(clubSettings), Currency: "CNY", MinorDigits: 2, Members: clubMembers})
	if err != nil {
		panic(err)
	}
	say := sentences(club)
	for _, a := range out.GetClosed().GetAwards() {
		fmt.Printf("%s %s: %s\n", clubMembers[a.Member].Handle, money.Format(a.Amount, "CNY"), say(a.Why))
	}
	for _, d := range out.GetClosed().GetDeclined() {
		fmt.Printf("%s nothing: %s\n", clubMembers[d.Member].Handle, say(d.Why))
	}
	// Output:
	// wang 88.00: sold 1200.00
	// zhao nothing: sold 700.00 of 1000.00
}

// While the month runs, everybody sees how far they are.
func ExampleTasks_Tell() {
	out, err := club.Server().Incentives(context.Background(), &strategyv1.IncentivesRequest{
		Config: settings(clubSettings), Currency: "CNY", MinorDigits: 2, Members: clubMembers})
	if err != nil {
		panic(err)
	}
	say := sentences(club)
	for _, p := range out.Progress {
		fmt.Printf("%s %s: %s of %s brings %s\n", clubMembers[p.Member].Handle, say(p.Title),
			money.Format(p.Current, "CNY"), money.Format(p.Target, "CNY"), money.Format(p.Reward.Amount, "CNY"))
	}
	// Output:
	// wang settled sales: 1200.00 of 1000.00 brings 88.00
	// zhao settled sales: 700.00 of 1000.00 brings 88.00
}

// Grades come with evidence, and with what the next one takes.
func ExampleTierDecision_Promote() {
	req := &strategyv1.EvaluateTierRequest{Config: settings(clubSettings), Currency: "CNY", MinorDigits: 2, Grades: []string{"silver", "gold"}}
	for _, m := range clubMembers {
		req.Members = append(req.Members, &strategyv1.TierMember{Did: m})
	}
	out, err := club.Server().EvaluateTier(context.Background(), req)
	if err != nil {
		panic(err)
	}
	say := sentences(club)
	for i, d := range out.Decisions {
		if c := d.GetChange(); c != nil {
			fmt.Printf("%s becomes %s: %s\n", clubMembers[i].Handle, c.To, say(c.Why))
			continue
		}
		missing := d.Next.Missing[0]
		fmt.Printf("%s stays; %s takes %s of %s\n", clubMembers[i].Handle, d.Next.Grade, say(missing.What), money.Format(missing.Target, "CNY"))
	}
	// Output:
	// wang becomes gold: sold enough
	// zhao stays; gold takes settled sales of 1000.00
}

// sentences writes reasons with a strategy's English templates.
func sentences[C any](p strategy.Plugin[C]) func(*strategyv1.Why) string {
	described, err := p.Server().Describe(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	return func(w *strategyv1.Why) string {
		text := w.Key
		for _, l := range described.Locales {
			if l.Tag == "en" && l.Messages[w.Key] != "" {
				text = l.Messages[w.Key]
			}
		}
		for _, a := range w.Args {
			text = strings.ReplaceAll(text, "{"+a.Name+"}", a.Value)
		}
		return text
	}
}
