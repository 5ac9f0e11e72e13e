/**
 * What a state is called and how it is coloured, in one place: the console uses the same keys.
 * The words themselves are in src/words under "standing.<group>.<key>".
 */
export type Tone = 'wait' | 'good' | 'move' | 'done' | 'bad' | 'quiet'

/** Where a distributor's money stands. The five are never added together. */
export const balances = {
  held: 'wait',
  available: 'good',
  reserved: 'move',
  paid: 'done',
  debt: 'bad',
} as const satisfies Record<string, Tone>

export const awards = { held: 'wait', settled: 'good', on_hold: 'bad' } as const satisfies Record<string, Tone>

export const orders = {
  placed: 'wait',
  paid: 'move',
  shipped: 'move',
  received: 'good',
  closed: 'quiet',
} as const satisfies Record<string, Tone>

export const withdrawals = {
  requested: 'wait',
  approved: 'move',
  sending: 'move',
  waiting_for_user: 'wait',
  manual: 'wait',
  paid: 'good',
  rejected: 'bad',
  returned: 'bad',
  failed: 'bad',
  cancelled: 'quiet',
} as const satisfies Record<string, Tone>

export const people = {
  applied: 'wait',
  rejected: 'bad',
  active: 'good',
  frozen: 'bad',
  banned: 'bad',
  left: 'quiet',
} as const satisfies Record<string, Tone>

export const disputes = { open: 'wait', answered: 'move', closed: 'quiet' } as const satisfies Record<string, Tone>

export const outcomes = { upheld: 'good', rejected: 'quiet' } as const satisfies Record<string, Tone>

export const groups = { balance: balances, award: awards, order: orders, withdrawal: withdrawals, person: people, dispute: disputes, outcome: outcomes }
export type Group = keyof typeof groups
export type Balance = keyof typeof balances

/** A state the server knows and we do not yet is shown quietly under its own name, never hidden. */
export function toneOf(group: Group, state: string): Tone {
  return (groups[group] as Record<string, Tone>)[state] ?? 'quiet'
}

export function isKnown(group: Group, state: string): boolean {
  return state in groups[group]
}
