import assert from "node:assert/strict";
import { test } from "node:test";
import { create, equals } from "@bufbuild/protobuf";
import { fail, rate } from "@fenli/strategy";
import * as wire from "../src/wire/strategy_pb.js";
import { type Evaluate, ask, order, trial } from "./trial.js";

const declined = (list: wire.Declined[]) => Object.fromEntries(list.map((d) => [d.recipient, d.why!.key]));
const paid = (outcome: wire.Decision["outcome"]) => {
  assert.ok(outcome.case === "paid", `${outcome.case}`);
  return outcome.value;
};

test("Awards", async (t) => {
  await t.test("WhoeverGetsNothingIsNamed", () => {
    const p = paid(ask((_, { chain, lines }, out) => {
      out.payRate(chain[0]!, lines[0]!, rate("0.1")).because("rate");
      out.decline(chain[1]!, "not_now");
    }));
    assert.deepEqual(declined(p.declined), { 1: "not_now", 2: "sdk.no_award", 3: "sdk.no_award" }); // the team lead is not declared, so not named
  });
  await t.test("AnAwardOfZeroBecomesAReason", () => {
    const outcome = ask((_, o, out) => {
      const [a, b, c] = o.chain;
      out.payRate(a!, o.lines[0]!, rate("0.000001")).because("rate");
      out.payRate(b!, o.lines[0]!, rate("0")).because("rate");
      out.payRate(c!, o.lines[1]!, rate("0.1")).because("rate");
      out.pay(o.role("role.invitee")!, o.lines[0]!, 0n).because("fixed");
    });
    assert.ok(outcome.case === "noCommission");
    assert.deepEqual(declined(outcome.value.declined), { 0: "sdk.rounded_to_zero", 1: "sdk.rate_zero", 2: "sdk.base_zero", 3: "sdk.amount_zero" });
  });
  await t.test("OneReasonSharedByAllIsTheOrdersReason", () => {
    const outcome = ask(() => {});
    assert.ok(outcome.case === "noCommission" && outcome.value.why!.key === "sdk.no_award" && outcome.value.declined.length === 0);
  });
  await t.test("NobodyBehindTheOrder", () => {
    const outcome = ask(() => {}, [create(wire.OrderSchema)]);
    assert.ok(outcome.case === "noCommission" && outcome.value.why!.key === "sdk.nobody_behind");
  });
  await t.test("MembersBeyondTheLevelsAreNeitherSeenNorNamed", () => {
    const p = paid(ask((_, o, out) => {
      for (const [line, member] of o.each()) out.payRate(member, line, rate("0.1")).because("rate");
    }, [order()], { levels: 1 }));
    assert.equal(p.awards.length, 1);
    assert.deepEqual(declined(p.declined), { 3: "sdk.no_award" });
  });
  await t.test("AreRoundedAsTheStoreRounds", () => {
    const half: Evaluate = (_, o, out) => void out.payRate(o.chain[0]!, o.lines[0]!, rate("0.1"), rate("1.5")).because("rate");
    const down = paid(ask(half)).awards[0]!;
    const up = paid(ask(half, [order()], { rounding: wire.Rounding.HALF_UP })).awards[0]!;
    assert.deepEqual([down.amount, up.amount, up.base, up.ratePpm], [1499n, 1500n, 9999n, 150_000n]);
  });
  await t.test("ComeInTheSameOrderHoweverTheyWerePaid", () => {
    const pay = (first: number, second: number) => ask((_, o, out) => {
      out.pay(o.chain[first]!, o.lines[0]!, 5n).because("k");
      out.pay(o.chain[second]!, o.lines[0]!, 5n).because("k");
      out.payOrder(o.chain[0]!, 7n).because("k");
    });
    assert.ok(equals(wire.PaidSchema, paid(pay(0, 1)), paid(pay(1, 0))));
  });
  await t.test("AnAwardWithoutAReasonGetsOne", () => {
    const [a] = paid(ask((_, o, out) => void out.payRate(o.chain[0]!, o.lines[0]!, rate("0.125")))).awards;
    assert.deepEqual([a!.why!.key, ...a!.why!.args.map((x) => x.value)], ["sdk.paid", "1", "12.5%"]);
  });
});

