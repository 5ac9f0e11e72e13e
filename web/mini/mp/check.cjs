/**
 * The WeChat build, checked without WeChat: `npm run build:mp-weixin && npm run test:mp`.
 * Its templates compile, it fits the package limit, it names no foreign origin, and its pages
 * render in Node with what the server answered on them.
 */
const { existsSync, readdirSync, readFileSync, statSync } = require('node:fs')
const path = require('node:path')
const assert = require('node:assert/strict')

const root = path.resolve(process.argv[2] ?? path.join(__dirname, '../dist/build/mp-weixin'))
assert.ok(existsSync(path.join(root, 'app.json')), 'build first: npm run build:mp-weixin')

function* filesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* filesIn(file)
    else yield file
  }
}
const files = [...filesIn(root)]
let failed = 0
async function claim(sentence, proof) {
  try {
    const note = await proof()
    console.log('ok    ' + sentence + (note ? ` (${note})` : ''))
  } catch (fault) {
    failed++
    console.log('FAULT ' + sentence + '\n      ' + String(fault.stack ?? fault).split('\n').slice(0, 8).join('\n      '))
  }
}

const rendered = [
  ['pages/home/index', 'seller', {}, ['山野茶行', '武夷山核心产区', '大红袍', '预计赚', '茶铺']],
  ['pages/home/index', 'guest', {}, ['成为推广员']],
  ['pages/product/index', 'seller', { id: 'prd_01' }, ['大红袍', '分享赚', '库存 128']],
  ['pages/checkout/index', 'buyer', { id: 'prd_01', sku: 'prd_01-A' }, ['提交订单', '包邮']],
  ['pages/pay/index', 'buyer', { id: 'ord_01kf8m2xq7e3wr5s0a1placed' }, ['测试支付，不会扣款', '模拟付款 ¥199.00']],
  ['pages/orders/index', 'buyer', {}, ['待付款', '确认收货']],
  ['pages/orders/index', 'guest', {}, ['登录后查看订单']],
  ['pages/order/index', 'buyer', { id: 'ord_01kf8m2xq7e3wr5s0a4done' }, ['已完成', '已退款 ¥120.00', '2026-11-14 14:30']],
  ['pages/me/index', 'seller', {}, ['林晓', '推广员', '退出登录']],
  ['pages/login/index', 'guest', {}, ['欢迎来到山野茶行', '手机号']],
  ['pages/join/index', 'buyer', {}, ['加入不收任何费用', '《推广员协议》']],
  ['pages/earn/index', 'seller', {}, ['可提现', '待结算', '提现中', '已提现', '待扣回', '预计 2026-11-28 可提现', '一级佣金 10%', '没收与恢复', '申诉成立，订单真实']],
  ['pages/earn/index', 'new', {}, ['还没有收益', '去推广']],
  ['pages/earn/index', 'guest', {}, ['成为推广员，分享就有收益']],
  ['pages/award/index', 'seller', { order: 'ord_a3' }, ['按 ¥368.00 计，比例 10%', '封顶扣减', '退款 R-8812（120.00）收回 12.00', '变动明细', '店铺承担', '¥5.00，未扣', '余 ¥24.80', '对这笔佣金有疑问']],
  ['pages/dispute/index', 'seller', { id: 'dsp_1' }, ['订单 202611180012', '答复：不成立', '补充']],
  ['pages/disputes/index', 'new', {}, ['没有申诉', '有订单没算给我']],
  ['pages/statements/index', 'seller', {}, ['2026-10', '转可提现']],
  ['pages/statement/index', 'seller', { period: '2026-10-01' }, ['期初', '期末', '按 ¥368.00 计，比例 10%', '双十一售后值班']],
  ['pages/months/index', 'seller', {}, ['2026-10', '等级“普通”不参与分红']],
  ['pages/grade/index', 'seller', {}, ['¥3,120.00 / ¥5,000.00', '4 / 10', '已完成', '徽章“勤快”']],
  ['pages/withdraw/index', 'seller', {}, ['可提现金额', '待审核', '收款人姓名与实名不一致']],
  ['pages/promote/index', 'seller', {}, ['https://shanye.fenli.test/#/?code=LX8K2P', '邀请本身没有奖励']],
  ['pages/promoted/index', 'seller', {}, ['买家 陈**', '佣金计算中']],
  ['pages/team/index', 'seller', {}, ['周航', '下级 3 人']],
  ['pages/customers/index', 'seller', {}, ['长期有效', '4 单']],
  ['pages/board/index', 'seller', {}, ['第 12 名', '距上一名还差 ¥50.00', '苏木']],
  ['pages/rules/index', 'guest', {}, ['最多计算三级', '不得夸大功效']],
]

