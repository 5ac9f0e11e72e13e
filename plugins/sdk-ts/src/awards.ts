import { create } from "@bufbuild/protobuf";
import { Failure, fail } from "./failure.js";
import { MoneyError, Rate, type Rounding, int64, mulDiv, product } from "./money.js";
import { type Line, type Order, type Recipient, type Rules, seatOf } from "./order.js";
import { type Args, byBytes, sameWhy, why } from "./why.js";
import * as wire from "./wire/strategy_pb.js";

const WHOLE_ORDER = -1;

/** One payment to one recipient. */
export class Award {
  /** @internal */
  constructor(readonly wire: wire.Award) {}

  /** What is paid, in minor units, after rounding. */
  get amount(): bigint {
    return this.wire.amount;
  }

  /** Gives the reason: the key of a message in the strategy's locales and its arguments. */
  because(key: string, args: Args = {}): this {
    this.wire.why = why(key, args);
    return this;
  }

  /** Names the sort of award; without it "level", or the role's name. */
  kind(kind: string): this {
    this.wire.kind = kind;
    return this;
  }

  /** Tells what the amount was a share of, when the strategy computed it itself. */
  of(base: bigint, share: Rate): this {
    this.wire.base = exact(() => int64(base, "a base"));
    this.wire.ratePpm = share.ppm;
    return this;
  }
}

/**
 * Collects what one order pays. Amounts are bigint, in minor units of the
 * order's currency. Whoever of the chain is neither paid nor declined is
 * declined with a general reason, and an amount of zero becomes a reason too,
 * so that an answer never holds a silent zero.
 */
export class Awards {
  readonly #order: Order;
  readonly #rules: Rules;
  readonly #paid: Award[] = [];
  readonly #declined = new Map<number, wire.Why>();
  #none: wire.Why | undefined;

  /** @internal */
  constructor(order: Order, rules: Rules) {
    this.#order = order;
    this.#rules = rules;
  }

  /** How the store rounds, for a strategy that computes an amount itself. */
  get rounding(): Rounding {
    return this.#rules.rounding;
  }

  /** Awards a fixed amount for a line. */
  pay(to: Recipient, line: Line, amount: bigint): Award {
    return this.#add(to, line.at, 0n, 0n, amount);
  }

  /** Awards a fixed amount for every piece of a line. */
  payPerPiece(to: Recipient, line: Line, each: bigint): Award {
    return this.#add(to, line.at, 0n, 0n, exact(() => {
      if (int64(each, "an amount") < 0n || line.quantity < 0n) {
        throw fail("strategy.negative_amount", `the strategy pays ${each} for each of ${line.quantity}`);
      }
      return mulDiv(each, line.quantity, 1n, "floor");
    }));
  }

  /** Awards a fixed amount for the order as a whole. */
  payOrder(to: Recipient, amount: bigint): Award {
    return this.#add(to, WHOLE_ORDER, 0n, 0n, amount);
  }

  /**
   * Awards a share of what was paid for the line, rounded once as the store
   * rounds. More rates multiply the first exactly, before rounding.
   */
  payRate(to: Recipient, line: Line, share: Rate, ...times: Rate[]): Award {
    return this.payShare(to, line, line.net, share, ...times);
  }

  /** payRate of a base other than the line's net amount. */
  payShare(to: Recipient, line: Line, base: bigint, share: Rate, ...times: Rate[]): Award {
    const amount = exact(() => product(base, this.rounding, share, ...times));
    const together = exact(() => product(share.ppm, "floor", Rate.whole, ...times));
    return this.#add(to, line.at, base, together, amount);
  }

  /** Says why a recipient gets nothing. An award to them overrules it. */
  decline(who: Recipient, key: string, args: Args = {}): void {
    const { at } = seatOf(who);
    if (!this.#declined.has(at)) this.#declined.set(at, why(key, args));
  }

  /** Says why nobody earns. Paying somebody as well fails the order. */
  none(key: string, args: Args = {}): void {
    this.#none = why(key, args);
  }

  #add(to: Recipient, line: number, base: bigint, ratePpm: bigint, amount: bigint): Award {
    exact(() => int64(amount, "an amount"));
    if (amount < 0n) throw fail("strategy.negative_amount", `the strategy pays ${amount}`);
    const { at, level, kind } = seatOf(to);
    const award = new Award(create(wire.AwardSchema, { recipient: at, line, kind, level, base, ratePpm, amount }));
    this.#paid.push(award);
    return award;
  }

  /** Turns what was collected into the wire's decision. @internal */
  decide(): wire.Decision["outcome"] {
    const awards = this.#settle();
    if (awards.length > 0 && this.#none) throw fail("strategy.contradiction", "the strategy pays somebody and says that nobody earns");
    if (awards.length > 0) return { case: "paid", value: create(wire.PaidSchema, { awards, declined: this.#reasons(awards) }) };
    return { case: "noCommission", value: this.#nobody() };
  }

  // Sorts the awards and turns those of zero into reasons.
  #settle(): wire.Award[] {
    const sorted = this.#paid.map((a) => a.wire).sort((a, b) => a.line - b.line || a.recipient - b.recipient || byBytes(a.kind, b.kind));
    for (const a of sorted) {
      if (a.amount > 0n) a.why ??= why("sdk.paid", { level: a.level, rate: new Rate(a.ratePpm) });
      else if (!this.#declined.has(a.recipient)) this.#declined.set(a.recipient, whyZero(a));
    }
    return sorted.filter((a) => a.amount > 0n);
  }

  // Names everybody who could have earned and did not.
  #reasons(awards: wire.Award[]): wire.Declined[] {
    const paid = new Set(awards.map((a) => a.recipient));
    return this.#order.present().filter((at) => !paid.has(at))
      .map((recipient) => create(wire.DeclinedSchema, { recipient, why: this.#declined.get(recipient) ?? why("sdk.no_award") }));
  }

  // Explains an order that pays no one: one reason when all share it.
  #nobody(): wire.NoCommission {
    const all = (reason: wire.Why) => create(wire.NoCommissionSchema, { why: reason });
    if (this.#none) return all(this.#none);
    const declined = this.#reasons([]);
    if (declined.length === 0) return all(why("sdk.nobody_behind"));
    if (declined.every((d) => sameWhy(d.why!, declined[0]!.why!))) return all(declined[0]!.why!);
    return create(wire.NoCommissionSchema, { why: why("sdk.nobody_earned"), declined });
  }
}

function whyZero(a: wire.Award): wire.Why {
  if (a.base === 0n && a.ratePpm === 0n) return why("sdk.amount_zero");
  if (a.ratePpm === 0n) return why("sdk.rate_zero", { level: a.level });
  if (a.base === 0n) return why("sdk.base_zero");
  return why("sdk.rounded_to_zero", { rate: new Rate(a.ratePpm) });
}

/** Does sums; whatever is wrong with an amount fails the order. @internal */
export function exact<T>(sum: () => T): T {
  try {
    return sum();
  } catch (e) {
    if (e instanceof MoneyError) throw new Failure(e.code, e.message);
    throw e;
  }
}
