/** Which headers pass the same-origin proxy. What is not about the resource itself stays outside. */

const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const neverUp = new Set(
  hopByHop.concat(
    ["host", "cookie", "origin", "referer", "authorization", "accept-encoding", "content-length", "expect"],
    [
      "x-auth-token",
      "x-subject-token",
      "x-service-token",
      "x-cumulet-dashboard",
      "forwarded",
      "traceparent",
      "tracestate",
    ],
  ),
);

const neverDown = new Set(
  hopByHop.concat(
    ["set-cookie", "x-subject-token", "x-auth-token", "www-authenticate", "server", "content-encoding"],
    ["content-length", "strict-transport-security", "content-security-policy"],
  ),
);

/** Identity headers are set by services behind their own token check; a browser must not be able to supply them. */
const forged = /^(x-forwarded-|x-user|x-project|x-tenant|x-role|x-domain|x-identity|x-is-admin|x-system|sec-)/;

function named(headers: Headers): Set<string> {
  const list = headers.get("connection") ?? "";
  return new Set(list.split(",").map((name) => name.trim().toLowerCase()));
}

export function headersUp(headers: Headers, token: string): Record<string, string> {
  const perHop = named(headers);
  const kept = [...headers].filter(([name]) => !neverUp.has(name) && !forged.test(name) && !perHop.has(name));
  return { ...Object.fromEntries(kept), "x-auth-token": token };
}

/** A body that was compressed on the way has been unpacked by the client, so its length and coding are dropped. */
export function headersDown(headers: Headers): Headers {
  const perHop = named(headers);
  const kept = [...headers].filter(([name]) => !neverDown.has(name) && !perHop.has(name));
  const down = new Headers(kept);
  down.set("Cache-Control", "no-store");
  return down;
}
