import { create } from "@bufbuild/protobuf";
import { exact } from "./awards.js";
import type { Declared } from "./facts.js";
import { fail } from "./failure.js";
import { Instant } from "./instant.js";
import type { Measure } from "./measure.js";
import { PeriodMember, type Sales, type Span, salesOf, spanOf } from "./member.js";
import { type Rounding, format, int64 } from "./money.js";
import type { Rules } from "./order.js";
import * as wire from "./wire/strategy_pb.js";

/** Somebody who wants to know how far they are with the tasks of a period, which may still run. */
export class IncentiveMember extends PeriodMember {
  readonly #request: wire.IncentivesRequest;
  readonly #rules: Rules;

  /** @internal */
  constructor(member: wire.PeriodMember, request: wire.IncentivesRequest, facts: Declared, rules: Rules) {
    super(member, 0, facts);
    this.#request = request;
    this.#rules = rules;
  }

  /** The period of the tasks. */
  get period(): Span {
    return spanOf(this.#request.period);
  }

  /** The instant up to which the sums count. */
  get asOf(): Instant {
    return Instant.ofUnixMilli(this.#request.asOfMs);
  }

  /** The whole store's, as far as the period has run. */
  get storeSales(): Sales {
    return salesOf(this.#request.sales);
  }

  /** The ISO 4217 code of every amount. */
  get currency(): string {
    return this.#request.currency;
  }

  /** Writes an amount for people, in major units: 1990n CNY is "19.90". */
  money(minor: bigint): string {
    return format(minor, this.currency);
  }

  /** How the store rounds. */
  get rounding(): Rounding {
    return this.#rules.rounding;
  }
}

/** One task of one member. */
export class Task {
  /** @internal */
  constructor(readonly wire: wire.Progress) {}

  /** Tells the money that finishing brings when the period closes, in minor units. */
  pays(amount: bigint): this {
    this.#reward(amount).amount = amount;
    return this;
  }

  /** Tells the points that finishing brings. */
  points(n: bigint): this {
    this.#reward(n).points = n;
    return this;
  }

  /** Tells the badge that finishing brings: a message key of the strategy's locales. */
  badge(key: string): this {
    this.#reward(0n).badge = key;
    return this;
  }

  #reward(n: bigint): wire.Reward {
    exact(() => int64(n, "a reward"));
    if (n < 0n) throw fail("strategy.negative_amount", `the task ${JSON.stringify(this.wire.key)} brings ${n}`);
    return (this.wire.reward ??= create(wire.RewardSchema));
  }
}

/**
 * Collects one member's tasks. They are shown in the order they are told.
 * What is paid for them is decided by closePeriod alone.
 */
export class Tasks {
  /** @internal */
  readonly list: wire.Progress[] = [];

  /**
   * Adds a task. key names it within the strategy, once per member; the
   * measure says what is to do, how much is done, and how much makes it done.
   */
  tell(key: string, { what, unit, current, target }: Measure): Task {
    if (key === "" || this.list.some((p) => p.key === key)) throw fail("strategy.task_twice", `the task ${JSON.stringify(key)} is told twice, or has no name`);
    if (target <= 0n) throw fail("strategy.task_without_target", `the task ${JSON.stringify(key)} aims at ${target}`);
    const task = new Task(create(wire.ProgressSchema, { key, title: what, unit, current, target }));
    this.list.push(task.wire);
    return task;
  }
}
