/**
 * A strategy from its author to a store, on the pages of all three: a developer signs up, registers a
 * key from a terminal and uploads a package; an operator examines, approves and withdraws it; a
 * merchant finds it among the strategies. `node browser/market.mjs`, with pictures in BROWSER_OUT.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accessible, launch, People, see, until } from './browser.mjs'
import { startServer } from './server.mjs'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'fenli-market-'))
const pictures = process.env.BROWSER_OUT ?? join(tmpdir(), 'fenli-market-pictures')
mkdirSync(pictures, { recursive: true })
const began = Date.now()
let server, browser, people

async function chapter(title, tell) {
  const from = Date.now()
  await tell()
  console.log(`    ${((Date.now() - from) / 1000).toFixed(1).padStart(5)} s  ${title}`)
}
const fenli = (args, env = {}) => execFileSync(join(root, 'bin/fenli'), args, { cwd: work, env: { ...process.env, GOFLAGS: '-buildvcs=false', ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** The files of a folder of Go, with another version said in them. */
function raise(folder, from, to) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.(go|json)$/.test(name)) continue
    const path = join(folder, name)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${from}"`, `"${to}"`))
  }
}
function pack(version) {
  const name = `honey-rates-${version}.fenli`
  fenli(['plugin', 'pack', './honey-rates', '--platforms', 'linux-amd64', '-o', name])
  fenli(['plugin', 'sign', name, '--key', 'key.json'])
  return join(work, name)
}

