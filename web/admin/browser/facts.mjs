/**
 * A shop whose strategy grades its members, and one that pays city partners: the pages that show it,
 * in the console and on the phone. The pictures go to BROWSER_OUT.
 */
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessible, launch, People, see } from './browser.mjs'
import { startServer } from './server.mjs'
import { password, Visitor } from './shop.mjs'

const out = process.env.BROWSER_OUT ?? join(tmpdir(), 'fenli-browser-facts')
mkdirSync(out, { recursive: true })

let server, browser, people
const picture = (page, name) => page.screenshot({ path: join(out, `${name}.png`), fullPage: true })

async function facts() {
  server = await startServer()
  browser = await launch()
  people = new People(browser)
  const must = async (...args) => {
    const { status, body } = await server.call(...args)
    if (status >= 300) throw new Error(`${args[0]} ${args[1]}: ${status} ${JSON.stringify(body)}`)
    return body
  }
  const { token } = await must('POST', '/api/platform/v1/stores', { body: { slug: 'facts-tea', name: '山川茶行', owner: { name: '店主', login: 'owner@facts.test', password } } })
  const api = (method, path, body) => must(method, '/api/merchant/v1' + path, { token, body })
  const choose = async (strategy, config, change = {}) => {
    const { settings } = await api('GET', '/program')
    const { items } = await api('GET', '/strategies')
    const consent = items.find((s) => s.strategy === strategy).facts.map((f) => f.name)
    await api('POST', '/program/revisions', { strategy, config, settings: { ...settings, ...change, recruit: { ...settings.recruit, auto_approve: true } }, note: strategy, consent })
  }

  const merchant = await people.come('merchant')
  await merchant.addInitScript((t) => localStorage.setItem('fenli.session', t), token)
  const main = merchant.locator('main').first()
  const drawer = merchant.locator('.ant-drawer-section, .ant-drawer-content').last()
  const dialog = merchant.getByRole('dialog').last()
  const visit = (path) => merchant.goto(`${server.base}/admin${path}`)

  await visit('/distributors/grading')
  await see(main, '当前方案不评定等级', '任务与徽章')
  await picture(merchant, 'grading-off')

  await api('POST', '/products', { title: '明前龙井', category: '茶', skus: [{ code: 'LONGJING', title: '', price: { amount: 19900, currency: 'CNY' }, stock: 10 }] })
  await choose('task-badges', { tasks: [{ key: 'orders', what: 'orders', count: 2, money: 3000, badge: 'bronze' }], grades: [{ grade: 'senior', sales: 10000, keep: '0.8' }], window: 'month', basis: 'paid', demotion: 'never' })

  const seller = new Visitor(await people.come('seller', { phone: true }), server.shop('facts-tea'))
  await seller.register('seller@facts.test', '林一')
  await seller.open('join/index')
  const squares = seller.page.locator('.tick .square')
  await squares.first().waitFor()
  await squares.nth(0).click()
  await squares.nth(1).click()
  await seller.press('提交申请')
  await see(seller.page.locator('body'), '已经是分销员')
  const { buy } = await seller.links()

  const buyer = new Visitor(await people.come('buyer', { phone: true }), server.shop('facts-tea'))
  const order = async (region) => {
    await buyer.open('home/index')
    await buyer.page.locator('.tile').first().click()
    await buyer.page.getByRole('button', { name: '立即购买' }).click()
    await buyer.page.getByText('提交订单').waitFor()
    if (region) {
      await buyer.page.getByText('请选择').click()
      await buyer.page.locator('.uni-picker-action-confirm').locator('visible=true').click()
      await see(buyer.page.locator('body'), region)
      await picture(buyer.page, 'checkout')
      await accessible('checkout', buyer.page)
    }
    await buyer.press('提交订单')
    await buyer.press('模拟付款 ¥199.00')
    await see(buyer.page.locator('body'), '测试支付成功')
  }
  await buyer.open(buy)
  await buyer.page.getByText('明前龙井').first().waitFor()
  await buyer.register('buyer@facts.test', '陈三')
  await order()

  await visit('/distributors/grading')
  await merchant.getByRole('button', { name: '看看现在评定会怎样' }).click()
  await see(main, '现在评定的结果', '林一', '普通 → 高级')
  await accessible('grading', merchant)
  await picture(merchant, 'grading-preview')
  await seller.open('grade/index')
  await see(seller.page.locator('body'), '我的等级', '本月任务', '1 / 2')
  await accessible('my grade', seller.page)
  await picture(seller.page, 'my-grade')

  await visit('/distributors/list')
  await merchant.locator('tbody tr', { hasText: '林一' }).first().getByRole('link').first().click()
  await drawer.getByRole('switch', { name: '团队长' }).click()
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await see(drawer, '团队长', '是')
  await picture(merchant, 'lead')
  await visit('/distributors/list?lead=true')
  await see(main, '林一')

  await visit('/distributors/partners')
  await see(main, '还没有城市合伙人')
  await merchant.getByRole('button', { name: '指定合伙人' }).first().click()
  await dialog.getByLabel('地区').fill('110000')
  await see(dialog, '收货地区以 11… 开头')
  await dialog.getByRole('combobox').click()
  await merchant.locator('.ant-select-item-option', { hasText: '林一' }).waitFor()
  await merchant.keyboard.press('Enter')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await see(main, '110000', '林一')
  await merchant.locator('.ant-modal').last().waitFor({ state: 'hidden' })
  await accessible('partners', merchant)
  await picture(merchant, 'partners')

  await choose('team-city', { rates: ['0.10'], team_lead: '0.02', city_partner: '0.01' })
  await order('北京')
  await buyer.open('orders/index')
  await buyer.page.locator('.card').first().click()
  await see(buyer.page.locator('body'), '收货地区', '北京')
  await picture(buyer.page, 'order')
  await visit('/orders')
  await merchant.locator('tbody tr', { hasText: '陈三' }).first().getByRole('link').first().click()
  await see(drawer, '收货地区', '110000')
  await visit('/customers')
  await see(main, '陈三', '¥398.00')
  await picture(merchant, 'customers')
  await seller.open('promoted/index')
  await see(seller.page.locator('body'), '佣金')
  await picture(seller.page, 'promoted')
  if (people.faults.length) throw new Error('pages complained:\n' + [...new Set(people.faults)].join('\n'))
}

try {
  await facts()
  console.log(`    the facts have their pages; pictures in ${out}`)
} catch (e) {
  process.exitCode = 1
  console.error(`\n${e.stack}\n`)
  if (people) console.error(`what everybody saw last: ${await people.photograph()}`)
  if (server) console.error(`the server's last lines:\n${server.log()}`)
} finally {
  await browser?.close().catch(() => undefined)
  await server?.stop()
}
