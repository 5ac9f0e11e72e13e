package leaderboard

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told.
var (
	ErrUnknownMetric = fault.New(fault.NotFound, "leaderboard.unknown_metric",
		"没有 {metric} 排行榜", "there is no leaderboard of {metric}")
	ErrUnknownPeriod = fault.New(fault.Invalid, "leaderboard.unknown_period",
		"没有 {period} 这种周期", "{period} is not a period").At("period")
)
