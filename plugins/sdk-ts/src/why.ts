import { create } from "@bufbuild/protobuf";
import { fail } from "./failure.js";
import { Rate } from "./money.js";
import { type Why, WhySchema } from "./wire/strategy_pb.js";

/** What an argument of a reason may be. A rate is written as a percentage. */
export type Arg = string | number | bigint | boolean | Rate;

/** The arguments of a reason, by name. */
export type Args = Readonly<Record<string, Arg>>;

/**
 * The strategy's sentences: language tag, message key, template. A template
 * names its arguments in braces: "level {level}, {rate}". The keys "title" and
 * "summary" name the strategy itself.
 */
export type Locales = Readonly<Record<string, Readonly<Record<string, string>>>> & {
  readonly "zh-CN": Readonly<Record<string, string>>;
  readonly en: Readonly<Record<string, string>>;
};

/** The reasons that the SDK itself gives. */
export const sdkSentences: Locales = {
  "zh-CN": {
    "sdk.paid": "第 {level} 级，{rate}",
    "sdk.no_award": "本方案没有给这一级分佣",
    "sdk.amount_zero": "按设置，金额为 0",
    "sdk.rate_zero": "这一级的比例为 0",
    "sdk.base_zero": "商品实付为 0，没有可分的金额",
    "sdk.rounded_to_zero": "按 {rate} 计算不足最小货币单位，舍入后为 0",
    "sdk.nobody_behind": "这笔订单没有推广人",
    "sdk.nobody_earned": "推广人各有原因，都没有佣金",
    "sdk.paid_in_period": "本期所得",
    "sdk.no_period_award": "本方案在本期没有给这位成员分配",
    "sdk.nobody_in_period": "本期没有人获得分配",
    "sdk.closes_no_periods": "本方案只按订单分佣，期末没有另外的分配",
    "sdk.grade_kept": "本方案没有改变这位成员的等级",
    "sdk.grades_nobody": "本方案不评定等级",
    "sdk.unknown_field": "没有“{field}”这一项",
    "sdk.duplicate_field": "“{field}”写了两次",
    "sdk.missing_field": "缺少“{field}”",
    "sdk.wrong_value": "这里应为{want}",
    "sdk.not_json": "不是有效的 JSON：{problem}",
    "sdk.too_large": "设置超过 {limit} 字节",
    "sdk.problem": "{problem}",
  },
  en: {
    "sdk.paid": "level {level}, {rate}",
    "sdk.no_award": "this plan pays nothing at this position",
    "sdk.amount_zero": "the amount is set to 0",
    "sdk.rate_zero": "the rate of this level is 0",
    "sdk.base_zero": "nothing was paid for the goods, so there is nothing to share",
    "sdk.rounded_to_zero": "{rate} comes to less than the smallest unit and rounds to 0",
    "sdk.nobody_behind": "nobody stands behind this order",
    "sdk.nobody_earned": "nobody of the chain earns, each for a reason of their own",
    "sdk.paid_in_period": "of this period",
    "sdk.no_period_award": "this plan gives this member nothing for the period",
    "sdk.nobody_in_period": "nobody gets anything of this period",
    "sdk.closes_no_periods": "this plan pays by order alone and nothing at the end of a period",
    "sdk.grade_kept": "this plan leaves this member's grade as it is",
    "sdk.grades_nobody": "this plan grades nobody",
    "sdk.unknown_field": "there is no setting {field}",
    "sdk.duplicate_field": "{field} is given twice",
    "sdk.missing_field": "{field} is missing",
    "sdk.wrong_value": "expected {want}",
    "sdk.not_json": "not valid JSON: {problem}",
    "sdk.too_large": "the configuration is larger than {limit} bytes",
    "sdk.problem": "{problem}",
  },
};

/** Adds the SDK's own sentences of the languages that the strategy speaks, keys sorted. */
export function withSdkSentences(own: Locales): Record<string, Record<string, string>> {
  const all: Record<string, Record<string, string>> = {};
  for (const tag of Object.keys(own).sort(byBytes)) {
    const messages: Record<string, string> = { ...(sdkSentences[tag] ?? sdkSentences.en), ...own[tag] };
    all[tag] = Object.fromEntries(Object.keys(messages).sort(byBytes).map((key) => [key, messages[key]!]));
  }
  return all;
}

/** The order in which Go sorts strings. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function why(key: string, args: Args = {}): Why {
  return create(WhySchema, { key, args: Object.entries(args).map(([name, value]) => ({ name, value: plain(value) })) });
}

/** Writes an argument without regard to language. */
function plain(v: Arg): string {
  if (v instanceof Rate) return v.percent();
  if (typeof v === "number" && !Number.isSafeInteger(v)) throw fail("strategy.not_a_whole_number", `a reason has the argument ${v}: use a whole number, a bigint or a text`);
  return String(v);
}

export function sameWhy(a: Why, b: Why): boolean {
  return a.key === b.key && a.args.length === b.args.length && a.args.every((x, i) => x.name === b.args[i]!.name && x.value === b.args[i]!.value);
}
