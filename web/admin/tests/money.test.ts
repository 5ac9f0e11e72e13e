import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMoney, formatMoney, largest, minorDigits, parseMoney, percentOf, plainMoney, rateOfPercent, shortMoney, subtractMoney, sumMoney } from '../src/api/money'

const minor = fc.bigInt({ min: -largest, max: largest }).map(Number)
const currency = fc.constantFrom('CNY', 'JPY', 'KWD', 'USD')

describe('an amount', () => {
  it('comes back from its own text, whatever it is', () => {
    fc.assert(fc.property(minor, currency, (amount, c) => { expect(parseMoney(plainMoney({ amount, currency: c }), c)).toEqual({ amount, currency: c }) }))
  })
  it('is read with its grouping and symbol taken off', () => {
    fc.assert(fc.property(minor.filter((m) => m >= 0), currency, (amount, c) => {
      const shown = formatMoney({ amount, currency: c }).replace(/^[^\d]+/, '')
      expect(parseMoney(shown, c)?.amount).toBe(amount)
    }))
  })
  it('shows exactly as many decimals as its currency has', () => {
    fc.assert(fc.property(minor, currency, (amount, c) => { expect((plainMoney({ amount, currency: c }).split('.')[1] ?? '').length).toBe(minorDigits(c)) }))
  })
  it.each([
    ['19.90', 'CNY', 1990], ['19.9', 'CNY', 1990], ['19', 'CNY', 1900], ['19.', 'CNY', 1900], ['0.01', 'CNY', 1], ['1,234.56', 'CNY', 123456], [' 8 ', 'CNY', 800],
    ['8.29', 'CNY', 829], ['1.005', 'KWD', 1005], ['1980', 'JPY', 1980], ['-3.5', 'CNY', -350], ['90071992547409.91', 'CNY', 9007199254740991],
  ])('"%s" %s is %i', (text, c, amount) => expect(parseMoney(text, c)).toEqual({ amount, currency: c }))
  it.each(['', 'abc', '1.234', '1e3', '.5', '１２', '--1', '1.2.3', 'NaN', 'Infinity', '90071992547409.92'])('"%s" is none', (text) => expect(parseMoney(text, 'CNY')).toBeNull())
  it('in yen has no decimals', () => expect(parseMoney('1.5', 'JPY')).toBeNull())
  it.each([[123456789, '¥1,234,567.89'], [0, '¥0.00'], [-5, '-¥0.05'], [100000, '¥1,000.00']])('%i is shown as %s', (amount, shown) => expect(formatMoney({ amount, currency: 'CNY' })).toBe(shown))
  it('is cut, never rounded up, on an axis', () => {
    expect(shortMoney({ amount: 19999999, currency: 'CNY' }, true)).toBe('¥19.9万')
    expect(shortMoney({ amount: 19999999, currency: 'CNY' }, false)).toBe('¥199.9k')
  })
})

describe('sums', () => {
  const small = fc.integer({ min: -1e12, max: 1e12 })
  it('undo each other', () => {
    fc.assert(fc.property(small, small, (a, b) => {
      const x = { amount: a, currency: 'CNY' }
      expect(subtractMoney(addMoney(x, { amount: b, currency: 'CNY' }), { amount: b, currency: 'CNY' })).toEqual(x)
    }))
  })
  it('refuse what an amount cannot be, rather than lose a fen', () => {
    expect(() => sumMoney([{ amount: Number(largest), currency: 'CNY' }, { amount: 1, currency: 'CNY' }], 'CNY')).toThrow(RangeError)
  })
})

describe('a share', () => {
  it('comes back from its percentage', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2_000_000 }), (ppm) => {
      const text = `${Math.trunc(ppm / 1_000_000)}.${String(ppm % 1_000_000).padStart(6, '0')}`.replace(/\.?0+$/, '') || '0'
      expect(rateOfPercent(percentOf(text))).toBe(text)
    }))
  })
  it.each([['0.1', '10'], ['0.125', '12.5'], ['0.000001', '0.0001'], ['1', '100'], ['0', '0'], ['0.07', '7'], ['1.5', '150']])('%s is %s per cent', (rate, percent) => {
    expect(percentOf(rate)).toBe(percent)
    expect(rateOfPercent(percent)).toBe(rate)
  })
  it('refuses more than six decimals of a rate, and words', () => {
    for (const text of ['0.00001', 'ten', '-1', '', '1..2']) expect(rateOfPercent(text)).toBeNull()
  })
  it('takes the percent sign people type, in both widths', () => expect([rateOfPercent('12.5%'), rateOfPercent('12.5％')]).toEqual(['0.125', '0.125']))
})
