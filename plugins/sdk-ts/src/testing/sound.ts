import assert from "node:assert/strict";
import { clone, create, equals } from "@bufbuild/protobuf";
import type { Server } from "../server.js";
import * as wire from "../wire/strategy_pb.js";

type Outcome = wire.Decision["outcome"];

/** A strategy whose every answer is held against the contract. */
export class Asked {
  readonly described: wire.DescribeResponse;

  constructor(private readonly server: Server) {
    this.described = server.describe();
  }

  evaluate(config: Uint8Array, rules: wire.Rules, orders: wire.Order[]): wire.Decision[] {
    const request = create(wire.EvaluateRequestSchema, { config, rules, orders });
    const before = clone(wire.EvaluateRequestSchema, request);
    const { decisions } = this.server.evaluate(request);
    assert.ok(equals(wire.EvaluateRequestSchema, before, request), "the strategy changed its request");
    assert.deepEqual(decisions.map((d) => d.order), orders.map((_, i) => i));
    decisions.forEach((d, i) => this.sound(rules, orders[i]!, d.outcome));
    return decisions;
  }

  closePeriod(request: wire.ClosePeriodRequest): wire.ClosePeriodResponse["outcome"] {
    const { outcome } = this.server.closePeriod(request);
    const named = new Set<number>();
    if (outcome.case === "closed") {
      assert.notEqual(outcome.value.awards.length, 0, "closed, but nobody is paid");
      for (const a of outcome.value.awards) {
        assert.ok(request.members[a.member] && a.amount > 0n && a.base >= 0n && a.ratePpm >= 0n && a.kind !== "", "an award is out of bounds");
        this.shares(a, request.members[a.member]!);
        named.add(a.member);
        this.sentence(a.why);
      }
      for (const d of outcome.value.declined) this.declined(d.member, d.why, named, request.members.length);
      assert.equal(named.size, request.members.length, "somebody is neither paid nor declined");
    } else if (outcome.case === "nothingToClose") {
      this.sentence(outcome.value.why);
      for (const d of outcome.value.declined) this.declined(d.member, d.why, named, request.members.length);
    } else {
      assert.ok(outcome.case === "failed" && outcome.value.code !== "", "an answer without an outcome");
    }
    return outcome;
  }

  /** All of an award is divided among its member's orders, or none. */
  private shares(a: wire.PeriodAward, m: wire.PeriodMember): void {
    if (a.shares.length === 0) return;
    assert.equal(a.shares.length, m.sold.length, "shares of other orders than were sold");
    assert.ok(a.shares.every((s, i) => s === 0n || (s > 0n && m.sold[i]!.net > 0n)), "a share of nothing");
    assert.equal(a.shares.reduce((x, y) => x + y, 0n), a.amount, "the shares are not the amount");
  }

  evaluateTier(request: wire.EvaluateTierRequest): wire.TierDecision[] {
    const { decisions } = this.server.evaluateTier(request);
    assert.deepEqual(decisions.map((d) => d.member), request.members.map((_, i) => i));
    for (const { outcome, evidence, next } of decisions) {
      if (outcome.case === "failed") assert.notEqual(outcome.value.code, "", "failed without a code");
      else this.sentence(outcome.value?.why);
      if (outcome.case === "change") assert.ok(request.grades.includes(outcome.value.to), `the store has no grade ${outcome.value.to}`);
      for (const e of [...evidence, ...(next?.missing ?? [])]) this.sentence(e.what);
    }
    return decisions;
  }

  incentives(request: wire.IncentivesRequest): wire.IncentivesResponse {
    const out = this.server.incentives(request);
    for (const p of out.progress) {
      assert.ok(request.members[p.member] && p.key !== "" && p.target > 0n, "a task is out of bounds");
      this.sentence(p.title);
      if (p.reward?.badge) this.sentence(create(wire.WhySchema, { key: p.reward.badge }));
    }
    return out;
  }

  validate(config: Uint8Array, rules: wire.Rules): wire.ConfigProblem[] {
    const { problems } = this.server.validateConfig(create(wire.ValidateConfigRequestSchema, { config, rules }));
    for (const p of problems) this.sentence(p.why);
    return problems;
  }

  /** Checks that a reason has a template in every language and that the template's arguments are given. */
  sentence(w: wire.Why | undefined): void {
    assert.ok(w?.key, "a reason is missing");
    for (const { tag, messages } of this.described.locales) {
      const template = messages[w.key] ?? "";
      assert.notEqual(template.trim(), "", `locale ${tag} lacks ${w.key}`);
      for (const [, name] of template.matchAll(/\{([a-z_]+)\}/g)) {
        assert.ok(w.args.some((a) => a.name === name), `locale ${tag}: ${w.key} needs {${name}}, which is not given`);
      }
    }
  }

  private sound(rules: wire.Rules, order: wire.Order, outcome: Outcome): void {
    const seats = order.chain.length + order.roles.length;
    const named = new Set<number>();
    switch (outcome.case) {
      case "paid":
        assert.notEqual(outcome.value.awards.length, 0, "paid, but nobody");
        for (const a of outcome.value.awards) {
          this.soundAward(rules, order, a);
          named.add(a.recipient);
        }
        for (const d of outcome.value.declined) this.declined(d.recipient, d.why, named, seats);
        if (!this.described.facts.some((f) => f.name === "chain")) return;
        order.chain.forEach((m, i) => assert.ok(m.level > rules.levels || named.has(i), `${m.handle} is neither paid nor declined`));
        return;
      case "noCommission":
        this.sentence(outcome.value.why);
        for (const d of outcome.value.declined) this.declined(d.recipient, d.why, named, seats);
        return;
      case "failed":
        assert.notEqual(outcome.value.code, "", "failed without a code");
        return;
    }
    assert.fail("a decision without an outcome");
  }

  private soundAward(rules: wire.Rules, order: wire.Order, a: wire.Award): void {
    const member = order.chain[a.recipient];
    assert.ok(member || order.roles[a.recipient - order.chain.length], "award to a stranger");
    assert.ok(member ? a.level === member.level && a.level <= rules.levels : a.level === 0, "award at the wrong level");
    assert.ok(a.line >= -1 && a.line < order.lines.length, "award for an unknown line");
    assert.ok(a.amount > 0n && a.base >= 0n && a.ratePpm >= 0n && a.kind !== "", "amount, base, rate or kind out of bounds");
    this.sentence(a.why);
  }

  private declined(at: number, reason: wire.Why | undefined, named: Set<number>, seats: number): void {
    assert.ok(at >= 0 && at < seats && !named.has(at), "declined: a stranger, or named twice");
    named.add(at);
    this.sentence(reason);
  }
}

export function handleOf(order: wire.Order, recipient: number): string {
  return (order.chain[recipient] ?? order.roles[recipient - order.chain.length])?.handle ?? `stranger ${recipient}`;
}

export function periodHandles(request: wire.ClosePeriodRequest): (member: number) => string {
  return (member) => request.members[member]?.handle ?? `stranger ${member}`;
}
