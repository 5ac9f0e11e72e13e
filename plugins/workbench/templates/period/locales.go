package period

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// sentences are what merchants and distributors read. Every language has the
// same keys, and a template names its arguments in braces.
var sentences = strategy.Locales{
	"zh-CN": {
		"title":           "月度奖励",
		"summary":         "当月卖得够多，月末按其销售额给奖励；订单本身不分佣",
		"needs_chain":     "说明订单的推广人为何没有逐单佣金",
		"at_the_close":    "本方案不按订单分佣，月末统一奖励",
		"bonus":           "当月已结算销售额 {sold}，奖励 {rate}",
		"sold_too_little": "当月已结算销售额 {sold}，未达到 {least}",
	},
	"en": {
		"title":           "Monthly bonus",
		"summary":         "Whoever sold enough gets a share of their sales at the month's end; orders themselves pay nothing",
		"needs_chain":     "to say why whoever sold an order earns nothing for it alone",
		"at_the_close":    "this plan pays nothing by order; the bonus comes at the month's end",
		"bonus":           "{rate} of the {sold} settled this month",
		"sold_too_little": "{sold} settled this month, below {least}",
	},
}
