/**
 * The engine seen from the console: what a revision costs before it takes effect, a trial on past
 * orders, a shadow, a small-scale try, a replay and a proven month, on a store with real orders.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { accessible, launch, People, see, until } from './browser.mjs'
import { startServer } from './server.mjs'
import { password } from './shop.mjs'

const slug = 'engine-tea'
const pictures = process.env.BROWSER_OUT
let server, browser, people
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server?.stopNow()
    process.exit(130)
  })
}

async function chapter(title, tell) {
  const from = Date.now()
  await tell()
  console.log(`    ${((Date.now() - from) / 1000).toFixed(1).padStart(5)} s  ${title}`)
}

async function story() {
  server = await startServer()
  browser = await launch()
  people = new People(browser)
  const page = await people.come('merchant')
  const main = page.locator('main').first()
  const drawer = page.locator('.ant-drawer-section, .ant-drawer-content').last()
  const dialog = page.getByRole('dialog').last()
  const row = (text) => page.locator('tbody tr', { hasText: text }).first()
  const visit = async (path) => void (await page.goto(`${server.base}/admin${path}`))
  const look = async (name) => {
    if (!pictures) return
    mkdirSync(pictures, { recursive: true })
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }
  let token
  const call = async (method, path, body, key) => {
    const answer = await server.call(method, `/api/${key ? 'open' : 'merchant'}/v1${path}`, { token: key ?? token, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  await chapter('a store with orders', async () => {
    const made = await server.call('POST', '/api/platform/v1/stores', { body: { slug, name: '引擎茶行', owner: { name: '店主老周', login: 'owner@engine.test', password } } })
    token = made.body.token
    const lin = await call('POST', '/distributors', { name: '林一', external_id: 'lin' })
    const su = await call('POST', '/distributors', { name: '苏二', external_id: 'su', upline_id: lin.id })
    for (const d of [lin, su]) if (d.state !== 'active') await call('POST', `/distributors/${d.id}/approve`)
    const { key } = await call('POST', '/api-keys', { name: '推单' })
    const at = (h) => new Date(Date.now() - h * 3_600_000).toISOString()
    for (let i = 0; i < 12; i++) {
      await call('POST', '/orders', {
        external_id: `T-${100 + i}`, buyer: { external_id: `buyer-${i}`, name: `客${i}` }, via: i % 3 === 0 ? 'lin' : 'su', paid: true, placed_at: at(30 - i), paid_at: at(29.5 - i),
        lines: [{ sku: 'LONGJING', title: '明前龙井', qty: 1 + (i % 2), unit_price: { amount: 19900, currency: 'CNY' }, cost: { amount: 16000, currency: 'CNY' } }],
      }, key)
    }
    await until('all orders decided', async () => (await call('GET', '/orders?limit=50')).items.every((o) => o.commission.state === 'decided'))
    await visit('/login')
    await page.getByLabel('店铺代号').fill(slug)
    await page.getByLabel('手机号或邮箱').fill('owner@engine.test')
    await page.getByLabel('密码').fill(password)
    await page.getByRole('button', { name: /登\s*录/ }).click()
    await see(page.locator('body'), '引擎茶行')
  })

  await chapter('publishing names the amount', async () => {
    await visit('/program/edit')
    await page.getByLabel('各级佣金比例 1 级').fill('15')
    await page.getByRole('button', { name: '发布新版本' }).click()
    await see(dialog, '生效前的金额变化', '最近 12 笔真实订单', '增加最多', '我已看到')
    await dialog.getByText('最坏情况').click()
    await see(dialog, '佣金占比最高的订单')
    await dialog.getByText(/逐单对比/).click()
    await accessible('publish', page)
    await look('publish')
    await dialog.getByLabel('这次改了什么').fill('一级 15%')
    await dialog.getByRole('button', { name: '发布新版本' }).click()
    await see(dialog, '请先确认金额变化')
    await dialog.getByText(/我已看到/).click()
    await dialog.getByRole('button', { name: '发布新版本' }).click()
    await see(main, '现行第 2 版')
  })

  await chapter('a revision is scheduled, compared and taken back', async () => {
    await page.getByLabel('各级佣金比例 1 级').fill('8')
    await page.getByRole('button', { name: '发布新版本' }).click()
    await see(dialog, '我已看到')
    await dialog.getByText(/我已看到/).click()
    await dialog.getByText('指定时间').click()
    const later = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
    await dialog.locator('.ant-picker input').fill(`${later} 09:00`)
    await page.keyboard.press('Enter')
    await dialog.getByLabel('这次改了什么').fill('淡季一级 8%')
    await look('schedule')
    await dialog.getByRole('button', { name: /安排生效/ }).click()
    await visit('/program/revisions')
    await see(row('淡季一级 8%'), '待生效')
    await row('淡季一级 8%').getByRole('button').first().click()
    await see(drawer, '与第 2 版相比', '15%', '8%')
    await accessible('revision', page)
    await look('revision')
    await drawer.getByRole('button', { name: /撤\s*回/ }).click()
    await page.locator('.ant-modal').last().getByRole('button', { name: /撤\s*回/ }).click()
    await see(row('淡季一级 8%'), '已撤回')
  })

  await chapter('a trial on past orders', async () => {
    await visit('/program/trials')
    await see(main, '还没有试算过')
    await look('trials-empty')
    await page.getByRole('button', { name: '新的试算' }).first().click()
    await dialog.getByText('历史版本', { exact: true }).click()
    await dialog.locator('#candidate-revision').click()
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await look('trial-start')
    await dialog.getByLabel('名称').fill('一级 8% 会怎样')
    await dialog.getByRole('button', { name: '开始试算' }).click()
    await see(drawer, '已完成', '12 笔订单', '差额', '占销售额')
    await accessible('trial', page)
    await look('trial')
    for (const [tab, picture] of [['谁多谁少', 'people'], ['逐单', 'orders'], ['毛利与上限', 'risk'], ['缺口', 'gaps']]) {
      await drawer.getByRole('tab', { name: new RegExp(tab) }).click()
      await look(`trial-${picture}`)
    }
    await drawer.getByRole('tab', { name: /逐单/ }).click()
    const [saved] = await Promise.all([page.waitForEvent('download'), drawer.getByRole('button', { name: /下载 CSV/ }).click()])
    if (!saved.suggestedFilename().endsWith('.csv')) throw new Error('no table was saved')
    await visit('/program/trials')
    await see(row('一级 8% 会怎样'), '已完成')
  })

  await chapter('some teams try it, and a shadow runs beside', async () => {
    await visit('/program/trying')
    await see(main, '没有正在进行的小范围试用', '没有影子运行')
    await look('trying-empty')
    await page.getByRole('button', { name: '开始小范围试用' }).click()
    await dialog.getByText('历史版本', { exact: true }).click()
    await dialog.locator('#candidate-revision').click()
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    await see(dialog, '生效前的金额变化', '差额')
    await accessible('canary start', page)
    await look('canary-start')
    await dialog.getByRole('button', { name: /让 10% 的团队开始试用/ }).click()
    await see(main, '试用中', '10% 的团队', '佣金占比超过 30%')
    await page.getByRole('button', { name: '开始影子运行' }).click()
    await dialog.locator('#candidate-strategy').click()
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: /开\s*始/ }).last().click()
    await see(drawer, '正在与现行方案并行')
    await visit('/program/trying')
    await see(main, '试用中', '10% 的团队', '影子运行')
    await accessible('trying', page)
    await look('trying')
    await page.getByRole('button', { name: '扩大范围' }).click()
    await dialog.getByLabel('试用团队比例').fill('50')
    await dialog.getByRole('button', { name: '扩大范围' }).click()
    await see(main, '50% 的团队')
    await page.getByRole('button', { name: /暂\s*停/ }).click()
    await dialog.getByRole('button', { name: /暂\s*停/ }).click()
    await see(main, '已暂停')
    await page.getByRole('button', { name: '停止试用' }).click()
    await dialog.getByRole('textbox').fill('代理商反馈太低')
    await dialog.getByRole('button', { name: '停止试用' }).click()
    await see(main, '以往的试用', '代理商反馈太低')
    await look('trying-past')
  })

  await chapter('a decision is replayed, a month is proven', async () => {
    await visit('/orders')
    await row('T-100').getByRole('link').first().click()
    await page.getByRole('tab', { name: '佣金与原因' }).click()
    await drawer.getByRole('button', { name: /重\s*放/ }).click()
    await see(drawer, '完全一致')
    await look('replay')
    await visit('/commission/periods')
    await page.getByRole('button', { name: '重算核对' }).click()
    await dialog.getByRole('button', { name: '重算核对' }).click()
    await see(drawer, '全部一致', '账本合计')
    await accessible('proof', page)
    await look('proof')
  })

  if (people.faults.length) throw new Error('pages complained:\n' + [...new Set(people.faults)].join('\n'))
}

try {
  await story()
} catch (e) {
  process.exitCode = 1
  console.error(`\n${e.stack}\n`)
  if (people?.faults.length) console.error('pages also complained:\n' + [...new Set(people.faults)].slice(0, 10).join('\n'))
  if (people) console.error(`what everybody saw last: ${await people.photograph()}`)
  if (server) console.error(`the server's last lines:\n${server.log()}`)
} finally {
  await browser?.close().catch(() => undefined)
  await server?.stop()
}
