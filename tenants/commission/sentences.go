package commission

import (
	"strings"

	"github.com/fenli-io/fenli/tenants/distributor"
)

// What the host itself says. A strategy brings its own sentences.
const (
	codeQueued       = "commission.queued"
	codeBehind       = "commission.behind"
	codeGroupOpen    = "commission.group_open"
	codeNobody       = "commission.nobody"
	codeForfeit      = "commission.forfeit"
	codeBeyondLevels = "commission.beyond_levels"
	codeNoChain      = "commission.no_chain"
	codeCompressed   = "commission.compressed"
	codeCutToZero    = "commission.cut_to_zero"
	codePeriodFull   = "commission.period_full"
	codeUnexplained  = "commission.unexplained"
	codeNothingPaid  = "commission.nothing_paid"

	codeNotDistributed = "commission.not_distributed"
	codeCannotPost     = "commission.cannot_post"
)

var sentences = map[string][2]string{
	codeQueued:       {"正在计算佣金", "the commission is being worked out"},
	codeBehind:       {"同一推广人有更早的订单还没有算完，稍后自动继续", "an earlier order of the same people waits; this one follows it"},
	codeGroupOpen:    {"等待拼团结果", "the group-buy has no result yet"},
	codeNobody:       {"这笔订单没有推广人", "nobody stands behind this order"},
	codeForfeit:      {"下单时{state}，份额归商家", "{state} when the order was placed, so the share stays with the merchant"},
	codeBeyondLevels: {"本店只分 {levels} 级佣金", "this store pays {levels} levels"},
	codeNoChain:      {"本方案不按上级链分佣", "this plan pays nobody for standing in the chain"},
	codeCompressed:   {"下单时{state}，由上级依次顶替", "{state} when the order was placed, so the levels closed ranks"},
	codeCutToZero:    {"订单佣金已达上限，没有余额可分", "the order's cap left nothing"},
	codePeriodFull:   {"{period}上限已满：每人最多 {most}，此前的订单已给 {used}", "full for the {period}: at most {most} for one person, and earlier orders gave {used}"},

	codeNothingPaid:    {"商品实付为 0，没有可分的金额", "nothing was paid for the goods, so there is nothing to share"},
	codeNotDistributed: {"商品不参与分销", "not distributed: these goods pay no commission"},

	"commission.stop":      {"下级不能获佣，按本店规则其上级也不获佣", "somebody below may not earn, and by the store's rule nobody above does either"},
	"commission.rolled_up": {"下单时{state}，份额上移给上一级", "{state} when the order was placed, so the share went to the next one up"},

	codeCannotPost: {"这笔佣金暂时无法入账，平台正在处理", "this commission cannot be booked for now; the platform is looking into it"},

	"commission.rail_stranger":  {"策略把佣金给了订单之外的人", "the strategy paid somebody who has nothing to do with the order"},
	"commission.rail_line":      {"策略引用了不存在的商品行", "the strategy named a line that the order does not have"},
	"commission.rail_level":     {"策略弄错了推广层级", "the strategy mistook somebody's level"},
	"commission.rail_negative":  {"策略给出了负的佣金", "the strategy gave a negative award"},
	"commission.rail_amount":    {"策略给出的金额超出范围", "the strategy gave an amount out of range"},
	"commission.rail_no_reason": {"策略给出的佣金没有理由", "the strategy gave an award without a reason"},
	"commission.rail_too_many":  {"策略给出的佣金条数过多", "the strategy gave far too many awards"},
	"commission.rail_text":      {"策略给出的文字过长或含有不可见字符", "the strategy's words are too long or hold invisible signs"},

	"commission.rail_contradiction": {"策略对同一个人的说法自相矛盾", "the strategy contradicts itself about somebody"},

	codeUnexplained: {"策略没有给这位成员佣金，也没有说明原因", "the strategy gave this member nothing and no reason"},

	codePeriodNothing: {"本方案只按订单分佣，期末没有另外的分配", "this plan pays by order alone and nothing at the end of a period"},
	codePeriodPayee:   {"关账时不在推广状态，份额归商家", "not active when the period was closed, so the share stays with the merchant"},
	codePeriodCap:     {"策略给出的分配超过本期销售额的佣金上限", "the strategy gave more than the cap allows on the period's sales"},

	codeShares: {"策略按订单分摊的金额有误", "the strategy divides an award among orders wrongly"},

	codePeriodUnfinished: {"本期还有订单没有算完佣金，算完后再结账", "the commission of some of the period's orders is not worked out yet; close it afterwards"},

	"you": {"您", "you"},

	codeIfGrade:    {"等级为 {grade} 时{who}可得 {would}，而不是 {instead}（高一级）", "as {grade}, {who} would have got {would} instead of {instead} (next grade)"},
	codeIfActive:   {"下单时若在推广状态，{who}可得 {would}，而不是 {instead}", "had they been active when the order was placed, {who} would have got {would} instead of {instead}"},
	codeIfFirst:    {"若是这位客户的首单，{who}可得 {would}，而不是 {instead}", "had it been the buyer's first order, {who} would have got {would} instead of {instead}"},
	codeIfSold:     {"此前累计销售达到 {sales} 时，{who}可得 {would}，而不是 {instead}", "with sales of {sales} before this order, {who} would have got {would} instead of {instead}"},
	codeIfCampaign: {"若在 {from} 至 {to} 的活动期间，{who}可得 {would}，而不是 {instead}", "in the campaign of {from} to {to}, {who} would have got {would} instead of {instead}"},

	"told.line":         {"{sku}：{base} × {rate} = {amount}", "{sku}: {base} × {rate} = {amount}"},
	"told.line_down":    {"{sku}：{base} × {rate} = {amount}（不足一分的部分舍去）", "{sku}: {base} × {rate} = {amount}, rounded down"},
	"told.line_up":      {"{sku}：{base} × {rate} = {amount}（四舍五入）", "{sku}: {base} × {rate} = {amount}, rounded half up"},
	"told.line_factor":  {"{sku}：以 {base} 为基数，基础比例 {rate}，得 {amount}", "{sku}: {amount} on a base of {base}; the rate before any factor is {rate}"},
	"told.line_fixed":   {"{sku}：固定 {amount}", "{sku}: a fixed {amount}"},
	"told.whole_order":  {"整单", "whole order"},
	"told.cut":          {"订单佣金总额超过上限：本店最多分 {share}（{most}），策略共给出 {asked}；按比例减去您的 {cut}", "the order's cap: at most {share} ({most}) may be shared and the strategy gave {asked} in all, so {cut} was cut from yours, in proportion"},
	"told.cut_of":       {"订单佣金上限 {share}（{most}），策略共给出 {asked}，按比例减去 {cut}", "order cap {share} ({most}); the strategy gave {asked} in all; {cut} cut in proportion"},
	"told.margin":       {"{sku}：这件商品的佣金到了本店按毛利设的上限，按比例减去您的 {cut}", "{sku}: the store caps what these goods may give by what it earns on them, so {cut} was cut from yours, in proportion"},
	"told.margin_of":    {"{sku}：毛利 {margin} 的 {share} 为上限（{most}），策略共给出 {asked}，按比例减去 {cut}", "{sku}: capped at {share} of its margin of {margin} ({most}); the strategy gave {asked} in all; {cut} cut in proportion"},
	"told.margin_whole": {"整单奖励中，分到毛利不足的商品上的部分减去 {cut}", "{cut} was cut from what was given for the whole order: its part on goods that earn the store too little"},
	"told.over":         {"{period}上限：每人最多 {most}，此前的订单已给 {used}，因此减去 {cut}", "one person gets at most {most} in a {period} and earlier orders gave {used}, so {cut} was cut"},
	"told.rolled_up":    {"其中 {amount} 本属 {from}，其下单时不能获佣，按本店规则上移", "{amount} of it was {from}'s share, who could not earn when the order was placed; by the store's rule it moved up"},
	"told.lost":         {"策略给出的 {amount} 因此没有入账", "the {amount} that the strategy gave was therefore not booked"},
	"told.from_period":  {"{period} 月末结账另补 {amount}，退款后尚余 {standing}", "closing {period} added {amount}, of which refunds have left {standing}"},
	"told.refund":       {"退款 {refund}（{refunded}）收回 {amount}", "refund {refund} ({refunded}) took back {amount}"},
	"told.hold":         {"佣金暂停结算：{reason}", "on hold: {reason}"},
	"told.waits":        {"买家收货后再过 {days} 天可提现", "it becomes available {days} days after the buyer has received the goods"},
	"told.matures":      {"{at} 起可提现（收货后 {days} 天）", "it becomes available on {at}, {days} days after the receipt"},
	"told.settled":      {"已于 {at} 结算", "settled on {at}"},
	"told.borne":        {"退款 {refund}（{refunded}）发生在结算 {days} 天之后，{amount} 由商家承担，不从您这里扣", "refund {refund} ({refunded}) came more than {days} days after the settlement: the store bears its {amount}, nothing was taken"},
	"debt.refund":       {"订单 {order} 退款时，这笔佣金已经提走，记 {amount} 待扣回", "order {order} was refunded after its commission had been paid out: {amount} is owed"},
	"debt.deduction":    {"商家扣款时余额不足，记 {amount} 待扣回", "a deduction by the store exceeded the balance: {amount} is owed"},
	"debt.netted":       {"从到账的可提现金额中抵扣 {amount}", "{amount} was netted from money that became available"},
	"told.gone":         {"退款后不再有余额", "refunds have left nothing of it"},
	"told.ruling":       {"由 {strategy} {version} 按第 {revision} 版方案判断，记账序号 {seq}，时间 {at}", "decided by {strategy} {version} under revision {revision}, seq {seq}, at {at}"},
	"told.ruling_host":  {"无需询问策略，按第 {revision} 版方案判断，记账序号 {seq}，时间 {at}", "decided without asking a strategy, under revision {revision}, seq {seq}, at {at}"},
	"told.wait":         {"{reason}；已尝试 {attempts} 次，下次 {at}", "{reason}; tried {attempts} times, next try {at}"},
	"told.wait_next":    {"{reason}；正在排队", "{reason}; it is next in the lane"},
	"told.wait_forever": {"{reason}", "{reason}"},

	"plugin.unavailable":      {"策略进程暂时不可用，稍后自动重试", "the strategy is not available; it will be tried again"},
	"plugin.revoked":          {"平台已停用这个策略；更换方案或恢复后自动重试", "the platform has stopped this strategy; the order is tried again once it is back"},
	"plugin.impure":           {"策略对同一问题给出过不同的答复，已被平台隔离；请等待平台处理或更换方案", "the strategy has answered the same question differently and is in quarantine; wait for the platform or choose another"},
	"plugin.crashed":          {"策略处理这笔订单时崩溃", "the strategy crashes on this order"},
	"plugin.timeout":          {"策略没有在规定时间内答复", "the strategy did not answer in time"},
	"plugin.too_large":        {"请求或答复过大", "the question or the answer is too large"},
	"plugin.malformed_answer": {"策略的答复格式有误", "the strategy's answer is malformed"},
	"plugin.no_decision":      {"策略没有对这笔订单作出决定", "the strategy said nothing about this order"},
	"plugin.error":            {"策略返回了错误", "the strategy answered with an error"},

	"strategy.config_invalid":       {"策略配置无效", "the strategy's configuration is not valid"},
	"strategy.config_missing_grade": {"策略配置缺少某个等级的比例", "the strategy's configuration lacks a grade"},
	"strategy.panicked":             {"策略运行出错", "the strategy failed while it was thinking"},

	"period.day":   {"当日", "day"},
	"period.week":  {"当周", "week"},
	"period.month": {"当月", "month"},

	"state.applied":  {"尚未通过审核", "not yet approved"},
	"state.rejected": {"未通过审核", "refused"},
	"state.active":   {"在推广", "active"},
	"state.frozen":   {"已被冻结", "frozen"},
	"state.banned":   {"已被封禁", "banned"},
	"state.left":     {"已退出", "no longer a distributor"},
}

// say is a sentence of ours; args are names and values.
func say(code, lang string, args ...string) string {
	s, known := sentences[code]
	if !known {
		return code
	}
	text := s[1]
	if strings.HasPrefix(lang, "zh") {
		text = s[0]
	}
	for i := 0; i+1 < len(args); i += 2 {
		text = strings.ReplaceAll(text, "{"+args[i]+"}", args[i+1])
	}
	return text
}

func sayPeriod(period, lang string) string { return say("period."+period, lang) }

func sayState(s distributor.State, lang string) string { return say("state."+string(s), lang) }

// sayWait says why an order waits. What a strategy or a rail noted is added;
// what happened inside the host is for the log.
func sayWait(code, note, lang string) string {
	text := say(code, lang)
	if text == code { // a strategy's own code
		text = [2]string{"the strategy cannot decide this order", "策略无法判断这笔订单"}[zh(lang)]
	}
	if note == "" || strings.HasPrefix(code, "plugin.") || code == codeQueued || code == codeCannotPost { // the causes are for us
		return text
	}
	return text + [2]string{" (" + note + ")", "（" + note + "）"}[zh(lang)]
}

func zh(lang string) int {
	if strings.HasPrefix(lang, "zh") {
		return 1
	}
	return 0
}
