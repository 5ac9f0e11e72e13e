/** A period by its days: a whole month by its name. */
export function spanOf(one: { period: string; last_day: string; kind: string }): string {
  const whole = one.kind === 'month' && one.period.endsWith('-01') && one.period.slice(0, 7) === one.last_day.slice(0, 7)
  return whole ? one.period.slice(0, 7) : `${one.period} – ${one.last_day.slice(5)}`
}
