// The settings of the reference strategies, as their own schema describes them.
import type { JsonSchema } from '../src/api/types'

const rate: JsonSchema = { type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$', 'x-widget': 'percent' }
const rates = (title: string, en: string, extra: JsonSchema = {}): JsonSchema => ({ type: 'array', items: rate, maxItems: 3, 'x-widget': 'rate-list', title, 'x-title-en': en, ...extra })
const object = (properties: Record<string, JsonSchema>, extra: JsonSchema = {}): JsonSchema => ({ type: 'object', properties, additionalProperties: false, 'x-order': Object.keys(properties), ...extra })

export const schemas: Record<string, JsonSchema> = {
  'three-level': object({ rates: rates('各级佣金比例', 'Rate of each level', { default: ['0.1', '0.03', '0'], description: '第一项给卖出的人，第二项给其上级，依此类推', 'x-description-en': "The first is the seller's, the second that of whoever stands behind them" }) }, { title: '三级分佣', 'x-title-en': 'Three levels', description: '按推广层级，各级拿各自的比例', 'x-description-en': 'Each level of the chain earns its own rate' }),
  'tiered-sales': object({
    window: { type: 'string', enum: ['day', 'week', 'month', 'quarter', 'year', 'all'], default: 'month', title: '统计周期', 'x-title-en': 'Window' },
    mode: { type: 'string', enum: ['before_order', 'including_order', 'slab'], default: 'before_order', title: '跨档计算', 'x-title-en': 'Crossing a tier' },
    tiers: { type: 'array', minItems: 1, 'x-widget': 'tier-table', title: '档位', 'x-title-en': 'Tiers', default: [{ from: 0, rate: '0.05' }, { from: 1000000, rate: '0.08' }], items: object({ from: { type: 'integer', minimum: 0, 'x-widget': 'money', title: '销售额起', 'x-title-en': 'Sales from' }, rate: { ...rate, title: '比例', 'x-title-en': 'Rate' } }, { required: ['from', 'rate'] }) },
  }, { title: '销售阶梯', 'x-title-en': 'Sales tiers', description: '卖得越多，比例越高', 'x-description-en': 'The more one sells, the higher the rate' }),
  differential: object({
    grades: { type: 'object', additionalProperties: rate, propertyNames: { minLength: 1 }, 'x-widget': 'rate-table', 'x-keys': 'grade', title: '各等级比例', 'x-title-en': 'Rate of each grade', default: { normal: '0.05', senior: '0.08', partner: '0.12' } },
    peer: object({ rate: { ...rate, title: '比例', 'x-title-en': 'Rate' }, of: { type: 'string', enum: ['peer_income', 'sales'], title: '按什么计算', 'x-title-en': 'Share of' }, max: { type: 'integer', minimum: 1, maximum: 2, title: '最多几人', 'x-title-en': 'At most this many people' } }, { required: ['rate', 'max'], title: '平级奖', 'x-title-en': 'Same-grade bonus' }),
  }, { title: '级差', 'x-title-en': 'Grade differential', description: '高等级拿与下级的差额，可加平级奖', 'x-description-en': 'A higher grade earns the difference to the one below' }),
  matrix: object({
    default: rates('默认比例', 'Default rates', { default: ['0.1', '0.05'] }),
    skus: { type: 'object', additionalProperties: object({ rates: rates('各级比例', 'Rate of each level'), fixed: { type: 'array', items: { type: 'integer', minimum: 0 }, maxItems: 3, 'x-widget': 'money-list', title: '各级每件固定金额', 'x-title-en': 'Fixed amount a piece, by level' } }), 'x-widget': 'table', 'x-keys': 'sku', title: '按商品', 'x-title-en': 'By product' },
    categories: { type: 'object', additionalProperties: { type: 'array', items: rate, maxItems: 3 }, 'x-widget': 'matrix', 'x-keys': 'category', title: '按类目', 'x-title-en': 'By category', description: '整段匹配，最长的类目优先', default: { '茶叶/绿茶': ['0.12', '0.04'], 茶具: ['0.06', '0.02'] } },
  }, { title: '商品与渠道矩阵', 'x-title-en': 'Product and channel matrix', description: '按商品、类目或渠道分别设置', 'x-description-en': 'Rates by product, category or channel' }),
  'campaign-boost': object({
    base: rates('平时各级比例', 'Usual rate of each level', { default: ['0.1', '0.03'] }),
    boost: object({ levels: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 3 }, minItems: 1, maxItems: 3, default: [1], 'x-widget': 'levels', title: '哪几级', 'x-title-en': 'Levels' }, multiplier: { ...rate, 'x-widget': 'multiplier', default: '1.5', title: '倍数', 'x-title-en': 'Multiplier' }, from: { type: 'string', format: 'date-time', 'x-widget': 'datetime', title: '开始', 'x-title-en': 'From' }, to: { type: 'string', format: 'date-time', 'x-widget': 'datetime', title: '结束（不含）', 'x-title-en': 'Until (not included)' } }, { required: ['levels', 'multiplier', 'from', 'to'], title: '活动加成', 'x-title-en': 'Campaign' }),
  }, { title: '活动加成', 'x-title-en': 'Campaign boost', description: '活动期间比例翻倍', 'x-description-en': 'A multiplier while a campaign runs' }),
}
