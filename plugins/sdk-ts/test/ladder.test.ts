import { type Case, verify } from "@fenli/strategy/testing";
import { ladder } from "./fixtures/ladder.js";

const cases: Case[] = [
  {
    name: "Grades", config: {}, becomes: { a: "gold", b: "silver", c: "gold" }, next: { b: "gold" }, why: { a: "reached", b: "sdk.grade_kept", c: "highest" },
    tier: { members: [
      { did: { handle: "a", grade: "silver", sales: { settled: 10000 } } }, { did: { handle: "b", grade: "silver", sales: { settled: 9999 } } }, { did: { handle: "c", grade: "gold" } },
    ] },
  },
  { name: "GradesOfABadConfiguration", config: { silver: 1 }, tier: { members: [{ did: { handle: "a" } }] }, failed: "strategy.config_invalid" },
  {
    name: "Tasks", config: { bonus: 700 }, progress: { members: [{ handle: "a", orders: 3 }, { handle: "b", orders: 12 }] },
    tasks: { a: ["ten_orders 3/10 pays 700 points 10 badge badge_ten"], b: ["ten_orders 12/10 pays 700 points 10 badge badge_ten"] },
  },
  { name: "Month", config: {}, period: { members: [{ handle: "a", orders: 3 }, { handle: "b", orders: 12 }] }, pays: { b: 5000 }, why: { b: "done" }, declined: { a: "sdk.no_period_award" } },
  { name: "NobodyFinished", config: {}, period: { members: [{ handle: "a" }] }, none: "sdk.nobody_in_period", declined: { a: "sdk.no_period_award" } },
  { name: "Order", config: {}, order: { lines: [{ sku: "X", quantity: 1, net: 10 }], chain: [{ handle: "a" }] }, none: "sdk.no_award" },
];

verify(ladder, cases);
