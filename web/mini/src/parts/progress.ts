/** How far a number has come, and what it reads as. */
import { written } from '@/money/money'

/** Whole per cent, never beyond the bar; a target of nothing is reached. */
export function percentOf(current: number, target: number): number {
  if (target <= 0) return 100
  return Math.max(0, Math.min(100, Math.trunc((current * 100) / target)))
}

export const amountOf = (unit: 'money' | 'count', n: number, currency = 'CNY'): string => (unit === 'money' ? written({ amount: n, currency }) : String(n))
