package categories

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// sentences are what merchants and distributors read. Every language has the
// same keys, and a template names its arguments in braces.
var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "按类目分佣",
		"summary":            "每个类目有自己的各级比例",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_category":     "按类目选择比例",
		"category_rate":      "第 {level} 级，本类目 {rate}",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"level_without_rate": "第 {level} 级没有设置比例",
	},
	"en": {
		"title":              "Rates by category",
		"summary":            "Each category has its own rate for each level",
		"needs_lines":        "to share what was paid for each line",
		"needs_category":     "to choose the rate of a category",
		"category_rate":      "level {level}, {rate} of this category",
		"needs_chain":        "to know who sold it and who stands behind them",
		"level_without_rate": "level {level} has no rate",
	},
}
