import { describe, expect, it } from 'vitest'
import { parsed, partsOf, percent, plain, sum, times, written } from '@/money/money'

const cny = (amount: number) => ({ amount, currency: 'CNY' })

describe('money', () => {
  it('is written with its fen and thousands', () => {
    expect(written(cny(0))).toBe('¥0.00')
    expect(written(cny(5))).toBe('¥0.05')
    expect(written(cny(123450))).toBe('¥1,234.50')
    expect(written(cny(-300))).toBe('-¥3.00')
    expect(written(cny(123456789012))).toBe('¥1,234,567,890.12')
    expect(plain(cny(100000))).toBe('1,000.00')
  })

  it('knows currencies without a fraction', () => {
    expect(written({ amount: 1500, currency: 'JPY' })).toBe('¥1,500')
    expect(parsed('1500', 'JPY')).toEqual({ amount: 1500, currency: 'JPY' })
    expect(parsed('1.5', 'JPY')).toBeNull()
  })

  it('reads what a person types without losing a fen', () => {
    for (const [text, amount] of [['19.9', 1990], ['0.29', 29], ['1.15', 115], ['¥1,234.56', 123456], [' 50 ', 5000], ['8.', 800], ['12。5', 1250], ['4.35', 435], ['1019.99', 101999]] as const)
      expect(parsed(text, 'CNY'), text).toEqual(cny(amount))
  })

  it('refuses what is not an amount instead of guessing', () => {
    for (const text of ['', '.', '-1', '1.234', '1e3', 'abc', '1.2.3', '9999999999999999']) expect(parsed(text, 'CNY'), text).toBeNull()
  })

  it('survives writing and reading back, for every fen of a range', () => {
    for (let amount = 0; amount < 20_000; amount += 7) expect(parsed(plain(cny(amount)), 'CNY')).toEqual(cny(amount))
  })

  it('multiplies and adds whole numbers, and never two currencies', () => {
    expect(times(cny(1990), 3)).toEqual(cny(5970))
    expect(sum(cny(1), cny(2))).toEqual(cny(3))
    expect(() => sum(cny(1), { amount: 1, currency: 'USD' })).toThrow()
    expect(() => partsOf(cny(0.1))).toThrow()
  })
})

describe('a rate', () => {
  it('moves its point, digit by digit', () => {
    for (const [rate, text] of [['0.1', '10%'], ['0.125', '12.5%'], ['0.07', '7%'], ['0.000001', '0.0001%'], ['1', '100%'], ['0', '0%'], ['0.29', '29%'], ['10%', '10%']] as const)
      expect(percent(rate), rate).toBe(text)
  })
})
