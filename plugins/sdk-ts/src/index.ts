/**
 * What a commission strategy is written with in TypeScript.
 *
 * An author gives a settings form and a pure function; serve makes a plugin of
 * them. The package owns everything else: the process and its handshake,
 * checking configurations, rounding, order of awards, errors, and the promise
 * that an order is never answered with a silent zero. Wire types do not reach
 * an author, and an amount is never a number.
 */
import "./stdout.js";

export { type Award, type Awards } from "./awards.js";
export type { Fact, Needs, RoleFact } from "./facts.js";
export { Failure, fail } from "./failure.js";
export { Instant, type LocalTime } from "./instant.js";
export { MAX_MINOR, MoneyError, type Part, Rate, type Rounding, blend, digits, format, mulDiv, product, rate, split } from "./money.js";
export { type GroupBuy, type Line, type Member, type Order, type Recipient, type Role, type Rules, atLevel } from "./order.js";
export type { IncentiveMember, Task, Tasks } from "./incentive.js";
export { type Measure, amountOf, countOf } from "./measure.js";
export type { PeriodMember, Sales, Sold, Span } from "./member.js";
export type { Period, PeriodAward, PeriodAwards } from "./period.js";
export { type Plugin, SDK, definePlugin } from "./plugin.js";
export type { Problems } from "./problems.js";
export { Server } from "./server.js";
export { serve } from "./serve.js";
export * as setting from "./settings.js";
export type { ConfigOf } from "./settings.js";
export type { TierDecision, TierMember } from "./tier.js";
export type { Arg, Args, Locales } from "./why.js";
