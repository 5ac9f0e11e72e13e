/** Renders one page of the WeChat build and prints what is on it: node page.cjs <build> <page> <mood> <options>. */
const path = require('node:path')
const [root, page, mood, options] = process.argv.slice(2)
const phone = require('./wechat.cjs')
const simulate = require('miniprogram-simulate')

phone.wx.mood = mood
if (mood !== 'guest') phone.kept.set('fenli.token', 'fs_shanye_test')
const faults = []
process.on('unhandledRejection', (fault) => faults.push(fault))
console.error = (...parts) => faults.push(parts.map((part) => part?.stack ?? String(part)).join(' '))

async function main() {
  require(path.join(root, 'app.js'))
  const start = { path: page, query: JSON.parse(options), scene: 1001 }
  global.theApp.onLaunch?.call(global.theApp, start)
  global.theApp.onShow?.call(global.theApp, start)
  await simulate.sleep(20)

  const id = simulate.load(path.join(root, page), { rootPath: root, compiler: 'simulate' })
  const shown = simulate.render(id, {})
  const body = document.createElement('div')
  shown.attach(body)
  shown.instance.onLoad?.(JSON.parse(options))
  shown.instance.onShow?.()
  shown.instance.onReady?.()
  await simulate.sleep(120)
  if (faults.length) throw faults[0]
  process.stdout.write(body.innerHTML)
}

main().then(
  () => process.exit(0),
  (fault) => {
    process.stderr.write(String(fault?.stack ?? fault))
    process.exit(1)
  },
)
