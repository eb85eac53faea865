/** The JSON body of a request, read with a limit: a body that is too large is refused before it is all in memory. */
import { ApiError } from "#contracts/kit/errors.ts";

export interface BodyLimits {
  /** Bytes; the services refuse more than 114 688. */
  limit_bytes: number;
}

const tooLarge = (): ApiError => new ApiError("request_too_large", { status: 413, message: "Request is too large." });
const malformed = (): ApiError =>
  new ApiError("malformed_json", { status: 400, message: "Malformed request body: it is not valid JSON." });
const wrongType = (type: string): ApiError =>
  new ApiError("unsupported_media_type", { status: 415, message: "Unsupported Content-Type {type}." }, { type });

/** Undefined when there is no body. */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (request.body === null || request.headers.get("content-length") === "0") return undefined;
  if (type !== null && !/\bjson\b/i.test(type)) throw wrongType(type);
  if (Number(request.headers.get("content-length") ?? 0) > limits.limit_bytes) throw tooLarge();
  const text = await readText(request.body, limits.limit_bytes);
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed();
  }
}

async function readText(stream: ReadableStream<Uint8Array>, limit_bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size_bytes = 0;
  for await (const chunk of stream) {
    size_bytes += chunk.byteLength;
    if (size_bytes > limit_bytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
