/** A day and a time of day somewhere. */
export interface LocalTime {
  year: number;
  month: number; // 1 to 12
  day: number; // 1 to 31
  weekday: number; // 1 is Monday, 7 is Sunday
  hour: number;
  minute: number;
}

const MINUTE = 60_000_000_000n;

/**
 * A moment, exact to the nanosecond. It knows no time zone of the machine, so
 * a strategy answers the same wherever it runs.
 */
export class Instant {
  readonly unixNano: bigint;

  constructor(unixNano: bigint) {
    this.unixNano = unixNano;
    Object.freeze(this);
  }

  static ofUnixMilli(ms: bigint): Instant {
    return new Instant(ms * 1_000_000n);
  }

  /** Reads RFC 3339: "2026-11-11T00:00:00+08:00". */
  static parse(text: string): Instant {
    const found = rfc3339.exec(text);
    if (!found) throw new RangeError(`${JSON.stringify(text)} is no RFC 3339 time`);
    const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [number, number, number, number, number, number];
    const [, , , , , , , fraction, zone, sign, offHour, offMinute] = found;
    const at = Date.UTC(2000, month - 1, day, hour, minute, second); // the year is set apart: Date takes 0–99 for the 1900s
    const date = new Date(at);
    date.setUTCFullYear(year, month - 1, day);
    const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
    if (!real || (zone !== "Z" && (Number(offHour) > 23 || Number(offMinute) > 59))) throw new RangeError(`${JSON.stringify(text)} is no RFC 3339 time`);
    const offset = zone === "Z" ? 0n : BigInt(Number(offHour) * 60 + Number(offMinute)) * (sign === "-" ? -1n : 1n);
    const nanos = BigInt((fraction ?? "").slice(0, 9).padEnd(9, "0"));
    return new Instant(BigInt(date.getTime()) * 1_000_000n + nanos - offset * MINUTE);
  }

  isBefore(other: Instant): boolean {
    return this.unixNano < other.unixNano;
  }

  /** The day and time where clocks are ahead of UTC by so many minutes: 480 for China. */
  local(utcOffsetMinutes: number): LocalTime {
    const shifted = this.unixNano + BigInt(utcOffsetMinutes) * MINUTE;
    const ms = shifted / 1_000_000n - (shifted % 1_000_000n < 0n ? 1n : 0n);
    const d = new Date(Number(ms));
    return {
      year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(),
      weekday: d.getUTCDay() === 0 ? 7 : d.getUTCDay(), hour: d.getUTCHours(), minute: d.getUTCMinutes(),
    };
  }
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|([+-])(\d{2}):(\d{2}))$/;
