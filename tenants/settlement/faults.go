package settlement

import "github.com/fenli-io/fenli/platform/fault"

var (
	// ErrPeriodUnknown is about a period that the store has not closed.
	ErrPeriodUnknown = fault.New(fault.NotFound, "settlement.period_unknown", "没有这一期的结算单，或这一期还没有结束", "there are no statements of that period, or it is not over")
	// ErrNoStatement is about somebody who has no entry in a period.
	ErrNoStatement = fault.New(fault.NotFound, "settlement.no_statement", "这一期没有任何变动", "nothing has moved in that period")
)
