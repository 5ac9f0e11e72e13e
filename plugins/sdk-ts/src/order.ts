import { fail } from "./failure.js";
import type { Declared, RoleFact } from "./facts.js";
import { Instant } from "./instant.js";
import { type Rounding, format } from "./money.js";
import * as wire from "./wire/strategy_pb.js";

/** The store's settings that a configuration may have to agree with. */
export interface Rules {
  readonly rounding: Rounding;
  /** How many levels of the chain may earn, 1 to 3. */
  readonly levels: number;
  /** Campaigns go by the time of paying; otherwise of placing. */
  readonly byPaying: boolean;
}

const MAX_LEVELS = 3;

/** @internal */
export function rulesOf(r: wire.Rules | undefined): Rules {
  const n = r?.levels ?? 0;
  return Object.freeze({
    rounding: r?.rounding === wire.Rounding.HALF_UP ? "half_up" : "floor",
    levels: n >= 1 && n < MAX_LEVELS ? n : MAX_LEVELS,
    byPaying: r?.campaignClock === wire.CampaignClock.PAID_AT,
  });
}

/** Who may be paid. @internal */
export interface Seat {
  readonly at: number; // position in chain, then roles
  readonly level: number; // 0 for a role
  readonly kind: string;
}

/** @internal */
export const seat = Symbol("seat");

/** A {@link Member} or a {@link Role}. */
export interface Recipient {
  /** @internal */
  readonly [seat]: Seat;
}

export type GroupBuy = "none" | "open" | "succeeded" | "failed";

/** One sale to decide. It answers declared facts only. */
export class Order {
  readonly #wire: wire.Order;
  readonly #facts: Declared;
  readonly #rules: Rules;

  /** @internal */
  constructor(order: wire.Order, facts: Declared, rules: Rules) {
    this.#wire = order;
    this.#facts = facts;
    this.#rules = rules;
  }

  /** The order's place in the store's order of money. */
  get seq(): bigint {
    return this.#wire.seq;
  }

  /** The ISO 4217 code of every amount of the order. */
  get currency(): string {
    return this.#wire.currency;
  }

