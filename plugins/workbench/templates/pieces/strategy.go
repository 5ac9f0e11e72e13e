// Package pieces pays each level a fixed amount for every piece sold.
package pieces

import strategy "github.com/fenli-io/fenli/plugins/sdk"

// Config is the settings form that the merchant fills in. Amounts are whole
// minor units: 500 is 5.00.
type Config struct {
	SKUs    map[string][]int64 `json:"skus,omitempty" title:"按商品，各级每件金额" title_en:"By product: amount a piece of each level" keys:"sku" widget:"money-list"`
	Default []int64            `json:"default,omitempty" title:"其他商品，各级每件金额" title_en:"Other products: amount a piece of each level" widget:"money-list" max_items:"3"`
}

// Strategy is what the platform sees.
var Strategy = strategy.Plugin[Config]{
	ID: "pieces", Version: "0.1.0",
	Needs:    []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain")},
	Locales:  sentences,
	Evaluate: evaluate,
}

// evaluate decides one order. It depends on its arguments alone.
func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		amounts, set := c.SKUs[line.SKU()]
		if !set {
			amounts = c.Default
		}
		switch {
		case line.Net() == 0:
			out.Decline(member, "free_line", "sku", line.SKU())
		case member.Level() <= len(amounts):
			out.PayPerPiece(member, line, amounts[member.Level()-1]).Because("a_piece", "level", member.Level(), "quantity", line.Quantity())
		default:
			out.Decline(member, "level_without_amount", "level", member.Level())
		}
	}
	return nil
}
