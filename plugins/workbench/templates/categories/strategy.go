// Package categories pays each level a rate that depends on the category.
package categories

import (
	"strings"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
)

// Config is the settings form that the merchant fills in.
type Config struct {
	Categories map[string]strategy.Rates `json:"categories" title:"按类目" title_en:"By category" help:"最长的类目优先" help_en:"The longest category wins" keys:"category"`
	Default    strategy.Rates            `json:"default,omitempty" title:"其他类目" title_en:"Everything else" max_items:"3"`
}

// Strategy is what the platform sees.
var Strategy = strategy.Plugin[Config]{
	ID: "categories", Version: "0.1.0",
	Needs:    []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Category.For("needs_category"), strategy.Chain.For("needs_chain")},
	Locales:  sentences,
	Evaluate: evaluate,
}

// evaluate decides one order. It depends on its arguments alone.
func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for line, member := range o.Each() {
		if rate, given := c.of(line.Category()).At(member.Level()); given {
			out.PayRate(member, line, rate).Because("category_rate", "level", member.Level(), "rate", rate)
		} else {
			out.Decline(member, "level_without_rate", "level", member.Level())
		}
	}
	return nil
}

// of walks up from "tea/green" to "tea" until somebody has set rates.
func (c Config) of(category string) strategy.Rates {
	for path := category; path != ""; path = path[:max(strings.LastIndexByte(path, '/'), 0)] {
		if rates, set := c.Categories[path]; set {
			return rates
		}
	}
	return c.Default
}
