package adjustment

import "github.com/fenli-io/fenli/platform/fault"

var (
	// ErrUnknown is about an id that the store does not have.
	ErrUnknown = fault.New(fault.NotFound, "adjustment.unknown", "没有这笔人工调整", "there is no such adjustment")
	// ErrAmount is about nothing, or less.
	ErrAmount = fault.New(fault.Invalid, "adjustment.amount", "金额必须大于 0", "the amount must be above 0").At("amount")
	// ErrKind is about what is neither a bonus nor a deduction.
	ErrKind = fault.New(fault.Invalid, "adjustment.kind", "只能是奖励或扣款", "an adjustment is a bonus or a deduction").At("kind")
	// ErrCause is about a cause that is not on the list.
	ErrCause = fault.New(fault.Invalid, "adjustment.cause", "请选择调整事由", "choose what the adjustment is for").At("cause")
	// ErrReason is about a reason that says nothing.
	ErrReason = fault.New(fault.Invalid, "adjustment.reason", "请写明原因，分销员会看到", "give a reason: the distributor reads it").At("reason")
	// ErrRecruiting is about a reward for bringing people in.
	ErrRecruiting = fault.New(fault.Invalid, "adjustment.recruiting", "不得为招募、注册或人数发放奖励，佣金只能来自真实销售", "nothing may be given for recruiting or registering: rewards come from sales").At("reason")
	// ErrNotAffirmed is about a proposer who does not give their word.
	ErrNotAffirmed = fault.New(fault.Invalid, "adjustment.not_affirmed", "请确认这笔奖励与招募无关", "confirm that this has nothing to do with recruiting").At("not_recruiting")
	// ErrState is about somebody who may not be given money now.
	ErrState = fault.New(fault.Conflict, "adjustment.not_active", "该分销员目前是 {state} 状态，不能发放奖励", "the distributor is {state} and cannot be given a bonus")
	// ErrBudget is about a month whose budget does not reach.
	ErrBudget = fault.New(fault.Conflict, "adjustment.budget", "本月奖励预算还剩 {left}，不够这笔 {amount}", "what is left of this month's budget is {left}, less than {amount}").At("amount")
	// ErrSamePerson is about one who approves what they have proposed.
	ErrSamePerson = fault.New(fault.Conflict, "adjustment.same_person", "复核须由另一个人完成", "a second person must decide")
	// ErrOtherPerson is about one who takes back what another has proposed.
	ErrOtherPerson = fault.New(fault.Conflict, "adjustment.other_person", "只有提交人可以撤回，其他人请驳回", "only who proposed it can take it back; others refuse it")
	// ErrDecided is about an adjustment that waits for nobody any more.
	ErrDecided = fault.New(fault.Conflict, "adjustment.decided", "这笔调整已处理（{state}）", "the adjustment has been decided: {state}")
	// ErrCorrection is about a correction that fits no booked adjustment.
	ErrCorrection = fault.New(fault.Invalid, "adjustment.correction", "更正须针对同一分销员已入账的一笔调整，方向相反", "a correction goes the other way than a booked adjustment of the same distributor").At("corrects")
	// ErrCorrectedEnough is about a correction of more than was adjusted.
	ErrCorrectedEnough = fault.New(fault.Conflict, "adjustment.corrected", "这笔调整最多还能更正 {left}", "at most {left} of that adjustment can still be corrected").At("amount")
	// ErrUnknownState is about a filter.
	ErrUnknownState = fault.New(fault.Invalid, "adjustment.unknown_state", "没有 {state} 这个状态", "there is no state {state}").At("state")
)
