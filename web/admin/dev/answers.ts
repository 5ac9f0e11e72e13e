// Made-up answers in the contract's own types, so that pages can be looked at
// before there is a server. Nothing of this enters a build.
import type * as T from '../src/api/types'
import { schemas } from './schemas'

const yuan = (amount: number): T.Money => ({ amount, currency: 'CNY' })
const ago = (minutes: number): string => new Date(Date.parse('2026-11-22T03:00:00Z') - minutes * 60_000).toISOString()
const pad = (n: number) => String(n).padStart(2, '0')

const names = ['王小满', '林知夏', '赵一鸣', '陈晓', '周慕云', '刘海棠', '孙若水', '吴桐', '郑可心', '许安然', '何其多', '沈星河']
const store: T.Store = { id: 'sto_01kb', slug: 'mountain-tea', name: '山里的茶', currency: 'CNY', time_zone: 'Asia/Shanghai', industry: 'food', plan: 'trial', state: 'open', created_at: ago(60 * 24 * 90) }
const permissions = [
  'statement.read', 'statement.export', 'statement.accounts', 'adjustment.read', 'adjustment.propose', 'adjustment.approve', 'adjustment.rules',
  'session.end', 'me.read', 'leaderboard.read', 'store.read', 'store.brand', 'strategy.read', 'program.read', 'program.preview', 'trial.read', 'trial.run', 'program.revise', 'staff.read', 'staff.invite', 'staff.role', 'staff.remove', 'key.read', 'key.create', 'key.revoke', 'audit.read', 'overview.read', 'settlement.read',
  'distributor.read', 'distributor.create', 'distributor.approve', 'distributor.reject', 'distributor.freeze', 'distributor.unfreeze', 'distributor.ban', 'distributor.move', 'distributor.grade', 'customer.read', 'balance.read',
  'product.read', 'product.create', 'product.change', 'product.list', 'product.unlist', 'product.archive', 'stock.adjust', 'order.read', 'order.pay', 'order.ship', 'order.receive', 'order.close', 'order.refund', 'commission.read', 'period.read', 'period.close', 'dispute.read', 'dispute.answer',
  'withdrawal.read', 'withdrawal.approve', 'withdrawal.reject', 'withdrawal.pay', 'payer.read', 'payer.change', 'payee.read',
]
const me: T.Me = { store, person: { id: 'per_01', name: '李掌柜' }, role: 'owner', permissions }
const own: T.StorePage = { ...store, clock: { now: ago(0), test: true }, brand: { display_name: '山里的茶', logo: '', primary_color: '#c2410c', accent_color: '#0f766e', primary_text: '#ffffff', accent_text: '#ffffff', slogan: '一片叶子的诚意', distributor_word: '推广员', tab_names: {}, agreement: '' } }

