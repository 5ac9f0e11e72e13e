/**
 * Exact arithmetic on amounts of money.
 *
 * An amount is a whole number of minor units (fen, cents) and always a bigint;
 * a rate is a whole number of parts per million. Products are exact, rounding
 * happens once, at the end, and there is no floating-point number anywhere.
 */

/** The result does not fit the contract, or an operand makes no sense. */
export class MoneyError extends Error {
  readonly code: "strategy.amount_out_of_range" | "strategy.amount_not_bigint";

  constructor(message: string, code: MoneyError["code"] = "strategy.amount_out_of_range") {
    super(`money: ${message}`);
    this.name = "MoneyError";
    this.code = code;
  }
}

/**
 * What becomes of the part of a minor unit: "floor" drops it, so the remainder
 * stays with whoever pays; "half_up" rounds a half or more up.
 */
export type Rounding = "floor" | "half_up";

/** The largest amount that JSON readers keep exactly. */
export const MAX_MINOR = 2n ** 53n - 1n;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * Keeps a number from being taken for an amount where the compiler was not
 * asked, and an amount from leaving the contract's 64 bits.
 */
export function int64(v: bigint, what: string): bigint {
  if (typeof v !== "bigint") throw new MoneyError(`${what} is the ${typeof v} ${String(v)}; amounts are bigint: write 1990n`, "strategy.amount_not_bigint");
  if (v < MIN_INT64 || v > MAX_INT64) throw new MoneyError("amount out of range");
  return v;
}

const WHOLE_PPM = 1_000_000n;

/** A share, in parts per million. */
export class Rate {
  /** 100%. */
  static readonly whole = new Rate(WHOLE_PPM);
  readonly ppm: bigint;

  constructor(ppm: bigint) {
    this.ppm = int64(ppm, "a rate");
    Object.freeze(this);
  }

  /** Reads a decimal such as "0.10"; a sign, an exponent or more than six decimals is an error. */
  static parse(text: string): Rate {
    const found = typeof text === "string" ? /^([0-9]{1,12})(?:\.([0-9]{1,6}))?$/.exec(text) : null;
    if (!found) throw new MoneyError(`${JSON.stringify(text)} is not a rate with at most six decimals`);
    return new Rate(BigInt(found[1]! + (found[2] ?? "").padEnd(6, "0")));
  }

  get isZero(): boolean {
    return this.ppm === 0n;
  }

  /** amount × this, rounded once. Neither may be negative. */
  of(amount: bigint, how: Rounding): bigint {
    return mulDiv(amount, this.ppm, WHOLE_PPM, how);
  }

  /** The shortest decimal that reads back as this. */
  toString(): string {
    return decimal(this.ppm, 6);
  }

  /** This as people read it: "10%", "2.5%". */
  percent(): string {
    return decimal(this.ppm, 4) + "%";
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Reads a rate from a decimal string: `rate("0.10")`. */
export function rate(text: string): Rate {
  return Rate.parse(text);
}

function decimal(n: bigint, places: number): string {
  const unit = 10n ** BigInt(places);
  const frac = (n % unit).toString().padStart(places, "0").replace(/0+$/, "");
  return frac === "" ? (n / unit).toString() : `${n / unit}.${frac}`;
}

/** a × b ÷ c, exact and rounded once. a and b may not be negative and c must be positive. */
export function mulDiv(a: bigint, b: bigint, c: bigint, how: Rounding): bigint {
  int64(a, "a factor"), int64(b, "a factor"), int64(c, "the divisor");
  if (a < 0n || b < 0n || c <= 0n) throw new MoneyError(`${a} × ${b} ÷ ${c}: negative operand or divisor not above zero`);
  return rounded(a * b, c, how);
}

// floor((n + ⌊c/2⌋) ÷ c) rounds a half up for even c, and an odd c has no half.
function rounded(n: bigint, c: bigint, how: Rounding): bigint {
  const result = (how === "half_up" ? n + c / 2n : n) / c;
  if (result > MAX_INT64) throw new MoneyError("amount out of range");
  return result;
}

/** amount × rate × times…, exact and rounded once at the end. No factor may be negative. */
export function product(amount: bigint, how: Rounding, first: Rate, ...times: Rate[]): bigint {
  let n = int64(amount, "an amount");
  let c = 1n;
  let negative = n < 0n;
  for (const r of [first, ...times]) {
    negative ||= r.ppm < 0n;
    n *= r.ppm;
    c *= WHOLE_PPM;
  }
  if (negative) throw new MoneyError(`${amount} × ${[first, ...times].join(" × ")}: negative factor`);
  return rounded(n, c, how);
}

/** An amount at its own rate. */
export interface Part {
  amount: bigint;
  rate: Rate;
}

/** The sum of each part's amount × rate, exact and rounded once. Nothing may be negative. */
export function blend(how: Rounding, ...parts: Part[]): bigint {
  let sum = 0n;
  for (const p of parts) {
    if (int64(p.amount, "an amount") < 0n || p.rate.ppm < 0n) throw new MoneyError(`${p.amount} × ${p.rate}: negative factor`);
    sum += p.amount * p.rate.ppm;
  }
  return rounded(sum, WHOLE_PPM, how);
}

/**
 * Divides total in proportion to weights so that the parts sum to total
 * exactly: every part is floored, and the units left over go to the largest
 * remainders, equal remainders to the earlier part (Hamilton's method). All
 * weights zero gives all of total to nobody.
 */
export function split(total: bigint, weights: readonly bigint[]): bigint[] {
  let sum = 0n;
  for (const w of weights) {
    sum += int64(w, "a weight");
    if (w < 0n || sum > MAX_INT64) throw new MoneyError("weights must not be negative and their sum must fit int64");
  }
  if (int64(total, "an amount") < 0n) throw new MoneyError(`cannot split ${total}`);
  if (sum === 0n) return weights.map(() => 0n);
  const parts = weights.map((w) => (total * w) / sum);
  let left = parts.reduce((rest, part) => rest - part, total);
  const rests = weights.map((w, at) => ({ at, remainder: (total * w) % sum }));
  rests.sort((a, b) => (a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : 0));
  for (const { at } of rests) {
    if (left-- <= 0n) break;
    parts[at]! += 1n;
  }
  return parts;
}

// The currencies whose minor unit is not a hundredth (ISO 4217).
const none = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "));
const three = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

/** How many decimals the currency's minor unit stands for. */
export function digits(currency: string): number {
  return none.has(currency) ? 0 : three.has(currency) ? 3 : 2;
}

/** Writes minor units in major units: 1990 CNY is "19.90". */
export function format(minor: bigint, currency: string): string {
  const d = digits(currency);
  const sign = int64(minor, "an amount") < 0n ? "-" : "";
  const size = (minor < 0n ? -minor : minor).toString().padStart(d + 1, "0");
  return d === 0 ? sign + size : `${sign}${size.slice(0, -d)}.${size.slice(-d)}`;
}
