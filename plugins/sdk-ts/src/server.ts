import { create } from "@bufbuild/protobuf";
import { Awards } from "./awards.js";
import { Declared, type Fact } from "./facts.js";
import { type Failure, asFailure, fail } from "./failure.js";
import { Order, type Rules, rulesOf } from "./order.js";
import { IncentiveMember, Tasks } from "./incentive.js";
import { Period, PeriodAwards } from "./period.js";
import { type Plugin, SDK } from "./plugin.js";
import { Problems } from "./problems.js";
import { type ConfigOf, type Fields, decodeConfig, schemaOf } from "./settings.js";
import { TierDecision, TierMember } from "./tier.js";
import { byBytes, withSdkSentences } from "./why.js";
import * as wire from "./wire/strategy_pb.js";

type Config = ConfigOf<Fields>;

/** The strategy in this process, as a test or a tool calls it: one method a call of the contract. */
export class Server {
  readonly #plugin: Plugin;
  readonly #facts: Declared;
  // A batch, and usually the next, carries the same bytes.
  #last: { raw: Buffer; config: Config } | undefined;

  constructor(plugin: Plugin<never> | Plugin) {
    this.#plugin = plugin as Plugin;
    this.#facts = new Declared(plugin.needs);
  }

  describe(): wire.DescribeResponse {
    const p = this.#plugin;
    const locales = withSdkSentences(p.locales);
    return create(wire.DescribeResponseSchema, {
      id: p.id, version: p.version, sdk: SDK, canRecompute: p.canRecompute ?? false, closesPeriods: p.closePeriod !== undefined,
      gradesMembers: p.evaluateTier !== undefined, hasIncentives: p.incentives !== undefined,
      facts: (Object.keys(p.needs) as Fact[]).map((name) => ({ name, purpose: p.needs[name]! })),
      configSchema: Buffer.from(schemaOf(p.config, p.locales)),
      locales: Object.keys(locales).sort(byBytes).map((tag) => ({ tag, messages: locales[tag]! })),
    });
  }

  validateConfig(request: wire.ValidateConfigRequest): wire.ValidateConfigResponse {
    const problems = new Problems();
    const config = decodeConfig(this.#plugin.config, request.config, problems);
    if (problems.list.length === 0) {
      try {
        this.#plugin.validate?.(config!, rulesOf(request.rules), problems);
      } catch (e) {
        problems.add("", "sdk.problem", { problem: `the strategy's check panicked: ${asFailure(e).message}` });
      }
    }
    return create(wire.ValidateConfigResponseSchema, { problems: problems.list });
  }

  evaluate(request: wire.EvaluateRequest): wire.EvaluateResponse {
    const rules = rulesOf(request.rules);
    const config = this.#config(request.config);
    const decisions = request.orders.map((order, at) => {
      const outcome = config instanceof Error ? { case: "failed" as const, value: failed(config) } : this.#decide(config, order, rules);
      return create(wire.DecisionSchema, { order: at, outcome });
    });
    return create(wire.EvaluateResponseSchema, { decisions });
  }

  closePeriod(request: wire.ClosePeriodRequest): wire.ClosePeriodResponse {
    const config = this.#config(request.config);
    const outcome = config instanceof Error ? { case: "failed" as const, value: failed(config) } : this.#close(config, request);
    return create(wire.ClosePeriodResponseSchema, { outcome });
  }

  evaluateTier(request: wire.EvaluateTierRequest): wire.EvaluateTierResponse {
    const config = this.#config(request.config);
    const decisions = request.members.map((m, member) => {
      const d = config instanceof Error ? ungraded(config) : this.#grade(config, request, m);
      return Object.assign(d, { member });
    });
    return create(wire.EvaluateTierResponseSchema, { decisions });
  }

  incentives(request: wire.IncentivesRequest): wire.IncentivesResponse {
    const config = this.#config(request.config);
    if (config instanceof Error) return create(wire.IncentivesResponseSchema, { failed: failed(config) });
    try {
      const progress = request.members.flatMap((m, member) => this.#tasks(config, request, m).map((task) => Object.assign(task, { member })));
      return create(wire.IncentivesResponseSchema, { progress });
    } catch (e) {
      return create(wire.IncentivesResponseSchema, { failed: failed(asFailure(e)) });
    }
  }

  // Asks the author about one order. Whatever goes wrong stays with that order.
  #decide(config: Config, order: wire.Order, rules: Rules): wire.Decision["outcome"] {
    try {
      const o = new Order(order, this.#facts, rules);
      const out = new Awards(o, rules);
      atOnce(this.#plugin.evaluate(config, o, out));
      return out.decide();
    } catch (e) {
      return { case: "failed", value: failed(asFailure(e)) };
    }
  }

  #close(config: Config, request: wire.ClosePeriodRequest): wire.ClosePeriodResponse["outcome"] {
    try {
      const period = new Period(request, this.#facts, rulesOf(request.rules));
      const out = new PeriodAwards(period);
      if (this.#plugin.closePeriod) atOnce(this.#plugin.closePeriod(config, period, out));
      else out.none("sdk.closes_no_periods");
      return out.close();
    } catch (e) {
      return { case: "failed", value: failed(asFailure(e)) };
    }
  }

  // Whatever goes wrong stays with that member, whose grade stands.
  #grade(config: Config, request: wire.EvaluateTierRequest, m: wire.TierMember): wire.TierDecision {
    try {
      const member = new TierMember(m, request, this.#facts);
      const out = new TierDecision(member);
      if (this.#plugin.evaluateTier) atOnce(this.#plugin.evaluateTier(config, member, out));
      else out.keep("sdk.grades_nobody");
      return out.decide();
    } catch (e) {
      return ungraded(asFailure(e));
    }
  }

  #tasks(config: Config, request: wire.IncentivesRequest, m: wire.PeriodMember): wire.Progress[] {
    const out = new Tasks();
    atOnce(this.#plugin.incentives?.(config, new IncentiveMember(m, request, this.#facts, rulesOf(request.rules)), out));
    return out.list;
  }

  #config(bytes: Uint8Array): Config | Failure {
    if (this.#last?.raw.equals(bytes)) return this.#last.config;
    const problems = new Problems();
    const config = decodeConfig(this.#plugin.config, bytes, problems);
    if (problems.list.length > 0) return fail("strategy.config_invalid", problems.toString());
    this.#last = { raw: Buffer.from(bytes), config: config! };
    return config!;
  }
}

// An answer that comes later would come after the decision.
function atOnce(answer: unknown): void {
  if (answer instanceof Promise) {
    answer.catch(() => {});
    throw fail("strategy.asynchronous", "the strategy answers with a promise: a decision is a pure function and needs no waiting");
  }
}

function ungraded(f: Failure): wire.TierDecision {
  return create(wire.TierDecisionSchema, { outcome: { case: "failed", value: failed(f) } });
}

function failed(f: Failure): wire.Failed {
  return create(wire.FailedSchema, { code: f.code, message: f.message, retryable: f.retryable });
}
