#!/usr/bin/env node
// Makes one file of a strategy, the file that Fenli installs, and runs a strategy's tests.
//
//   fenli-strategy build src/main.ts dist/member-day.cjs
//   fenli-strategy test src/*.test.ts
//
// The same sources give the same bytes wherever they lie: the file's hash is the strategy's name.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const sdk = resolve(dirname(fileURLToPath(import.meta.url)), "..");

// grpc-js can read .proto files; a strategy's contract is compiled in.
const withoutProtoFiles = {
  name: "without-proto-files",
  setup(b) {
    b.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({ path, namespace: "absent" }));
    b.onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "module.exports = {}" }));
  },
};

// The one file cannot name the folder it was built in, nor ask for its package.json.
const withOwnVersion = {
  name: "with-own-version",
  setup(b) {
    b.onLoad({ filter: /@grpc[/\\]grpc-js[/\\]package\.json$/ }, ({ path }) => {
      const { name, version } = JSON.parse(readFileSync(path, "utf8"));
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
  },
};

const settings = {
  absWorkingDir: sdk, // names of modules in the file are seen from here
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  inject: [resolve(sdk, "src/stdout.ts")], // first of all modules
  alias: { "@fenli/strategy": resolve(sdk, "src/index.ts"), "@fenli/strategy/testing": resolve(sdk, "src/testing/index.ts") },
  plugins: [withoutProtoFiles, withOwnVersion],
};

async function bundle(entry, out) {
  await build({
    ...settings, entryPoints: [resolve(entry)], outfile: resolve(out), minifyWhitespace: true, minifySyntax: true, banner: { js: "#!/usr/bin/env node" },
  });
}

async function test(files) {
  const dir = mkdtempSync(join(tmpdir(), "fenli-strategy-"));
  try {
    const outs = files.map((file, i) => [file, join(dir, `${i}-${file.replace(/[^A-Za-z0-9.]+/g, "-")}.cjs`)]);
    for (const [file, outfile] of outs) await build({ ...settings, entryPoints: [resolve(file)], outfile, sourcemap: "inline" });
    return spawnSync(process.execPath, ["--enable-source-maps", "--test", ...outs.map(([, out]) => out)], { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const [command, ...files] = process.argv.slice(2);
if (command === "build" && files.length === 2) await bundle(...files);
else if (command === "test" && files.length > 0) process.exitCode = await test(files);
else {
  process.stderr.write("fenli-strategy build <entry.ts> <out.cjs>\nfenli-strategy test <file.test.ts>…\n");
  process.exitCode = 2;
}