const states = ['active', 'active', 'applied', 'active', 'frozen', 'active', 'applied', 'active', 'banned', 'active', 'rejected', 'active']
const people: T.Distributor[] = names.map((name, i) => ({
  id: `dst_${i}`, code: `T${1000 + i * 37}`, external_id: i % 3 ? '' : `crm-${i}`, name, grade: ['normal', 'senior', 'partner'][i % 3]!, state: states[i]!, state_reason: states[i] === 'frozen' ? '疑似刷单，核实中' : states[i] === 'banned' ? '多次虚假宣传' : '',
  upline: i > 2 ? { id: `dst_${i % 3}`, name: names[i % 3]! } : null, applied_at: ago(60 * 24 * (40 - i)), joined_at: states[i] === 'applied' ? null : ago(60 * 24 * (39 - i)), profile: { city: '杭州' },
  balance: { held: yuan(4120 + i * 731), available: yuan(25990 - i * 1310), reserved: yuan(i % 4 ? 0 : 10000), paid: yuan(182000 - i * 9000), debt: yuan(i === 5 ? 1500 : 0) }, sales_30d: yuan(1288000 - i * 97310), orders_30d: 61 - i * 4,
}))
const orderStates = ['paid', 'received', 'shipped', 'placed', 'received', 'closed', 'received', 'paid']
const orders: T.OrderRow[] = Array.from({ length: 20 }, (_, i) => {
  const state = orderStates[i % 8]!
  const seller = i % 5 === 3 ? null : { id: `dst_${i % 6}`, name: names[i % 6]! }
  const paid = !['placed', 'closed'].includes(state)
  return {
    id: `ord_01kb7x${pad(i)}`, external_id: `2026112200${pad(20 - i)}`, source: i % 3 ? 'checkout' : 'api', state, buyer: { id: `buy_${i % 7}`, name: ['顾清', '方圆', '白露', '温暖', '江流', '云朵', '石头'][i % 7]! }, seller, channel: 'h5',
    goods: yuan(19900 + i * 1700), freight: yuan(i % 4 ? 0 : 800), refunded: yuan(i === 4 ? 5000 : 0), placed_at: ago(30 + i * 97), paid_at: paid ? ago(26 + i * 97) : null, shipped_at: ['shipped', 'received'].includes(state) ? ago(20 + i * 90) : null, received_at: state === 'received' ? ago(10 + i * 80) : null, closed_at: state === 'closed' ? ago(i * 90) : null,
    commission: { state: !paid || !seller ? 'none' : i === 7 ? 'awaiting' : 'decided', total: yuan(paid && seller ? 2587 + i * 221 : 0) },
  }
})
const order = (id: string): T.Order => {
  const row = orders.find((o) => o.id === id) ?? orders[0]!
  const first = Math.trunc(row.goods.amount / 2)
  return {
    ...row,
    lines: [
      { id: '1', sku: 'LJ-50', title: '明前龙井 50 克', category: '茶叶/绿茶', qty: 1, unit_price: yuan(first + 1000), discount: yuan(1000), net: yuan(first), refunded: yuan(0) },
      { id: '2', sku: 'GW-01', title: '青瓷盖碗', category: '茶具', qty: 2, unit_price: yuan(Math.trunc((row.goods.amount - first) / 2)), discount: yuan(0), net: yuan(row.goods.amount - first), refunded: row.refunded },
    ],
    chain: row.seller ? [{ ...row.seller, level: 1, grade: '普通' }, { id: 'dst_1', name: names[1]!, level: 2, grade: '高级' }, { id: 'dst_4', name: names[4]!, level: 3, grade: '合伙人', state: 'frozen' }] : [],
    attribution: row.seller ? { reason: 'bound', sentence: `买家于 11 月 12 日通过 ${row.seller.name} 的链接注册，仍在 30 天有效期内` } : null,
    refunds: row.refunded.amount ? [{ id: 'ref_1', external_id: 'R-001', amount: row.refunded, reason: '盖碗有瑕疵', occurred_at: ago(100) }] : [],
  }
}
const commission = (id: string): T.OrderCommission => {
  const row = orders.find((o) => o.id === id) ?? orders[0]!
  if (row.commission.state === 'none') return { state: 'none', awaiting: null, decision: null, awards: [], declined: [], reversed: [], taken: [], cap: null }
  if (row.commission.state === 'awaiting') return { state: 'awaiting', awaiting: { code: 'plugin.deadline', sentence: '佣金策略没有在规定时间内答复，会自动重试', since: ago(14), attempts: 3, next_try_at: ago(-1) }, decision: null, awards: [], declined: [], reversed: [], taken: [], cap: null }
  return {
    state: 'decided', awaiting: null, decision: { strategy: 'three-level', version: '1.0.0', revision: 3, decided_at: ago(25), seq: 1284 },
    awards: [
      { payee: row.seller!, level: 1, granted: yuan(1990), standing: yuan(row.refunded.amount ? 1490 : 1990), matures_at: ago(-60 * 24 * 9), status: 'held', lines: [{ line: '1', sku: 'LJ-50', kind: 'level', base: yuan(9950), rate: '0.1', amount: yuan(995), cut: yuan(0), why: '第 1 级，10%' }, { line: '2', sku: 'GW-01', kind: 'level', base: yuan(9950), rate: '0.1', amount: yuan(995), cut: yuan(120), why: '第 1 级，10%；触及单笔上限' }], said: ['LJ-50：99.50 × 10% = 9.95', '其中 9.95 本属 周慕云，其下单时不能获佣，按本店规则上移', '订单佣金上限 50%（99.50），策略共给出 100.70，按比例减去 1.20', '2026-12-01 10:00:00 起可提现（收货后 10 天）'] },
      { payee: { id: 'dst_1', name: names[1]! }, level: 2, granted: yuan(597), standing: yuan(597), matures_at: ago(-60 * 24 * 9), status: 'on_hold', lines: [{ line: '1', sku: 'LJ-50', kind: 'level', base: yuan(9950), rate: '0.03', amount: yuan(298), cut: yuan(0), why: '第 2 级，3%' }] },
    ],
    said: [], declined: [{ who: { id: 'dst_4', name: names[4]! }, why: '下单时已被冻结，份额归商家', said: ['下单时已被冻结，份额归商家', '策略给出的 5.97 因此没有入账'] }], reversed: row.refunded.amount ? [{ refund_id: 'ref_1', external_id: 'RF-1001', payee: row.seller!, amount: yuan(500), borne: false }, { refund_id: 'ref_2', external_id: 'RF-1002', payee: { id: 'dst_1', name: names[1]! }, amount: yuan(120), borne: true }] : [],
    taken: row.refunded.amount ? [{ payee: row.seller!, from: 'available', amount: yuan(320), at: ago(30) }, { payee: row.seller!, from: 'debt', amount: yuan(180), at: ago(30) }] : [], cap: null,
  }
}
const products: T.Product[] = ['明前龙井', '正山小种', '青瓷盖碗', '陈年普洱', '旅行茶具套装'].map((title, i) => ({
  id: `prd_${i}`, title, category: i === 2 || i === 4 ? '茶具' : '茶叶/绿茶', description: '', picture: '', distributed: i !== 3, state: ['listed', 'listed', 'listed', 'unlisted', 'archived'][i]!, created_at: ago(9999),
  skus: [{ code: `SKU${i}-50`, title: '50 克', price: yuan(9900 + i * 2000), cost: yuan(4000), stock: i === 1 ? 0 : 42 }, { code: `SKU${i}-100`, title: '100 克', price: yuan(18800 + i * 3000), cost: null, stock: i === 1 ? 0 : 17 }],
}))
const settings: T.ProgramSettings = {
  levels: 2, rounding: 'floor', self_purchase: 'off', ineligible_upline: 'forfeit', refund: 'frozen', campaign_clock: 'placed_at', order_cap: '0.5', line_margin_cap: '0', recipient_cap: { amount: 0, period: 'month' }, freeze_days: 10, auto_receive_days: 10, close_unpaid_minutes: 30,
  bind: { on: 'registration', who: 'unbound', validity_days: 30, protection_days: 15, take: 'pay', model: 'last' }, settlement: { method: 'after_freeze', period: 'month' }, withdrawal: { min: 1000, max_per_request: 0, max_per_month: 0, days: [], fee: '0' }, recruit: { auto_approve: false, min_age: 18 }, points_per_unit: '1', grades: ['normal', 'senior', 'partner'],
}
const revisions: T.Revision[] = [3, 2, 1].map((revision) => ({
  revision, effective_at: ago(60 * 24 * (4 - revision) * 10), strategy: 'three-level', version: '1.0.0', artifact: 'a1', config: { rates: revision === 3 ? ['0.1', '0.03', '0'] : revision === 2 ? ['0.08', '0.03'] : ['0.08'] },
  settings: { ...settings, freeze_days: revision === 1 ? 7 : 10, order_cap: revision === 3 ? '0.5' : '0.4' }, author: '李掌柜', note: ['一级提高到 10%', '加上第二级', '开店默认'][3 - revision]!, created_at: ago(60 * 24 * (4 - revision) * 10),
}))
const strategies: T.Strategy[] = Object.entries(schemas).map(([strategy, config_schema]) => ({ artifact: strategy, strategy, version: '1.0.0', facts: [{ name: 'order.lines', purpose: { zh: '按每件商品的实付金额计算佣金', en: 'to share what was paid for each line' } }, { name: 'chain', purpose: { zh: '知道这笔订单由谁推广、上级是谁', en: 'to know who sold it' } }], config_schema }))
const awards: T.AwardRow[] = orders.filter((o) => o.commission.state === 'decided').map((o, i) => ({ order_id: o.id, payee: o.seller!, level: (i % 2) + 1, granted: o.commission.total, standing: o.commission.total, available_at: i % 3 ? ago(-60 * 24 * 5) : null, status: ['held', 'settled', 'on_hold'][i % 3]!, placed_at: ago(60 * 24 * i), order_external_id: o.external_id, why: '第 1 级，10%' }))
const periods: T.ClosedPeriod[] = ['2026-10', '2026-09'].map((period, i) => ({ period, from: `2026-${i ? '08' : '09'}-30T16:00:00Z`, to: `2026-${i ? '09' : '10'}-30T16:00:00Z`, state: i ? 'held' : 'closed', code: i ? 'commission.rail_period_cap' : '', reason: i ? '策略给出的分配超过本期销售额的佣金上限' : '', strategy: 'pool', version: '1.0.0', revision: 3, paid: yuan(4821000), settled: yuan(4321000), carried: { paid: yuan(i ? 0 : -126000), settled: yuan(i ? 0 : 88000) }, total: yuan(i ? 0 : 86420), closed_at: ago(60 * 24 * 20) }))
const stands = (held: number, available: number, reserved = 0, owed = 0, paid = 0): T.Accounts => ({ held: yuan(held), available: yuan(available), reserved: yuan(reserved), owed: yuan(owed), paid: yuan(paid), tax: yuan(0), fees: yuan(0), points: 1200 })
const span = (m: number): T.PeriodSpan => ({ period: `2026-${String(m).padStart(2, '0')}-01`, kind: 'month', from: `2026-${String(m).padStart(2, '0')}-01T00:00:00Z`, to: '2026-12-01T00:00:00Z', last_day: new Date(Date.UTC(2026, m, 0)).toISOString().slice(0, 10) })
const statementPeriods: T.StatementPeriod[] = [10, 9, 8, 7, 6, 5].map((m) => ({ ...span(m), method: 'after_freeze', statements: 60 + m * 7, entries: 8000 + m * 400, after: (m - 5) * 9000, last_number: (m - 5) * 9000 + 8000 + m * 400, hash: 'f33712b8e3151b8a7210622a5329459c', totals: { earned: yuan(m * 812_300), reversed: yuan(m * 31_200), settled: yuan(m * 733_100), adjusted: yuan(m * 1200), paid: yuan(m * 610_000) }, closed_at: ago(60 * 24 * (11 - m) * 30) }))
const kindSums: T.KindSum[] = [['hold_commission', '佣金（待结算）', 8123000], ['reverse_held', '扣回待结算佣金', 312000], ['mature', '结算（转可提现）', 7331000], ['book_bonus', '人工奖励', 12000], ['reserve', '申请提现', 6300000], ['pay_out', '打款', 6100000]].map(([kind, word, amount]) => ({ kind: kind as string, word: word as string, asset: 'money', source: 'held', target: 'available', amount: amount as number }))
const statementOf = (i: number): T.Statement => ({ ...span(10), distributor: { id: `dst_${i}`, name: names[i]! }, lines: 12 + i, totals: { earned: yuan(123400 + i * 7700), reversed: yuan(i * 1200), settled: yuan(99000 + i * 5000), adjusted: yuan(0), paid: yuan(80000) }, sums: kindSums, opening: stands(22000, 51000, 0, 0, 300000), closing: stands(41000, 66000, 12000, i === 2 ? 3300 : 0, 380000) })
const statementLines: T.StatementLine[] = [
  { number: 45012, at: ago(60 * 24 * 20), kind: 'hold_commission', word: '佣金（待结算）', asset: 'money', source: 'expense', target: 'held', amount: 1990, order_id: 'ord_01kb7x04', order_external_id: 'WX20261003', reason: '', explained: [{ line: '1', sku: 'TEA-A', level: 1, kind: 'level', base: yuan(19900), rate: '0.1', amount: yuan(1990), why: '一级佣金 10%' }] },
  { number: 45100, at: ago(60 * 24 * 18), kind: 'book_bonus', word: '人工奖励', asset: 'money', source: 'adjustment', target: 'available', amount: 5000, order_id: null, order_external_id: '', reason: '双十一售后值班', explained: [] },
  { number: 45210, at: ago(60 * 24 * 10), kind: 'mature', word: '结算（转可提现）', asset: 'money', source: 'held', target: 'available', amount: 99000, order_id: null, order_external_id: '', reason: '', explained: [] },
]
const adjustments: T.Adjustment[] = [
  { id: 'adj_0', distributor: { id: 'dst_1', name: names[1]! }, kind: 'bonus', amount: yuan(80000), cause: 'dispute', reason: '申诉成立，补发 11 月 3 日订单的差额', note: '等级录晚', corrects: null, state: 'waiting', from_available: yuan(0), into_debt: yuan(0), proposed_at: ago(90), decided_at: null, mine: false },
  { id: 'adj_1', distributor: { id: 'dst_2', name: names[2]! }, kind: 'deduction', amount: yuan(12000), cause: 'breach', reason: '违规刷单', corrects: null, state: 'booked', from_available: yuan(8700), into_debt: yuan(3300), proposed_at: ago(3000), decided_at: ago(3000), mine: true },
  { id: 'adj_2', distributor: { id: 'dst_3', name: names[3]! }, kind: 'bonus', amount: yuan(5000), cause: 'service', reason: '双十一售后值班', corrects: null, state: 'booked', from_available: yuan(0), into_debt: yuan(0), proposed_at: ago(9000), decided_at: ago(9000), mine: true },
]
const disputes: T.Dispute[] = [
  { id: 'dsp_0', distributor: { id: 'dst_0', name: names[0]! }, order_id: 'ord_01kb7x00', order_external_id: '202611220020', claimed: '', state: 'open', outcome: '', opened_at: ago(3000), changed_at: ago(3000) },
  { id: 'dsp_2', distributor: { id: 'dst_3', name: names[3]! }, order_id: null, order_external_id: '', claimed: '202611180077', state: 'open', outcome: '', opened_at: ago(5000), changed_at: ago(5000) },
  { id: 'dsp_1', distributor: { id: 'dst_1', name: names[1]! }, order_id: 'ord_01kb7x01', order_external_id: '202611220019', claimed: '', state: 'answered', outcome: 'upheld', opened_at: ago(9000), changed_at: ago(200) },
]
const withdrawals: T.Withdrawal[] = ['requested', 'requested', 'requested', 'approved', 'sending', 'manual', 'paid', 'rejected', 'returned'].map((state, i) => ({
  id: `wdr_${i}`, distributor: { id: `dst_${i}`, name: names[i]! }, gross: yuan(500000 + i * 45000), tax: yuan(80000 + i * 7200), fee: yuan(3000 + i * 270), net: yuan(417000 + i * 37530), whole: yuan(500000 + i * 45000), part: 1, parts: 1, method: i === 5 ? 'wechat' : 'manual', state, reason: state === 'rejected' ? '请先完成实名' : state === 'manual' ? '渠道 500，查询无结果' : '', voucher: state === 'paid' ? 'ICBC-88120' : '', first_approved_by: i === 1 ? 'staff:王会计' : undefined, requested_at: ago(200 + i * 300), decided_at: null, sent_at: null, paid_at: state === 'paid' ? ago(10) : null,
}))
const withdrawalDetail = (id: string): T.WithdrawalDetail => {
  const w = withdrawals.find((x) => x.id === id) ?? withdrawals[0]!
  return {
    ...w, four_eyes: true, payer: '福州示例科技有限公司', waits_for: ({ requested: w.first_approved_by ? 'second_person' : 'review', approved: 'pause', sending: 'store', manual: 'person' } as Record<string, string>)[w.state] ?? '', paused_to: w.state === 'approved' ? ago(-60 * 40) : null, same_human: w.id === 'wdr_1' ? 1 : 0, siblings: [],
    basis: { method: 'labour', month: '2026-11', months: 1, before: yuan(0), income: w.gross, cost: yuan(Math.trunc(w.gross.amount / 5)), deduction: yuan(0), taxable: yuan(w.gross.amount - Math.trunc(w.gross.amount / 5)), percent: 20, quick: yuan(0), due: w.tax, withheld: yuan(0), tax: w.tax },
    profile: { revision: 1, kind: 'individual', name: '王*', number: '110****2X', phone: '138****8000', at: ago(9000) }, account: { revision: 1, channel: 'bank_card', shown: '0128', bank: '工商银行', usable_at: ago(9000), at: ago(9000) },
    timeline: [{ at: ago(300), state: 'requested', text: '' }, ...(w.first_approved_by ? [{ at: ago(200), state: 'requested', actor: '王会计', text: '初审通过，待另一人复核' }] : []), ...(['requested'].includes(w.state) ? [] : [{ at: ago(100), state: w.state, actor: '李掌柜', text: w.reason }])],
  }
}
const payer: T.PayerEntity = { id: 'pyr_1', name: '福州示例科技有限公司', tax_id: '91350100M000100Y43', method: 'labour', methods: [{ from: '2026-08', method: 'labour', by: '李掌柜', at: ago(90000) }, { from: '2026-12', method: 'platform', by: '李掌柜', at: ago(900) }], year: 2026, months: ['2026-08', '2026-09', '2026-10', '2026-11'].map((month, i) => ({ month, people: 12 + i * 5, gross: yuan(4820000 + i * 1310000), tax: yuan(512000 + i * 148000) })) }
const series = (days: number): T.Overview['series'] => Array.from({ length: days }, (_, i) => {
  const wave = 40_000 + ((i * 7919) % 23) * 4_100 + (i % 7 > 4 ? 60_000 : 0)
  return { day: new Date(Date.parse('2026-11-22T00:00:00Z') - (days - 1 - i) * 86_400_000).toISOString().slice(0, 10), sales: yuan(wave), refunds: yuan(i % 6 ? 0 : 4000), orders: 3 + ((i * 31) % 11), commission: yuan(Math.trunc(wave / 9)) }
})
const board = (count: number): T.BoardItem[] => names.slice(0, count).map((name, i) => ({ rank: i + 1, member: { id: `dst_${i}`, name }, value: 1288000 - i * 97310 }))
const page = <X>(items: X[], next_cursor = ''): T.Page<X> => ({ items, next_cursor })

