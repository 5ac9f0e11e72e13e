// A draft on its way to the server, and what its money means in words.
import type { Json, Money, MoneyDiff, ProgramDraft, ProgramSettings, Revision, SentDraft } from '../../api/types'
import { addMoney } from '../../api/money'
import type { Change } from './diff'

/** The same strategy stays at its exact version; only another one is asked for by name. */
export function sent(draft: Pick<ProgramDraft, 'strategy' | 'config' | 'settings'>, current: Revision, leave = false): SentDraft {
  return { strategy: draft.strategy === current.strategy && !leave ? current.artifact : draft.strategy, config: draft.config, settings: draft.settings }
}

/** What it would cost more: positive is more commission, less for the store. */
export function difference(d: Pick<MoneyDiff, 'was' | 'would'>): Money {
  return addMoney(d.would, { amount: -d.was.amount, currency: d.was.currency })
}
/** Whether a draft turns a cap on margins or people on, or changes it: that is seen before it is tried in earnest. */
export function capsAnew(draft: ProgramSettings | undefined, now: ProgramSettings): boolean {
  if (!draft) return false
  const margin = Number(draft.line_margin_cap) > 0 && draft.line_margin_cap !== now.line_margin_cap
  const { amount, period } = draft.recipient_cap
  return margin || (amount > 0 && (amount !== now.recipient_cap.amount || period !== now.recipient_cap.period))
}

export type Direction = 'more' | 'less' | 'even' | 'none'

/** Even: the sum stays, but not for everybody. */
export function directionOf(d: MoneyDiff): Direction {
  if (d.none) return 'none'
  const by = difference(d).amount
  return by > 0 ? 'more' : by < 0 ? 'less' : 'even'
}

/** An amount without its sign: the words say which way it goes. */
export function size(m: Money): Money {
  return m.amount < 0 ? { amount: -m.amount, currency: m.currency } : m
}

/** Parts per million of a whole, cut, for a bar; 0 of nothing. */
export function partOf(done: number, total: number): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((done * 100) / total))
}

/** A revision's differences, told apart by the form that can say them in words. */
export function sorted(changes: { path: string; was: Json; now: Json }[]): { whole: Change[]; config: Change[]; settings: Change[] } {
  const at = (prefix: string) => changes.filter((c) => c.path === prefix || c.path.startsWith(`${prefix}/`)).map((c): Change => ({ path: c.path.slice(prefix.length) || '/', before: c.was ?? undefined, after: c.now ?? undefined }))
  const plain = changes.filter((c) => ['/strategy', '/version'].includes(c.path)).map((c): Change => ({ path: c.path, before: c.was ?? undefined, after: c.now ?? undefined }))
  return { whole: plain, config: at('/config'), settings: at('/settings') }
}
