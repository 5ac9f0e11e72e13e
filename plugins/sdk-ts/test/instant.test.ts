import assert from "node:assert/strict";
import { test } from "node:test";
import { Instant } from "@fenli/strategy";

test("AnInstantIsTheSameEverywhere", () => {
  const at = Instant.parse("2026-02-28T23:59:59.999999999+08:00");
  assert.equal(at.unixNano, 1772294399_999_999_999n);
  assert.deepEqual(at.local(480), { year: 2026, month: 2, day: 28, weekday: 6, hour: 23, minute: 59 });
  assert.deepEqual(Instant.parse("2026-03-01T00:00:00+08:00").local(480), { year: 2026, month: 3, day: 1, weekday: 7, hour: 0, minute: 0 });
  assert.deepEqual(Instant.parse("1969-12-31T23:59:59.5Z").local(0), { year: 1969, month: 12, day: 31, weekday: 3, hour: 23, minute: 59 });
  assert.equal(Instant.parse("0001-01-01T00:00:00Z").local(0).year, 1);
  assert.ok(at.isBefore(Instant.ofUnixMilli(1772294400000n)));
  for (const bad of ["2026-02-28", "2026-02-28t00:00:00Z", "2026-02-28T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+24:00", "2026-01-01T1:00:00Z"]) {
    assert.throws(() => Instant.parse(bad), RangeError, bad);
  }
});