export interface Answered {
  status: number
  body: unknown
}

const sum = (granted: number): T.TrialSum => ({ granted: yuan(granted), standing: yuan(granted - 900), share: '0.0912', cut: yuan(0), cut_from: 0 })
const backtest: T.Trial = {
  id: 'trl_0', kind: 'backtest', state: 'done', title: '跨档补差，按上季度', author: '李掌柜', plan: { strategy: 'tiered-sales', version: '1.0.0', artifact: 'a'.repeat(64), config: {}, settings: revisions[0]!.settings, note: '' },
  from: '2026-07-31T16:00:00Z', to: '2026-10-31T16:00:00Z', total: 1840, done: 1840, code: '', note: '', created_at: ago(90), ended_at: ago(88),
  figures: { orders: 1840, compared: 1840, undecided: 0, sales: yuan(36_800_000), was: sum(3_356_000), would: sum(2_944_000), difference: yuan(-412_000) },
  result: {
    more: 120, less: 900, unasked: 40, waiting: 0, undecided: [], shares: [0, 1].map((i) => ({ up_to: i ? '0.02' : '0', was: 40, would: 40 })), worst_lines: [], coverage: [{ fact: 'line.unit_cost', known: 900, missing: 2100 }],
    months: ['2026-08', '2026-09', '2026-10'].map((month, i) => ({ month, orders: 600 + i * 20, undecided: 0, sales: yuan(12_000_000 + i * 200_000), was: yuan(1_100_000 + i * 9_000), would: yuan(960_000 + i * 9_000) })),
    closes: ['2026-08', '2026-09', '2026-10'].map((month, i) => ({ month, was: i ? yuan(0) : null, would: yuan(88_000 + i * 4_300), people: 7 + i, code: '', note: '' })),
    grading: { promoted: 12, demoted: 3, held: 0, why: '' },
  },
  proof: null,
}

