// The shop as people use it on a phone.
import { see, until } from './browser.mjs'

export const password = 'browser-run-2026'

export class Visitor {
  constructor(page, home) {
    this.page = page
    this.home = home
  }

  /** Opens a page of the shop anew, as a fresh tap on a link does. */
  async open(path) {
    await this.page.goto('about:blank')
    await this.page.goto(path.startsWith('http') ? path : `${this.home}/#/pages/${path}`)
  }

  press(name) {
    return this.page.getByRole('button', { name, exact: true }).last().click()
  }

  async register(login, name) {
    await this.open('login/index')
    const fields = this.page.getByLabel('请输入手机号或邮箱')
    await fields.waitFor()
    if (!(await this.page.getByLabel('怎么称呼你').isVisible())) await this.press('还没有账号？注册')
    await fields.fill(login)
    await this.page.getByLabel('至少 8 位').fill(password)
    await this.page.getByLabel('怎么称呼你').fill(name)
    await this.press('注册')
    await this.page.getByText('我的订单').first().waitFor()
  }

  /** Applies on the page that is open. */
  async apply() {
    const squares = this.page.locator('.tick .square')
    await squares.first().waitFor()
    await squares.nth(0).click()
    await squares.nth(1).click()
    await this.press('提交申请')
    await this.page.getByText('申请已提交').waitFor()
  }

  /** The two links of the page 推广: to buy through, and to join through. */
  async links() {
    await this.open('promote/index')
    const rows = this.page.locator('.link .one-line')
    await until('the links', async () => (await rows.count()) === 2 && (await rows.first().innerText()).startsWith('http'))
    return { buy: await rows.nth(0).innerText(), recruit: await rows.nth(1).innerText() }
  }

  /** What the page 收益 says: 可提现 above, the others below. */
  async balance(wanted) {
    await this.open('earn/index')
    const purse = this.page.locator('.purse')
    const main = purse.locator('.between').first()
    await see(main, '可提现' + wanted.可提现)
    for (const name of ['待结算', '提现中', '已提现']) await see(purse.locator('.other', { hasText: name }), name + wanted[name])
  }
}
