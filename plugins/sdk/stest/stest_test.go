package stest_test

import (
	"testing"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

type config struct {
	Rates strategy.Rates `json:"rates" title:"比例" title_en:"Rates" max_items:"3"`
}

var levels = strategy.Plugin[config]{
	ID: "levels", Version: "1.0.0",
	Needs: []strategy.Need{strategy.Lines.For("needs"), strategy.Chain.For("needs")},
	Locales: strategy.Locales{
		"zh-CN": {"title": "级", "summary": "按级", "needs": "用于计算", "level_rate": "第 {level} 级 {rate}"},
		"en":    {"title": "Levels", "summary": "By level", "needs": "to compute", "level_rate": "level {level}, {rate}"},
	},
	Evaluate: func(c config, o strategy.Order, out *strategy.Awards) error {
		for line, m := range o.Each() {
			if rate, given := c.Rates.At(m.Level()); given {
				out.PayRate(m, line, rate).Because("level_rate", "level", m.Level(), "rate", rate)
			}
		}
		return nil
	},
}

func TestVerify(t *testing.T) { stest.Verify(t, levels, stest.Golden("testdata/golden.json")) }
