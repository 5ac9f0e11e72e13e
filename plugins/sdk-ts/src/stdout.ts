/**
 * Standard output belongs to the handshake. A line that anybody else prints
 * would break it, so it is taken away before any other module runs and
 * everything printed goes to the log instead. `fenli-strategy build` puts this
 * module first.
 */
import fs from "node:fs";
import { COOKIE } from "./handshake.js";

const writeSync = fs.writeSync;

/** Writes the one line that standard output is for. */
export function announce(line: string): void {
  writeSync(1, line + "\n");
}

if (process.env[COOKIE.key] !== undefined) takeStdout();

function takeStdout(): void {
  Object.defineProperty(process, "stdout", { configurable: true, get: () => process.stderr });
  const toLog = (fd: unknown) => (fd === 1 ? 2 : fd);
  for (const name of ["write", "writeSync", "writev", "writevSync"] as const) {
    const real = fs[name] as (...args: unknown[]) => unknown;
    (fs as unknown as Record<string, unknown>)[name] = (fd: unknown, ...rest: unknown[]) => real(toLog(fd), ...rest);
  }
}
