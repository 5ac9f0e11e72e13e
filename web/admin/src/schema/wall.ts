// The store's wall clock. A picker shows local time, so an instant is given to
// it as what the store's clocks show, and read back as such.
import dayjs, { type Dayjs } from 'dayjs'
import timezone from 'dayjs/plugin/timezone'
import utc from 'dayjs/plugin/utc'
import type { Json } from '../api/types'

dayjs.extend(utc)
dayjs.extend(timezone)

const shape = 'YYYY-MM-DDTHH:mm:ss'

export function toWall(at: Json | undefined, zone: string | undefined): Dayjs | null {
  if (typeof at !== 'string' || !at || !dayjs(at).isValid()) return null
  return zone ? dayjs(dayjs(at).tz(zone).format(shape)) : dayjs(at)
}

/** RFC 3339 with the store's offset: people who read the settings see the hour they meant. */
export function ofWall(wall: Dayjs, zone: string | undefined): string {
  const minute = wall.second(0).millisecond(0)
  return zone ? dayjs.tz(minute.format(shape), zone).format() : minute.toISOString()
}
