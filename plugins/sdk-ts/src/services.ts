/** The calls that a process answers: the contract's, and those by which go-plugin looks after it. */
import { type DescMessage, type MessageShape, fromBinary } from "@bufbuild/protobuf";
import type { MethodDefinition, ServiceDefinition, StatusObject, UntypedServiceImplementation } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { encode } from "./encode.js";
import type { Server } from "./server.js";
import * as wire from "./wire/strategy_pb.js";

export interface Service {
  readonly definition: ServiceDefinition;
  readonly calls: UntypedServiceImplementation;
}

type Answer = (request: never) => unknown;

/** The contract. */
export function strategyService(server: Server): Service {
  const answers: Record<string, Answer> = {
    describe: () => server.describe(),
    validateConfig: (request: wire.ValidateConfigRequest) => server.validateConfig(request),
    evaluate: (request: wire.EvaluateRequest) => server.evaluate(request),
    evaluateTier: (request: wire.EvaluateTierRequest) => server.evaluateTier(request),
    incentives: (request: wire.IncentivesRequest) => server.incentives(request),
    closePeriod: (request: wire.ClosePeriodRequest) => server.closePeriod(request),
  };
  const service: Service = { definition: {}, calls: {} };
  for (const [name, answer] of Object.entries(answers)) {
    const method = wire.Strategy.method[name as keyof typeof wire.Strategy.method];
    Object.assign(service.definition, { [name]: definition(`/${wire.Strategy.typeName}/${method.name}`, codec(method.input), codec(method.output)) });
    service.calls[name] = (call: { request: unknown }, respond: (error: Partial<StatusObject> | null, value?: unknown) => void) => {
      let value: unknown;
      try {
        value = answer(call.request as never);
      } catch (e) {
        respond({ code: status.INTERNAL, details: String(e) });
        return;
      }
      respond(null, value);
    };
  }
  return service;
}

/** The health check that the host's library makes, the request to end, and the streams it opens and we have no use for. */
export function lifeServices(stop: () => void): Service[] {
  const ended = (call: { end(): void; resume?(): void }) => {
    call.resume?.();
    call.end();
  };
  return [
    {
      definition: { check: definition("/grpc.health.v1.Health/Check", raw, raw) },
      // HealthCheckResponse{status: SERVING}
      calls: { check: (_: unknown, respond: (error: null, value: Buffer) => void) => respond(null, Buffer.from([0x08, 0x01])) },
    },
    {
      definition: { shutdown: definition("/plugin.GRPCController/Shutdown", raw, raw) },
      calls: {
        shutdown: (_: unknown, respond: (error: null, value: Buffer) => void) => {
          respond(null, Buffer.alloc(0));
          stop();
        },
      },
    },
    { definition: { streamStdio: definition("/plugin.GRPCStdio/StreamStdio", raw, raw, "out") }, calls: { streamStdio: ended as never } },
    { definition: { startStream: definition("/plugin.GRPCBroker/StartStream", raw, raw, "both") }, calls: { startStream: ended as never } },
  ];
}

interface Codec<T> {
  write(v: T): Buffer;
  read(b: Buffer): T;
}

const raw: Codec<Buffer> = { write: (v) => v, read: (b) => b };

function codec<D extends DescMessage>(schema: D): Codec<MessageShape<D>> {
  return { write: (v) => encode(schema, v), read: (b) => fromBinary(schema, b) };
}

function definition<I, O>(path: string, input: Codec<I>, output: Codec<O>, stream?: "out" | "both"): MethodDefinition<I, O> {
  return {
    path, requestStream: stream === "both", responseStream: stream !== undefined,
    requestSerialize: input.write, requestDeserialize: input.read, responseSerialize: output.write, responseDeserialize: output.read,
  };
}
