import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type ConfigOf, Server, definePlugin, setting } from "@fenli/strategy";
import { ValidateConfigRequestSchema } from "../src/wire/strategy_pb.js";

const config = {
  base: setting.rates({ title: "基础", titleEn: "Base", minItems: 1, maxItems: 3 }),
  grades: setting.table(setting.rateOf({}), { title: "等级", titleEn: "Grades", keys: "grade", default: {} }),
  peer: setting.object({ rate: setting.rateOf({ title: "比例", titleEn: "Rate" }) }, { title: "平级", titleEn: "Peer", optional: true }),
  from: setting.instant({ title: "起", titleEn: "From", optional: true }),
  mode: setting.choice(["a", "b"], { title: "方式", titleEn: "Mode", default: "a" }),
  levels: setting.list(setting.integer({ min: 1, max: 3 }), { title: "级", titleEn: "Levels", default: [] }),
  fixed: setting.amount({ title: "固定", titleEn: "Fixed", default: 0 }),
  on: setting.flag({ title: "开", titleEn: "On", default: false }),
};

let seen: ConfigOf<typeof config> | undefined;

const server = new Server(definePlugin({
  id: "rich", version: "1.0.0", needs: {}, config, evaluate() {}, locales: { "zh-CN": { title: "全" }, en: { title: "All" } },
  validate: (c) => void (seen = c),
}));

const problems = (raw: string | Buffer) =>
  server.validateConfig(create(ValidateConfigRequestSchema, { config: Buffer.from(raw as string) })).problems.map((p) => `${p.path} ${p.why!.key}`).join(",");

// The places and the reasons are those of the Go SDK's own test.
const cases: [string | Buffer, string][] = [
  ['{"base":["0.1"]}', ""],
  ['{"base":["0"]}', ""],
  ['{"base":["0.1"],"grades":{"a/b":"0.1"},"peer":{"rate":"0.1"},"from":"2026-11-11T00:00:00+08:00","mode":"a","levels":[1],"fixed":5,"on":true}', ""],
  ['{"base":["0.1"],"peer":null}', ""],
  ["{}", "/base sdk.missing_field"],
  ['{"base":[]}', "/base sdk.wrong_value"],
  ['{"Base":["0.1"]}', "/Base sdk.unknown_field,/base sdk.missing_field"],
  ['{"base":["0.1"],"base":["0.2"]}', "/base sdk.duplicate_field"],
  ['{"base":["0.1"],"toString":1}', "/toString sdk.unknown_field"],
  ['{"base":["0.1"],"__proto__":{}}', "/__proto__ sdk.unknown_field"],
  ['{"base":[0.1]}', "/base/0 sdk.wrong_value"],
  ['{"base":["0.1234567"]}', "/base/0 sdk.wrong_value"],
  ['{"base":["0","0","0","0"]}', "/base sdk.wrong_value"],
  ['{"base":["0.1"],"grades":{"a/b":"x"}}', "/grades/a~1b sdk.wrong_value"],
  ['{"base":["0.1"],"grades":{"":"0.1"}}', "/grades/ sdk.wrong_value"],
  ['{"base":["0.1"],"peer":{"rate":"0","of":"x"}}', "/peer/of sdk.unknown_field"],
  ['{"base":["0.1"],"peer":{}}', "/peer/rate sdk.missing_field"],
  ['{"base":["0.1"],"from":"yesterday"}', "/from sdk.wrong_value"],
  ['{"base":["0.1"],"from":"2026-02-29T00:00:00Z"}', "/from sdk.wrong_value"],
  ['{"base":["0.1"],"from":"2026-02-28T24:00:00Z"}', "/from sdk.wrong_value"],
  ['{"base":["0.1"],"mode":"c"}', "/mode sdk.wrong_value"],
  ['{"base":["0.1"],"levels":[4]}', "/levels/0 sdk.wrong_value"],
  ['{"base":["0.1"],"fixed":-1}', "/fixed sdk.wrong_value"],
  ['{"base":["0.1"],"fixed":1.5}', "/fixed sdk.wrong_value"],
  ['{"base":["0.1"],"fixed":1e3}', "/fixed sdk.wrong_value"],
  ['{"base":["0.1"],"fixed":9007199254740992}', "/fixed sdk.wrong_value"],
  ['{"base":["0.1"],"on":null}', "/on sdk.wrong_value"],
  [Buffer.from('{"base":["0.1"],"\xff":1}', "latin1"), " sdk.not_json"],
  ['{"base":["0.1"]} x', " sdk.not_json"],
  ['{"base":["0.1",]}', " sdk.not_json"],
  ['{"base":["0.1"],}', " sdk.not_json"],
  ['{"base":["\u0001"]}', " sdk.not_json"],
  ['{"base":[01]}', " sdk.not_json"],
  ["", " sdk.not_json"],
  [" ".repeat(70_000), " sdk.too_large"],
  ["[".repeat(5_000), " sdk.not_json"],
];

test("Config", () => {
  for (const [raw, want] of cases) assert.equal(problems(raw), want, String(raw).slice(0, 80));
});

test("AConfigArrivesTyped", () => {
  assert.equal(problems('{"base":["0.125"],"fixed":9007199254740991,"from":"2026-11-11T00:00:00.5+08:00","grades":{"gold":"0.2"}}'), "");
  assert.equal(seen!.base[0]!.ppm, 125_000n);
  assert.equal(seen!.fixed, 9007199254740991n);
  assert.equal(seen!.from!.unixNano, 1794326400_500_000_000n);
  assert.equal(seen!.grades.get("gold")!.percent(), "20%");
  assert.equal(seen!.mode, "a");
  assert.equal(seen!.peer, undefined);
});

test("Schema", () => {
  const s = JSON.parse(Buffer.from(server.describe().configSchema).toString());
  assert.deepEqual([s.title, s["x-title-en"], s.required, s["x-order"]], ["全", "All", ["base"], Object.keys(config)]);
  const p = s.properties;
  assert.deepEqual(
    [p.base["x-widget"], p.grades["x-keys"], p.from["x-widget"], p.fixed["x-widget"], p.mode.default, p.peer.additionalProperties, p.levels.items.maximum],
    ["rate-list", "grade", "datetime", "money", "a", false, 3]);
});
