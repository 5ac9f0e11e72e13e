// Package matrix pays by what was sold and where: the rate of a level comes
// from the SKU, else the longest category that holds it, else the channel,
// else the default. A source that says nothing about a level lets the next one
// speak; a source that says 0 has spoken.
package matrix

import (
	"maps"
	"slices"
	"strings"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Default    strategy.Rates            `json:"default,omitempty" title:"默认比例" title_en:"Default rates" help:"别处没有设置的层级按这里" help_en:"For levels that nothing else decides" max_items:"3"`
	SKUs       map[string]SKU            `json:"skus,omitempty" title:"按商品" title_en:"By product" keys:"sku"`
	Categories map[string]strategy.Rates `json:"categories,omitempty" title:"按类目" title_en:"By category" help:"整段匹配，最长的类目优先" help_en:"Whole segments; the longest category wins" keys:"category"`
	Channels   map[string]strategy.Rates `json:"channels,omitempty" title:"按渠道" title_en:"By channel" keys:"channel"`
}

// SKU is a product's own commission: rates, or fixed amounts per piece.
type SKU struct {
	Rates strategy.Rates `json:"rates,omitempty" title:"各级比例" title_en:"Rate of each level" max_items:"3"`
	Fixed []int64        `json:"fixed,omitempty" title:"各级每件固定金额" title_en:"Fixed amount a piece, by level" widget:"money-list" max_items:"3"`
}

// Strategy is "matrix".
var Strategy = strategy.Plugin[Config]{
	ID: "matrix", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Category.For("needs_category"),
		strategy.Channel.For("needs_channel"), strategy.Chain.For("needs_chain"),
	},
	Locales:      sentences,
	Validate:     validate,
	Evaluate:     evaluate,
	CanRecompute: true,
}

func validate(c Config, _ strategy.Rules, problems *strategy.Problems) {
	for _, sku := range slices.Sorted(maps.Keys(c.SKUs)) {
		if own := c.SKUs[sku]; len(own.Rates) > 0 && len(own.Fixed) > 0 {
			problems.Add("/skus/"+escape.Replace(sku), "rates_or_fixed", "sku", sku)
		}
	}
}

var escape = strings.NewReplacer("~", "~0", "/", "~1")

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		if fixed := c.SKUs[line.SKU()].Fixed; member.Level() <= len(fixed) {
			payFixed(out, member, line, fixed[member.Level()-1])
			continue
		}
		rate, source, given := c.rate(o, line, member.Level())
		if !given {
			out.Decline(member, "level_without_rate", "level", member.Level())
			continue
		}
		out.PayRate(member, line, rate).Because(source, "level", member.Level(), "rate", rate)
	}
	return nil
}

// payFixed pays per piece, but never on a line that cost the buyer nothing.
func payFixed(out *strategy.Awards, member strategy.Member, line strategy.Line, each int64) {
	if line.Net() == 0 {
		out.Decline(member, "fixed_on_free_line", "sku", line.SKU())
		return
	}
	out.PayPerPiece(member, line, each).Because("fixed", "level", member.Level(), "quantity", line.Quantity())
}

// rate asks the sources in turn until one speaks about the level.
func (c Config) rate(o strategy.Order, line strategy.Line, level int) (rate money.Rate, source string, given bool) {
	if rate, given = c.SKUs[line.SKU()].Rates.At(level); given {
		return rate, "by_sku", true
	}
	for path := line.Category(); path != ""; path = parent(path) {
		if rate, given = c.Categories[path].At(level); given {
			return rate, "by_category", true
		}
	}
	if rate, given = c.Channels[o.Channel()].At(level); given {
		return rate, "by_channel", true
	}
	rate, given = c.Default.At(level)
	return rate, "by_default", given
}

// parent is the category that holds this one: "tea" of "tea/green".
func parent(category string) string {
	return category[:max(strings.LastIndexByte(category, '/'), 0)]
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "按商品、类目和渠道",
		"summary":            "商品优先，其次最长的类目、渠道，最后是默认比例；也可以按件给固定金额",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_category":     "按类目选择比例",
		"needs_channel":      "按渠道选择比例",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"by_sku":             "第 {level} 级，按商品 {rate}",
		"by_category":        "第 {level} 级，按类目 {rate}",
		"by_channel":         "第 {level} 级，按渠道 {rate}",
		"by_default":         "第 {level} 级，默认 {rate}",
		"fixed":              "第 {level} 级，固定金额 × {quantity} 件",
		"fixed_on_free_line": "商品 {sku} 实付为 0，不给固定佣金",
		"level_without_rate": "第 {level} 级没有设置比例",
		"rates_or_fixed":     "商品 {sku} 只能设置比例或固定金额中的一种",
	},
	"en": {
		"title":              "By product, category and channel",
		"summary":            "The product decides first, then the longest category, the channel, the default; or a fixed amount a piece",
		"needs_lines":        "to share what was paid for each line",
		"needs_category":     "to choose the rate of a category",
		"needs_channel":      "to choose the rate of a channel",
		"needs_chain":        "to know who sold it and who stands behind them",
		"by_sku":             "level {level}, {rate} of the product",
		"by_category":        "level {level}, {rate} of the category",
		"by_channel":         "level {level}, {rate} of the channel",
		"by_default":         "level {level}, {rate} by default",
		"fixed":              "level {level}, a fixed amount × {quantity}",
		"fixed_on_free_line": "nothing was paid for {sku}, so its fixed commission is not paid",
		"level_without_rate": "level {level} has no rate",
		"rates_or_fixed":     "{sku} takes rates or fixed amounts, not both",
	},
}
