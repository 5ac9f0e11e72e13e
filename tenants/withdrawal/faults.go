package withdrawal

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told. Amounts in sentences are in major units.
var (
	ErrUnknown = fault.New(fault.NotFound, "withdrawal.unknown",
		"没有这笔提现", "there is no such withdrawal")
	ErrNotAllowed = fault.New(fault.Forbidden, "withdrawal.not_allowed",
		"当前状态（{state}）不能提现", "nothing can be withdrawn while the distributor is {state}")
	ErrAmount = fault.New(fault.Invalid, "withdrawal.amount",
		"提现金额必须大于零", "the amount must be above zero").At("amount")
	ErrInDebt = fault.New(fault.Conflict, "withdrawal.in_debt",
		"尚有 {debt} 待扣回，暂不能提现", "{debt} is still owed, so nothing can be withdrawn")
	ErrInsufficientBalance = fault.New(fault.Conflict, "withdrawal.insufficient_balance",
		"可提现余额为 {available}，不足以提现", "{available} is available, which is less than the amount").At("amount")
	ErrBelowMinimum = fault.New(fault.Invalid, "withdrawal.below_minimum",
		"单笔提现不得低于 {minimum}", "the minimum is {minimum}")
	ErrAboveMaximum = fault.New(fault.Invalid, "withdrawal.above_maximum",
		"单笔提现不得超过 {maximum}", "the maximum per request is {maximum}")
	ErrAboveMonth = fault.New(fault.Invalid, "withdrawal.above_month",
		"每月最多提现 {maximum}，本月还可提现 {left}，{next} 起重新计算", "the maximum per month is {maximum}; {left} is left, counted anew from {next}")
	ErrNotToday = fault.New(fault.Invalid, "withdrawal.not_today",
		"每月 {days} 日可以提现，下一次是 {next}", "withdrawals are possible on day {days} of the month, next on {next}")
	ErrWrongState = fault.New(fault.Conflict, "withdrawal.wrong_state",
		"这笔提现当前为 {from}，不能变为 {to}", "a withdrawal that is {from} cannot become {to}")
	ErrReasonMissing = fault.New(fault.Invalid, "withdrawal.reason_missing",
		"请填写原因", "a reason is required").At("reason")
	ErrVoucherMissing = fault.New(fault.Invalid, "withdrawal.voucher_missing",
		"请填写打款凭证", "a voucher is required").At("voucher")
	ErrMethod = fault.New(fault.Invalid, "withdrawal.method",
		"本店不支持这种提现方式（{method}）", "this store does not pay by {method}").At("method")
	ErrUnknownState = fault.New(fault.Invalid, "withdrawal.unknown_state",
		"没有 {state} 这种状态", "{state} is not a state").At("state")
)
