/** The dashboard server's own refusals, in Keystone's envelope so that the browser has one fewer shape to know. */
import type { ContentfulStatusCode } from "hono/utils/http-status";

const table = {
  bad_request: [400, "Bad Request", "The request is not what this address expects."],
  wrong_credentials: [401, "Unauthorized", "The domain, user name or password is not right."],
  no_session: [401, "Unauthorized", "Nobody is logged in, or the session has ended."],
  cross_site: [403, "Forbidden", "The request did not come from the dashboard's own pages."],
  no_project: [403, "Forbidden", "This user has no role on any project."],
  not_found: [404, "Not Found", "There is nothing at this address."],
  upstream: [502, "Bad Gateway", "The service behind the dashboard did not answer."],
  identity: [502, "Bad Gateway", "Keystone did not answer as expected."],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string, string]>;

export type HorizonErrorCode = keyof typeof table;

/** Thrown by the parts of the dashboard server; turned into an answer in one place. */
export class HorizonError extends Error {
  readonly code: HorizonErrorCode;

  constructor(code: HorizonErrorCode) {
    super(table[code][2]);
    this.code = code;
  }
}

export function errorStatus(code: HorizonErrorCode): ContentfulStatusCode {
  return table[code][0];
}

export function errorBody(code: HorizonErrorCode): unknown {
  const [status, title, message] = table[code];
  return { error: { code: status, title, message, reason: code } };
}
