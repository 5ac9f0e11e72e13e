package distributor

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told.
var (
	ErrUnknown = fault.New(fault.NotFound, "distributor.unknown",
		"没有这位分销员", "there is no such distributor")
	ErrNotActive = fault.New(fault.Conflict, "distributor.not_active",
		"只有在推广的分销员才能担任，当前状态为 {state}", "only an active distributor can hold a post; this one is {state}")
	ErrRegionMissing = fault.New(fault.Invalid, "distributor.region_missing",
		"请填写地区", "a region is required")
	ErrUnknownUpline = fault.New(fault.Invalid, "distributor.unknown_upline",
		"没有这位上级", "there is no such upline")
	ErrLoop = fault.New(fault.Conflict, "distributor.loop",
		"上级不能是本人或本人的下级", "the upline cannot be the member or anyone below them")
	ErrWrongState = fault.New(fault.Conflict, "distributor.wrong_state",
		"当前状态为 {from}，不能变为 {to}", "a member who is {from} cannot become {to}")
	ErrReasonMissing = fault.New(fault.Invalid, "distributor.reason_missing",
		"请填写原因", "a reason is required")
	ErrNameMissing = fault.New(fault.Invalid, "distributor.name_missing",
		"请填写姓名", "a name is required")
	ErrGradeMissing = fault.New(fault.Invalid, "distributor.grade_missing",
		"请填写等级", "a grade is required")
	ErrUnknownState = fault.New(fault.Invalid, "distributor.unknown_state",
		"没有 {state} 这种状态", "{state} is not a state")
	ErrCodeTaken = fault.New(fault.Conflict, "distributor.code_taken",
		"推广码 {code} 已被使用", "the code {code} is taken")
	ErrBadCode = fault.New(fault.Invalid, "distributor.bad_code",
		"推广码须为 3 至 32 位字母、数字、- 或 _", "a code is 3 to 32 letters, digits, - or _")
	ErrExternalIDTaken = fault.New(fault.Conflict, "distributor.external_id_taken",
		"外部编号 {external_id} 已被使用", "the external id {external_id} is taken")
	ErrAlreadyJoined = fault.New(fault.Conflict, "distributor.already_joined",
		"您已经是分销员或已提交申请", "this person is a distributor already, or has applied")
)
