/** Answers on the wire: JSON bodies, request ids, and errors in the service's own envelope. */
import { ApiError } from "#contracts/kit/errors.ts";
import { envelope, htmlError, unauthorized, wantsHtml, type ErrorStyle } from "#contracts/kit/envelopes.ts";
import type { Log } from "../log/log.ts";

export interface RespondOptions {
  name: string;
  errorStyle: ErrorStyle;
  auth_url: string;
  log: Log;
}

/** The headers that carry the request id; Nova and Cinder say it twice. */
export function requestIdHeaders(style: ErrorStyle, request_id: string): Record<string, string> {
  const once = { "x-openstack-request-id": request_id };
  return style === "nova" || style === "cinder" ? { ...once, "x-compute-request-id": request_id } : once;
}

export function jsonResponse(status: number, body: unknown, headers: Record<string, string>): Response {
  if (body === undefined || status === 204)
    return new Response(null, { status, headers: { ...headers, "Content-Length": "0" } });
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

/** An {@link ApiError} is said to the user; anything else is a bug: logged whole, answered 500 without detail. */
export function errorResponse(options: RespondOptions, error: unknown, request_id: string, request: Request): Response {
  const known = error instanceof ApiError ? error : unknownError(options, error, request_id, request);
  if (error instanceof ApiError && error.status >= 500) {
    options.log.error({ request_id, code: error.code, context: error.context, err: error.cause }, error.message);
  }
  const headers = { ...requestIdHeaders(options.errorStyle, request_id), ...known.headers };
  if (known.status === 401) {
    const www = { "WWW-Authenticate": `Keystone uri="${options.auth_url}"` };
    const body =
      options.errorStyle === "keystone" && known.code !== "unauthorized"
        ? own(options, known, request_id)
        : unauthorized();
    return jsonResponse(401, body, { ...headers, ...www });
  }
  if (options.errorStyle === "glance" && wantsHtml(request.headers.get("accept"))) {
    const html = { "Content-Type": "text/html; charset=UTF-8" };
    return new Response(htmlError(known.status, known.message), {
      status: known.status,
      headers: { ...html, ...headers },
    });
  }
  return jsonResponse(known.status, own(options, known, request_id), headers);
}

function own(options: RespondOptions, error: ApiError, request_id: string): unknown {
  const { status, message, type, context } = error;
  return envelope(options.errorStyle, { status, message, type, request_id, context });
}

function unknownError(options: RespondOptions, error: unknown, request_id: string, request: Request): ApiError {
  const path = new URL(request.url).pathname;
  options.log.error({ request_id, method: request.method, path, err: error }, "an unexpected failure");
  const message =
    options.errorStyle === "nova"
      ? "Unexpected API Error. Please report this with the request id. ({request_id})"
      : "The server has an unexpected failure; its log has more under {request_id}.";
  return new ApiError("unexpected", { status: 500, message }, { request_id });
}
