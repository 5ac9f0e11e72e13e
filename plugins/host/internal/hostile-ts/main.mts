// A strategy on Node.js that misbehaves on request: the host's tests tell it how in the configuration.
import { execFileSync, spawnSync } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import inspector from "node:inspector";
import net from "node:net";
import os from "node:os";
import { type Args, type Awards, type ConfigOf, type Order, definePlugin, serve, setting } from "@fenli/strategy";

console.log("hello, I am a plugin");
fs.writeSync(1, "and I speak before I am asked\n");

const config = {
  mode: setting.text({ title: "x", titleEn: "x", default: "" }),
  args: setting.object(
    { secret: setting.text({ default: "" }), outside: setting.text({ default: "" }), socket: setting.text({ default: "" }), host: setting.text({ default: "" }), store: setting.text({ default: "" }) },
    { title: "x", titleEn: "x", optional: true },
  ),
};

type Config = ConfigOf<typeof config>;

function evaluate({ mode, args }: Config, order: Order, out: Awards): void {
  let why: Args = {};
  switch (mode) {
    case "spin":
      for (;;);
    case "busy":
      for (const end = Date.now() + 700; Date.now() < end; );
      break;
    case "exit":
      process.exit(3);
    case "throw later":
      setImmediate(() => {
        throw new Error("later");
      });
      break;
    case "memory":
      for (const kept: unknown[] = []; ; ) kept.push(new Array(1e6).fill(kept.length));
    case "buffers":
      for (const kept: unknown[] = []; ; ) kept.push(Buffer.alloc(16 << 20, 1));
    case "shout":
      for (let i = 0; i < 64; i++) fs.writeSync(i % 2 ? 2 : 1, "x".repeat(1 << 20) + "\n");
      break;
    case "deaf":
      process.removeAllListeners("SIGTERM");
      process.on("SIGTERM", () => {});
      break;
    case "moody":
      why = { chance: Math.floor(Math.random() * 2 ** 40) };
      break;
    case "big":
      why = { big: "x".repeat(20 << 20) };
      break;
    case "attack":
      why = attacks(args!);
      break;
  }
  if (order.channel === "poison") process.exit(4);
  out.none("none", why);
}

const later: Record<string, string> = {};

function attacks(args: NonNullable<Config["args"]>): Args {
  const results: Record<string, string> = { ...later };
  const attempt = (name: string, act: () => unknown) => {
    try {
      act();
      results[name] = "";
    } catch (e) {
      results[name] = String(e);
    }
  };
  attempt("read /etc/passwd", () => fs.readFileSync("/etc/passwd"));
  attempt("read a secret", () => fs.readFileSync(args.secret));
  attempt("read the host's environment", () => fs.readFileSync(`/proc/${args.host}/environ`));
  attempt("read the host's memory map", () => fs.readFileSync(`/proc/${args.host}/maps`));
  attempt("read through a link", () => {
    fs.rmSync("link", { force: true });
    fs.symlinkSync("/etc/passwd", "link");
    fs.readFileSync("link");
  });
  attempt("list /", () => fs.readdirSync("/"));
  attempt("list the strategies", () => fs.readdirSync(args.store));
  attempt("write outside", () => fs.writeFileSync(args.outside, "x"));
  attempt("change its bundle", () => fs.appendFileSync("/proc/self/fd/3", "x"));
  attempt("change its runtime", () => fs.appendFileSync(process.execPath, "x"));
  attempt("write a large file", () => fs.writeFileSync("large", Buffer.alloc(17 << 20)));
  attempt("start a shell", () => execFileSync("/bin/sh", ["-c", "true"]));
  attempt("start itself", () => succeed(spawnSync("/proc/self/exe", ["--version"])));
  attempt("signal the host", () => process.kill(Number(args.host), 0));
  attempt("become root", () => process.setuid!(process.getuid!() === 0 ? 1 : 0));
  attempt("raise its priority", () => os.setPriority(process.pid, -5));
  attempt("make code of a text", () => new Function("return 1")());
  attempt("load native code", () => process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libm.so.6"));
  attempt("let a debugger in", () => {
    inspector.open(0, "127.0.0.1");
    if (!inspector.url()) throw new Error("it listens nowhere");
  });
  begin(args);
  return { ...results, environment: Object.entries(process.env).map(([k, v]) => `${k}=${v}`).join("\n"), user: process.getuid!() };
}

function succeed(run: { error?: Error; status: number | null }): void {
  if (run.error || run.status !== 0) throw run.error ?? new Error(`status ${run.status}`);
}

// What answers later is told when it is asked again.
function begin(args: NonNullable<Config["args"]>): void {
  const watch = (name: string, start: (done: (e?: unknown) => void) => void) => {
    later[name] ??= "no answer";
    const done = (e?: unknown) => void (later[name] = e ? String(e) : "");
    try {
      start(done);
    } catch (e) {
      done(e);
    }
  };
  watch("connect by TCP", (done) => net.connect(53, "127.0.0.1").on("connect", () => done()).on("error", (e) => done((e as NodeJS.ErrnoException).code === "ECONNREFUSED" ? undefined : e)));
  watch("connect to a local socket", (done) => net.connect(args.socket).on("connect", () => done()).on("error", done));
  watch("listen by TCP", (done) => net.createServer().listen(0, "127.0.0.1", () => done()).on("error", done));
  watch("send by UDP", (done) => dgram.createSocket("udp4").on("error", done).send("x", 53, "127.0.0.1", (e) => done(e ?? undefined)));
  watch("ask for a name", (done) => dns.resolve4("example.com", (e) => done(e?.code === "ECONNREFUSED" || e?.code === "ENOTFOUND" || e?.code === "EAI_AGAIN" ? new Error(e.code) : (e ?? undefined))));
  watch("fetch", (done) => void fetch("http://127.0.0.1:1/").then(() => done(), (e: Error) => done((e.cause as NodeJS.ErrnoException)?.code === "ECONNREFUSED" ? undefined : e)));
}

serve(definePlugin({
  id: "hostile-ts", version: "1.0.0", needs: { "order.channel": "needs" }, config, evaluate,
  locales: { "zh-CN": { title: "x", summary: "x", needs: "x", none: "x" }, en: { title: "x", summary: "x", needs: "x", none: "x" } },
}));
