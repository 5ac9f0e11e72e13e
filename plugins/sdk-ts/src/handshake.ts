/** What a strategy process and its host agree on before the first call. An author never needs it. */

/** Keeps people from starting a strategy by hand. It is no secret and protects nothing. */
export const COOKIE = { key: "FENLI_STRATEGY", value: "fenli.strategy.v1" } as const;

export const PROTOCOL_VERSION = 1;

/** Bounds one message in either direction, in bytes. */
export const MAX_MESSAGE = 8 << 20;
