/** What was measured, as a page. */
import { cpus, totalmem, type } from "node:os";
import type { GuestNumbers } from "./guest.ts";
import type { IdentityNumbers } from "./identity.ts";
import type { ServerNumbers } from "./servers.ts";
import { short, spread } from "./stats.ts";

export interface Numbers {
  first_start_ms: number;
  starts_ms: number[];
  idle_mib: number;
  identity: IdentityNumbers;
  servers: ServerNumbers;
  guests: GuestNumbers | undefined;
}

export interface Conditions {
  date: string;
  commit: string;
  load_before: number;
  load_after: number;
}

interface Row {
  what: string;
  target: string;
  measured: string;
  ok: boolean | undefined;
}

export function report(numbers: Numbers, conditions: Conditions, peer: string | undefined): string {
  const rows = rowsOf(numbers).map(
    ({ what, target, measured, ok }) =>
      `| ${what} | ${target} | ${measured} | ${ok === undefined ? "–" : ok ? "yes" : "**no**"} |`,
  );
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()}, Node ${process.versions.node}`;
  return [
    "# How fast Cumulet is",
    "",
    "Made by `npm run bench`; numbers are of one run on one machine, and are compared with nothing but themselves.",
    "",
    `- ${conditions.date}, commit ${conditions.commit}`,
    `- ${machine}`,
    `- load of the machine (1 minute) before: ${short(conditions.load_before)}, after: ${short(conditions.load_after)}`,
    "",
    "| | target | measured | reached |",
    "|---|---|---|---|",
    ...rows,
    "",
    ...notes,
    ...(peer === undefined ? [] : ["", peer]),
    "",
  ].join("\n");
}

function rowsOf(numbers: Numbers): Row[] {
  const { identity, servers, guests } = numbers;
  const under = (what: string, limit: number, value: number, unit: string, more = ""): Row => ({
    what,
    target: `< ${limit} ${unit}`,
    measured: `${short(value)} ${unit}${more}`,
    ok: value < limit,
  });
  const rates = servers.bursts.map((one) => (one.servers / one.active_ms) * 1000);
  const rate = spread(rates).p50;
  const login = identity.login_ms.p50;
  const start = spread(numbers.starts_ms).p50;
  return [
    under(
      "`./cumulet up` to the first answer of an API (p50)",
      1000,
      start,
      "ms",
      `; the very first ${short(numbers.first_start_ms)} ms`,
    ),
    under("memory at rest, PSS of all processes", 150, numbers.idle_mib, "MiB"),
    {
      what: "log-in by password (p50), against one argon2id check",
      target: "no slower than one check",
      measured: `${short(login)} ms against ${short(identity.argon2_ms.p50)} ms`,
      ok: login <= identity.argon2_ms.p50,
    },
    under(
      "token check during 20 log-ins at once (p50)",
      10,
      identity.check_during_logins_ms.p50,
      "ms",
      `; the longest ${short(identity.check_during_logins_ms.max)} ms`,
    ),
    under("token from a token (p50)", 2, identity.rescope_ms.p50, "ms"),
    under("token check (p50)", 1, identity.check_ms.p50, "ms"),
    under("`POST /servers` (p50)", 10, servers.post_ms.p50, "ms"),
    under("until ACTIVE, simulated driver (p50)", 50, servers.active_ms.p50, "ms"),
    {
      what: "100 servers at once, until all are ACTIVE (p50 of 5)",
      target: "≥ 100/s",
      measured: `${short(rate)}/s (${rates.map(short).join(", ")}); ${short(spread(servers.bursts.map((one) => one.cpu_ms)).p50)} ms of processor for each`,
      ok: rate >= 100,
    },
    guestRow(guests),
  ];
}

function guestRow(guests: GuestNumbers | undefined): Row {
  const what = "a real guest, request to ssh, against plain QEMU by hand (p50)";
  if (!guests) return { what, target: "≤ 1.1 times", measured: "not measured: needs root", ok: undefined };
  const [cloud, hand] = [spread(guests.cloud_ms), spread(guests.by_hand_ms)];
  const each = `${guests.cloud_ms.map(short).join(", ")} against ${guests.by_hand_ms.map(short).join(", ")} ms`;
  return {
    what,
    target: "≤ 1.1 times",
    measured: `${short(cloud.p50 / hand.p50)} times (${each})`,
    ok: cloud.p50 <= 1.1 * hand.p50,
  };
}

const notes = [
  "How it is measured: the cloud is started by `./cumulet` in a process of its own, with its default settings (commits",
  "wait for the disk), and asked over HTTP from one other process on the same machine, which takes its share of the",
  "processors. The user is an administrator in the project `demo`, quotas raised; servers are of the flavor m1.tiny on",
  "the network `private`. The first burst is part of the result. The guest by hand has user-mode networking and a config",
  "drive; the one of the cloud has its whole network, security groups and a floating address.",
];
