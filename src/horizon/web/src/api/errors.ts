/** One processor for everything that can go wrong with a call: what happened, in whose words, and what to do next. */
import type { Translate } from "../i18n/i18n.ts";

/** `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly request_id: string | undefined;

  constructor(status: number, message: string, requestId?: string) {
    super(message);
    this.status = status;
    this.request_id = requestId;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/**
 * The sentence inside a service's envelope: nova and cinder `{badRequest: {message}}`, neutron `{NeutronError: {message}}`
 * (or a plain string), keystone `{error: {message}}`, glance `{message}`, placement `{errors: [{detail}]}`, or text.
 */
export function messageIn(body: unknown, text: string): string {
  if (!isRecord(body)) return plainText(text);
  if (typeof body["message"] === "string") return body["message"];
  const list = body["errors"];
  if (Array.isArray(list) && isRecord(list[0])) return String(list[0]["detail"] ?? list[0]["title"] ?? "");
  for (const inner of Object.values(body)) {
    if (isRecord(inner) && typeof inner["message"] === "string") return inner["message"];
    if (typeof inner === "string") return inner;
  }
  return plainText(text);
}

function plainText(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 300);
}

export interface Described {
  title: string;
  message: string;
  advice: string;
  request_id?: string;
}

/** Any thrown thing, in the user's language. */
export function describeError(error: unknown, t: Translate): Described {
  if (!(error instanceof ApiError)) {
    return {
      title: t("app.crashed"),
      message: error instanceof Error ? error.message : String(error),
      advice: t("error.server.advice"),
    };
  }
  const id = error.request_id === undefined ? {} : { request_id: error.request_id };
  return { ...advise(error, t), message: error.message, ...id };
}

function advise({ status, message }: ApiError, t: Translate): { title: string; advice: string } {
  if (status === 0) return { title: t("error.network"), advice: t("error.network.advice") };
  if (status === 401) return { title: t("login.ended"), advice: t("error.unauthorized.advice") };
  const overQuota = /quota/i.test(message) && (status === 403 || status === 409 || status === 413);
  if (overQuota) return { title: t("error.quota"), advice: t("error.quota.advice") };
  if (status === 403) return { title: t("error.forbidden"), advice: t("error.forbidden.advice") };
  if (status === 404) return { title: t("error.missing"), advice: t("error.missing.advice") };
  if (status === 409) return { title: t("error.conflict"), advice: t("error.conflict.advice") };
  if (status === 413 || status === 429) return { title: t("error.busy"), advice: t("error.busy.advice") };
  if (status === 501) return { title: t("error.unbuilt"), advice: t("error.unbuilt.advice") };
  if (status >= 500) return { title: t("error.server"), advice: t("error.server.advice") };
  return { title: t("error.bad"), advice: t("error.bad.advice") };
}
