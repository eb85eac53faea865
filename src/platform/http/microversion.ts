/** Which microversion a request asks for: `OpenStack-API-Version: compute 2.79`, or the service's older header. */
import {
  compareVersions,
  parseVersion,
  version,
  type Microversion,
  type MicroversionSupport,
} from "#contracts/kit/versions.ts";

export type Negotiation =
  | { version: Microversion; headers: Record<string, string> }
  | { status: 400 | 406; message: string };

export function negotiate(support: MicroversionSupport, get: (name: string) => string | null): Negotiation {
  const asked = askedFor(support, get);
  if (asked === undefined) return chosen(support, version(support.min));
  if (asked === "latest") return chosen(support, version(support.max));
  const wanted = parseVersion(asked);
  if (!wanted) {
    return {
      status: 400,
      message: `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`,
    };
  }
  if (compareVersions(wanted, version(support.min)) < 0 || compareVersions(wanted, version(support.max)) > 0) {
    const message = `Version ${asked} is not supported by the API. Minimum is ${support.min} and maximum is ${support.max}.`;
    return { status: 406, message };
  }
  return chosen(support, wanted);
}

function askedFor(support: MicroversionSupport, get: (name: string) => string | null): string | undefined {
  const entries = (get("openstack-api-version") ?? "").split(",").map((entry) => entry.trim().split(/\s+/));
  const own = entries.findLast(([service]) => service?.toLowerCase() === support.service)?.[1];
  return own ?? (support.legacyHeader ? (get(support.legacyHeader) ?? undefined) : undefined);
}

function chosen(support: MicroversionSupport, at: Microversion): Negotiation {
  const text = `${at.major}.${at.minor}`;
  const headers: Record<string, string> = { "OpenStack-API-Version": `${support.service} ${text}` };
  const vary = ["OpenStack-API-Version"];
  if (support.legacyHeader) {
    headers[support.legacyHeader] = text;
    vary.push(support.legacyHeader);
  }
  return { version: at, headers: { ...headers, Vary: vary.join(", ") } };
}

/** The success status of an operation at a version. */
export function statusAt(status: number | Record<string, number>, at: Microversion | undefined): number {
  if (typeof status === "number") return status;
  const steps = Object.entries(status).map(([since, code]) => ({ since: version(since), code }));
  const reached = steps.filter((step) => !at || compareVersions(step.since, at) <= 0);
  return (reached.at(-1) ?? steps[0])?.code ?? 200;
}
