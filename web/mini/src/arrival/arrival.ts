/**
 * Who sent this visitor. A shared link carries the distributor's code; it is remembered on arrival,
 * given with the registration or, for somebody already signed in, reported once as a touch.
 */
export interface Arrival {
  code: string
  /** "link", "qr", "poster" … where the link was met, for the order's timeline. */
  channel: string
  /** Milliseconds since 1970, by this device. */
  at: number
  /** The touch was reported, or went along with a registration. */
  told: boolean
}

/** The part of a phone's storage this needs. */
export interface Shelf {
  get(key: string): unknown
  set(key: string, value: unknown): void
  remove(key: string): void
}

export const shelfKey = 'fenli.arrival'
const day = 86_400_000
/** A code nobody could be told about is forgotten with the usual validity of a bind. */
const keptFor = 30 * day
/** An order says which link it came through while the visit is still the same one. */
const visit = day

const shape = /^[A-Za-z0-9_-]{2,40}$/

function cleaned(text: unknown): string {
  const code = typeof text === 'string' ? text.trim() : ''
  return shape.test(code) ? code : ''
}

/** Reads `a=1&b=2`, with or without a leading "?", by hand: mini-programs have no URLSearchParams. */
export function queryOf(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const pair of text.replace(/^\?/, '').split('&')) {
    const cut = pair.indexOf('=')
    if (cut < 1) continue
    try {
      found[decodeURIComponent(pair.slice(0, cut))] = decodeURIComponent(pair.slice(cut + 1).replace(/\+/g, ' '))
    } catch {
      // a broken escape is somebody's typing, not a code
    }
  }
  return found
}

/** The code and channel in a page's options, the address's query, or a mini-program code's scene. */
export function arrivalIn(options: Record<string, unknown> | undefined, search = ''): { code: string; channel: string } | null {
  const address = queryOf(search)
  const scene = typeof options?.scene === 'string' ? queryOf(decodeURIComponent(options.scene)) : {}
  const bare = typeof options?.scene === 'string' && !/=/.test(decodeURIComponent(options.scene)) ? decodeURIComponent(options.scene) : ''
  const code = cleaned(options?.code) || cleaned(address.code) || cleaned(scene.code) || cleaned(bare)
  if (!code) return null
  const channel = cleaned(options?.channel) || cleaned(address.channel) || cleaned(scene.channel)
  return { code, channel: channel || (bare || scene.code ? 'qr' : 'link') }
}

/** Remembers an arrival; the same code again within a visit is the same visit, not a new touch. */
export function remember(shelf: Shelf, seen: { code: string; channel: string }, now: number): Arrival {
  const before = recall(shelf, now)
  if (before && before.code === seen.code && now - before.at < visit) return before
  const arrival: Arrival = { ...seen, at: now, told: false }
  shelf.set(shelfKey, arrival)
  return arrival
}

export function recall(shelf: Shelf, now: number): Arrival | null {
  const kept = shelf.get(shelfKey) as Arrival | undefined | ''
  if (!kept || typeof kept !== 'object' || !cleaned(kept.code) || !Number.isFinite(kept.at)) return null
  if (now - kept.at >= keptFor) {
    shelf.remove(shelfKey)
    return null
  }
  return kept
}

/** What still has to be reported, if anything. */
export function untold(shelf: Shelf, now: number): Arrival | null {
  const kept = recall(shelf, now)
  return kept && !kept.told ? kept : null
}

export function markTold(shelf: Shelf, now: number): void {
  const kept = recall(shelf, now)
  if (kept) shelf.set(shelfKey, { ...kept, told: true })
}

/** The code an order says it came through: only within the visit that followed the link. */
export function via(shelf: Shelf, now: number): string | undefined {
  const kept = recall(shelf, now)
  return kept && now - kept.at < visit ? kept.code : undefined
}
