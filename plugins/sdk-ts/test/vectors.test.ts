/** What every SDK must answer to the byte: plugins/conformance/vectors/sdk. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DescMessage, type JsonValue, type MessageShape, create, fromJson } from "@bufbuild/protobuf";
import { MoneyError, Rate, type Rounding, Server, blend, format, mulDiv, product, rate, split } from "@fenli/strategy";
import { encode } from "../src/encode.js";
import * as wire from "../src/wire/strategy_pb.js";
import { flat } from "./fixtures/flat.js";

const folder = "../conformance/vectors/sdk"; // seen from the package, where tests run
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const server = new Server(flat);

interface MoneyCase {
  text: string; ppm: string; decimal: string; percent: string; a: string; b: string; c: string; amount: string; rates: string[];
  parts: { amount: string; rate: string }[]; total: string; weights: string[]; minor: string; currency: string; rounding: Rounding; want: unknown; error?: string;
}

const ppm = (s: string) => new Rate(BigInt(s));
const sums: Record<string, (c: MoneyCase) => unknown> = {
  parse_rate: (c) => String(rate(c.text).ppm),
  rate_text: (c) => ({ decimal: String(ppm(c.ppm)), percent: ppm(c.ppm).percent() }),
  mul_div: (c) => String(mulDiv(BigInt(c.a), BigInt(c.b), BigInt(c.c), c.rounding)),
  product: (c) => String(product(BigInt(c.amount), c.rounding, ppm(c.rates[0]!), ...c.rates.slice(1).map(ppm))),
  blend: (c) => String(blend(c.rounding, ...c.parts.map((p) => ({ amount: BigInt(p.amount), rate: ppm(p.rate) })))),
  split: (c) => split(BigInt(c.total), (c.weights ?? []).map(BigInt)).map(String),
  format_amount: (c) => format(BigInt(c.minor), c.currency),
};

test("VectorsOfMoney", () => {
  const file = read("money.json") as Record<string, MoneyCase[]>;
  for (const [list, sum] of Object.entries(sums)) {
    assert.ok(file[list]!.length > 0, list);
    for (const c of file[list]!) {
      if (c.error) assert.throws(() => sum(c), MoneyError, JSON.stringify(c));
      else assert.deepEqual(sum(c), list === "rate_text" ? { decimal: c.decimal, percent: c.percent } : (c.want ?? []), JSON.stringify(c));
    }
  }
});

test("VectorsOfConfig", () => {
  for (const c of read("config.json").cases) {
    const { problems } = server.validateConfig(create(wire.ValidateConfigRequestSchema, { config: Buffer.from(c.config) }));
    assert.deepEqual(problems.map((p) => ({ path: p.path, key: p.why!.key })), c.problems ?? [], c.config);
  }
});

test("VectorsOfEvaluate", () => {
  for (const c of read("evaluate.json").cases) {
    const out = server.evaluate(asked(wire.EvaluateRequestSchema, c, { orders: c.orders ?? [] }));
    for (const d of out.decisions) if (d.outcome.case === "failed") d.outcome.value.message = "";
    assert.equal(bytes(wire.EvaluateResponseSchema, out), c.wire ?? "", c.name);
  }
});

test("VectorsOfPeriod", () => {
  for (const c of read("period.json").cases) {
    const out = server.closePeriod(asked(wire.ClosePeriodRequestSchema, c, c.request));
    if (out.outcome.case === "failed") out.outcome.value.message = "";
    assert.equal(bytes(wire.ClosePeriodResponseSchema, out), c.wire ?? "", c.name);
  }
});

function asked<D extends DescMessage>(schema: D, c: { config: string; rules: unknown }, more: object): MessageShape<D> {
  return fromJson(schema, { config: Buffer.from(c.config).toString("base64"), rules: c.rules ?? {}, ...more } as object as JsonValue);
}

function bytes<D extends DescMessage>(schema: D, m: MessageShape<D>): string {
  return encode(schema, m).toString("base64");
}
