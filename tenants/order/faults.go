package order

import "github.com/fenli-io/fenli/platform/fault"

var (
	// ErrUnknown is what every slice says of an order that the store does not have.
	ErrUnknown        = errUnknown
	errUnknown        = fault.New(fault.NotFound, "order.not_found", "没有这个订单", "there is no such order")
	errReused         = fault.New(fault.Conflict, "order.external_id_reused", "外部单号 {external_id} 已用于另一份内容不同的订单", "{external_id} already names an order with other content")
	errRefundReused   = fault.New(fault.Conflict, "order.refund_id_reused", "退款单号 {external_id} 已用于另一笔内容不同的退款", "{external_id} already names a refund with other content")
	errNoLines        = fault.New(fault.Invalid, "order.no_lines", "订单至少要有一行商品", "an order needs at least one line")
	errManyLines      = fault.New(fault.Invalid, "order.too_many_lines", "一个订单最多 1000 行", "an order has at most 1000 lines")
	errRegion         = fault.New(fault.Invalid, "order.region", "地区最多 100 个字", "a region has at most 100 letters")
	errLineTwice      = fault.New(fault.Invalid, "order.line_id_twice", "行号 {line} 出现了两次", "line id {line} is used twice")
	errQuantity       = fault.New(fault.Invalid, "order.quantity", "数量必须大于 0", "the quantity must be above zero")
	errNegative       = fault.New(fault.Invalid, "order.negative_amount", "金额不能为负", "an amount cannot be negative")
	errTooLarge       = fault.New(fault.Invalid, "order.amount_too_large", "金额超出可表示的范围", "the amount is beyond what can be represented")
	errDiscount       = fault.New(fault.Invalid, "order.discount_above_price", "优惠不能超过商品金额", "a discount cannot exceed the price")
	errFuture         = fault.New(fault.Invalid, "order.in_the_future", "时间不能晚于当前时间 5 分钟以上", "the time is more than five minutes ahead")
	errLongAgo        = fault.New(fault.Invalid, "order.long_ago", "时间不能早于 1990 年", "the time is before 1990")
	errNoExternalID   = fault.New(fault.Invalid, "order.no_external_id", "请给出外部单号", "an external id is required")
	errNoBuyer        = fault.New(fault.Invalid, "order.no_buyer", "请给出客户的外部编号", "the buyer needs an external id")
	errOwnSource      = fault.New(fault.Invalid, "order.reserved_source", "来源 {source} 由平台使用", "the source {source} is the platform's own")
	errNoSandbox      = fault.New(fault.Forbidden, "order.sandbox_off", "本店未开启模拟支付", "payment in the sandbox is off in this store")
	errUnknownVia     = fault.New(fault.Invalid, "order.unknown_distributor", "没有分销员 {via}", "there is no distributor {via}")
	errClosed         = fault.New(fault.Conflict, "order.closed", "订单已关闭", "the order is closed")
	errAlreadyPaid    = fault.New(fault.Conflict, "order.already_paid", "订单已支付，请改为退款", "the order is paid; refund it instead")
	errNotPaid        = fault.New(fault.Conflict, "order.not_paid", "订单尚未支付", "the order is not paid")
	errAboveRemaining = fault.New(fault.Invalid, "order.refund_above_paid", "退款超过剩余实付金额 {remaining}", "the refund exceeds what is left of the payment: {remaining}")
	errNoAmount       = fault.New(fault.Invalid, "order.refund_amount", "退款金额必须大于 0", "a refund must be above zero")
	errUnknownLine    = fault.New(fault.Invalid, "order.unknown_line", "订单没有行 {line}", "the order has no line {line}")
	errExchangeReused = fault.New(fault.Conflict, "order.exchange_id_reused", "换货编号 {external_id} 已用于另一次换货", "the exchange id {external_id} belongs to another exchange")
	errNoDifference   = fault.New(fault.Invalid, "order.no_difference", "改价须写明差额", "a corrected price needs a difference")
	errAllBack        = fault.New(fault.Conflict, "order.all_refunded", "订单已全部退款", "everything has been refunded")
	errNoGroup        = fault.New(fault.Conflict, "order.no_group", "订单不属于拼团", "the order belongs to no group-buy")
	errGroupDecided   = fault.New(fault.Conflict, "order.group_decided", "拼团已有结果", "the group-buy is already decided")
)
