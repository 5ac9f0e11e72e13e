/** Times come as RFC 3339 in UTC and are shown in the store's zone: the phone may be on holiday. */

// Zones without summer time need no table of rules, which the mini-program's engine does not have.
const fixed: Record<string, number> = { 'Asia/Shanghai': 480, 'Asia/Hong_Kong': 480, 'Asia/Taipei': 480, 'Asia/Singapore': 480, 'Asia/Tokyo': 540, UTC: 0 }

interface Fields { year: string; month: string; day: string; hour: string; minute: string }

function fieldsOf(iso: string, zone: string): Fields | null {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return null
  const offset = fixed[zone]
  if (offset !== undefined) {
    const [date, time] = new Date(at.getTime() + offset * 60_000).toISOString().split('T')
    const [year, month, day] = date.split('-')
    return { year, month, day, hour: time.slice(0, 2), minute: time.slice(3, 5) }
  }
  try {
    const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at)
    const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
    return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') }
  } catch {
    return fieldsOf(iso, 'UTC')
  }
}

/** The server writes "for ever" as the year 9999. */
export function isForever(iso: string | null | undefined): boolean {
  return !iso || iso.startsWith('9999')
}

/** "2026-03-18" */
export function dayOf(iso: string | null | undefined, zone: string): string {
  const f = iso ? fieldsOf(iso, zone) : null
  return f ? `${f.year}-${f.month}-${f.day}` : ''
}

/** "2026-03-18 09:30" */
export function momentOf(iso: string | null | undefined, zone: string): string {
  const f = iso ? fieldsOf(iso, zone) : null
  return f ? `${f.year}-${f.month}-${f.day} ${f.hour}:${f.minute}` : ''
}
