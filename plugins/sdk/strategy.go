// Package strategy is what a commission strategy is written with.
//
// An author gives a configuration struct and a pure function; [Serve] makes a
// plugin of them. The package owns everything else: the process and its
// handshake, the settings form, checking configurations, rounding, order of
// awards, panics, and the promise that an order is never answered with a
// silent zero. Wire types do not reach an author.
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
