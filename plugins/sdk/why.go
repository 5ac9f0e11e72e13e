package strategy

import (
	"fmt"
	"maps"
	"slices"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Locales holds the strategy's sentences: language tag, message key, template.
// A template names its arguments in braces: "level {level}, {rate}". The keys
// "title" and "summary" name the strategy itself.
type Locales map[string]map[string]string

// sdkSentences are the reasons that the SDK itself gives.
var sdkSentences = Locales{
	"zh-CN": {
		"sdk.paid":              "第 {level} 级，{rate}",
		"sdk.no_award":          "本方案没有给这一级分佣",
		"sdk.amount_zero":       "按设置，金额为 0",
		"sdk.rate_zero":         "这一级的比例为 0",
		"sdk.base_zero":         "商品实付为 0，没有可分的金额",
		"sdk.rounded_to_zero":   "按 {rate} 计算不足最小货币单位，舍入后为 0",
		"sdk.nobody_behind":     "这笔订单没有推广人",
		"sdk.nobody_earned":     "推广人各有原因，都没有佣金",
		"sdk.paid_in_period":    "本期所得",
		"sdk.no_period_award":   "本方案在本期没有给这位成员分配",
		"sdk.nobody_in_period":  "本期没有人获得分配",
		"sdk.closes_no_periods": "本方案只按订单分佣，期末没有另外的分配",
		"sdk.grade_kept":        "本方案没有改变这位成员的等级",
		"sdk.grades_nobody":     "本方案不评定等级",
		"sdk.unknown_field":     "没有“{field}”这一项",
		"sdk.duplicate_field":   "“{field}”写了两次",
		"sdk.missing_field":     "缺少“{field}”",
		"sdk.wrong_value":       "这里应为{want}",
		"sdk.not_json":          "不是有效的 JSON：{problem}",
		"sdk.too_large":         "设置超过 {limit} 字节",
		"sdk.problem":           "{problem}",
	},
	"en": {
		"sdk.paid":              "level {level}, {rate}",
		"sdk.no_award":          "this plan pays nothing at this position",
		"sdk.amount_zero":       "the amount is set to 0",
		"sdk.rate_zero":         "the rate of this level is 0",
		"sdk.base_zero":         "nothing was paid for the goods, so there is nothing to share",
		"sdk.rounded_to_zero":   "{rate} comes to less than the smallest unit and rounds to 0",
		"sdk.nobody_behind":     "nobody stands behind this order",
		"sdk.nobody_earned":     "nobody of the chain earns, each for a reason of their own",
		"sdk.paid_in_period":    "of this period",
		"sdk.no_period_award":   "this plan gives this member nothing for the period",
		"sdk.nobody_in_period":  "nobody gets anything of this period",
		"sdk.closes_no_periods": "this plan pays by order alone and nothing at the end of a period",
		"sdk.grade_kept":        "this plan leaves this member's grade as it is",
		"sdk.grades_nobody":     "this plan grades nobody",
		"sdk.unknown_field":     "there is no setting {field}",
		"sdk.duplicate_field":   "{field} is given twice",
		"sdk.missing_field":     "{field} is missing",
		"sdk.wrong_value":       "expected {want}",
		"sdk.not_json":          "not valid JSON: {problem}",
		"sdk.too_large":         "the configuration is larger than {limit} bytes",
		"sdk.problem":           "{problem}",
	},
}

// with adds the SDK's own sentences of the languages that the strategy speaks.
func (l Locales) with(more Locales) Locales {
	all := Locales{}
	for tag, messages := range l {
		all[tag] = maps.Clone(messages)
		from := more[tag]
		if from == nil {
			from = more["en"]
		}
		for key, template := range from {
			if _, own := all[tag][key]; !own {
				all[tag][key] = template
			}
		}
	}
	return all
}

func why(key string, args ...any) *strategyv1.Why {
	paired(key, args)
	w := &strategyv1.Why{Key: key}
	for i := 0; i < len(args); i += 2 {
		w.Args = append(w.Args, &strategyv1.Arg{Name: plain(args[i]), Value: plain(args[i+1])})
	}
	return w
}

func paired(key string, args []any) {
	if len(args)%2 != 0 {
		panic(Failure{Code: "strategy.odd_arguments", Message: fmt.Sprintf("%q: arguments come in pairs of name and value", key)})
	}
}

func printed(v any) string { return fmt.Sprint(v) }

func sameWhy(a, b *strategyv1.Why) bool {
	return a.Key == b.Key && slices.EqualFunc(a.Args, b.Args, func(a, b *strategyv1.Arg) bool { return a.Name == b.Name && a.Value == b.Value })
}
