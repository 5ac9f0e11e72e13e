package commission

import "github.com/fenli-io/fenli/platform/fault"

var (
	// ErrPeriodUnknown is the answer for what is no month, or was never closed.
	ErrPeriodUnknown = fault.New(fault.NotFound, "commission.period_unknown", "没有这个账期", "there is no such period")
	errPeriodOpen    = fault.New(fault.Conflict, "commission.period_open", "账期 {period} 到 {until} 才结束", "the period {period} is not over before {until}")
	errPeriodMoving  = fault.New(fault.Unavailable, "commission.period_moving", "关账期间数据一直在变，请稍后再试", "the period's orders or people kept changing while it was being closed; try again")
	errRetryLater    = fault.New(fault.TooMany, "commission.retry_later", "策略 {strategy} 刚才又试过一次，仍然出错；{at} 之后可以再试", "the strategy {strategy} was tried again a moment ago and failed; it may be tried again after {at}")
	errCannotAsk     = fault.New(fault.Unavailable, "commission.cannot_ask", "佣金策略现在不能回答，请稍后再看", "the strategy cannot answer for now; look again later")
)