async function market() {
  server = await startServer()
  browser = await launch()
  people = new People(browser)
  const author = await people.come('developer')
  const operator = await people.come('operator')
  const photo = async (page, name) => { await page.waitForTimeout(500); await page.screenshot({ path: join(pictures, `${name}.png`) }) }
  const at = (page, path) => page.goto(`${server.base}/admin${path}`)
  const main = (page) => page.locator('main').first()
  const drawer = (page) => page.locator('.ant-drawer-section, .ant-drawer-content').last()
  const press = (place, name) => place.getByRole('button', { name, exact: true }).last().click()
  const tab = (page, name) => page.getByRole('tab', { name }).click()
  const upload = async (file) => {
    await at(author, '/developer/submit')
    await author.locator('input[type=file]').setInputFiles(file)
    await press(main(author), '提交审核')
  }
  let token

  await chapter('a developer signs up and sees the token once', async () => {
    await at(author, '/developer')
    await author.getByText('注册开发者').first().click()
    await author.getByLabel('名称').fill('蜂蜜工坊')
    await author.getByLabel('联系方式').fill('dev@honey.test')
    await accessible('developer door', author)
    await author.locator('button[type=submit]').click()
    await see(author.locator('body'), '只显示这一次')
    token = (await author.locator('code', { hasText: /^fd_/ }).first().innerText()).trim()
    await photo(author, 'developer-token')
    await press(author.locator('body'), '我已保存，进入开发者中心')
    await see(main(author), '还没有提交过插件', 'fenli plugin new')
    await accessible('empty plugins', author)
    await photo(author, 'developer-empty')
  })

  await chapter('registers a key from the terminal, which the page notices', async () => {
    await at(author, '/developer/keys')
    await see(main(author), '还没有签名密钥')
    await photo(author, 'developer-keys-empty')
    fenli(['plugin', 'keys', 'new', 'key.json'])
    fenli(['plugin', 'keys', 'register', 'key.json', '--platform', server.base], { FENLI_DEVELOPER_TOKEN: token })
    await see(main(author), '有效')
    await accessible('keys', author)
    await photo(author, 'developer-keys')
  })

  await chapter('is told why a file is refused, then submits a package', async () => {
    fenli(['plugin', 'new', 'honey-rates', '--sdk', root])
    const first = pack('0.1.0')
    writeFileSync(join(work, 'broken.fenli'), 'no package')
    await upload(join(work, 'broken.fenli'))
    await see(main(author), 'registry.unreadable', 'fenli plugin pack')
    await photo(author, 'developer-refused')
    await upload(first)
    await see(main(author), 'honey-rates 0.1.0 已收到')
    await at(author, '/developer/plugins')
    await see(main(author), 'honey-rates', '待审核')
  })

  await chapter('an operator signs in, not with a developer\'s token', async () => {
    await at(operator, '/operator')
    await operator.locator('input[type=password]').fill(token)
    await operator.locator('button[type=submit]').click()
    await operator.getByRole('alert').first().waitFor()
    await photo(operator, 'operator-door')
    await operator.locator('input[type=password]').fill('operator-of-the-browser-run')
    await operator.locator('button[type=submit]').click()
    await see(main(operator), '审核队列', 'honey-rates', '蜂蜜工坊')
    await accessible('review queue', operator)
    await photo(operator, 'operator-review')
  })

  const examine = async (version) => {
    await at(operator, `/operator/review?open=${encodeURIComponent(`honey-rates@${version}`)}`)
    await press(drawer(operator), '开始检查')
    await drawer(operator).getByRole('progressbar').waitFor()
    await photo(operator, `operator-examining-${version}`)
    await until('the examination', async () => (await drawer(operator).getByText('可以批准').count()) > 0).catch(() => until('the examination', async () => (await drawer(operator).getByText('可以批准').count()) > 0))
  }
  const approve = async () => {
    await press(drawer(operator), '批准')
    await press(operator.getByRole('dialog').last(), '批准')
    await see(drawer(operator), '已批准')
  }

  await chapter('examines it, reads the package and approves it', async () => {
    await examine('0.1.0')
    await accessible('version', operator)
    await photo(operator, 'operator-report')
    await tab(operator, '要知道的信息')
    await photo(operator, 'operator-facts')
    await tab(operator, '包与签名')
    await see(drawer(operator), '签名和每个文件的哈希都已核对', 'manifest.json', 'dev@honey.test')
    await photo(operator, 'operator-package')
    await approve()
  })

  await chapter('a second version is compared with the first', async () => {
    raise(join(work, 'honey-rates'), '0.1.0', '0.2.0')
    await upload(pack('0.2.0'))
    await see(main(author), 'honey-rates 0.2.0 已收到')
    await at(operator, `/operator/catalogue?open=${encodeURIComponent('honey-rates@0.2.0')}`)
    await tab(operator, '设置项')
    await see(drawer(operator), '与上一版 0.1.0 相比')
    await photo(operator, 'operator-schema')
    await press(drawer(operator), '驳回')
    await operator.getByRole('dialog').last().getByRole('textbox').fill('说明没有写清楚舍入方式')
    await press(operator.getByRole('dialog').last(), '驳回')
    await see(drawer(operator), '说明没有写清楚舍入方式')
    await at(author, `/developer/plugins?open=${encodeURIComponent('honey-rates@0.2.0')}`)
    await see(drawer(author), '说明没有写清楚舍入方式', '提高版本号')
    await photo(author, 'developer-rejected')
  })

  await chapter('a merchant finds it among the strategies', async () => {
    const merchant = await people.come('merchant')
    const made = await server.call('POST', '/api/platform/v1/stores', { body: { slug: 'honey-shop', name: '蜂蜜小店', owner: { name: '店主', login: 'owner@honey.test', password: 'browser-run-2026' } } })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    await merchant.addInitScript((t) => localStorage.setItem('fenli.session', t), made.body.token)
    await until('the strategy in the picker', async () => {
      await at(merchant, '/program/edit')
      await merchant.locator('main .ant-radio-wrapper').first().waitFor()
      return (await main(merchant).innerText()).includes('honey-rates')
    })
    await merchant.locator('.ant-radio-wrapper', { hasText: 'honey-rates' }).click()
    await see(main(merchant), '第三方开发，平台已审核')
    await photo(merchant, 'merchant-picker')
  })

  await chapter('and the operator withdraws it', async () => {
    await at(operator, `/operator/catalogue?open=${encodeURIComponent('honey-rates@0.1.0')}`)
    await tab(operator, '使用情况')
    await see(drawer(operator), '还没有店铺使用', '本服务器上的进程')
    await photo(operator, 'operator-usage')
    await press(drawer(operator), '下架…')
    const dialog = operator.getByRole('dialog').last()
    await dialog.getByText('立即停用').first().click()
    await see(dialog, '0 家店铺受影响', '立即停用（0 家店铺）')
    await accessible('withdrawal', operator)
    await photo(operator, 'operator-withdraw')
    await dialog.getByRole('textbox').fill('舍入有误')
    await press(dialog, '立即停用（0 家店铺）')
    await see(drawer(operator), '舍入有误', '立即停止运行')
    await photo(operator, 'operator-withdrawn')
    await at(operator, '/operator/catalogue')
    await see(main(operator), 'honey-rates', 'three-level', '自带')
    await photo(operator, 'operator-catalogue')
    await accessible('catalogue', operator)
    await at(operator, '/operator/developers')
    await see(main(operator), '蜂蜜工坊')
    await at(operator, '/operator/stores')
    await see(main(operator), '蜂蜜小店')
  })

  // The refusals above are meant: a file that is no package, a token of the wrong kind.
  people.faults = people.faults.filter((f) => !/status of 4(03|22)/.test(f))
  if (people.faults.length) throw new Error('pages complained:\n' + [...new Set(people.faults)].join('\n'))
}

try {
  await market()
  console.log(`    from its author to a store: ${((Date.now() - began) / 1000).toFixed(0)} s, pictures in ${pictures}`)
} catch (e) {
  process.exitCode = 1
  console.error(`\n${e.stack}\n${e.stderr ?? ''}`)
  if (people?.faults.length) console.error('pages also complained:\n' + [...new Set(people.faults)].slice(0, 10).join('\n'))
  if (people) console.error(`what everybody saw last: ${await people.photograph()}`)
  if (server) console.error(`the server's last lines:\n${server.log()}`)
} finally {
  await browser?.close().catch(() => undefined)
  await server?.stop()
  rmSync(work, { recursive: true, force: true })
}
