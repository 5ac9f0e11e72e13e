import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

// Runs where the package is: the test command starts here.
const build = (entry: string, out: string) => execFileSync(process.execPath, ["bin/fenli-strategy.mjs", "build", entry, out]);

test("Build", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "fenli-ts-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const entry = join(dir, "main.ts");
  const out = join(dir, "noisy.cjs");
  writeFileSync(entry, 'import fs from "node:fs";\nimport "@fenli/strategy";\nconsole.log("a");process.stdout.write("b");fs.writeSync(1, "c");fs.write(1, "d", () => {});\n');
  await t.test("StdoutBelongsToTheHandshake", () => {
    build(entry, out);
    assert.equal(execFileSync(process.execPath, [out], { env: { FENLI_STRATEGY: "fenli.strategy.v1" }, stdio: ["ignore", "pipe", "ignore"] }).toString(), "");
    assert.equal(execFileSync(process.execPath, [out], { env: {} }).toString(), "a\nbcd");
  });
  await t.test("TheSameSourcesGiveTheSameBytesAnywhere", () => {
    const port = "test/fixtures/three-level-main.ts";
    const [here, there] = [join(dir, "1.cjs"), join(dir, "2.cjs")];
    build(port, here);
    execFileSync(process.execPath, [join(process.cwd(), "bin/fenli-strategy.mjs"), "build", join(process.cwd(), port), there], { cwd: dir });
    execFileSync("cmp", [here, there]);
    const bytes = execFileSync("cat", [here]).toString();
    assert.ok(bytes.startsWith("#!/usr/bin/env node\n"));
    assert.ok(!bytes.includes(process.cwd()), "the file names the folder it was built in");
  });
});
