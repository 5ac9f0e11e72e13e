package dispute

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told.
var (
	ErrUnknown = fault.New(fault.NotFound, "dispute.unknown",
		"没有这个申诉", "there is no such dispute")
	ErrWordsMissing = fault.New(fault.Invalid, "dispute.words_missing",
		"请写明情况", "say what it is about").At("text")
	ErrSubjectMissing = fault.New(fault.Invalid, "dispute.subject_missing",
		"请选择一笔订单，或填写订单号，二选一", "name an order of yours, or give the number of another, not both").At("order_id")
	ErrAlreadyOpen = fault.New(fault.Conflict, "dispute.already_open",
		"这笔订单已有处理中的申诉，请在原申诉里补充", "there is an unsettled dispute about this order: add to that one")
	ErrTooMany = fault.New(fault.Conflict, "dispute.too_many",
		"处理中的申诉已有 {most} 个，请等待答复", "{most} disputes are unsettled already: wait for their answers")
	ErrTooLong = fault.New(fault.Conflict, "dispute.too_long",
		"这个申诉的往来已达 {most} 条，不能再补充", "{most} things have been said in this dispute, which is the most there may be")
	ErrWrongState = fault.New(fault.Conflict, "dispute.wrong_state",
		"申诉当前为 {state}，不能这样做", "not while the dispute is {state}")
	ErrUnknownState = fault.New(fault.Invalid, "dispute.unknown_state",
		"没有 {state} 这种状态", "{state} is not a state").At("state")
	ErrOutcome = fault.New(fault.Invalid, "dispute.outcome",
		"请选择成立或不成立", "the outcome is upheld or rejected").At("outcome")
)
