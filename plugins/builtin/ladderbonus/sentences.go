package ladderbonus

import strategy "github.com/fenli-io/fenli/plugins/sdk"

var sentences = strategy.Locales{
	"zh-CN": {
		"title":                "阶梯奖金",
		"summary":              "月末按本人或团队销售额所到的台阶发奖金；订单本身不分佣",
		"needs_chain":          "说明订单的推广人为何没有逐单佣金",
		"needs_team":           "知道团队在本期的销售额",
		"at_the_close":         "本方案不按订单分佣，月末按台阶发奖金",
		"below_the_first_step": "销售额 {sales}，未到第一个台阶 {from}",
		"comes_to_nothing":     "销售额 {sales}，到第 {step} 个台阶，算得奖金为 0",
		"whole":                "销售额 {sales}，到第 {step} 个台阶，全额 {rate}",
		"slab":                 "销售额 {sales}，到第 {step} 个台阶，分段计算，最高一段 {rate}",
		"fixed":                "销售额 {sales}，到第 {step} 个台阶，固定奖金 {amount}",
		"sales_own":            "本人销售额到第 {step} 个台阶 {from}",
		"sales_team":           "团队销售额到第 {step} 个台阶 {from}",
		"sales_both":           "本人加团队销售额到第 {step} 个台阶 {from}",
		"steps_must_rise":      "台阶的起点必须逐级升高",
	},
	"en": {
		"title":                "Ladder bonus",
		"summary":              "A bonus at the month's end by the step that own or team sales have reached; orders themselves pay nothing",
		"needs_chain":          "to say why whoever sold an order earns nothing for it alone",
		"needs_team":           "to know what the team sold in the period",
		"at_the_close":         "this plan pays nothing by order; the bonus comes at the month's end",
		"below_the_first_step": "sales of {sales} do not reach the first step, {from}",
		"comes_to_nothing":     "sales of {sales} reach step {step}, and the bonus comes to 0",
		"whole":                "sales of {sales} reach step {step}: {rate} of all of it",
		"slab":                 "sales of {sales} reach step {step}: each part at its own rate, {rate} the highest",
		"fixed":                "sales of {sales} reach step {step}: a fixed {amount}",
		"sales_own":            "own sales up to step {step}, {from}",
		"sales_team":           "team sales up to step {step}, {from}",
		"sales_both":           "own and team sales up to step {step}, {from}",
		"steps_must_rise":      "each step must start above the one before",
	},
}
