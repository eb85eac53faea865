/** The shapes in which each service writes an error. Source: the services' own answers, listed in docs. */
export type ErrorStyle = "keystone" | "nova" | "cinder" | "neutron" | "glance" | "placement";

export interface ErrorFacts {
  status: number;
  message: string;
  /** Neutron's exception name, Placement's code. */
  type?: string | undefined;
  request_id: string;
  context?: Readonly<Record<string, unknown>>;
}

const titles: Record<number, string> = {
  300: "Multiple Choices",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  416: "Requested Range Not Satisfiable",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** The reason phrase of a status. */
export function titleOf(status: number): string {
  return titles[status] ?? "Error";
}

const novaKeys: Record<number, string> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  429: "overLimit",
  501: "notImplemented",
  503: "serviceUnavailable",
};

type Envelope = (facts: ErrorFacts) => unknown;

const nova: Envelope = ({ status, message }) => ({
  [novaKeys[status] ?? "computeFault"]: {
    code: status,
    message,
    ...(status === 413 || status === 429 ? { retryAfter: "0" } : {}),
  },
});

const keystone: Envelope = ({ status, message }) => ({ error: { code: status, message, title: titleOf(status) } });

/** A version that does not exist is answered with those that do. */
const placement: Envelope = ({ status, message, type, request_id, context }) => {
  // What the pipeline itself refuses has a type that means nothing here.
  const code = type?.startsWith("placement.") ? type : "placement.undefined_code";
  const versions =
    status === 406 ? { min_version: context?.["min_version"], max_version: context?.["max_version"] } : {};
  return { errors: [{ status, title: titleOf(status), detail: message, code, request_id, ...versions }] };
};

const envelopes: Record<ErrorStyle, Envelope> = {
  keystone,
  nova,
  cinder: nova,
  neutron: ({ message, type, status }) => ({
    NeutronError: { type: type ?? `HTTP${titleOf(status).replaceAll(" ", "")}`, message, detail: "" },
  }),
  glance: ({ status, message }) => ({
    message: `${message}<br /><br />\n\n\n`,
    code: `${status} ${titleOf(status)}`,
    title: titleOf(status),
  }),
  placement,
};

export function envelope(style: ErrorStyle, facts: ErrorFacts): unknown {
  return envelopes[style](facts);
}

/** No token or a bad one: every service answers this in the same shape. */
export function unauthorized(): unknown {
  return keystone({ status: 401, message: "The request you have made requires authentication.", request_id: "" });
}

/** Glance answers HTML to whoever does not ask for JSON in the first place. */
export function wantsHtml(accept: string | null): boolean {
  if (accept === null || accept.trim() === "") return true;
  const types = accept.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "");
  return !types.includes("application/json") && types.some((type) => type === "text/html" || type.endsWith("/*"));
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

/** An error as a page; the sentence is escaped, as it may repeat what the user sent. */
export function htmlError(status: number, message: string): string {
  const title = `${status} ${titleOf(status)}`;
  const text = message.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
  return `<html>\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n  ${text}<br /><br />\n\n\n\n </body>\n</html>`;
}
