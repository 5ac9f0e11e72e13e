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
	errPaused = fault.New(fault.Forbidden, ErrNotAllowed.Code,
		"账户状态为 {state}，提现暂停，最晚 {until} 恢复或说明处理结果", "the distributor is {state}: withdrawals pause until {until} at the latest")
	ErrLeftTooLong = fault.New(fault.Forbidden, "withdrawal.left_too_long",
		"离开已满 12 个月，余额保留期在 {until} 结束", "the twelve months after leaving ended on {until}")
	ErrNothingLeft = fault.New(fault.Invalid, "withdrawal.nothing_left",
		"扣除税费后没有可到账的金额", "nothing is left after tax and fee").At("amount")
	ErrAboveTransfer = fault.New(fault.Invalid, "withdrawal.above_transfer",
		"该方式单次最多 {maximum}，请减少金额或换一种方式", "this method carries {maximum} at most: ask for less, or by another").At("amount")
	ErrSecondPerson = fault.New(fault.Conflict, "withdrawal.second_person",
		"超过 {above} 须由两人审核，请另一位同事复核", "above {above} two people approve: the second has to be somebody else")
	ErrRequoted = fault.New(fault.Conflict, "withdrawal.requoted",
		"税额已变化，应付净额现为 {net}：请先“开始打款”，按新的净额转账", "the tax has changed and the net is {net} now: start the payment first and transfer that")
	ErrNotStopped = fault.New(fault.Conflict, "withdrawal.not_stopped",
		"只有冻结或封禁的人才会没收（当前 {state}）", "only the frozen and the banned forfeit, this one is {state}")
	ErrNothingToForfeit = fault.New(fault.Conflict, "withdrawal.nothing_to_forfeit",
		"没有可没收的余额", "there is nothing to forfeit")
	ErrForfeitChanged = fault.New(fault.Conflict, "withdrawal.forfeit_changed",
		"可没收的金额已变为 {amount}，请重新确认", "what can be forfeited is {amount} now: confirm it again").At("amount")
	ErrForfeitUnknown = fault.New(fault.NotFound, "withdrawal.forfeit_unknown",
		"没有这条没收记录", "there is no such forfeit")
	ErrUnknownState = fault.New(fault.Invalid, "withdrawal.unknown_state",
		"没有 {state} 这种状态", "{state} is not a state").At("state")
)