const failures: Record<string, [Evaluate, string]> = {
  ASlip: [(_, o) => void o.chain[9]!.level, "strategy.panicked"],
  AnError: [() => { throw new Error("no"); }, "strategy.failed"],
  SomethingThrown: [() => { throw "no"; }, "strategy.panicked"],
  AnOwnCode: [() => { throw fail("trial.no", "1"); }, "trial.no"],
  AnUndeclaredFact: [(_, o) => void o.lines[0]!.category, "strategy.undeclared_fact"],
  AnUndeclaredRole: [(_, o) => void o.role("role.team_lead"), "strategy.undeclared_fact"],
  ANegativeAmount: [(_, o, out) => void out.pay(o.chain[0]!, o.lines[0]!, -1n), "strategy.negative_amount"],
  AnAmountBeyondInt64: [(_, o, out) => void out.payShare(o.chain[0]!, o.lines[0]!, 1n << 62n, rate("5")), "strategy.amount_out_of_range"],
  AnOwnSumBeyondInt64: [(_, o, out) => void out.pay(o.chain[0]!, o.lines[0]!, 1n << 63n), "strategy.amount_out_of_range"],
  ABaseBeyondInt64: [(_, o, out) => void out.pay(o.chain[0]!, o.lines[0]!, 1n).of(1n << 63n, rate("1")), "strategy.amount_out_of_range"],
  ANumberAsAnAmount: [(_, o, out) => void out.pay(o.chain[0]!, o.lines[0]!, 1990 as unknown as bigint), "strategy.amount_not_bigint"],
  AFractionInAReason: [(_, o, out) => void out.pay(o.chain[0]!, o.lines[0]!, 1n).because("k", { share: 0.1 + 0.2 }), "strategy.not_a_whole_number"],
  PayingNobody: [(_, o, out) => void out.pay({} as never, o.lines[0]!, 1n), "strategy.no_recipient"],
  AnAnswerThatComesLater: [async () => {}, "strategy.asynchronous"],
  ChangingTheSettings: [(c) => void ((c as { rates: unknown }).rates = []), "strategy.panicked"],
  PayingAndSayingNobodyEarns: [(_, o, out) => {
    out.pay(o.chain[0]!, o.lines[0]!, 1n);
    out.none("nothing");
  }, "strategy.contradiction"],
};

test("Failure", async (t) => {
  for (const [name, [evaluate, code]] of Object.entries(failures)) {
    await t.test(name, () => {
      const outcome = ask(evaluate);
      assert.equal(outcome.case === "failed" ? outcome.value.code : outcome.case, code);
    });
  }
  await t.test("StaysWithItsOwnOrder", () => {
    const poison = Object.assign(order(), { seq: 13n });
    const { decisions } = trial((_, o, out) => {
      if (o.seq === 13n) throw new Error("poison");
      out.pay(o.chain[0]!, o.lines[0]!, 1n).because("k");
    }).evaluate(create(wire.EvaluateRequestSchema, { config: Buffer.from("{}"), orders: [order(), poison, order()] }));
    assert.deepEqual(decisions.map((d) => d.outcome.case), ["paid", "failed", "paid"]);
  });
  await t.test("OfTheConfigurationFailsEveryOrder", () => {
    const { decisions } = trial(() => {}).evaluate(create(wire.EvaluateRequestSchema, { config: Buffer.from('{"rate":["0.1"]}'), orders: [order()] }));
    const { outcome } = decisions[0]!;
    assert.ok(outcome.case === "failed" && outcome.value.code === "strategy.config_invalid");
    assert.equal(outcome.value.message, "/rate: there is no setting rate");
  });
});
