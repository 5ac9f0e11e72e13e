// The store's own rules, described the way strategies describe theirs: one
// form reads both.
import type { JsonSchema } from '../../api/types'

type Words = Record<string, { zh: string; en: string }>
const text = (zh: string, en: string, helpZh?: string, helpEn?: string): JsonSchema => ({ title: zh, 'x-title-en': en, description: helpZh, 'x-description-en': helpEn })
const choice = (words: Words, ...t: Parameters<typeof text>): JsonSchema => ({ type: 'string', enum: Object.keys(words), 'x-enum-titles': words, ...text(...t) })
const count = (minimum: number, maximum: number, ...t: Parameters<typeof text>): JsonSchema => ({ type: 'integer', minimum, maximum, ...text(...t) })
const money = (...t: Parameters<typeof text>): JsonSchema => ({ type: 'integer', minimum: 0, 'x-widget': 'money', ...text(...t) })
const optional = (...t: Parameters<typeof text>): JsonSchema => ({ ...money(...t), default: 0 })
const percent = (...t: Parameters<typeof text>): JsonSchema => ({ type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$', 'x-widget': 'percent', ...text(...t) })
const group = (properties: Record<string, JsonSchema>, ...t: Parameters<typeof text>): JsonSchema => ({ type: 'object', properties, required: Object.keys(properties).filter((name) => properties[name]!.default === undefined), ...text(...t) })

const rules: Record<string, JsonSchema> = {
  levels: count(1, 3, '分销层级', 'Levels', '一单最多分给几级上级。法律红线：最多三级；微信渠道建议一级。', 'How many levels of one order may earn. The law allows three at most; one is advised for the WeChat channel.'),
  third_level_ack: { type: 'string', minLength: 4, ...text('第三级确认', 'Third-level acknowledgement', '启用第三级需由负责人书面确认：写下姓名与日期，将存入审计日志。', 'A third level needs a signed acknowledgement: name and date, kept in the audit log.') },
  self_purchase: choice({ off: { zh: '自购不返佣（上级按一级）', en: 'Off: the upline is level 1' }, upline_second: { zh: '自购不返佣（上级仍按二级）', en: 'Off: the upline keeps level 2' }, on: { zh: '自购返佣（本人按一级）', en: 'On: they are level 1' } }, '分销员自购', 'Own purchases'),
  ineligible_upline: choice({ forfeit: { zh: '归商家', en: 'Stays with the store' }, stop: { zh: '其以上都不发', en: 'Nobody above earns either' }, roll_up: { zh: '归上一位有资格的上级', en: 'Goes to the next eligible one' }, compress: { zh: '层级压缩补位', en: 'Levels close ranks' } }, '上级无资格时', 'When an upline may not earn', '上级被冻结、封禁或退出时，其份额怎么办。', 'What becomes of the share of somebody frozen, banned or gone.'),
  rounding: choice({ floor: { zh: '向下取整（余分归商家）', en: 'Down; the rest stays with the store' }, half_up: { zh: '四舍五入', en: 'Half up' } }, '取整', 'Rounding'),
  refund: choice({ frozen: { zh: '按原结果扣回', en: 'Take back what that line earned' }, recompute: { zh: '按剩余商品重新计算', en: 'Compute again on what remains' } }, '退款时', 'On a refund',
    '按原结果扣回：退了几成货款，就扣回那一行佣金的几成。重新计算：请策略按剩下的商品再算一次，只扣差额，任何人都不会因此变多；跌破门槛的订单会扣得更多。全部退完时，两种方式都扣到 0。',
    'Taking back: as much of a line’s commission goes as of its money. Computing again: the strategy is asked about what remains and only the difference is taken, nobody ever gets more; an order that falls below a threshold loses more. After a full refund both leave exactly nothing.'),
  bear_reversals_after_days: { ...count(0, 3650, '晚退款由商家承担（天）', 'The store bears late refunds (days)', '佣金结算满这么多天之后才发生的退款，不再向分销员扣回，由商家承担。常用 90 天；0 为总是扣回。', 'A refund later than this many days after its commission was settled takes nothing from anybody; the store bears it. 90 is usual; 0 always takes it back.'), default: 0 },
  campaign_clock: choice({ placed_at: { zh: '下单时间', en: 'When it was placed' }, paid_at: { zh: '付款时间', en: 'When it was paid' } }, '活动按哪个时间', 'Campaigns go by'),
  order_cap: percent('单笔佣金上限', 'Cap per order', '一单全部佣金不超过实付的这个比例，超出按比例削减并记录。', 'All awards of an order together; what exceeds it is cut in proportion and recorded.'),
  line_margin_cap: percent('单品毛利上限', 'Cap per line, of its margin', '一行商品的全部佣金不超过这行毛利（实付减成本）的这个比例，先于单笔上限；按成本价或亏本卖的商品不发佣金，没填成本的商品不受影响。0 为不限。启用前请在发布时查看它会削减哪些商品。', 'All awards of a line together, of what was paid less the cost, before the cap per order. Goods sold at their cost or below then give nothing; goods without a cost are left alone. 0 is no such cap. Publishing shows which goods it cuts.'),
  recipient_cap: group({
    amount: money('每人每期上限', 'At most for one person', '0 为不限。启用前请在发布时查看它会削减谁。', '0 is no such cap. Publishing shows whom it cuts.'),
    period: choice({ day: { zh: '每天', en: 'A day' }, week: { zh: '每周（周一起）', en: 'A week, from Monday' }, month: { zh: '每月', en: 'A month' } }, '按哪个周期', 'In'),
  }, '每人收入上限', 'Cap per person', '一个人从同一周期内付款的订单里最多得到这么多，按记账先后计，在其它上限之后；超出部分归商家并记录。从按这一版方案下的订单开始计，退款不返还额度。按月时，月末结账的分配也算在内。', 'What one person gets at most from the orders paid in a period, in the order of money and after the other caps; the rest stays with the store and is recorded. It counts orders placed under such a programme; refunds give nothing back. By month it bounds what the month’s close gives, too.'),
  confirm_diff: { type: 'boolean', default: false, ...text('发布前须确认金额', 'Confirm the amount before publishing', '开启后，会改变佣金的新版本必须先看过最近订单的金额变化并确认，才能发布。', 'A revision that changes what recent orders would pay is put in force only after somebody has acknowledged the amount.') },
  bind: group({
    on: choice({ click: { zh: '首次点击', en: 'First click' }, registration: { zh: '注册（或已注册未锁客者首次触达）', en: 'Registration, or the first touch of someone unbound' }, first_order: { zh: '首次下单', en: 'First order' }, first_payment: { zh: '首次付款', en: 'First payment' } }, '何时锁客', 'Bind on'),
    who: choice({ unbound: { zh: '所有未锁客的人', en: 'Anyone not bound' }, new: { zh: '仅新客', en: 'Only new customers' } }, '锁哪些客', 'Whom'),
    validity_days: count(-1, 3650, '有效期（天）', 'Validity (days)', '0 为永久，-1 为仅本次访问。', '0 is permanent, -1 this visit only.'),
    protection_days: count(-1, 3650, '保护期（天）', 'Protection (days)', '保护期内别人抢不走；0 为无，-1 与有效期相同。', 'Nobody can take the customer meanwhile; 0 is none, -1 as long as the bind.'),
    take: choice({ pay: { zh: '通过新链接付款时', en: 'When they pay through the new link' }, touch: { zh: '触达即可', en: 'At the touch' }, never: { zh: '不允许', en: 'Never' } }, '保护期后抢客', 'Taking after protection'),
    model: choice({ last: { zh: '最后触达者', en: 'Last touch' }, first: { zh: '最先触达者', en: 'First touch' } }, '归属给谁', 'Who wins'),
  }, '锁客', 'Customer bind'),
  freeze_days: count(0, 365, '售后观察期（天）', 'Days until available', '确认收货后多少天，待结算变为可提现。', 'From receipt until held money becomes available.'),
  auto_receive_days: count(0, 90, '自动确认收货（天）', 'Automatic receipt (days)', '发货后多少天。', 'After shipping.'),
  close_unpaid_minutes: count(1, 43200, '未付款关闭（分钟）', 'Close unpaid after (minutes)'),
  settlement: group({
    method: choice({ after_freeze: { zh: '过了售后观察期就结算', en: 'After the days above' }, period_end: { zh: '按期结算：本期到期的，期末一起转可提现', en: 'At the end of the period: what matured in March is available when March closes' } }, '结算方式', 'When it becomes available', '改动立即生效；已经结算的不受影响。', 'A change takes effect at once; what is settled stays so.'),
    period: choice({ month: { zh: '按月（月末 24:00，店铺时间）', en: 'By month (its last day, 24:00)' }, week: { zh: '按周（周日 24:00，店铺时间）', en: 'By week (Sunday, 24:00)' } }, '结算周期与结算单', 'Period of settlement and statements', '周期中途改动时，当前这一期会在新周期的下一个分界点结束。', 'When it changes within a period, that period ends at the next boundary of the new kind.'),
  }, '结算', 'Settlement'),
  withdrawal: group({
    min: money('最低金额', 'Minimum'),
    max_per_request: money('单笔上限', 'Maximum per request', '0 为不限。', '0 is no limit.'),
    max_per_month: money('每月上限', 'Maximum per month', '0 为不限。', '0 is no limit.'),
    days: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 31 }, maxItems: 31, default: [], ...text('可提现日', 'Permitted days of the month', '每月几号可以申请；留空为每天。', 'Empty is every day.') },
    fee: percent('手续费', 'Fee'),
    methods: { type: 'array', items: { type: 'string', enum: ['manual', 'bank_file', 'alipay', 'wechat'], 'x-enum-titles': { manual: { zh: '人工打款', en: 'By hand' }, bank_file: { zh: '银行卡（银行文件）', en: 'Bank card (bank file)' }, alipay: { zh: '支付宝', en: 'Alipay' }, wechat: { zh: '微信零钱', en: 'WeChat' } } }, default: [], ...text('提现方式', 'Methods', '分销员按此顺序选择；留空为人工打款。', 'In this order distributors choose; empty is by hand.') },
    per_transfer: { type: 'object', default: {}, properties: { manual: optional('人工打款', 'By hand'), bank_file: optional('银行卡', 'Bank card'), alipay: optional('支付宝', 'Alipay'), wechat: optional('微信零钱', 'WeChat') }, ...text('单次转账上限', 'Most one transfer may carry', '付款渠道的单笔限额，0 为不限。', 'The limit of the way of paying; 0 is none.') },
    split: { type: 'boolean', default: false, ...text('超出上限时拆成几笔', 'Cut what is above into several transfers', '关闭时直接拒绝并提示限额。', 'Otherwise it is refused with the figure.') },
    real_name: { type: 'boolean', default: true, ...text('提现前须实名', 'Real name before the first withdrawal', '关闭表示您已在别处核实姓名与年满 18 周岁。', 'Off means that you have checked name and age elsewhere.') },
    auto_below: optional('低于此金额自动通过', 'Approve by itself below', '0 为全部人工审核。', '0 is never.'),
    two_above: optional('高于此金额须两人审核', 'Two people approve above', '两位不同的同事先后通过；0 为不要求。还没有第二位？到“设置 · 员工与角色”邀请。', 'Two different people; 0 is never. No second one yet? Invite them in Settings · Staff and roles.'),
  }, '提现', 'Withdrawals'),
  recruit: group({
    auto_approve: { type: 'boolean', ...text('自动通过申请', 'Approve applications automatically') },
    min_age: count(18, 120, '最低年龄', 'Minimum age'),
  }, '招募', 'Recruiting'),
  grades: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 20 }, minItems: 1, maxItems: 20, ...text('等级', 'Grades', '由低到高，第一个是默认等级。', 'Lowest first; the first is given on joining.') },
  points_per_unit: { type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$', ...text('每元积分', 'Points per unit', '订单结算后，每一元送多少积分。', 'For each major unit of a settled order.') },
}