/** Answers as the server would; `empty` is a store of one minute. */
export function answer(method: string, path: string, query: URLSearchParams, body: unknown, empty: boolean): Answered {
  const at = path.replace('/api/merchant/v1', '')
  const id = /\/(ord|dst|prd|buy|wdr|key|dsp)_[^/]+/.exec(at)?.[0].slice(1) ?? ''
  const ok = (b: unknown): Answered => ({ status: 200, body: b })
  const list = <X>(items: X[], next = ''): Answered => ok(empty ? page([]) : page(items, next))
  const wanted = <X extends object>(items: X[], field: string) => items.filter((x) => !query.get(field) || (x as Record<string, unknown>)[field] === query.get(field))
  if (path.endsWith('/platform/v1/stores')) return { status: 422, body: { type: 'urn:fenli:store.slug_taken', status: 422, code: 'store.slug_taken', detail: '这个代号已被别的店铺使用', field: 'slug', request_id: 'req_42' } }
  if (at === '/sessions') return { status: 401, body: { status: 401, code: 'login.wrong', detail: '登录名或密码不正确' } }
  if (method !== 'GET') {
    if (at === '/adjustments/preview') return ok({ before: { available: yuan(4000), owed: yuan(0) }, after: { available: yuan(0), owed: yuan(8000) }, needs_second: false, budget: { month: '2026-11', limit: yuan(500000), used: yuan(85000), left: yuan(415000) } })
    if (at === '/program/preview') return ok(preview(body as T.ProgramDraft))
    if (at === '/program/diff') return ok({ orders: 20, compared: 20, undecided: 0, sales: yuan(482100), was: yuan(48210), would: yuan(39804), none: false, more: 3, less: 12, winner: { payee: { id: 'dst_1', name: names[1] }, amount: yuan(820) }, loser: { payee: { id: 'dst_0', name: names[0] }, amount: yuan(-4310) }, shown: [0, 1, 2].map((i) => ({ order_id: `ord_01kb7x0${i}`, external_id: `O${i}`, paid_at: ago(60 * i), goods: yuan(19900), was: yuan(1990), would: yuan(1490 + i * 400), difference: yuan(i * 400 - 500), code: '' })), acknowledge: { through_seq: 42, orders: 20, difference: yuan(-8406) } } satisfies T.MoneyDiff)
    if (at === '/program/worst-case') return ok({ tried: 4096, goods: 12, highest_share: null, worst_margin: null, touched: [], touched_in: 0, undecided: [] } satisfies T.WorstCases)
    if (at === '/staff-invitations') return { status: 201, body: { id: 'inv_2', code: 'fi_0192f0c0aa007c2e9d1e5b7a3c4d5e6f_q8Zr1vT0bW5yK3mN7pX2', expires_at: ago(-60 * 24 * 7) } }
    if (at === '/invited') return ok({ store: { slug: 'mountain-tea', name: '山里的茶' }, name: '王会计', role: 'finance', invited_by: '李掌柜', expires_at: ago(-60 * 24 * 7) } satisfies T.Invited)
    if (at === '/api-keys') return { status: 201, body: { id: 'key_1', key: 'fk_mountain-tea_8f2c1d7ab0e94f6d9a51' } }
    return ok({})
  }
  switch (id ? at.replace(id, '{id}') : at) {
    case '/me': return ok(me)
    case '/store': return ok(empty ? { ...own, clock: { ...own.clock, test: false } } : own)
    case '/overview': {
      const days = Number(query.get('days') ?? 30)
      const none = yuan(0)
      if (empty) return ok({ today: { sales: none, orders: 0, commission: none, new_distributors: 0 }, totals: { held: none, available: none, reserved: none, paid: none, debt: none, expense: none }, series: series(days).map((d) => ({ ...d, sales: none, refunds: none, orders: 0, commission: none })), top: [], awaiting: 0, pending_withdrawals: 0, pending_applications: 0 })
      return ok({ today: { sales: yuan(486200), orders: 23, commission: yuan(51420), new_distributors: 2 }, totals: { held: yuan(412380), available: yuan(1290455), reserved: yuan(90000), paid: yuan(8120000), debt: yuan(1500), expense: yuan(9911335) }, series: series(days), top: board(5), awaiting: 1, pending_withdrawals: 3, pending_applications: 2 })
    }
    case '/settlement': return ok({ mark: ago(0), next: empty ? [] : ['2026-11-23', '2026-11-24', '2026-11-26'].map((day, i) => ({ day, amount: yuan(38020 - i * 9000) })) })
    case '/orders': return list(wanted(orders, 'state'), 'more')
    case '/orders/{id}': return ok(order(id))
    case '/orders/{id}/commission': return ok(commission(id))
    case '/orders/{id}/commission/alternatives': return ok({ items: [{ payee: { id: 'dst_0', name: names[0] }, code: 'commission.if_grade', instead: yuan(1990), would: yuan(2985), sentence: `等级为 senior 时${names[0]}可得 29.85，而不是 19.90（高一级）` }] })
    case '/periods': return list(periods)
    case '/trials': return list([backtest])
    case `/trials/${backtest.id}`: return ok(backtest)
    case '/periods/2026-10': return ok({ ...periods[0], awards: [0, 1, 5].map((i) => ({ payee: { id: `dst_${i}`, name: names[i] }, kind: 'pool', base: yuan(4321000), rate: '0.02', amount: yuan(i ? 21605 : 43210), cut: yuan(i ? 0 : 1200), why: `分红池 864.20，等级权重 ${i ? 1 : 2}` })), declined: [{ who: { id: 'dst_4', name: names[4] }, why: '关账时不在推广状态，份额归商家' }] })
    case '/statements': return list(statementPeriods)
    case '/statements/now': return ok({ open: span(11), method: 'after_freeze', making: null, since: stands(310000, 422000), stands: stands(355000, 460000, 120000, 3300) })
    case '/statements/2026-10-01': return ok({ ...statementPeriods[0], sums: kindSums, opening: stands(310000, 420000, 0, 0, 3000000), closing: stands(411000, 551000, 200000, 3300, 3610000) })
    case '/statements/2026-10-01/distributors': return list([0, 1, 2, 3, 4, 5].map(statementOf))
    case '/distributors/{id}/statement': return ok(statementOf(1))
    case '/distributors/{id}/statement/lines': return list(statementLines)
    case '/voucher-accounts': return ok({ accounts: [['expense', '商家费用', '6601.01', '销售费用-分销佣金'], ['held', '待结算', '2241.01', '其他应付款-待结算佣金'], ['available', '可提现', '2241.02', '其他应付款-可提现佣金'], ['paid', '已提现', '1002', '银行存款']].map(([account, word, code, name]) => ({ account, word, code, name })) })
    case '/adjustments': return list(wanted(adjustments, 'state'))
    case '/adjustment-rules': return ok({ second_above: yuan(50000), budget: { month: '2026-11', limit: yuan(500000), used: yuan(85000), left: yuan(415000) } })
    case '/disputes': return list(wanted(disputes, 'state'))
    case '/disputes/{id}': return ok({ ...disputes.find((d) => d.id === id), history: [{ nth: 1, side: 'distributor', verb: 'opened', text: '我 11 月 1 日已升为高级，这单应该按 15% 计。', at: ago(3000) }, ...(id === 'dsp_1' ? [{ nth: 2, side: 'merchant', actor: 'staff', verb: 'upheld', text: '核对过了，等级生效时间录晚了，给您补发。', at: ago(200) }] : [])] })
    case '/disputes/{id}/replay': return ok({ available: true, equal: true, differs: [] })
    case '/products': return list(wanted(products, 'state'))
    case '/products/{id}': return ok(products.find((p) => p.id === id))
    case '/distributors': return list(wanted(people, 'state'))
    case '/distributors/{id}': return ok(people.find((p) => p.id === id))
    case '/distributors/{id}/awards': return list(awards)
    case '/distributors/{id}/stake': return ok({ state: 'frozen', amount: yuan(31636), available: yuan(14836), unsent: yuan(16800), owed: yuan(0) } satisfies T.Stake)
    case '/distributors/{id}/forfeits': return list([{ id: 'wfo_1', amount: yuan(8800), reason: '疑似虚假订单', by: { id: 'staff:per_01', name: '林店主' }, at: ago(9000), restored_at: ago(7000), restored_by: { id: 'staff:per_02', name: '' }, restored_why: '申诉成立，订单真实' }] satisfies T.Forfeit[])
    case '/distributors/{id}/debts': return list([{ id: '9', cause: 'netted', amount: yuan(-120), order_id: null, order_external_id: '', at: ago(20), said: '从到账的可提现金额中抵扣 1.20' }, { id: '8', cause: 'refund', amount: yuan(180), order_id: 'ord_01kb7x04', order_external_id: 'S-1004', at: ago(900), said: '订单 S-1004 退款时，这笔佣金已经提走，记 1.80 待扣回' }])
    case '/distributors/{id}/movements': return list([{ id: 3, kind: 'reserve', source: 'available', target: 'reserved', amount: yuan(10000), ref: 'wdr_1', recorded_at: ago(60) }, { id: 2, kind: 'settle', source: 'held', target: 'available', amount: yuan(1990), ref: 'ord_01kb7x01', recorded_at: ago(900) }, { id: 1, kind: 'hold', source: 'expense', target: 'held', amount: yuan(1990), ref: 'ord_01kb7x01', recorded_at: ago(9000) }])
    case '/tree': return list(query.get('root') ? people.slice(3, 6).map((p) => node(p, 0)) : people.slice(0, 3).map((p) => node(p, 3)))
    case '/region-partners': return ok({ items: empty ? [] : ['440000', '440300', '浙江/杭州'].map((region, i) => ({ region, partner: { id: `dst_${i}`, name: names[i] }, since: ago(9000) })) })
    case '/grading': return ok(empty ? { grades: false, due_at: ago(-600), waits: null, last: null } : { grades: true, due_at: ago(-600), waits: null, last: { day: '2026-11-21', members: 24, promoted: 1, demoted: 1, failed: 0, ran_at: ago(800) } })
    case '/grading/changes': return list([0, 1].map((i) => ({ id: `grc_${i}`, day: '2026-11-21', changed_at: ago(800), strategy: 'task-badges', version: '1.0.0', artifact: '', revision: 3, member: { id: `dst_${i}`, name: names[i] }, from: i ? 'senior' : 'normal', to: i ? 'normal' : 'senior', promoted: !i, why: i ? '本月业绩低于保级线' : '本月业绩达到高级', evidence: [{ what: '本人销售额', unit: 'money', current: i ? 41000 : 622000, target: 500000, currency: 'CNY' }], next: null })))
    case '/customers': return list(['顾清', '方圆', '白露'].map((name, i) => ({ id: `buy_${i}`, name, external_id: '', distributor: { id: 'dst_0', name: names[0] }, orders: 4 - i, spent: yuan(60000 - i * 9000), first_order_at: ago(60 * 24 * 20), registered_at: ago(60 * 24 * 21) })))
    case '/customers/{id}': return ok({ id, name: '顾清', external_id: '', distributor: { id: 'dst_0', name: names[0] }, orders: 4, spent: yuan(60000), first_order_at: ago(9999), registered_at: ago(99999), binds: [{ distributor: { id: 'dst_0', name: names[0] }, cause: 'registration', bound_at: ago(60 * 24 * 10), protected_until: ago(-60 * 24 * 5), valid_until: ago(-60 * 24 * 20), ended_at: null, ended_cause: '' }], touches: [{ at: ago(50), distributor: { id: 'dst_0', name: names[0] }, channel: 'wechat' }] })
    case '/awards': return list(awards)
    case '/awaiting': return list([{ order_id: 'ord_01kb7x07', order_external_id: '202611220013', code: 'plugin.deadline', sentence: '佣金策略没有在规定时间内答复，会自动重试', since: ago(14), attempts: 3, next_try_at: ago(-1), goods: yuan(31800) }])
    case '/withdrawals': return list(withdrawals.filter((w) => !query.get('state') || query.get('state')!.split(',').includes(w.state)))
    case '/withdrawals/sums': return ok(empty ? [] : ['requested', 'approved', 'sending', 'manual'].map((state) => { const of = withdrawals.filter((w) => w.state === state); const sum = (k: 'gross' | 'tax' | 'fee' | 'net') => yuan(of.reduce((n, w) => n + w[k].amount, 0)); return { state, count: of.length, gross: sum('gross'), tax: sum('tax'), fee: sum('fee'), net: sum('net') } }))
    case '/withdrawals/{id}': return ok(withdrawalDetail(id))
    case '/payer': return ok({ entity: empty ? null : payer })
    case '/program': return ok(revisions[0])
    case '/program/revisions': return ok(page(revisions))
    case '/strategies': return ok({ items: strategies })
    case '/api-keys': return list([{ id: 'key_1', name: '有赞商城', hint: '9a51', created_at: ago(9000), revoked_at: null }, { id: 'key_0', name: '旧 ERP', hint: '77be', created_at: ago(90000), revoked_at: ago(8000) }])
    case '/staff': return list([{ id: 'per_01', name: '李掌柜', role: 'owner', joined_at: ago(90000) }, { id: 'per_02', name: '周运营', role: 'manager', joined_at: ago(40000) }] satisfies T.StaffMember[])
    case '/staff-invitations': return list([{ id: 'inv_1', name: '王会计', role: 'finance', invited_by: { id: 'per_01', name: '李掌柜' }, state: 'open', created_at: ago(60), expires_at: ago(-60 * 24 * 7) }, { id: 'inv_0', name: '周运营', role: 'manager', invited_by: { id: 'per_01', name: '李掌柜' }, state: 'joined', created_at: ago(41000), expires_at: ago(31000) }] satisfies T.StaffInvitation[])
    case '/audit': return list([{ id: 'aud_1', at: ago(20), actor: 'staff:per_01', actor_name: '林店主', action: 'distributor.freeze', subject: 'dst_4', detail: { reason: '疑似刷单，核实中' } }, { id: 'aud_0', at: ago(3000), actor: 'staff:per_01', actor_name: '林店主', action: 'program.revise', subject: '3', detail: {} }])
  }
  if (at.startsWith('/leaderboards/')) return ok({ metric: at.split('/')[2], period: query.get('period') ?? 'month', from: ago(60 * 24 * 21), to: ago(-60 * 24 * 9), items: empty ? [] : board(12) })
  return { status: 404, body: { status: 404, code: 'not_found', detail: '没有找到', request_id: 'req_404' } }
}

