import { create } from "@bufbuild/protobuf";
import type { Declared } from "./facts.js";
import { fail } from "./failure.js";
import { Instant } from "./instant.js";
import type { Measure } from "./measure.js";
import { PeriodMember, type Span, spanOf } from "./member.js";
import { format } from "./money.js";
import { type Args, why } from "./why.js";
import * as wire from "./wire/strategy_pb.js";

/**
 * Somebody whose grade is to be decided: what they did in the window, since
 * when they are who they are, and the store's ladder of grades.
 */
export class TierMember extends PeriodMember {
  readonly #wire: wire.TierMember;
  readonly #request: wire.EvaluateTierRequest;

  /** @internal */
  constructor(member: wire.TierMember, request: wire.EvaluateTierRequest, facts: Declared) {
    super(member.did, 0, facts);
    this.#wire = member;
    this.#request = request;
  }

  /** The time that the sums cover, up to the instant of grading. */
  get window(): Span {
    return spanOf(this.#request.window);
  }

  /** The instant of grading: the window's end. */
  get now(): Instant {
    return this.window.to;
  }

  /** When the member joined the store. */
  get joinedAt(): Instant {
    return Instant.ofUnixMilli(this.#wire.joinedAtMs);
  }

  /** Since when the member has their grade. */
  get gradedAt(): Instant {
    return Instant.ofUnixMilli(this.#wire.gradedAtMs);
  }

  /** How many members stand right below. */
  get direct(): bigint {
    return BigInt(this.#wire.direct);
  }

  /** How many members stand below, in all. */
  get below(): bigint {
    return BigInt(this.#wire.team);
  }

  /** The store's, the lowest first. */
  get grades(): readonly string[] {
    return [...this.#request.grades];
  }

  /** A grade's place in the store's ladder: 0 is the lowest, -1 is no grade of this store. */
  rank(grade: string): number {
    return this.#request.grades.indexOf(grade);
  }

  /** The ISO 4217 code of every amount. */
  get currency(): string {
    return this.#request.currency;
  }

  /** Writes an amount for people, in major units: 1990n CNY is "19.90". */
  money(minor: bigint): string {
    return format(minor, this.currency);
  }
}

/** Collects what becomes of one member's grade. Whoever is not decided keeps theirs, with a general reason. */
export class TierDecision {
  readonly #member: TierMember;
  readonly #wire = create(wire.TierDecisionSchema);
  #grade: string; // the member's from now on

  /** @internal */
  constructor(member: TierMember) {
    this.#member = member;
    this.#grade = member.grade;
  }

  /** Leaves the member in their grade and says why. */
  keep(key: string, args: Args = {}): void {
    this.#once();
    this.#wire.outcome = { case: "keep", value: create(wire.KeepGradeSchema, { why: why(key, args) }) };
  }

  /** Gives the member a higher grade of the store and says why. */
  promote(to: string, key: string, args: Args = {}): void {
    if (this.#rank(to) <= this.#member.rank(this.#grade)) throw fail("strategy.not_a_promotion", `${quoted(to)} is not above ${quoted(this.#grade)}`);
    this.#change(to, key, args);
  }

  /** Gives the member a lower grade of the store and says why. */
  demote(to: string, key: string, args: Args = {}): void {
    if (this.#rank(to) >= this.#member.rank(this.#grade)) throw fail("strategy.not_a_demotion", `${quoted(to)} is not below ${quoted(this.#grade)}`);
    this.#change(to, key, args);
  }

  /** Shows what was held against the rule, in the order to be read. */
  evidence(...list: Measure[]): void {
    this.#wire.evidence.push(...list.map((m) => m.evidence()));
  }

  /**
   * Names the grade above the one decided and what it takes; what is met
   * already is left out. Without it there is nothing above.
   */
  next(grade: string, ...takes: Measure[]): void {
    this.#rank(grade);
    this.#wire.next = create(wire.NextGradeSchema, { grade, missing: takes.filter((m) => !m.met).map((m) => m.evidence()) });
  }

  #change(to: string, key: string, args: Args): void {
    this.#once();
    this.#wire.outcome = { case: "change", value: create(wire.ChangeGradeSchema, { to, why: why(key, args) }) };
    this.#grade = to;
  }

  #once(): void {
    if (this.#wire.outcome.case) throw fail("strategy.contradiction", "the strategy decides about one member twice");
  }

  #rank(grade: string): number {
    const at = this.#member.rank(grade);
    if (at < 0) throw fail("strategy.unknown_grade", `the store has no grade ${quoted(grade)}`);
    return at;
  }

  /** Turns what was collected into the wire's decision. @internal */
  decide(): wire.TierDecision {
    if (!this.#wire.outcome.case) this.keep("sdk.grade_kept");
    const { next } = this.#wire;
    if (next && this.#member.rank(next.grade) <= this.#member.rank(this.#grade)) {
      throw fail("strategy.not_above", `the next grade ${quoted(next.grade)} is not above ${quoted(this.#grade)}`);
    }
    return this.#wire;
  }
}

const quoted = (s: string) => JSON.stringify(s);
