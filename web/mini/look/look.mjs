/**
 * Looks at the built H5 on a phone's screen, without a server: `npm run build:h5 && npm run look`.
 * Pictures go to look/shots. A console error, a request to another origin, or a page broader than
 * the screen ends it with a fault.
 */
import { createRequire } from 'node:module'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const { answer } = createRequire(import.meta.url)('../fixtures/shop.cjs')
const built = resolve(here, '../../dist/h5')
const shots = join(here, 'shots')
const origin = 'https://shanye.fenli.test'
const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf', '.png': 'image/png', '.svg': 'image/svg+xml' }

const all = [
  ['home', 'seller', 'pages/home/index'],
  ['home-guest', 'guest', 'pages/home/index'],
  ['home-empty', 'new', 'pages/home/index'],
  ['product', 'seller', 'pages/product/index?id=prd_01'],
  ['product-nopic', 'guest', 'pages/product/index?id=prd_04'],
  ['checkout', 'buyer', 'pages/checkout/index?id=prd_01&sku=prd_01-A'],
  ['pay', 'buyer', 'pages/pay/index?id=ord_01kf8m2xq7e3wr5s0a1placed'],
  ['orders', 'buyer', 'pages/orders/index'],
  ['orders-guest', 'guest', 'pages/orders/index'],
  ['order', 'buyer', 'pages/order/index?id=ord_01kf8m2xq7e3wr5s0a4done'],
  ['me', 'seller', 'pages/me/index'],
  ['me-guest', 'guest', 'pages/me/index'],
  ['login', 'guest', 'pages/login/index', '?code=LX8K2P'],
  ['arrival', 'guest', '?code=LX8K2P'],
  ['arrival-join', 'guest', 'pages/join/index?code=LX8K2P'],
  ['join', 'buyer', 'pages/join/index', '?code=LX8K2P'],
  ['rules', 'guest', 'pages/rules/index'],
  ['earn', 'seller', 'pages/earn/index'],
  ['earn-new', 'new', 'pages/earn/index'],
  ['earn-guest', 'guest', 'pages/earn/index'],
  ['award', 'seller', 'pages/award/index?order=ord_a3'],
  ['dispute', 'seller', 'pages/dispute/index?id=dsp_1'],
  ['dispute-new', 'seller', 'pages/dispute/index?order=ord_a1'],
  ['dispute-claim', 'seller', 'pages/dispute/index'],
  ['disputes', 'seller', 'pages/disputes/index'],
  ['disputes-new', 'new', 'pages/disputes/index'],
  ['debts', 'seller', 'pages/debts/index'],
  ['debts-new', 'new', 'pages/debts/index'],
  ['statements', 'seller', 'pages/statements/index'],
  ['statements-new', 'new', 'pages/statements/index'],
  ['statement', 'seller', 'pages/statement/index?period=2026-10-01'],
  ['months', 'seller', 'pages/months/index'],
  ['months-new', 'new', 'pages/months/index'],
  ['withdraw', 'seller', 'pages/withdraw/index'],
  ['withdraw-new', 'new', 'pages/withdraw/index'],
  ['withdrawal', 'seller', 'pages/withdrawal/index?id=wdr_1'],
  ['withdrawal-back', 'seller', 'pages/withdrawal/index?id=wdr_2'],
  ['payee', 'seller', 'pages/payee/index'],
  ['payee-new', 'new', 'pages/payee/index'],
  ['promote', 'seller', 'pages/promote/index'],
  ['poster', 'seller', 'pages/poster/index?id=prd_01'],
  ['promoted', 'seller', 'pages/promoted/index'],
  ['team', 'seller', 'pages/team/index'],
  ['team-new', 'new', 'pages/team/index'],
  ['customers', 'seller', 'pages/customers/index'],
  ['board', 'seller', 'pages/board/index'],
  ['board-new', 'new', 'pages/board/index'],
]

mkdirSync(shots, { recursive: true })
const wanted = process.argv.slice(2)
const language = process.env.LANGUAGE_SHOWN || 'zh-CN'
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
const faults = []

for (const [name, mood, path, search = ''] of all) {
  if (wanted.length && !wanted.includes(name)) continue
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, locale: language })
  await context.addInitScript(
    ([signedIn, spoken]) => {
      localStorage.setItem('fenli.language', JSON.stringify({ type: 'string', data: spoken }))
      if (signedIn) localStorage.setItem('fenli.token', JSON.stringify({ type: 'string', data: 'fs_shanye_test' }))
    },
    [mood !== 'guest', language],
  )
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && !/401/.test(message.text()) && faults.push(`${name}: ${message.text()}`))
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`))
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url())
    if (url.protocol === 'data:') return route.continue()
    if (url.origin !== origin) {
      faults.push(`${name}: asks ${url.origin}`)
      return route.abort()
    }
    if (url.pathname.startsWith('/api/')) {
      const { status, data } = answer(route.request().method(), url.pathname + url.search, route.request().postData(), mood)
      return route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(data) })
    }
    const file = join(built, url.pathname === '/' ? 'index.html' : url.pathname)
    if (!existsSync(file)) return route.fulfill({ status: 404 })
    return route.fulfill({ contentType: kinds[extname(file)] ?? 'application/octet-stream', body: readFileSync(file) })
  })
  await page.goto(`${origin}/${search}#/${path}`)
  await page.waitForTimeout(900)
  if (name === 'withdraw') {
    await page.locator('input').first().fill('1200')
    await page.waitForTimeout(700)
  }
  if (name === 'poster') await page.waitForSelector('uni-image.poster img', { state: 'attached', timeout: 8000 })
  if (name.startsWith('arrival') || search) {
    const kept = await page.evaluate(() => localStorage.getItem('fenli.arrival'))
    if (!/LX8K2P/.test(kept ?? '')) faults.push(`${name}: the code of the link was not kept`)
  }
  const broader = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (broader > 0) faults.push(`${name}: ${broader} px broader than the screen`)
  await page.screenshot({ path: join(shots, name + '.png') })
  await context.close()
}
await browser.close()
for (const fault of faults) console.error(fault)
console.log(faults.length ? `${faults.length} faults` : 'nothing to complain about')
process.exit(faults.length ? 1 : 0)
