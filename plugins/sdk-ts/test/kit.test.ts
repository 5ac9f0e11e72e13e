/** The kit is worth something only if it fails: strategies that break the contract, one way each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Awards, type Order, Server, definePlugin, rate, setting } from "@fenli/strategy";
import type { Case } from "../src/testing/index.js";
import { checkDescription } from "../src/testing/description.js";
import { properties, recompute } from "../src/testing/properties.js";
import { Asked } from "../src/testing/sound.js";

let calls = 0n;

const all = (pay: (order: Order, out: Awards, line: Order["lines"][number], member: Order["chain"][number]) => void) => (_: object, order: Order, out: Awards) => {
  for (const [line, member] of order.each()) pay(order, out, line, member);
};
const why = { level: 1, rate: rate("0.1") };

const broken: Record<string, (c: object, order: Order, out: Awards) => void> = {
  DependsOnChance: all((_, out, line, m) => void out.pay(m, line, BigInt(1 + Math.floor(Math.random() * 1e6))).because("level_rate", why)),
  RemembersOrders: all((_, out, line, m) => void out.pay(m, line, ++calls).because("level_rate", why)),
  PaysTheFirstLine: (_, order, out) => order.chain.forEach((m) => out.payRate(m, order.lines[0]!, rate("0.1")).because("level_rate", why)),
  PaysByCurrency: all((order, out, line, m) => void out.pay(m, line, BigInt(order.currency.charCodeAt(0))).because("level_rate", why)),
  GivesAnUnknownReason: all((_, out, line, m) => void out.pay(m, line, 1n).because("no_such_sentence")),
  ForgetsAnArgument: all((_, out, line, m) => void out.pay(m, line, 1n).because("level_rate", { level: 1 })),
  ReadsWhatItDidNotDeclare: all((_, out, line, m) => void out.payRate(m, line, rate("0.1")).because(line.category)),
  Overflows: all((_, out, line, m) => void out.payShare(m, line, line.net * 1000n, rate("2")).because("level_rate", why)),
};

const asked = (evaluate: (c: object, order: Order, out: Awards) => void) => new Asked(new Server(definePlugin({
  id: "broken", version: "1.0.0", needs: { "order.lines": "needs", chain: "needs" }, evaluate, config: { rates: setting.rates({ optional: true }) },
  locales: { "zh-CN": { title: "x", summary: "x", needs: "x", level_rate: "{level} {rate}" }, en: { title: "x", summary: "x", needs: "x", level_rate: "{level} {rate}" } },
})));

const one: Case = { name: "one", config: {}, order: { lines: [{ sku: "X", quantity: 1, net: 10 }], chain: [{ handle: "a" }] } };

test("TheKitFails", async (t) => {
  for (const [name, evaluate] of Object.entries(broken)) await t.test(name, () => assert.throws(() => properties(asked(evaluate), one, [one]), assert.AssertionError));
  await t.test("PaysMoreWhenLessRemains", () => {
    const perOrder = (_: object, order: Order, out: Awards) => order.chain.forEach((m) => out.payOrder(m, 5n).because("level_rate", why));
    assert.throws(() => recompute(asked(perOrder), one, [one]), assert.AssertionError);
  });
  await t.test("LacksATitle", () => assert.throws(() => checkDescription(asked(() => {})), /needs title/));
});
