package payer

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told.
var (
	ErrNone = fault.New(fault.NotFound, "payer.none",
		"尚未设置付款主体", "no paying entity has been set")
	ErrName = fault.New(fault.Invalid, "payer.name",
		"请填写付款主体的全称", "give the entity's full name").At("name")
	ErrTaxID = fault.New(fault.Invalid, "payer.tax_id",
		"统一社会信用代码不正确", "this is no unified social credit code").At("tax_id")
	ErrMethod = fault.New(fault.Invalid, "payer.method",
		"没有 {method} 这种计税方式", "{method} is not a tax method").At("method")
	ErrCurrency = fault.New(fault.Invalid, "payer.currency",
		"代扣个人所得税只用于人民币店铺", "income tax is withheld in CNY only").At("method")
	ErrMonth = fault.New(fault.Invalid, "payer.month",
		"计税方式只能从本月或以后的月份开始，不追溯", "a tax method begins this month or later, never before").At("from")
	ErrCode = fault.New(fault.Invalid, "payer.code",
		"加入码无效或已过期，请向另一家店铺索取新的", "the code is not valid or has run out: ask the other store for a new one").At("code")
)
