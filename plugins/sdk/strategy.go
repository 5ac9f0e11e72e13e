// Package strategy is what a commission strategy is written with: a settings
// struct, a pure function, and one line of main.
//
//	type Config struct {
//		Rates strategy.Rates `json:"rates" title:"各级比例" title_en:"Rates" max_items:"3"`
//	}
//
//	var Levels = strategy.Plugin[Config]{
//		ID: "levels", Version: "1.0.0",
//		Needs:    []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain")},
//		Locales:  sentences, // zh-CN and en: title, summary, every reason
//		Evaluate: evaluate,
//	}
//
//	func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
//		for line, member := range o.Each() { // every line × everybody of the chain
//			if rate, given := c.Rates.At(member.Level()); given {
//				out.PayRate(member, line, rate).Because("level_rate", "level", member.Level(), "rate", rate)
//			}
//		}
//		return nil
//	}
//
//	func main() { strategy.Serve(Levels) }
//
// The struct's tags become the settings form. Needs are the facts that the
// order may tell; reading another fails the order. Amounts are minor units,
// rates parts per million, and package money computes them exactly; there is no
// floating-point number to get wrong.
//
// Evaluate must depend on its arguments alone: no clock, no chance, no memory,
// no map in iteration order. The order's own times are the only time there is.
// That is what lets the platform repeat, compare and prove every decision.
//
// Whoever is paid or not gets a reason. [Awards] turns an amount of zero into
// one and names everybody forgotten, so that no order is ever answered with a
// silent zero. An order that cannot be decided is no zero either: return
// [Fail], and it waits where the merchant sees it.
//
// A strategy may do more than orders: [Plugin.ClosePeriod] pays what a month
// brings beyond them, [Plugin.EvaluateTier] grades members and shows the
// evidence, [Plugin.Incentives] tells how far they are with tasks.
//
// The package owns the rest: the process and its handshake, checking settings,
// rounding as the store rounds, the order of awards, panics. Wire types do not
// reach an author. Test with package stest:
//
//	func TestLevels(t *testing.T) { stest.Verify(t, Levels, stest.Golden("testdata/golden.json")) }
package strategy

import (
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// SDK is the version that Describe reports.
const SDK = "go/1.1.0"

// Plugin is a strategy with settings of type C, a struct whose tags describe
// the form (see [Schema]).
type Plugin[C any] struct {
	ID      string // "three-level"
	Version string // "1.0.0"
	Needs   []Need
	Locales Locales
	// Default is what absent settings are taken from.
	Default C
	// Validate reports what the schema cannot say; optional.
	Validate func(c C, rules Rules, problems *Problems)
	// Evaluate decides one order. It must depend on its arguments alone.
	Evaluate func(c C, o Order, out *Awards) error
	// ClosePeriod decides what a month that is over pays beyond its orders: a
	// pool, a ladder; optional, and as pure as Evaluate.
	ClosePeriod func(c C, p Period, out *PeriodAwards) error
	// EvaluateTier decides whether one member is promoted, keeps their grade or
	// is demoted; optional, and as pure as Evaluate.
	EvaluateTier func(c C, m TierMember, out *TierDecision) error
	// Incentives tells one member how far they are with the tasks of a period;
	// optional, and as pure as Evaluate.
	Incentives func(c C, m IncentiveMember, out *Tasks) error
	// CanRecompute allows the refund policy "recompute".
	CanRecompute bool
}

// Rules are the store's settings that a configuration may have to agree with.
type Rules struct {
	Rounding money.Rounding
	Levels   int  // how many levels of the chain may earn, 1 to 3
	ByPaying bool // campaigns go by the time of paying; otherwise of placing
}

const maxLevels = 3

func rulesOf(r *strategyv1.Rules) Rules {
	rules := Rules{Rounding: money.Floor, Levels: maxLevels}
	if r.GetRounding() == strategyv1.Rounding_ROUNDING_HALF_UP {
		rules.Rounding = money.HalfUp
	}
	if n := int(r.GetLevels()); n >= 1 && n < maxLevels {
		rules.Levels = n
	}
	rules.ByPaying = r.GetCampaignClock() == strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT
	return rules
}
