/** A strategy of one function, and one order to ask it about. */
import { type MessageInitShape, create } from "@bufbuild/protobuf";
import { type Awards, type Order, type Plugin, Server, definePlugin, setting } from "@fenli/strategy";
import * as wire from "../src/wire/strategy_pb.js";

export type Evaluate = (config: object, order: Order, out: Awards) => void;

export function trial(evaluate: Evaluate, more: Partial<Plugin> = {}): Server {
  return new Server(definePlugin({
    id: "trial", version: "1.0.0", config: { rates: setting.rates({ optional: true }) }, evaluate,
    needs: { "order.lines": "needs", chain: "needs", "role.invitee": "needs" },
    locales: { "zh-CN": { title: "试" }, en: { title: "Trial" } }, ...(more as object),
  }));
}

export function order(): wire.Order {
  return create(wire.OrderSchema, {
    currency: "CNY", minorDigits: 2,
    lines: [{ sku: "X", quantity: 1n, net: 9999n }, { sku: "Y", quantity: 2n }],
    chain: [{ handle: "a", level: 1 }, { handle: "b", level: 2 }, { handle: "c", level: 3 }],
    roles: [{ name: "invitee", handle: "i" }, { name: "team_lead", handle: "t" }],
  });
}

export function ask(evaluate: Evaluate, orders = [order()], rules: MessageInitShape<typeof wire.RulesSchema> = {}): wire.Decision["outcome"] {
  return trial(evaluate).evaluate(create(wire.EvaluateRequestSchema, { config: Buffer.from("{}"), rules, orders })).decisions[0]!.outcome;
}
