/**
 * member-day pays each level of the chain its own rate and multiplies it on
 * the store's member days: some weekdays, some days of the month (逢 8 会员日).
 */
import { type ConfigOf, type LocalTime, type Order, type Awards, type Problems, type Rules, atLevel, definePlugin, rate, setting } from "@fenli/strategy";

const config = {
  base: setting.rates({ title: "平时各级比例", titleEn: "Usual rate of each level", maxItems: 3 }),
  days: setting.object(
    {
      weekdays: setting.list(setting.integer({ min: 1, max: 7 }), {
        title: "每周几", titleEn: "Weekdays", help: "1 是星期一，7 是星期日", helpEn: "1 is Monday, 7 is Sunday", maxItems: 7, default: [],
      }),
      month_days: setting.list(setting.integer({ min: 1, max: 31 }), { title: "每月几号", titleEn: "Days of the month", maxItems: 31, default: [] }),
      // A zone's name would mean other instants after an update of the zone tables, and an old answer could not be proved.
      utc_offset: setting.integer({
        title: "与 UTC 相差的分钟数", titleEn: "Minutes ahead of UTC", help: "中国为 480", helpEn: "480 in China", min: -720, max: 840, default: 480,
      }),
    },
    { title: "会员日", titleEn: "Member days" },
  ),
  multiplier: setting.rateOf({ title: "会员日倍数", titleEn: "Multiplier on member days", widget: "multiplier", default: "2" }),
  levels: setting.list(setting.integer({ min: 1, max: 3 }), {
    title: "哪几级翻倍", titleEn: "Levels that are multiplied", widget: "levels", minItems: 1, maxItems: 3, default: [1],
  }),
};

type Config = ConfigOf<typeof config>;

function validate({ days, multiplier }: Config, _: Rules, problems: Problems): void {
  if (days.weekdays.length === 0 && days.month_days.length === 0) problems.add("/days", "no_days");
  if (multiplier.ppm < rate("1").ppm) problems.add("/multiplier", "less_than_usual");
}

function evaluate(c: Config, order: Order, out: Awards): void {
  const memberDay = isMemberDay(c.days, order.campaignTime.local(c.days.utc_offset));
  for (const [line, member] of order.each()) {
    const { level } = member;
    const usual = atLevel(c.base, level);
    if (!usual) out.decline(member, "level_without_rate", { level });
    else if (memberDay && c.levels.includes(level)) {
      out.payRate(member, line, usual, c.multiplier).because("member_day", { level, rate: usual, times: c.multiplier.toString() });
    } else out.payRate(member, line, usual).because("level_rate", { level, rate: usual });
  }
}

function isMemberDay(days: Config["days"], { weekday, day }: LocalTime): boolean {
  return days.weekdays.includes(weekday) || days.month_days.includes(day);
}

export const memberDay = definePlugin({
  id: "member-day",
  version: "1.0.0",
  needs: { "order.lines": "needs_lines", chain: "needs_chain" },
  config,
  validate,
  evaluate,
  canRecompute: true,
  locales: {
    "zh-CN": {
      title: "会员日加成",
      summary: "平时按层级比例；会员日（每周几或每月几号）指定层级乘以倍数",
      needs_lines: "按每件商品的实付金额计算佣金",
      needs_chain: "知道这笔订单由谁推广、上级是谁",
      level_rate: "第 {level} 级，{rate}",
      member_day: "第 {level} 级，{rate} × {times}（会员日）",
      level_without_rate: "第 {level} 级没有设置比例",
      no_days: "请至少选择一个会员日",
      less_than_usual: "倍数不能小于 1",
    },
    en: {
      title: "Member day",
      summary: "Rates by level, multiplied for some levels on some weekdays or days of the month",
      needs_lines: "to share what was paid for each line",
      needs_chain: "to know who sold it and who stands behind them",
      level_rate: "level {level}, {rate}",
      member_day: "level {level}, {rate} × {times} (member day)",
      level_without_rate: "level {level} has no rate",
      no_days: "choose at least one member day",
      less_than_usual: "the multiplier must not be less than 1",
    },
  },
});
