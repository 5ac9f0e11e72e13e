import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescMessage, create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { encode } from "../src/encode.js";
import * as wire from "../src/wire/strategy_pb.js";
import { flat } from "./fixtures/flat.js";
import { Server } from "@fenli/strategy";

const full = (schema: DescMessage): Record<string, unknown> => Object.fromEntries(schema.fields.map((f): [string, unknown] => {
  const one = f.message ? full(f.message) : f.enum ? 1 : f.scalar === 9 ? "茶" : f.scalar === 12 ? Buffer.from("x") : f.scalar === 8 ? true : f.scalar === 5 ? -7 : -(2n ** 63n);
  if (f.oneof) return [f.oneof.localName, { case: f.localName, value: one }]; // the last of each
  if (f.fieldKind === "list") return [f.localName, [one, one]];
  if (f.fieldKind === "map") return [f.localName, { a: "1", "é": "", "": "2" }];
  return [f.localName, one];
}));

test("EncodesAsTheLibraryDoes", () => {
  const answers = Object.values(wire.Strategy.method).map((m) => m.output as DescMessage);
  assert.equal(answers.length, 6);
  for (const schema of answers) {
    for (const message of [create(schema), create(schema, full(schema) as never)]) {
      const bytes = encode(schema, message);
      assert.deepEqual(fromBinary(schema, new Uint8Array(bytes)), fromBinary(schema, toBinary(schema, message)), schema.typeName);
      if (schema !== wire.DescribeResponseSchema) assert.equal(bytes.toString("hex"), Buffer.from(toBinary(schema, message)).toString("hex"), schema.typeName);
    }
  }
  const described = new Server(flat).describe();
  assert.deepEqual(fromBinary(wire.DescribeResponseSchema, encode(wire.DescribeResponseSchema, described)).locales, described.locales);
});
