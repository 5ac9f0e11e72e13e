import { create } from "@bufbuild/protobuf";
import { exact } from "./awards.js";
import { int64 } from "./money.js";
import { type Args, why } from "./why.js";
import * as wire from "./wire/strategy_pb.js";

/**
 * One number and what it is held against: "settled sales, 8,000.00 of
 * 10,000.00". Grades and tasks are explained with measures.
 */
export class Measure {
  /** @internal */
  constructor(readonly unit: wire.Unit, readonly current: bigint, readonly target: bigint, readonly what: wire.Why) {
    exact(() => [int64(current, "a measure"), int64(target, "a target")]);
  }

  /** Whether the target is reached. */
  get met(): boolean {
    return this.current >= this.target;
  }

  /** @internal */
  evidence(): wire.Evidence {
    return create(wire.EvidenceSchema, { what: this.what, unit: this.unit, current: this.current, target: this.target });
  }
}

/** Measures money in minor units. key and args are a sentence of the strategy's locales that says what is measured. */
export function amountOf(current: bigint, target: bigint, key: string, args: Args = {}): Measure {
  return new Measure(wire.Unit.MONEY, current, target, why(key, args));
}

/** Measures a number of things. */
export function countOf(current: bigint, target: bigint, key: string, args: Args = {}): Measure {
  return new Measure(wire.Unit.COUNT, current, target, why(key, args));
}
