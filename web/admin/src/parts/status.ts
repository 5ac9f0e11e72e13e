// The one dictionary of states. A state's word is in the locales under
// "status.<noun>.<state>"; its tone is here.

export type Tone = 'quiet' | 'waiting' | 'active' | 'good' | 'warning' | 'bad'

/** Text on tint: at least 4.5 : 1 each. */
export const tones: Record<Tone, { color: string; background: string }> = {
  quiet: { color: '#56625d', background: '#eef1ef' },
  waiting: { color: '#8a4b00', background: '#fdf1dd' },
  active: { color: '#1f5f99', background: '#e6f0fa' },
  good: { color: '#176a3f', background: '#e2f4ea' },
  warning: { color: '#8f3d06', background: '#fdeadf' },
  bad: { color: '#a11f14', background: '#fde8e6' },
}

export const statuses = {
  order: { placed: 'waiting', paid: 'active', shipped: 'active', received: 'good', closed: 'quiet' },
  group: { open: 'waiting', succeeded: 'good', failed: 'quiet' },
  commission: { none: 'quiet', awaiting: 'waiting', decided: 'good' },
  award: { held: 'waiting', settled: 'good', on_hold: 'warning', reversed: 'quiet' },
  period: { closed: 'good', held: 'warning' },
  adjustment: { waiting: 'waiting', booked: 'good', refused: 'quiet', withdrawn: 'quiet' },
  dispute: { open: 'waiting', answered: 'active', closed: 'quiet' },
  outcome: { upheld: 'good', rejected: 'quiet' },
  distributor: { applied: 'waiting', active: 'good', rejected: 'quiet', frozen: 'warning', banned: 'bad', left: 'quiet' },
  withdrawal: {
    requested: 'waiting', approved: 'active', manual: 'bad', sending: 'active', waiting_for_user: 'waiting',
    paid: 'good', rejected: 'quiet', returned: 'quiet', failed: 'bad', cancelled: 'quiet',
  },
  payout: { queued: 'waiting', sending: 'active', waiting_for_user: 'waiting', paid: 'good', failed: 'bad', cancelled: 'quiet', void: 'quiet' },
  difference: { missing: 'bad', extra: 'bad', different: 'warning' },
  product: { listed: 'good', unlisted: 'quiet', archived: 'quiet' },
  store: { open: 'good', closing: 'warning', closed: 'quiet' },
  bind: { protected: 'good', valid: 'active', ended: 'quiet' },
  version: { submitted: 'waiting', in_review: 'active', approved: 'good', rejected: 'quiet' },
  examination: { waiting: 'quiet', running: 'active', passed: 'good', failed: 'bad' },
  check: { pass: 'good', fail: 'bad', skipped: 'quiet' },
  level: { none: 'quiet', no_new_installs: 'warning', drain: 'warning', stop_now: 'bad' },
  process: { absent: 'quiet', stopped: 'quiet', serving: 'good', crashed: 'warning', quarantined: 'bad', revoked: 'bad' },
  signing_key: { active: 'good', revoked: 'quiet' },
  revision: { in_force: 'good', scheduled: 'waiting', candidate: 'active', cancelled: 'quiet', superseded: 'quiet' },
  trial: { queued: 'waiting', running: 'active', done: 'good', cancelled: 'quiet', failed: 'bad' },
  canary: { running: 'active', paused: 'warning', stopped: 'quiet', promoted: 'good' },
  key: { live: 'good', revoked: 'quiet' },
  invitation: { open: 'waiting', joined: 'good', revoked: 'quiet', expired: 'quiet' },
} as const satisfies Record<string, Record<string, Tone>>

export type Noun = keyof typeof statuses

export function toneOf(noun: Noun, state: string): Tone {
  return (statuses[noun] as Record<string, Tone>)[state] ?? 'quiet'
}
export function statesOf(noun: Noun): string[] {
  return Object.keys(statuses[noun])
}
