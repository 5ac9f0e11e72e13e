import { verify } from "@fenli/strategy/testing";
import { memberDay } from "./strategy.js";
import golden from "./testdata/golden.json" with { type: "json" };

verify(memberDay, golden);
