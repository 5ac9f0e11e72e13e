import { verify } from "@fenli/strategy/testing";
import golden from "../testdata/golden.json" with { type: "json" };
import { strategy } from "./strategy.js";

verify(strategy, golden);