export const sections = {
  levels: ['levels', 'third_level_ack', 'self_purchase', 'ineligible_upline', 'order_cap', 'line_margin_cap', 'recipient_cap', 'rounding', 'campaign_clock', 'confirm_diff'],
  bind: ['bind'],
  money: ['refund', 'bear_reversals_after_days', 'freeze_days', 'auto_receive_days', 'close_unpaid_minutes', 'settlement', 'withdrawal'],
  people: ['grades', 'recruit', 'points_per_unit'],
} as const
export type Section = keyof typeof sections

/** The schema of one section; the third level's acknowledgement is asked for only where there is one, and computing again only of a strategy that offers it. */
export function sectionSchema(section: Section, levels: number, recompute = true): JsonSchema {
  const names = sections[section].filter((n) => n !== 'third_level_ack' || levels === 3)
  return { type: 'object', properties: Object.fromEntries(names.map((n) => [n, n === 'refund' && !recompute ? frozenOnly : rules[n]!])), required: names.filter((n) => rules[n]!.default === undefined), 'x-order': [...names] }
}
const frozenOnly: JsonSchema = { ...rules.refund, enum: ['frozen'], description: '所选佣金策略不支持退款后重新计算，只能按原结果扣回。', 'x-description-en': 'The chosen strategy does not offer to compute again after a refund.' }
export const settingsSchema: JsonSchema = { type: 'object', properties: rules }
