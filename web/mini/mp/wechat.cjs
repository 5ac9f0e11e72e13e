/** A phone with WeChat on it, as far as our pages ask: jsdom for the page, `wx` answered from memory. */
const { JSDOM } = require('jsdom')
const { answer } = require('../fixtures/shop.cjs')

const dom = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
global.window = dom.window
global.document = dom.window.document
for (const name of ['Node', 'Element', 'HTMLElement', 'CustomEvent', 'Event', 'MutationObserver', 'getComputedStyle', 'requestAnimationFrame', 'TouchEvent', 'MouseEvent', 'ShadowRoot', 'DocumentFragment'])
  if (!(name in global)) global[name] = dom.window[name]

const asked = []
const kept = new Map()
const quiet = () => undefined
const query = () => {
  const chain = { exec: (done) => done && done([null]) }
  for (const name of ['in', 'select', 'selectAll', 'selectViewport', 'fields', 'boundingClientRect', 'scrollOffset']) chain[name] = () => chain
  return chain
}
const size = { windowWidth: 375, windowHeight: 667, screenWidth: 375, screenHeight: 667, screenTop: 0, pixelRatio: 2, statusBarHeight: 20, safeArea: { left: 0, right: 375, top: 20, bottom: 667, width: 375, height: 647 } }

const wx = {
  mood: 'seller',
  asked,
  canIUse: () => true,
  getSystemInfoSync: () => ({ platform: 'devtools', SDKVersion: '3.8.0', language: 'zh_CN', system: 'iOS 17', ...size }),
  getAppBaseInfo: () => ({ SDKVersion: '3.8.0', language: 'zh_CN', host: { env: 'WeChat' } }),
  getWindowInfo: () => size,
  getDeviceInfo: () => ({ platform: 'devtools', system: 'iOS 17', model: 'phone', brand: 'phone' }),
  getSystemSetting: () => ({}),
  getAppAuthorizeSetting: () => ({}),
  getAccountInfoSync: () => ({ miniProgram: {} }),
  getLaunchOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
  getEnterOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
  getExtConfigSync: () => ({ apiBase: 'https://api.test/', tenant: { slug: 'shanye', name: '山野茶行', primary: '#0f6b4a' } }),
  getStorageSync: (key) => kept.get(key) ?? '',
  setStorageSync: (key, value) => kept.set(key, value),
  removeStorageSync: (key) => kept.delete(key),
  createSelectorQuery: query,
  createIntersectionObserver: () => ({ relativeTo: quiet, observe: quiet, disconnect: quiet }),
  nextTick: (then) => setTimeout(then, 0),
  request(options) {
    asked.push(options)
    const { status, data } = answer(options.method ?? 'GET', options.url, options.data, wx.mood)
    setTimeout(() => {
      options.success?.({ statusCode: status, data, header: {} })
      options.complete?.({})
    }, 1)
    return { abort: quiet }
  },
}
for (const name of ['onAppShow', 'onAppHide', 'onError', 'onUnhandledRejection', 'onPageNotFound', 'onThemeChange', 'onLocaleChange', 'setNavigationBarTitle', 'stopPullDownRefresh', 'showToast', 'hideTabBar', 'navigateTo', 'switchTab', 'redirectTo'])
  wx[name] = quiet

// anything else is absent, as on an old WeChat
global.wx = new Proxy(wx, { get: (has, name) => (name in has ? has[name] : undefined) })
const pages = []
global.App = (options) => (global.theApp = options)
global.Page = quiet
global.getApp = () => global.theApp ?? {}
global.getCurrentPages = () => pages

module.exports = { wx, kept, asked }
