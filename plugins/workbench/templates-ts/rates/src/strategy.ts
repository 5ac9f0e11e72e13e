/** rates pays each level of the chain its own rate of every line. */
import { type Awards, type ConfigOf, type Order, atLevel, definePlugin, setting } from "@fenli/strategy";

// The settings form that the merchant fills in.
const config = {
  rates: setting.rates({
    title: "各级佣金比例", titleEn: "Rate of each level", help: "第一项给卖出的人，第二项给其上级，依此类推",
    helpEn: "The first is the seller's, the second that of whoever stands behind them", maxItems: 3, default: ["0.1", "0.05"],
  }),
};

type Config = ConfigOf<typeof config>;

/** It decides one order and looks at its arguments alone: no clock, no network, no memory of other orders. */
function evaluate(c: Config, order: Order, out: Awards): void {
  for (const [line, member] of order.each()) {
    const { level } = member;
    const rate = atLevel(c.rates, level);
    if (rate) out.payRate(member, line, rate).because("level_rate", { level, rate });
    else out.decline(member, "level_without_rate", { level });
  }
}

export const strategy = definePlugin({
  id: "rates",
  version: "0.1.0",
  needs: { "order.lines": "needs_lines", chain: "needs_chain" },
  config,
  evaluate,
  locales: {
    "zh-CN": {
      title: "按级分佣",
      summary: "按推广层级，各级拿各自的比例",
      needs_lines: "按每件商品的实付金额计算佣金",
      needs_chain: "知道这笔订单由谁推广、上级是谁",
      level_rate: "第 {level} 级，{rate}",
      level_without_rate: "第 {level} 级没有设置比例",
    },
    en: {
      title: "Rates by level",
      summary: "Each level of the chain earns its own rate",
      needs_lines: "to share what was paid for each line",
      needs_chain: "to know who sold it and who stands behind them",
      level_rate: "level {level}, {rate}",
      level_without_rate: "level {level} has no rate",
    },
  },
});
