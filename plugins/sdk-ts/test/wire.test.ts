import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Server } from "@fenli/strategy";
import { encode } from "../src/encode.js";
import { EvaluateRequestSchema, EvaluateResponseSchema } from "../src/wire/strategy_pb.js";
import vectors from "../testdata/wire.json" with { type: "json" };
import { threeLevel } from "./fixtures/three-level.js";

test("TheAnswersBytesAreThoseOfGo", () => {
  const server = new Server(threeLevel);
  for (const { request, answer } of vectors) {
    const raw = Buffer.from(request, "base64");
    const asked = fromBinary(EvaluateRequestSchema, raw);
    assert.deepEqual(Buffer.from(toBinary(EvaluateRequestSchema, asked)), raw);
    const out = server.evaluate(asked);
    const got = encode(EvaluateResponseSchema, out);
    if (got.toString("base64") !== answer) assert.deepEqual(out, fromBinary(EvaluateResponseSchema, Buffer.from(answer, "base64")));
    assert.equal(got.toString("base64"), answer);
  }
});
