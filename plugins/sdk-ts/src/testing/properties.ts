import assert from "node:assert/strict";
import { clone, create, equals } from "@bufbuild/protobuf";
import { MAX_MINOR } from "../money.js";
import * as wire from "../wire/strategy_pb.js";
import { type Case, configOf, orderOf, rulesOf } from "./index.js";
import { type Asked, handleOf } from "./sound.js";

const ROUNDS = 20;
const BATCH = 12;

/** Runs on orders made from the words of the golden ones. The chance is the same on every run. */
export function properties(asked: Asked, c: Case, cases: readonly Case[]): void {
  const dice = new Dice(20260301);
  const maker = new Maker(cases);
  const ask = (orders: wire.Order[]) => asked.evaluate(configOf(c), rulesOf(c), orders);
  for (let round = 0; round < ROUNDS; round++) {
    const orders = Array.from({ length: BATCH }, (_, i) => maker.order(dice, i + 1));
    const whole = ask(orders);
    ask(orders).forEach((d, i) => assert.ok(equals(wire.DecisionSchema, d, whole[i]!), "asked twice, answered differently"));

    const moved = dice.shuffled(orders.map((_, i) => i));
    const cut = dice.below(orders.length);
    for (const part of [moved.slice(0, cut), moved.slice(cut)]) {
      ask(part.map((at) => orders[at]!)).forEach((d, i) => {
        d.order = part[i]!;
        assert.ok(equals(wire.DecisionSchema, d, whole[d.order]!), "the answer depends on the batch");
      });
    }
    sameSums("the order of lines", orders, whole, orders.map((o) => ({ ...clone(wire.OrderSchema, o), lines: dice.shuffled(o.lines) })), ask);
    for (const [currency, minorDigits] of [["JPY", 0], ["KWD", 3]] as const) {
      sameSums(`the currency ${currency}`, orders, whole, orders.map((o) => ({ ...clone(wire.OrderSchema, o), currency, minorDigits })), ask);
    }
  }
}

/**
 * What the refund policy of that name relies on: when less of an order
 * remains, it pays no more in sum, and when nothing remains, nothing.
 */
export function recompute(asked: Asked, c: Case, cases: readonly Case[]): void {
  const dice = new Dice(20260301);
  const maker = new Maker(cases);
  const paid = (o: wire.Order) => [...sums(o, asked.evaluate(configOf(c), rulesOf(c), [o])[0]!).values()].reduce((a, b) => a + b, 0n);
  for (let round = 0; round < 4 * ROUNDS; round++) {
    let order = maker.order(dice, 1);
    let before = paid(order);
    for (let step = 0; step < 3; step++) {
      order = Object.assign(clone(wire.OrderSchema, order), { lines: order.lines.map((l) => refunded(dice, l)) });
      const after = paid(order);
      assert.ok(after <= before, `with less remaining it pays more, ${after} after ${before}`);
      before = after;
    }
    for (const l of order.lines) l.net = 0n;
    assert.equal(paid(order), 0n, "nothing remains of the order, and it pays");
  }
}

/** The line with less remaining, in money alone or in pieces as well. */
function refunded(dice: Dice, line: wire.Line): wire.Line {
  const less = clone(wire.LineSchema, line);
  switch (dice.below(4)) {
    case 0:
      less.net = (line.net * BigInt(dice.below(1001))) / 1000n;
      break;
    case 1: {
      less.quantity = BigInt(dice.below(Number(line.quantity) + 1));
      const price = line.unitPrice * less.quantity;
      less.net = price < line.net ? price : line.net;
      break;
    }
    case 2:
      less.net = 0n;
  }
  return less;
}

function sameSums(what: string, orders: wire.Order[], whole: wire.Decision[], moved: wire.Order[], ask: (orders: wire.Order[]) => wire.Decision[]): void {
  ask(moved).forEach((d, i) => {
    assert.notEqual(d.outcome.case, "failed", d.outcome.case === "failed" ? `${d.outcome.value.code}: ${d.outcome.value.message}` : "");
    assert.equal(d.outcome.case, whole[i]!.outcome.case, `the answer depends on ${what}`);
    assert.deepEqual(sums(moved[i]!, d), sums(orders[i]!, whole[i]!), `the answer depends on ${what}`);
  });
}

function sums(order: wire.Order, d: wire.Decision): Map<string, bigint> {
  const total = new Map<string, bigint>();
  if (d.outcome.case !== "paid") return total;
  for (const a of d.outcome.value.awards) {
    const who = handleOf(order, a.recipient);
    total.set(who, (total.get(who) ?? 0n) + a.amount);
  }
  return new Map([...total].sort());
}

/** Chance that is the same on every run. */
class Dice {
  constructor(private state: number) {}

  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  shuffled<T>(from: readonly T[]): T[] {
    const list = [...from];
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }

  /** Leans to the edges: nothing, a fen, a few, and the largest there is. */
  amount(): bigint {
    switch (this.below(6)) {
      case 0:
        return 0n;
      case 1:
        return BigInt(1 + this.below(20));
      case 2:
        return MAX_MINOR - BigInt(this.below(20));
    }
    return BigInt(this.below(10_000_000));
  }
}

/** Makes orders from the words of the golden ones. */
class Maker {
  private readonly seeds: wire.Order[];
  private readonly skus = ["stranger"];
  private readonly categories = ["", "else/where"];
  private readonly grades = ["", "stranger"];
  private readonly channels = ["", "h5"];

  constructor(cases: readonly Case[]) {
    this.seeds = cases.map(orderOf);
    for (const o of this.seeds) {
      this.channels.push(o.channel);
      this.skus.push(...o.lines.map((l) => l.sku));
      this.categories.push(...o.lines.map((l) => l.category));
      this.grades.push(...o.chain.map((m) => m.grade));
    }
  }

  order(dice: Dice, seq: number): wire.Order {
    const seed = dice.pick(this.seeds);
    const line = () => {
      const quantity = BigInt(1 + dice.below(5));
      const net = dice.amount();
      return { sku: dice.pick(this.skus), category: dice.pick(this.categories), quantity, net, unitPrice: net / quantity };
    };
    const member = (i: number) => ({
      handle: `m${i + 1}`, level: i + 1, grade: dice.pick(this.grades), stats: { sales: dice.amount() / 4n, orders: BigInt(dice.below(100)) },
    });
    const made = create(wire.OrderSchema, {
      buyer: { firstOrder: dice.below(2) === 0, distributor: seed.roles.length > 0 },
      lines: Array.from({ length: 1 + dice.below(4) }, line), chain: Array.from({ length: dice.below(4) }, (_, i) => member(i)),
    });
    return Object.assign(clone(wire.OrderSchema, seed), {
      seq: BigInt(seq), channel: dice.pick(this.channels), buyer: made.buyer, lines: made.lines, chain: made.chain,
      placedAtMs: seed.placedAtMs + BigInt(dice.below(3) - 1), // either side of an edge instant
    });
  }
}
