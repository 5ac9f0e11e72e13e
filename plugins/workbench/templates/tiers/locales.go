package tiers

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// sentences are what merchants and distributors read. Every language has the
// same keys, and a template names its arguments in braces.
var sentences = strategy.Locales{
	"zh-CN": {
		"title":           "按业绩分档",
		"summary":         "卖出的人按此前的销售额拿对应档位的比例",
		"needs_lines":     "按每件商品的实付金额计算佣金",
		"needs_chain":     "知道这笔订单由谁推广",
		"needs_sales":     "知道推广人此前的销售额",
		"tier_rate":       "此前已售 {sold}，档位 {rate}",
		"below_tiers":     "此前已售 {sold}，未达到最低档位",
		"seller_alone":    "本方案只给卖出的人",
		"tiers_must_rise": "档位的销售额要逐档升高",
	},
	"en": {
		"title":           "Tiers by sales",
		"summary":         "The seller earns the rate of the tier that their sales have reached",
		"needs_lines":     "to share what was paid for each line",
		"needs_chain":     "to know who sold it",
		"needs_sales":     "to know what the seller has sold before",
		"tier_rate":       "sold {sold} before, which reaches {rate}",
		"below_tiers":     "sold {sold} before, below the lowest tier",
		"seller_alone":    "this plan pays the seller alone",
		"tiers_must_rise": "each tier must begin above the one before",
	},
}
