/** What the compiler must refuse. The test is that this file passes the type check; nothing here runs. */
import { type Awards, type Order, definePlugin, mulDiv, rate, setting } from "@fenli/strategy";

export function refused(order: Order, out: Awards): void {
  const [line] = order.lines;
  const [member] = order.chain;
  // @ts-expect-error an amount is no number
  out.pay(member!, line!, 1990);
  // @ts-expect-error nor is the product of one
  out.pay(member!, line!, line!.net * 2);
  // @ts-expect-error a rate is no number
  out.payRate(member!, line!, 0.1);
  // @ts-expect-error nor a text
  out.payRate(member!, line!, "0.1");
  // @ts-expect-error a rate is read from a text
  rate(0.1);
  // @ts-expect-error factors are amounts
  mulDiv(1, 2n, 3n, "floor");
  // @ts-expect-error a line is nobody
  out.pay(line!, line!, 1n);
  // @ts-expect-error a fact is no role
  order.role("chain");
}

definePlugin({
  id: "x",
  version: "1.0.0",
  // @ts-expect-error there is no such fact
  needs: { "buyer.phone": "needs" },
  locales: { "zh-CN": {}, en: {} },
  config: { fixed: setting.amount({ optional: true }) },
  evaluate(c) {
    // @ts-expect-error it may be absent
    c.fixed + 1n;
    // @ts-expect-error settings are not changed
    c.fixed = 1n;
  },
});
