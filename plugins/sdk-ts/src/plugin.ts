import type { Awards } from "./awards.js";
import type { Needs } from "./facts.js";
import type { IncentiveMember, Tasks } from "./incentive.js";
import type { Order, Rules } from "./order.js";
import type { Period, PeriodAwards } from "./period.js";
import type { Problems } from "./problems.js";
import type { ConfigOf, Fields } from "./settings.js";
import type { TierDecision, TierMember } from "./tier.js";
import type { Locales } from "./why.js";

/** The version that Describe reports. */
export const SDK = "ts/1.1.0";

/** A strategy. Its functions must depend on their arguments alone and answer at once: no promise, no clock, no chance. */
export interface Plugin<F extends Fields = Fields> {
  /** "three-level" */
  readonly id: string;
  /** "1.0.0" */
  readonly version: string;
  /** The facts it reads, each with the message key of the sentence that the merchant reads. */
  readonly needs: Needs;
  readonly locales: Locales;
  /** The settings form. */
  readonly config: F;
  /** Reports what the settings' schema cannot say. */
  validate?(config: ConfigOf<F>, rules: Rules, problems: Problems): void;
  /** Decides one order. */
  evaluate(config: ConfigOf<F>, order: Order, out: Awards): void;
  /** Decides what a month that is over pays beyond its orders: a pool, a ladder. */
  closePeriod?(config: ConfigOf<F>, period: Period, out: PeriodAwards): void;
  /** Decides whether one member is promoted, keeps their grade or is demoted. */
  evaluateTier?(config: ConfigOf<F>, member: TierMember, out: TierDecision): void;
  /** Tells one member how far they are with the tasks of a period. */
  incentives?(config: ConfigOf<F>, member: IncentiveMember, out: Tasks): void;
  /** Allows the refund policy "recompute". */
  readonly canRecompute?: boolean;
}

/** Gives a strategy its types: what evaluate gets is what config says. */
export function definePlugin<const F extends Fields>(plugin: Plugin<F>): Plugin<F> {
  return Object.freeze({ ...plugin });
}
