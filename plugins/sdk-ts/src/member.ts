import type { Declared } from "./facts.js";
import { Instant } from "./instant.js";
import type * as wire from "./wire/strategy_pb.js";

/** A named stretch of time, half-open. */
export interface Span {
  /** As the store names it: "2026-03". */
  readonly key: string;
  /** The first instant. */
  readonly from: Instant;
  /** The first instant after it. */
  readonly to: Instant;
}

/** @internal */
export function spanOf(p: wire.Period | undefined): Span {
  return { key: p?.key ?? "", from: Instant.ofUnixMilli(p?.fromMs ?? 0n), to: Instant.ofUnixMilli(p?.toMs ?? 0n) };
}

/** The goods of orders paid within a period, in minor units. */
export interface Sales {
  /** Less refunded. */
  readonly paid: bigint;
  /** Of that, received and past the days in which goods may come back. */
  readonly settled: bigint;
}

/** One order of a period, as far as its seller is concerned. */
export interface Sold {
  /** What refunds have left of the goods that pay commission. */
  readonly net: bigint;
  /** What it gives the seller, less what refunds took. */
  readonly awarded: bigint;
}

/** @internal */
export function salesOf(s: wire.PeriodSales | undefined): Sales {
  return { paid: s?.paid ?? 0n, settled: s?.settled ?? 0n };
}

/**
 * Somebody who sells here, and what they did within a span of time. Handle,
 * grade, own sales and own orders are always there; the rest wants declaring.
 */
export class PeriodMember {
  readonly #did: wire.PeriodMember | undefined;
  readonly #facts: Declared;
  /** @internal */
  readonly at: number;

  /** @internal */
  constructor(did: wire.PeriodMember | undefined, at: number, facts: Declared) {
    this.#did = did;
    this.#facts = facts;
    this.at = at;
  }

  /** An opaque name, stable within a store. It says nothing of a person. */
  get handle(): string {
    return this.#did?.handle ?? "";
  }

  /** The member's grade: as the period closes, or before grading. */
  get grade(): string {
    return this.#did?.grade ?? "";
  }

  /** Personally sold. */
  get sales(): Sales {
    return salesOf(this.#did?.sales);
  }

  /** How many orders those sales are. */
  get orders(): bigint {
    return this.#did?.orders ?? 0n;
  }

  /** Sold by everybody below, without the member. Needs "period.team". */
  get team(): Sales {
    this.#facts.must("period.team");
    return salesOf(this.#did?.team);
  }

  /** Buyers whose first paid order here the member sold. Needs "period.growth". */
  get newCustomers(): bigint {
    this.#facts.must("period.growth");
    return this.#did?.newCustomers ?? 0n;
  }

  /** Members who joined right below. No money may be paid for them; a badge may be given. Needs "period.growth". */
  get recruits(): bigint {
    this.#facts.must("period.growth");
    return this.#did?.recruits ?? 0n;
  }

  /** What the period's orders give, less what refunds took. Needs "period.awarded". */
  get awarded(): bigint {
    this.#facts.must("period.awarded");
    return this.#did?.awarded ?? 0n;
  }

  /**
   * The orders that the strategy has decided of those that the member sold, by
   * their place in time. Only a period that is closed has them. Needs "period.orders".
   */
  get sold(): readonly Sold[] {
    this.#facts.must("period.orders");
    return (this.#did?.sold ?? []).map((o) => ({ net: o.net, awarded: o.awarded }));
  }
}
