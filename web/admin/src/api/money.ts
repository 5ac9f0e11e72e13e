// Money is whole minor units, and shares are exact decimals in a string. Both
// are read and written by moving a point in text; nothing here divides.
import type { Money, Rate } from './types'

const digitsOf: Record<string, number> = { JPY: 0, KRW: 0, VND: 0, CLP: 0, KWD: 3, BHD: 3, OMR: 3, JOD: 3, TND: 3 }
const symbolOf: Record<string, string> = { CNY: '¥', JPY: '¥', USD: '$', HKD: 'HK$', TWD: 'NT$', EUR: '€', GBP: '£', SGD: 'S$' }

/** What JSON readers keep exactly. */
export const largest = 9_007_199_254_740_991n

export function minorDigits(currency: string): number {
  return digitsOf[currency] ?? 2
}
export function symbol(currency: string): string {
  return symbolOf[currency] ?? `${currency} `
}

/** "19.9" CNY is 1990. Null for anything that is not an amount: too many decimals, a letter, too large. */
export function parseMoney(text: string, currency: string): Money | null {
  const digits = minorDigits(currency)
  const shape = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text.trim().replace(/,/g, ''))
  if (!shape) return null
  const [, sign, whole, part = ''] = shape
  if (part.length > digits) return null
  const minor = BigInt((whole ?? '0') + part.padEnd(digits, '0'))
  if (minor > largest) return null
  return { amount: Number(sign === '-' ? -minor : minor), currency }
}

/** 1990 CNY is "19.90": what an input shows. No symbol, no grouping. */
export function plainMoney({ amount, currency }: Money): string {
  const digits = minorDigits(currency)
  const minor = BigInt(amount)
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const sign = minor < 0n ? '-' : ''
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(-digits)}`
}

/** 123456789 CNY is "¥1,234,567.89". */
export function formatMoney(money: Money): string {
  const plain = plainMoney(money)
  const negative = plain.startsWith('-')
  const [whole = '0', part] = (negative ? plain.slice(1) : plain).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${negative ? '-' : ''}${symbol(money.currency)}${grouped}${part === undefined ? '' : `.${part}`}`
}

/** A short form for the axes of charts: "¥12万" or "¥120k". Cut, not rounded. */
export function shortMoney(money: Money, chinese: boolean): string {
  const whole = BigInt(money.amount) / 10n ** BigInt(minorDigits(money.currency))
  return symbol(money.currency) + shortCount(whole, chinese)
}
export function shortCount(value: bigint, chinese: boolean): string {
  const steps: [bigint, string][] = chinese ? [[100_000_000n, '亿'], [10_000n, '万']] : [[1_000_000_000n, 'B'], [1_000_000n, 'M'], [1_000n, 'k']]
  const size = value < 0n ? -value : value
  for (const [step, word] of steps) {
    if (size < step) continue
    const tenth = ((size % step) * 10n) / step
    return `${value < 0n ? '-' : ''}${size / step}${tenth === 0n ? '' : `.${tenth}`}${word}`
  }
  return value.toString()
}

export function addMoney(a: Money, b: Money): Money {
  return { amount: exact(BigInt(a.amount) + BigInt(b.amount)), currency: a.currency }
}
export function subtractMoney(a: Money, b: Money): Money {
  return { amount: exact(BigInt(a.amount) - BigInt(b.amount)), currency: a.currency }
}
export function timesMoney(a: Money, n: number): Money {
  return { amount: exact(BigInt(a.amount) * BigInt(n)), currency: a.currency }
}
export function sumMoney(list: Money[], currency: string): Money {
  return list.reduce(addMoney, { amount: 0, currency })
}

/** What share each part has of the whole, in per cent to one place, cut and not rounded; empty when there is no whole, or none of it. */
export function partsOf(parts: Money[]): string[] {
  const whole = parts.reduce((sum, p) => sum + BigInt(p.amount), 0n)
  return parts.map((p) => {
    if (whole <= 0n || p.amount <= 0) return ''
    const tenths = (BigInt(p.amount) * 1000n) / whole
    return tenths === 0n ? '<0.1%' : `${tenths / 10n}.${tenths % 10n}%`
  })
}

function exact(minor: bigint): number {
  if (minor > largest || minor < -largest) throw new RangeError(`${minor} is beyond what an amount can be`)
  return Number(minor)
}

/** "0.125" is "12.5": the share in per cent, as people read it. */
export function percentOf(rate: Rate): string {
  return shift(rate, 2) ?? rate
}

/** "12.5" (per cent) is "0.125". Null for more than six decimals of a rate, or no number at all. */
export function rateOfPercent(percent: string): Rate | null {
  const rate = shift(percent.trim().replace(/[%％]$/, ''), -2)
  return rate !== null && (rate.split('.')[1] ?? '').length <= 6 ? rate : null
}

/** Moves the point of a plain decimal: right for a positive step, left for a negative one. */
function shift(decimal: string, step: number): string | null {
  const shape = /^(\d*)(?:\.(\d*))?$/.exec(decimal)
  if (!shape || decimal === '' || decimal === '.') return null
  let whole = shape[1] ?? ''
  let part = shape[2] ?? ''
  for (let i = 0; i < step; i++) {
    whole += part.slice(0, 1) || '0'
    part = part.slice(1)
  }
  for (let i = 0; i > step; i--) {
    part = (whole.slice(-1) || '0') + part
    whole = whole.slice(0, -1)
  }
  whole = whole.replace(/^0+(?=\d)/, '') || '0'
  part = part.replace(/0+$/, '')
  return part === '' ? whole : `${whole}.${part}`
}