async function main() {
  await claim('every template compiles', () => {
    const compiler = require('glass-easel-template-compiler')
    const group = new compiler.TmplGroup()
    const templates = files.filter((file) => file.endsWith('.wxml'))
    const complaints = []
    for (const file of templates) {
      const name = path.relative(root, file)
      for (const one of group.addTmpl(name.replace(/\.wxml$/, ''), readFileSync(file, 'utf8')) ?? []) complaints.push({ name, level: one.level, message: one.message ?? String(one) })
    }
    assert.ok(templates.length > 20, 'there are templates to compile')
    assert.deepEqual(complaints.filter((one) => one.level === undefined || one.level >= 3), [])
    assert.ok(group.getTmplGenObjectGroups().length > 0)
    return `${templates.length} templates, ${complaints.length} remarks`
  })

  await claim('the package stays under 2 MB', () => {
    const bytes = files.reduce((all, file) => all + statSync(file).size, 0)
    assert.ok(bytes < 2 * 1024 * 1024, `${bytes} bytes`)
    return `${Math.round(bytes / 1024)} kB`
  })

  await claim('no foreign origin is named', () => {
    const allowed = /^https?:\/\/(www\.w3\.org|vuejs\.org)\b/
    const found = files.filter((file) => /\.(js|wxss|wxml|json)$/.test(file)).flatMap((file) => (readFileSync(file, 'utf8').match(/https?:\/\/[\w.-]+\.[a-z]+[^\s"'`)]*/g) ?? []).filter((url) => !allowed.test(url)).map((url) => path.relative(root, file) + ': ' + url))
    assert.deepEqual(found, [])
  })

  const phone = require('./wechat.cjs')
  const simulate = require('miniprogram-simulate')
  require(path.join(root, 'app.js'))
  const app = global.theApp
  const start = { path: 'pages/home/index', query: { code: 'LX8K2P' }, scene: 1001 }
  phone.kept.set('fenli.token', '')

  await claim('the app starts, asks for its own store and remembers who sent the visitor', async () => {
    app.onLaunch?.call(app, start)
    app.onShow?.call(app, start)
    await simulate.sleep(30)
    const first = phone.asked.find((one) => one.url.endsWith('/store'))
    assert.ok(first, 'GET /store was asked')
    assert.equal(first.url, 'https://api.test/api/store/v1/store')
    assert.equal(first.header['X-Store'], 'shanye')
    assert.equal(phone.kept.get('fenli.arrival')?.code, 'LX8K2P')
  })

  for (const [page, mood, options, words] of rendered) await claim(`${page} renders for ${mood === 'new' ? 'a new seller' : 'a ' + mood}`, () => show(page, mood, options, words))

  async function show(page, mood, options, words) {
    phone.wx.mood = mood
    const child = require('node:child_process').spawnSync(process.execPath, [path.join(__dirname, 'page.cjs'), root, page, mood, JSON.stringify(options)], { encoding: 'utf8', timeout: 60_000 })
    assert.equal(child.status, 0, child.stderr || child.stdout)
    for (const word of words) assert.ok(lettersOf(child.stdout).includes(word.replace(/\s/g, '')), `“${word}” is not on the page:\n${textOf(child.stdout).slice(0, 900)}`)
  }

  console.log(failed ? `${failed} faults` : 'all well')
  process.exit(failed ? 1 : 0)
}

const lettersOf = (html) => textOf(html).replace(/\s/g, '')
const textOf = (html) => html.replace(/<style[\s\S]*?<\/style>/g, '').replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

main()
