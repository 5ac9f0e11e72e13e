package payee

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told. None repeats what was entered.
var (
	ErrKind = fault.New(fault.Invalid, "payee.kind",
		"请选择个人或企业", "a payee is an individual or a business").At("kind")
	ErrName = fault.New(fault.Invalid, "payee.name",
		"请填写与证件一致的姓名或企业名称", "the name must be as in the document").At("name")
	ErrPhone = fault.New(fault.Invalid, "payee.phone",
		"手机号格式不正确", "this is no phone number").At("phone")
	ErrResidentID = fault.New(fault.Invalid, "payee.resident_id",
		"身份证号不正确，请核对 18 位号码", "this is no resident id: check the 18 characters").At("number")
	ErrMinor = fault.New(fault.Invalid, "payee.minor",
		"未满 {age} 周岁不能提现", "nobody under {age} is paid").At("number")
	ErrCreditCode = fault.New(fault.Invalid, "payee.credit_code",
		"统一社会信用代码不正确", "this is no unified social credit code").At("number")
	ErrInvoice = fault.New(fault.Invalid, "payee.invoice",
		"企业收款须能开具发票", "a business must give an invoice for what it is paid").At("invoice")
	ErrChannel = fault.New(fault.Invalid, "payee.channel",
		"不支持这种收款方式", "there is no such kind of account").At("channel")
	ErrCard = fault.New(fault.Invalid, "payee.card",
		"银行卡号不正确，请核对", "this is no card number").At("number")
	ErrBank = fault.New(fault.Invalid, "payee.bank",
		"请填写开户银行", "name the bank").At("bank")
	ErrAlipay = fault.New(fault.Invalid, "payee.alipay",
		"支付宝账号应为手机号或邮箱", "an Alipay login is a phone number or an e-mail address").At("number")
	ErrWeChat = fault.New(fault.Invalid, "payee.wechat",
		"微信 openid 不正确", "this is no WeChat openid").At("number")
	ErrNoIdentity = fault.New(fault.Conflict, "payee.no_identity",
		"请先完成实名信息", "enter your real name first")
	ErrNoAccount = fault.New(fault.Conflict, "payee.no_account",
		"请先填写收款账户（{channel}）", "enter an account to be paid on first ({channel})").At("method")
	ErrPaused = fault.New(fault.Conflict, "payee.paused",
		"收款信息刚刚变更，{until} 之后才会打款", "what one is paid on has just changed: nothing is sent before {until}")
)
