// The settings of the reference strategies, as their own schema describes them.
import type { JsonSchema } from '../src/api/types'

const rate: JsonSchema = { type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$', 'x-widget': 'percent' }
const rates = (title: string, en: string, extra: JsonSchema = {}): JsonSchema => ({ type: 'array', items: rate, maxItems: 3, 'x-widget': 'rate-list', title, 'x-title-en': en, ...extra })
const object = (properties: Record<string, JsonSchema>, extra: JsonSchema = {}): JsonSchema => ({ type: 'object', properties, additionalProperties: false, 'x-order': Object.keys(properties), ...extra })

const picks = (title: string, en: string, keys: string): JsonSchema => ({ type: 'array', items: { type: 'string' }, 'x-widget': 'list', 'x-keys': keys, title, 'x-title-en': en })
const moment = (title: string, en: string): JsonSchema => ({ type: 'string', format: 'date-time', 'x-widget': 'datetime', title, 'x-title-en': en })
const words = (all: Record<string, [string, string]>): JsonSchema => ({ type: 'string', enum: Object.keys(all), 'x-enum-titles': Object.fromEntries(Object.entries(all).map(([k, [zh, en]]) => [k, { zh, en }])) })

export const schemas: Record<string, JsonSchema> = {
  compose: object({
    mode: { ...words({ first: ['只按第一条符合的', 'The first that fits decides'], sum: ['符合的都给', 'All that fit add up'] }), default: 'first', title: '多条规则', 'x-title-en': 'Several rules' },
    rules: {
      type: 'array', minItems: 1, maxItems: 40, 'x-widget': 'table', title: '规则', 'x-title-en': 'Rules', description: '从上到下；没有写到的条件不限', 'x-description-en': 'From top to bottom; a condition left out does not limit',
      default: [{ name: '绿茶首单', when: { categories: ['茶叶/绿茶'], first_order: true }, pay: { rates: ['0.15', '0.05'] } }, { name: '其余', when: {}, pay: { rates: ['0.1'] } }],
      items: object({
        name: { type: 'string', minLength: 1, title: '名称', 'x-title-en': 'Name' },
        when: object({ skus: picks('商品', 'Products', 'sku'), categories: picks('类目（含下级）', 'Categories and what is below', 'category'), channels: picks('渠道', 'Channels', 'channel'), grades: picks('得佣人的等级', 'Grades of who earns', 'grade'), first_order: { type: 'boolean', title: '是否买家首单', 'x-title-en': "The buyer's first order" }, min_total: { type: 'integer', minimum: 0, 'x-widget': 'money', title: '订单商品金额满', 'x-title-en': 'Goods of the order come to' }, from: moment('开始', 'From'), to: moment('结束（不含）', 'Until (not included)') }, { title: '什么时候', 'x-title-en': 'When' }),
        pay: object({ by: { ...words({ rate: ['按比例', 'A rate'], fixed: ['每件固定金额', 'An amount a piece'] }), default: 'rate', title: '怎么给', 'x-title-en': 'How' }, rates: rates('各级比例', 'Rate of each level', { 'x-when': { by: 'rate' } }), fixed: { type: 'array', items: { type: 'integer', minimum: 0 }, maxItems: 3, 'x-widget': 'money-list', 'x-when': { by: 'fixed' }, title: '各级每件固定金额', 'x-title-en': 'Fixed amount a piece, by level' } }, { title: '给多少', 'x-title-en': 'What it pays' }),
      }, { required: ['name', 'pay'] }),
    },
  }, { title: '规则组合', 'x-title-en': 'Rules', description: '不写代码，按条件搭配规则', 'x-description-en': 'Rules by condition, without code' }),
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
