/** The HTTP side of the metadata proxy: one server for each namespace, on a socket that was opened in there. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "#platform/clock/clock.ts";
import type { Log } from "#platform/log/log.ts";
import { backendHeaders, type FindGuest, type MetadataPlace } from "./identity.ts";
import type { MetadataBackend } from "./metadata-backend.ts";

export interface ProxySettings {
  readonly backend: MetadataBackend;
  /** Shared with Nova's metadata service. */
  readonly secret: string;
  readonly log: Log;
  readonly clock: Clock;
}

/** Guests are strangers: what they can hold open or send is bounded. */
const limits = { body_bytes: 64 * 1024, connections: 256, request_ms: 10_000, answer_ms: 30_000 };

/** A server that does not listen yet. `find` is asked anew for each request, so it may change with the plan. */
export function metadataServer(place: MetadataPlace, find: () => FindGuest, settings: ProxySettings): Server {
  const server = createServer(
    { requestTimeout: limits.request_ms, headersTimeout: limits.request_ms },
    (ask, reply) => {
      answer(place, find(), settings, ask, reply).catch((error: unknown) => {
        settings.log.warn({ place, error: String(error) }, "a metadata request failed");
        refuse(reply, 502, "Bad Gateway");
      });
    },
  );
  server.maxConnections = limits.connections;
  server.keepAliveTimeout = 5000;
  return server;
}

async function answer(
  place: MetadataPlace,
  find: FindGuest,
  settings: ProxySettings,
  ask: IncomingMessage,
  reply: ServerResponse,
): Promise<void> {
  const address = (ask.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const guest = find(place, address);
  if (guest === undefined) return refuse(reply, 404, "Not Found");
  const body = await bodyOf(ask);
  if (body === undefined) return refuse(reply, 413, "Request Entity Too Large");
  const headers = backendHeaders(ask.headers, guest, address, settings.secret);
  const request = { method: ask.method ?? "GET", path: ask.url ?? "/", headers, body };
  const got = await withLimit(settings.clock, limits.answer_ms, (signal) => settings.backend(request, signal));
  const type = got.headers["content-type"];
  reply.writeHead(got.status, {
    ...(type === undefined ? {} : { "content-type": type }),
    "content-length": got.body.length,
  });
  reply.end(got.body);
}

/** Gives up on work that takes longer. */
async function withLimit<T>(clock: Clock, limit_ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  clock.sleep(limit_ms, done.signal).then(
    () => late.abort(new Error(`no answer within ${limit_ms} ms`)),
    () => undefined,
  );
  try {
    return await work(late.signal);
  } finally {
    done.abort();
  }
}

async function bodyOf(ask: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of ask) {
    // Without an encoding set, a request gives Buffers.
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > limits.body_bytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function refuse(reply: ServerResponse, status: number, text: string): void {
  if (reply.headersSent) {
    reply.destroy();
    return;
  }
  const body = `<html><head><title>${status} ${text}</title></head><body><h1>${status} ${text}</h1></body></html>`;
  reply.writeHead(status, { "content-type": "text/html; charset=UTF-8", connection: "close" });
  reply.end(body);
}
