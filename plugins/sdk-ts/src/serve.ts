import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";
import { announce } from "./stdout.js";
import { selfSigned } from "./certificate.js";
import { COOKIE, MAX_MESSAGE, PROTOCOL_VERSION } from "./handshake.js";
import type { Plugin } from "./plugin.js";
import { Server } from "./server.js";
import { lifeServices, strategyService } from "./services.js";

/** Runs the strategy as a plugin process until its host stops it. It is the whole of a strategy's main. */
export function serve(plugin: Plugin<never> | Plugin): void {
  const ca = process.env.PLUGIN_CLIENT_CERT;
  if (process.env[COOKIE.key] !== COOKIE.value || !ca) {
    process.stderr.write(`${plugin.id} ${plugin.version} is a Fenli strategy. It is started by Fenli, not by hand: fenli plugin dev\n`);
    process.exit(2);
  }
  const server = new GrpcServer({ "grpc.max_receive_message_length": MAX_MESSAGE, "grpc.max_send_message_length": MAX_MESSAGE });
  const stop = drain(server);
  const contract = strategyService(new Server(plugin));
  for (const { definition, calls } of [contract, ...lifeServices(stop)]) server.addService(definition, calls);
  process.on("SIGTERM", stop);
  process.on("SIGINT", () => {}); // meant for the host, which will tell us
  endWithParent();

  const certificate = selfSigned();
  const credentials = ServerCredentials.createSsl(Buffer.from(ca), [{ private_key: Buffer.from(certificate.keyPem), cert_chain: Buffer.from(certificate.pem) }], true);
  const socket = join(process.env.PLUGIN_UNIX_SOCKET_DIR ?? ".", `strategy${process.pid}.sock`);
  server.bindAsync(`unix:${socket}`, credentials, (error) => {
    if (error) {
      process.stderr.write(`the strategy cannot listen: ${error.message}\n`);
      process.exit(1);
    }
    process.on("exit", () => unlinkQuietly(socket));
    const multiplexed = process.env.PLUGIN_MULTIPLEX_GRPC ? "|false" : "";
    announce(`1|${PROTOCOL_VERSION}|unix|${socket}|grpc|${certificate.leaf}${multiplexed}`);
  });
}

/** Ends the process once calls in flight have their answers, in five seconds at most. */
function drain(server: GrpcServer): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), 5000).unref();
    setTimeout(() => server.tryShutdown(() => process.exit(0)), 20); // a call already on the socket still counts
  };
}

/**
 * Ends a process whose host is gone, however it went. In a process namespace of its own it sees no parent, and the kernel alone ends it.
 */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // the host has removed the directory
  }
}
