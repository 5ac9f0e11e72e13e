// The pictures of the README, taken from a running demo: `npm run pictures -- http://nails.localhost:8080`.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'

const home = process.argv[2] ?? 'http://nails.localhost:8080'
const slug = new URL(home).hostname.split('.')[0]
const port = new URL(home).port
const password = 'fenli-demo-2026'
const out = fileURLToPath(new URL('../../pictures/', import.meta.url))
mkdirSync(out, { recursive: true })

async function token(audience, body) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/${audience}/v1/sessions`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Store': slug }, body: JSON.stringify({ ...body, password }) })
  if (!answer.ok) throw new Error(`no login: ${answer.status} ${await answer.text()}`)
  return (await answer.json()).token
}
const staff = await token('merchant', { store: slug, login: `owner@${slug}.demo` })
const seller = await token('store', { login: `seller@${slug}.demo`, register: false })
const browser = await launch()

async function take(name, url, { phone, keys }) {
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 800 }, deviceScaleFactor: phone ? 1.5 : 1 })
  await context.addInitScript((kept) => Object.entries(kept).forEach(([k, v]) => localStorage.setItem(k, v)), keys)
  const page = await context.newPage()
  await page.goto(url, { waitUntil: 'networkidle' })
  if (name === 'console') await page.waitForFunction(() => [...document.querySelectorAll('svg')].filter((s) => s.clientWidth > 200 && s.querySelectorAll('path').length > 5).length >= 2)
  await page.waitForTimeout(2500) // charts draw themselves
  await page.screenshot({ path: `${out}${name}.png` })
  await context.close()
}
const shopKeys = { 'fenli.token': JSON.stringify({ type: 'string', data: seller }) }
await take('console', `${home}/admin/`, { keys: { 'fenli.session': staff, 'fenli.language': 'zh-CN' } })
await take('shop', `${home}/#/pages/home/index`, { phone: true, keys: shopKeys })
await take('earnings', `${home}/#/pages/earn/index`, { phone: true, keys: shopKeys })
await browser.close()
console.log(`pictures in ${out}`)
