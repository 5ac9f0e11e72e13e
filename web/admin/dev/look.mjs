// Opens every page of the built console with made-up answers, takes its picture
// and lists what axe finds. `npm run build` first; `npm run look -- orders` for one.
import { createServer } from 'node:http'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import AxeModule from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const Axe = AxeModule.default ?? AxeModule
const root = new URL('../../dist/admin', import.meta.url).pathname
const out = process.env.LOOK_OUT ?? join(process.env.TMPDIR ?? '/tmp', 'fenli-look')
mkdirSync(out, { recursive: true })

const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const server = createServer((req, res) => {
  const path = join(root, decodeURIComponent(new URL(req.url, 'http://x').pathname).replace(/^\/admin/, ''))
  const file = existsSync(path) && extname(path) ? path : join(root, 'index.html')
  res.setHeader('Content-Type', kinds[extname(file)] ?? 'application/octet-stream')
  res.end(readFileSync(file))
}).listen(0)
const base = `http://127.0.0.1:${server.address().port}/admin`

const bundle = await build({ configFile: false, logLevel: 'error', build: { ssr: new URL('./answers.ts', import.meta.url).pathname, write: false } })
const { answer } = await import(`data:text/javascript,${encodeURIComponent(bundle.output[0].code)}`)

const tab = (name) => async (p) => { await p.getByRole('tab', { name }).click(); await p.waitForTimeout(500) }
const press = (name) => async (p) => { await p.getByRole('button', { name }).first().click(); await p.waitForTimeout(600) }
const pages = [
  { name: 'login', path: '/login', out: true },
  { name: 'sign-up', path: '/sign-up', out: true },
  { name: 'overview', path: '/' },
  { name: 'overview-empty', path: '/', empty: true },
  { name: 'orders', path: '/orders' },
  { name: 'orders-empty', path: '/orders', empty: true },
  { name: 'order', path: '/orders?open=ord_01kb7x04' },
  { name: 'order-why', path: '/orders?open=ord_01kb7x04', then: tab('佣金与原因') },
  { name: 'order-awaiting', path: '/orders?open=ord_01kb7x07', then: tab('佣金与原因') },
  { name: 'order-refund', path: '/orders?open=ord_01kb7x04', then: press('退款') },
  { name: 'products', path: '/products' },
  { name: 'product', path: '/products?open=prd_0' },
  { name: 'distributors', path: '/distributors/list' },
  { name: 'distributor', path: '/distributors/list?open=dst_0' },
  { name: 'distributor-debts', path: '/distributors/list?open=dst_0', then: tab('待扣回') },
  { name: 'distributor-ban', path: '/distributors/list?open=dst_0', then: press('封禁') },
  { name: 'tree', path: '/distributors/tree', then: async (p) => { await p.locator('.ant-tree-switcher').first().click(); await p.waitForTimeout(500) } },
  { name: 'customers', path: '/customers?open=buy_0' },
  { name: 'awards', path: '/commission/awards' },
  { name: 'awaiting', path: '/commission/awaiting' },
  { name: 'periods', path: '/commission/periods' },
  { name: 'periods-empty', path: '/commission/periods', empty: true },
  { name: 'period', path: '/commission/periods?open=2026-10' },
  { name: 'period-close', path: '/commission/periods', then: press(/关\s*账/) },
  { name: 'statements', path: '/commission/statements' },
  { name: 'statements-empty', path: '/commission/statements', empty: true },
  { name: 'statement-period', path: '/commission/statements?open=2026-10-01' },
  { name: 'statement-one', path: '/commission/statements?open=2026-10-01', then: async (p) => { await p.locator('.ant-drawer .ant-btn-link').nth(1).click(); await p.waitForTimeout(900) } },
  { name: 'statement-codes', path: '/commission/statements', then: press('凭证科目') },
  { name: 'en-statements', path: '/commission/statements?open=2026-10-01', language: 'en' },
  { name: 'adjustments', path: '/commission/adjustments' },
  { name: 'adjustments-empty', path: '/commission/adjustments', empty: true },
  { name: 'adjustment-approve', path: '/commission/adjustments', then: press('复核通过') },
  { name: 'adjustment-new', path: '/commission/adjustments', then: press('新建调整') },
  { name: 'disputes', path: '/commission/disputes' },
  { name: 'disputes-empty', path: '/commission/disputes', empty: true },
  { name: 'dispute', path: '/commission/disputes?open=dsp_0' },
  { name: 'dispute-upheld', path: '/commission/disputes?open=dsp_1' },
  { name: 'dispute-claim', path: '/commission/disputes?open=dsp_2' },
  { name: 'en-dispute', path: '/commission/disputes?open=dsp_0', language: 'en' },
  { name: 'en-periods', path: '/commission/periods', language: 'en' },
  { name: 'withdrawals', path: '/withdrawals', then: async (p) => { await p.locator('thead .ant-checkbox-input').check(); await p.waitForTimeout(300) } },
  { name: 'withdrawal-batch', path: '/withdrawals', then: async (p) => { await p.locator('thead .ant-checkbox-input').check(); await p.getByRole('button', { name: /^通过 ¥/ }).click(); await p.waitForTimeout(500) } },
  { name: 'withdrawal', path: '/withdrawals?open=wdr_1' },
  { name: 'withdrawal-doubt', path: '/withdrawals?state=manual&open=wdr_5' },
  { name: 'withdrawal-send', path: '/withdrawals?state=approved', then: press('开始打款') },
  { name: 'payer', path: '/settings/payer' },
  { name: 'payer-empty', path: '/settings/payer', empty: true },
  { name: 'payer-found', path: '/settings/payer', then: press('更改计税方式') },
  { name: 'en-payer', path: '/settings/payer', language: 'en' },
  { name: 'en-withdrawal', path: '/withdrawals?open=wdr_1', language: 'en' },
  { name: 'leaderboard', path: '/leaderboard' },
  { name: 'program', path: '/program/edit' },
  { name: 'program-tiers', path: '/program/edit', then: async (p) => { await p.getByText('销售阶梯').click(); await p.waitForTimeout(900) } },
  { name: 'program-matrix', path: '/program/edit', then: async (p) => { await p.getByText('商品与渠道矩阵').click(); await p.waitForTimeout(900) } },
  { name: 'program-rules', path: '/program/edit', then: async (p) => { await p.getByText('规则组合').click(); await p.waitForTimeout(900); await p.getByLabel('下移 绿茶首单').click(); await p.getByLabel('启用什么时候').last().scrollIntoViewIfNeeded(); await p.waitForTimeout(500) } },
  { name: 'program-rules-pick', path: '/program/edit', then: async (p) => { await p.getByText('规则组合').click(); await p.waitForTimeout(900); await p.getByLabel('商品', { exact: true }).first().click(); await p.waitForTimeout(600) } },
  { name: 'program-changes', path: '/program/edit', then: async (p) => { await p.getByLabel('各级佣金比例 1 级').fill('12'); await p.getByRole('button', { name: /改了/ }).click(); await p.waitForTimeout(600) } },
  { name: 'en-rules', path: '/program/edit', language: 'en', then: async (p) => { await p.getByText('Rules by condition').click(); await p.waitForTimeout(900) } },
  { name: 'program-levels', path: '/program/edit', then: tab('层级与规则') },
  { name: 'program-money', path: '/program/edit', then: tab('结算与提现') },
  { name: 'program-publish', path: '/program/edit', then: async (p) => { await p.getByText('销售阶梯').click(); await p.getByRole('tab', { name: '层级与规则' }).click(); await p.getByLabel('单笔佣金上限').fill('30'); await p.getByRole('button', { name: '发布新版本' }).click(); await p.getByRole('dialog').waitFor(); await p.waitForTimeout(500) } },
  { name: 'trials', path: '/program/trials' },
  { name: 'trial', path: '/program/trials?open=trl_0', then: tab('月末与等级') },
  { name: 'revisions', path: '/program/revisions' },
  { name: 'store', path: '/settings/store' },
  { name: 'brand', path: '/settings/brand' },
  { name: 'staff', path: '/settings/staff' },
  { name: 'staff-invite', path: '/settings/staff', then: async (p) => { await p.getByRole('button', { name: '邀请员工' }).first().click(); await p.getByLabel('邀请谁').fill('王会计'); await p.getByRole('button', { name: '生成邀请码' }).click(); await p.waitForTimeout(600) } },
  { name: 'join', path: '/join#fi_0192f0c0aa007c2e9d1e5b7a3c4d5e6f_x', out: true },
  { name: 'keys', path: '/settings/keys' },
  { name: 'audit', path: '/settings/audit' },
  { name: 'en-overview', path: '/', language: 'en' },
  { name: 'en-program', path: '/program/edit', language: 'en' },
  { name: 'narrow', path: '/orders', width: 420 },
]
const wanted = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
let serious = 0
for (const page of pages.filter((p) => wanted.length === 0 || wanted.includes(p.name))) {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: { width: page.width ?? 1440, height: 900 }, reducedMotion: 'reduce', bypassCSP: false })
  await context.addInitScript(([signedOut, language]) => { if (!signedOut) localStorage.setItem('fenli.session', 'fs_mountain-tea_x'); localStorage.setItem('fenli.language', language) }, [page.out ?? false, page.language ?? 'zh-CN'])
  const p = await context.newPage()
  p.setDefaultTimeout(15000)
  const said = []
  p.on('console', (m) => ['error', 'warning'].includes(m.type()) && said.push(m.text().slice(0, 240)))
  p.on('pageerror', (e) => said.push(`broken: ${e.message}`))
  p.on('request', (r) => !r.url().startsWith(base.replace('/admin', '')) && !r.url().startsWith('data:') && !r.url().startsWith('blob:') && said.push(`foreign: ${r.url()}`))
  await p.route('**/api/**', async (route) => {
    const r = route.request()
    const url = new URL(r.url())
    const a = answer(r.method(), url.pathname, url.searchParams, r.postDataJSON(), page.empty ?? false)
    await route.fulfill({ status: a.status, contentType: a.status < 400 ? 'application/json' : 'application/problem+json', body: JSON.stringify(a.body) })
  })
  try {
    await p.goto(base + page.path, { waitUntil: 'load' })
    await p.waitForTimeout(1500)
    await p.waitForFunction(() => !document.querySelector('.ant-skeleton, [aria-busy="true"]'), null, { timeout: 15000 }).catch(() => undefined)
    await page.then?.(p)
    await p.screenshot({ path: join(out, `${page.name}.png`) })
    // Pictures and figures are judged by axe too, with the page's own policy lifted for its script.
    const found = (await new Axe({ page: p }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()).violations
    const grave = found.filter((v) => ['serious', 'critical'].includes(v.impact))
    serious += grave.length
    console.log(page.name.padEnd(18), grave.length === 0 ? 'axe clean' : grave.map((v) => `${v.id} ×${v.nodes.length} ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`).join('; '))
  } catch (e) {
    said.push(`failed: ${e.message.slice(0, 300)}`)
    await p.screenshot({ path: join(out, `${page.name}.png`) }).catch(() => undefined)
    serious++
  }
  for (const s of [...new Set(said)]) console.log('   ', s)
  await context.close()
}
await browser.close()
server.close()
console.log(`pictures in ${out}; ${serious} serious findings`)
process.exitCode = serious ? 1 : 0
