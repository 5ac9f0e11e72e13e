import { MoneyError } from "./money.js";

/**
 * Says that an order cannot be decided, with a code for machines. Throw one
 * from evaluate and the order waits, visibly; any other error becomes
 * "strategy.failed".
 */
export class Failure extends Error {
  readonly code: string;
  /** Another try may succeed without a change of anything. */
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable?: boolean } = {}) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** Makes a {@link Failure}: `throw fail("mine.no_such_grade", "…")`. */
export function fail(code: string, message: string, options: { retryable?: boolean } = {}): Failure {
  return new Failure(code, message, options);
}

// What the engine throws when a program is wrong, as a Go program panics.
const slips = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError];

/** Reads what an author threw. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (thrown instanceof MoneyError && thrown.code === "strategy.amount_not_bigint") return fail(thrown.code, thrown.message);
  if (slips.some((slip) => thrown instanceof slip)) return fail("strategy.panicked", (thrown as Error).message);
  if (thrown instanceof Error) return fail("strategy.failed", thrown.message);
  return fail("strategy.panicked", String(thrown));
}
