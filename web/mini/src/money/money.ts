/**
 * Money as the shop shows it. An amount is a whole number of the currency's smallest unit and is only
 * ever moved about as an integer or as text: no fraction is computed, so none can be wrong.
 */
export interface Money {
  /** Whole number of the smallest unit (fen, cent, yen). */
  amount: number
  currency: string
}

const symbols: Record<string, string> = { CNY: '¥', USD: '$', EUR: '€', GBP: '£', JPY: '¥', HKD: 'HK$', TWD: 'NT$' }
const withoutFraction = ['JPY', 'KRW', 'VND', 'CLP', 'ISK']

/** Digits behind the point: 2 for yuan, 0 for yen. */
export function digitsOf(currency: string): number {
  return withoutFraction.includes(currency) ? 0 : 2
}

export function symbolOf(currency: string): string {
  return symbols[currency] ?? currency + ' '
}

/** The three parts a price tag sets in different sizes. */
export interface Parts {
  sign: string
  whole: string
  fraction: string
}

export function partsOf(money: Money): Parts {
  if (!Number.isSafeInteger(money.amount)) throw new Error('money: not a whole number of the smallest unit')
  const digits = digitsOf(money.currency)
  const sign = money.amount < 0 ? '-' : ''
  const text = String(money.amount).replace('-', '').padStart(digits + 1, '0')
  const cut = text.length - digits
  const whole = text.slice(0, cut).replace(/\B(?=(\d{3})+$)/g, ',')
  return { sign, whole, fraction: text.slice(cut) }
}

/** "1,234.50" */
export function plain(money: Money): string {
  const { sign, whole, fraction } = partsOf(money)
  return sign + whole + (fraction && '.' + fraction)
}

/** "¥1,234.50", "-¥3.00" */
export function written(money: Money): string {
  const { sign, whole, fraction } = partsOf(money)
  return sign + symbolOf(money.currency) + whole + (fraction && '.' + fraction)
}

/**
 * What a person typed, as an amount; null when it is not one. More decimals than the currency has
 * are refused rather than rounded: nobody should get less than what they read on the screen.
 */
export function parsed(text: string, currency: string): Money | null {
  const digits = digitsOf(currency)
  const clean = text.trim().replace(/^[¥￥$]/, '').replace(/,/g, '').replace(/。/g, '.')
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(clean)
  if (!found) return null
  const fraction = found[2] ?? ''
  if (fraction.length > digits) return null
  const amount = Number(found[1] + fraction.padEnd(digits, '0'))
  return Number.isSafeInteger(amount) ? { amount, currency } : null
}

export function times(price: Money, quantity: number): Money {
  const amount = price.amount * quantity
  if (!Number.isSafeInteger(amount)) throw new Error('money: too large')
  return { amount, currency: price.currency }
}

export function sum(first: Money, second: Money): Money {
  if (first.currency !== second.currency) throw new Error('money: two currencies')
  return { amount: first.amount + second.amount, currency: first.currency }
}

/**
 * A rate as a percentage, by moving the point: "0.125" → "12.5%". Rates arrive as decimal text;
 * what already is a percentage stays as it came.
 */
export function percent(rate: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(rate.trim())
  if (!found) return rate
  const fraction = (found[3] ?? '').padEnd(2, '0')
  const whole = (found[2] + fraction.slice(0, 2)).replace(/^0+(?=\d)/, '')
  const rest = fraction.slice(2).replace(/0+$/, '')
  return found[1] + whole + (rest && '.' + rest) + '%'
}
