import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import * as wire from "../wire/strategy_pb.js";
import type { Asked } from "./sound.js";

/** What a strategy says of itself must be complete, in every language. */
export function checkDescription(asked: Asked): void {
  const d = asked.described;
  assert.match(d.id, /^[a-z][a-z0-9-]{1,40}$/, "id: use small letters, digits and hyphens");
  assert.match(d.version, /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, "the version is not semantic");
  const tags = d.locales.map((l) => l.tag);
  for (const tag of ["zh-CN", "en"]) assert.ok(tags.includes(tag), `locale ${tag} is missing`);
  for (const key of ["title", "summary", ...d.facts.map((f) => f.purpose)]) asked.sentence(create(wire.WhySchema, { key }));
  for (const a of d.locales) for (const b of d.locales) assert.deepEqual(Object.keys(a.messages), Object.keys(b.messages), `${a.tag} and ${b.tag} have different messages`);
  const schema = JSON.parse(Buffer.from(d.configSchema).toString()) as {
    type: string; additionalProperties: unknown; properties: Record<string, { title?: string; "x-title-en"?: string }>;
  };
  assert.ok(schema.type === "object" && schema.additionalProperties === false, "the schema must be an object that refuses unknown fields");
  for (const [name, p] of Object.entries(schema.properties)) assert.ok(p.title && p["x-title-en"], `setting ${name} needs title and titleEn`);
}