  /** When the buyer ordered. */
  get placedAt(): Instant {
    return Instant.ofUnixMilli(this.#wire.placedAtMs);
  }

  /** When the money came. */
  get paidAt(): Instant {
    return Instant.ofUnixMilli(this.#wire.paidAtMs);
  }

  /** The instant that decides whether a campaign was on: of placing or of paying, as the store chose. */
  get campaignTime(): Instant {
    return this.#rules.byPaying ? this.paidAt : this.placedAt;
  }

  /** Where the order was placed. Needs "order.channel". */
  get channel(): string {
    this.#facts.must("order.channel");
    return this.#wire.channel;
  }

  /** Where it goes, as the store writes it. Needs "order.region". */
  get region(): string {
    this.#facts.must("order.region");
    return this.#wire.region;
  }

  /** What was bought. Needs "order.lines". */
  get lines(): readonly Line[] {
    this.#facts.must("order.lines");
    return this.#wire.lines.map((l, at) => new Line(l, at, this.#facts));
  }

  /** Who stands behind the sale, the seller first, within the levels that the store pays. Needs "chain". */
  get chain(): readonly Member[] {
    this.#facts.must("chain");
    return this.#wire.chain
      .map((m, at) => new Member(m, at, m.level > 0 ? m.level : at + 1, this.#facts))
      .filter((m) => m.level <= this.#rules.levels);
  }

  /** Every line and, within it, every member of the chain. */
  *each(): Generator<readonly [Line, Member], void, undefined> {
    const { lines, chain } = this;
    for (const line of lines) for (const member of chain) yield [line, member];
  }

  /** A recipient beside the chain; undefined when this order has none. Needs the role's own fact. */
  role(fact: RoleFact): Role | undefined {
    this.#facts.must(fact);
    const at = this.#wire.roles.findIndex((r) => roleFact(r) === fact);
    return at < 0 ? undefined : new Role(this.#wire.roles[at]!, this.#wire.chain.length + at);
  }

  /** Whether this is the buyer's first paid order in the store. Needs "buyer.first_order". */
  get firstOrder(): boolean {
    this.#facts.must("buyer.first_order");
    return this.#wire.buyer?.firstOrder ?? false;
  }

  /** Whether the buyer is a distributor. Needs "buyer.distributor". */
  get buyerIsDistributor(): boolean {
    this.#facts.must("buyer.distributor");
    return this.#wire.buyer?.distributor ?? false;
  }

  /** How the order's group-buy ended. Needs "group_buy". */
  get groupBuy(): GroupBuy {
    this.#facts.must("group_buy");
    switch (this.#wire.groupBuy?.state) {
      case undefined:
        return "none";
      case wire.GroupBuyState.SUCCEEDED:
        return "succeeded";
      case wire.GroupBuyState.FAILED:
        return "failed";
    }
    return "open";
  }

  /** Writes an amount for people, in major units: 1990n CNY is "19.90". */
  money(minor: bigint): string {
    return format(minor, this.currency);
  }

  /** Everybody the strategy could see: the chain within the levels and the declared roles. @internal */
  present(): number[] {
    const chain = this.#facts.has("chain") ? this.chain.map((m) => m[seat].at) : [];
    const roles = this.#wire.roles.flatMap((r, i) => (this.#facts.has(roleFact(r)) ? [this.#wire.chain.length + i] : []));
    return [...chain, ...roles];
  }
}

function roleFact(r: wire.Role): string {
  return "role." + r.name;
}

/** One line of an order. */
export class Line {
  readonly #wire: wire.Line;
  readonly #facts: Declared;
  /** @internal */
  readonly at: number;

  /** @internal */
  constructor(line: wire.Line, at: number, facts: Declared) {
    this.#wire = line;
    this.#facts = facts;
    this.at = at;
  }

  /** The shop's number of what was sold. */
  get sku(): string {
    return this.#wire.sku;
  }

  /** How many pieces. */
  get quantity(): bigint {
    return this.#wire.quantity;
  }

  /** The price of one piece before discounts, in minor units. */
  get unitPrice(): bigint {
    return this.#wire.unitPrice;
  }

  /** What was paid for the whole line after discounts, without freight. */
  get net(): bigint {
    return this.#wire.net;
  }

  /** The path of the line's category: "tea/green". Needs "line.category". */
  get category(): string {
    this.#facts.must("line.category");
    return this.#wire.category;
  }

  /** What one piece cost the shop, if it said. Needs "line.unit_cost". */
  get unitCost(): bigint | undefined {
    this.#facts.must("line.unit_cost");
    return this.#wire.unitCost;
  }
}

/** Someone of the chain. */
export class Member implements Recipient {
  readonly #wire: wire.Member;
  readonly #facts: Declared;
  /** 1 for the seller, 2 for whoever stands behind the seller, then 3. */
  readonly level: number;
  readonly [seat]: Seat;

  /** @internal */
  constructor(member: wire.Member, at: number, level: number, facts: Declared) {
    this.#wire = member;
    this.#facts = facts;
    this.level = level;
    this[seat] = { at, level, kind: "level" };
  }

  /** An opaque name, stable within a store. It says nothing of a person. */
  get handle(): string {
    return this.#wire.handle;
  }

  /** The member's grade when the order was placed. Needs "chain.grade". */
  get grade(): string {
    this.#facts.must("chain.grade");
    return this.#wire.grade;
  }

  /** What the member sold before this order, paid less refunded, inside the window that the configuration names. Needs "chain.stats". */
  get sales(): bigint {
    this.#facts.must("chain.stats");
    return this.#wire.stats?.sales ?? 0n;
  }

  /** How many orders the member sold before this one. Needs "chain.stats". */
  get orders(): bigint {
    this.#facts.must("chain.stats");
    return this.#wire.stats?.orders ?? 0n;
  }

  /** What earlier orders of the window gave the member, before refunds. Needs "chain.awarded". */
  get awarded(): bigint {
    this.#facts.must("chain.awarded");
    return this.#wire.stats?.awarded ?? 0n;
  }
}

/** A recipient beside the chain. */
export class Role implements Recipient {
  readonly #wire: wire.Role;
  readonly [seat]: Seat;

  /** @internal */
  constructor(role: wire.Role, at: number) {
    this.#wire = role;
    this[seat] = { at, level: 0, kind: role.name };
  }

  get name(): string {
    return this.#wire.name;
  }

  /** An opaque name, stable within a store. */
  get handle(): string {
    return this.#wire.handle;
  }

  /** The recipient's grade when the order was placed. */
  get grade(): string {
    return this.#wire.grade;
  }
}

/** The rate of a level in a list of rates; undefined beyond the list, which differs from a rate of zero. */
export function atLevel<T>(rates: readonly T[], level: number): T | undefined {
  return level < 1 ? undefined : rates[level - 1];
}

/** @internal */
export function seatOf(who: Recipient): Seat {
  const found = (who as Recipient | undefined)?.[seat];
  if (!found) throw fail("strategy.no_recipient", "the strategy pays somebody who is neither a member of the chain nor a role");
  return found;
}
