import { beforeEach, describe, expect, it, vi } from 'vitest'
import { asText, contrast, inkOn, rgbOf, themeOf } from '@/brand/colour'
import { declinedOf, partsOf, stepsOf } from '@/parts/explained'
import { earnOf, isSoldOut, priceOf } from '@/parts/price'
import { fitted } from '@/poster/draw'
import { productLink } from '@/poster/link'
import { qrImage, qrModules } from '@/poster/qr'
import { dayOf, isForever, momentOf } from '@/time/time'
import { listed } from '@/loading/load'
import type { Product } from '@/api/contract'

const cny = (amount: number) => ({ amount, currency: 'CNY' })

beforeEach(() => vi.stubGlobal('uni', { getStorageSync: () => '', getLocale: () => 'zh-Hans' }))

describe('a theme', () => {
  it('keeps text readable on whatever colour a merchant picks', () => {
    for (const colour of ['#0f6b4a', '#ffd400', '#ffffff', '#000000', '#e5006a', '#9ad', 'rubbish']) {
      const theme = themeOf(colour, colour)
      expect(contrast(rgbOf(theme['--brand'])!, rgbOf(theme['--on-brand'])!), colour).toBeGreaterThanOrEqual(3)
      expect(contrast(rgbOf(theme['--brand-text'])!, [255, 255, 255]), colour).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('writes dark on yellow and white on green, and leaves readable colours alone', () => {
    expect(inkOn(rgbOf('#ffd400')!)).not.toEqual([255, 255, 255])
    expect(inkOn(rgbOf('#0f6b4a')!)).toEqual([255, 255, 255])
    expect(asText(rgbOf('#0f6b4a')!)).toEqual(rgbOf('#0f6b4a'))
  })
})

describe('a product', () => {
  const sku = (code: string, price: number, stock: number, earn?: number) => ({ code, title: code, price: cny(price), stock, earn: earn === undefined ? undefined : cny(earn) })
  const product = (skus: Product['skus'], more: Partial<Product> = {}): Product => ({ id: 'p', title: 't', category: '', skus, ...more })

  it('costs what its cheapest specification in stock costs', () => {
    expect(priceOf(product([sku('a', 19900, 3), sku('b', 4900, 0), sku('c', 36900, 1)]))).toEqual({ from: cny(19900), several: true })
    expect(priceOf(product([sku('b', 4900, 0)]))).toEqual({ from: cny(4900), several: false })
    expect(isSoldOut(product([sku('b', 4900, 0)]))).toBe(true)
  })

  it('promises the earning of the price it shows, and nothing where there is none', () => {
    expect(earnOf(product([sku('a', 100, 1, 10), sku('b', 50, 1, 5)], { earn: cny(10) }))).toEqual(cny(5))
    expect(earnOf(product([sku('a', 100, 1)], { earn: cny(10) }))).toEqual(cny(10))
    expect(earnOf(product([sku('a', 100, 1)], { earn: cny(0) }))).toBeNull()
    expect(earnOf(product([sku('a', 100, 1)], { earn: null }))).toBeNull()
  })
})

describe('an explanation', () => {
  it('is read whether it comes as a list of awards or as the award itself', () => {
    const line = { amount: cny(10), why: 'x' }
    expect(partsOf({ order_id: 'o', granted: cny(10), standing: cny(10), lines: [line] })).toMatchObject([{ standing: cny(10), lines: [line] }])
    expect(partsOf({ order_id: 'o', awards: [{ level: 2, granted: cny(1), standing: cny(1), status: 'held', lines: null }] })).toMatchObject([{ level: 2, lines: [] }])
    expect(partsOf({ order_id: 'o', declined: '自购不计佣' })).toEqual([])
    expect(declinedOf({ order_id: 'o', declined: [{ who: 'me', why: 'a' }, 'b'] })).toEqual(['a', 'b'])
  })
})

describe('what moved an award', () => {
  const step = (kind: 'granted' | 'refunded' | 'borne', amount: number, standing: number) => ({ kind, at: '2026-11-18T02:20:00Z', refund_id: null, external_id: '', amount: cny(amount), standing: cny(standing) })
  const steps = [step('granted', 1990, 1990), step('refunded', -667, 1323), step('borne', -323, 1323)]

  it('is shown row by row to where the award stands', () => {
    const [part] = partsOf({ order_id: 'o', awards: [{ level: 1, granted: cny(1990), standing: cny(1323), status: 'settled', lines: null, steps }] })
    expect(stepsOf(part)).toEqual(steps)
    expect(stepsOf(part).slice(-1)[0].standing).toEqual(part.standing)
  })

  it('is nothing while it is what was granted, and from a server that does not tell', () => {
    expect(stepsOf({ lines: [], steps: steps.slice(0, 1) })).toEqual([])
    expect(stepsOf({ lines: [] })).toEqual([])
  })
})

describe('a link', () => {
  it('keeps the code where the hash router cannot lose it', () => {
    expect(productLink('https://a.test/#/?code=LX8K2P', 'prd_1', 'LX8K2P')).toBe('https://a.test/?code=LX8K2P#/pages/product/index?id=prd_1')
    expect(productLink('https://a.test/', 'prd_1')).toBe('https://a.test/#/pages/product/index?id=prd_1')
  })

  it('becomes a code with its three finder squares', () => {
    const modules = qrModules('https://shanye.fenli.test/?code=LX8K2P')
    const n = modules.length
    expect((n - 17) % 4).toBe(0)
    for (const [row, column] of [[0, 0], [0, n - 7], [n - 7, 0]]) {
      for (let at = 0; at < 7; at++) expect(modules[row][column + at] && modules[row + 6][column + at] && modules[row + at][column]).toBe(true)
      expect(modules[row + 1][column + 1]).toBe(false)
    }
    expect(qrImage('x')).toMatch(/^data:image\/gif;base64,/)
  })
})

describe('poster text', () => {
  const measure = (text: string) => Array.from(text).length * 10
  it('is broken to fit and says when something is missing', () => {
    expect(fitted('武夷岩茶大红袍', 40, 2, measure)).toEqual(['武夷岩茶', '大红袍'])
    expect(fitted('武夷岩茶大红袍特级礼盒', 40, 2, measure)).toEqual(['武夷岩茶', '大红袍…'])
    expect(fitted('', 40, 2, measure)).toEqual([])
  })
})

describe('time', () => {
  it("is the store's, not the phone's", () => {
    expect(momentOf('2026-03-17T16:30:00Z', 'Asia/Shanghai')).toBe('2026-03-18 00:30')
    expect(dayOf('2026-07-01T03:30:00Z', 'America/New_York')).toBe('2026-06-30')
    expect(dayOf(null, 'Asia/Shanghai')).toBe('')
    expect(isForever('9999-12-31T00:00:00Z')).toBe(true)
    expect(isForever('2026-12-31T00:00:00Z')).toBe(false)
    expect(dayOf('rubbish', 'Asia/Shanghai')).toBe('')
  })
})

describe('when an award arrives', () => {
  it('names the day, or why there is none', async () => {
    const { whenOf } = await import('@/parts/award-when')
    expect(whenOf({ status: 'held', available_at: '2026-11-28T06:30:00Z' }, 'Asia/Shanghai')).toBe('预计 2026-11-28 可提现')
    expect(whenOf({ status: 'held', available_at: null }, 'Asia/Shanghai')).toBe('确认收货后开始计算结算期')
    expect(whenOf({ status: 'settled', available_at: '2026-11-28T06:30:00Z' }, 'Asia/Shanghai')).toBe('2026-11-28 转为可提现')
    expect(whenOf({ status: 'held', standing: cny(0), available_at: '2026-11-28T06:30:00Z' }, 'Asia/Shanghai')).toBe('已因退款收回')
  })
})

describe('a list by cursor', () => {
  it('goes on where it stopped and knows its end', async () => {
    const asked: string[] = []
    const list = listed<number>(async (cursor) => (asked.push(cursor), cursor ? { items: [3], next_cursor: '' } : { items: [1, 2], next_cursor: 'c' }))
    await list.first()
    await list.more()
    await list.more()
    expect(list.items).toEqual([1, 2, 3])
    expect(asked).toEqual(['', 'c'])
    expect(list.ended).toBe(true)
  })

  it('drops the answer of a question that was overtaken', async () => {
    let slow!: (page: { items: string[]; next_cursor: string }) => void
    let n = 0
    const list = listed<string>(() => (n++ ? Promise.resolve({ items: ['new'], next_cursor: '' }) : new Promise((done) => (slow = done))))
    const first = list.first()
    await list.first()
    slow({ items: ['old'], next_cursor: 'c' })
    await first
    expect(list.items).toEqual(['new'])
    expect(list.ended).toBe(true)
  })
})
