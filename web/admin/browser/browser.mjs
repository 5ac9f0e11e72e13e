// Chromium, and looking at pages the way a person does: wait until it is there, complain when it is not.
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeModule from '@axe-core/playwright'
import { chromium } from 'playwright-core'

const Axe = AxeModule.default ?? AxeModule
export const patience = 20_000

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP *.localhost 127.0.0.1'],
  })
}

/** People: each has a browser of their own, so nobody's session or arrival is another's. */
export class People {
  faults = []
  pages = new Map()

  constructor(browser) {
    this.browser = browser
  }

  async come(name, { phone = false } = {}) {
    const context = await this.browser.newContext({
      locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
      viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    })
    const page = await context.newPage()
    page.setDefaultTimeout(patience)
    page.on('pageerror', (e) => this.faults.push(`${name}: ${e.message}`))
    page.on('console', (m) => m.type() === 'error' && !/status of 40[14]/.test(m.text()) && this.faults.push(`${name}: ${m.text()}`))
    page.on('response', (r) => r.status() >= 500 && this.faults.push(`${name}: ${r.status()} ${r.url()}`))
    this.pages.set(name, page)
    return page
  }

  /** A picture of what everybody saw last. */
  async photograph() {
    const out = process.env.BROWSER_OUT ?? join(tmpdir(), 'fenli-browser-failure')
    mkdirSync(out, { recursive: true })
    for (const [name, page] of this.pages) await page.screenshot({ path: join(out, `${name}.png`), fullPage: true, timeout: 5000 }).catch(() => undefined)
    return out
  }
}

export async function until(what, look) {
  let seen
  for (const deadline = Date.now() + patience; Date.now() < deadline; ) {
    seen = await look().catch((e) => e.message)
    if (seen === true) return
    await new Promise((resolve) => setTimeout(resolve, 120))
  }
  throw new Error(`${what}: saw ${JSON.stringify(seen)}`)
}

const bare = (text) => text.replace(/\s+/g, '')

/** Waits until the place holds every text; spaces do not count, antd puts its own between characters. */
export function see(place, ...texts) {
  return until(`looking for ${texts.join(' and ')}`, async () => {
    const shown = bare(await place.innerText({ timeout: 2000 }))
    return texts.every((text) => shown.includes(bare(text))) || shown.slice(0, 400)
  })
}

/** What is just fading in has the contrast of neither before nor after. */
const still = (page) => page.evaluate(() => Promise.all(document.getAnimations()
  .filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime)).map((a) => a.finished.catch(() => {}))))

/** No serious or critical finding of axe's on this page. */
export async function accessible(name, page) {
  await still(page)
  const { violations } = await new Axe({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze()
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  if (grave.length) throw new Error(`axe on ${name}: ` + grave.map((v) => `${v.id} ×${v.nodes.length}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`).join('; '))
}
