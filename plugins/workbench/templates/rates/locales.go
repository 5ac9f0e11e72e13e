package rates

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// sentences are what merchants and distributors read. Every language has the
// same keys, and a template names its arguments in braces.
var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "按级分佣",
		"summary":            "按推广层级，各级拿各自的比例",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"level_rate":         "第 {level} 级，{rate}",
		"level_without_rate": "第 {level} 级没有设置比例",
	},
	"en": {
		"title":              "Rates by level",
		"summary":            "Each level of the chain earns its own rate",
		"needs_lines":        "to share what was paid for each line",
		"needs_chain":        "to know who sold it and who stands behind them",
		"level_rate":         "level {level}, {rate}",
		"level_without_rate": "level {level} has no rate",
	},
}