function node(p: T.Distributor, children: number): T.TreeNode {
  return { id: p.id, name: p.name, code: p.code, grade: p.grade, state: p.state, children, descendants: children * 4, sales_30d: p.sales_30d }
}
function preview(draft: T.ProgramDraft): T.Preview {
  const rates = ((draft.config as { rates?: string[] }).rates ?? ['0.05']).slice(0, draft.settings.levels)
  const awards: T.CommissionAward[] = rates.map((rate, i) => ({ payee: { id: `p${i}`, name: ['甲', '乙', '丙'][i]! }, level: i + 1, granted: yuan(i ? 597 : 1990), standing: yuan(i ? 597 : 1990), matures_at: null, status: 'held', lines: [{ line: '1', sku: 'LJ-50', kind: 'level', base: yuan(19900), rate, amount: yuan(i ? 597 : 1990), cut: yuan(0), why: `第 ${i + 1} 级` }] }))
  const decided = (awards: T.CommissionAward[], declined: T.Declined[]): T.OrderCommission => ({ state: 'decided', awaiting: null, decision: null, awards, declined, reversed: [], taken: [], cap: null })
  return {
    items: [{ title: '一件 199.00 的商品', goods: yuan(19900), lines: [{ sku: 'LJ-50', qty: 1, unit_price: yuan(19900) }], commission: decided(awards, [{ who: { id: 'p2', name: '丙' }, why: '方案只发两级' }]) },
      { title: '两件商品，用了满减', goods: yuan(30000), lines: [], commission: decided([], []) }],
  }
}
