package pieces

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// sentences are what merchants and distributors read. Every language has the
// same keys, and a template names its arguments in braces.
var sentences = strategy.Locales{
	"zh-CN": {
		"title":                "按件分佣",
		"summary":              "每卖出一件，各级拿固定金额",
		"needs_lines":          "按商品和件数计算佣金",
		"needs_chain":          "知道这笔订单由谁推广、上级是谁",
		"a_piece":              "第 {level} 级，每件固定金额 × {quantity} 件",
		"free_line":            "商品 {sku} 实付为 0，不给固定佣金",
		"level_without_amount": "第 {level} 级没有设置金额",
	},
	"en": {
		"title":                "A fixed amount a piece",
		"summary":              "Each level earns a fixed amount for every piece sold",
		"needs_lines":          "to count the pieces of each product",
		"needs_chain":          "to know who sold it and who stands behind them",
		"a_piece":              "level {level}, a fixed amount × {quantity}",
		"free_line":            "nothing was paid for {sku}, so its fixed commission is not paid",
		"level_without_amount": "level {level} has no amount",
	},
}
