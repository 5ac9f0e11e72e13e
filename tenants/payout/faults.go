package payout

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told. Amounts in sentences are in major units.
var (
	ErrUnknown = fault.New(fault.NotFound, "payout.unknown",
		"没有这笔打款", "there is no such payout")
	ErrAccountUnknown = fault.New(fault.NotFound, "payout.account_unknown",
		"没有这个打款账户", "there is no such payout account")
	ErrAccountKey = fault.New(fault.Invalid, "payout.account_key",
		"密钥或证书格式不正确", "the key or certificate cannot be read")
	ErrAccountIncomplete = fault.New(fault.Invalid, "payout.account_incomplete",
		"打款账户信息不完整", "something is missing from the payout account")
	ErrNoAccount = fault.New(fault.Conflict, "payout.no_account",
		"还没有可用的{method}打款账户，请先在设置中添加", "there is no active payout account for {method}; add one in the settings first")
	ErrMethod = fault.New(fault.Invalid, "payout.method",
		"不支持打款方式 {method}", "{method} is not a way to pay out").At("method")
	ErrCurrency = fault.New(fault.Invalid, "payout.currency",
		"该打款方式不支持 {currency}", "{currency} cannot be paid out this way")
	ErrNumber = fault.New(fault.Internal, "payout.number",
		"打款单号 {number} 不符合要求", "the payout number {number} is malformed")
	ErrPayeeAccount = fault.New(fault.Invalid, "payout.account_of_payee",
		"收款人缺少收款账户（{method}）", "the payee has no account for this method ({method})")
	ErrPayeeName = fault.New(fault.Invalid, "payout.payee_name",
		"该金额必须填写收款人真实姓名", "an amount this high needs the payee's real name")
	ErrAboveLimit = fault.New(fault.Invalid, "payout.above_limit",
		"超过该打款账户的单笔限额 {limit}", "above the account's limit of {limit} a transfer")
	ErrBelowSmallest = fault.New(fault.Invalid, "payout.below_smallest",
		"低于该打款方式的最低金额 {smallest}", "below the smallest amount of this method, {smallest}")
	ErrWrongState = fault.New(fault.Conflict, "payout.wrong_state",
		"这笔打款当前为{state}，不能这样操作", "this payout is {state}, so that cannot be done")
	ErrNotCertain = fault.New(fault.Conflict, "payout.not_certain",
		"支付渠道尚未确认这笔款没有付出，暂不能退回", "the provider has not said that nothing was paid, so the money cannot be given back yet").By(fault.Provider)
	ErrCannotCancel = fault.New(fault.Conflict, "payout.cannot_cancel",
		"该打款方式不能撤销", "a payout of this method cannot be called back")
	ErrHeld = fault.New(fault.Conflict, "payout.held",
		"打款已暂停：{reason}", "payouts are on hold: {reason}")
	ErrReasonMissing = fault.New(fault.Invalid, "payout.reason_missing",
		"请填写原因", "a reason is required").At("reason")
	ErrBillUnavailable = fault.New(fault.Unavailable, "payout.bill_unavailable",
		"暂时无法下载账单（{words}），请稍后再试", "the bill cannot be fetched now ({words}); try again later").By(fault.Provider)
	ErrBillUnreadable = fault.New(fault.Invalid, "payout.bill_unreadable",
		"账单第 {line} 行无法识别", "line {line} of the bill cannot be read").At("file")
	ErrBillColumn = fault.New(fault.Invalid, "payout.bill_column",
		"账单缺少“{column}”列", "the bill has no column {column}").At("file")
	ErrDays = fault.New(fault.Invalid, "payout.days",
		"请选择起止日期，最多 {most} 天", "choose the first and the last day, at most {most} days apart").At("from")
	ErrNoBill = fault.New(fault.Conflict, "payout.no_bill",
		"该账户没有可下载的账单，请上传账单文件", "this account has no bill to fetch; upload the file")
	ErrHook = fault.New(fault.Unauthorized, "payout.hook",
		"通知无法验证", "the notice cannot be verified")
	ErrDifferenceUnknown = fault.New(fault.NotFound, "payout.difference_unknown",
		"没有这条差异", "there is no such difference")
	ErrNotExtra = fault.New(fault.Conflict, "payout.not_extra",
		"只有账单多出的付款可以补记", "only a payment that the bill alone knows can be booked")
	ErrNotExact = fault.New(fault.Conflict, "payout.not_exact",
		"扣除税费后与账单金额不一致，请改用人工调整后再处理此差异", "after tax and fee it would not be the bill's amount: adjust by hand, then resolve the difference")
	ErrDifferenceResolved = fault.New(fault.Conflict, "payout.difference_resolved",
		"这条差异已处理", "this difference has been resolved")
)
