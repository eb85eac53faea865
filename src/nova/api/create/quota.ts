/** May a project have this many more? Pure. */
import { errors } from "#contracts/nova/errors.ts";
import type { Quotas } from "../../store/quotas.ts";
import type { Counts } from "./request.ts";

export interface Usage {
  instances: number;
  cores: number;
  ram: number;
}

const resources = ["cores", "instances", "ram"] as const;

/** How many servers of a flavor may be made, between the least and the most asked for; throws 403 when not even the least. */
export function allowedCount(
  limits: Pick<Quotas, "instances" | "cores" | "ram">,
  used: Usage,
  each: Usage,
  counts: Counts,
): number {
  const room = resources.map((name) => {
    if (limits[name] < 0 || each[name] === 0) return Infinity;
    return Math.floor((limits[name] - used[name]) / each[name]);
  });
  const allowed = Math.min(counts.max, ...room);
  if (allowed >= counts.min) return allowed;
  const over = resources.filter((_name, at) => (room[at] ?? Infinity) < counts.min);
  const list = (value: (name: (typeof resources)[number]) => number | string): string => over.map(value).join(", ");
  throw errors.overQuota({
    overs: list((name) => name),
    requested: list((name) => each[name] * counts.min),
    used: list((name) => used[name]),
    allowed: list((name) => limits[name]),
  });
}
