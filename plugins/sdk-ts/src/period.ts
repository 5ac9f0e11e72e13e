import { create } from "@bufbuild/protobuf";
import { exact } from "./awards.js";
import type { Declared } from "./facts.js";
import { fail } from "./failure.js";
import type { Instant } from "./instant.js";
import { PeriodMember, type Sales, salesOf, spanOf } from "./member.js";
import { Rate, type Rounding, format, int64 } from "./money.js";
import type { Rules } from "./order.js";
import { type Args, byBytes, why } from "./why.js";
import * as wire from "./wire/strategy_pb.js";

/** The largest amount that every reader of JSON keeps exactly. */
const MAX_MINOR = 2n ** 53n - 1n;

/** A month of the store that is over and is being closed. */
export class Period {
  readonly #wire: wire.ClosePeriodRequest;
  readonly #rules: Rules;
  readonly #facts: Declared;

  /** @internal */
  constructor(request: wire.ClosePeriodRequest, facts: Declared, rules: Rules) {
    this.#wire = request;
    this.#facts = facts;
    this.#rules = rules;
  }

  /** How the store names the period: "2026-03". */
  get key(): string {
    return this.#wire.period?.key ?? "";
  }

  /** The period's first instant. */
  get from(): Instant {
    return spanOf(this.#wire.period).from;
  }

  /** The first instant after the period. */
  get to(): Instant {
    return spanOf(this.#wire.period).to;
  }

  /** The whole store's. */
  get sales(): Sales {
    return salesOf(this.#wire.sales);
  }

  /** Everybody who sells here as the period closes. */
  get members(): readonly PeriodMember[] {
    return this.#wire.members.map((m, at) => new PeriodMember(m, at, this.#facts));
  }

  /** The ISO 4217 code of every amount of the period. */
  get currency(): string {
    return this.#wire.currency;
  }

  /** How the store rounds. */
  get rounding(): Rounding {
    return this.#rules.rounding;
  }

  /** Writes an amount for people, in major units: 1990n CNY is "19.90". */
  money(minor: bigint): string {
    return format(minor, this.currency);
  }
}

/** One payment to one member. */
export class PeriodAward {
  /** @internal */
  constructor(readonly wire: wire.PeriodAward) {}

  /** Gives the reason: the key of a message in the strategy's locales and its arguments. */
  because(key: string, args: Args = {}): this {
    this.wire.why = why(key, args);
    return this;
  }

  /** Names the sort of award; without it "period". */
  kind(kind: string): this {
    this.wire.kind = kind;
    return this;
  }

  /** Tells what the amount is a share of. */
  of(base: bigint, share: Rate): this {
    this.wire.base = exact(() => int64(base, "a base"));
    this.wire.ratePpm = share.ppm;
    return this;
  }
}

/**
 * Collects what a period pays. Whoever is neither paid nor declined is
 * declined with a general reason, and an amount of zero becomes a reason too.
 */
export class PeriodAwards {
  readonly #period: Period;
  readonly #paid: PeriodAward[] = [];
  readonly #declined = new Map<number, wire.Why>();
  #none: wire.Why | undefined;

  /** @internal */
  constructor(period: Period) {
    this.#period = period;
  }

  /** Awards an amount in minor units, after rounding. */
  pay(to: PeriodMember, amount: bigint): PeriodAward {
    exact(() => int64(amount, "an amount"));
    if (amount < 0n) throw fail("strategy.negative_amount", `the strategy pays ${amount}`);
    const award = new PeriodAward(create(wire.PeriodAwardSchema, { member: to.at, kind: "period", amount }));
    this.#paid.push(award);
    return award;
  }

  /**
   * Awards what belongs to a member's orders: an amount in minor units for each
   * of their sold orders, in their order. When such an order comes back later,
   * so does its part. A member gets at most one such award.
   */
  payOrders(to: PeriodMember, shares: readonly bigint[]): PeriodAward {
    const sold = to.sold;
    if (shares.length !== sold.length) throw fail("strategy.shares", `the strategy pays for ${shares.length} orders where ${sold.length} were sold`);
    let amount = 0n;
    shares.forEach((share, i) => {
      if (share < 0n || amount + share > MAX_MINOR || (share > 0n && sold[i]!.net <= 0n)) throw fail("strategy.shares", `the strategy pays ${share} for an order`);
      amount += share;
    });
    const award = this.pay(to, amount);
    award.wire.shares = [...shares];
    return award;
  }

  /** Says why a member gets nothing. An award to them overrules it. */
  decline(who: PeriodMember, key: string, args: Args = {}): void {
    if (!this.#declined.has(who.at)) this.#declined.set(who.at, why(key, args));
  }

  /** Says why nobody gets anything. Paying somebody as well fails the close. */
  none(key: string, args: Args = {}): void {
    this.#none = why(key, args);
  }

  /** Turns what was collected into the wire's answer. @internal */
  close(): wire.ClosePeriodResponse["outcome"] {
    const awards = this.#settle();
    if (awards.length > 0 && this.#none) throw fail("strategy.contradiction", "the strategy pays somebody and says that nobody gets anything");
    if (awards.length > 0) return { case: "closed", value: create(wire.ClosedSchema, { awards, declined: this.#reasons(awards) }) };
    const nothing = this.#none ? { why: this.#none } : { why: why("sdk.nobody_in_period"), declined: this.#reasons([]) };
    return { case: "nothingToClose", value: create(wire.NothingToCloseSchema, nothing) };
  }

  #settle(): wire.PeriodAward[] {
    const sorted = this.#paid.map((a) => a.wire).sort((a, b) => a.member - b.member || byBytes(a.kind, b.kind));
    for (const a of sorted) {
      if (a.amount > 0n) a.why ??= why("sdk.paid_in_period");
      else if (!this.#declined.has(a.member)) this.#declined.set(a.member, whyZero(a));
    }
    return sorted.filter((a) => a.amount > 0n);
  }

  #reasons(awards: wire.PeriodAward[]): wire.PeriodDeclined[] {
    const paid = new Set(awards.map((a) => a.member));
    return this.#period.members.filter((m) => !paid.has(m.at))
      .map((m) => create(wire.PeriodDeclinedSchema, { member: m.at, why: this.#declined.get(m.at) ?? why("sdk.no_period_award") }));
  }
}

function whyZero(a: wire.PeriodAward): wire.Why {
  return a.base > 0n && a.ratePpm > 0n ? why("sdk.rounded_to_zero", { rate: new Rate(a.ratePpm) }) : why("sdk.amount_zero");
}
