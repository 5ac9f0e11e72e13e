/**
 * One story through the real server, seen from every side: a merchant opens a store and sets the
 * commission, somebody joins and recruits somebody, a stranger buys through the second one's link,
 * and the money is followed until it is paid. Another merchant must see none of it.
 */
import { accessible, launch, People, see, until } from './browser.mjs'
import { startServer } from './server.mjs'
import { password, Visitor } from './shop.mjs'

const began = Date.now()
const slug = 'story-tea'
const price = '199.00' // two of them: 398.00, of which 15 % are 59.70 and 5 % are 19.90

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
  const console_ = `${server.base}/admin`
  const merchant = await people.come('merchant')
  const visit = async (path) => void (await merchant.goto(console_ + path))
  const main = merchant.locator('main').first()
  const drawer = merchant.locator('.ant-drawer-section, .ant-drawer-content').last()
  const dialog = merchant.getByRole('dialog').last()
  const row = (text) => merchant.locator('tbody tr', { hasText: text }).first()
  let store

  await chapter('a merchant signs up', async () => {
    await visit('/sign-up')
    await accessible('sign-up', merchant)
    await merchant.getByLabel('店铺名称').fill('故事茶行')
    await merchant.getByLabel('店铺代号').fill(slug)
    await merchant.getByLabel('您的姓名').fill('店主老周')
    await merchant.getByLabel('手机号或邮箱').fill('owner@story.test')
    await merchant.locator('input[type=password]').fill(password)
    await merchant.getByRole('button', { name: /开\s*通\s*店\s*铺/ }).click()
    await see(merchant.locator('body'), '故事茶行', '开始使用')
    const stores = await server.call('GET', '/api/platform/v1/stores')
    store = stores.body.items.find((s) => s.slug === slug)
    const other = await server.call('POST', '/api/platform/v1/stores', { body: { slug: 'other-shop', name: '隔壁小店', owner: { name: '隔壁老板', login: 'owner@other.test', password } } })
    if (!store || other.status !== 201) throw new Error('the stores are not there: ' + JSON.stringify(other.body))
  })

  await chapter('puts a product on sale', async () => {
    await visit('/products?open=new')
    await drawer.getByLabel('商品名称', { exact: true }).fill('明前龙井')
    await drawer.getByLabel('类目').fill('茶/绿茶')
    await drawer.getByLabel('SKU 编码').first().fill('LONGJING')
    await drawer.getByLabel('售价').first().fill(price)
    await drawer.getByLabel('库存').first().fill('10')
    await merchant.getByRole('button', { name: /创\s*建\s*商\s*品/ }).click()
    await see(row('明前龙井'), '¥199.00', '10', '在售')
  })

  await chapter('sets the rates and sees what they would pay', async () => {
    await visit('/program/edit')
    const preview = merchant.locator('[aria-live=polite]', { hasText: '实时试算' })
    await see(preview, '× 10%', '× 3%')
    const rate = (n) => merchant.getByLabel(`各级佣金比例 ${n} 级`)
    await rate(1).fill('15')
    await rate(2).fill('5')
    await see(preview, '× 15%', '× 5%')
    await accessible('programme', merchant)
    await merchant.getByRole('button', { name: '发布新版本' }).click()
    await dialog.getByRole('textbox').fill('开业：一级 15%，二级 5%')
    await dialog.getByRole('button', { name: '发布新版本' }).click()
    await see(main, '现行第 2 版')
  })

  const person = async (key) => new Visitor(await people.come(key, { phone: true }), server.shop(slug))
  const approve = async (name) => {
    await visit('/distributors/list?state=applied')
    await row(name).getByRole('button', { name: /通\s*过/ }).click()
    await dialog.getByRole('button', { name: /通\s*过/ }).click()
    await see(merchant.locator('body'), `已通过 ${name}`)
  }
  const first = await person('first')
  const second = await person('second')
  const buyer = await person('buyer')
  let links

  await chapter('somebody joins, and recruits somebody through their link', async () => {
    await first.register('first@story.test', '林一')
    await first.open('join/index')
    await first.apply()
    await approve('林一')
    const { recruit } = await first.links()
    await second.open(recruit)
    await second.page.getByText('分享好物，赚取佣金').first().waitFor()
    await second.register('second@story.test', '苏二')
    await second.open(recruit)
    await second.apply()
    await approve('苏二')
    await visit('/distributors/list')
    await see(row('苏二'), '正常', '林一')
    await first.open('team/index')
    await see(first.page.locator('body'), '苏二')
    links = await second.links()
  })

  await chapter('a stranger buys through the second one’s link', async () => {
    await second.open('home/index')
    await see(second.page.locator('.tile'), '预计赚 ¥29.85')
    await accessible('shop', second.page)
    await buyer.open(links.buy)
    await buyer.page.getByText('明前龙井').first().waitFor()
    await buyer.register('buyer@story.test', '陈三')
    await buyer.open('home/index')
    await buyer.page.locator('.tile').click()
    await buyer.page.getByRole('button', { name: '立即购买' }).click()
    await buyer.page.getByText('提交订单').waitFor()
    await accessible('checkout', buyer.page)
    await buyer.page.locator('.wd-input-number__action').last().click()
    await see(buyer.page.locator('.foot').last(), '¥398.00')
    await buyer.press('提交订单')
    await see(buyer.page.locator('body'), '测试支付，不会扣款', '¥398.00')
    await buyer.press('模拟付款 ¥398.00')
    await see(buyer.page.locator('body'), '测试支付成功')
  })

  let order
  await chapter('everybody sees the same commission, and why', async () => {
    await visit('/orders')
    await until('the commission of the order', async () => {
      await merchant.reload()
      await row('陈三').waitFor()
      return /79\.60/.test(await row('陈三').innerText()) || (await row('陈三').innerText())
    })
    await see(row('陈三'), '苏二', '¥398.00', '待发货')
    await accessible('orders', merchant)
    await row('陈三').getByRole('link').first().click()
    await merchant.getByRole('tab', { name: '佣金与原因' }).click()
    await see(drawer, '苏二', '¥398.00×15%→¥59.70', '林一', '¥398.00×5%→¥19.90', '第 1 级', '方案版本第 2 版')
    await accessible('order', merchant)
    order = new URL(merchant.url()).searchParams.get('open')
    await second.balance({ 可提现: '¥0.00', 待结算: '¥59.70', 提现中: '¥0.00', 已提现: '¥0.00' })
    await second.page.locator('.card.press', { hasText: '我的推广' }).first().click()
    await see(second.page.locator('body'), '按 ¥398.00 计，比例 15%', '第 1 级')
    await accessible('explanation', second.page)
    await first.balance({ 可提现: '¥0.00', 待结算: '¥19.90', 提现中: '¥0.00', 已提现: '¥0.00' })
    await accessible('earnings', first.page)
    await visit('/distributors/list')
    await see(row('苏二'), '¥59.70')
  })

  await chapter('the second one questions the award, and is answered with the replay', async () => {
    await second.page.getByText('对这笔佣金有疑问').click()
    await second.page.locator('textarea').last().fill('我以为是 20%')
    await second.press('提交')
    await see(second.page.locator('body'), '待答复', '我以为是 20%')
    await accessible('my dispute', second.page)
    await visit('/commission/disputes')
    await row('苏二').getByRole('link').first().click()
    await see(drawer, '我以为是 20%', '已用当时的策略重新计算：结果完全一致', '怎样会拿到更多', '¥398.00×15%')
    await accessible('dispute', merchant)
    await drawer.getByLabel('给分销员的答复').fill('本店一级为 15%，计算无误。')
    await drawer.getByRole('button', { name: '发送答复' }).click()
    await see(drawer, '已答复', '不成立')
    await second.page.reload()
    await see(second.page.locator('body'), '答复：不成立', '本店一级为 15%，计算无误。')
    await visit('/commission/periods')
    await see(main, '还没有关过账', '关账')
    await accessible('periods', merchant)
  })

  await chapter('the merchant ships, the buyer has it', async () => {
    await visit(`/orders?open=${order}`)
    await drawer.getByRole('button', { name: /发\s*货/ }).click()
    await dialog.getByRole('button', { name: /发\s*货/ }).click()
    await see(drawer, '已发货')
    await buyer.open('orders/index')
    await buyer.press('确认收货')
    await buyer.page.locator('.uni-modal__btn_primary').click()
    await see(buyer.page.locator('.card').first(), '已完成')
    await accessible('my orders', buyer.page)
  })

  const standing = async (name, { held, available, reserved, paid }) => {
    await visit(`/distributors/list?q=${encodeURIComponent(name)}`)
    await row(name).getByRole('link').first().click()
    await see(drawer, '待结算' + held, '可提现' + available, '提现中' + reserved, '已提现' + paid)
  }

  await chapter('time passes, the money becomes available', async () => {
    await standing('苏二', { held: '¥59.70', available: '¥0.00', reserved: '¥0.00', paid: '¥0.00' })
    const to = new Date(Date.now() + 40 * 86_400_000).toISOString()
    const moved = await server.call('POST', `/api/platform/v1/stores/${store.id}/clock`, { body: { to } })
    if (moved.status !== 200) throw new Error('the clock: ' + JSON.stringify(moved))
    await second.balance({ 可提现: '¥59.70', 待结算: '¥0.00', 提现中: '¥0.00', 已提现: '¥0.00' })
    await first.balance({ 可提现: '¥19.90', 待结算: '¥0.00', 提现中: '¥0.00', 已提现: '¥0.00' })
    await standing('苏二', { held: '¥0.00', available: '¥59.70', reserved: '¥0.00', paid: '¥0.00' })
  })

  await chapter('a withdrawal is asked for, approved and paid', async () => {
    await second.open('withdraw/index')
    await see(second.page.locator('body'), '先完成实名，才能提现')
    await second.open('payee/index')
    await second.page.getByLabel('姓名（与身份证一致）').fill('苏二')
    await second.page.getByLabel('身份证号').fill('11010519491231002X')
    await second.page.getByLabel('手机号').fill('13800138000')
    await accessible('payee', second.page)
    await second.press('保存')
    await see(second.page.locator('body'), '苏*', '110****2X')
    await second.open('withdraw/index')
    await second.page.getByLabel('提现金额').fill('50')
    await see(second.page.locator('.sheet'), '预计到账 ¥50.00')
    await accessible('withdrawal', second.page)
    await second.press('申请提现')
    await second.page.locator('.uni-modal__btn_primary').click()
    await see(second.page.locator('body'), '待审核')
    await second.balance({ 可提现: '¥9.70', 待结算: '¥0.00', 提现中: '¥50.00', 已提现: '¥0.00' })
    await standing('苏二', { held: '¥0.00', available: '¥9.70', reserved: '¥50.00', paid: '¥0.00' })
    await visit('/withdrawals')
    await see(row('苏二'), '¥50.00', '待审核')
    await accessible('withdrawals', merchant)
    await row('苏二').getByRole('button', { name: /通\s*过/ }).click()
    await dialog.getByRole('button', { name: /通\s*过 ¥50\.00/ }).click()
    await visit('/withdrawals?state=approved')
    await row('苏二').getByRole('button', { name: '开始打款' }).click()
    await dialog.getByRole('button', { name: /开始打款 ¥50\.00/ }).click()
    await visit('/withdrawals?state=sending')
    await row('苏二').getByRole('button', { name: '登记打款' }).click()
    await dialog.getByRole('textbox').fill('工行回单 20260001')
    await dialog.getByRole('button', { name: /登记打款/ }).click()
    await until('the withdrawal is paid', async () => {
      await visit('/withdrawals?state=paid')
      await see(row('苏二'), '¥50.00', '工行回单 20260001')
      return true
    })
    await second.open('withdraw/index')
    await see(second.page.locator('body'), '已到账', '打款凭证 工行回单 20260001')
    await second.balance({ 可提现: '¥9.70', 待结算: '¥0.00', 提现中: '¥0.00', 已提现: '¥50.00' })
    await standing('苏二', { held: '¥0.00', available: '¥9.70', reserved: '¥0.00', paid: '¥50.00' })
  })

  await chapter('what is forfeited is named, seen by its owner, and given back', async () => {
    await visit(`/distributors/list?q=${encodeURIComponent('林一')}`)
    await row('林一').getByRole('link').first().click()
    const says = async (button, reason) => {
      await dialog.getByRole('textbox').fill(reason)
      await dialog.getByRole('button', { name: button }).click()
    }
    await drawer.getByRole('button', { name: /冻\s*结/ }).click()
    await says(/冻\s*结/, '疑似刷单，核实中')
    await drawer.getByRole('tab', { name: '没收与恢复' }).click()
    await see(drawer, '现在可以没收 ¥19.90', '从未没收过')
    await accessible('forfeits', merchant)
    await drawer.getByRole('button', { name: /^没\s*收$/ }).click()
    await says(/没\s*收 ¥19\.90/, '核实为虚假订单')
    await see(drawer, '已没收', '¥19.90', '核实为虚假订单', '店主老周')
    await first.balance({ 可提现: '¥0.00', 待结算: '¥0.00', 提现中: '¥0.00', 已提现: '¥0.00' })
    await see(first.page.locator('body'), '余额被没收', '-¥19.90', '核实为虚假订单')
    await drawer.getByRole('button', { name: /恢\s*复/ }).click()
    await says(/恢\s*复 ¥19\.90/, '申诉成立，订单真实')
    await see(drawer, '已恢复', '申诉成立，订单真实')
    await drawer.getByRole('button', { name: /解\s*冻/ }).click()
    await dialog.getByRole('button', { name: /解\s*冻/ }).click()
    await see(drawer, '只有冻结或封禁的人才能没收')
    await first.balance({ 可提现: '¥19.90', 待结算: '¥0.00', 提现中: '¥0.00', 已提现: '¥0.00' })
    await see(first.page.locator('body'), '申诉成立，订单真实', '+¥19.90')
    await accessible('forfeits on the phone', first.page)
  })

  await chapter('both leaderboards name the seller', async () => {
    await visit('/leaderboard?period=all')
    await see(row('苏二'), '1', '¥398.00')
    await accessible('leaderboard', merchant)
    await second.open('board/index')
    await second.page.getByRole('button', { name: '累计' }).click()
    await see(second.page.locator('body'), '第 1 名', '¥398.00', '苏二（我）')
    await accessible('board', second.page)
    await visit('/')
    await see(main, '已提现', '¥50.00')
    await accessible('overview', merchant)
  })

  await chapter('the merchant next door sees none of it', async () => {
    const other = await people.come('other')
    await other.goto(console_ + '/login')
    await accessible('login', other)
    await other.getByLabel('店铺代号').fill('other-shop')
    await other.getByLabel('手机号或邮箱').fill('owner@other.test')
    await other.getByLabel('密码').fill(password)
    await other.getByRole('button', { name: /登\s*录/ }).click()
    await see(other.locator('body'), '隔壁小店')
    for (const [path, empty] of [['/orders', '还没有订单'], ['/distributors/list', '还没有分销员'], ['/products', '还没有商品'], ['/withdrawals?state=all', '没有提现记录'], ['/commission/awards', '还没有佣金']]) {
      await other.goto(console_ + path)
      await see(other.locator('body'), empty)
      const shown = await other.locator('body').innerText()
      for (const name of ['苏二', '林一', '陈三', '龙井']) if (shown.includes(name)) throw new Error(`${path} shows ${name} to another store`)
    }
    await other.goto(`${console_}/orders?open=${order}`)
    await other.waitForTimeout(800)
    if (/398|苏二|陈三/.test(await other.locator('body').innerText())) throw new Error('another store reads the order')
    const token = await other.evaluate(() => localStorage.getItem('fenli.session'))
    for (const path of [`/orders/${order}`, `/orders/${order}/commission`]) {
      const { status } = await server.call('GET', '/api/merchant/v1' + path, { token })
      if (status !== 404) throw new Error(`another store's token reads ${path}: ${status}`)
    }
  })

  if (people.faults.length) throw new Error('pages complained:\n' + [...new Set(people.faults)].join('\n'))
}

try {
  await story()
  console.log(`    the story is told: ${((Date.now() - began) / 1000).toFixed(0)} s`)
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
