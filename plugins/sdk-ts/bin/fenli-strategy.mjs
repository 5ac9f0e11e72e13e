#!/usr/bin/env node
// Makes one file of a strategy, the file that Fenli installs.
//
//   fenli-strategy build src/main.ts dist/member-day.cjs
//
// The same sources give the same bytes wherever they lie: the file's hash is the strategy's name.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [command, entry, out] = process.argv.slice(2);
if (command !== "build" || !entry || !out) {
  process.stderr.write("fenli-strategy build <entry.ts> <out.cjs>\n");
  process.exit(2);
}
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

await build({
  entryPoints: [resolve(entry)],
  outfile: resolve(out),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  minifyWhitespace: true,
  minifySyntax: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  banner: { js: "#!/usr/bin/env node" },
  inject: [resolve(sdk, "src/stdout.ts")],
  alias: { "@fenli/strategy": resolve(sdk, "src/index.ts") },
  plugins: [withoutProtoFiles, withOwnVersion],
});
