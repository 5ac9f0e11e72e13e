import { fail } from "./failure.js";

/**
 * One thing a strategy may ask to know. The host fetches only what is
 * declared; everything else is absent, and reading it fails the order. An
 * order's seq, currency and times need no declaration.
 */
export type Fact =
  | "order.lines" // SKU, quantity, unit price, net
  | "order.channel" // where it was sold: "h5", "mini", "offline"
  | "order.region" // where it goes, as the store writes it
  | "line.category" // the path "tea/green"
  | "line.unit_cost" // when the shop keeps it
  | "chain" // who stands behind the sale
  | "chain.grade" // each member's grade when the order was placed
  | "chain.stats" // running sums before this order
  | "chain.awarded" // what smaller seqs in the window gave
  | "role.invitee" // the buyer, if a distributor
  | "role.team_lead"
  | "role.city_partner"
  | "buyer.first_order" // is this the buyer's first paid order here
  | "buyer.distributor"
  | "group_buy" // whether it is a group-buy, and how it ended
  | "period.team" // what was sold below a member
  | "period.growth" // new customers and recruits of a member
  | "period.awarded" // what the period's orders give a member
  | "period.orders"; // each order a member sold in the period

/** A role is a recipient beside the chain. */
export type RoleFact = Extract<Fact, `role.${string}`>;

/** Declared facts, each with the message key of the sentence that the merchant reads. */
export type Needs = Partial<Record<Fact, string>>;

/** What a strategy declared. */
export class Declared {
  private readonly facts: ReadonlySet<string>;

  constructor(needs: Needs) {
    this.facts = new Set(Object.keys(needs));
  }

  has(fact: string): boolean {
    return this.facts.has(fact);
  }

  /** Stops the order when the author reads what the strategy did not declare. */
  must(fact: Fact): void {
    if (!this.facts.has(fact)) {
      throw fail("strategy.undeclared_fact", `the strategy reads ${JSON.stringify(fact)} without declaring it: add it to needs`);
    }
  }
}
