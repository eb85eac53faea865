/**
 * The metadata service behind 169.254.169.254. Guests never reach it: a network agent knows by the source address which
 * server asks, and says so in headers that it signs with a shared secret. Nothing else is trusted.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Fetcher } from "#platform/http/service.ts";
import type { Ids } from "#platform/ids/ids.ts";
import type { Log } from "#platform/log/log.ts";
import type { NovaStore } from "../store/open.ts";
import { ec2Tree, ec2Versions, readEc2, type Ec2Version } from "./ec2-tree.ts";
import { userData, type MetadataFacts } from "./facts.ts";
import { newestOpenstack, openstackFiles, openstackVersions, type OpenstackVersion } from "./openstack-files.ts";
import { password } from "./password.ts";
import { readFacts } from "./read-facts.ts";

export interface MetadataServiceOptions {
  store: NovaStore;
  /** Shared with the network agents. */
  secret: string;
  ids: Ids;
  log: Log;
}

export function makeMetadataService(options: MetadataServiceOptions): Fetcher {
  return async (request) => {
    try {
      const server_id = signedServer(request, options.secret);
      if (server_id === undefined) return refusal(403);
      const facts = await readFacts(options.store, server_id);
      const project_id = request.headers.get("x-tenant-id");
      if (!facts || (project_id !== null && project_id !== facts.server.project_id)) return refusal(404);
      return await answer(options, request, facts);
    } catch (error) {
      options.log.error({ err: error }, "a metadata request failed");
      return refusal(500);
    }
  };
}

/** The server that the agent names; undefined when the name is not signed with the secret. */
function signedServer(request: Request, secret: string): string | undefined {
  const server_id = request.headers.get("x-instance-id");
  const signature = request.headers.get("x-instance-id-signature");
  if (!server_id || !signature || secret === "") return undefined;
  const wanted = createHmac("sha256", secret).update(server_id).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? server_id : undefined;
}

async function answer(options: MetadataServiceOptions, request: Request, facts: MetadataFacts): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^\/metadata(?=\/|$)/, "");
  const parts = path.split("/").filter((part) => part !== "");
  const [first, ...rest] = parts;
  if (first === "openstack") return openstack(options, request, facts, rest);
  if (request.method !== "GET" && request.method !== "HEAD") return refusal(405);
  if (first === undefined) return text([...ec2Versions, "latest"].join("\n"));
  return ec2(facts, first, rest);
}

function ec2(facts: MetadataFacts, name: string, [kind, ...path]: string[]): Response {
  const version = name === "latest" ? "2009-04-04" : ec2Versions.find((known): known is Ec2Version => known === name);
  if (version === undefined) return refusal(404);
  const raw = userData(facts.server);
  if (kind === undefined) return text(raw ? "meta-data/\nuser-data" : "meta-data/");
  if (kind === "user-data" && path.length === 0) return raw ? bytes(raw) : refusal(404);
  if (kind !== "meta-data") return refusal(404);
  const found = readEc2(ec2Tree(facts, version), path, facts.server.key?.name);
  return found === undefined ? refusal(404) : text(found);
}

async function openstack(
  options: MetadataServiceOptions,
  request: Request,
  facts: MetadataFacts,
  parts: string[],
): Promise<Response> {
  const [name, file, ...rest] = parts;
  if (name === undefined) return text([...openstackVersions, "latest"].join("\n"));
  const version =
    name === "latest"
      ? newestOpenstack()
      : openstackVersions.find((known): known is OpenstackVersion => known === name);
  if (version === undefined || rest.length > 0) return refusal(404);
  if (file === "password" && version >= "2013-04-04")
    return (await password(options.store, facts.server.id, request)) ?? refusal(404);
  if (request.method !== "GET" && request.method !== "HEAD") return refusal(405);
  const files = openstackFiles(facts, version, options.ids.bytes(512));
  if (file === undefined)
    return text([...Object.keys(files), ...(version >= "2013-04-04" ? ["password"] : [])].sort().join("\n"));
  const content = Object.hasOwn(files, file) ? files[file] : undefined;
  if (content === undefined) return refusal(404);
  if (typeof content !== "string") return bytes(content);
  return new Response(content, { headers: { "Content-Type": "application/json" } });
}

function text(body: string): Response {
  return new Response(body, { headers: { "Content-Type": "text/plain; charset=UTF-8" } });
}

function bytes(body: Uint8Array): Response {
  return new Response(Buffer.from(body), { headers: { "Content-Type": "text/plain; charset=UTF-8" } });
}

const phrases: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  500: "Internal Server Error",
};

/** Guests expect HTML here, as web servers of old sent it. */
export function refusal(status: number): Response {
  const phrase = `${status} ${phrases[status] ?? "Error"}`;
  const body = `<html>\n <head>\n  <title>${phrase}</title>\n </head>\n <body>\n  <h1>${phrase}</h1>\n </body>\n</html>`;
  return new Response(body, { status, headers: { "Content-Type": "text/html; charset=UTF-8" } });
}
