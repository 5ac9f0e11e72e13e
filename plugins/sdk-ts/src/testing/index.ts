/**
 * Proves that a strategy keeps the contract.
 *
 *   verify(memberDay, golden)
 *
 * Golden cases say what it pays; the properties, run on orders made from them,
 * say what must hold whatever it pays: the same answer twice, in any batch and
 * any order of lines; nothing negative; a reason for every award and for
 * everybody who gets nothing; sentences in every language; amounts up to the
 * largest, and currencies without or with three decimals.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonValue, create, fromJson } from "@bufbuild/protobuf";
import type { Plugin } from "../plugin.js";
import { Server } from "../server.js";
import * as wire from "../wire/strategy_pb.js";
import { checkDescription } from "./description.js";
import { Asked, handleOf, periodHandles } from "./sound.js";
import { checkProgress, checkTier } from "./members.js";
import { properties, recompute } from "./properties.js";

/**
 * One order, one period, the grades of members or their tasks, and what a
 * strategy must answer: the same JSON that the Go SDK's kit reads. Recipients go by their handles.
 */
export interface Case {
  name: string;
  config: unknown;
  rounding?: string; // "floor", or "half_up"
  levels?: number; // 3 when absent
  by_paying?: boolean; // campaigns go by the time of paying
  order?: unknown;
  period?: unknown; // instead of an order
  tier?: unknown; // or grades
  progress?: unknown; // or tasks
  pays?: ByHandle<number>; // handle: sum over lines
  why?: ByHandle<string>; // handle: message key of their first award
  declined?: ByHandle<string>; // handle: message key
  none?: string; // message key: nobody earns
  failed?: string; // code
  becomes?: ByHandle<string>; // of a tier: the grade from now on, of everybody
  next?: ByHandle<string>; // of a tier: the grade above
  tasks?: ByHandle<readonly string[]>; // of progress, as told: "ten 3/10 pays 500 points 9 badge b"
}

type ByHandle<T> = Readonly<Record<string, T | undefined>>;

/** Runs the golden cases and the properties. */
export function verify(plugin: Plugin<never> | Plugin, cases: readonly Case[]): void {
  const asked = new Asked(new Server(plugin));
  test("Description", () => checkDescription(asked));
  test("Config", () => checkConfigs(asked, cases));
  test("Golden", async (t) => {
    for (const c of cases) await t.test(c.name, () => check(asked, c));
  });
  const orders = cases.filter((c) => c.order && !c.failed);
  test("Properties", async (t) => {
    for (const c of orders) await t.test(c.name, () => properties(asked, c, orders));
  });
  if (!plugin.canRecompute) return;
  test("Recompute", async (t) => {
    for (const c of orders) await t.test(c.name, () => recompute(asked, c, orders));
  });
}

function check(asked: Asked, c: Case): void {
  if (c.period) checkPeriod(asked, c);
  else if (c.tier) checkTier(asked, c);
  else if (c.progress) checkProgress(asked, c);
  else checkOrder(asked, c);
}

export function rulesOf(c: Case): wire.Rules {
  return create(wire.RulesSchema, {
    rounding: c.rounding === "half_up" ? wire.Rounding.HALF_UP : wire.Rounding.FLOOR, levels: c.levels ?? 3,
    campaignClock: c.by_paying ? wire.CampaignClock.PAID_AT : wire.CampaignClock.UNSPECIFIED,
  });
}

export function configOf(c: Case): Uint8Array {
  return Buffer.from(JSON.stringify(c.config));
}

export function orderOf(c: Case): wire.Order {
  const order = fromJson(wire.OrderSchema, c.order as JsonValue);
  order.chain.forEach((m, i) => (m.level ||= i + 1));
  if (order.currency === "") [order.currency, order.minorDigits] = ["CNY", 2];
  return order;
}

function checkOrder(asked: Asked, c: Case): void {
  const order = orderOf(c);
  const { outcome } = asked.evaluate(configOf(c), rulesOf(c), [order])[0]!;
  const declined = (list: wire.Declined[]) => Object.fromEntries(list.map((d) => [handleOf(order, d.recipient), d.why!.key]));
  if (c.failed) {
    assert.equal(outcome.case === "failed" && outcome.value.code, c.failed);
  } else if (c.none) {
    assert.ok(outcome.case === "noCommission", `want no commission, got ${outcome.case}`);
    assert.equal(outcome.value.why!.key, c.none);
    assert.deepEqual(declined(outcome.value.declined), c.declined ?? {});
  } else {
    assert.ok(outcome.case === "paid", `want a payment, got ${outcome.case}`);
    checkPaid(c, outcome.value.awards.map((a) => ({ who: handleOf(order, a.recipient), ...a })), declined(outcome.value.declined));
  }
}

function checkPeriod(asked: Asked, c: Case): void {
  const request = fromJson(wire.ClosePeriodRequestSchema, c.period as JsonValue);
  Object.assign(request, { config: configOf(c), rules: rulesOf(c) });
  if (request.currency === "") [request.currency, request.minorDigits] = ["CNY", 2];
  const outcome = asked.closePeriod(request);
  const who = periodHandles(request);
  const declined = (list: wire.PeriodDeclined[]) => Object.fromEntries(list.map((d) => [who(d.member), d.why!.key]));
  if (c.failed) {
    assert.equal(outcome.case === "failed" && outcome.value.code, c.failed);
  } else if (c.none) {
    assert.ok(outcome.case === "nothingToClose", `want nothing to close, got ${outcome.case}`);
    assert.equal(outcome.value.why!.key, c.none);
    assert.deepEqual(declined(outcome.value.declined), c.declined ?? {});
  } else {
    assert.ok(outcome.case === "closed", `want a closed period, got ${outcome.case}`);
    checkPaid(c, outcome.value.awards.map((a) => ({ who: who(a.member), ...a })), declined(outcome.value.declined));
  }
}

function checkPaid(c: Case, awards: { who: string; amount: bigint; why?: wire.Why }[], declined: Record<string, string>): void {
  const sums: Record<string, bigint> = {};
  const reasons: Record<string, string> = {};
  for (const a of awards) {
    sums[a.who] = (sums[a.who] ?? 0n) + a.amount;
    reasons[a.who] ??= a.why!.key;
  }
  assert.deepEqual(sums, Object.fromEntries(Object.entries(c.pays ?? {}).map(([who, amount]) => [who, BigInt(amount!)])));
  for (const [who, key] of Object.entries(c.why ?? {})) assert.equal(reasons[who], key, `why ${who} is paid`);
  assert.deepEqual(declined, c.declined ?? {});
}

function checkConfigs(asked: Asked, cases: readonly Case[]): void {
  for (const c of cases) {
    const problems = asked.validate(configOf(c), rulesOf(c));
    if (!c.failed) assert.equal(problems.length, 0, `${c.name}: ${problems.map((p) => `${p.path} ${p.why!.key}`).join(", ")}`);
  }
  const rules = create(wire.RulesSchema, { levels: 3 });
  for (const bad of ['{"no_such_setting": 1}', "[]", "{", "null", "", "{} {}"]) {
    assert.notEqual(asked.validate(Buffer.from(bad), rules).length, 0, `the configuration ${bad} is accepted`);
  }
}
