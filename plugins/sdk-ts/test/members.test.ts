/** Grades and tasks: the Go SDK's own tests, in this language. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type IncentiveMember, type Tasks, type TierDecision, type TierMember, amountOf, countOf, fail } from "@fenli/strategy";
import * as wire from "../src/wire/strategy_pb.js";
import { trial } from "./trial.js";

type Grading = (c: object, m: TierMember, out: TierDecision) => void;
type Telling = (c: object, m: IncentiveMember, out: Tasks) => void;

const period = { key: "2026-03", fromMs: 1000n, toMs: 9000n };

function grade(evaluateTier: Grading | undefined, config = "{}"): wire.TierDecision[] {
  const { decisions } = trial(() => {}, { evaluateTier }).evaluateTier(create(wire.EvaluateTierRequestSchema, {
    config: Buffer.from(config), currency: "CNY", minorDigits: 2, grades: ["bronze", "silver", "gold"], window: period,
    members: [
      { did: { handle: "a", grade: "silver", orders: 3n, sales: { settled: 500n } }, joinedAtMs: 10n, gradedAtMs: 2000n, direct: 2, team: 7 },
      { did: { handle: "b", grade: "gold" } },
      { did: { handle: "c", grade: "archived" } },
    ],
  }));
  assert.deepEqual(decisions.map((d) => d.member), [0, 1, 2]);
  return decisions;
}

function tell(incentives: Telling | undefined): wire.IncentivesResponse {
  return trial(() => {}, { incentives }).incentives(create(wire.IncentivesRequestSchema, {
    config: Buffer.from("{}"), currency: "CNY", minorDigits: 2, period, asOfMs: 1500n, sales: { paid: 1000n }, rules: { rounding: wire.Rounding.HALF_UP },
    members: [{ handle: "a", orders: 3n }, { handle: "b" }, { handle: "c", orders: 12n }],
  }));
}

const codeOf = (d: wire.TierDecision) => (d.outcome.case === "failed" ? d.outcome.value.code : d.outcome.case);

test("Grades", async (t) => {
  await t.test("PromotesKeepsAndDemotesWithEvidence", () => {
    const [a, b, c] = grade((_, m, out) => {
      const sold = amountOf(m.sales.settled, 400n, "sold");
      out.evidence(sold, countOf(m.orders, 5n, "orders"));
      if (m.grade === "silver") out.promote("gold", "reached", { amount: m.money(500n) });
      else if (m.grade === "gold") {
        out.demote("silver", "missed");
        out.next("gold", sold);
      } else out.next("bronze", sold, countOf(9n, 9n, "met"));
    }) as [wire.TierDecision, wire.TierDecision, wire.TierDecision];
    assert.ok(a.outcome.case === "change" && a.outcome.value.to === "gold" && a.outcome.value.why!.args[0]!.value === "5.00" && !a.next);
    assert.deepEqual(a.evidence.map((e) => [e.unit, e.current, e.target, e.what!.key]), [[wire.Unit.MONEY, 500n, 400n, "sold"], [wire.Unit.COUNT, 3n, 5n, "orders"]]);
    assert.ok(b.outcome.case === "change" && b.outcome.value.to === "silver" && b.next!.grade === "gold" && b.next!.missing.length === 1);
    assert.ok(c.outcome.case === "keep" && c.outcome.value.why!.key === "sdk.grade_kept" && c.next!.missing.length === 1);
  });
  await t.test("TellsWhoTheMemberIs", () => {
    let got: unknown[] = [];
    grade((_, m) => {
      if (m.handle === "a") got = [m.joinedAt, m.gradedAt, m.now].map((i) => i.unixNano / 1_000_000n).concat([m.direct, m.below]).concat([m.rank("gold"), m.rank("no"), ...m.grades, m.window.key, m.currency] as never);
    });
    assert.deepEqual(got, [10n, 2000n, 9000n, 2n, 7n, 2, -1, "bronze", "silver", "gold", "2026-03", "CNY"]);
  });
  await t.test("WhoGradesNobodySaysSo", () => {
    const [d] = grade(undefined);
    assert.ok(d!.outcome.case === "keep" && d!.outcome.value.why!.key === "sdk.grades_nobody");
    assert.deepEqual([trial(() => {}).describe().gradesMembers, trial(() => {}, { evaluateTier() {} }).describe().gradesMembers], [false, true]);
  });
  const failures: Record<string, [Grading, string]> = {
    ASlip: [() => { (undefined as never as { x: number }).x; }, "strategy.panicked"],
    AnError: [() => { throw fail("strategy.mine", "no"); }, "strategy.mine"],
    AGradeTheStoreLacks: [(_, __, out) => out.promote("platinum", "k"), "strategy.unknown_grade"],
    ANextGradeTheStoreLacks: [(_, __, out) => out.next("platinum"), "strategy.unknown_grade"],
    PromotedToTheirOwnGrade: [(_, __, out) => out.promote("silver", "k"), "strategy.not_a_promotion"],
    DemotedUpwards: [(_, __, out) => out.demote("gold", "k"), "strategy.not_a_demotion"],
    DecidedTwice: [(_, __, out) => (out.keep("k"), out.promote("gold", "k")), "strategy.contradiction"],
    TheNextGradeIsNotAbove: [(_, __, out) => (out.next("gold"), out.promote("gold", "k")), "strategy.not_above"],
    AnUndeclaredFact: [(_, m) => void m.team, "strategy.undeclared_fact"],
    ANumberAsAMeasure: [() => void amountOf(1 as never, 2n, "k"), "strategy.amount_not_bigint"],
  };
  for (const [name, [evaluateTier, code]] of Object.entries(failures)) await t.test(name, () => assert.equal(codeOf(grade(evaluateTier)[0]!), code));
  await t.test("AFailureStaysWithItsMember", () => {
    const decisions = grade((_, m) => {
      if (m.handle === "b") throw new Error("poison");
    });
    assert.deepEqual(decisions.map(codeOf), ["keep", "strategy.failed", "keep"]);
  });
  await t.test("ABadConfigurationFailsEverybody", () => {
    assert.deepEqual(grade(() => {}, '{"no":1}').map(codeOf), Array(3).fill("strategy.config_invalid"));
  });
});

test("Tasks", async (t) => {
  await t.test("ComeByMemberAndAsTold", () => {
    const { progress, failed } = tell((_, m, out) => {
      if (m.handle === "b") return;
      out.tell("z_ten", countOf(m.orders, 10n, "ten")).pays(500n).points(9n).badge("badge");
      out.tell("a_sales", amountOf(m.storeSales.paid, 2000n, "sales", { target: m.money(2000n) }));
      assert.deepEqual([m.asOf.unixNano, m.period.key, m.rounding, m.currency], [1_500_000_000n, "2026-03", "half_up", "CNY"]);
    });
    assert.equal(failed, undefined);
    assert.deepEqual(progress.map((p) => [p.member, p.key, p.current, p.target, p.unit, p.title!.key]), [
      [0, "z_ten", 3n, 10n, 2, "ten"], [0, "a_sales", 1000n, 2000n, 1, "sales"], [2, "z_ten", 12n, 10n, 2, "ten"], [2, "a_sales", 1000n, 2000n, 1, "sales"],
    ]);
    const { reward } = progress[0]!;
    assert.deepEqual([reward!.amount, reward!.points, reward!.badge, progress[1]!.reward, progress[1]!.title!.args[0]!.value], [500n, 9n, "badge", undefined, "20.00"]);
  });
  await t.test("WhoHasNoneTellsNothing", () => assert.deepEqual([tell(undefined).failed, tell(undefined).progress], [undefined, []]));
  const failures: Record<string, [Telling, string]> = {
    AnError: [() => { throw fail("strategy.mine", "no"); }, "strategy.mine"],
    ToldTwice: [(_, __, out) => (out.tell("x", countOf(1n, 2n, "k")), out.tell("x", countOf(1n, 2n, "k"))), "strategy.task_twice"],
    AimsAtNothing: [(_, __, out) => void out.tell("x", countOf(1n, 0n, "k")), "strategy.task_without_target"],
    ANegativeReward: [(_, __, out) => void out.tell("x", countOf(1n, 2n, "k")).pays(-1n), "strategy.negative_amount"],
    AnUndeclaredFact: [(_, m) => void m.recruits, "strategy.undeclared_fact"],
  };
  for (const [name, [incentives, code]] of Object.entries(failures)) {
    await t.test(name, () => {
      const { failed, progress } = tell(incentives);
      assert.deepEqual([failed?.code, progress.length], [code, 0]);
    });
  }
});

test("Periods", async (t) => {
  const close = (needs: object, read: (m: never) => bigint) => trial(() => {}, {
    needs, closePeriod: (_, p, out) => void out.pay(p.members[0]!, read(p.members[0] as never)),
  }).closePeriod(create(wire.ClosePeriodRequestSchema, {
    config: Buffer.from("{}"), members: [{ handle: "a", team: { paid: 7n }, awarded: 7n, newCustomers: 3n, recruits: 4n, sold: [{ net: 5n }, { net: 9n, awarded: 2n }] }, { handle: "b" }],
  })).outcome;
  const facts: Record<string, (m: { team: { paid: bigint }; awarded: bigint; newCustomers: bigint; recruits: bigint; sold: { net: bigint; awarded: bigint }[] }) => bigint> = {
    "period.team": (m) => m.team.paid, "period.awarded": (m) => m.awarded, "period.growth": (m) => m.newCustomers + m.recruits,
    "period.orders": (m) => m.sold[0]!.net + m.sold[1]!.awarded,
  };
  for (const [fact, read] of Object.entries(facts)) {
    await t.test(`${fact}IsGuarded`, () => {
      const without = close({}, read);
      assert.ok(without.case === "failed" && without.value.code === "strategy.undeclared_fact");
      const given = close({ [fact]: "needs" }, read);
      assert.ok(given.case === "closed" && given.value.awards[0]!.amount === 7n && given.value.declined[0]!.why!.key === "sdk.no_period_award");
    });
  }
  const forOrders = (shares: bigint[]) => trial(() => {}, {
    needs: { "period.orders": "needs" }, closePeriod: (_, p, out) => void out.payOrders(p.members[0]!, shares),
  }).closePeriod(create(wire.ClosePeriodRequestSchema, { config: Buffer.from("{}"), members: [{ handle: "a", sold: [{ net: 5n }, { net: 0n }] }] })).outcome;
  await t.test("OrdersArePaidOneByOne", () => {
    const paid = forOrders([4n, 0n]);
    assert.ok(paid.case === "closed" && paid.value.awards[0]!.amount === 4n);
    assert.deepEqual(paid.value.awards[0]!.shares, [4n, 0n]);
  });
  for (const [name, shares] of Object.entries({ TooFew: [4n], Negative: [4n, -1n], OfNothing: [4n, 1n], TooMuch: [2n ** 53n, 0n] })) {
    await t.test(`Shares${name}`, () => {
      const failed = forOrders(shares);
      assert.ok(failed.case === "failed" && failed.value.code === "strategy.shares");
    });
  }
  await t.test("OneThatClosesNoneSaysSo", () => {
    const { outcome } = trial(() => {}).closePeriod(create(wire.ClosePeriodRequestSchema, { config: Buffer.from("{}"), members: [{ handle: "a" }] }));
    assert.ok(outcome.case === "nothingToClose" && outcome.value.why!.key === "sdk.closes_no_periods" && outcome.value.declined.length === 0);
  });
});
