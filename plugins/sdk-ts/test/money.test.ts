import assert from "node:assert/strict";
import { test } from "node:test";
import { MoneyError, Rate, blend, format, mulDiv, product, rate, split, type Rounding } from "@fenli/strategy";
import vectors from "../testdata/money.json" with { type: "json" };

const calls: Record<string, (args: string[], how: Rounding) => unknown[]> = {
  mulDiv: ([a, b, c], how) => [mulDiv(BigInt(a!), BigInt(b!), BigInt(c!), how)],
  product: ([a, first, ...times], how) => [product(BigInt(a!), how, ppm(first!), ...times.map(ppm))],
  rateOf: ([r, a], how) => [ppm(r!).of(BigInt(a!), how)],
  blend: ([a, r, b, s], how) => [blend(how, { amount: BigInt(a!), rate: ppm(r!) }, { amount: BigInt(b!), rate: ppm(s!) })],
  split: ([total, ...weights]) => split(BigInt(total!), weights.map(BigInt)),
  text: ([r]) => [ppm(r!), ppm(r!).percent()],
  format: ([a, currency]) => [format(BigInt(a!), currency!)],
  parse: ([text]) => [rate(text!).ppm],
};

const ppm = (text: string) => new Rate(BigInt(text));

test("MoneyIsWhatGoAnswers", async (t) => {
  for (const of of Object.keys(calls)) {
    await t.test(of, () => {
      const mine = vectors.filter((v) => v.of === of);
      assert.ok(mine.length > 20, `only ${mine.length} vectors`);
      for (const v of mine) {
        const call = () => calls[of]!(v.args, v.rounding as Rounding).map(String);
        if (v.gives === null) assert.throws(call, MoneyError, JSON.stringify(v));
        else assert.deepEqual(call(), v.gives, JSON.stringify(v));
      }
    });
  }
  assert.deepEqual(new Set(vectors.map((v) => v.of)), new Set(Object.keys(calls)), "every vector is tried");
});

test("ANumberIsNoAmount", () => {
  const number = 10 as unknown as bigint;
  for (const call of [() => mulDiv(number, 1n, 1n, "floor"), () => new Rate(number), () => split(10n, [number]), () => format(number, "CNY")]) {
    assert.throws(call, { code: "strategy.amount_not_bigint" });
  }
});
