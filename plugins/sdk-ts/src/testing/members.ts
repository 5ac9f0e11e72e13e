/** Golden cases about members: grades and tasks. */
import assert from "node:assert/strict";
import { type JsonValue, create, fromJson } from "@bufbuild/protobuf";
import * as wire from "../wire/strategy_pb.js";
import { type Case, configOf, rulesOf } from "./index.js";
import type { Asked } from "./sound.js";

const march = () => create(wire.PeriodSchema, { key: "2026-03", fromMs: 1772294400000n, toMs: 1774972800000n });
const DAY = 24n * 60n * 60n * 1000n;

export function checkTier(asked: Asked, c: Case): void {
  const request = fromJson(wire.EvaluateTierRequestSchema, c.tier as JsonValue);
  Object.assign(request, { config: configOf(c), rules: rulesOf(c), window: request.window ?? march() });
  if (request.currency === "") [request.currency, request.minorDigits] = ["CNY", 2];
  if (request.grades.length === 0) request.grades = ["bronze", "silver", "gold"];
  const decisions = asked.evaluateTier(request);
  if (c.failed) {
    for (const { outcome } of decisions) assert.equal(outcome.case === "failed" ? outcome.value.code : outcome.case, c.failed);
    return;
  }
  const who = (i: number) => request.members[i]!.did?.handle ?? "";
  assert.deepEqual(Object.fromEntries(decisions.map((d, i) => [who(i), gradeAfter(request.members[i]!, d)])), c.becomes ?? {});
  if (c.next) assert.deepEqual(Object.fromEntries(decisions.flatMap((d, i) => (d.next ? [[who(i), d.next.grade]] : []))), c.next);
  for (const [handle, key] of Object.entries(c.why ?? {})) {
    const { outcome } = decisions.find((_, i) => who(i) === handle)!;
    assert.equal(outcome.case === "failed" ? outcome.value.code : outcome.value?.why?.key, key, `why of ${handle}`);
  }
}

/** The member's grade from now on, or the failure's code. */
function gradeAfter(m: wire.TierMember, { outcome }: wire.TierDecision): string {
  if (outcome.case === "change") return outcome.value.to;
  return outcome.case === "failed" ? `failed: ${outcome.value.code}` : (m.did?.grade ?? "");
}

export function checkProgress(asked: Asked, c: Case): void {
  const request = fromJson(wire.IncentivesRequestSchema, c.progress as JsonValue);
  Object.assign(request, { config: configOf(c), rules: rulesOf(c), period: request.period ?? march() });
  if (request.currency === "") [request.currency, request.minorDigits] = ["CNY", 2];
  if (request.asOfMs === 0n) request.asOfMs = request.period!.toMs - DAY;
  const { progress, failed } = asked.incentives(request);
  if (c.failed) {
    assert.equal(failed?.code, c.failed);
    return;
  }
  const tasks: Record<string, string[]> = {};
  for (const p of progress) (tasks[request.members[p.member]!.handle] ??= []).push(inShort(p));
  assert.deepEqual(tasks, c.tasks ?? {});
}

/** "ten 3/10 pays 500 points 9 badge b" */
function inShort({ key, current, target, reward }: wire.Progress): string {
  const brings = [reward?.amount ? ` pays ${reward.amount}` : "", reward?.points ? ` points ${reward.points}` : "", reward?.badge ? ` badge ${reward.badge}` : ""];
  return `${key} ${current}/${target}${brings.join("")}`;
}
