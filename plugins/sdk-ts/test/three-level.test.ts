import { type Case, verify } from "@fenli/strategy/testing";
import golden from "../../builtin/threelevel/testdata/golden.json" with { type: "json" };
import { threeLevel } from "./fixtures/three-level.js";

verify(threeLevel, golden as Case[]);
