/** The JSON body of a request, read with a limit: a body that is too large is refused before it is all in memory. */
import { isUtf8 } from "node:buffer";
import { ApiError } from "#contracts/kit/errors.ts";

export interface BodyLimits {
  /** Bytes; the services refuse more than 114 688. */
  limit_bytes: number;
}

const tooLarge = (headers: Record<string, string> = {}): ApiError =>
  new ApiError("request_too_large", { status: 413, message: "Request is too large." }, {}, { headers });
const malformed = (): ApiError =>
  new ApiError("malformed_json", { status: 400, message: "Malformed request body: it is not valid JSON." });
/** Deeper than any request of OpenStack, and shallow enough for whoever walks the value by recursion. */
const depth_max = 100;
/** A body that is too large is still read to its end up to here, so that its connection stays good for the next. */
const drain_max_bytes = 16 * 1024 * 1024;

const unreadable = (reason: string): ApiError =>
  new ApiError("malformed_json", { status: 400, message: "Malformed request body: {reason}." }, { reason });
const wrongType = (type: string): ApiError =>
  new ApiError("unsupported_media_type", { status: 415, message: "Unsupported Content-Type {type}." }, { type });

/** Undefined when there is no body. */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (request.body === null || request.headers.get("content-length") === "0") return undefined;
  if (type !== null && !/\bjson\b/i.test(type)) throw wrongType(type);
  const text = await readText(request.body, limits.limit_bytes);
  if (text === "") return undefined;
  const value = parse(text);
  refuseStrange(value, depth_max, text.includes("\\u"));
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed();
  }
}

/** What no database can keep in every dialect: NUL and halves of characters, which only escapes can bring in. */
function refuseStrange(value: unknown, levels: number, escapes: boolean): void {
  if (typeof value === "string" && escapes && (value.includes("\u0000") || !value.isWellFormed())) {
    throw unreadable("a text in it has a character that is none");
  }
  if (typeof value !== "object" || value === null) return;
  if (levels === 0) throw unreadable(`it is more than ${depth_max} levels deep`);
  for (const [key, inner] of Object.entries(value)) {
    if (escapes) refuseStrange(key, levels, escapes);
    refuseStrange(inner, levels - 1, escapes);
  }
}

async function readText(stream: ReadableStream<Uint8Array>, limit_bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size_bytes = 0;
  for await (const chunk of stream) {
    size_bytes += chunk.byteLength;
    if (size_bytes > drain_max_bytes) throw tooLarge({ Connection: "close" });
    if (size_bytes <= limit_bytes) chunks.push(chunk);
  }
  if (size_bytes > limit_bytes) throw tooLarge();
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw malformed();
  return bytes.toString("utf8");
}
